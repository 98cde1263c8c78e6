//! What an auditor, a mirror and a watcher do at a command line, with a URL and a key and nothing else.

use super::{Folder, OPENED, Served, event};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

const USCC: &str = "uscc:914403001922038216";

/// A record of the department about a subject.
fn record(served: &Served<'_>, subject: &str) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let body = format!(
        r#"{{"type":"market.penalty","severity":"general","review":"none","notice":{{"served_on":"2017-01-01","statement":"answered"}},"decision":{{"number":"{number}","date":"2017-01-01","issued_by":"甲","article":"乙法第一条","served_on":"2017-01-01","document":"{number:064}"}}}}"#
    );
    served.append("dept.key", &event("record.filed", "dept", subject, &body)).right();
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_audit_by_url_reports_and_goes_on_from_what_it_saved() {
    let folder = Folder::new();
    let served = folder.ledger();
    let vkey = folder.run(&["vkey", "--dir", "l"]).right();
    folder.write("l.vkey", &vkey);
    let url = served.url.clone();
    let audit = |more: &[&str]| {
        let arguments = [&["audit", "--url", &url, "--vkey", "l.vkey", "--json"], more].concat();
        json(&folder.run(&arguments).right())
    };
    let opened = OPENED;
    let first = audit(&[&opened[..], &["--save", "audited"]].concat());
    assert_eq!((&first["scope"], &first["unopened"]), (&"opened".into(), &0.into()));
    assert_eq!((&first["right"], &first["entries"], &first["known"]), (&true.into(), &5.into(), &0.into()));
    assert_eq!((&first["signatures"], &first["rules_rerun"]), (&5.into(), &5.into()));
    assert_eq!(first["authorities"]["steward"], 2);
    assert_eq!(folder.read("audited"), first["checkpoint"].as_str().unwrap());
    record(&served, USCC);
    let second = audit(&[&opened[..], &["--from", "audited"]].concat());
    assert_eq!(
        (&second["entries"], &second["known"], &second["rules_rerun"]),
        (&6.into(), &5.into(), &1.into())
    );
    // Who asks for nothing that opens sees that the record stands there, and says so.
    let blind = audit(&["--from", "audited"]);
    assert_eq!((&blind["scope"], &blind["unopened"]), (&"blind".into(), &1.into()));
    assert_eq!(
        (&blind["entries"], &blind["known"], &blind["rules_rerun"]),
        (&6.into(), &5.into(), &0.into())
    );
    let whole = audit(&[]);
    assert_eq!((&whole["unopened"], &whole["rules_rerun"]), (&1.into(), &5.into()));
    assert!(
        folder
            .run(&["audit", "--url", &url, "--vkey", "l.vkey"])
            .right()
            .contains("1 sealed entries were not opened")
    );
    // What opens is given to nobody who has not signed, and to nobody who is no auditor, and the matter is named.
    let refused = |more: &[&str], code, said: &str| {
        folder.run(&[&["audit", "--url", &url, "--vkey", "l.vkey"], more].concat()).failed(code, said);
    };
    refused(&["--openings", &url], 3, "status 401, request-unsigned");
    refused(&["--auditor-key", "dept.key", "--case", "1"], 3, "status 403, purpose-not-for-role");
    refused(&["--auditor-key", "steward.key"], 2, "--case");
    folder.run(&["audit", "--dir", "l", "--openings", &url]).failed(2, "--openings");
    // Another key of the same name, nobody there, and no ledger at all.
    let name = tlog::note::KeyName::parse(super::ORIGIN).unwrap();
    let other = tlog::note::NoteSigner::from_seed(name, &[9; 32]).verifier_key().to_string();
    folder.run(&["audit", "--url", &url, "--vkey", &other]).failed(1, "checkpoint");
    folder.run(&["audit", "--url", "http://127.0.0.1:1", "--vkey", "l.vkey"]).failed(3, "127.0.0.1:1");
    folder.run(&["audit", "--url", "ftp://x", "--vkey", "l.vkey"]).failed(2, "http://HOST");
    folder.run(&["audit"]).failed(2, "--dir");
    served.stop();
    folder.audit("l");
}

