//! What an authority or a subject wants to be told of: which entries, and which delays.
//!
//! Works on a follower's copy, so that everything it tells of was verified. Delivering is for others.

use crate::query::{Known, QueryError, Reading};
use crate::snapshot::Snapshots;
use ledger_spec::casefile::Sight;
use ledger_spec::entry::Entry;
use ledger_spec::event::{Event, EventError};
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::projection::{Answer, Question};
use ledger_spec::time::ValidTime;
use serde::Serialize;
use std::collections::BTreeMap;
use tlog::defect::defect;

/// What is watched for.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Events that these issued, or that are about them.
    pub authorities: Vec<AuthorityId>,
    /// Events that these keys signed.
    pub keys: Vec<[u8; 32]>,
    /// Events about these subjects.
    pub subjects: Vec<SubjectId>,
    /// Changes of keys, competences and the catalogue.
    pub governance: bool,
    /// Entries on lists that have ended and are not removed in time, by authority.
    pub late_delistings: bool,
}

/// Why an entry is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// An authority that is watched issued it, or it is about it.
    Authority,
    /// A key that is watched signed it.
    Key,
    /// It is about a subject that is watched.
    Subject,
    /// It changes who may sign, or what may be recorded.
    Governance,
}

/// An entry that is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// Why.
    pub reasons: Vec<Reason>,
    /// The entry.
    pub index: u64,
    /// When it was recorded, RFC 3339.
    pub recorded_at: String,
    /// What kind of event it holds.
    pub kind: &'static str,
    /// The event's id.
    pub event: String,
    /// Who issued it.
    pub issuer: String,
    /// Whom it is about.
    pub subject: String,
}

/// Delistings that an authority owes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LateDelistings {
    /// The authority.
    pub authority: String,
    /// Entries on its lists that have ended and are not removed in time.
    pub overdue: u64,
    /// The longest such delay so far, in days.
    pub longest_days: u64,
}

impl Watch {
    /// Whether an entry is to be told of, and why.
    pub fn see(&self, entry: &Entry) -> Result<Option<Sighting>, EventError> {
        let event = Event::parse(&entry.event)?;
        let about = |id: &AuthorityId| {
            *id == event.issuer || matches!(&event.subject, SubjectId::Authority(subject) if subject == id)
        };
        let signed = |key: &[u8; 32]| entry.signers().contains(key);
        let found = [
            (self.authorities.iter().any(about), Reason::Authority),
            (self.keys.iter().any(signed), Reason::Key),
            (self.subjects.contains(&event.subject), Reason::Subject),
            (self.governance && governs(&event), Reason::Governance),
        ];
        let reasons: Vec<Reason> = found.into_iter().filter(|(is, _)| *is).map(|(_, why)| why).collect();
        Ok((!reasons.is_empty()).then(|| Sighting {
            reasons,
            index: entry.index.get(),
            recorded_at: entry.recorded_at.to_text(),
            kind: event.kind().name(),
            event: event.id.to_string(),
            issuer: event.issuer.to_string(),
            subject: event.subject.to_string(),
        }))
    }

    /// The delistings that are late at a time, by authority; nothing where they are not watched for.
    pub fn late_delistings(
        &self,
        snapshots: &Snapshots,
        valid_at: ValidTime,
    ) -> Result<BTreeMap<String, LateDelistings>, QueryError> {
        if !self.late_delistings {
            return Ok(BTreeMap::new());
        }
        let reading = Reading::new(snapshots);
        let as_of = reading.as_of(valid_at, Known::Everything)?;
        // Whoever holds the whole log may count all of it.
        let viewer = reading.viewer(Sight::Restricted, valid_at);
        let answered = reading.ask(&Question::Oversight, as_of, viewer)?;
        let Answer::Oversight(oversight) = answered.answer else { defect("oversight is what was asked for") };
        let late = oversight.authorities.into_iter().filter_map(|line| {
            let authority = line.authority.to_string();
            let (overdue, longest_days) =
                (line.overdue_delistings.get()?, line.longest_delisting_days.get()?);
            (overdue > 0).then(|| (authority.clone(), LateDelistings { authority, overdue, longest_days }))
        });
        Ok(late.collect())
    }
}

fn governs(event: &Event) -> bool {
    matches!(event.subject, SubjectId::Ledger | SubjectId::Authority(_) | SubjectId::Catalogue(_))
}
