//! Random events: most of them carry a life on (a record, a notice, an entry on a list, a repair, …), and
//! about every third is spoiled afterwards ([`crate::spoil`]).

use crate::chance::Chance;
use crate::decision::maker;
use crate::history::{Accepted, History, Stated, is_clear};
use crate::openings::asked_at;
use crate::reference::phase;
use crate::table::{self, Row, STEPS, Who, opens};
use crate::world::{self, AUTHORITIES, MARKET, ORIGIN, SUBJECTS};
use ledger_spec::id::EventId;
use ledger_spec::time::{Date, ValidTime};
use serde_json::{Value, json};

/// Makes one event after another; knows all that was accepted, and its own clock.
pub struct Generator {
    pub chance: Chance,
    pub now: ValidTime,
    ids: u64,
}

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl Generator {
    pub fn new(seed: u64, now: ValidTime) -> Self {
        Self { chance: Chance(seed), now, ids: 1000 }
    }

    /// Gives an event an id that no other has, and its bytes.
    pub fn finish(&mut self, event: &mut Stated) {
        if event.id.is_empty() {
            self.ids += 1;
            let mut random = [0; 10];
            random[2..].copy_from_slice(&self.ids.to_be_bytes());
            event.id = EventId::from_parts(1_700_000_000_000, random).to_string();
        }
        event.bytes = written(event);
    }

    /// The next event; time goes on by up to three days.
    pub fn next(&mut self, past: &History) -> Stated {
        if self.chance.percent(60) {
            self.now = ago(self.now, -i64::try_from(self.chance.below(3 * 24 * 60)).unwrap() * MINUTE);
        }
        loop {
            let made = match self.chance.below(100) {
                0..48 => self.step(past),
                48..94 => Some(self.opening(past)),
                _ => self.governance(past),
            };
            let Some(mut event) = made else { continue };
            self.sign(past, &mut event);
            if self.chance.percent(35) {
                self.spoil(past, &mut event);
            }
            self.finish(&mut event);
            if ledger_spec::event::Event::parse(&event.bytes).is_ok() {
                return event;
            }
        }
    }

    pub fn state(
        &mut self,
        kind: &str,
        issuer: &str,
        subject: &str,
        valid_from: ValidTime,
        body: Value,
    ) -> Stated {
        Stated {
            origin: ORIGIN.into(),
            id: String::new(),
            kind: kind.into(),
            issuer: issuer.into(),
            subject: subject.into(),
            valid_from,
            seen_version: None,
            signers: Vec::new(),
            body,
            bytes: Vec::new(),
        }
    }

    /// A little while ago.
    pub fn recently(&mut self, days: usize) -> ValidTime {
        ago(self.now, i64::try_from(self.chance.below(days * 24 * 60)).unwrap() * MINUTE)
    }

    /// A little while ago, but hardly ever before what it refers to.
    fn after(&mut self, thing: &Accepted) -> ValidTime {
        let time = self.recently(12);
        if self.chance.percent(95) { time.max(thing.event.valid_from) } else { time }
    }

    /// Who may issue a step, as far as that is easily said; now and then anybody.
    fn issuer_of_step(&mut self, past: &History, row: &Row, moved: &Accepted) -> String {
        let target = moved.event.text("target").and_then(|id| past.find(&moved.event.subject, id));
        // Mostly who decided, now and then who filed it.
        let filed = self.chance.percent(20);
        let source = |thing: &Accepted| {
            if filed { thing.event.issuer.clone() } else { maker(past, thing).to_owned() }
        };
        let target = source(target.unwrap_or(moved));
        let source = source(moved);
        let last = |of: &str| last_successor(past, of);
        if self.chance.percent(6) {
            return (*self.chance.pick(AUTHORITIES)).to_owned();
        }
        let or_role = self.chance.percent(30);
        match row.who {
            Who::SourceOr(role) | Who::TargetSourceOr(role) if or_role => self.in_role(past, &[role]),
            Who::Source | Who::SourceOr(_) => last(&source),
            Who::Any(roles) => self.in_role(past, roles),
            Who::Addressee => last(moved.event.text("to").unwrap()),
            _ => last(&target),
        }
    }

    pub fn in_role(&mut self, past: &History, roles: &[&str]) -> String {
        let fits = |one: &&str| {
            past.capacity(one).is_some_and(|(has, _)| has.iter().any(|role| roles.contains(role)))
        };
        let all: Vec<&str> = AUTHORITIES.iter().copied().filter(fits).collect();
        let picked = self.chance.any(&all).unwrap_or("market");
        if self.chance.percent(80) { last_successor(past, picked) } else { picked.to_owned() }
    }

    fn step(&mut self, past: &History) -> Option<Stated> {
        let subject = *self.chance.weighted(&[(12, &"subjects"), (1, &"authorities")]);
        let subject = if subject == "subjects" {
            (*self.chance.pick(SUBJECTS)).to_owned()
        } else {
            format!("authority:{}", self.chance.pick(AUTHORITIES))
        };
        let opened: Vec<&Accepted> =
            past.stream(&subject).filter(|one| opens(&one.event.kind).is_some()).collect();
        // Later things are more likely to be in the middle of their life.
        let recent = opened.len().saturating_sub(12);
        let moved = if self.chance.percent(80) {
            self.chance.any(&opened[recent..])?
        } else {
            self.chance.any(&opened)?
        };
        let phase = phase(past, moved).unwrap();
        let open = self.chance.percent(85);
        let rows: Vec<&Row> = STEPS
            .iter()
            .filter(|row| row.opening == moved.event.kind && (!open || row.from.contains(&phase)))
            .collect();
        let row = self.chance.any(&rows)?;
        let issuer = self.issuer_of_step(past, row, moved);
        let valid_from = self.after(moved);
        let mut body = json!({ row.field: moved.event.id });
        if let Some(list) = moved.event.text("list") {
            body["list"] = json!(list);
        }
        self.fill_step(row.kind, &mut body, (moved, valid_from.date()));
        if row.kind == "record.corrected" && self.chance.percent(30) {
            self.by_review(past, &mut body, moved);
        }
        if row.kind == "record.review_closed" && self.chance.percent(20) {
            self.restores(past, &mut body, moved);
        }
        Some(self.state(row.kind, &issuer, &subject, valid_from, body))
    }

    fn fill_step(&mut self, kind: &str, body: &mut Value, (moved, day): (&Accepted, Date)) {
        body["reason"] = json!("because");
        if kind == "record.revoked" && self.chance.percent(30) {
            body["only_this"] = json!(true);
        }
        if kind == "record.revoked" && self.chance.percent(20) {
            body["void"] = json!(true);
        }
        match kind {
            "record.corrected" if self.chance.percent(40) => {
                body["severity"] = json!(self.chance.pick(&["minor", "general", "serious"]));
            }
            "record.corrected"
                if moved.event.text("severity").is_some()
                    && (moved.event.text("restriction_until").is_some() && self.chance.percent(60)
                        || self.chance.percent(10)) =>
            {
                let stated = moved.event.date("restriction_until").unwrap_or(day.plus_months(6));
                let until = stated.plus_days(20 - i64::try_from(self.chance.below(60)).unwrap());
                body["restriction_until"] = json!(until.to_string());
            }
            "record.corrected" if self.chance.percent(30) => {
                self.judged(body, day);
                if self.chance.percent(50) {
                    body["summary"] = json!("as it is");
                }
            }
            "listing.removed" => {
                if self.chance.percent(85) {
                    self.judged(body, day);
                }
                if self.chance.percent(30) {
                    body["annulled"] = json!(true);
                }
            }
            "record.revoked" | "record.sealed" | "measure.lifted" if self.chance.percent(85) => {
                self.judged(body, day);
            }
            "repair.rescinded" if self.chance.percent(50) => body["own_error"] = json!(true),
            "repair.granted" | "repair.refused" if self.chance.percent(60) => self.judged(body, day),
            "repair.served" => {
                let served = day.plus_days(i64::try_from(self.chance.below(30)).unwrap() - 25);
                body["served_on"] = json!(served.to_string());
                body["how"] = json!(self.chance.pick(&["direct", "mail", "announcement"]));
            }
            "record.review_closed" => {
                body["outcome"] =
                    json!(self.chance.pick(&["upheld", "changed", "restored", "unlawful", "withdrawn"]));
                if body["outcome"] == "restored" && self.chance.percent(90) || self.chance.percent(60) {
                    self.judged(body, day);
                    if self.chance.percent(70) {
                        let by = *self.chance.weighted(&[(8, &"higher-court"), (2, &MARKET)]);
                        body["decision"]["issued_by"] = json!(by);
                    }
                }
                if self.chance.percent(20) {
                    body["final"] = json!(true);
                }
            }
            "listing.corrected" => {
                body["row"] = json!({ "name": "right", "ground": "g" });
                if self.chance.percent(5) {
                    body["row"] = json!({ "name": "right" });
                }
            }
            "record.annotated" => body["statement"] = json!("said"),
            "listing.statement_received" => body["answered"] = json!(self.chance.percent(50)),
            "listing.extended" => {
                // Beyond the term that it has: its own, or that of its list.
                let term = moved.event.date("until").unwrap_or(moved.event.day().plus_months(36));
                let until = if self.chance.percent(20) { day } else { term };
                body["until"] = json!(until.plus_days(*self.chance.pick(&[20, 50, 90])).to_string());
                if self.chance.percent(80) {
                    let day = day.to_string();
                    body["decision"] = json!({ "number": "extended", "date": day, "issued_by": "the bureau",
                        "article": "art. 5", "served_on": day, "document": "ab".repeat(32) });
                }
            }
            "measure.applied" => {
                body["domain"] = json!("tendering");
                body["outcome"] = json!("kept out");
            }
            "complaint.decided" => body["outcome"] = json!(self.chance.pick(&["founded", "unfounded"])),
            _ => {}
        }
    }

    /// Names the decision by which the last review was closed, and mostly raises what it corrects.
    fn by_review(&mut self, past: &History, body: &mut Value, moved: &Accepted) {
        let mut closed = past.stream(&moved.event.subject).filter(|one| {
            one.event.kind == "record.review_closed" && one.event.text("record") == Some(&moved.event.id)
        });
        if let Some(decision) = closed.next_back().map(|one| &one.event.body["decision"])
            && !decision.is_null()
        {
            body["decision"] = decision.clone();
            body["severity"] = moved.event.body["severity"].clone();
        }
    }

    /// Names a decision that stands again: one that a step on the record named.
    fn restores(&mut self, past: &History, body: &mut Value, moved: &Accepted) {
        let said: Vec<&Accepted> = past
            .stream(&moved.event.subject)
            .filter(|one| one.event.text("record") == Some(&moved.event.id))
            .filter(|one| !one.event.body["decision"].is_null())
            .collect();
        if let Some(one) = self.chance.any(&said) {
            body["restores"] = one.event.body["decision"].clone();
        }
    }

    /// A judgment, mostly of a day before.
    fn judged(&mut self, body: &mut Value, day: Date) {
        let date = day.plus_days(i64::try_from(self.chance.below(20)).unwrap() - 18);
        body["decision"] = json!({ "number": "judgment", "date": date.to_string() });
    }

    fn opening(&mut self, past: &History) -> Stated {
        let subject = *self.chance.weighted(&[
            (8, &SUBJECTS[0]),
            (6, &SUBJECTS[1]),
            (9, &SUBJECTS[2]),
            (1, &SUBJECTS[3]),
            (2, &SUBJECTS[4]),
            (3, &SUBJECTS[5]),
            (2, &SUBJECTS[6]),
            (9, &SUBJECTS[7]),
        ]);
        let current = world::RENAMED[usize::from(past.epoch() == 2)];
        let renamed = world::RENAMED.iter().any(|at| SUBJECTS[*at] == subject);
        let subject = if renamed && self.chance.percent(85) { SUBJECTS[current] } else { subject };
        let kind = self.chance.weighted(&[
            (22, "record.filed"),
            (9, "listing.notified"),
            (16, "listing.entered"),
            (8, "measure.imposed"),
            (15, "repair.applied"),
            (8, "objection.raised"),
            (3, "complaint.filed"),
            (3, "hold.placed"),
            (3, "commitment.made"),
            (5, "rating.assigned"),
            (4, "points.charged"),
            (4, "consent.granted"),
            (2, "subject.verified"),
            (3, "report.issued"),
            (3, "use.reported"),
            (1, "population.declared"),
            (1, "rectification.ordered"),
            (1, "incident.opened"),
            (3, "transfer.made"),
            (3, "migration.opened"),
            (2, "subject.registered"),
            (2, "subject.amended"),
            (1, "subject.dissolved"),
            (1, "subject.merged"),
            (2, "subject.identifier_accepted"),
            (3, "subject.identifier_linked"),
        ]);
        // Who is gone is recorded no more: most stay.
        let stays = matches!(kind, "subject.dissolved" | "subject.merged") && self.chance.percent(90);
        let kind = if stays { "measure.imposed" } else { kind };
        let subject = match kind {
            "rectification.ordered" | "migration.opened" | "incident.opened" => {
                format!("authority:{}", self.chance.pick(AUTHORITIES))
            }
            "population.declared" => "place:430381".to_owned(),
            "subject.identifier_accepted" if self.chance.percent(90) => SUBJECTS[5].to_owned(),
            "subject.identifier_linked" if self.chance.percent(60) => {
                (*self.chance.pick(world::BODIES)).to_owned()
            }
            _ => (*subject).to_owned(),
        };
        let issuer = if self.chance.percent(4) {
            (*self.chance.pick(AUTHORITIES)).to_owned()
        } else {
            self.in_role(past, table::roles(kind))
        };
        let valid_from = self.recently(20);
        let mut event = self.state(kind, &issuer, &subject, valid_from, json!({}));
        self.fill(past, &mut event);
        event
    }

    /// Signs with keys in force: two where the catalogue wants two, and not the target's key to decide an
    /// objection, most of the time.
    fn sign(&mut self, past: &History, event: &mut Stated) {
        let keys = past.keys(&event.issuer);
        let mut good: Vec<String> =
            keys.iter().filter(|(_, revoked)| !revoked).map(|(key, _)| (*key).to_owned()).collect();
        if good.is_empty() {
            good = AUTHORITIES.iter().take(1).map(|one| world::key(one, 0).public().to_base64url()).collect();
        }
        if event.kind.starts_with("objection.") && self.chance.percent(80) {
            let objection = event.text("objection").and_then(|id| past.find(&event.subject, id));
            let target = objection.and_then(|one| past.find(&event.subject, one.event.text("target")?));
            if let Some(target) = target {
                let other: Vec<String> =
                    good.iter().filter(|key| !target.event.signers.contains(key)).cloned().collect();
                good = if other.is_empty() { good } else { other };
            }
        }
        let first = self.chance.below(good.len());
        event.signers = vec![good[first].clone()];
        let two = wants_two(past, event) || self.chance.percent(5);
        if two && good.len() > 1 {
            event.signers.push(good[(first + 1) % good.len()].clone());
        }
    }
}

