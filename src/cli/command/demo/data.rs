//! The real list that the demo imports, as a clone of this project carries it.
//!
//! `mhlw-listings.tsv` holds fourteen states, May 2017 to May 2018, of the establishments that Japan's
//! labour ministry published for breaches of labour law (労働基準関係法令違反に係る公表事案), after the
//! public repository nyampire/jp_labor_act_illegal_list (CC0). Names are salted digests. First line: the
//! dates; second: the columns; then each row, behind a digit per date: whether the list showed it.

use crate::cli::edition_import::State;
use ledger_spec::time::Date;
use std::path::PathBuf;
use tlog::defect::OrDefect as _;

const COMPACT: &str = include_str!("mhlw-listings.tsv");

/// The fourteen states, oldest first.
pub(super) fn states() -> Vec<State> {
    let mut lines = COMPACT.lines();
    let dates = lines.next().or_defect("the file begins with the dates").split('\t');
    let header = lines.next().or_defect("the second line is the columns").split('\t');
    let header: Vec<String> = header.map(str::to_owned).collect();
    let rows: Vec<(&str, Vec<String>)> = lines
        .map(|line| line.split_once('\t').or_defect("a row stands behind when it was shown"))
        .map(|(shown, row)| (shown, row.split('\t').map(str::to_owned).collect()))
        .collect();
    let state = |(at, date): (usize, &str)| {
        let shown = rows.iter().filter(|(shown, _)| shown.as_bytes().get(at) == Some(&b'1'));
        let rows = (2..).zip(shown.map(|(_, row)| row.clone())).collect();
        let path = PathBuf::from(format!("{date}.tsv"));
        let date = Date::parse(date).or_defect("the first line holds dates");
        State { date, path, header: header.clone(), rows }
    };
    dates.enumerate().map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest as _, Sha256};

    /// SHA-256 of each state's file as it was published with the data.
    const SUMS: [(&str, &str); 14] = [
        ("2017-05-15", "5394a4db02c405ee0829797d9e178815669a2ba5e3ce7ff3772827e3597a811c"),
        ("2017-05-31", "482c5129a044d6f8065ed3182dc3bd2ee328dcaeb2dbce789036d83e54d91772"),
        ("2017-06-30", "3f9a517b31068d41f9c14a6cd982e201656c6aeae67ace6e77f1021854e86f6d"),
        ("2017-07-31", "400f64aefbcdbc5ff671fa5b1017f5fc2b86a164b2294e9b09cb59edda4419f5"),
        ("2017-08-31", "b6695fd0ee7fae598e2c15fedde5db575ff6ec0a2ace1e13c0ed978e9cc9b654"),
        ("2017-09-30", "27791637aae1c8bd942450798732fc34dda621449f4a0cd904d82cd4d48aa663"),
        ("2017-10-31", "cfd46e58810adffce03b294dcf2d6303bf12118f6ec970bb26a483651b6599ae"),
        ("2017-11-30", "ff7ea1c303c927d905665d0c3cd5d0b1abc99aaed8c18bce5e4b1078a0550906"),
        ("2017-12-31", "f13d18c393bcb0e78330fc8efcafc7707e206a448a9fc6351159c8d2b0804fc2"),
        ("2018-01-31", "7c987a2f075e55a9db8c54906b222da8af43833b39f29025d8c52ed76a1762c6"),
        ("2018-02-28", "3929134dc3ecb39893f414e9b4a602cca1cd6d5675220fdda3bbe0112ad61da4"),
        ("2018-03-31", "a46ca2448895a8c973290e14b674f253cb1fbc82fd15d4edfb8009150778a7ef"),
        ("2018-04-30", "0534ba49ba706a753b201a6918e780a5a47b28bffc6c1c62bf1ddaa0e57cd5e0"),
        ("2018-05-31", "146e3a6da863771a27a9cce443f6da17a83ed77abe649fc4c64f63a9d68ace5e"),
    ];

    #[test]
    fn the_compact_copy_expands_to_the_published_files() {
        let states = states();
        assert_eq!(states.len(), SUMS.len());
        for (state, (date, sum)) in states.iter().zip(SUMS) {
            let mut file = state.header.join("\t") + "\n";
            for (_, row) in &state.rows {
                file.push_str(&row.join("\t"));
                file.push('\n');
            }
            assert_eq!(state.date.to_string(), date);
            assert_eq!(tlog::bytes::to_hex(&Sha256::digest(file.as_bytes())), sum, "{date}");
        }
    }
}
