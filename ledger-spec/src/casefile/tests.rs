//! Tests of the case file by itself: events folded without admission, as_of at two instants.

use super::*;
use crate::catalogue::Catalogue;
use crate::definition::{Definition, Disclosure, ItemKind};
use crate::event::{Draft, Kind, Salt};
use crate::id::{AuthorityId, CatalogueItem};
use crate::json::Json;
use crate::json::fields::Fields;
use crate::time::Date;
use serde_json::{Value, json};
use tlog::checkpoint::Origin;
use tlog::position::TreeSize;

const FIRM: &str = "uscc:914403001922038216";

/// A case file in the making, with the directory and the catalogue that it is read by.
struct Desk {
    subject: SubjectId,
    file: CaseFile,
    directory: Directory,
    catalogue: Catalogue,
    next: u64,
}

fn id_of(number: u64) -> EventId {
    EventId::from_parts(1_760_000_000_000 + number, [7; 10])
}

fn at(day: &str) -> ValidTime {
    Date::parse(day).unwrap().start_of_day()
}

fn recorded(index: u64) -> Recorded {
    Recorded { index: EntryIndex::new(index), at: RecordedTime::from_micros(index) }
}

impl Desk {
    /// Entry 0 opens the ledger; the rest of the entries are the subject's. The catalogue was always there.
    fn new() -> Self {
        let name = json!({ "zh": "甲", "en": "A" });
        let key = |of: u8| tlog::key::SecretKey::from_seed(&[of; 32]).public().to_base64url();
        let body = json!({
            "spec_version": 1, "operator": { "name": name, "key": key(1) },
            "registrars": [{ "id": "registrar", "name": name, "key": key(2) }],
        });
        let mut desk = Self {
            subject: SubjectId::parse(FIRM).unwrap(),
            file: CaseFile::default(),
            directory: Directory::default(),
            catalogue: Catalogue::default(),
            next: 1,
        };
        let opened = event(Kind::LedgerOpened, 0, "operator", &SubjectId::Ledger, "2025-01-01", body);
        desk.directory.apply(&opened, recorded(0), &[]);
        let common = json!({
            "title": name, "basis": [{ "title": "法" }], "confidence": "K", "subjects": ["uscc"],
            "polarity": "negative", "disclosure": "public",
        });
        desk.adopt("type.penalty.fine", &common, json!({ "validity": "tier" }));
        desk.adopt("type.penalty.ninety", &common, json!({ "validity": { "days": 90 } }));
        desk.adopt("type.court.reorganisation", &common, json!({ "tags": ["masks_repairable"] }));
        desk.adopt("list.market.serious", &common, json!({ "columns": ["name"], "months": 36 }));
        let measure = |outlives: bool| json!({ "direction": "ban", "rests_on": ["penalty.*"], "outlives_publicity": outlives });
        desk.adopt("measure.market.ban", &common, measure(false));
        desk.adopt("measure.market.lasting", &common, measure(true));
        let grade = json!([{ "grade": "A", "title": name, "polarity": "positive" }]);
        desk.adopt(
            "rating.market.grade",
            &common,
            json!({ "method": "m", "grades": grade, "cycle_months": 12 }),
        );
        let period = |name: &str, number: u8, unit: &str| json!({ "name": name, "number": number, "unit": unit, "instrument": "law.one", "confidence": "V" });
        let periods = json!([
            period("minor.max", 3, "month"),
            period("serious.max", 3, "year"),
            period("objection.decide", 20, "day"),
        ]);
        desk.adopt("procedure.base.clock", &common, json!({ "periods": periods }));
        desk
    }

    fn adopt(&mut self, code: &str, common: &Value, more: Value) {
        let SubjectId::Catalogue(item) = SubjectId::parse(&format!("catalogue:{code}")).unwrap() else {
            panic!("{code} is of the catalogue")
        };
        let (sort, unknown): (_, &[&str]) = match &item {
            CatalogueItem::Type(_) => (ItemKind::Type, &[]),
            CatalogueItem::List(_) => (ItemKind::List, &[]),
            CatalogueItem::Measure(_) => (ItemKind::Measure, &["polarity"]),
            CatalogueItem::Rating(_) => (ItemKind::Rating, &["polarity"]),
            _ => (ItemKind::Procedure, &["polarity", "disclosure", "subjects"]),
        };
        let mut body = common.as_object().unwrap().clone();
        body.extend(more.as_object().unwrap().clone());
        unknown.iter().for_each(|field| drop(body.remove(*field)));
        let text = serde_json::to_vec(&body).unwrap();
        let mut fields = Fields::of("body", Json::parse(&text).unwrap()).unwrap();
        let definition = Definition::parse(sort, &mut fields).unwrap();
        fields.finish().unwrap();
        self.catalogue.change(&item, Some(&definition), at("2020-01-01"), recorded(0));
    }

