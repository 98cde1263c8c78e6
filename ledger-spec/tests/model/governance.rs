//! The reference's rules about authorities, their keys, the catalogue, and who a subject is.

use crate::history::{Accepted, History, epoch, is_body, is_renewal};
use crate::reference::Question;
use crate::table::scheme;
use crate::world::SUBJECTS;
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;

/// L23: whether an authority is suspended or has a successor at this moment.
pub fn is_barred(past: &History, authority: &str, now: ValidTime) -> bool {
    let subject = format!("authority:{authority}");
    past.stream(&subject).any(|one| match one.event.kind.as_str() {
        _ if one.event.valid_from > now => false,
        "authority.succeeded" => true,
        "authority.suspended" => match one.event.date("until") {
            Some(until) => now <= until.end_of_day(),
            None => !past
                .stream(&subject)
                .any(|later| later.at > one.at && later.event.kind == "authority.amended"),
        },
        _ => false,
    })
}

/// `authority.*`: D09, L14, L15, L16, L19, L25.
pub fn authority(q: &mut Question<'_>) {
    let (past, event) = (q.past, q.event);
    let about = event.subject.strip_prefix("authority:").unwrap_or_default();
    let known = past.capacity(about).is_some();
    if event.kind == "authority.enrolled" {
        q.refuse_if(known, "L19");
    } else {
        q.refuse_if(!known, "L15");
    }
    if matches!(event.kind.as_str(), "authority.suspended" | "authority.succeeded") {
        let someone = past
            .authorities()
            .into_iter()
            .any(|one| one != about && can_register(past, one, &Value::Null, q.now));
        q.refuse_if(serves(past, about, "operator") || serves(past, about, "registrar") && !someone, "L25");
    }
    if event.kind == "authority.amended" {
        let stated =
            |one: &&Accepted| matches!(one.event.kind.as_str(), "authority.enrolled" | "authority.amended");
        let last = past.stream(&event.subject).rfind(stated);
        q.refuse_if(last.is_some_and(|last| event.valid_from < last.event.valid_from), "L20");
    }
    match event.kind.as_str() {
        "authority.enrolled" | "authority.amended" => {
            let roles: Vec<&str> =
                event.body["roles"].as_array().unwrap().iter().map(|role| role.as_str().unwrap()).collect();
            let files = ["department", "court", "window"].iter().any(|role| roles.contains(role));
            q.refuse_if(roles.contains(&"steward") && files, "D09");
            for key in event.body["keys"].as_array().into_iter().flatten() {
                q.refuse_if(is_known_key(past, key), "L14");
            }
        }
        "authority.key_added" => q.refuse_if(is_known_key(past, &event.body["key"]), "L14"),
        "authority.key_revoked" => revocation(q, about),
        "authority.succeeded" => {
            q.refuse_if(past.successor(about).is_some(), "L19");
            let successor = event.text("successor").unwrap();
            q.refuse_if(past.capacity(successor).is_none(), "L15");
            q.refuse_if(past.acts_for(about, successor), "L11");
        }
        _ => {}
    }
}

fn is_known_key(past: &History, key: &Value) -> bool {
    past.authorities().into_iter().any(|one| past.keys(one).iter().any(|(known, _)| key == known))
}

