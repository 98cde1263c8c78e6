//! The reference: says of one event, from all that was accepted before, whether it may enter, and if not,
//! which rules refuse it.
//!
//! Every rule is asked, not only the first that refuses: the engine may name any one of those that do.

use crate::decision::{self, Names, maker};
use crate::early_end;
use crate::history::{Accepted, History, Stated, date, epoch, is_body, is_renewal};
pub use crate::phases::{last_moved, phase, phase_at};
use crate::table::{FILERS, Row, Who, roles, scheme, step, subjects};
use crate::{force, freed, governance, gravity, masks, openings, repair, reviews};
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;
use std::collections::BTreeSet;

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Accept,
    /// The same bytes stand in the stream already.
    Seen,
    /// Refused, by one of these rules.
    Refuse(BTreeSet<&'static str>),
}

/// One question: an event, at a moment, after all that was accepted.
pub struct Question<'a> {
    pub past: &'a History,
    pub event: &'a Stated,
    pub now: ValidTime,
    pub refused: BTreeSet<&'static str>,
}

/// Judges one event.
pub fn judge(past: &History, event: &Stated, now: ValidTime) -> Verdict {
    let mut question = Question { past, event, now, refused: BTreeSet::new() };
    if question.is_repeated() && question.is_by_known_keys() {
        return Verdict::Seen;
    }
    question.envelope();
    question.issuer();
    question.subject();
    question.pseudonym();
    match step(&event.kind) {
        Some(row) => question.step(row),
        None => question.opening(),
    }
    if question.refused.is_empty() { Verdict::Accept } else { Verdict::Refuse(question.refused) }
}

impl<'a> Question<'a> {
    pub fn refuse(&mut self, rule: &'static str) {
        self.refused.insert(rule);
    }

    pub fn refuse_if(&mut self, wrong: bool, rule: &'static str) {
        if wrong {
            self.refuse(rule);
        }
    }

    fn is_repeated(&self) -> bool {
        self.event.origin == crate::world::ORIGIN
            && self.with_this_id().is_some_and(|one| one.event.says_the_same(self.event))
    }

