//! The reference's rules about measures.

use crate::decision::maker;
use crate::force::{in_force, is_ended_by_court};
use crate::governance::exists;
use crate::gravity::{decided, shown_record, was_heard};
use crate::history::{Accepted, History, Stated};
use crate::holds::is_stayed;
use crate::once::{is_grave_enough, is_one_ground, is_seriously_listed, names_one_number, stands_in_the_way};
use crate::openings::{asked_at, in_catalogue, is_open, reviewed, status};
use crate::reference::{Question, covers, phase};
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;

pub fn imposed(q: &mut Question<'_>) {
    let event = q.event;
    let at = asked_at(event);
    q.competent("measures", event.text("measure").unwrap());
    let ground = q.reference("rests_on", &["record.filed", "listing.entered", "rating.assigned"]);
    let Some(measure) = in_catalogue(q, "measure", "measure", at) else { return };
    status(q, measure, false, at);
    reviewed(q, measure, &[]);
    let barred = measure["direction"] == "incentive" && is_seriously_listed(q);
    q.refuse_if(barred, "D07");
    q.refuse_if(!exists(q.past, &event.subject, event.decision_day().unwrap_or(event.day())), "L16");
    if let Some(ground) = ground {
        let again = q.past.person(&event.subject).any(|one| {
            one.event.kind == "measure.imposed"
                && q.past
                    .find(&one.event.subject, one.event.text("rests_on").unwrap())
                    .is_some_and(|on| is_one_ground(q.past, on, ground))
                && is_imposed_again(q, measure, one)
                && !carries_out_more(q, (measure, ground), one)
        });
        q.refuse_if(again, "L19");
        q.refuse_if(!is_grave_enough(q.past, measure, ground, event.valid_from), "D07");
        let now = q.now.max(event.valid_from);
        let over = event.decision_day().is_none() && !in_force(q.past, ground, now);
        q.refuse_if(over || !in_force(q.past, ground, event.valid_from), "D07");
        q.refuse_if(!is_open(q.past, ground), "L16");
        let field = match ground.event.kind.as_str() {
            "record.filed" => "type",
            "listing.entered" => "list",
            _ => "scheme",
        };
        let code = ground.event.text(field).unwrap();
        let allowed = measure["rests_on"].as_array().unwrap().iter().any(|pattern| covers(pattern, code));
        q.refuse_if(!allowed, "D07");
        let is_bound = measure["direction"] == "ban" && bound(q.past, event, ground).is_some();
        let stated = restriction(q.past, event, ground, event.valid_from);
        let most = stated.or_else(|| imposed_before(q, measure, ground)).filter(|_| is_bound);
        let longer = |most: Date| event.flag("lifetime") || event.date("until") > Some(most);
        q.refuse_if(most.is_some_and(longer), "D07");
        let another = |record: &Accepted| {
            let same =
                event.decision_day() == record.event.decision_day() && names_one_number(event, &record.event);
            !event.body["decision"].is_null()
                && !same
                && !q.past.acts_for(&event.issuer, maker(q.past, record))
        };
        let unheard = bound(q.past, event, ground)
            .is_some_and(|record| another(record) || !is_heard_before(q.past, record));
        let stayed = |at: ValidTime| is_stayed(q.past, (measure, event, ground), at);
        let stayed_now = event.decision_day().is_none() && stayed(now);
        q.refuse_if(measure["heard"] == true && !q.has_role(&["court"]) && unheard, "A04");
        q.refuse_if(stayed_now || stayed(event.valid_from), "D10");
    }
    let begun = ground.and_then(|ground| begun(q, measure, ground));
    let begun = begun.map_or(event.day(), |begun| begun.min(event.day()));
    if let Some(until) = event.date("until") {
        let after = |field: &str, from: Date| {
            measure[field].as_u64().map(|months| from.plus_months(u32::try_from(months).unwrap()))
        };
        q.refuse_if(until < event.day(), "D07");
        let first = after("min_months", begun);
        q.refuse_if(first.is_some_and(|first| until < first), "D07");
        q.refuse_if(after("max_months", event.day()).is_some_and(|last| until > last), "D07");
    }
    q.refuse_if(event.flag("lifetime") && measure["lifetime"] != true, "D07");
    let open = event.date("until").is_none() && !event.flag("lifetime");
    q.refuse_if(open && measure["ends"]["by"] == "term", "D07");
}

/// A04: whether a hearing could be asked for before the decision of a record; of one without notice, or that an older register left
/// unchecked, nothing is asked.
fn is_heard_before(past: &History, record: &Accepted) -> bool {
    let about = format!("authority:{}", record.event.issuer);
    let migration = record.event.text("migration");
    let unchecked = past.stream(&about).any(|one| {
        one.event.kind == "migration.opened"
            && Some(one.event.id.as_str()) == migration
            && one.event.body["unchecked"].as_array().is_some_and(|all| all.iter().any(|rule| rule == "A04"))
    });
    record.event.body["notice"].is_null() || unchecked || was_heard(past, &record.event, true)
}

/// Whether a ban carries out what an earlier one that was not lifted leaves of what their decision states.
fn carries_out_more(q: &Question<'_>, (measure, ground): (&Value, &Accepted), one: &Accepted) -> bool {
    let event = q.event;
    let Some(until) = event.date("until") else { return false };
    let stated = restriction(q.past, event, ground, event.valid_from);
    let same = one.event.text("measure") == event.text("measure");
    let is_more = !same || one.event.date("until").is_some_and(|was| was < until);
    measure["direction"] == "ban"
        && stated.is_some_and(|last| until <= last)
        && is_more
        && phase(q.past, one) != Some("lifted")
}

