//! Prints generated codes with the check characters that `ledger-spec` asks for, for others to check:
//! `codes COUNT` writes lines of `uscc <17 characters> <check>` and `ric <17 digits> <check>`.

use ledger_spec::id::{IdError, Uscc, gb11643};
use std::io::{self, Write as _};

/// First two characters of codes, of GB 32100-2015 table 1.
const STARTS: [&str; 6] = ["11", "35", "52", "91", "93", "N2"];
/// The characters of a code, GB 32100-2015 table 2.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn main() -> io::Result<()> {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let mut random = 0x2026_1123_u64;
    let mut below = |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    for _ in 0..count {
        let start = usize::try_from(below(6)).ok().and_then(|at| STARTS.get(at)).unwrap_or(&"91");
        let rest = (2..17)
            .map(|at| if (2..8).contains(&at) { below(10) } else { below(31) })
            .filter_map(|value| usize::try_from(value).ok().and_then(|value| ALPHABET.get(value)))
            .map(|byte| char::from(*byte));
        let code: String = start.chars().chain(rest).collect();
        writeln!(out, "uscc {code} {}", uscc_check(&code)?)?;
        let digits: String =
            (0..17).map(|_| char::from(b'0' + u8::try_from(below(10)).unwrap_or(0))).collect();
        let check = gb11643::check_character(&digits).map_err(io::Error::other)?;
        writeln!(out, "ric {digits} {check}")?;
    }
    out.flush()
}

/// The check character that reading asks for.
fn uscc_check(code: &str) -> io::Result<char> {
    match Uscc::parse(&format!("{code}0")) {
        Ok(_) => Ok('0'),
        Err(IdError::CheckCharacter { expected, .. }) => Ok(expected),
        Err(other) => Err(io::Error::other(other)),
    }
}
