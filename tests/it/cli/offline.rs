//! What `verify` is given takes part in the verdict, or is refused: whatever stands beside a receipt, a checkpoint, an entry
//! or a statement.

use super::{Folder, event};
use serde_json::Value;
use tlog::cosignature::Cosigner;
use tlog::note::{KeyName, NoteSigner, SignedNote};

const USCC: &str = "uscc:914403001922038216";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A ledger of six entries, stopped: `receipt.json` of the last, `new` and `old` checkpoints with `proof.json` between
/// them, `entry` and `opening` of the last, `event`, `stated` by `auditor.vkey`, and the ledger's vkey.
fn made(folder: &Folder) -> String {
    let served = folder.ledger();
    let vkey = folder.run(&["vkey", "--dir", "l"]).right().trim().to_owned();
    folder.write("l.vkey", &vkey);
    folder.write("old", &served.run(&["show", "checkpoint"]).right());
    let body = r#"{"type":"market.penalty","severity":"general","review":"none","notice":{"served_on":"2017-01-01","statement":"answered"},"decision":{"number":"1","date":"2017-01-01","issued_by":"甲","article":"乙法第一条","served_on":"2017-01-01","document":"0000000000000000000000000000000000000000000000000000000000000001"}}"#;
    let said = event("record.filed", "dept", USCC, body);
    let line = served.append("dept.key", &said).right();
    folder.write("receipt.json", &line);
    let line = json(&line);
    folder.write("proof.txt", line["receipt"].as_str().unwrap());
    let entry = tlog::bytes::from_base64(line["entry"].as_str().unwrap()).unwrap();
    std::fs::write(folder.path("entry"), entry).unwrap();
    folder.write("opening", &line["opening"].to_string());
    folder.write("new", &served.run(&["show", "checkpoint"]).right());
    let proof = ureq::get(format!("{}/v1/consistency?from=5&to=6", served.url)).call().unwrap();
    folder.write("proof.json", &proof.into_body().read_to_string().unwrap());
    let url = served.url.clone();
    let state = ["--statement", "stated", "--key", "audit-office.key"];
    folder.run(&["keygen", "--name", "audit-office", "--out", "audit-office.key"]).right();
    folder.run(&[&["audit", "--url", &url, "--vkey", "l.vkey"], &super::OPENED[..], &state].concat()).right();
    let auditor = NoteSigner::parse(folder.read("audit-office.key").trim()).unwrap().verifier_key();
    folder.write("auditor.vkey", &auditor.to_string());
    served.stop();
    vkey
}

/// The note in a file, cosigned by these.
fn cosigned(folder: &Folder, note: &str, by: &[&Cosigner]) {
    let signed = SignedNote::parse(folder.read(note).as_bytes()).unwrap();
    let lines = by.iter().map(|by| by.cosign(signed.text(), 1_790_000_000)).collect();
    folder.write(&format!("{note}.cosigned"), &signed.with(lines).unwrap().to_string());
}

