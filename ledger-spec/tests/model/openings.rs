//! The reference's rules about what events begin: records, lists, measures, rights, schemes.

use crate::force::{entered_on, in_force};
use crate::governance::exists;
use crate::gravity::{is_graver, longest, was_heard};
use crate::history::{Accepted, History, Stated, date};
use crate::holds;
use crate::masks;
use crate::measures;
use crate::once::{
    is_grave_enough, is_known_conduct, is_known_decision, is_one_decision, is_one_ground,
    is_seriously_listed, stands_in_the_way,
};
use crate::reference::{Question, covers, last_moved, phase, phase_at, severity};
use crate::repair::{is_barred_from_repair, is_in_repair};
use crate::table::{FILERS, has_ended, scheme};
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;

/// What can be objected to, or held.
pub const ABOUT: &[&str] =
    &["record.filed", "listing.entered", "measure.imposed", "rating.assigned", "points.charged"];

pub fn opening(q: &mut Question<'_>) {
    match q.event.kind.as_str() {
        "record.filed" => record(q),
        "listing.notified" => notified(q),
        "listing.entered" => entered(q),
        "measure.imposed" => measures::imposed(q),
        "repair.applied" => {
            if let Some(target) = q.reference("target", &["record.filed", "listing.entered"]) {
                q.same_list(target);
                q.refuse_if(!is_open(q.past, target), "L16");
                q.refuse_if(is_in_repair(q.past, target, q.event), "L19");
                q.refuse_if(is_barred_from_repair(q.past, q.event), "D13");
                let record = match target.event.kind.as_str() {
                    "record.filed" => Some(target),
                    _ => target.event.text("record").and_then(|id| q.past.find(&target.event.subject, id)),
                };
                let ended = record.and_then(|record| date(&record.event.body["conduct"]["ended_on"]));
                let corrected = q.event.date("corrected_on");
                q.refuse_if(corrected.zip(ended).is_some_and(|(corrected, ended)| corrected < ended), "L20");
                masks::asked_for(q, target);
            }
        }
        "objection.raised" => {
            if let Some(target) = q.reference("target", ABOUT) {
                q.same_list(target);
                q.refuse_if(!is_open(q.past, target), "L16");
            }
        }
        "complaint.filed" => {
            q.reference("about", &[]);
        }
        "hold.placed" => holds::placed(q),
        "rating.assigned" => rating(q),
        "points.charged" => points(q),
        "commitment.made" => {
            q.competent("types", q.event.text("type").unwrap());
            if let Some(definition) = in_catalogue(q, "type", "type", q.event.valid_from) {
                status(q, definition, false, q.event.valid_from);
            }
        }
        "subject.verified" => {
            let checked =
                |what: &str| q.event.body["checked"].as_array().unwrap().iter().any(|one| one == what);
            let registered = !matches!(scheme(&q.event.subject), "uscc" | "ext") || checked("registration");
            let empowered = (q.event.body["agent"] == true) == checked("power_of_attorney");
            q.refuse_if(!checked("identity_document") || !registered || !empowered, "L32");
        }
        "report.issued" => report(q),
        "use.reported" => {
            q.reference("report", &["report.issued"]);
            q.reference("record", &["record.filed"]);
        }
        "transfer.made" => {
            q.reference("record", &["record.filed"]);
            let to = q.event.text("to").unwrap();
            q.refuse_if(q.past.capacity(to).is_none(), "L15");
            let can_answer =
                q.past.capacity(to).is_some_and(|(roles, _)| roles.iter().any(|role| FILERS.contains(role)));
            q.refuse_if(to == q.event.issuer || !can_answer, "L11");
        }
        "rectification.ordered" | "migration.opened" | "incident.opened" => {
            let about = q.event.subject.strip_prefix("authority:");
            q.refuse_if(about.is_some_and(|about| q.past.capacity(about).is_none()), "L15");
        }
        _ => {}
    }
}

/// Whether something can still be rested on, applied for or objected to: it has not ended and is not sealed.
pub fn is_open(past: &History, thing: &Accepted) -> bool {
    phase(past, thing).is_some_and(|phase| !has_ended(phase) && phase != "sealed")
}

/// The instant whose catalogue counts: the decision's date where one is named, else `valid_from`.
pub fn asked_at(event: &Stated) -> ValidTime {
    event.decision_day().map_or(event.valid_from, Date::start_of_day)
}