    /// Takes in an event that holds from `from`; its id is the number of its entry.
    fn add(&mut self, kind: &str, from: &str, body: Value) -> ItemNumber {
        let number = self.next;
        self.next += 1;
        let kind = Kind::parse(kind).unwrap();
        let event = event(kind, number, "registrar", &self.subject, from, body);
        self.file.apply(Filed { event: &event, recorded: recorded(number), signers: &[] }, &self.directory);
        self.file.find(&event.id).unwrap().0
    }

    /// Refers to the thing at a number.
    fn id(&self, number: ItemNumber) -> String {
        self.file.get(number).unwrap().id.to_string()
    }

    /// A record decided on the day from which it counts.
    fn record(&mut self, code: &str, from: &str, more: Value) -> ItemNumber {
        let mut body = json!({ "type": code, "decision": { "number": "1", "date": from } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.add("record.filed", from, body)
    }

    fn fine(&mut self, from: &str) -> ItemNumber {
        self.record("penalty.fine", from, json!({ "severity": "serious" }))
    }

    fn entry(&mut self, record: ItemNumber, from: &str) -> ItemNumber {
        let record = self.id(record);
        self.add(
            "listing.entered",
            from,
            json!({ "list": "market.serious", "record": record, "row": { "name": "甲" } }),
        )
    }

    fn measure(&mut self, code: &str, ground: ItemNumber, from: &str) -> ItemNumber {
        let ground = self.id(ground);
        self.add("measure.imposed", from, json!({ "measure": code, "rests_on": ground }))
    }

    /// A step with a reason.
    fn step(&mut self, kind: &str, field: &str, of: ItemNumber, from: &str) -> ItemNumber {
        let of = self.id(of);
        self.add(kind, from, json!({ (field): of, "reason": "核实" }))
    }

    /// A repair of `target`, applied for and accepted, that is granted from `from` on.
    fn repair(&mut self, target: ItemNumber, from: &str) -> ItemNumber {
        let target = self.id(target);
        let application = self.add("repair.applied", "2025-03-01", json!({ "target": target }));
        self.step("repair.accepted", "application", application, "2025-03-02");
        self.step("repair.granted", "application", application, from);
        application
    }

    fn case(&self, day: &str) -> CaseAsOf<'_> {
        self.known(day, self.next)
    }

    fn known(&self, day: &str, size: u64) -> CaseAsOf<'_> {
        let as_of = AsOf { valid_at: at(day), known: TreeSize::new(size) };
        CaseAsOf::new(&self.subject, &self.file, (&self.catalogue, &self.directory), as_of)
    }

    /// From which day on, why, and by which entry something ends.
    fn end(&self, number: ItemNumber, as_of: &str) -> Option<(String, Cause, Option<u64>)> {
        self.case(as_of)
            .end(number)
            .map(|end| (end.at.date().to_string(), end.cause, end.entry.map(EntryIndex::get)))
    }
}

fn event(kind: Kind, number: u64, issuer: &str, subject: &SubjectId, from: &str, body: Value) -> Event {
    let draft = Draft {
        origin: &Origin::parse("credit.example/ledger").unwrap(),
        id: id_of(number),
        kind,
        issuer: &AuthorityId::parse(issuer).unwrap(),
        subject,
        valid_from: at(from),
        seen_version: None,
        salt: Salt::from_bytes([7; Salt::LEN]),
        body,
    };
    Event::parse(&draft.to_bytes().unwrap_or_else(|error| panic!("{error}: {}", draft.body))).unwrap()
}

fn ends(day: &str, cause: Cause, entry: Option<u64>) -> Option<(String, Cause, Option<u64>)> {
    Some((day.into(), cause, entry))
}

const LATER: &str = "2040-01-01";

