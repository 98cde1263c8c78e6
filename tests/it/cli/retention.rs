//! `retention`: what the law lets go is proposed, drafted, ordered by whoever answers for it, and then erased.

use super::{Folder, OPENED, Served, event};
use serde_json::{Value, json};

const PERSON: &str = "person:abababababababababababababababababababababababababababababababab";

/// Files a record about the person, ends it with a step, and gives the entry and the event's id.
fn ended(served: &Served<'_>, number: &str) -> (u64, String) {
    let body = json!({
        "type": "market.personal", "decision": { "number": number, "date": "2017-01-01" },
        "person": { "adult_at_conduct": true, "adult_at_filing": true, "full_capacity": true },
    });
    let filed = served.append("dept.key", &event("record.filed", "dept", PERSON, &body.to_string())).right();
    let entry = index_of(&filed);
    let shown = ["show", "entry", &entry.to_string(), "--dir", "l", "--sight", "court", "--json"];
    let shown: Value = serde_json::from_str(&served.folder.run(&shown).right()).unwrap();
    let id = shown["event"]["id"].as_str().unwrap().to_owned();
    let decision = json!({ "number": "测撤〔2017〕1号", "date": "2017-01-01" });
    let revoked = json!({ "record": id, "reason": "办结", "decision": decision }).to_string();
    served.append("dept.key", &event("record.revoked", "dept", PERSON, &revoked)).right();
    (entry, id)
}

fn index_of(appended: &str) -> u64 {
    let said: Value = serde_json::from_str(appended.lines().next().unwrap()).unwrap();
    said["index"].as_u64().unwrap()
}

fn proposed(folder: &Folder, more: &[&str]) -> Vec<Value> {
    let asked = [&["retention", "--dir", "l", "--json"], more].concat();
    let said: Value = serde_json::from_str(&folder.run(&asked).right()).unwrap();
    said["due"].as_array().unwrap().clone()
}

#[test]
fn what_the_law_lets_go_is_proposed_ordered_and_erased() {
    let folder = Folder::new();
    let served = folder.ledger();
    let law =
        json!({ "title": { "zh": "个人信息法", "en": "Privacy Act" }, "level": "law", "confidence": "V" });
    let registered =
        event("catalogue.basis_registered", "steward", "catalogue:basis.law.one", &law.to_string());
    served.append("steward.key", &registered).right();
    let mut adopted = json!({
        "title": { "zh": "岗位信息", "en": "Post" }, "polarity": "neutral", "disclosure": "restricted",
        "subjects": ["person"], "basis": [{ "instrument": "law.one" }], "confidence": "U",
        "retention": [{ "when": "ended", "persons": true, "instrument": "law.none", "article": "47" }],
    });
    let adopt = |body: &Value| {
        event("catalogue.type_adopted", "steward", "catalogue:type.market.personal", &body.to_string())
    };
    let refused = served.append("steward.key", &adopt(&adopted)).failed(1, "");
    assert!(refused.out.contains("law.none"), "{}", refused.out);
    adopted["retention"][0]["instrument"] = "law.one".into();
    served.append("steward.key", &adopt(&adopted)).right();
    let (kept, kept_id) = ended(&served, "甲〔2017〕1号");
    let (gone, _) = ended(&served, "甲〔2017〕2号");
    let objection = json!({ "target": kept_id, "ground": "有误" }).to_string();
    // An objection to what has ended is none; a complaint about it waits, and keeps it.
    let refused = served.append("dept.key", &event("objection.raised", "dept", PERSON, &objection));
    assert!(refused.failed(1, "").out.contains("wrong-phase"));
    let complaint = json!({ "about": kept_id, "ground": "有误" }).to_string();
    served.append("dept.key", &event("complaint.filed", "dept", PERSON, &complaint)).right();

    let due = proposed(&folder, &[]);
    let brief = |line: &Value| (line["entry"].as_u64().unwrap(), line["contested"].as_bool().unwrap());
    assert_eq!(due.iter().map(brief).collect::<Vec<_>>(), [(kept, true), (gone, false)]);
    assert_eq!((&due[1]["since"], &due[1]["basis"]), (&json!("2017-01-01"), &json!("law.one")));
    assert_eq!(due[1]["entries"], json!([gone, gone + 1]));
    assert_eq!(proposed(&folder, &["--issuer", "steward"]), Vec::<Value>::new());
    assert_eq!(proposed(&folder, &["--valid-at", "2016-12-31"]), Vec::<Value>::new());
    let zh = folder.run(&["retention", "--dir", "l", "--lang", "zh"]).right();
    assert!(zh.contains("岗位信息（market.personal）　自2017-01-01起可以删除"), "{zh}");
    assert!(zh.contains("《个人信息法》第47条") && zh.contains("办结之前不得删除"), "{zh}");
    let en = folder.run(&["retention", "--dir", "l", "--lang", "en"]).right();
    assert!(
        en.contains("may be erased from 2017-01-01 on") && en.contains("Privacy Act, article 47"),
        "{en}"
    );
    assert!(en.is_ascii(), "{en}");

    // One order is drafted: of what nothing is in the way.
    let ran = folder.run(&["retention", "--dir", "l", "--drafts", "orders", "--lang", "en"]);
    assert!(ran.err.contains("1 orders drafted in orders"), "{}", ran.err);
    assert!(!folder.path(&format!("orders/{kept}.json")).exists());
    assert_eq!(proposed(&folder, &[]).len(), 2, "nothing was done");
    let draft = format!("orders/{gone}.json");
    let envelope = folder.run(&["sign", "--key", "dept.key", "--new", &draft]).right();
    folder.run_with(&["append", "--url", &served.url], &envelope).right();
    // What is ordered is proposed no more.
    assert_eq!(proposed(&folder, &[]).iter().map(brief).collect::<Vec<_>>(), [(kept, true)]);
    served.stop();
    let erased = folder.run(&["erase", "--dir", "l"]).right();
    assert!(erased.contains("erased 2 entries"), "{erased}");
    folder.audit("l");
    assert_eq!(proposed(&folder, &[]).len(), 1);

    // A monitor that opens goes past what is gone, to what says so.
    let served = folder.serve();
    folder.write("l.vkey", &folder.run(&["vkey", "--dir", "l"]).right());
    let monitor = [&["monitor", &served.url, "--dir", "m", "--vkey", "l.vkey"][..], &OPENED].concat();
    let told = folder.run(&[&monitor[..], &["--once", "--governance"]].concat()).right();
    assert!(told.lines().last().unwrap().contains("ledger.erased"), "{told}");
    assert_eq!(folder.run(&[&monitor[..], &["--once", "--governance"]].concat()).right(), "", "told already");
    served.stop();
}
