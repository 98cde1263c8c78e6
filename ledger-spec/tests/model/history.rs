//! What was accepted, as plain structs in one vector, and plain questions about it.
//!
//! Nothing is remembered between two questions: each one reads all that was accepted from the first
//! entry on. That is slow, and it is the point.

use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;
use std::sync::Arc;

/// An event as the model sees it.
#[derive(Clone, Debug)]
pub struct Stated {
    pub origin: String,
    pub id: String,
    pub kind: String,
    pub issuer: String,
    pub subject: String,
    pub valid_from: ValidTime,
    pub seen_version: Option<u64>,
    /// The signing keys, as event bodies write keys.
    pub signers: Vec<String>,
    pub body: Value,
    /// The exact bytes: they tell a repetition.
    pub bytes: Vec<u8>,
}

/// An event that stands in the ledger; its index is its place in the vector.
#[derive(Debug)]
pub struct Accepted {
    pub event: Stated,
    pub at: usize,
    pub recorded: ValidTime,
}

/// All that was accepted, in order. The second says that nobody is asked about by another name than the one that is given: what
/// is said then shows which rules ask for them.
#[derive(Clone, Debug, Default)]
pub struct History(pub Vec<Arc<Accepted>>, pub bool);

/// The epoch of a subject with a pseudonym.
pub fn epoch(subject: &str) -> Option<u64> {
    let (scheme, name) = subject.split_once(':')?;
    let named = matches!(scheme, "person" | "household");
    named.then(|| name.split_once('.').map_or(1, |(_, epoch)| epoch.parse().unwrap()))
}

/// Whether two subjects are of one scheme under pseudonyms of two epochs.
pub fn is_renewal(one: &str, other: &str) -> bool {
    epoch(one) != epoch(other)
        && epoch(one).is_some()
        && epoch(other).is_some()
        && one.split(':').next() == other.split(':').next()
}

/// Whether it names a body of a public register.
pub fn is_body(subject: &str) -> bool {
    subject.starts_with("uscc:") || subject.starts_with("ext:")
}

impl Stated {
    /// A03: the document that decides says all that it has to, and was served no earlier than it was made.
    pub fn decision_is_whole(&self) -> bool {
        let decision = &self.body["decision"];
        let whole =
            ["issued_by", "article", "served_on", "document"].iter().all(|field| decision[field].is_string());
        let early = date(&decision["served_on"])
            .is_some_and(|served| self.decision_day().is_some_and(|decided| served < decided));
        whole && !early
    }

    /// Whether another event is this one made again: in the same bytes, or by another name of its subject.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes
            || is_renewal(&self.subject, &other.subject)
                && (&self.origin, &self.id, &self.kind, &self.issuer)
                    == (&other.origin, &other.id, &other.kind, &other.issuer)
                && (self.valid_from, self.seen_version, &self.body)
                    == (other.valid_from, other.seen_version, &other.body)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.body[field].as_str()
    }

    pub fn flag(&self, field: &str) -> bool {
        self.body[field].as_bool().unwrap_or(false)
    }

    pub fn date(&self, field: &str) -> Option<Date> {
        date(&self.body[field])
    }

    /// Day of the world on which it begins to hold.
    pub fn day(&self) -> Date {
        self.valid_from.date()
    }

    pub fn decision_day(&self) -> Option<Date> {
        date(&self.body["decision"]["date"])
    }
}

/// Whether events of a kind stand in the log in the clear (README, "Streams and links").
pub fn is_clear(kind: &str) -> bool {
    ["ledger.", "authority.", "catalogue.", "migration.", "population."]
        .iter()
        .any(|begin| kind.starts_with(begin))
}

pub fn date(value: &Value) -> Option<Date> {
    value.as_str().map(|text| Date::parse(text).unwrap())
}

impl History {
    /// Takes in what was accepted.
    pub fn push(&mut self, event: Stated, recorded: ValidTime) {
        let at = self.0.len();
        self.0.push(Arc::new(Accepted { event, at, recorded }));
    }