#[test]
fn a_thing_begins_at_its_valid_time_once_it_is_known() {
    let mut desk = Desk::new();
    let fine = desk.fine("2025-02-01");
    assert_eq!(desk.case("2025-01-31").life(fine), Some(Life::NotYet));
    assert_eq!(desk.case("2025-02-01").life(fine), Some(Life::InForce));
    assert_eq!(desk.known("2025-02-01", 1).life(fine), None);
    assert_eq!(desk.known("2025-02-01", 2).life(fine), Some(Life::InForce));
    let revoked = desk.step("record.revoked", "record", fine, "2025-05-01");
    assert_eq!(desk.case("2025-04-30").life(fine), Some(Life::InForce));
    assert_eq!(desk.case("2025-05-01").life(fine), Some(Life::Ended));
    assert_eq!(desk.known("2025-05-01", 2).life(fine), Some(Life::InForce));
    assert_eq!(desk.case(LATER).life(revoked), Some(Life::InForce));
    assert_eq!(desk.case("2025-04-30").phase_at(fine), Some(Phase::Filed));
    assert_eq!(desk.file.last_phase(fine), Some(Phase::Revoked));
    assert_eq!(desk.file.last_moved(fine), Some(at("2025-05-01")));
}

#[test]
fn a_term_ends_with_its_last_day() {
    let mut desk = Desk::new();
    let serious = desk.fine("2025-02-01");
    let minor = desk.record("penalty.fine", "2025-02-01", json!({ "severity": "minor" }));
    // What an older register restricted for longer is published no longer for that.
    let restricted = json!({ "severity": "minor", "restriction_until": "2026-02-01" });
    let restricted = desk.record("penalty.fine", "2025-02-01", restricted);
    let ninety = desk.record("penalty.ninety", "2025-02-01", json!({}));
    let tierless = desk.record("penalty.fine", "2025-02-01", json!({ "severity": "general" }));
    let entry = desk.entry(serious, "2025-02-15");
    for (number, expected) in [
        (serious, Some("2028-02-02")),
        (minor, Some("2025-05-02")),
        (restricted, Some("2025-05-02")),
        (ninety, Some("2025-05-03")),
        (tierless, None),
        (entry, Some("2028-02-16")),
    ] {
        assert_eq!(desk.end(number, "2025-03-01"), expected.and_then(|day| ends(day, Cause::Expired, None)));
    }
    assert_eq!(desk.case("2025-05-01").life(minor), Some(Life::InForce));
    assert_eq!(desk.case("2025-05-02").life(minor), Some(Life::Ended));
    let (minor_id, entry_id) = (desk.id(minor), desk.id(entry));
    desk.add(
        "record.corrected",
        "2025-03-01",
        json!({ "record": minor_id, "severity": "serious", "reason": "误" }),
    );
    desk.add(
        "listing.extended",
        "2025-03-01",
        json!({ "listing": entry_id, "list": "market.serious", "until": "2030-01-01", "reason": "续" }),
    );
    assert_eq!(desk.end(minor, "2025-02-28"), ends("2025-05-02", Cause::Expired, None));
    assert_eq!(desk.end(minor, "2025-03-01"), ends("2028-02-02", Cause::Expired, None));
    assert_eq!(desk.end(entry, "2025-02-28"), ends("2028-02-16", Cause::Expired, None));
    assert_eq!(desk.end(entry, "2025-03-01"), ends("2030-01-02", Cause::Expired, None));
}

#[test]
fn what_rests_on_a_revoked_record_falls_with_it() {
    let mut desk = Desk::new();
    let fine = desk.fine("2025-02-01");
    let shown = desk.id(fine);
    let showing = desk.record("penalty.ninety", "2025-02-10", json!({ "rests_on": shown }));
    let entry = desk.entry(fine, "2025-02-15");
    let ban = desk.measure("market.ban", entry, "2025-02-20");
    let lasting = desk.measure("market.lasting", entry, "2025-02-20");
    let grade = desk.add(
        "rating.assigned",
        "2025-02-21",
        json!({ "scheme": "market.grade", "grade": "A", "rests_on": [shown] }),
    );
    desk.step("record.revoked", "record", fine, "2025-03-01");
    assert_eq!(desk.end(fine, LATER), ends("2025-03-01", Cause::Revoked, Some(7)));
    for number in [showing, entry, ban, lasting, grade] {
        assert_eq!(desk.end(number, LATER), ends("2025-03-01", Cause::GroundEnded, Some(7)), "{number:?}");
    }
    assert_eq!(desk.known("2025-03-01", 7).life(ban), Some(Life::InForce));
}