fn revocation(q: &mut Question<'_>, about: &str) {
    let past = q.past;
    let keys = past.keys(about);
    let key = &q.event.body["key"];
    let said = key.as_str().and_then(|key| since_of(past, key, &counting(past)));
    if let Some(corrects) = q.event.text("corrects") {
        q.refuse_if(said.is_none_or(|(_, event)| event != corrects), "L15");
        let later = said_since(&q.event.body);
        q.refuse_if(later.zip(said).is_some_and(|(later, (since, _))| later <= since), "L16");
        q.refuse_if(q.event.signers.iter().any(|signer| is_suspect(past, signer, q.now)), "L16");
        let unsuspected = |one: &str| {
            serves(past, one, "registrar")
                && !is_barred(past, one, q.now)
                && past.keys(one).iter().any(|(key, revoked)| !revoked && !is_suspect(past, key, q.now))
        };
        let someone = past.authorities().into_iter().any(unsuspected);
        q.refuse_if(!q.has_role(&["registrar"]) && someone, "L06");
        return;
    }
    q.refuse_if(!q.has_role(&["registrar"]), "L06");
    if said_since(&q.event.body).is_some() {
        let revoked = keys.iter().any(|(known, revoked)| key == known && *revoked);
        let suspect = q.event.signers.iter().any(|signer| is_suspect(past, signer, q.now));
        q.refuse_if(revoked && suspect, "L16");
    }
    match keys.iter().find(|(known, _)| key == known) {
        None => return q.refuse("L15"),
        Some((_, true)) if !says_more(said, &q.event.body) => q.refuse("L16"),
        Some((_, true)) => {}
        Some((_, false)) => {}
    }
    let someone = past.authorities().into_iter().any(|one| can_register(past, one, key, q.now));
    q.refuse_if(serves(past, about, "operator") || serves(past, about, "registrar") && !someone, "L25");
}

/// Whether a revocation says of its key that it was in wrong hands, and since a time before any that was said or follows.
fn says_more(known: Option<(ValidTime, &str)>, body: &Value) -> bool {
    said_since(body).is_some_and(|said| known.is_none_or(|(known, _)| said < known))
}

/// Since when a key was in wrong hands, by what is said of itself and counts, and which event says so.
fn since_of<'a>(past: &'a History, key: &str, counting: &[usize]) -> Option<(ValidTime, &'a str)> {
    let of_key = |one: &&std::sync::Arc<Accepted>| {
        one.event.kind == "authority.key_revoked" && one.event.body["key"] == key
    };
    let taking_back = past.0.iter().filter(of_key).filter(|one| counting.contains(&one.at));
    let taken_back: Vec<&str> = taking_back.filter_map(|one| one.event.text("corrects")).collect();
    let stands = |one: &Accepted| {
        let counts = one.event.text("corrects").is_none() || counting.contains(&one.at);
        counts && !taken_back.contains(&one.event.id.as_str())
    };
    let standing = past.0.iter().filter(of_key).filter(|one| stands(one));
    let said = standing.filter_map(|one| Some((said_since(&one.event.body)?, one.event.id.as_str())));
    // Of two that say the same the one that was said first.
    said.min_by_key(|(since, _)| *since)
}

/// What takes back and counts: none at first, then whatever none signs that is suspect as it stands.
fn counting(past: &History) -> Vec<usize> {
    let mut counting = Vec::new();
    loop {
        let clear = |one: &&Accepted| {
            one.event.text("corrects").is_some()
                && !one.event.signers.iter().any(|key| is_suspect_by(past, key, one.recorded, &counting))
        };
        let found: Vec<usize> = past.0.iter().map(AsRef::as_ref).filter(clear).map(|one| one.at).collect();
        if found.len() == counting.len() {
            return found;
        }
        counting = found;
    }
}

fn said_since(body: &Value) -> Option<ValidTime> {
    Some(ValidTime::parse(body["compromised_since"].as_str()?).unwrap())
}

/// What brought a key in.
fn brought<'a>(past: &'a History, key: &Value) -> Option<&'a Accepted> {
    let names = |one: &Accepted| {
        let body = &one.event.body;
        let among = |all: &Value| all.as_array().into_iter().flatten().any(|known| known == key);
        match one.event.kind.as_str() {
            "ledger.opened" => {
                body["operator"]["key"] == *key
                    || body["registrars"].as_array().unwrap().iter().any(|one| one["key"] == *key)
            }
            "authority.enrolled" => among(&body["keys"]),
            "authority.key_added" => body["key"] == *key,
            _ => false,
        }
    };
    past.0.iter().map(AsRef::as_ref).find(|one| names(one))
}

/// Whether a key may have been in wrong hands at a time: said of itself, or of one that brought it in.
fn is_suspect(past: &History, key: &str, at: ValidTime) -> bool {
    is_suspect_by(past, key, at, &counting(past))
}