    /// A subject's streams.
    pub fn stream<'a>(&'a self, subject: &str) -> impl DoubleEndedIterator<Item = &'a Accepted> + use<'a> {
        let subject = subject.to_owned();
        self.0.iter().map(|one| &**one).filter(move |one| one.event.subject == subject)
    }

    /// Whether the last word in the stream of one name about another is that both are the subject's.
    pub fn is_linked(&self, one: &str, other: &str) -> bool {
        let mut said = self.stream(one).map(|said| &said.event);
        said.rfind(|said| said.kind == "subject.identifier_linked" && said.text("identifier") == Some(other))
            .is_some_and(|last| !last.flag("taken_back"))
    }

    /// Every name of a subject, as far as links lead from this one on: pseudonyms of another epoch, and bodies' names of which
    /// each says the other.
    pub fn names(&self, subject: &str) -> Vec<String> {
        let mut names = vec![subject.to_owned()];
        let mut at = 0;
        while at < names.len() && !self.1 {
            let links = self.stream(&names[at]).filter(|one| one.event.kind == "subject.identifier_linked");
            let others = links.filter_map(|one| one.event.text("identifier").map(str::to_owned));
            let one = names[at].clone();
            let is_other = |other: &String| {
                is_renewal(subject, other)
                    || is_body(&one)
                        && is_body(other)
                        && self.is_linked(&one, other)
                        && self.is_linked(other, &one)
            };
            let others: Vec<_> = others.filter(is_other).collect();
            for other in others {
                if !names.contains(&other) {
                    names.push(other);
                }
            }
            at += 1;
        }
        names
    }

    /// What stands under any name of a subject.
    pub fn person(&self, subject: &str) -> impl DoubleEndedIterator<Item = &Accepted> + use<'_> {
        let names = self.names(subject);
        self.0.iter().map(|one| &**one).filter(move |one| names.contains(&one.event.subject))
    }

    /// The epoch of the pseudonyms that are given now.
    pub fn epoch(&self) -> u64 {
        let begun = self.0.iter().rev().find(|one| one.event.kind == "ledger.identity_rotated");
        begun.map_or(1, |one| one.event.body["epoch"].as_u64().unwrap())
    }

    /// The stream that an event is to stand in: its subject's, of what is in the clear or of what is sealed.
    pub fn stream_of<'a>(
        &'a self,
        event: &Stated,
    ) -> impl DoubleEndedIterator<Item = &'a Accepted> + use<'a> {
        let clear = is_clear(&event.kind);
        self.stream(&event.subject).filter(move |one| is_clear(&one.event.kind) == clear)
    }

    /// The event with this id in the stream that another is to stand in.
    pub fn find_beside(&self, event: &Stated, id: &str) -> Option<&Accepted> {
        self.stream_of(event).find(|one| one.event.id == id)
    }

    /// The event with this id in a subject's stream.
    pub fn find(&self, subject: &str, id: &str) -> Option<&Accepted> {
        self.stream(subject).find(|one| one.event.id == id)
    }

    /// Roles and competence of an authority, as last stated.
    pub fn capacity(&self, authority: &str) -> Option<(Vec<&str>, &Value)> {
        let subject = format!("authority:{authority}");
        self.0.iter().rev().find_map(|one| {
            let body = &one.event.body;
            match one.event.kind.as_str() {
                "ledger.opened" if one.event.issuer == authority => Some((vec!["operator"], &Value::Null)),
                "ledger.opened" => {
                    let mut registrars = body["registrars"].as_array().unwrap().iter();
                    registrars.any(|r| r["id"] == authority).then(|| (vec!["registrar"], &Value::Null))
                }
                "authority.enrolled" | "authority.amended" if one.event.subject == subject => {
                    let roles = body["roles"].as_array().unwrap();
                    Some((roles.iter().map(|role| role.as_str().unwrap()).collect(), &body["competence"]))
                }
                _ => None,
            }
        })
    }

    /// Every authority, in the order of enrolment.
    pub fn authorities(&self) -> Vec<&str> {
        let mut all = Vec::new();
        for one in &self.0 {
            if one.event.kind == "ledger.opened" {
                all.push(one.event.issuer.as_str());
                all.extend(
                    one.event.body["registrars"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|r| r["id"].as_str().unwrap()),
                );
            } else if one.event.kind == "authority.enrolled" {
                all.push(&one.event.subject["authority:".len()..]);
            }
        }
        all
    }

    /// Every key an authority ever had, and whether it was revoked.
    pub fn keys(&self, authority: &str) -> Vec<(&str, bool)> {
        let subject = format!("authority:{authority}");
        let mut keys: Vec<(&str, bool)> = Vec::new();
        for one in &self.0 {
            let body = &one.event.body;
            let about = one.event.subject == subject;
            match one.event.kind.as_str() {
                "ledger.opened" => {
                    if one.event.issuer == authority {
                        keys.push((body["operator"]["key"].as_str().unwrap(), false));
                    }
                    for registrar in body["registrars"].as_array().unwrap() {
                        if registrar["id"] == authority {
                            keys.push((registrar["key"].as_str().unwrap(), false));
                        }
                    }
                }
                "authority.enrolled" if about => {
                    keys.extend(
                        body["keys"].as_array().unwrap().iter().map(|key| (key.as_str().unwrap(), false)),
                    );
                }
                "authority.key_added" if about => keys.push((body["key"].as_str().unwrap(), false)),
                "authority.key_revoked" if about => {
                    for key in keys.iter_mut().filter(|(key, _)| body["key"] == *key) {
                        key.1 = true;
                    }
                }
                _ => {}
            }
        }
        keys
    }

    /// Who took over an authority's tasks, as last said.
    pub fn successor(&self, authority: &str) -> Option<&str> {
        let subject = format!("authority:{authority}");
        let mut said = self.0.iter().rev().map(|one| &one.event);
        said.find(|e| e.kind == "authority.succeeded" && e.subject == subject)?.text("successor")
    }

    /// Whether `authority` is `source`, or follows it through successions.
    pub fn acts_for(&self, authority: &str, source: &str) -> bool {
        let mut next = Some(source);
        for _ in 0..=self.0.len() {
            match next {
                Some(found) if found == authority => return true,
                Some(found) => next = self.successor(found),
                None => return false,
            }
        }
        false
    }

    /// Whether two authorities are one source: one is the other, or follows it.
    pub fn is_one_source(&self, one: &str, other: &str) -> bool {
        self.acts_for(one, other) || self.acts_for(other, one)
    }

    /// The definition of an item of the catalogue that counts at an instant.
    pub fn definition(&self, sort: &str, code: &str, at: ValidTime) -> Option<&Value> {
        let subject = format!("catalogue:{sort}.{code}");
        let versions = self.stream(&subject).filter(|one| one.event.valid_from <= at);
        let newest = versions.max_by_key(|one| (one.event.valid_from, one.at))?;
        (!newest.event.kind.ends_with("_repealed")).then_some(&newest.event.body)
    }

    /// Number and unit of a period, of a procedure that counts at an instant.
    pub fn period(&self, procedure: &str, name: &str, at: ValidTime) -> Option<(u32, &str)> {
        let periods = self.definition("procedure", procedure, at)?["periods"].as_array()?;
        let found = periods.iter().find(|period| period["name"] == name)?;
        Some((u32::try_from(found["number"].as_u64()?).unwrap(), found["unit"].as_str()?))
    }

    /// The last day of such a period from `from` on; `None` where it is not adopted, or where its working
    /// days are not known.
    pub fn deadline(&self, procedure: &str, name: &str, from: Date, at: ValidTime) -> Option<Date> {
        let (number, unit) = self.period(procedure, name, at)?;
        match unit {
            "day" => Some(from.plus_days(i64::from(number))),
            "month" => Some(from.plus_months(number)),
            "year" => Some(from.plus_months(12 * number)),
            _ => self.working_days_after(from, number),
        }
    }

    /// The same, and where working days are not known the day before which it is over under no calendar.
    pub fn earliest(&self, procedure: &str, name: &str, from: Date, at: ValidTime) -> Option<Date> {
        match self.period(procedure, name, at)? {
            (number, "working_day") => {
                let (mut day, mut left) = (from, number);
                while left > 0 {
                    day = day.plus_days(1);
                    left -= u32::from(self.works(day) != Some(false));
                }
                Some(day)
            }
            _ => self.deadline(procedure, name, from, at),
        }
    }

    /// Whether people work on a day; `None` where nobody knows yet.
    fn works(&self, day: Date) -> Option<bool> {
        let calendar = self.calendar(day.year())?;
        let among = |field: &str| {
            calendar[field].as_array().is_some_and(|days| days.contains(&day.to_string().into()))
        };
        Some(if day.is_weekend() { among("workdays") } else { !among("holidays") })
    }

    fn working_days_after(&self, from: Date, number: u32) -> Option<Date> {
        let (mut day, mut left) = (from, number);
        loop {
            let works = self.works(day)?;
            if works && day != from {
                left -= 1;
            }
            if left == 0 {
                return Some(day);
            }
            day = day.plus_days(1);
        }
    }

    /// The calendar of a year, as last adopted.
    fn calendar(&self, year: u16) -> Option<&Value> {
        self.definition("calendar", &format!("cn.y{year}"), ValidTime::MAX)
    }
}