#[test]
fn what_only_expires_takes_no_entry_down_and_no_lasting_ban() {
    let mut desk = Desk::new();
    let ninety = desk.record("penalty.ninety", "2025-02-01", json!({}));
    let entry = desk.entry(ninety, "2025-02-15");
    let ban = desk.measure("market.ban", ninety, "2025-02-20");
    let lasting = desk.measure("market.lasting", ninety, "2025-02-20");
    assert_eq!(desk.end(entry, LATER), ends("2028-02-16", Cause::Expired, None));
    assert_eq!(desk.end(ban, LATER), ends("2025-05-03", Cause::GroundEnded, None));
    assert_eq!(desk.end(lasting, LATER), None);
    // After its term a revocation still says that it never counted.
    desk.step("record.revoked", "record", ninety, "2025-08-01");
    assert_eq!(desk.end(entry, LATER), ends("2025-08-01", Cause::GroundEnded, Some(5)));
    assert_eq!(desk.end(lasting, LATER), ends("2025-08-01", Cause::GroundEnded, Some(5)));
}

#[test]
fn repair_ends_until_it_is_rescinded() {
    let mut desk = Desk::new();
    let fine = desk.fine("2025-02-01");
    let entry = desk.entry(fine, "2025-02-15");
    let ban = desk.measure("market.ban", entry, "2025-02-20");
    let lasting = desk.measure("market.lasting", entry, "2025-02-20");
    let application = desk.repair(fine, "2025-06-01");
    assert_eq!(desk.case("2025-05-31").life(fine), Some(Life::InForce));
    assert_eq!(desk.end(fine, "2025-06-01"), ends("2025-06-01", Cause::Repaired, Some(7)));
    assert_eq!(desk.end(entry, "2025-06-01"), ends("2025-06-01", Cause::GroundEnded, Some(7)));
    assert_eq!(desk.case("2025-06-01").life(ban), Some(Life::Ended));
    assert_eq!(desk.case("2025-06-01").life(lasting), Some(Life::InForce));
    desk.step("repair.rescinded", "application", application, "2025-09-01");
    for (day, expected) in [
        ("2025-05-31", Life::InForce),
        ("2025-06-01", Life::Ended),
        ("2025-08-31", Life::Ended),
        ("2025-09-01", Life::InForce),
    ] {
        for number in [fine, entry, ban] {
            assert_eq!(desk.case(day).life(number), Some(expected), "{day} {number:?}");
        }
    }
    assert_eq!(desk.known("2025-09-01", 8).life(fine), Some(Life::Ended));
}

#[test]
fn the_first_of_several_ends_counts() {
    let mut desk = Desk::new();
    let fine = desk.fine("2025-02-01");
    let entry = desk.entry(fine, "2025-02-15");
    desk.step("record.revoked", "record", fine, "2025-07-01");
    let id = desk.id(entry);
    let removed = json!({ "listing": id, "list": "market.serious", "reason": "提前移出" });
    desk.add("listing.removed", "2025-06-01", removed);
    assert_eq!(desk.end(entry, LATER), ends("2025-06-01", Cause::Removed, Some(4)));
    assert_eq!(desk.known(LATER, 4).end(entry).map(|end| end.cause), Some(Cause::GroundEnded));
}

#[test]
fn a_later_grade_takes_the_place_of_an_earlier_one() {
    let mut desk = Desk::new();
    let grade = |desk: &mut Desk, from: &str| {
        desk.add("rating.assigned", from, json!({ "scheme": "market.grade", "grade": "A" }))
    };
    let first = grade(&mut desk, "2025-02-01");
    assert_eq!(desk.end(first, LATER), ends("2026-02-02", Cause::Expired, None));
    let second = grade(&mut desk, "2025-06-01");
    assert_eq!(desk.end(first, "2025-06-01"), ends("2025-06-01", Cause::Superseded, Some(2)));
    // Recorded later, but for an earlier time: the newer grade stays.
    let between = grade(&mut desk, "2025-04-01");
    assert_eq!(desk.end(first, "2025-06-01"), ends("2025-04-01", Cause::Superseded, Some(3)));
    assert_eq!(desk.end(between, "2025-06-01"), ends("2025-06-01", Cause::Superseded, Some(2)));
    assert_eq!(desk.end(second, "2025-06-01"), ends("2026-06-02", Cause::Expired, None));
    desk.step("rating.withdrawn", "rating", second, "2025-08-01");
    assert_eq!(desk.case("2025-08-01").life(second), Some(Life::Ended));
    assert_eq!(desk.case("2025-08-01").life(between), Some(Life::InForce));
}

