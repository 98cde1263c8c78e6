//! Cheats with erasure: what is taken away without an order, kept in spite of one, or brought back.

use super::forge::{
    Forged, LEGAL, MARK, OPERATOR, ORIGIN, Said, chained, honest, key, linked, note, operator, root, stored,
};
use super::{Case, Cheat, Sight};
use crate::people;
use ledger_spec::entry::Entry;
use ledger_spec::event::Event;
use ledger_spec::time::RecordedTime;
use serde_json::json;
use tlog::cosignature::Cosigner;
use tlog::note::{KeyName, SignedNote};

pub const CASES: &[Case] = &[
    Case(
        "destroys an opening without a word",
        without_a_word,
        Sight::all(&["entry 151", "does not say that it is erased"]),
    ),
    Case("says erased what nobody ordered", unordered, Sight::all(&["entry 320", "L27"])),
    Case("leaves something out of what an order has erased", left_out, Sight::all(&["entry 322", "L27"])),
    Case("leaves an order out of what is erased", passed_over, Sight::all(&["entry 323", "L27"])),
    Case("says erased, and keeps what opens it", kept, Sight::all(&["entry 151", "something opens it"])),
    Case(
        "erases another entry than was ordered",
        another,
        Sight::all(&["entry 152", "does not say that it is erased"]),
    ),
    Case("brings an erased event back", brought_back, Sight::all(&["entry 323", "is erased"])),
    Case("takes away what is not ordered any more", withdrawn, Sight::all(&["entry 323", "L27"])),
    Case("carries out what a thief ordered", a_thiefs, Sight::all(&["entry 323", "L27"])),
    Case("erases what no auditing witness has seen", unaudited, Sight::all(&["entry 323", "L29"])),
    Case("erases under a checkpoint that covers less", too_early, Sight::all(&["entry 323", "L29"])),
    Case("erases under a stranger's cosignature", by_a_stranger, Sight::all(&["entry 323", "L29"])),
    Case("erases under another ledger's checkpoint", of_another, Sight::all(&["entry 323", "L29"])),
    Case("erases what was audited in another history", elsewhere, Sight::all(&["entry 323", "histor"])),
];

/// The honest entries, and these behind them.
pub fn honest_and(said: &[Said]) -> Vec<Entry> {
    let mut entries = honest().to_vec();
    for one in said {
        let mut entry = entries[entries.len() - 1].clone();
        one.put_into(&mut entry);
        entries.push(entry);
    }
    chained(linked(entries))
}

fn law() -> Said {
    let body = json!({"title": {"zh": "法", "en": "law"}, "level": "law", "confidence": "U"});
    let said = Said::new(9_100, "catalogue.basis_registered", "steward", "catalogue:basis.law.one", body);
    Said { valid_from: "2020-01-01T00:00:00+08:00", ..said }
}

/// An order over entries of the market regulator's about one subject.
fn order(id: u64, entries: &[usize]) -> Said {
    let events: Vec<Event> = entries.iter().map(|at| Event::parse(&honest()[*at].event).unwrap()).collect();
    let ids: Vec<_> = events.iter().map(|event| event.id.to_string()).collect();
    let body = json!({"events": ids, "entries": entries, "basis": [{"instrument": "law.one"}]});
    Said::new(id, "erasure.ordered", "market", &events[0].subject.to_string(), body)
}

fn erased(entries: &[usize]) -> Said {
    Said::new(9_200, "ledger.erased", "operator", "ledger", json!({ "entries": entries }))
}

/// A ledger in which an entry was rightly erased: entries 320 to 322 say so.
pub fn rightly() -> Forged {
    Forged::over(&honest_and(&[law(), order(9_101, &[MARK]), erased(&[MARK])])).without(&[MARK])
}

/// One in which an order was rightly passed over for a hold, which went later with its release: entries 320 to 328 say so.
pub fn held() -> Forged {
    let subject = Event::parse(&honest()[MARK].event).unwrap().subject.to_string();
    let hold = json!({"reason": "复议", "case": "(2026)1"});
    let release = json!({"hold": people::id(9_110).to_string(), "reason": "复议终结"});
    let both = [9_110, 9_111].map(|id| people::id(id).to_string());
    let both = json!({"events": both, "entries": [322, 325], "basis": [{"instrument": "law.one"}]});
    let said = [
        law(),
        order(9_101, &[MARK]),
        Said::new(9_110, "hold.placed", "market", &subject, hold),
        order(9_102, &[MARK + 1]),
        erased(&[MARK + 1]),
        Said::new(9_111, "hold.released", "market", &subject, release),
        Said::new(9_112, "erasure.ordered", "market", &subject, both),
        Said { id: 9_201, ..erased(&[MARK, 322, 325]) },
    ];
    Forged::over(&honest_and(&said)).without(&[MARK, MARK + 1, 322, 325])
}

/// An auditing witness, by the number of its seed.
fn auditor(number: u8) -> Cosigner {
    Cosigner::from_seed(KeyName::parse("auditor.example/w").unwrap(), &[number; 32])
}

