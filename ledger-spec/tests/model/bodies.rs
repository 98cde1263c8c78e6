//! The bodies of random openings: what a careful authority would write, most of the time.

use crate::generate::Generator;
use crate::history::{Accepted, History, Stated, is_body};
use crate::masks;
use crate::reference::phase;
use crate::table::has_ended;
use crate::world::{self, AUTHORITIES, MARKET, SUBJECTS};
use ledger_spec::id::EventId;
use ledger_spec::time::Date;
use serde_json::json;

impl Generator {
    /// Something of the subject's stream of one of these kinds, rarely one that has ended; the event that
    /// names it begins no earlier.
    fn thing<'a>(&mut self, past: &'a History, event: &mut Stated, kinds: &[&str]) -> Option<&'a Accepted> {
        let live = self.chance.percent(93);
        let fits = |one: &&Accepted| {
            kinds.contains(&one.event.kind.as_str()) && !(live && phase(past, one).is_some_and(has_ended))
        };
        let all: Vec<&Accepted> = past.stream(&event.subject).filter(fits).collect();
        let recent = all.len().saturating_sub(6);
        let found = self.chance.any(&all[recent..])?;
        event.valid_from = event.valid_from.max(found.event.valid_from);
        Some(found)
    }

    fn refer(&mut self, past: &History, event: &mut Stated, field: &str, of_100: usize, kinds: &[&str]) {
        if self.chance.percent(of_100)
            && let Some(found) = self.thing(past, event, kinds)
        {
            event.body[field] = json!(found.event.id);
        }
    }

    pub fn fill(&mut self, past: &History, event: &mut Stated) {
        let any = EventId::from_parts(1, [9; 10]).to_string();
        match event.kind.clone().as_str() {
            "record.filed" => self.record(past, event),
            "listing.notified" => self.notice(past, event),
            "listing.entered" => self.entry(past, event),
            "measure.imposed" => self.measure(past, event),
            "repair.applied" => {
                let target = self.thing(past, event, &["record.filed", "listing.entered"]);
                event.body["commitment"] = json!(self.chance.percent(90));
                if self.chance.percent(90) {
                    event.body["corrected_on"] = json!(event.valid_from.date().to_string());
                }
                self.aim(event, target, &any);
                if self.chance.percent(25) {
                    self.rule(past, event);
                }
            }
            "objection.raised" => {
                const ABOUT: &[&str] = &[
                    "record.filed",
                    "listing.entered",
                    "measure.imposed",
                    "rating.assigned",
                    "points.charged",
                ];
                let target = self.thing(past, event, ABOUT);
                event.body["ground"] = json!("wrong");
                self.aim(event, target, &any);
            }
            "complaint.filed" => {
                event.body = json!({ "ground": "slow" });
                self.refer(past, event, "about", 50, &["record.filed", "repair.refused", "listing.entered"]);
            }
            "hold.placed" => {
                event.body =
                    json!({ "reason": "stay", "case": "case 7", "publication": self.chance.percent(50) });
                self.refer(
                    past,
                    event,
                    "target",
                    70,
                    &["record.filed", "listing.entered", "measure.imposed"],
                );
                if !event.body["target"].is_null() && self.chance.percent(40) {
                    event.body["execution"] = json!(true);
                    self.decide(event, 60);
                }
            }
            "commitment.made" => {
                event.body = json!({ "type": self.chance.pick(world::TYPES), "text": "promise" });
                if self.chance.percent(80) {
                    event.body["basis"] = json!([{ "instrument": "law.one" }]);
                }
            }
            "rating.assigned" => {
                event.body = json!({ "scheme": self.chance.pick(world::RATINGS), "grade": self.chance.pick(&["A", "D"]) });
                if self.chance.percent(40)
                    && let Some(record) = self.thing(past, event, &["record.filed"])
                {
                    event.body["rests_on"] = json!([record.event.id]);
                }
                self.decide(event, 30);
            }
            "points.charged" => {
                event.body = json!({ "scheme": world::POINTS[0], "rule": self.chance.pick(&["r1", "r2"]),
                                     "points": 1 + self.chance.below(4) });
                self.refer(past, event, "record", 50, &["record.filed"]);
            }
            "consent.granted" => {
                let scope = *self.chance.pick(&["base.*", "*", "base.pointer", "base.agreed"]);
                event.body = json!({ "scope": [scope], "purpose": "loan" });
                if self.chance.percent(40) {
                    event.body["until"] = json!(event.day().plus_days(60).to_string());
                }
            }
            "subject.verified" => {
                let all = ["identity_document", "registration", "power_of_attorney"];
                let agent = self.chance.percent(40);
                // What is there, or is not, by chance, but mostly what belongs there.
                let checked: Vec<_> = all
                    .into_iter()
                    .filter(|what| {
                        self.chance.percent(if *what != "power_of_attorney" || agent { 90 } else { 10 })
                    })
                    .collect();
                let checked = if checked.is_empty() { vec![all[1]] } else { checked };
                event.body = json!({ "checked": checked, "agent": agent });
            }
            "report.issued" => {
                event.body = json!({ "report": "personal", "purpose": "loan" });
                self.refer(past, event, "consent", 80, &["consent.granted"]);
            }
            "use.reported" => {
                event.body = json!({ "domain": "tendering", "outcome": "kept out" });
                self.refer(past, event, "record", 60, &["record.filed"]);
                self.refer(past, event, "report", 30, &["report.issued"]);
            }
            "population.declared" => {
                event.body = json!({ "indicator": "J1", "count": 5, "source": "survey", "date": event.day().to_string() });
                if self.chance.percent(30) {
                    event.body["indicator"] = json!("J13");
                    event.body["reached"] = json!(4);
                }
            }
            "rectification.ordered" => {
                event.body = json!({ "issue": "late", "due": event.day().plus_days(30).to_string() });
            }
            "incident.opened" => event.body = json!({ "title": "leak" }),
            "transfer.made" => {
                event.body = json!({ "to": self.chance.pick(AUTHORITIES), "ground": "not ours" });
                self.refer(past, event, "record", 50, &["record.filed"]);
            }
            "migration.opened" => {
                let unchecked: Vec<&str> = ["A03", "A04", "A05", "A06", "A10", "A11", "D04", "D05", "D08"]
                    .into_iter()
                    .filter(|_| self.chance.percent(50))
                    .collect();
                let from = event.day().plus_days(-400);
                event.body = json!({ "source": "register", "from": from.to_string(),
                                     "until": event.day().plus_days(20).to_string(), "unchecked": unchecked });
            }
            "subject.registered" | "subject.amended" if self.chance.percent(40) => {
                let days = i64::try_from(self.chance.below(60)).unwrap();
                event.body = json!({ "registered_on": event.day().plus_days(-days).to_string() });
            }
            "subject.dissolved" => event.body = json!({ "reason": "struck off" }),
            "subject.merged" => event.body = json!({ "into": self.chance.pick(SUBJECTS) }),
            "subject.identifier_accepted" => event.body = json!({ "reason": "genuine" }),
            "subject.identifier_linked" => {
                event.body = json!({ "identifier": self.chance.pick(SUBJECTS) });
                // Mostly two names of one body, each by who registered it.
                if is_body(&event.subject) && self.chance.percent(80) {
                    event.body["identifier"] = json!(self.chance.pick(world::BODIES));
                    let mut all = past.stream(&event.subject);
                    if let Some(one) = all.find(|one| one.event.kind == "subject.registered") {
                        event.issuer.clone_from(&one.event.issuer);
                    }
                }
                if self.chance.percent(15) {
                    event.body["taken_back"] = json!(true);
                }
            }
            _ => {}
        }
    }

    /// Points an application or an objection at its target, and at the target's list.
    fn aim(&mut self, event: &mut Stated, target: Option<&Accepted>, any: &str) {
        event.body["target"] = json!(target.map_or(any, |target| &target.event.id));
        if let Some(list) = target.and_then(|target| target.event.text("list")) {
            event.body["list"] = json!(list);
        }
    }

    /// Names a ruling with which it is applied for a mask, rarely another record.
    fn rule(&mut self, past: &History, event: &mut Stated) {
        let any = self.chance.percent(10);
        let fits = |one: &&Accepted| one.event.kind == "record.filed" && (any || masks::approves(one));
        let all: Vec<&Accepted> = past.stream(&event.subject).filter(fits).collect();
        if let Some(found) = self.chance.any(&all) {
            event.valid_from = event.valid_from.max(found.event.valid_from);
            event.body["ruling"] = json!(found.event.id);
        }
    }

    /// Names a decision, so many times in a hundred.
    fn decide(&mut self, event: &mut Stated, of_100: usize) {
        if self.chance.percent(of_100) {
            let day = event.day().plus_days(-i64::try_from(self.chance.below(200)).unwrap());
            event.body["decision"] = json!({ "number": "No. 1", "date": day.to_string() });
            if event.text("list") == Some("lists.grave") {
                let whole = json!({ "issued_by": "the bureau", "article": "art. 5", "served_on": day.to_string(),
                                    "document": "ab".repeat(32) });
                for (field, value) in whole.as_object().unwrap() {
                    event.body["decision"][field] = value.clone();
                }
            }
        }
    }

    fn record(&mut self, past: &History, event: &mut Stated) {
        let code = *self.chance.weighted(&[
            (24, &"base.penalty"),
            (16, &"base.fine"),
            (8, &"base.award"),
            (6, &"base.mixed"),
            (4, &"base.policy"),
            (1, &"base.gone"),
            (4, &"base.pointer"),
            (6, &"base.late"),
            (8, &"base.barred"),
            (4, &"base.agreed"),
            (5, &"base.plan"),
        ]);
        let day = event.day().plus_days(-i64::try_from(self.chance.below(120)).unwrap());
        let document = "ab".repeat(32);
        let body = *self.chance.weighted(&[(17, &"the bureau"), (3, &MARKET)]);
        event.body = json!({ "type": code, "decision": {
            "number": self.number(), "date": day.to_string(), "issued_by": body, "article": "art. 5",
            "served_on": day.to_string(), "document": document,
        } });
        if self.chance.percent(20) {
            self.same_decision(past, event);
        }
        let (code, day) = (event.text("type").unwrap().to_owned(), event.decision_day().unwrap());
        let code = code.as_str();
        if code == masks::RULING && self.chance.percent(80) {
            let step = *self.chance.weighted(&[(8, &"plan_approved"), (2, &"declared"), (1, &"accepted")]);
            event.body["details"] = json!({ "step": step });
        }
        if code == "base.mixed" {
            event.body["polarity"] = json!(self.chance.pick(&["positive", "negative"]));
        }
        if event.subject.starts_with("person:") {
            event.body["person"] =
                json!({ "adult_at_conduct": true, "adult_at_filing": true, "full_capacity": true });
        }
        if self.chance.percent(95) {
            event.body["basis"] = json!([{ "instrument": self.chance.pick(&["law.one", "law.one", "rule.two", "law.three", "law.four"]) }]);
        }
        if matches!(code, "base.pointer" | "base.agreed") {
            self.refer(past, event, "consent", 90, &["consent.granted"]);
        }
        self.refer(past, event, "rests_on", 5, &["record.filed"]);
        if crate::openings::polarity(past, event) == Some("negative") {
            self.due_process(event, day);
        }
        let about = format!("authority:{}", event.issuer);
        let mut open = past
            .stream(&about)
            .filter(|one| phase(past, one) == Some("opened") && one.event.kind == "migration.opened");
        if self.chance.percent(25)
            && let Some(open) = open.next_back()
        {
            event.body["migration"] = json!(open.event.id);
        }
    }

    /// Names the decision of a record of the subject, mostly of one that was taken back.
    fn same_decision(&mut self, past: &History, event: &mut Stated) {
        let all: Vec<&Accepted> =
            past.person(&event.subject).filter(|one| one.event.kind == "record.filed").collect();
        let taken = |one: &&Accepted| phase(past, one) == Some("retracted");
        let taken: Vec<&Accepted> = all.iter().copied().filter(taken).collect();
        let from = if taken.is_empty() || self.chance.percent(20) { &all } else { &taken };
        if let Some(one) = self.chance.any(from) {
            event.body["decision"] = one.event.body["decision"].clone();
            if self.chance.percent(70) {
                event.issuer.clone_from(&one.event.issuer);
                event.body["type"] = one.event.body["type"].clone();
            }
        }
    }

    /// One of thirty numbers, spelled in one of several ways.
    fn number(&mut self) -> String {
        let number = self.chance.below(30);
        match self.chance.below(6) {
            0 => format!("no.〔2025〕{number}"),
            5 => format!("No.〔2025〕{number}号"),
            1 => format!("No. [2025] {number}"),
            2 => format!("No.（2025）{number}"),
            _ => format!("No. (2025){number}"),
        }
    }

    fn due_process(&mut self, event: &mut Stated, day: Date) {
        let served = day.plus_days(-i64::try_from(self.chance.below(12)).unwrap());
        let statement = *self.chance.pick(&["none", "answered", "none", "answered", "waived"]);
        let ended = day.plus_days(-i64::try_from(self.chance.below(500)).unwrap());
        event.body["severity"] = json!(self.chance.pick(&["general", "serious"]));
        event.body["notice"] = json!({ "served_on": served.to_string(), "statement": statement });
        if self.chance.percent(30) {
            event.body["notice"]["hearing"] = json!(self.chance.pick(&["held", "waived"]));
        }
        event.body["review"] = json!(self.chance.pick(&["none", "none", "pending"]));
        if self.chance.percent(10) {
            let months = u32::try_from(self.chance.below(40)).unwrap();
            event.body["restriction_until"] = json!(day.plus_months(months).to_string());
        }
        if self.chance.percent(6) {
            let months = u32::try_from(self.chance.below(26)).unwrap();
            event.body["publicity"] = json!({ "until": day.plus_months(months).to_string() });
        }
        if self.chance.percent(80) {
            let id = format!("case {}", self.chance.below(40));
            event.body["conduct"] = json!({ "id": id, "ended_on": ended.to_string() });
        }
    }

    fn notice(&mut self, past: &History, event: &mut Stated) {
        let list =
            *self.chance.pick(&["lists.black", "lists.black", "lists.plain", "lists.red", "lists.late"]);
        let served = event.day().plus_days(-i64::try_from(self.chance.below(4)).unwrap());
        event.body = json!({ "list": list, "served_on": served.to_string(), "reason": "serious" });
        self.refer(past, event, "record", 70, &["record.filed"]);
    }

    fn entry(&mut self, past: &History, event: &mut Stated) {
        let list = *self.chance.pick(&[
            "lists.black",
            "lists.black",
            "lists.plain",
            "lists.red",
            "lists.grave",
            "lists.late",
        ]);
        event.body = json!({ "list": list, "row": { "name": "n", "ground": "g" },
                             "basis": [{ "instrument": "law.one" }] });
        if event.subject.starts_with("person:") && self.chance.percent(90) {
            event.body["publication"] = json!({ "basis": { "instrument": "law.one" }, "masked": true });
        }
        self.refer(past, event, "record", if list == "lists.black" { 98 } else { 50 }, &["record.filed"]);
        let open: Vec<&Accepted> = past
            .stream(&event.subject)
            .filter(|one| one.event.kind == "listing.notified" && one.event.text("list") == Some(list))
            .filter(|one| phase(past, one) != Some("entered"))
            .collect();
        if self.chance.percent(90)
            && let Some(notice) = self.chance.any(&open)
        {
            event.body["notice"] = json!(notice.event.id);
            event.valid_from = event.valid_from.max(notice.event.valid_from);
        }
        if self.chance.percent(30) {
            let months = u32::try_from(self.chance.below(14)).unwrap();
            event.body["until"] = json!(event.day().plus_months(months).to_string());
        }
        self.decide(event, if list == "lists.grave" { 90 } else { 30 });
    }

    fn measure(&mut self, past: &History, event: &mut Stated) {
        let measure = *self.chance.weighted(&[
            (3, &"measures.ban"),
            (2, &"measures.bar"),
            (2, &"measures.praise"),
            (2, &"measures.watch"),
        ]);
        let kinds: &[&str] = match measure {
            "measures.praise" => &["listing.entered", "rating.assigned"],
            _ => &["record.filed", "listing.entered"],
        };
        let any = EventId::from_parts(1, [8; 10]).to_string();
        event.body = json!({ "measure": measure });
        let ground = self.thing(past, event, kinds).map_or(any, |ground| ground.event.id.clone());
        event.body["rests_on"] = json!(ground);
        let open = matches!(measure, "measures.praise" | "measures.watch");
        if self.chance.percent(if open { 40 } else { 80 }) {
            let months = 2 + u32::try_from(self.chance.below(11)).unwrap();
            event.body["until"] = json!(event.day().plus_months(months).to_string());
        } else if self.chance.percent(20) {
            event.body["lifetime"] = json!(true);
        }
        self.decide(event, 30);
    }
}