/// A01 and L11: the definition of what a field names, and that it is for subjects like this one.
pub fn in_catalogue<'a>(q: &mut Question<'a>, sort: &str, field: &str, at: ValidTime) -> Option<&'a Value> {
    let code = q.event.text(field)?;
    let Some(found) = q.past.definition(sort, code, at) else {
        // What was repealed is in the catalogue no more, and nothing can be recorded under it.
        q.refuse("A01");
        q.refuse("D03");
        return None;
    };
    let scheme = scheme(&q.event.subject);
    let subjects = found["subjects"].as_array();
    q.refuse_if(subjects.is_some_and(|all| all.iter().all(|one| one != scheme)), "L11");
    Some(found)
}

/// Which way a record points, by its type as it counted when the decision was taken.
pub fn polarity<'a>(past: &'a History, record: &'a Stated) -> Option<&'a str> {
    let definition = past.definition("type", record.text("type")?, asked_at(record))?;
    match definition["polarity"].as_str()? {
        "mixed" => record.text("polarity"),
        fixed => Some(fixed),
    }
}

/// A08.
pub fn severity_fits(past: &History, record: &Stated, severity: Option<&str>) -> bool {
    let negative = polarity(past, record) == Some("negative");
    let definition = past.definition("type", record.text("type").unwrap(), asked_at(record));
    match (severity, definition.and_then(|definition| definition["severities"].as_array())) {
        (Some(severity), Some(named)) => {
            negative && (named.is_empty() || named.iter().any(|one| one == severity))
        }
        (Some(_), None) => negative,
        (None, _) => !negative,
    }
}

/// D14; what the migration leaves unchecked.
fn migration<'a>(q: &mut Question<'a>) -> Vec<&'a str> {
    let Some(id) = q.event.text("migration") else { return Vec::new() };
    let about = format!("authority:{}", q.event.issuer);
    // An id may stand in what is sealed of it too, where it names another thing.
    let is_such = |one: &&Accepted| one.event.kind == "migration.opened" && one.event.id == id;
    let opened = q.past.stream(&about).find(is_such);
    let Some(opened) = opened.filter(|one| phase(q.past, one) == Some("opened")) else {
        q.refuse("D14");
        return Vec::new();
    };
    let day = q.event.decision_day().unwrap_or(q.event.day());
    let within = opened.event.date("from").unwrap() <= day && day <= opened.event.date("until").unwrap();
    q.refuse_if(!within, "D14");
    opened.event.body["unchecked"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|rule| rule.as_str().unwrap())
        .collect()
}

/// D02 and D03: whether the catalogue lets anything rest on the definition.
pub fn status(q: &mut Question<'_>, definition: &Value, consented: bool, at: ValidTime) {
    match definition["status"].as_str().unwrap_or("active") {
        "active" => {}
        "basis_required" => {
            let cited = q.event.body["basis"].as_array();
            let cited = cited.is_some_and(|all| is_about(q, definition, all, at));
            q.refuse_if(!cited, "D02");
        }
        "reference" if consented => {}
        "reference" => {
            q.refuse("D03");
            q.refuse("D12");
        }
        _ => q.refuse("D03"),
    }
}

/// Whether one of what is cited is in force, of a level that carries it, and about what the event is about.
fn is_about(q: &Question<'_>, definition: &Value, cited: &[Value], at: ValidTime) -> bool {
    cited.iter().any(|one| {
        let Some(instrument) = one["instrument"].as_str() else { return false };
        let found = q.past.definition("basis", instrument, at);
        let mut bases = definition["basis"].as_array().unwrap().iter();
        let named = bases.any(|basis| basis["instrument"] == one["instrument"]);
        let code =
            ["type", "list", "measure", "scheme"].iter().find_map(|field| q.event.text(field)).unwrap();
        let about = found.is_some_and(|found| {
            found["covers"].as_array().is_some_and(|all| all.iter().any(|pattern| covers(pattern, code)))
        });
        if !named && !about {
            return false;
        }
        match found.and_then(|found| found["level"].as_str()) {
            Some("law" | "admin_regulation" | "central_policy" | "local_regulation") => true,
            Some("judicial_interpretation") => q.has_role(&["court"]),
            _ => false,
        }
    })
}

/// D08.
pub fn reviewed(q: &mut Question<'_>, definition: &Value, unchecked: &[&str]) {
    let wanted = definition["legal_review"] == true && !unchecked.contains(&"D08");
    q.refuse_if(wanted && q.event.signers.len() < 2, "D08");
}

