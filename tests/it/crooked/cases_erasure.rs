//! Cheats with erasure: what is taken away without an order, kept in spite of one, or brought back.

use super::forge::{Forged, MARK, Said, chained, honest, linked};
use super::{Case, Cheat, Sight};
use crate::people;
use ledger_spec::entry::Entry;
use ledger_spec::event::Event;
use serde_json::json;

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