fn auditors_named() -> Said {
    let body = json!({ "auditors": [auditor(40).key().to_string()] });
    Said::new(9_300, "ledger.auditors_named", "registrar", "ledger", body)
}

/// The checkpoint of a ledger over the first entries of the honest one, cosigned.
fn cosigned(origin: &str, size: usize, by: &Cosigner) -> String {
    cosigned_over(&honest()[..size], origin, by)
}

fn cosigned_over(entries: &[Entry], origin: &str, by: &Cosigner) -> String {
    let size = entries.len();
    let entries: Vec<_> = entries.iter().map(|entry| stored(entry).0).collect();
    let note = note(origin, size, root(&entries), &operator(origin, OPERATOR));
    let note = SignedNote::parse(&note).unwrap();
    note.with(vec![by.cosign(note.text(), 1_770_000_000)]).unwrap().to_string()
}

/// A ledger with an auditing witness in which an entry is said to be erased under this note.
fn audited(cosigned: Option<String>) -> Forged {
    let mut erased = erased(&[MARK]);
    if let Some(note) = cosigned {
        erased.body["cosigned"] = note.into();
    }
    let said = [law(), auditors_named(), order(9_101, &[MARK]), erased];
    Forged::over(&honest_and(&said)).without(&[MARK])
}

/// One in which an entry was rightly erased after an auditing witness had vouched for it: entries 320 to 323 say so.
pub fn rightly_audited() -> Forged {
    audited(Some(cosigned(ORIGIN, MARK + 1, &auditor(40))))
}

fn unaudited() -> Cheat {
    Cheat::of(audited(None))
}

fn too_early() -> Cheat {
    Cheat::of(audited(Some(cosigned(ORIGIN, MARK, &auditor(40)))))
}

fn by_a_stranger() -> Cheat {
    Cheat::of(audited(Some(cosigned(ORIGIN, MARK + 1, &auditor(41)))))
}

fn of_another() -> Cheat {
    Cheat::of(audited(Some(cosigned("other.example/ledger", MARK + 1, &auditor(40)))))
}

/// One that shows an auditing witness another history than everybody.
pub fn elsewhere() -> Cheat {
    let mut shown = honest()[..=MARK].to_vec();
    let last = shown.len() - 1;
    shown[last].recorded_at = RecordedTime::from_micros(shown[last].recorded_at.micros() + 1);
    Cheat::of(audited(Some(cosigned_over(&shown, ORIGIN, &auditor(40)))))
}

fn withdrawn() -> Cheat {
    let order = order(9_101, &[MARK]);
    let body = json!({ "order": people::id(9_101).to_string() });
    let taken_back = Said::new(9_103, "erasure.withdrawn", "market", &order.subject, body);
    Cheat::of(Forged::over(&honest_and(&[law(), order, taken_back, erased(&[MARK])])).without(&[MARK]))
}

fn a_thiefs() -> Cheat {
    let order = Said { keys: vec![LEGAL], ..order(9_101, &[MARK]) };
    let since = "2026-01-01T00:00:00+08:00";
    let body = json!({
        "key": key(LEGAL).public().to_base64url(), "reason": "compromised", "compromised_since": since,
    });
    let revoked = Said::new(9_104, "authority.key_revoked", "registrar", "authority:market", body);
    Cheat::of(Forged::over(&honest_and(&[law(), order, revoked, erased(&[MARK])])).without(&[MARK]))
}

fn without_a_word() -> Cheat {
    Cheat::of(Forged::over(honest()).without(&[MARK]))
}

fn unordered() -> Cheat {
    Cheat::of(Forged::over(&honest_and(&[erased(&[MARK])])).without(&[MARK]))
}

fn left_out() -> Cheat {
    let said = [law(), order(9_101, &[MARK, MARK + 40]), erased(&[MARK])];
    Cheat::of(Forged::over(&honest_and(&said)).without(&[MARK]))
}

fn passed_over() -> Cheat {
    let said = [law(), order(9_101, &[MARK + 40]), order(9_102, &[MARK]), erased(&[MARK])];
    Cheat::of(Forged::over(&honest_and(&said)).without(&[MARK]))
}

fn kept() -> Cheat {
    Cheat::of(Forged::over(&honest_and(&[law(), order(9_101, &[MARK]), erased(&[MARK])])))
}

fn another() -> Cheat {
    let said = [law(), order(9_101, &[MARK]), erased(&[MARK])];
    Cheat::of(Forged::over(&honest_and(&said)).without(&[MARK, MARK + 1]))
}

fn brought_back() -> Cheat {
    let mut entries = honest_and(&[law(), order(9_101, &[MARK]), erased(&[MARK])]);
    let mut again = entries[entries.len() - 1].clone();
    (again.event, again.signatures) = (honest()[MARK].event.clone(), honest()[MARK].signatures.clone());
    entries.push(again);
    Cheat::of(Forged::over(&chained(linked(entries))).without(&[MARK]))
}