#[test]
fn a_copy_is_a_ledger_to_read_and_audit() {
    let folder = Folder::new();
    let served = folder.ledger();
    record(&served, USCC);
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    let follow_to = |dir: &str, url: &str, more: &[&str]| {
        let follow = ["follow", url, "--dir", dir, "--vkey", "l.vkey", "--once", "--json"];
        folder.run(&[&follow[..], more].concat())
    };
    let follow = |url: &str| follow_to("copy", url, &OPENED);
    let copied = json(&follow(&served.url).right());
    assert_eq!((&copied["from"], &copied["entries"]), (&0.into(), &6.into()));
    assert_eq!(follow(&served.url).right(), "", "nothing new");
    record(&served, USCC);
    assert_eq!(json(&follow(&served.url).right())["from"], 6);
    let asked = |source: &[&str]| {
        folder.run(&[&["show", "subject", USCC, "--json", "--valid-at", "2026-02-01"], source].concat())
    };
    let (there, here) = (asked(&["--dir", "l"]), asked(&["--dir", "copy"]));
    // Each was asked at its own moment.
    let answer = |ran: super::Ran| {
        let mut answer = json(&ran.right());
        assert!(answer.as_object_mut().unwrap().remove("asked_at").is_some());
        answer
    };
    assert_eq!(answer(there), answer(here));
    folder.audit("copy");
    // A blind copy needs no key, holds nothing about anybody, and says so.
    let copied = json(&follow_to("blind", &served.url, &[]).right());
    assert_eq!((&copied["scope"], &copied["entries"]), (&"blind".into(), &7.into()));
    let blind = json(&folder.run(&["audit", "--dir", "blind", "--json"]).right());
    assert_eq!((&blind["scope"], &blind["unopened"]), (&"blind".into(), &2.into()));
    assert!(!folder.path("blind.master.key").exists() && !folder.path("blind/sealed").exists());
    folder.run(&["show", "subject", USCC, "--dir", "blind"]).failed(3, "this copy is blind");
    folder.run(&["show", "authorities", "--dir", "blind"]).right();
    for file in crate::walk::files(&folder.path("blind"), "") {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(18).any(|text| text == &USCC.as_bytes()[5..]), "{}", file.display());
    }
    // One sort does not become the other.
    follow_to("blind", &served.url, &OPENED).failed(3, "begin an opened one in another folder");
    follow_to("copy", &served.url, &[]).failed(3, "with --auditor-key");
    // Without its master key an opened copy opens nothing, and does not take a new one.
    std::fs::rename(folder.path("copy.master.key"), folder.path("kept.key")).unwrap();
    follow(&served.url).failed(3, "copy.master.key");
    folder.run(&["audit", "--dir", "copy"]).failed(3, "copy.master.key");
    folder.run(&["audit", "--dir", "copy", "--blind"]).right();
    std::fs::rename(folder.path("kept.key"), folder.path("copy.master.key")).unwrap();
    follow("http://127.0.0.1:1").failed(3, "127.0.0.1:1");
    // A copy that serves ends between two looks, and has nothing to read again.
    let arguments = [
        "follow",
        &served.url,
        "--dir",
        "copy",
        "--auditor-key",
        "steward.key",
        "--case",
        "1",
        "--vkey",
        "l.vkey",
        "--listen",
        "127.0.0.1:0",
        "--every",
        "600",
    ];
    folder.serves(&arguments).end();
    assert!(!folder.path("copy/running").exists());
    folder.audit("copy");
    served.stop();
    folder.audit("l");
}