fn is_suspect_by(past: &History, key: &str, at: ValidTime, counting: &[usize]) -> bool {
    since_of(past, key, counting).is_some_and(|(since, _)| since <= at)
        || brought(past, &Value::from(key)).is_some_and(|one| {
            let mut signers = one.event.signers.iter().filter(|signer| *signer != key);
            signers.any(|signer| is_suspect_by(past, signer, one.recorded, counting))
        })
}

fn serves(past: &History, authority: &str, role: &str) -> bool {
    past.capacity(authority).is_some_and(|(roles, _)| roles.contains(&role))
}

/// Whether an authority is a registrar that acts and has a key in force, other than `without`.
fn can_register(past: &History, authority: &str, without: &Value, now: ValidTime) -> bool {
    serves(past, authority, "registrar")
        && !is_barred(past, authority, now)
        && past.keys(authority).iter().any(|(key, revoked)| !revoked && without != key)
}

/// `catalogue.*`: L15, L16, L19.
pub fn catalogue(q: &mut Question<'_>) {
    let item = q.event.kind["catalogue.".len()..].split('_').next().unwrap();
    let sort = q.event.subject.strip_prefix("catalogue:").and_then(|rest| rest.split('.').next());
    if sort != Some(item) {
        return q.refuse("L11");
    }
    let last = q.past.stream(&q.event.subject).last();
    q.refuse_if(last.is_some_and(|last| q.event.valid_from < last.event.valid_from), "L20");
    let opening = q.event.kind.ends_with("_adopted") || q.event.kind.ends_with("_registered");
    match last {
        None => q.refuse_if(!opening, "L15"),
        Some(_) if opening => q.refuse("L19"),
        Some(last) => q.refuse_if(last.event.kind.ends_with("_repealed"), "L16"),
    }
}

/// `subject.*`: A02, L15, L19.
pub fn subject(q: &mut Question<'_>) {
    let (past, event) = (q.past, q.event);
    if let Some(other) = event.text("identifier").filter(|other| is_renewal(&event.subject, other)) {
        let both = [epoch(&event.subject).unwrap(), epoch(other).unwrap()];
        let now = past.epoch();
        q.refuse_if(both.iter().min() != Some(&now) || both.iter().max() != Some(&(now + 1)), "L28");
        let known = past.stream(&event.subject).filter_map(|one| one.event.text("identifier"));
        let mut renewed = known.filter(|known| is_renewal(&event.subject, known));
        q.refuse_if(renewed.any(|known| epoch(known) == epoch(other)), "L19");
        q.refuse_if(event.flag("taken_back"), "L16");
        return;
    }
    let links_to = event.text("identifier");
    let stands = links_to.is_some_and(|other| past.is_linked(&event.subject, other));
    q.refuse_if(event.flag("taken_back") && !stands, "L16");
    let scheme = scheme(&event.subject);
    if !q.has_role(&["registrar"]) {
        q.competent("subjects", scheme);
    }
    let said = |kind: &str| past.person(&event.subject).any(|one| one.event.kind == kind);
    q.refuse_if(
        event.kind == "subject.identifier_accepted" && !event.subject.starts_with("ext:uscc:"),
        "L11",
    );
    q.refuse_if(event.text("identifier") == Some(&event.subject), "L11");
    match event.kind.as_str() {
        "subject.registered" | "subject.identifier_accepted" => q.refuse_if(said(&event.kind), "L19"),
        _ => q.refuse_if(!said("subject.registered"), "L15"),
    }
    // Who registered it states what becomes of it: by this name, else by the first that was.
    let registers = |one: &&Accepted| one.event.kind == "subject.registered";
    let registered = past.stream(&event.subject).find(registers);
    let registered = registered.or_else(|| past.person(&event.subject).find(registers));
    if let Some(registered) = registered
        .filter(|_| !matches!(event.kind.as_str(), "subject.registered" | "subject.identifier_accepted"))
    {
        let acts_for = |one: &Accepted| past.acts_for(&event.issuer, &one.event.issuer);
        let into = event.text("into").and_then(|into| past.stream(into).find(registers));
        let [own, other] = [Some(registered), into].map(|one| one.map_or("", |one| &one.event.issuer));
        let is_one = past.acts_for(own, other) || past.acts_for(other, own);
        let of_two_registers = into.is_some() && !is_one;
        // A registrar of the ledger undoes what one of them said: a link, and that it is gone; and states what is of two registers.
        let is_for_all = q.has_role(&["registrar"]);
        let is_gone = past.stream(&event.subject).fold(false, |gone, one| match one.event.kind.as_str() {
            "subject.dissolved" | "subject.merged" => true,
            "subject.registered" | "subject.amended" => false,
            _ => gone,
        });
        let undoes = event.flag("taken_back") || event.kind == "subject.amended" && is_gone;
        let may = acts_for(registered) || (undoes || of_two_registers) && is_for_all;
        let stands_for_all = of_two_registers && is_for_all;
        q.refuse_if(!may || into.is_some_and(|into| !acts_for(into)) && !stands_for_all, "A02");
    }
    if event.kind == "subject.merged" {
        let into = event.text("into").unwrap();
        q.refuse_if(into == event.subject || !is_body(into) || !is_body(&event.subject), "L11");
        // By any of its names: so it goes on neither in itself nor in one that went on in it.
        let names = past.names(&event.subject);
        q.refuse_if(names.iter().any(|name| !merged_into(past, name).is_empty()), "L16");
        q.refuse_if(names.iter().any(|name| name == into), "L16");
        q.refuse_if(goes_on_in(past, into, &event.subject), "L16");
    }
    let other = event.text("identifier").filter(|other| is_body(other) && is_body(&event.subject));
    if let Some(other) = other.filter(|_| !event.flag("taken_back")) {
        q.refuse_if(goes_on_in(past, other, &event.subject), "L16");
        q.refuse_if(goes_on_in(past, &event.subject, other), "L16");
    }
}

