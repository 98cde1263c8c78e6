//! `/metrics` as whoever scrapes it reads it: strictly, line by line, as OpenMetrics 1.0 has it.

use crate::http_server::{JSON, PATIENCE, Server};
use crate::people;
use std::collections::BTreeMap;
use tlog::position::TreeSize;

/// The samples of an OpenMetrics text, by name and labels as they stand; panics where a line is not one
/// that a strict reader takes.
pub fn samples(text: &str) -> BTreeMap<String, f64> {
    let body = text.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("it does not end: {text}"));
    let (mut families, mut samples) = (BTreeMap::new(), BTreeMap::new());
    let mut current = String::new();
    for line in body.lines() {
        if let Some(said) = line.strip_prefix("# ") {
            let [word, name, rest] = said.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            match word {
                "TYPE" => assert!(families.insert(name.to_owned(), rest.to_owned()).is_none(), "{line}"),
                "UNIT" => assert!(name.ends_with(&format!("_{rest}")), "{line}"),
                "HELP" => assert!(!rest.is_empty(), "{line}"),
                _ => panic!("{line}"),
            }
            current = name.to_owned();
            continue;
        }
        let end = line.find(['{', ' ']).unwrap_or_else(|| panic!("{line}"));
        let (name, rest) = line.split_at(end);
        let suffix = name.strip_prefix(&current).unwrap_or_else(|| panic!("{line} is not of {current}"));
        let allowed: &[&str] = match families[&current].as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            other => panic!("{other}"),
        };
        assert!(allowed.contains(&suffix), "{line}");
        let value = labels(rest).strip_prefix(' ').unwrap_or_else(|| panic!("{line}"));
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        let key = line.rsplit_once(' ').unwrap().0.to_owned();
        assert!(samples.insert(key, value).is_none(), "twice: {line}");
    }
    samples
}

/// Reads labels to their closing brace, and gives what follows.
fn labels(rest: &str) -> &str {
    let Some(mut inside) = rest.strip_prefix('{') else { return rest };
    loop {
        let (name, value) = inside.split_once("=\"").unwrap_or_else(|| panic!("{rest}"));
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{rest}");
        let (mut at, bytes) = (0, value.as_bytes());
        while bytes[at] != b'"' {
            if bytes[at] == b'\\' {
                at += 1;
                assert!(matches!(bytes[at], b'\\' | b'"' | b'n'), "{rest}");
            }
            at += 1;
        }
        let after = &value[at + 1..];
        match after.strip_prefix(',') {
            Some(next) => inside = next,
            None => return after.strip_prefix('}').unwrap_or_else(|| panic!("{rest}")),
        }
    }
}

#[test]
fn metrics_are_openmetrics_that_a_strict_reader_takes() {
    let server = Server::start("metrics", |_| {});
    assert_eq!(server.post(JSON, "{").status, 400);
    let envelope = people::penalty(1, "ext:test:a");
    assert_eq!((server.post(JSON, &envelope).status, server.post(JSON, &envelope).status), (201, 200));
    assert_eq!(server.get("/no/such\"place").status, 404);
    server.snapshots.case_files().wait_for(TreeSize::new(6), PATIENCE);
    let answer = server.get("/metrics");
    assert!(
        answer.head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
        "{}",
        answer.head
    );
    let samples = samples(answer.text());
    let posts = r#"method="POST",route="/v1/events""#;
    for (name, value) in [
        (r#"credit_ledger_events_total{outcome="placed"}"#.to_owned(), 5.0),
        (r#"credit_ledger_events_total{outcome="repeat"}"#.to_owned(), 1.0),
        (r#"credit_ledger_events_refused_total{problem="truncated-body",rule=""}"#.to_owned(), 1.0),
        (format!("credit_ledger_requests_total{{{posts},status=\"201\"}}"), 5.0),
        (format!("credit_ledger_request_seconds_count{{{posts}}}"), 7.0),
        (format!("credit_ledger_request_seconds_bucket{{le=\"+Inf\",{posts}}}"), 7.0),
        (r#"credit_ledger_requests_total{method="GET",route="unmatched",status="404"}"#.to_owned(), 1.0),
        ("credit_ledger_tree_size".to_owned(), 6.0),
        ("credit_ledger_case_files_size".to_owned(), 6.0),
        ("credit_ledger_writer_stopped".to_owned(), 0.0),
        ("credit_ledger_queue_events".to_owned(), 0.0),
    ] {
        assert_eq!(samples.get(&name), Some(&value), "{name} in {samples:#?}");
    }
    // Nobody is asked to witness: nothing is said of it.
    assert!(!answer.text().contains("witness"), "{}", answer.text());
    assert_eq!(server.finish(), 6);
}
