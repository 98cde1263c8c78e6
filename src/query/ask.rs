//! Questions about subjects and lists at two instants: which entries are read, and which projection is
//! computed from them. The projections themselves are the specification's.

use super::world::with_world;
use super::{Answer, Instants, Known, QueryError, parse, published_entries};
use crate::log::EntryBytes;
use crate::snapshot::{Snapshot, Snapshots};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{Asked, CaseFile, Filed, Lens, Sight};
use ledger_spec::catalogue::Version;
use ledger_spec::definition::{Domain, ListDefinition};
use ledger_spec::entry::Entry;
use ledger_spec::id::{EventId, ListCode, SubjectId};
use ledger_spec::projection::{self, Edition};
use ledger_spec::time::RecordedTime;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// When one asks, and as whom.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// The instants.
    pub instants: Instants,
    /// As whom one reads.
    pub sight: Sight,
}

/// What can be asked about a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named like the projections of the specification
pub enum SubjectView {
    Standing,
    Records,
    Measures,
    Repairs,
    Objections,
    Commitments,
    Ratings,
    Points,
    Eligibility(Domain),
    Occupation,
    CivilServant,
    Rural,
    Uses,
}

impl SubjectView {
    /// The names of all views, as paths and the command line have them.
    pub const NAMES: [&'static str; 13] = [
        "standing",
        "records",
        "measures",
        "repairs",
        "objections",
        "commitments",
        "ratings",
        "points",
        "eligibility",
        "occupation",
        "civil-servant",
        "rural",
        "uses",
    ];

    /// The view of this name; `domain` is what `eligibility` is asked for.
    pub fn parse(name: &str, domain: Option<Domain>) -> Option<Self> {
        Some(match (name, domain) {
            ("standing", None) => Self::Standing,
            ("records", None) => Self::Records,
            ("measures", None) => Self::Measures,
            ("repairs", None) => Self::Repairs,
            ("objections", None) => Self::Objections,
            ("commitments", None) => Self::Commitments,
            ("ratings", None) => Self::Ratings,
            ("points", None) => Self::Points,
            ("eligibility", Some(domain)) => Self::Eligibility(domain),
            ("occupation", None) => Self::Occupation,
            ("civil-servant", None) => Self::CivilServant,
            ("rural", None) => Self::Rural,
            ("uses", None) => Self::Uses,
            _ => return None,
        })
    }

    fn of(self, view: &projection::View<'_>) -> serde_json::Result<Value> {
        match self {
            Self::Standing => serde_json::to_value(view.standing()),
            Self::Records => serde_json::to_value(view.records()),
            Self::Measures => serde_json::to_value(view.measures()),
            Self::Repairs => serde_json::to_value(view.repairs()),
            Self::Objections => serde_json::to_value(view.objections()),
            Self::Commitments => serde_json::to_value(view.commitments()),
            Self::Ratings => serde_json::to_value(view.ratings()),
            Self::Points => serde_json::to_value(view.points()),
            Self::Eligibility(domain) => serde_json::to_value(view.eligibility(domain)),
            Self::Occupation => serde_json::to_value(view.occupation()),
            Self::CivilServant => serde_json::to_value(view.civil_servant()),
            Self::Rural => serde_json::to_value(view.rural()),
            Self::Uses => serde_json::to_value(view.uses()),
        }
    }
}

/// A subject's view at two instants, as plain data, and what was asked exactly.
pub fn subject_view(
    view: &Snapshots,
    subject: &SubjectId,
    which: SubjectView,
    asking: Asking,
) -> Result<Answer<(Asked, Value)>, QueryError> {
    let published = view.latest();
    let asked = asked(view, &published, asking.instants)?;
    let file = case_file(view, subject, &published)?;
    let governance = &published.governance;
    let seen = projection::View::new(
        subject,
        &file,
        (&governance.catalogue, &governance.directory),
        asked,
        asking.sight,
    );
    let value = which.of(&seen).map_err(|error| QueryError::Answer(error.to_string()))?;
    Ok(Answer { value: (asked, value), published })
}

/// A list as it stood at two instants.
pub fn edition(
    view: &Snapshots,
    list: &ListCode,
    asking: Asking,
) -> Result<Answer<(Asked, Edition)>, QueryError> {
    let published = view.latest();
    if !published.governance.catalogue.lists.ever(list) {
        return Err(QueryError::NoList(list.clone()));
    }
    let asked = asked(view, &published, asking.instants)?;
    let governance = &published.governance;
    let edition = with_world(view, &published, |world| {
        world.edition(list, (&governance.catalogue, &governance.directory), asked, asking.sight)
    })?;
    Ok(Answer { value: (asked, edition), published })
}

/// The definition of a list that counts at these instants; the last one where none does.
pub fn edition_columns(published: &Snapshot, list: &ListCode, asked: Asked) -> Option<Arc<ListDefinition>> {
    let lists = &published.governance.catalogue.lists;
    let then = lists.at(list, asked.valid_at, asked.known);
    then.or_else(|| {
        lists.versions(list).iter().rev().find_map(|version: &Version<_>| version.content.as_ref())
    })
    .cloned()
}

/// The events of a subject that are seen now with this sight.
pub fn visible_events(
    view: &Snapshots,
    subject: &SubjectId,
    asking: Asking,
) -> Result<Answer<HashSet<EventId>>, QueryError> {
    let published = view.latest();
    let asked = asked(view, &published, asking.instants)?;
    let file = case_file(view, subject, &published)?;
    let lens = Lens::new(subject, &file, &published.governance.catalogue, asked);
    let seen = file.items().filter(|(place, _)| lens.shows_event(*place, asking.sight));
    Ok(Answer { value: seen.map(|(_, item)| item.id).collect(), published })
}

/// A subject's case file, with every event whole.
fn case_file(view: &Snapshots, subject: &SubjectId, published: &Snapshot) -> Result<CaseFile, QueryError> {
    let mut entries =
        published_entries(view, subject, published.size()).collect::<Result<Vec<EntryBytes>, _>>()?;
    entries.reverse();
    let mut file = CaseFile::default();
    for read in &entries {
        let entry = read.entry();
        let event = Arc::new(parse(entry)?);
        let filed = Filed { event: &event, recorded: recorded(entry), signers: &entry.signers() };
        file.apply_whole(filed, &published.governance.directory, event.clone());
    }
    Ok(file)
}

fn recorded(entry: &Entry) -> Recorded {
    Recorded { index: entry.index, at: entry.recorded_at }
}

/// The instants of a question put to a published state: a recorded time becomes the number of entries
/// that were recorded by then.
pub fn asked(view: &Snapshots, published: &Snapshot, instants: Instants) -> Result<Asked, QueryError> {
    let known = match instants.known_at {
        None => published.size(),
        Some(Known::Size(size)) => size.min(published.size()),
        Some(Known::At(time)) => size_at(view, published.size(), time)?,
    };
    Ok(Asked { valid_at: instants.valid_at, known })
}

/// How many entries were recorded at or before a time: recorded times never decrease along the log.
fn size_at(view: &Snapshots, size: TreeSize, time: RecordedTime) -> Result<TreeSize, QueryError> {
    let (mut least, mut most) = (0, size.get());
    while least < most {
        let middle = least + (most - least) / 2;
        if view.log().entry(EntryIndex::new(middle))?.entry().recorded_at <= time {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    Ok(TreeSize::new(least))
}