#[test]
fn consent_withdrawn_ends_what_needed_it_and_what_rests_on_that() {
    let mut desk = Desk::new();
    let consent =
        desk.add("consent.granted", "2025-01-15", json!({ "scope": ["penalty.*"], "purpose": "公示" }));
    let id = desk.id(consent);
    let consented = desk.record("penalty.ninety", "2025-02-01", json!({ "consent": id }));
    let entry = desk.entry(consented, "2025-02-15");
    let ban = desk.measure("market.ban", consented, "2025-02-20");
    desk.step("consent.withdrawn", "consent", consent, "2025-03-01");
    for number in [consented, entry, ban] {
        assert_eq!(desk.end(number, LATER), ends("2025-03-01", Cause::GroundEnded, Some(5)), "{number:?}");
    }
}

#[test]
fn an_objection_marks_at_once_and_suspends_when_overdue_or_upheld() {
    let mut desk = Desk::new();
    let fine = desk.fine("2025-02-01");
    let id = desk.id(fine);
    let objection = desk.add("objection.raised", "2025-03-01", json!({ "target": id, "ground": "有误" }));
    let marks = |desk: &Desk, day: &str| -> Vec<Mark> {
        desk.case(day).marks(fine).iter().map(|marked| marked.mark).collect()
    };
    let public = |desk: &Desk, day: &str| desk.case(day).shows(fine, Sight::Public);
    assert_eq!(marks(&desk, "2025-02-28"), []);
    assert_eq!((marks(&desk, "2025-03-01"), public(&desk, "2025-03-01")), (vec![Mark::Objected], true));
    // Twenty days: the last is 21 March.
    assert_eq!((marks(&desk, "2025-03-21"), public(&desk, "2025-03-21")), (vec![Mark::Objected], true));
    let overdue = vec![Mark::Objected, Mark::ObjectionOverdue];
    assert_eq!((marks(&desk, "2025-03-22"), public(&desk, "2025-03-22")), (overdue, false));
    desk.step("objection.upheld", "objection", objection, "2025-04-01");
    assert_eq!(
        (marks(&desk, "2025-04-01"), public(&desk, "2025-04-01")),
        (vec![Mark::ObjectionUpheld], false)
    );
    desk.step("record.corrected", "record", fine, "2025-04-05");
    assert_eq!((marks(&desk, "2025-04-05"), public(&desk, "2025-04-05")), (vec![Mark::Corrected], true));
}

#[test]
fn holds_mark_one_thing_or_all_until_they_are_released() {
    let mut desk = Desk::new();
    let (held, other) = (desk.fine("2025-02-01"), desk.fine("2025-02-02"));
    let id = desk.id(held);
    let hold = desk.add("hold.placed", "2025-03-01", json!({ "target": id, "reason": "诉讼", "case": "一" }));
    let stay =
        desk.add("hold.placed", "2025-03-10", json!({ "reason": "诉讼", "case": "二", "publication": true }));
    let marks = |desk: &Desk, number: ItemNumber, day: &str| -> Vec<(Mark, u64)> {
        desk.case(day).marks(number).iter().map(|marked| (marked.mark, marked.entry.get())).collect()
    };
    assert_eq!(marks(&desk, held, "2025-03-01"), [(Mark::Held, 3)]);
    assert_eq!(marks(&desk, other, "2025-03-01"), []);
    assert!(desk.case("2025-03-01").shows(held, Sight::Public));
    assert_eq!(marks(&desk, other, "2025-03-10"), [(Mark::Held, 4), (Mark::PublicationStayed, 4)]);
    assert_eq!(
        marks(&desk, held, "2025-03-10"),
        [(Mark::Held, 3), (Mark::Held, 4), (Mark::PublicationStayed, 4)]
    );
    assert!(!desk.case("2025-03-10").shows(other, Sight::Public));
    assert!(desk.case("2025-03-10").shows(other, Sight::Shared));
    desk.step("hold.released", "hold", stay, "2025-04-01");
    desk.step("hold.released", "hold", hold, "2025-04-02");
    assert_eq!(marks(&desk, held, "2025-04-01"), [(Mark::Held, 3)]);
    assert_eq!(marks(&desk, held, "2025-04-02"), []);
}