/// The last day of a ban that was imposed until one before the last that its decision states: that, as far as the law gives it, but
/// where another ban by the decision that closes one of its domains was imposed until then.
pub fn carried_out(
    past: &History,
    (thing, ground): (&Accepted, &Accepted),
    measure: &Value,
    (until, stated): (Date, Option<Date>),
) -> Date {
    let event = &thing.event;
    let Some(stated) = stated.filter(|stated| until < *stated) else { return until };
    let record = bound(past, event, ground).map(|record| record.at);
    let bars = |one: &Value| one["bars"].as_array().cloned().unwrap_or_default();
    let another = past.stream(&event.subject).any(|one| {
        let other = || past.definition("measure", one.event.text("measure").unwrap(), asked_at(&one.event));
        let on = || past.find(&event.subject, one.event.text("rests_on").unwrap());
        one.event.kind == "measure.imposed"
            && one.at != thing.at
            && one.event.date("until").is_none_or(|last| last >= stated)
            && other().is_some_and(|other| {
                other["direction"] == "ban" && bars(other).iter().any(|domain| bars(measure).contains(domain))
            })
            && on().and_then(|on| bound(past, &one.event, on)).map(|record| record.at) == record
    });
    if another {
        return until;
    }
    let by_law = measure["max_months"].as_u64();
    let by_law = by_law.map(|months| event.day().plus_months(u32::try_from(months).unwrap()));
    by_law.map_or(stated, |last| last.min(stated)).max(until)
}

/// The last day that the record beneath states of its restriction, where that binds a ban on this ground.
pub fn restriction(past: &History, ban: &Stated, ground: &Accepted, at: ValidTime) -> Option<Date> {
    decided(past, bound(past, ban, ground)?, at)
}

/// The record beneath, where a ban on this ground carries its decision out: it does not last as long as an entry that has a
/// decision of its own, and it is no judgment of a court that another authority's ban rests on.
pub fn bound<'a>(past: &'a History, ban: &Stated, ground: &'a Accepted) -> Option<&'a Accepted> {
    let record = match ground.event.kind.as_str() {
        "listing.entered" => past.find(&ban.subject, ground.event.text("record")?)?,
        "record.filed" => ground,
        _ => return None,
    };
    let entered = ground.event.decision_day().is_none_or(|day| Some(day) == record.event.decision_day());
    let by_court = past.capacity(maker(past, record)).is_some_and(|(roles, _)| roles.contains(&"court"));
    let own = past.is_one_source(&ban.issuer, maker(past, record));
    let measure = past.definition("measure", ban.text("measure")?, asked_at(ban))?;
    let for_a_time = measure["ends"]["by"].as_str().is_some_and(|by| by.starts_with("term"));
    Some(shown_record(past, record)).filter(|_| (entered || for_a_time) && (own || !by_court))
}

/// The last day of the longest of what the issuer imposed before as the same ban on one ground, and no court annulled; none where
/// one of them names no day.
fn imposed_before(q: &Question<'_>, measure: &Value, ground: &Accepted) -> Option<Date> {
    let earlier = q.past.person(&q.event.subject).filter(|one| {
        one.event.kind == "measure.imposed"
            && (one.event.text("measure") == q.event.text("measure") || is_another_ban(q, measure, one))
            && q.past.acts_for(&q.event.issuer, &one.event.issuer)
            && !is_ended_by_court(q.past, one, q.event.valid_from)
            && q.past
                .find(&one.event.subject, one.event.text("rests_on").unwrap())
                .is_some_and(|on| is_one_ground(q.past, on, ground))
    });
    let days: Vec<Option<Date>> = earlier.map(|one| one.event.date("until")).collect();
    days.iter().copied().min()?.and(days.into_iter().max()?)
}

/// The day on which the same on one ground began first, where that was lifted.
fn begun(q: &Question<'_>, measure: &Value, ground: &Accepted) -> Option<Date> {
    let lifted = q.past.person(&q.event.subject).filter(|one| {
        one.event.kind == "measure.imposed"
            && (one.event.text("measure") == q.event.text("measure") || is_another_ban(q, measure, one))
            && phase(q.past, one) == Some("lifted")
            && q.past
                .find(&one.event.subject, one.event.text("rests_on").unwrap())
                .is_some_and(|on| is_one_ground(q.past, on, ground))
    });
    lifted.map(|one| one.event.day()).min()
}

/// Whether an earlier measure and this one are bans for a time that close one domain, from days of their own.
fn is_another_ban(q: &Question<'_>, measure: &Value, one: &Accepted) -> bool {
    let earlier = q.past.definition("measure", one.event.text("measure").unwrap(), asked_at(&one.event));
    let is_ban = |one: &Value| one["direction"] == "ban" && one["ends"]["by"] == "term";
    let bars = |one: &Value| one["bars"].as_array().cloned().unwrap_or_default();
    earlier.is_some_and(|earlier| {
        is_ban(earlier)
            && is_ban(measure)
            && one.event.day() != q.event.day()
            && bars(earlier).iter().any(|domain| bars(measure).contains(domain))
    })
}

/// L19: whether an earlier measure on one ground leaves no room for this one: the same by the same authority, or by anybody
/// where it ends by a term; or another ban for a time that closes a domain which this one closes, from another day.
fn is_imposed_again(q: &Question<'_>, measure: &Value, one: &Accepted) -> bool {
    let event = q.event;
    let same = one.event.text("measure") == event.text("measure");
    let own = measure["ends"]["by"] == "term" || q.past.acts_for(&event.issuer, &one.event.issuer);
    let another = is_another_ban(q, measure, one);
    let most = measure["max_months"].as_u64().filter(|_| !same);
    let most = most.map(|months| one.event.day().plus_months(u32::try_from(months).unwrap()));
    (same && own || another) && stands_in_the_way(q.past, one, event, (event.date("until"), most, true))
}