/// Whether the catalogue wants two signatures of an event.
fn wants_two(past: &History, event: &Stated) -> bool {
    let (sort, field) = match event.kind.as_str() {
        "record.filed" => ("type", "type"),
        "listing.entered" => ("list", "list"),
        "measure.imposed" => ("measure", "measure"),
        _ => return false,
    };
    let definition = past.definition(sort, event.text(field).unwrap(), asked_at(event));
    definition.is_some_and(|definition| definition["legal_review"] == true)
}

fn last_successor(past: &History, authority: &str) -> String {
    let mut last = authority;
    for _ in 0..4 {
        last = past.successor(last).unwrap_or(last);
    }
    last.to_owned()
}

pub fn ago(time: ValidTime, micros: i64) -> ValidTime {
    ValidTime::from_micros(time.micros() - micros).unwrap()
}

pub fn days_ago(time: ValidTime, days: i64) -> ValidTime {
    ago(time, days * DAY)
}

/// The bytes of an event.
fn written(event: &Stated) -> Vec<u8> {
    let mut whole = json!({
        "origin": event.origin, "id": event.id, "kind": event.kind, "issuer": event.issuer, "subject": event.subject,
        "valid_from": event.valid_from.to_string(), "body": event.body,
    });
    if !is_clear(&event.kind) {
        whole["salt"] = json!("c2FsdCBvZiBhIG1vZGVsLg");
    }
    if let Some(version) = event.seen_version {
        whole["seen_version"] = json!(version);
    }
    serde_json::to_vec(&whole).unwrap()
}
