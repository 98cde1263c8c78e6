//! All case files at once: for answers about lists, departments and the city as a whole.
//!
//! It is fed entry by entry, keeps no event whole and is never the truth: it can be dropped and made again
//! from the log at any time.

use super::{Edition, View};
use crate::authority::Directory;
use crate::casefile::{Asked, CaseFile, Fact, Filed, Lens, Place, Sight};
use crate::catalogue::Catalogue;
use crate::definition::Disclosure;
use crate::event::Class;
use crate::id::{ListCode, StreamKey, SubjectId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tlog::position::TreeSize;

/// Every subject's case file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// In no order: what is computed from all of them orders itself.
    files: HashMap<SubjectId, CaseFile>,
    lists: BTreeMap<ListCode, BTreeSet<SubjectId>>,
    size: TreeSize,
}

/// What left a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Departures {
    /// The list.
    pub list: String,
    /// The entries that hold no more, the last to leave first.
    pub departures: Vec<Departure>,
}

/// An entry that left a list: whoever has copied it has to stop using it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Departure {
    /// The `listing.entered` event.
    pub event: String,
    /// Its entry.
    pub entry: u64,
    /// From when on it holds no more, RFC 3339.
    pub at: String,
    /// Why, in a word.
    pub cause: &'static str,
    /// The rule by which it follows.
    pub rule: &'static str,
    /// Whom it was about, for those who may still see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl World {
    /// How many entries were taken in.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// Takes in the next entry. `directory` knows its issuer already.
    pub fn apply(&mut self, filed: Filed<'_>, directory: &Directory) {
        let event = filed.event;
        for stream in event.streams() {
            if let StreamKey::List(list) = stream {
                self.lists.entry(list).or_default().insert(event.subject.clone());
            }
        }
        self.files.entry(event.subject.clone()).or_default().apply(filed, directory);
        self.size = filed.recorded.index.covering_size();
    }

    /// A subject's file.
    pub fn file(&self, subject: &SubjectId) -> Option<&CaseFile> {
        self.files.get(subject)
    }

    /// All files, in no order.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&SubjectId, &CaseFile)> {
        self.files.iter()
    }

    /// The subjects that a list's stream names.
    pub fn subjects_of(&self, list: &ListCode) -> impl Iterator<Item = (&SubjectId, &CaseFile)> {
        let subjects = self.lists.get(list).into_iter().flatten();
        subjects.filter_map(|subject| self.files.get(subject).map(|file| (subject, file)))
    }

    /// A list as it stood at two instants.
    pub fn edition(
        &self,
        list: &ListCode,
        governance: (&Catalogue, &Directory),
        asked: Asked,
        sight: Sight,
    ) -> Edition {
        let parts = self.subjects_of(list).map(|(subject, file)| {
            let view = View::new(subject, file, governance, asked, sight);
            view.members(list)
        });
        Edition::of(list, parts)
    }

    /// What has left a list by the valid instant: the notice to stop using it (plan 4.2-1(5): exits with
    /// equal prominence). The public learns that an entry left, not whom it was about.
    pub fn departures(
        &self,
        list: &ListCode,
        (catalogue, _): (&Catalogue, &Directory),
        asked: Asked,
        sight: Sight,
    ) -> Departures {
        let mut departures = Vec::new();
        for (subject, file) in self.subjects_of(list) {
            let lens = Lens::new(subject, file, catalogue, asked);
            let left = lens.begun(Class::Listing).filter_map(|(place, item)| {
                let on_list = matches!(&item.fact, Fact::Listing(listing) if listing.list == *list);
                on_list.then(|| departure(&lens, place, sight)).flatten()
            });
            departures.extend(left);
        }
        departures.sort_by(|a, b| (&b.0, b.1.entry).cmp(&(&a.0, a.1.entry)));
        Departures {
            list: list.to_string(),
            departures: departures.into_iter().map(|(_, departure)| departure).collect(),
        }
    }
}

fn departure(lens: &Lens<'_>, place: Place, sight: Sight) -> Option<(crate::time::ValidTime, Departure)> {
    let item = lens.file.get(place)?;
    let end = lens.end(place).filter(|end| end.at <= lens.asked.valid_at)?;
    let class = lens.disclosure(place);
    let told = match sight {
        Sight::Public => class == Disclosure::Public,
        Sight::Shared => class <= Disclosure::Shared,
        Sight::Restricted | Sight::Court => true,
    };
    let seen = sight >= Sight::Restricted;
    told.then(|| {
        let departure = Departure {
            event: item.id.to_string(),
            entry: item.entry.get(),
            at: end.at.to_string(),
            cause: end.cause.name(),
            rule: end.cause.rule().id(),
            subject: seen.then(|| lens.subject.to_string()),
        };
        (end.at, departure)
    })
}