    /// What has the event's id in its stream, or under another name of its subject.
    fn with_this_id(&self) -> Option<&'a Accepted> {
        let others = || self.past.person(&self.event.subject);
        let (beside, subject) = (self.past.find_beside(self.event, &self.event.id), &self.event.subject);
        let has_names = epoch(subject).is_some() || is_body(subject);
        let others = has_names.then(|| others().find(|one| one.event.id == self.event.id));
        beside.or_else(|| others.flatten())
    }

    /// Whether each key that signed it, once, is or was its issuer's: else nobody is told that it is repeated.
    fn is_by_known_keys(&self) -> bool {
        let (signers, keys) = (&self.event.signers, self.past.keys(&self.event.issuer));
        let known = |at: usize| {
            let signer = &signers[at];
            keys.iter().any(|(key, _)| key == signer) && !signers[..at].contains(signer)
        };
        self.event.kind == "ledger.opened"
            || self.past.capacity(&self.event.issuer).is_some() && (0..signers.len()).all(known)
    }

    /// L01, L08, L09, L10.
    fn envelope(&mut self) {
        let event = self.event;
        self.refuse_if(event.origin != crate::world::ORIGIN, "L01");
        self.refuse_if(self.with_this_id().is_some(), "L08");
        let version = self.past.stream_of(event).count();
        self.refuse_if(
            event.seen_version.is_some_and(|seen| usize::try_from(seen).unwrap() != version),
            "L09",
        );
        let horizon = ValidTime::from_micros(self.now.micros() + 300_000_000).unwrap();
        self.refuse_if(!event.kind.starts_with("catalogue.") && event.valid_from > horizon, "L10");
        let body = &event.body;
        let days = [
            &body["decision"]["date"],
            &body["decision"]["served_on"],
            &body["served_on"],
            &body["corrected_on"],
            &body["registered_on"],
            &body["date"],
            &body["reported_on"],
            &body["notice"]["served_on"],
            &body["conduct"]["ended_on"],
            &body["conduct"]["discovered_on"],
        ];
        self.refuse_if(days.into_iter().filter_map(date).any(|day| day.start_of_day() > horizon), "L10");
        self.refuse_if(event.decision_day().is_some_and(|decided| event.day() < decided), "L20");
    }

    /// L02 to L05 and L23.
    fn issuer(&mut self) {
        let (past, event) = (self.past, self.event);
        self.refuse_if((event.kind == "ledger.opened") != past.0.is_empty(), "L02");
        if event.kind == "ledger.opened" {
            self.refuse_if(event.signers != [event.body["operator"]["key"].as_str().unwrap()], "L02");
            return;
        }
        if past.capacity(&event.issuer).is_none() {
            return self.refuse("L03");
        }
        let keys = past.keys(&event.issuer);
        for (at, signer) in event.signers.iter().enumerate() {
            match keys.iter().find(|(key, _)| key == signer) {
                None => self.refuse("L04"),
                Some((_, revoked)) => self.refuse_if(*revoked, "L05"),
            }
            self.refuse_if(event.signers[..at].contains(signer), "L04");
        }
        self.refuse_if(governance::is_barred(past, &event.issuer, self.now), "L23");
    }

    /// L11 and L24, as far as the kind alone decides.
    fn subject(&mut self) {
        let event = self.event;
        if step(&event.kind).is_none() {
            let scheme = scheme(&event.subject);
            self.refuse_if(!subjects(&event.kind).contains(&scheme), "L11");
        }
        if event.subject.starts_with("ext:uscc:") && event.kind != "subject.identifier_accepted" {
            let mut accepted = self.past.stream_of(event);
            let missing = accepted.all(|one| one.event.kind != "subject.identifier_accepted");
            self.refuse_if(missing, "L24");
        }
    }

    /// L28: nothing begins under another pseudonym than one of the epoch that counts.
    fn pseudonym(&mut self) {
        const NAMING: &[&str] = &[
            "record",
            "notice",
            "listing",
            "imposition",
            "application",
            "objection",
            "complaint",
            "hold",
            "commitment",
            "rating",
            "charge",
            "consent",
            "order",
            "transfer",
            "target",
            "about",
            "rests_on",
            "report",
        ];
        let (event, now) = (self.event, self.past.epoch());
        let Some(found) = epoch(&event.subject) else { return };
        let links = event.kind == "subject.identifier_linked";
        if links && event.text("identifier").is_some_and(|other| is_renewal(&event.subject, other)) {
            return;
        }
        let is_id = |value: &Value| value.as_str().is_some_and(|text| text.len() == 36);
        let names = |field: &&str| {
            let value = &event.body[*field];
            is_id(value) || value.as_array().is_some_and(|all| all.iter().any(is_id))
        };
        let goes_on = NAMING.iter().any(names);
        self.refuse_if(found > now || found < now && !goes_on, "L28");
    }

    pub fn has_role(&self, wanted: &[&str]) -> bool {
        self.past
            .capacity(&self.event.issuer)
            .is_some_and(|(roles, _)| roles.iter().any(|r| wanted.contains(r)))
    }

    /// A02: whether a pattern of the issuer's competence covers `code`.
    pub fn competent(&mut self, field: &str, code: &str) {
        let patterns =
            self.past.capacity(&self.event.issuer).and_then(|(_, competence)| competence[field].as_array());
        let covered = patterns.is_some_and(|all| all.iter().any(|pattern| covers(pattern, code)));
        self.refuse_if(!covered, "A02");
    }

    /// The event of the same stream that a field names, if it is of one of these kinds (L15) and began no
    /// later (L20).
    pub fn reference(&mut self, field: &str, kinds: &[&str]) -> Option<&'a Accepted> {
        let id = self.event.text(field)?;
        self.reference_to(id, kinds)
    }

    pub fn reference_to(&mut self, id: &str, kinds: &[&str]) -> Option<&'a Accepted> {
        let found = self.past.find_beside(self.event, id);
        let Some(found) = found.filter(|one| kinds.is_empty() || kinds.contains(&one.event.kind.as_str()))
        else {
            self.refuse("L15");
            return None;
        };
        self.refuse_if(self.event.valid_from < found.event.valid_from, "L20");
        Some(found)
    }

    /// L15: a list is named exactly where the thing named is on one, and it is that list.
    pub fn same_list(&mut self, thing: &Accepted) {
        self.refuse_if(self.event.text("list") != thing.event.text("list"), "L15");
    }

    pub fn is_natural(&self) -> bool {
        self.event.subject.starts_with("person:") || self.event.subject.starts_with("household:")
    }

    fn opening(&mut self) {
        let event = self.event;
        if event.kind == "ledger.opened" {
            return;
        }
        let entitled = self.has_role(roles(&event.kind));
        self.refuse_if(!entitled, "L06");
        if event.kind == "subject.identifier_linked" {
            // An operator links pseudonyms of another epoch alone, and nobody else does.
            let renews = event.text("identifier").is_some_and(|other| is_renewal(&event.subject, other));
            let roles: &[&str] = if renews { &["operator"] } else { &["department", "registrar"] };
            self.refuse_if(!self.has_role(roles), "L06");
        }
        if event.kind == "ledger.identity_rotated" {
            self.refuse_if(event.body["epoch"].as_u64() != Some(self.past.epoch() + 1), "L28");
        }
        if event.kind.starts_with("authority.") {
            governance::authority(self);
        } else if event.kind.starts_with("catalogue.") {
            governance::catalogue(self);
        } else if event.kind.starts_with("subject.") && event.kind != "subject.verified" {
            governance::subject(self);
        } else {
            openings::opening(self);
        }
    }

    /// A step: L15, L20, L16, then who may take it, then what the kind asks beyond.
    fn step(&mut self, row: &Row) {
        let Some(moved) = self.reference(row.field, &[row.opening]) else {
            return self.refuse("L06");
        };
        self.same_list(moved);
        let phase = phase(self.past, moved).unwrap();
        self.refuse_if(!row.from.contains(&phase), "L16");
        let last = last_moved(self.past, moved, row.kind);
        self.refuse_if(self.event.valid_from < last, "L20");
        // A decision is made after what it is about.
        let is_decided =
            ["record.filed", "listing.entered", "measure.imposed"].contains(&moved.event.kind.as_str());
        let first = moved.event.decision_day().filter(|_| is_decided);
        let asked_for = ["repair.applied", "objection.raised", "complaint.filed"];
        let asked_for = asked_for.contains(&moved.event.kind.as_str()).then(|| moved.event.day());
        let first = first.or(asked_for);
        let early = self.event.decision_day().zip(first).is_some_and(|(own, first)| own < first);
        self.refuse_if(early, "L20");
        self.who(row, moved);
        let ends =
            matches!(row.kind, "record.revoked" | "record.sealed" | "listing.removed" | "measure.lifted");
        let others =
            self.has_role(&["court"]) && !self.past.acts_for(&self.event.issuer, maker(self.past, moved));
        let annuls = row.kind == "listing.removed" && self.event.flag("annulled")
            || row.kind == "record.revoked" && self.event.flag("void");
        self.refuse_if((ends && others || annuls) && self.event.body["decision"].is_null(), "A03");
        early_end::before_its_time(self, moved);
        match self.event.kind.as_str() {
            "record.corrected" => {
                self.correction(moved);
                freed::freed(self);
            }
            "record.review_opened" => {
                self.refuse_if(reviews::is_pending(self.past, moved, self.event.valid_from), "L16");
                reviews::opened(self, moved);
            }
            "record.review_closed" => {
                reviews::closed(self, moved);
            }
            "listing.corrected" => openings::row_corrected(self, moved),
            "record.sealed" => {
                let held = self.is_held(moved);
                self.refuse_if(held, "D10");
                freed::freed(self);
            }
            "listing.extended" => self.extension(moved),
            "repair.accepted" => masks::accepted(self, moved),
            "repair.granted" => self.repair_conditions(moved),
            "repair.served" => self.delivery(moved),
            _ => {}
        }
    }

    /// Whether who issues the event decided something, or acts for whoever did.
    pub fn decided(&self, thing: &Accepted) -> bool {
        self.past.acts_for(&self.event.issuer, maker(self.past, thing))
    }

    fn who(&mut self, row: &Row, moved: &Accepted) {
        let (past, issuer) = (self.past, self.event.issuer.as_str());
        let files = matches!(row.kind, "record.corrected" | "record.retracted");
        let source = || {
            past.acts_for(issuer, maker(past, moved)) || files && past.acts_for(issuer, &moved.event.issuer)
        };
        let target = || moved.event.text("target").and_then(|id| past.find(&moved.event.subject, id));
        let of_target = || target().is_some_and(|target| past.acts_for(issuer, maker(past, target)));
        let entitled = match row.who {
            Who::Source => source(),
            Who::SourceOr(role) => source() || self.has_role(&[role]),
            Who::Any(roles) => self.has_role(roles),
            Who::TargetSource | Who::TargetSourceByAnotherKey => of_target(),
            Who::TargetSourceOr(role) => of_target() || self.has_role(&[role]),
            Who::Addressee => moved.event.text("to").is_some_and(|to| past.acts_for(issuer, to)),
        };
        // What an authority may no longer begin, it may no longer carry on.
        let serving = match row.who {
            Who::Any(_) => true,
            Who::Addressee => self.has_role(FILERS),
            Who::SourceOr(role) | Who::TargetSourceOr(role) => {
                self.has_role(&[role]) || self.has_role(roles(row.opening))
            }
            _ => self.has_role(roles(row.opening)),
        };
        self.refuse_if(!serving, "L06");
        if !entitled {
            self.refuse("L06");
            self.refuse_if(!matches!(row.who, Who::Any(_)), "L17");
        }
        if row.who == Who::TargetSourceByAnotherKey {
            let signed = |key: &String| target().is_some_and(|target| target.event.signers.contains(key));
            self.refuse_if(self.event.signers.iter().any(signed), "D09");
        }
    }

    /// A08 of a correction: the severity that it corrects to is one that the record may have; A04: nothing gets graver.
    fn correction(&mut self, record: &Accepted) {
        self.refuse_if(!reviews::may_correct(self, record), "L17");
        self.refuse_if(gravity::is_graver_than_decided(self.past, self.event, record), "A04");
        self.refuse_if(gravity::is_beyond_tier(self.past, self.event, record), "A09");
        if let Some(severity) = self.event.text("severity") {
            let wrong = !openings::severity_fits(self.past, &record.event, Some(severity));
            self.refuse_if(wrong, "A08");
        }
    }

    /// D05 of an extension: it ends later than the entry would.
    fn extension(&mut self, listing: &Accepted) {
        self.refuse_if(!force::in_force(self.past, listing, self.event.valid_from), "D05");
        let last = force::last_day(self.past, listing, self.event.valid_from);
        self.refuse_if(last.is_none_or(|last| self.event.date("until").unwrap() <= last), "D05");
        let list = self.past.definition(
            "list",
            listing.event.text("list").unwrap(),
            openings::asked_at(&listing.event),
        );
        let serious = list.is_some_and(|list| list["serious"] == true);
        self.refuse_if(serious && !self.event.decision_is_whole(), "A03");
        let months = |field: &str, from: Date| {
            let months = list.and_then(|list| list[field].as_u64());
            months.map(|months| from.plus_months(u32::try_from(months).unwrap()))
        };
        let whole =
            list.and_then(|list| Some(list["max_extension_months"].as_u64()? + list["months"].as_u64()?));
        let first = force::entered_on(&listing.event);
        let whole = whole.map(|whole| first.plus_months(u32::try_from(whole).unwrap()));
        let most = last.and_then(|_| whole.or_else(|| months("months", first)));
        self.refuse_if(most.is_some_and(|most| self.event.date("until").unwrap() > most), "D05");
        self.refuse_if(self.event.date("until").unwrap() < self.event.day(), "D05");
    }

    /// D10: whether a hold stands on this thing or another record of its decision, or on all of the subject.
    fn is_held(&self, thing: &Accepted) -> bool {
        let of_all = |one: &&Accepted| one.event.kind == "hold.placed" && one.event.text("target").is_none();
        let of_all = self.past.person(&self.event.subject).filter(of_all);
        let mut holds = of_all.chain(decision::aimed_at(self.past, thing, "hold.placed", Names::Any));
        holds.any(|hold| phase(self.past, hold) == Some("placed"))
    }

    /// A03, L20: what is delivered is the document of the last step that moved the application, on no day before it.
    fn delivery(&mut self, application: &Accepted) {
        let mut moved = self.past.stream(&self.event.subject).filter(|one| {
            one.event.text("application") == Some(&application.event.id) && one.event.kind != "repair.served"
        });
        let date =
            moved.next_back().and_then(|one| one.event.body["decision"]["date"].as_str().map(str::to_owned));
        self.refuse_if(date.is_none(), "A03");
        let served = self.event.text("served_on").unwrap_or("").to_owned();
        self.refuse_if(date.is_some_and(|date| served < date), "L20");
    }

    /// D13.
    fn repair_conditions(&mut self, application: &Accepted) {
        let said = &application.event;
        self.refuse_if(said.date("corrected_on").is_none() || !said.flag("commitment"), "D13");
        let Some(target) = self.past.find(&said.subject, said.text("target").unwrap()) else { return };
        // What is asked of a repair is asked of each record of the decision that says what it decided.
        let mut targets = decision::again(self.past, target, Names::Own);
        targets.retain(|one| one.at == target.at || repair::still_says(self.past, one, (target, self.event)));
        let listed = target.event.text("record").and_then(|id| self.past.find(&said.subject, id));
        let records: Vec<&Accepted> = match target.event.kind.as_str() {
            "record.filed" => targets.clone(),
            _ => listed.into_iter().collect(),
        };
        let of_list = target.event.text("list").and_then(|code| {
            let list = self.past.definition("list", code, openings::asked_at(&target.event))?;
            let months = u32::try_from(list["early_months"].as_u64()?).unwrap();
            // Where none has to pass, the day itself will do.
            let first = force::entered_on(&target.event);
            Some(if months == 0 { first.plus_days(-1) } else { first.plus_months(months) })
        });
        // The list's own months stand in the place of the tier's.
        let first = of_list.or_else(|| records.iter().filter_map(|one| self.tier_minimum(one)).max());
        self.refuse_if(first.is_some_and(|last| self.event.day() <= last), "D13");
        for target in targets {
            repair::asked_of_repair(self, target, application.recorded.date());
        }
    }

    /// The last day on which a record of its tier may not be repaired yet.
    fn tier_minimum(&self, record: &Accepted) -> Option<Date> {
        // Of a type that has been repealed for that day since, nobody can say that the record is negative.
        openings::polarity(self.past, &record.event)?;
        let severity = repair::severity_in_the_end(self.past, record, self.event.valid_from)?;
        let day = record.event.decision_day().unwrap();
        self.past.deadline("repair.tiers", &format!("{severity}.min"), day, day.start_of_day())
    }
}

/// The severity of a record at a valid time, as last corrected by then.
pub fn severity(past: &History, record: &Accepted, at: ValidTime) -> Option<String> {
    let mut severity = record.event.text("severity");
    for later in past.stream(&record.event.subject) {
        let corrects =
            later.event.kind == "record.corrected" && later.event.text("record") == Some(&record.event.id);
        if corrects && later.event.valid_from <= at {
            severity = later.event.text("severity").or(severity);
        }
    }
    severity.map(str::to_owned)
}

/// Whether a pattern (`a.b`, `a.*`, `*`) covers a code.
pub fn covers(pattern: &Value, code: &str) -> bool {
    let pattern = pattern.as_str().unwrap();
    match pattern.strip_suffix('*') {
        Some(prefix) => code.starts_with(prefix),
        None => pattern == code,
    }
}