fn record(q: &mut Question<'_>) {
    let (past, event) = (q.past, q.event);
    let at = asked_at(event);
    let code = event.text("type").unwrap();
    q.competent("types", code);
    let unchecked = migration(q);
    let consent = consent(q, code);
    if let Some(beneath) = q.reference("rests_on", &["record.filed"]) {
        q.refuse_if(!is_open(q.past, beneath), "L16");
        q.refuse_if(beneath.event.text("type") == Some(code), "L15");
        q.refuse_if(beneath.event.text("rests_on").is_some(), "L15");
        let shown = severity(past, beneath, event.valid_from);
        let stated = event.text("severity").filter(|_| is_one_decision(&beneath.event, event));
        q.refuse_if(shown.zip(stated).is_some_and(|(shown, stated)| shown != stated), "A08");
    }
    let Some(definition) = in_catalogue(q, "type", "type", at) else { return };
    status(q, definition, consent, at);
    masks::fields(q, definition, &unchecked);
    reviewed(q, definition, &unchecked);
    q.refuse_if(has_tag(definition, "consented") && q.is_natural() && !consent, "D12");
    q.refuse_if(!severity_fits(past, event, event.text("severity")), "A08");
    let decided = event.decision_day().unwrap();
    q.refuse_if(!exists(past, &event.subject, decided), "L16");
    if let Some(until) = event.date("restriction_until") {
        let last = longest(past, event, event.text("severity").unwrap_or("serious"));
        q.refuse_if(last.is_some_and(|last| until > last), "A09");
    }
    q.refuse_if((definition["polarity"] == "mixed") != event.text("polarity").is_some(), "A08");
    let negative = polarity(past, event) == Some("negative");
    let is_court = q.has_role(&["court"]);
    let mut asked = |rule: &'static str, wrong: bool| q.refuse_if(wrong && !unchecked.contains(&rule), rule);
    if event.subject.starts_with("person:") {
        let attested = |field: &str| event.body["person"][field] == true;
        asked("A05", !attested("adult_at_filing") || !attested("full_capacity"));
        asked("A05", negative && !attested("adult_at_conduct"));
    }
    let limited = definition["limitation"] == true;
    if negative {
        asked("A03", !event.decision_is_whole());
        let may_ask = has_tag(definition, "heard") && !is_court;
        asked("A04", !was_heard(past, event, may_ask) || is_graver(past, event));
        asked("A10", is_known_conduct(past, event));
        asked("A10", is_known_decision(past, event));
        asked("A06", limited && is_time_barred(past, event));
        asked("A11", event.body["review"].is_null());
        let after = ["ended_on", "discovered_on"]
            .iter()
            .filter_map(|day| date(&event.body["conduct"][day]))
            .any(|day| day > decided);
        let early = date(&event.body["notice"]["served_on"])
            .zip(date(&event.body["conduct"]["discovered_on"]))
            .is_some_and(|(told, discovered)| told < discovered);
        q.refuse_if(after || early, "L20");
        q.refuse_if(!is_published_in_time(past, event, decided), "A09");
    }
}

/// A09: publicity ends within the tier's bounds; of a minor record there is none without need.
fn is_published_in_time(past: &History, event: &Stated, decided: Date) -> bool {
    let Some(until) = date(&event.body["publicity"]["until"]) else { return true };
    let severity = event.text("severity").unwrap_or("serious");
    let bound = |end: &str| {
        past.deadline("repair.tiers", &format!("{severity}.{end}"), decided, decided.start_of_day())
    };
    let needed = severity != "minor" || event.body["publicity"]["need"].is_string();
    needed && bound("max").is_none_or(|max| until <= max) && bound("min").is_none_or(|min| until >= min)
}

/// D12 and A07: whether the event names a consent that is in force and covers the type.
fn consent(q: &mut Question<'_>, code: &str) -> bool {
    let Some(consent) = q.reference("consent", &["consent.granted"]) else { return false };
    let covered = consent.event.body["scope"].as_array().unwrap().iter().any(|pattern| covers(pattern, code));
    let holds = covered && is_live_consent(q.past, consent, q.event.valid_from);
    q.refuse_if(!holds, "D12");
    holds
}

fn is_live_consent(past: &History, consent: &Accepted, at: ValidTime) -> bool {
    let granted = phase_at(past, consent, at, past.0.len()) == Some("granted");
    granted && consent.event.date("until").is_none_or(|until| at <= until.end_of_day())
}

