//! `import --states`: dated states of a list.

use super::{Folder, Ran, Served};

fn import(served: &Served<'_>) -> Ran {
    import_with(served, &["--dir", "l"])
}

fn import_with(served: &Served<'_>, more: &[&str]) -> Ran {
    let arguments = [
        "import",
        "--states",
        "s",
        "--list",
        "reg.list",
        "--subject",
        "ext:r:{who}",
        "--issuer",
        "dept",
        "--key",
        "dept.key",
        "--json",
    ];
    served.run(&[&arguments[..], more].concat())
}

/// Writes a state: rows as `who what`.
fn state(folder: &Folder, date: &str, rows: &[&str]) {
    let rows: String = rows.iter().map(|row| row.replace(' ', "\t") + "\n").collect();
    folder.write(&format!("s/{date}.tsv"), &format!("who\twhat\n{rows}"));
}

/// The list on a day, as the file would show it and whoever may see all of it does.
fn shown(folder: &Folder, date: &str) -> Vec<String> {
    let list = ["show", "list", "reg.list", "--valid-at", date, "--json", "--dir", "l"];
    let said = folder.run(&list).right();
    let row = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}", row["who"].as_str().unwrap(), row["what"].as_str().unwrap())
    };
    said.lines().map(row).collect()
}

#[test]
fn states_come_back_row_for_row_and_a_second_run_appends_nothing() {
    let folder = Folder::new();
    let served = folder.ledger();
    let days: [(&str, &[&str]); 5] = [
        ("2017-02-01", &["b x", "d x"]),
        ("2017-03-01", &["a x", "b x", "b x", "c x", "d x"]),
        ("2017-04-01", &["a x", "b x", "e x"]),
        ("2017-05-01", &[]),
        ("2017-06-01", &["e x", "d x", "b x"]),
    ];
    for (date, rows) in days {
        state(&folder, date, rows);
    }
    // Nothing has left the list yet: the server shows all that there is.
    let first = import_with(&served, &[]).right();
    assert!(first.starts_with("{\"states\":5,\"entered\":9,\"removed\":6,\"appended\":15"), "{first}");
    for (date, rows) in days {
        assert_eq!(shown(&folder, date), rows, "{date}");
    }
    assert_eq!(shown(&folder, "2017-01-31"), Vec::<String>::new());
    assert_eq!(shown(&folder, "2017-03-31"), days[1].1);
    // What has left it the server shows to nobody any more, and it cannot be held against it.
    import_with(&served, &[]).failed(1, "--dir names the ledger's folder");
    let public = served.run(&["show", "list", "reg.list", "--valid-at", "2017-03-31", "--json"]).right();
    assert_eq!(public, "");
    let again = import(&served).right();
    assert!(again.contains("\"entered\":0,\"removed\":0,\"appended\":0"), "{again}");

    // A month after all others is fine; one between them would change what the ledger says already.
    state(&folder, "2017-07-01", &["e x"]);
    import(&served).right();
    state(&folder, "2017-04-15", &["a x"]);
    import(&served).failed(1, "s/2017-04-15.tsv: the ledger already holds what happened to reg.list after");
    state(&folder, "2017-04-15", days[2].1);
    import(&served).right();
    served.stop();
}

#[test]
fn a_state_is_not_put_before_one_whose_rows_came_and_went() {
    let folder = Folder::new();
    let served = folder.ledger();
    state(&folder, "2017-02-01", &["a x"]);
    state(&folder, "2017-04-01", &["a x", "b x"]);
    state(&folder, "2017-05-01", &["a x"]);
    import(&served).right();
    state(&folder, "2017-03-01", &["a x", "c x"]);
    import(&served).failed(1, "s/2017-03-01.tsv: the ledger already holds");
    assert_eq!(shown(&folder, "2017-04-01"), ["a x", "b x"]);
    served.stop();
}

#[test]
fn rows_that_changed_places_are_reported_and_stay() {
    let folder = Folder::new();
    let served = folder.ledger();
    state(&folder, "2017-02-01", &["a x", "b x", "c x"]);
    state(&folder, "2017-03-01", &["b x", "a x", "c x"]);
    let ran = import(&served);
    assert!(ran.err.contains("s/2017-03-01.tsv: rows that stay changed places"), "{}", ran.err);
    assert!(ran.right().contains("\"not_in_order\":[\"2017-03-01\"]"));
    assert_eq!(shown(&folder, "2017-03-01"), ["a x", "b x", "c x"]);
    served.stop();
}

#[test]
fn nothing_is_sent_where_a_file_cannot_be_used() {
    let folder = Folder::new();
    let served = folder.ledger();
    state(&folder, "2017-02-01", &["a x"]);
    for (name, text, code, said) in [
        (
            "s/2017-03-01.tsv",
            "who\twhat\nb\n",
            2,
            "s/2017-03-01.tsv: line 2: 1 fields where the header has 2",
        ),
        (
            "s/2017-03-01.tsv",
            "who\tother\n",
            2,
            "s/2017-03-01.tsv: line 1: columns who, other; the list has who, what",
        ),
        ("s/2017-03-01.tsv", "who\twhat\nb c\tx\n", 1, "s/2017-03-01.tsv: line 2: who is \"ext:r:b c\""),
        ("s/2017-02-30.tsv", "who\twhat\n", 2, "s/2017-02-30.tsv: file name: day 30"),
    ] {
        folder.write(name, text);
        import(&served).failed(code, said);
        std::fs::remove_file(folder.path(name)).unwrap();
    }
    assert_eq!(shown(&folder, "2017-03-01"), Vec::<String>::new());
    import(&served).right();
    assert_eq!(shown(&folder, "2017-03-01"), ["a x"]);
    served.stop();
}