/// What a name went on in, as far as nothing was stated in its stream of who it is since.
fn merged_into<'a>(past: &'a History, name: &str) -> Vec<&'a str> {
    past.stream(name).fold(Vec::new(), |mut into, said| match said.event.kind.as_str() {
        "subject.merged" => {
            into.push(said.event.text("into").unwrap());
            into
        }
        "subject.amended" => Vec::new(),
        _ => into,
    })
}

/// Whether a subject went on in another, by any of its names, by itself or with what it went on in.
fn goes_on_in(past: &History, of: &str, subject: &str) -> bool {
    let ends = past.names(subject);
    let mut reached = past.names(of);
    let mut at = 0;
    while at < reached.len() {
        for into in merged_into(past, &reached[at]) {
            if ends.iter().any(|end| end == into) {
                return true;
            }
            for name in past.names(into) {
                if !reached.contains(&name) {
                    reached.push(name);
                }
            }
        }
        at += 1;
    }
    false
}

/// All names of those that went on in a subject.
pub fn who_went_on_in(past: &History, subject: &str) -> Vec<&'static str> {
    let own = past.names(subject);
    let merged = past.0.iter().any(|one| one.event.kind == "subject.merged");
    let others = SUBJECTS.iter().copied().filter(|one| merged && !own.iter().any(|name| name == one));
    others.filter(|one| goes_on_in(past, one, subject)).collect()
}

/// L16: whether a subject was registered by a day, as last stated and by the earlier of two names, and not dissolved before it.
pub fn exists(past: &History, subject: &str, day: Date) -> bool {
    let mut born: Option<Date> = None;
    for one in past.person(subject) {
        let on = one.event.date("registered_on");
        match one.event.kind.as_str() {
            "subject.registered" => born = born.into_iter().chain(on).min(),
            "subject.amended" if on.is_some() => born = on,
            _ => {}
        }
    }
    let mut gone = None;
    for one in past.person(subject) {
        match one.event.kind.as_str() {
            "subject.dissolved" | "subject.merged" => {
                gone = Some(gone.map_or(one.event.day(), |gone: Date| gone.min(one.event.day())));
            }
            "subject.registered" | "subject.amended" => gone = None,
            _ => {}
        }
    }
    born.is_none_or(|born| day >= born) && gone.is_none_or(|gone| day <= gone)
}