/// A06.
fn is_time_barred(past: &History, event: &Stated) -> bool {
    let conduct = &event.body["conduct"];
    let Some(ended) = date(&conduct["ended_on"]) else { return true };
    let decided = event.decision_day().unwrap();
    let clock = |name, at: Date| past.deadline("penalty.clock", name, ended, at.start_of_day());
    let short = clock("penalty.limitation", decided);
    // Five years where that was law before the two were over.
    let long =
        short.filter(|_| conduct["harm"] == true).and_then(|over| clock("penalty.limitation_harm", over));
    let last = long.or(short);
    last.is_some_and(|last| date(&conduct["discovered_on"]).unwrap_or(decided) > last)
}

pub fn has_tag(definition: &Value, tag: &str) -> bool {
    definition["tags"].as_array().is_some_and(|tags| tags.iter().any(|one| one == tag))
}

/// A01, A02, L18 of a row that is corrected.
pub fn row_corrected(q: &mut Question<'_>, entry: &Accepted) {
    q.competent("lists", q.event.text("list").unwrap_or_default());
    let Some(list) = in_catalogue(q, "list", "list", asked_at(&entry.event)) else { return };
    let columns = list["columns"].as_array().unwrap();
    let row = q.event.body["row"].as_object().unwrap();
    let fits =
        row.len() == columns.len() && columns.iter().all(|column| row.contains_key(column.as_str().unwrap()));
    q.refuse_if(!fits, "L18");
}

fn notified(q: &mut Question<'_>) {
    let list = q.event.text("list").unwrap();
    q.competent("lists", list);
    let record = q.reference("record", &["record.filed"]);
    q.refuse_if(record.is_some_and(|record| !is_open(q.past, record)), "L16");
    if let Some(list) = in_catalogue(q, "list", "list", q.event.valid_from) {
        record_on_list(q, list, record);
    }
}

/// D05: the record is of a type on which an entry on the list may rest.
fn record_on_list(q: &mut Question<'_>, list: &Value, record: Option<&Accepted>) {
    let types = list["types"].as_array().filter(|types| !types.is_empty());
    if let (Some(record), Some(types)) = (record, types) {
        let code = record.event.text("type").unwrap();
        q.refuse_if(!types.iter().any(|pattern| covers(pattern, code)), "D05");
    }
}