#[test]
fn what_is_given_beside_a_receipt_or_a_checkpoint_takes_part() {
    let folder = Folder::new();
    let vkey = made(&folder);
    let run = |what: &str, more: &[&str]| {
        folder.run(
            &[&["verify"], &what.split(' ').collect::<Vec<_>>()[..], &["--vkey", "l.vkey"], more].concat(),
        )
    };
    let receipts = ["receipt.json", "proof.txt --entry entry --opening opening", "new"];
    let witness = Cosigner::from_seed(KeyName::parse("office.example/w1").unwrap(), &[1; 32]);
    let rows = format!("witness w1 {}\n", witness.key());
    folder.write("none.policy", &format!("log {vkey}\n{rows}quorum none\n"));
    folder.write("w1.policy", &format!("log {vkey}\n{rows}quorum w1\n"));
    let name = KeyName::parse(vkey.split('+').next().unwrap()).unwrap();
    let other = NoteSigner::from_seed(name, &[9; 32]).verifier_key();
    folder.write("other.policy", &format!("log {other}\n{rows}quorum none\n"));
    folder.write("bad.policy", "quorum w1\n");
    for what in receipts {
        // A policy: read, for this log, and met.
        run(what, &["--policy", "none.policy"]).right();
        run(what, &["--policy", "no.where"]).failed(2, "no.where");
        run(what, &["--policy", "bad.policy"]).failed(2, "not defined above");
        run(what, &["--policy", "w1.policy"]).failed(1, "the policy is not met");
        run(what, &["--policy", "other.policy"]).failed(1, "the policy is for other logs");
        // An older checkpoint and the proof between: both or none, and it holds.
        let older = run(what, &["--older", "old", "--proof", "proof.json", "--json"]).right();
        assert_eq!(json(&older)["goes_on_from"], 5, "{what}");
        run(what, &["--older", "old", "--proof", "l.vkey"]).failed(1, "proof");
        run(what, &["--older", "l.vkey", "--proof", "proof.json"]).failed(1, "checkpoint");
        run(what, &["--older", "no.where", "--proof", "proof.json"]).failed(2, "no.where");
        // What an auditor states of the same tree.
        let stated = run(what, &["--statement", "stated", "--auditor", "auditor.vkey"]).right();
        assert!(stated.contains("all of it was opened"), "{stated}");
        run(what, &["--statement", "stated", "--auditor", "l.vkey"]).failed(1, "signature");
        run(what, &["--statement", "old", "--auditor", "auditor.vkey"]).failed(1, "signature");
    }
    // What a receipt holds of its own is not given a second time.
    run("receipt.json", &["--entry", "entry"]).failed(2, "holds one of its own");
    run("receipt.json", &["--opening", "opening"]).failed(2, "holds one of its own");
    run("new", &["--policy", "-", "--older", "-", "--proof", "proof.json"]).failed(2, "stdin");
    // A cosigned checkpoint meets the policy; the log is no witness of itself, under whatever name.
    cosigned(&folder, "new", &[&witness]);
    let met = json(&run("new.cosigned", &["--policy", "w1.policy", "--json"]).right());
    assert_eq!(met["witnesses"], serde_json::json!([["w1", 1_790_000_000]]));
    let operator = NoteSigner::parse(folder.read("l/keys/operator.key").trim()).unwrap();
    let own = NoteSigner::parse(&own_under(&operator, "office.example/own")).unwrap();
    let own = Cosigner::of(&own);
    cosigned(&folder, "new", &[&witness, &own]);
    for quorum in ["quorum own", "group two all w1 own\nquorum two"] {
        folder.write("own.policy", &format!("{rows}witness own {}\n{quorum}\n", own.key()));
        run("new.cosigned", &["--policy", "own.policy"]).failed(1, "cosigned by [w1]");
    }
    // One key under two names is one key, and a policy says so.
    let twice = rows.replace("witness w1", "witness w2");
    folder.write("twice.policy", &format!("{rows}{twice}group two all w1 w2\nquorum two\n"));
    run("new.cosigned", &["--policy", "twice.policy"]).failed(2, "stands in the policy already");
    folder.audit("l");
}

/// The secret of a key under another name.
fn own_under(signer: &NoteSigner, name: &str) -> String {
    let text = signer.secret_text();
    let seed = text.splitn(5, '+').nth(4).unwrap();
    let seed: [u8; 33] = tlog::bytes::from_base64(seed).unwrap().try_into().unwrap();
    let renamed = NoteSigner::from_seed(KeyName::parse(name).unwrap(), seed[1..].try_into().unwrap());
    renamed.secret_text().to_string()
}

#[test]
fn what_cannot_take_part_is_refused_by_its_name() {
    let folder = Folder::new();
    made(&folder);
    folder.write("none.policy", "quorum none\n");
    let (entry, opening) = (["--entry", "entry"], ["--opening", "opening"]);
    let (event, disclosure) = (["--event", "opening"], ["--disclosure", "x"]);
    let (older, proof) = (["--older", "old"], ["--proof", "proof.json"]);
    let (policy, vkey) = (["--policy", "none.policy"], ["--vkey", "l.vkey"]);
    let (statement, auditor) = (["--statement", "stated"], ["--auditor", "auditor.vkey"]);
    let run = |what: &[&str], more: &[[&str; 2]]| folder.run(&[&["verify"], what, &more.concat()].concat());
    for (beside, option) in
        [(entry, "--entry"), (opening, "--opening"), (event, "--event"), (disclosure, "--disclosure")]
    {
        run(&["new"], &[vkey, beside]).failed(2, option).failed(2, "where a checkpoint is verified");
        if option != "--entry" {
            let ran = run(&[], &[statement, auditor, beside]);
            ran.failed(2, option).failed(2, "where an auditor's statement by itself is verified");
        }
    }
    let alone = [entry, opening];
    run(&[], &alone).right();
    for (beside, option) in [
        (vec![vkey], "--vkey"),
        (vec![policy], "--policy"),
        (vec![older, proof], "--older"),
        (vec![statement, auditor], "--statement"),
    ] {
        let ran = run(&[], &[&alone[..], &beside].concat());
        ran.failed(2, option).failed(2, "where an entry by itself is verified");
        if option != "--statement" {
            run(&[], &[&[statement, auditor][..], &beside].concat()).failed(2, option);
        }
    }
    folder.audit("l");
}

