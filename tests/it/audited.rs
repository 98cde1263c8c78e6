//! What an auditor leaves behind for others: a signed statement, and a cosignature whose age is watched.

use crate::crooked::verifier;
use crate::erasure::{append, erased, filed, order, served};
use crate::front::Front;
use crate::http_server::{JSON, Server};
use crate::people;
use crate::support::Folder;
use ledger_spec::audit::{AuditStatement, ErasedRange};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tlog::checkpoint::SignedCheckpoint;
use tlog::cosignature::Cosigner;
use tlog::note::{KeyName, VerifierKey};
use tlog::position::EntryIndex;

/// The program's exit code, and what it said on stdout and stderr.
fn run(root: &Path, arguments: &[&str]) -> (i32, String, String) {
    let ran =
        Command::new(env!("CARGO_BIN_EXE_credit-ledger")).args(arguments).current_dir(root).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn an_opened_audit_ends_in_a_statement_that_verifies_and_is_about_one_tree() {
    let server = served("statement", 0);
    let entries = filed(&server);
    append(&server, &order(40, &[20, 21], &entries));
    erased(&server, &entries);
    let root = Folder::new("statement-files");
    let url = format!("http://{}", server.address);
    let vkey = server.vkey.to_string();
    let remote = ["audit", "--url", &url, "--vkey", &vkey];
    let opened = [&remote[..], &people::as_auditor(&root)].concat();
    let state = ["--statement", "stated", "--key", "stating.key"];
    assert_eq!(run(&root, &["keygen", "--name", "audit-office", "--out", "stating.key"]).0, 0);
    let (code, out, err) = run(&root, &[&opened[..], &state].concat());
    assert_eq!(code, 0, "{out}{err}");
    let auditor = err.lines().find_map(|line| line.split_once("signed by ")).unwrap().1.to_owned();
    let key = VerifierKey::parse(&auditor).unwrap();
    let stated = AuditStatement::verify(&std::fs::read(root.join("stated")).unwrap(), &key).unwrap();
    let latest = server.snapshots.latest();
    let [first, last] = entries.map(EntryIndex::new);
    assert_eq!((stated.size(), stated.root()), (latest.size(), latest.root()));
    assert_eq!(stated.erased(), [ErasedRange { first, last }]);
    // Of the folder itself, too, with the master key that it names.
    let folder = server.folder().to_str().unwrap();
    let (code, ..) =
        run(&root, &["audit", "--dir", folder, "--statement", "of-folder", "--key", "stating.key"]);
    assert_eq!(code, 0);

    // By itself, and beside a checkpoint or a receipt under it.
    std::fs::write(root.join("checkpoint"), latest.checkpoint_text()).unwrap();
    let at = append(&server, &people::penalty(1, "ext:test:a"));
    let statement = |name| ["--statement", name, "--auditor", &*auditor];
    let verify = |more: &[&str]| run(&root, &[&["verify"], more].concat());
    let rows = format!("{first}-{last}");
    let (code, out, _) = verify(&[&statement("stated")[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &found["size"], &found["audited"]["erased"][0]),
        (0, &latest.size().get().into(), &rows.as_str().into())
    );
    let under = |checkpoint, name| verify(&[&[checkpoint, "--vkey", &vkey], &statement(name)[..]].concat());
    for name in ["stated", "of-folder"] {
        let (code, out, err) = under("checkpoint", name);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains(&format!("but for what is erased: {rows}")), "{out}");
    }
    std::fs::write(root.join("newer"), server.snapshots.latest().checkpoint_text()).unwrap();
    let (code, _, err) = under("newer", "stated");
    assert_eq!(code, 1);
    let sizes = format!(
        "about {} entries; the checkpoint covers {}",
        latest.size(),
        server.snapshots.latest().size()
    );
    assert!(err.contains(&sizes), "{err}");
    for (file, path) in [("proof", "receipts/{}"), ("entry", "entries/{}/raw"), ("opening", "entries/{}")] {
        let path = format!("/v1/{}", path.replace("{}", &at.to_string()));
        std::fs::write(root.join(file), server.get(&path).body).unwrap();
    }
    let receipt = ["proof", "--entry", "entry", "--opening", "opening", "--vkey", &vkey];
    assert_eq!(
        verify(&[&receipt[..], &statement("stated")].concat()).0,
        1,
        "it stands under a newer checkpoint"
    );
    assert_eq!(run(&root, &[&opened[..], &state].concat()).0, 0);
    let (code, out, err) = verify(&[&receipt[..], &statement("stated")].concat());
    assert!(code == 0 && out.contains("opened and found right"), "{out}{err}");

    // It is nobody else's, and of no audit that did not open everything.
    assert_eq!(verify(&["--statement", "stated", "--auditor", &vkey]).0, 1);
    assert_eq!(verify(&["--entry", "entry", "--statement", "stated", "--auditor", &auditor]).0, 2);
    let refused = [
        [&remote[..], &state].concat(),
        [&remote[..], &["--blind"], &state].concat(),
        [&opened[..], &["--from", "checkpoint"], &state].concat(),
        [&opened[..], &state[..2]].concat(),
    ];
    for arguments in refused {
        assert_eq!(run(&root, &arguments).0, 2, "{arguments:?}");
    }
    let blind = ["follow", &url, "--dir", "blind", "--vkey", &vkey, "--once"];
    assert_eq!(run(&root, &blind).0, 0);
    std::fs::remove_file(root.join("stated")).unwrap();
    assert_eq!(run(&root, &[&["audit", "--dir", "blind"], &state[..]].concat()).0, 2);
    assert!(!root.join("stated").exists());
    server.finish();
}

/// The checkpoint of now with a cosignature of so many seconds from now.
fn cosigned(server: &Server, by: &Cosigner, seconds: i64) -> String {
    let latest = server.snapshots.latest();
    let note = latest.checkpoint.note();
    let at = (credit_ledger::clock::now().micros() / 1_000_000).checked_add_signed(seconds).unwrap();
    note.with(vec![by.cosign(note.text(), at)]).unwrap().to_string()
}

#[test]
fn a_blind_monitor_tells_when_no_auditor_has_cosigned_lately() {
    let server = Server::start("audited-within", |_| {});
    let root = Folder::new("audited-within-files");
    let [one, other] = [("office.example/one", 1), ("office.example/other", 2)]
        .map(|(name, seed)| Cosigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32]));
    let (one_key, other_key, vkey) =
        (one.key().to_string(), other.key().to_string(), server.vkey.to_string());
    let front = Front::to(server.address);
    let monitor = ["monitor", &front.url, "--dir", "copy", "--vkey", &vkey, "--every", "1"];
    let looked = |within: &str, keys: &[&str]| {
        let keys: Vec<_> = keys.iter().flat_map(|key| ["--auditor", key]).collect();
        let (code, out, err) =
            run(&root, &[&monitor[..], &["--once", "--audited-within", within], &keys].concat());
        assert_eq!(code, 0, "{err}");
        out
    };
    let show = |note: &str| front.pin("/checkpoint/witnessed", Some(note.to_owned()));
    let missing = |why: &str| format!("{{\"audited_within\":\"1h\",\"missing\":\"{why}");
    let none = missing("the ledger shows no cosignature of office.example/one");
    assert!(looked("1h", &[&one_key]).starts_with(&none));
    let fresh = cosigned(&server, &one, 0);
    show(&fresh);
    assert_eq!(looked("1h", &[&one_key]), "");
    assert!(
        looked("1h", &[&other_key])
            .starts_with(&missing("the ledger shows no cosignature of office.example/other"))
    );
    assert_eq!(looked("1h", &[&other_key, &one_key]), "", "one of them will do");
    for seconds in [-7_200, 7_200] {
        show(&cosigned(&server, &one, seconds));
        let said = looked("1h", &[&one_key]);
        assert!(said.starts_with(&missing("office.example/one has cosigned last at ")), "{said}");
    }
    // A line that is not its is none.
    show(&cosigned(&server, &Cosigner::from_seed(one.key().name().clone(), &[9; 32]), 0));
    assert!(looked("1h", &[&one_key]).starts_with(&none));
    assert_eq!(run(&root, &[&monitor[..], &["--once", "--audited-within", "1h"]].concat()).0, 2);
    assert_eq!(run(&root, &[&monitor[..], &["--once", "--auditor", &one_key]].concat()).0, 2);

    // Told once, not at each look; and when all is well again.
    front.pin("/checkpoint/witnessed", None);
    let mut running = Command::new(env!("CARGO_BIN_EXE_credit-ledger"))
        .args([&monitor[..], &["--audited-within", "1h", "--auditor", &one_key]].concat())
        .current_dir(&root)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with(&none));
    std::thread::sleep(Duration::from_secs(3));
    show(&fresh);
    assert_eq!(lines.next().unwrap(), r#"{"audited_within":"1h","missing":null}"#);
    running.kill().unwrap();
    running.wait().unwrap();

    // One that is young, and leaves out what is old: somebody is shown the same few entries again and again.
    let (size, seconds) = (server.snapshots.latest().size(), 5);
    assert_eq!(server.post(JSON, people::penalty(1, "ext:test:a")).status, 201);
    std::thread::sleep(Duration::from_secs(seconds + 1));
    let signed = SignedCheckpoint::verify(fresh.as_bytes(), &server.vkey).unwrap();
    let at = credit_ledger::clock::now().micros() / 1_000_000 + 4;
    show(&signed.with(vec![one.cosign(signed.note().text(), at)]).unwrap().to_string());
    let said = looked("5s", &[&one_key]);
    assert!(
        said.contains(&format!("office.example/one has cosigned {size} entries; the next was recorded at ")),
        "{said}"
    );
    server.finish();
}