fn entered(q: &mut Question<'_>) {
    let (past, event) = (q.past, q.event);
    let at = asked_at(event);
    q.competent("lists", event.text("list").unwrap());
    let unchecked = migration(q);
    let record = q.reference("record", &["record.filed"]);
    let notice = q.reference("notice", &["listing.notified"]);
    if let Some(record) = record {
        q.refuse_if(!is_open(q.past, record), "L16");
    }
    if let Some(notice) = notice {
        q.same_list(notice);
        q.refuse_if(phase(past, notice) == Some("entered"), "L16");
        q.refuse_if(event.valid_from < last_moved(past, notice, &event.kind), "L20");
    }
    let Some(list) = in_catalogue(q, "list", "list", at) else { return };
    status(q, list, false, at);
    reviewed(q, list, &unchecked);
    let columns = list["columns"].as_array().unwrap();
    let row = event.body["row"].as_object().unwrap();
    let fits =
        row.len() == columns.len() && columns.iter().all(|column| row.contains_key(column.as_str().unwrap()));
    q.refuse_if(!fits, "L18");
    if list["serious"] == true {
        q.refuse_if(!event.decision_is_whole() && !unchecked.contains(&"A03"), "A03");
    }
    let red = list["polarity"] == "positive" && is_seriously_listed(q);
    q.refuse_if(red, "D05");
    q.refuse_if(!exists(past, &event.subject, event.decision_day().unwrap_or(event.day())), "L16");
    let months =
        list["months"].as_u64().map(|months| entered_on(event).plus_months(u32::try_from(months).unwrap()));
    let last = event.date("until").or(months);
    let again = past.person(&event.subject).any(|one| {
        let beneath = one.event.text("record").and_then(|id| past.find(&one.event.subject, id));
        let same = match (beneath, record) {
            (Some(one), Some(other)) => is_one_ground(past, one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        one.event.kind == "listing.entered"
            && one.event.text("list") == event.text("list")
            && same
            && (record.is_some() || list["serious"] == true)
            && stands_in_the_way(past, one, event, (last, None, record.is_some()))
    });
    q.refuse_if(again, "L19");
    let never = list["persons"].as_str().unwrap_or("never") == "never";
    q.refuse_if(q.is_natural() && never, "D06");
    if q.is_natural() && !never {
        let publication = &event.body["publication"];
        let cited = [publication["basis"].clone()];
        q.refuse_if(publication["masked"] != true || !is_about(q, list, &cited, at), "D06");
    }
    if !unchecked.contains(&"D05") {
        q.refuse_if(list["requires_record"] == true && event.text("record").is_none(), "D05");
        let has_term = list["ends"]["by"].as_str().is_some_and(|by| by.starts_with("term"));
        let has_last_day = event.date("until").is_some() || list["months"].is_u64();
        q.refuse_if(has_term && !has_last_day, "D05");
        record_on_list(q, list, record);
        q.refuse_if(record.is_some_and(|record| !in_force(past, record, event.valid_from)), "D05");
        if let (Some(until), Some(months)) = (event.date("until"), list["months"].as_u64()) {
            q.refuse_if(until > entered_on(event).plus_months(u32::try_from(months).unwrap()), "D05");
            let early = list["early_months"].as_u64().map(|months| u32::try_from(months).unwrap());
            let early = early.map(|months| entered_on(event).plus_months(months));
            q.refuse_if(early.is_some_and(|early| until < early), "D05");
        }
        let grave = |record| is_grave_enough(past, list, record, event.valid_from);
        q.refuse_if(record.is_some_and(|record| !grave(record)), "D05");
    }
    if !unchecked.contains(&"A04") {
        match notice {
            None => q.refuse_if(list["notice_required"] == true, "A04"),
            Some(notice) => {
                let late =
                    event.decision_day().is_some_and(|day| notice.event.date("served_on").unwrap() > day);
                q.refuse_if(late || !could_answer(past, notice, event), "A04");
            }
        }
    }
}

/// A04 of an entry on a list.
fn could_answer(past: &History, notice: &Accepted, event: &Stated) -> bool {
    let served = notice.event.date("served_on").unwrap();
    let mut statements = past.stream(&event.subject).filter(|one| {
        one.event.kind == "listing.statement_received" && one.event.text("notice") == Some(&notice.event.id)
    });
    match statements.next_back() {
        Some(last) => last.event.flag("answered"),
        None => match past.earliest("notice.clock", "notice.statement", served, served.start_of_day()) {
            Some(last) => event.day() > last,
            None => event.day() >= served,
        },
    }
}

fn rating(q: &mut Question<'_>) {
    let at = asked_at(q.event);
    q.competent("ratings", q.event.text("scheme").unwrap());
    for id in q.event.body["rests_on"].as_array().into_iter().flatten() {
        if let Some(record) = q.reference_to(id.as_str().unwrap(), &["record.filed"]) {
            q.refuse_if(!is_open(q.past, record), "L16");
        }
    }
    let Some(scheme) = in_catalogue(q, "rating", "scheme", at) else { return };
    status(q, scheme, false, at);
    let grade = &q.event.body["grade"];
    q.refuse_if(scheme["grades"].as_array().unwrap().iter().all(|one| one["grade"] != *grade), "D11");
}

fn points(q: &mut Question<'_>) {
    let at = asked_at(q.event);
    q.competent("points", q.event.text("scheme").unwrap());
    if let Some(record) = q.reference("record", &["record.filed"]) {
        q.refuse_if(!is_open(q.past, record), "L16");
    }
    let Some(scheme) = in_catalogue(q, "points", "scheme", at) else { return };
    status(q, scheme, false, at);
    let rule = scheme["rules"].as_array().unwrap().iter().find(|one| one["rule"] == q.event.body["rule"]);
    let number = q.event.body["points"].as_u64().unwrap();
    let fits = rule.is_some_and(|rule| {
        rule["min"].as_u64().is_none_or(|min| min <= number)
            && rule["max"].as_u64().is_none_or(|max| number <= max)
    });
    q.refuse_if(!fits, "D11");
}

/// D12 of a report; and L11, for a report about a person is no report about an enterprise.
fn report(q: &mut Question<'_>) {
    q.refuse_if((q.event.text("report") == Some("enterprise")) == q.is_natural(), "L11");
    let consent = q.reference("consent", &["consent.granted"]);
    let live = consent.is_some_and(|consent| is_live_consent(q.past, consent, q.event.valid_from));
    let named = q.event.text("consent").is_some();
    q.refuse_if((q.is_natural() || named) && !live, "D12");
}
