//! `show` and pages: all of them unless one is wanted, the same from a server as from a folder.

use super::import::MAPPING;
use super::{Folder, but_when_asked};
use serde_json::Value;

const SUBJECT: &str = "uscc:914403001922038216";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn show_puts_pages_together_unless_one_is_wanted() {
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("m.toml", MAPPING);
    // More than a server gives on one page.
    let rows: String = (0..1_005).map(|n| format!("914403001922038216,2017/5/1,{n},严重,\n")).collect();
    folder.write("t.csv", &format!("code,decided,number,grade,remark\n{rows}"));
    served.run(&["import", "t.csv", "--mapping", "m.toml", "--key", "dept.key"]).right();
    let at = ["--valid-at", "2017-06-01", "--json"];
    for what in [&["show", "subject", SUBJECT][..], &["show", "view", "records", SUBJECT]] {
        let asked = [what, &at].concat();
        let from_server = but_when_asked(&served.run(&asked).right());
        let from_folder =
            but_when_asked(&folder.run(&[&asked[..], &["--dir", "l", "--sight", "public"]].concat()).right());
        assert_eq!(from_server, from_folder);
        let lines = if what[1] == "subject" { "records" } else { "public" };
        assert_eq!(from_server[lines].as_array().unwrap().len(), 1_005);
        // One page: it says on stderr where the next begins, and that one is the last.
        for source in [&["--url", &served.url][..], &["--dir", "l", "--sight", "public"]] {
            let page = folder.run(&[&asked[..], source, &["--limit", "1000"]].concat());
            assert!(page.err.contains("... --after 1004"), "{}", page.err);
            assert_eq!(json(&page.right())["next"], 1_004);
            let rest = folder.run(&[&asked[..], source, &["--limit", "1000", "--after", "1004"]].concat());
            assert!(!rest.err.contains("--after"), "{}", rest.err);
            assert_eq!(json(&rest.right())[lines].as_array().unwrap().len(), 5);
        }
    }
    let words = served.run(&["show", "subject", SUBJECT, "--limit", "2"]).right();
    assert!(words.contains("and 905 more") && words.contains("#6 B (market.penalty)"), "{words}");
    assert!(!words.contains("#7 B (market.penalty)"), "{words}");
    served.run(&["show", "subject", SUBJECT, "--limit", "0"]).failed(2, "--limit");
    served.stop();
}