#[test]
fn damage_under_a_running_server_is_told_with_its_entry() {
    let server = served("damage-found", 0);
    let entries = filed(&server);
    let ready = || server.get("/readyz").text().to_owned();
    assert!(ready().starts_with("ready\n") && !ready().contains("damage"), "{}", ready());
    // One byte of what is kept of the second of them, in the middle of its frame.
    let sealed = server.folder().join("sealed");
    let body = std::fs::read_dir(&sealed).unwrap().map(|file| file.unwrap().path());
    let body = body.filter(|path| path.extension().is_some_and(|found| found == "body")).max().unwrap();
    let mut bytes = std::fs::read(&body).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[end - 40] ^= 1;
    std::fs::write(&body, bytes).unwrap();

    let root = Folder::new("damage-found-files");
    let url = format!("http://{}", server.address);
    let vkey = server.vkey.to_string();
    let audit = ["audit", "--url", &url, "--vkey", &vkey];
    let (code, _, err) = run(&root, &[&audit[..], &people::as_auditor(&root)].concat());
    assert!(code == 1 && err.contains(&format!("entry {}", entries[1])), "{code} {err}");
    assert!(ready().starts_with("ready\n") && ready().contains("damage: FOUND"), "{}", ready());
    assert!(server.sample("credit_ledger_damage_found") > 0.5);
    // What is in the clear is as it was, and everything else is served.
    assert_eq!(run(&root, &["audit", "--url", &url, "--vkey", &vkey, "--blind"]).0, 0);
    server.stop();
}

/// The independent verifier signs as an auditor does, also in a matter that is named in Chinese.
#[test]
fn a_program_that_is_not_ours_audits_what_is_opened_to_it() {
    let server = served("audited-python", 0);
    filed(&server);
    let root = Folder::new("audited-python-files");
    people::as_auditor(&root);
    let (url, vkey) = (format!("http://{}", server.address), server.vkey.to_string());
    let ledger = ["ledger", &url, "--json", "--vkey", &vkey];
    for case in ["2026-1", "审计〔2026〕1号\"%\\"] {
        let ran = verifier(&root, &[&ledger[..], &["--auditor-key", "auditor.key", "--case", case]].concat());
        assert!(ran.code == 0 && ran.said.contains("\"scope\": \"opened\""), "{}", ran.said);
    }
    let blind = verifier(&root, &ledger);
    assert!(blind.code == 0 && blind.said.contains("\"scope\": \"blind\""), "{}", blind.said);
    let refused = verifier(&root, &[&ledger[..], &["--openings", &url]].concat());
    assert!(refused.code != 0 && refused.said.contains("status 401"), "{}", refused.said);
    server.finish();
}
