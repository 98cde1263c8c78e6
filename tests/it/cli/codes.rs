//! `code`: what a window prints for who stands before it, and that a server logs nothing of it.

use super::{Folder, event, holds};
use crate::disk_full;
use serde_json::Value;

const SUBJECT: &str = "uscc:914403001922038216";

#[test]
fn a_window_prints_a_link_and_its_qr_code_and_the_server_logs_neither() {
    let folder = Folder::new();
    let served = folder.ledger();
    let key = folder.run(&["keygen", "--name", "win", "--out", "win.key"]).right();
    let body =
        format!(r#"{{"name":{{"zh":"窗口","en":"Window"}},"roles":["window"],"keys":["{}"]}}"#, key.trim());
    served
        .append("l/keys/registrar.key", &event("authority.enrolled", "registrar", "authority:win", &body))
        .right();
    served.stop();
    let served = folder.serves_logging(&["serve", "--dir", "l", "--listen", "127.0.0.1:0"], "trace");
    let code = |more: &[&str]| {
        let arguments = ["code", "--subject", SUBJECT, "--key", "win.key", "--url", &served.url];
        folder.run(&[&arguments[..], more].concat())
    };
    let stated = ["--checked", "identity_document,registration"];
    let said = code(&stated).right();
    let link = said.lines().find(|line| line.starts_with("http")).unwrap();
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!((page, secret.len()), (&*format!("{}/portal", served.url), 30));
    assert!(said.contains('▀') && said.contains("once, until"), "{said}");
    let exchange = |secret: &str| {
        let address = served.url.strip_prefix("http://").unwrap().parse().unwrap();
        disk_full::request(address, "POST", "/v1/sessions", &format!(r#"{{"code":"{secret}"}}"#))
    };
    assert_eq!(exchange(secret).json()["subject"], SUBJECT);
    // By the event that stands there already; the page may have another address.
    let first: Value = serde_json::from_str(&code(&[&stated[..], &["--json"]].concat()).right()).unwrap();
    let event = first["verified"].as_str().unwrap();
    let again = code(&["--verified", event, "--page", "https://credit.example/", "--lang", "zh"]).right();
    let other = again.lines().find_map(|line| line.strip_prefix("https://credit.example/portal#")).unwrap();
    assert!(again.contains("可打开本人信用档案一次"), "{again}");
    let session = exchange(other).json()["session"].as_str().unwrap().to_owned();
    assert_eq!(exchange(other).status, 403);
    // What does not tell who stands there is stated by nobody, and one of the two is needed.
    code(&["--checked", "identity_document"]).failed(1, "L32");
    code(&["--checked", "invoice"]).failed(2, "identity_document");
    code(&[]).failed(2, "--verified");
    served.stop();
    let log = std::fs::read(folder.path("served.log")).unwrap();
    assert!(holds(&log, b"/v1/sessions"));
    for secret in [secret, other, &session] {
        assert!(!holds(&log, secret.as_bytes()), "{secret}");
    }
    folder.audit("l");
}