#[test]
fn a_checkpoint_and_two_and_an_entry_are_verified_offline() {
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    let get = |path: &str, out: &str| {
        let mut stream = std::net::TcpStream::connect(served.url.trim_start_matches("http://")).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        std::fs::write(folder.path(out), &answer[end..]).unwrap();
    };
    get("/checkpoint", "old");
    record(&served, USCC);
    get("/checkpoint", "new");
    get("/v1/consistency?from=5&to=6", "proof.json");
    get("/tile/entries/000.p/1", "bundle");
    let alone = json(&folder.run(&["verify", "new", "--vkey", "l.vkey", "--json"]).right());
    assert_eq!((&alone["size"], alone.get("goes_on_from")), (&6.into(), None));
    let pair = ["verify", "new", "--older", "old", "--proof", "proof.json", "--vkey", "l.vkey", "--json"];
    assert_eq!(json(&folder.run(&pair).right())["goes_on_from"], 5);
    // The same proof in base64, one hash a line, as witnesses write it.
    let hashes = json(&folder.read("proof.json"))["proof"].clone();
    let lines = hashes.as_array().unwrap().iter().map(|hash| {
        let bytes = tlog::bytes::from_hex::<32>(hash.as_str().unwrap()).unwrap();
        tlog::bytes::to_base64(&bytes) + "\n"
    });
    folder.write("proof.txt", &lines.collect::<String>());
    folder.run(&["verify", "new", "--older", "old", "--proof", "proof.txt", "--vkey", "l.vkey"]).right();
    folder.write("wrong.txt", &format!("{}\n", tlog::bytes::to_base64(&[7; 32])));
    folder
        .run(&["verify", "new", "--older", "old", "--proof", "wrong.txt", "--vkey", "l.vkey"])
        .failed(1, "from 5 to 6");
    folder
        .run(&["verify", "old", "--older", "new", "--proof", "proof.json", "--vkey", "l.vkey"])
        .failed(1, "from 6 to 5");
    folder.run(&["verify", "new", "--older", "old", "--vkey", "l.vkey"]).failed(2, "--proof");
    folder.run(&["verify", "new"]).failed(2, "--vkey");
    // An entry by itself: the first of a bundle, after its length.
    let bundle = std::fs::read(folder.path("bundle")).unwrap();
    std::fs::write(folder.path("entry"), &bundle[2..]).unwrap();
    assert_eq!(json(&folder.run(&["verify", "--entry", "entry", "--json"]).right())["kind"], "ledger.opened");
    std::fs::write(folder.path("entry"), &bundle[2..bundle.len() - 1]).unwrap();
    folder.run(&["verify", "--entry", "entry"]).failed(1, "entry");
    served.stop();
    folder.audit("l");
}

/// Answers one POST with a status.
fn answer_each(hook: &TcpListener, status: &str) {
    let (mut stream, _) = hook.accept().unwrap();
    let mut bytes = vec![0; 65_536];
    let mut read = 0;
    while !String::from_utf8_lossy(&bytes[..read]).contains("\"subject\"") {
        read += stream.read(&mut bytes[read..]).unwrap();
    }
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
}

