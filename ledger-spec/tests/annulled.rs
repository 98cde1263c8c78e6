//! A decision that another subject's stream says is annulled, and what the order that erases the revocation leaves of it.

#![allow(clippy::unwrap_used, clippy::panic)]

use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{AsOf, CaseFile, Cause, Filed, Life, NameHash, Sight, Viewer};
use ledger_spec::event::{Draft, Event, Kind, Salt};
use ledger_spec::governance::Governance;
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::projection::{Projector, case_of};
use ledger_spec::time::{Date, RecordedTime, ValidTime};
use serde_json::{Value, json};
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;
use tlog::position::{EntryIndex, TreeSize};

const FIRM: &str = "uscc:914403001922038216";
const OTHER: &str = "uscc:91430381MA4L2CDE2Q";

fn at(day: &str) -> ValidTime {
    Date::parse(day).unwrap().start_of_day()
}

fn id_of(number: u64) -> EventId {
    EventId::from_parts(1_760_000_000_000 + number, [7; 10])
}

fn recorded(index: u64) -> Recorded {
    Recorded { index: EntryIndex::new(index), at: RecordedTime::from_micros(index) }
}

fn event(kind: &str, number: u64, (issuer, subject): (&str, &str), from: &str, body: Value) -> Event {
    let draft = Draft {
        origin: &Origin::parse("credit.example/ledger").unwrap(),
        id: id_of(number),
        kind: Kind::parse(kind).unwrap(),
        issuer: &AuthorityId::parse(issuer).unwrap(),
        subject: &SubjectId::parse(subject).unwrap(),
        valid_from: at(from),
        seen_version: None,
        salt: Salt::from_bytes([7; Salt::LEN]),
        body,
    };
    Event::parse(&draft.to_bytes().unwrap_or_else(|error| panic!("{error}: {}", draft.body))).unwrap()
}

/// The order that erases a revocation which stood in entry 3 of the other's stream, and says so of this decision.
fn order(decision: &str, date: &str) -> Event {
    let hash: String =
        NameHash::of_decision(decision).bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let from = at("2025-05-01").to_string();
    let body = json!({
        "events": [id_of(2).to_string(), id_of(3).to_string()], "entries": [2, 3],
        "annulled": [{ "issuer": "registrar", "decision": hash, "date": date, "from": from, "entry": 3 }],
        "basis": [{ "instrument": "law.one" }],
    });
    event("erasure.ordered", 9, ("registrar", OTHER), "2026-01-01", body)
}

/// What governs once the order stands; the revocation itself is gone.
fn governed(order: &Event) -> Governance {
    let name = json!({ "zh": "甲", "en": "A" });
    let key = |of: u8| SecretKey::from_seed(&[of; 32]).public().to_base64url();
    let body = json!({
        "spec_version": 1, "operator": { "name": name, "key": key(1) },
        "registrars": [{ "id": "registrar", "name": name, "key": key(2) }],
    });
    let opened = event("ledger.opened", 0, ("operator", "ledger"), "2025-01-01", body);
    let mut governance = Governance::default();
    governance.apply(Filed { event: &opened, recorded: recorded(0), signers: &[] });
    governance.apply(Filed { event: order, recorded: recorded(9), signers: &[] });
    governance
}

/// The file of someone with a record by decision 1 of 2025-02-01, an entry on a list that rests on it, and a record by decision 1 of
/// another day.
fn file(governance: &Governance) -> CaseFile {
    let record = |date: &str| json!({ "type": "penalty.fine", "decision": { "number": "1", "date": date } });
    let entry = json!({ "list": "market.serious", "record": id_of(4).to_string(), "row": { "name": "甲" } });
    let by = ("registrar", FIRM);
    let events = [
        event("record.filed", 4, by, "2025-02-01", record("2025-02-01")),
        event("listing.entered", 5, by, "2025-02-02", entry),
        event("record.filed", 6, by, "2025-02-03", record("2025-02-03")),
    ];
    let mut file = CaseFile::default();
    for (event, number) in events.iter().zip(4..) {
        let filed = Filed { event, recorded: recorded(number), signers: &[] };
        file.apply(filed, &governance.directory);
    }
    file
}

/// Why and by which entry what stands in this entry ends.
fn end(order: &Event, number: u64, known: u64) -> Option<(ValidTime, Cause, Option<u64>)> {
    let (governance, subject) = (governed(order), SubjectId::parse(FIRM).unwrap());
    let file = file(&governance);
    let as_of = AsOf { valid_at: at("2025-06-01"), known: TreeSize::new(known) };
    let case = case_of(&subject, &file, &governance, as_of);
    let (place, _) = file.find(&id_of(number)).unwrap();
    case.end(place).map(|end| (end.at, end.cause, end.entry.map(EntryIndex::get)))
}

#[test]
fn an_erased_revocation_still_ends_what_others_have_by_the_decision() {
    let (same, from) = (order("1", "2025-02-01"), at("2025-05-01"));
    assert_eq!(end(&same, 4, 10), Some((from, Cause::Revoked, Some(3))));
    assert_eq!(end(&same, 5, 10), Some((from, Cause::GroundEnded, Some(3))));
    // The decision of another day, and what another decision's revocation says.
    assert_eq!(end(&same, 6, 10), None);
    assert_eq!(end(&order("1", "2025-02-02"), 4, 10), None);
    assert_eq!(end(&order("2", "2025-02-01"), 4, 10), None);
}

#[test]
fn which_entry_of_anothers_stream_it_was_only_who_sees_more_is_told() {
    let (governance, subject) = (governed(&order("1", "2025-02-01")), SubjectId::parse(FIRM).unwrap());
    let file = file(&governance);
    let (fine, _) = file.find(&id_of(4)).unwrap();
    let moment = AsOf { valid_at: at("2025-06-01"), known: TreeSize::new(10) };
    for (sight, entry) in [(Sight::Shared, None), (Sight::Restricted, Some(EntryIndex::new(3)))] {
        let line = Projector::new(&subject, &file, &governance, moment, Viewer::by(sight, moment)).line(fine);
        let (line, from) = (line.unwrap(), at("2025-05-01"));
        let end = line.end.unwrap();
        assert_eq!((end.cause, end.at, end.entry), (Cause::Revoked, from, entry), "{sight:?}");
        assert_eq!(line.life, Life::Ended);
    }
}

#[test]
fn what_an_order_says_again_is_taken_in_once() {
    let once = governed(&order("1", "2025-02-01"));
    let mut twice = once.clone();
    let again = order("1", "2025-02-01");
    twice.apply(Filed { event: &again, recorded: recorded(10), signers: &[] });
    assert_eq!(twice.annulments, once.annulments);
}
