//! `demo`: the real list, date for date.

use super::{Folder, rows_of};
use credit_ledger::progress::Unwatched;
use ledger_spec::event::Event;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use tlog::position::EntryIndex;

/// The compact copy that comes with the program, expanded here once more and by other code.
fn latest() -> Vec<(String, Vec<String>)> {
    let compact = include_str!("../../../src/cli/command/demo/mhlw-listings.tsv");
    let mut lines = compact.lines();
    let dates = lines.next().unwrap().split('\t');
    let rows: Vec<_> = lines.skip(1).map(|line| line.split_once('\t').unwrap()).collect();
    let shown = |at: usize| rows.iter().filter(move |(shown, _)| &shown[at..=at] == "1");
    dates
        .enumerate()
        .map(|(at, date)| (date.into(), shown(at).map(|(_, row)| (*row).into()).collect()))
        .collect()
}

/// JSON lines with the columns as keys, in the list's order, as rows of the file.
fn as_rows(lines: &str) -> Vec<String> {
    const COLUMNS: [&str; 5] = ["bureau", "establishment", "location", "published", "law_articles"];
    let row = |line: &str| {
        let places: Vec<_> = COLUMNS.iter().map(|name| line.find(&format!("\"{name}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{line}");
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(row.as_object().unwrap().len(), COLUMNS.len());
        COLUMNS.map(|name| row[name].as_str().unwrap().to_owned()).join("\t")
    };
    lines.lines().map(row).collect()
}

#[test]
fn the_members_on_each_date_are_the_published_rows() {
    let folder = Folder::new();
    let mut demo = folder
        .command(&["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut url, mut audit) = (String::new(), Vec::new());
    for line in BufReader::new(demo.stderr.as_mut().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((_, address)) = line.split_once("curl '") {
            url = address.split("/v1/").next().unwrap().to_owned();
        }
        if let Some((_, command)) = line.split_once("credit-ledger ") {
            audit = command.replace('\'', "").split(' ').map(ToOwned::to_owned).collect();
        }
        if line.starts_with("Serving") {
            break;
        }
    }
    let states = latest();
    assert_eq!(states.len(), 14);
    for (date, rows) in &states {
        let list = ["show", "list", "mhlw.labour-violations", "--json", "--valid-at", date];
        let from = |source: [&str; 2]| as_rows(&folder.run(&[&list[..], &source].concat()).right());
        assert_eq!(from(["--dir", "demo-ledger"]), *rows, "{date}");
        // Over public HTTP a past edition shows what of it is public now: nothing that has left the list since.
        let (public, last) = (from(["--url", &url]), &states.last().unwrap().1);
        let mut all = rows.iter();
        assert!(
            public.iter().all(|row| all.any(|shown| shown == row)),
            "{date}: others, or in another order"
        );
        assert!(public.iter().all(|row| last.contains(row)), "{date}: shown though it has left the list");
    }
    let (date, rows) = states.last().unwrap();
    let list = ["show", "list", "mhlw.labour-violations", "--json", "--valid-at", date, "--url", &url];
    assert_eq!(
        as_rows(&folder.run(&list).right()).len() + 1,
        rows.len(),
        "all but the one that was repaired"
    );
    // The demo says how an auditor audits it; so it is, from outside and opened.
    let audited = folder.run(&audit.iter().map(String::as_str).collect::<Vec<_>>()).right();
    assert!(
        audit.contains(&"--auditor-key".to_owned()) && audited.contains("opened"),
        "{audit:?}: {audited}"
    );
    let killed = std::process::Command::new("kill").arg("-INT").arg(demo.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(demo.wait().unwrap().code(), Some(0));
    what_was_known_while_the_list_came_in(&folder, &states);
    folder.audit("demo-ledger");
}

/// With `known_at` moved across the import: after each state the ledger knew that state, for its day and for
/// every later one; before the first it knew nothing.
fn what_was_known_while_the_list_came_in(folder: &Folder, states: &[(String, Vec<String>)]) {
    let ledger = credit_ledger::ledger::open_to_read(&folder.path("demo-ledger"), &Unwatched).unwrap();
    let published = ledger.snapshots.latest().size().get();
    let mut known: BTreeMap<String, u64> = BTreeMap::new();
    let mut before = None;
    for index in 0..published {
        let read = ledger.snapshots.log().entry(EntryIndex::new(index)).unwrap();
        let event = Event::parse(&read.entry().event).unwrap();
        if matches!(event.kind().name(), "listing.entered" | "listing.removed") {
            before.get_or_insert(index);
            known.insert(event.valid_from.date().to_string(), index + 1);
        }
    }
    let members = |valid_at: &str, known_at: u64| {
        let known_at = known_at.to_string();
        let list = ["show", "list", "mhlw.labour-violations", "--dir", "demo-ledger", "--json"];
        as_rows(
            &folder.run(&[&list[..], &["--valid-at", valid_at, "--known-at", &known_at]].concat()).right(),
        )
    };
    let last = &states.last().unwrap().0;
    for (date, rows) in states {
        let size = known[date];
        assert_eq!(members(date, size), *rows, "{date}, known with {size} entries");
        assert_eq!(members(last, size), *rows, "{last}, known with {size} entries");
    }
    assert_eq!(members(last, before.unwrap()), [""; 0]);
}

/// A stranger: 82 bytes, of which the number and the time can be read. An auditor: the whole event.
fn one_event_as_a_stranger_and_an_auditor_see_it(said: &serde_json::Value) {
    let index = said["receipt"]["index"].as_u64().unwrap();
    let bytes = said["stranger"].as_str().unwrap();
    assert_eq!(bytes.len(), 2 * 82);
    assert!(bytes.starts_with(&format!("02{}", tlog::bytes::to_hex(&index.to_le_bytes()))), "{bytes}");
    let event = &said["auditor"];
    assert_eq!((&event["kind"], &event["subject"]), (&"repair.applied".into(), &said["subject"]));
    assert_eq!(event["body"]["statement"], "违法行为已纠正，申请信用修复。");
    let text = said["subject"].as_str().unwrap().rsplit(':').next().unwrap();
    assert!(!bytes.contains(text) && !bytes.contains(&tlog::bytes::to_hex(text.as_bytes())), "{bytes}");
}

#[test]
fn once_exits_makes_its_folder_anew_and_leaves_others_alone() {
    let folder = Folder::new();
    let states = latest();
    for (date, rows) in states.iter().skip(3).take(3) {
        let header = "bureau\testablishment\tlocation\tpublished\tlaw_articles\n";
        folder.write(&format!("data/{date}.tsv"), &format!("{header}{}\n", rows.join("\n")));
    }
    for _ in 0..2 {
        let said =
            folder.run(&["demo", "--once", "--data", "data", "--json", "--listen", "127.0.0.1:0"]).right();
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["receipt"]["kind"], "repair.applied");
        one_event_as_a_stranger_and_an_auditor_see_it(&said);
    }
    let (date, rows) = &states[4];
    let list =
        ["show", "list", "mhlw.labour-violations", "--dir", "demo-ledger", "--valid-at", date, "--json"];
    assert_eq!(as_rows(&folder.run(&list).right()), *rows);
    assert_eq!(rows_of(&folder.path(&format!("data/{date}.tsv"))), *rows);
    folder.audit("demo-ledger");
    folder.write("other/precious", "");
    folder.run(&["demo", "--once", "--dir", "other"]).failed(2, "was not made by a demo");
    assert!(folder.path("other/precious").exists());
}