#[test]
fn a_monitor_tells_each_thing_once_to_stdout_a_webhook_or_a_command() {
    let folder = Folder::new();
    let served = folder.ledger();
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    record(&served, USCC);
    record(&served, "uscc:91110000100000001W");
    let monitor = |dir: &str, more: &[&str]| {
        let monitor = ["monitor", &served.url, "--dir", dir, "--vkey", "l.vkey", "--once"];
        folder.run(&[&monitor[..], &OPENED, more].concat())
    };
    let lines = |text: &str| text.lines().map(json).collect::<Vec<_>>();
    let told = lines(&monitor("m", &["--subject", USCC, "--governance"]).right());
    let seen: Vec<_> =
        told.iter().map(|one| (one["index"].as_u64().unwrap(), one["reasons"][0].clone())).collect();
    let governance = |index| (index, "governance".into());
    let expected: Vec<(u64, Value)> = (0..5).map(governance).chain([(5, "subject".into())]).collect();
    assert_eq!(seen, expected);
    assert_eq!(monitor("m", &["--subject", USCC, "--governance"]).right(), "", "told already");
    // By authority, and by key.
    assert_eq!(lines(&monitor("m2", &["--authority", "dept"]).right()).len(), 3);
    let key = told[5]["issuer"].as_str().map(|_| folder.read("dept.key")).unwrap();
    let signer = tlog::note::NoteSigner::parse(key.trim()).unwrap();
    let key = tlog::bytes::to_hex(signer.verifier_key().public_key());
    let signed = lines(&monitor("m3", &["--key", &key]).right());
    assert_eq!(signed.iter().map(|one| one["index"].as_u64().unwrap()).collect::<Vec<_>>(), [5, 6]);
    // A command that fails is told again; nothing is lost.
    monitor("m4", &["--subject", USCC, "--command", "cat >/dev/null; exit 7"]).failed(3, "exit status: 7");
    monitor("m4", &["--subject", USCC, "--command", "cat >>told.jsonl"]).right();
    assert_eq!(lines(&folder.read("told.jsonl"))[0]["index"], 5);
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", hook.local_addr().unwrap());
    let received = std::thread::spawn(move || {
        let (mut stream, _) = hook.accept().unwrap();
        let mut bytes = vec![0; 65_536];
        let mut read = 0;
        while !String::from_utf8_lossy(&bytes[..read]).contains("\"subject\"") {
            read += stream.read(&mut bytes[read..]).unwrap();
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        String::from_utf8(bytes[..read].to_vec()).unwrap()
    });
    monitor("m5", &["--subject", USCC, "--webhook", &url]).right();
    let received = received.join().unwrap();
    assert!(received.starts_with("POST /hook"), "{received}");
    assert_eq!(json(received.split("\r\n\r\n").nth(1).unwrap())["index"], 5);
    monitor("m6", &["--subject", USCC, "--webhook", "http://127.0.0.1:1/"]).failed(3, "--webhook");
    // What the receiver will not have is kept beside, told, and holds up nothing; what fails is told again.
    let picky =
        "read -r report; case $report in *'\"index\":1,'*) exit 65;; esac; echo \"$report\" >>picked.jsonl";
    let refused = monitor("m8", &["--governance", "--command", picky]);
    refused.failed(3, "1 refused by the receiver, kept in m8/monitor.parked");
    let picked: Vec<_> =
        lines(&folder.read("picked.jsonl")).iter().map(|one| one["index"].as_u64()).collect();
    assert_eq!(picked, [0, 2, 3, 4].map(Some));
    let parked = lines(&folder.read("m8/monitor.parked"));
    assert_eq!((parked.len(), &parked[0]["report"]["index"]), (1, &Value::from(1)));
    // Of whom the entry speaks is not left lying about.
    let kept: Vec<_> = parked[0]["report"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(kept, ["index", "reasons", "recorded_at"]);
    assert!(parked[0]["reason"].as_str().unwrap().contains("exit status: 65"), "{parked:?}");
    assert_eq!(monitor("m8", &["--governance", "--command", picky]).right(), "", "told already");
    for (status, code, left) in [("400 Bad Request", 3, 1), ("503 Service Unavailable", 3, 0)] {
        let (dir, hook) = (format!("m-{}", &status[..3]), TcpListener::bind("127.0.0.1:0").unwrap());
        let url = format!("http://{}/hook", hook.local_addr().unwrap());
        let answering = std::thread::spawn(move || answer_each(&hook, status));
        monitor(&dir, &["--subject", USCC, "--webhook", &url]).failed(code, &status[..3]);
        answering.join().unwrap();
        let parked =
            std::fs::read_to_string(folder.path(&format!("{dir}/monitor.parked"))).unwrap_or_default();
        assert_eq!(parked.lines().count(), left, "{status}");
    }
    monitor("m7", &["--late-delistings"]).right();
    // Blind, what stands in the clear is told, and nobody waits for what is never told.
    let blind = |more: &[&str]| {
        let monitor = ["monitor", &served.url, "--dir", "m9", "--vkey", "l.vkey", "--once"];
        folder.run(&[&monitor[..], more].concat())
    };
    let told = blind(&["--governance"]);
    assert!(told.err.contains("blind: of sealed entries nothing is told"), "{}", told.err);
    assert_eq!(lines(&told.right()).len(), 5);
    blind(&["--subject", USCC]).failed(2, "--subject needs --auditor-key");
    blind(&["--late-delistings"]).failed(2, "--late-delistings needs --auditor-key");
    served.stop();
    folder.audit("l");
    folder.audit("m");
}