#[test]
fn many_are_verified_in_one_run_as_one_by_one() {
    let folder = Folder::new();
    let vkey = made(&folder);
    let held = |name: &str| tlog::bytes::to_base64(&std::fs::read(folder.path(name)).unwrap());
    let receipt = serde_json::json!({"receipt": held("receipt.json"), "vkey": vkey});

    let with = |member: &str, value: Value| {
        let mut given = receipt.clone();
        given[member] = value;
        given.to_string()
    };
    let stated =
        serde_json::json!({"statement": held("stated"), "auditor": folder.read("auditor.vkey").trim()});
    let lines = [
        receipt.to_string(),
        with("older", held("old").into()),
        with("policy", tlog::bytes::to_base64(b"quorum w1\n").into()),
        with("unknown", "x".into()),
        with("vkey", Value::Null),
        with("receipt", "%".into()),
        receipt.to_string().replacen('{', "{\"vkey\":\"x\",", 1),
        "not JSON".to_owned(),
        String::new(),
        stated.to_string(),
    ];
    let all = folder.run_with(&["verify", "--batch", "-"], &lines.join("\n"));
    assert_eq!(all.code, 1, "{}", all.err);
    assert!(all.err.contains("8 of 10 are not right"), "{}", all.err);
    let answers: Vec<Value> = all.out.lines().map(json).collect();
    let right: Vec<bool> = answers.iter().map(|answer| answer["right"] == true).collect();
    assert_eq!(right, [true, false, false, false, false, false, false, false, false, true]);
    assert!(answers[1..9].iter().all(|answer| answer["unusable"].is_string()), "{}", all.out);
    let alone = folder.run(&["verify", "receipt.json", "--vkey", "l.vkey", "--json"]).right();
    assert_eq!(answers[0], json(&alone));
    folder.run_with(&["verify", "--batch", "-"], &lines[0]).right();
    folder.run(&["verify", "--batch", "-", "--vkey", "l.vkey"]).failed(2, "--vkey");
    folder.audit("l");
}

#[test]
fn json_in_which_two_readers_see_two_things_is_no_receipt() {
    let folder = Folder::new();
    made(&folder);
    let line = folder.read("receipt.json");
    let line = line.trim();
    let doubled = |member: &str| line.replacen('{', &format!("{{{member},"), 1);
    let members = [
        "\"x\":1,\"x\":2",
        "\"receipt\":\"x\"",
        "\"entry\":\"AAAA\"",
        "\"x\":NaN",
        "\"x\":{\"y\":1,\"y\":1}",
        "\"disclosures\":null",
    ];
    for member in members {
        folder.write("doubled.json", &doubled(member));
        folder.run(&["verify", "doubled.json", "--vkey", "l.vkey"]).failed(2, "doubled.json");
    }
    for (member, value) in [("opening", "null"), ("entry", "null"), ("entry", "7"), ("receipt", "null")] {
        let mut other = json(line);
        other[member] = json(value);
        folder.write("other.json", &other.to_string());
        folder.run(&["verify", "other.json", "--vkey", "l.vkey"]).failed(2, "other.json");
    }
    folder.write("doubled.json", &doubled("\"more\":[1]"));
    folder.run(&["verify", "doubled.json", "--vkey", "l.vkey"]).right();
    let opening = folder.read("opening");
    folder.write("opening", &opening.replacen('{', "{\"x\":1,\"x\":1,", 1));
    let opened = ["verify", "proof.txt", "--entry", "entry", "--opening", "opening", "--vkey", "l.vkey"];
    folder.run(&opened).failed(2, "opening");
    folder.write("proof.json", &folder.read("proof.json").replacen('{', "{\"proof\":[],", 1));
    let pair = ["verify", "new", "--older", "old", "--proof", "proof.json", "--vkey", "l.vkey"];
    folder.run(&pair).failed(1, "proof");
    folder.audit("l");
}
