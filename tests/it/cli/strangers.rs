//! Servers that are no ledger: whatever they answer, the program shows none of it as an answer.

use super::Folder;
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
