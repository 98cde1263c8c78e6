//! Strangers: servers that are no ledger, of whose answers the program shows none; and what is left lying for strangers, logs and
//! blind copies, which say nothing about anybody.

use super::{Folder, event, files_under, holds};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// A server that gives everybody the same body, with status 200.
fn stranger(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    url
}

#[test]
fn what_is_no_answer_is_shown_as_none() {
    let folder = Folder::new();
    let subject = "uscc:914403001922038216";
    let asked: [&[&str]; 12] = [
        &["list", "reg.list"],
        &["subject", subject],
        &["view", "records", subject],
        &["departures", "reg.list"],
        &["indicators", "place:430381"],
        &["oversight"],
        &["directory"],
        &["events", subject],
        &["entry", "0"],
        &["authorities"],
        &["catalogue"],
        &["checkpoint"],
    ];
    for body in ["<html>\n<body>please log in</body>\n</html>\n", "[]\n", "{\"please\":\"log in\"}{}\n"] {
        let url = stranger(body);
        for what in asked {
            for json in [&[][..], &["--json"]] {
                let arguments = [&["show"], what, &["--url", &url], json].concat();
                let ran = folder.run(&arguments);
                assert_eq!(ran.code, 3, "{arguments:?}: {}{}", ran.out, ran.err);
                assert_eq!(ran.out, "", "{arguments:?}");
            }
        }
        folder.run(&["vkey", "--url", &url]).failed(1, "entry 0");
    }
    let said = folder.run(&["show", "list", "reg.list", "--url", &stranger("<html>please log in")]);
    said.failed(3, "another answer than expected");
    folder
        .run(&["show", "list", "reg.list", "--url", &stranger("")])
        .failed(3, "another answer than expected");
}

#[test]
fn an_empty_list_is_an_answer() {
    let folder = Folder::new();
    let body = r#"{"list":"reg.list","valid_at":"2026-01-01T00:00:00+08:00","known_at":1,"members":[],"checkpoint":""}"#;
    let said = folder.run(&["show", "list", "reg.list", "--url", &stranger(body)]).right();
    assert_eq!(said, "# 0 rows\n");
}

#[test]
fn what_is_logged_and_what_a_blind_copy_holds_is_about_nobody() {
    const SUBJECT: &str = "uscc:914403001922038216";
    /// Of a record, of one that is refused, of a row on a list, of a person: each in words of its own.
    const WORDS: [&str; 5] =
        ["914403001922038216", "罚字一百零一号", "罚字一百零二号", "壬癸有限公司", "5e1f9a0c7d3b4826"];
    let folder = Folder::new();
    folder.ledger().stop();
    let serve = ["serve", "--dir", "l", "--listen", "127.0.0.1:0"];
    let served = folder.serves_logging(&serve, "trace");
    let record = |number: &str, review: &str| {
        let body = format!(
            r#"{{"type":"market.penalty","severity":"general","review":"{review}","notice":{{"served_on":"2017-01-01","statement":"answered"}},"decision":{{"number":"{number}","date":"2017-01-01","issued_by":"甲","article":"乙法第一条","served_on":"2017-01-01","document":"{}"}}}}"#,
            "0".repeat(64)
        );
        event("record.filed", "dept", SUBJECT, &body)
    };
    served.append("dept.key", &record(WORDS[1], "none")).right();
    served
        .append("dept.key", &record(WORDS[2], "none").replace("2017-01-01", "2097-01-01"))
        .failed(1, "1 of 1 events");
    let row = format!(r#"{{"list":"reg.list","row":{{"who":"{}","what":"二"}}}}"#, WORDS[3]);
    served.append("dept.key", &event("listing.entered", "dept", SUBJECT, &row)).right();
    let person = format!("person:{}", WORDS[4].repeat(4));
    served.run(&["show", "subject", &person]).right();
    served.run(&["show", "subject", SUBJECT]).right();
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    let follow = ["follow", &served.url, "--vkey", "l.vkey", "--dir", "blind", "--once"];
    let followed = folder.command(&follow).env("RUST_LOG", "trace").output().unwrap();
    assert!(followed.status.success(), "{}", String::from_utf8_lossy(&followed.stderr));
    served.stop();
    let log = std::fs::read(folder.path("served.log")).unwrap();
    assert!(holds(&log, b" INFO "), "it logs: {}", String::from_utf8_lossy(&log));
    let mut looked_at = files_under(&folder.path("blind"));
    assert!(looked_at.len() > 3);
    looked_at.extend([("the server's log".into(), log), ("the follower's".into(), followed.stderr)]);
    // What was filed is there to be found.
    let arguments = ["show", "subject", SUBJECT, "--dir", "l", "--valid-at", "2017-02-01", "--json"];
    let shown = folder.run(&arguments).right();
    assert!([0, 1, 3].iter().all(|at| shown.contains(WORDS[*at])), "{shown}");
    for word in WORDS {
        for (file, bytes) in &looked_at {
            assert!(!holds(bytes, word.as_bytes()), "{word} in {}", file.display());
        }
    }
}