#[test]
fn a_ruling_of_reorganisation_masks_what_can_be_repaired() {
    let mut desk = Desk::new();
    let (fine, plain) = (desk.fine("2025-02-01"), desk.record("penalty.ninety", "2025-02-01", json!({})));
    let entry = desk.entry(fine, "2025-02-15");
    let ruling = desk.record("court.reorganisation", "2025-03-01", json!({}));
    for target in [fine, plain] {
        let body = json!({ "target": desk.id(target), "ruling": desk.id(ruling) });
        let application = desk.add("repair.applied", "2025-03-05", body);
        desk.step("repair.accepted", "application", application, "2025-03-06");
    }
    desk.step("record.revoked", "record", ruling, "2025-04-01");
    for (day, masked) in [("2025-03-01", None), ("2025-03-06", Some((4, 6))), ("2025-04-01", None)] {
        let case = desk.case(day);
        for number in [fine, entry] {
            let masking = case.masking_of(number).map(|one| (one.ruling.get(), one.accepted.get()));
            assert_eq!(masking, masked, "{day}");
            assert_eq!(case.shows(number, Sight::Public), masked.is_none(), "{day}");
        }
        assert!(case.masking_of(plain).is_none() && case.shows(plain, Sight::Public));
    }
    let later = desk.fine("2025-03-15");
    assert_eq!(desk.case("2025-03-20").masking_of(later), None, "what comes after the ruling");
}

#[test]
fn sealed_records_are_for_courts_and_minor_ones_are_not_published() {
    let mut desk = Desk::new();
    let minor = desk.record("penalty.fine", "2025-02-01", json!({ "severity": "minor" }));
    let needed = desk.record(
        "penalty.fine",
        "2025-02-01",
        json!({ "severity": "minor", "publicity": { "until": "2025-03-31", "need": "安全" } }),
    );
    let fine = desk.fine("2025-02-01");
    desk.step("record.sealed", "record", fine, "2025-04-01");
    let seen = |number: ItemNumber, day: &str| Sight::ALL.map(|sight| desk.case(day).shows(number, sight));
    assert_eq!(desk.case("2025-03-01").disclosure(minor), Disclosure::Shared);
    assert_eq!(seen(minor, "2025-03-01"), [false, true, true, true]);
    assert_eq!(seen(needed, "2025-03-31"), [true, true, true, true]);
    assert_eq!(seen(needed, "2025-04-01"), [false, true, true, true]);
    assert_eq!(seen(fine, "2025-03-31"), [true, true, true, true]);
    assert_eq!(seen(fine, "2025-04-01"), [false, false, false, true]);
    // Ended, but not sealed: the subject may still see it.
    assert_eq!(seen(minor, "2025-05-02"), [false, false, true, true]);
}

#[test]
fn an_exemption_sets_a_measure_aside_to_its_last_day() {
    let mut desk = Desk::new();
    let fine = desk.fine("2025-02-01");
    let ban = desk.measure("market.ban", fine, "2025-02-15");
    let id = desk.id(ban);
    let body = json!({ "imposition": id, "reason": "就业", "until": "2025-04-30" });
    desk.add("measure.exempted", "2025-03-01", body);
    for (day, exempted) in
        [("2025-02-28", None), ("2025-03-01", Some(3)), ("2025-04-30", Some(3)), ("2025-05-01", None)]
    {
        assert_eq!(desk.case(day).exemption(ban).map(EntryIndex::get), exempted, "{day}");
        assert_eq!(desk.case(day).life(ban), Some(Life::InForce));
    }
    desk.step("measure.lifted", "imposition", ban, "2025-06-01");
    assert_eq!(desk.end(ban, LATER), ends("2025-06-01", Cause::TakenBack, Some(4)));
}

#[test]
fn an_entry_that_rests_on_what_it_displaces_asks_not_for_itself() {
    let mut desk = Desk::new();
    let common = json!({
        "title": { "zh": "甲", "en": "A" }, "basis": [{ "title": "法" }], "confidence": "K",
        "subjects": ["uscc"], "polarity": "negative", "disclosure": "public",
    });
    desk.adopt("type.red.honour", &common, json!({ "polarity": "positive", "tags": ["red_list"] }));
    desk.adopt("list.market.black", &common, json!({ "columns": ["name"], "months": 36, "serious": true }));
    let honour = desk.record("red.honour", "2025-02-01", json!({}));
    let more = json!({ "severity": "serious", "rests_on": desk.id(honour) });
    let fine = desk.record("penalty.fine", "2025-02-02", more);
    let row = json!({ "list": "market.black", "record": desk.id(fine), "row": { "name": "甲" } });
    desk.add("listing.entered", "2025-02-03", row);
    assert_eq!(desk.end(honour, LATER), ends("2025-02-03", Cause::Displaced, Some(3)));
}
