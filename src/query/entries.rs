//! Entries one by one, pages of a stream, receipts, and proofs between two sizes.

use super::source::parse;
use super::{QueryError, Reading};
use crate::log::EntryBytes;
use crate::streams::entries_backwards;
use ledger_spec::casefile::{AsOf, CaseAsOf, Sight};
use ledger_spec::entry::{ChainHash, EntryHashes};
use ledger_spec::event::Event;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{CaseFileSource as _, EntryLine, EventsPage};
use ledger_spec::time::ValidTime;
use tlog::hash::TreeHash;
use tlog::merkle::ConsistencyProof;
use tlog::position::{EntryIndex, TreeSize};
use tlog::proof::TlogProof;

/// One entry, its bytes checked, and its event.
#[derive(Clone, Debug)]
pub struct FoundEntry {
    /// The entry.
    pub entry: EntryBytes,
    /// What it states.
    pub event: Event,
}

/// That one tree begins with another.
#[derive(Clone, Debug)]
pub struct Consistency {
    /// The smaller size and its root.
    pub from: (TreeSize, TreeHash),
    /// The greater size and its root.
    pub to: (TreeSize, TreeHash),
    /// The proof between them.
    pub proof: ConsistencyProof,
}

impl FoundEntry {
    fn read(entry: EntryBytes) -> Result<Self, QueryError> {
        let event = parse(entry.entry())?;
        Ok(Self { entry, event })
    }

    /// The entry as answers have it.
    pub fn line(&self) -> EntryLine {
        let hashes = EntryHashes { leaf: self.entry.leaf(), chain: ChainHash::of_entry(self.entry.bytes()) };
        EntryLine::of(self.entry.entry(), hashes, &self.event)
    }
}

impl Reading<'_> {
    /// One entry, if a reader of this sight may see it at `now`: the moment of asking.
    pub fn entry(&self, index: EntryIndex, sight: Sight, now: ValidTime) -> Result<FoundEntry, QueryError> {
        let found = self.any_entry(index)?;
        match self.visible(std::slice::from_ref(&found), &found.event.subject, (sight, now))?.is_empty() {
            true => Err(QueryError::NotForReader { index, sight }),
            false => Ok(found),
        }
    }

    /// One entry of this snapshot, whoever reads.
    pub fn any_entry(&self, index: EntryIndex) -> Result<FoundEntry, QueryError> {
        let size = self.snapshot.size();
        if !index.is_in(size) {
            return Err(QueryError::NoEntry { found: index, size });
        }
        FoundEntry::read(self.snapshots.log().entry(index)?)
    }

    /// A page of a subject's events, newest first, from the one before the entry `before`: those that a reader of
    /// this sight may see at `now`, and how many of the page are left out.
    pub fn events(
        &self,
        subject: &SubjectId,
        before: Option<EntryIndex>,
        limit: usize,
        (sight, now): (Sight, ValidTime),
    ) -> Result<EventsPage, QueryError> {
        let head = self.snapshots.streams().entries(subject, self.snapshot.size()).next().transpose()?;
        let version = head.as_ref().and_then(|entry| entry.entry().links.first()).map(|link| link.version);
        let start = match before {
            None => head.map(|entry| entry.entry().index),
            Some(cursor) => self.entry_before(subject, cursor)?,
        };
        let (mut page, mut next) = (Vec::new(), None);
        for entry in entries_backwards(self.snapshots.log(), start, 0) {
            if page.len() == limit {
                next = page.last().map(|last: &FoundEntry| last.entry.entry().index);
                break;
            }
            page.push(FoundEntry::read(entry?)?);
        }
        let visible = self.visible(&page, subject, (sight, now))?;
        Ok(EventsPage {
            subject: subject.clone(),
            version: version.unwrap_or_default(),
            withheld: page.len() - visible.len(),
            events: visible.into_iter().map(FoundEntry::line).collect(),
            next,
            checkpoint: self.snapshot.checkpoint_text(),
        })
    }

    /// The entry before a cursor in a subject's stream.
    fn entry_before(
        &self,
        subject: &SubjectId,
        cursor: EntryIndex,
    ) -> Result<Option<EntryIndex>, QueryError> {
        let at_cursor = self.any_entry(cursor).map_err(|error| match error {
            QueryError::NoEntry { found, .. } => QueryError::Cursor(found),
            other => other,
        })?;
        if at_cursor.event.subject != *subject {
            return Err(QueryError::Cursor(cursor));
        }
        Ok(at_cursor.entry.entry().links.first().and_then(|link| link.previous))
    }

    /// Those of a subject's entries that a reader of this sight may see, as they were signed: by the facts of its
    /// file, which are folded over its stream.
    fn visible<'f>(
        &self,
        found: &'f [FoundEntry],
        subject: &SubjectId,
        (sight, now): (Sight, ValidTime),
    ) -> Result<Vec<&'f FoundEntry>, QueryError> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let as_of = AsOf { valid_at: now, known: self.snapshot.size() };
        let file = self.case_file(subject)?;
        let case = CaseAsOf::new(subject, &file, &self.snapshot.governance.catalogue, as_of);
        let shown = |one: &&FoundEntry| {
            file.find(&one.event.id).is_some_and(|(number, _)| case.shows_signed(number, sight))
        };
        Ok(found.iter().filter(shown).collect())
    }

    /// A receipt for an entry under this snapshot's checkpoint.
    pub fn receipt(&self, index: EntryIndex) -> Result<TlogProof, QueryError> {
        let size = self.snapshot.size();
        if !index.is_in(size) {
            return Err(QueryError::NoEntry { found: index, size });
        }
        let checkpoint = &self.snapshot.checkpoint;
        let proof = self.snapshots.log().inclusion_proof_under(index, checkpoint)?;
        Ok(TlogProof::new(index, proof, checkpoint))
    }

    /// The proof that the tree of `to` entries begins with that of `from`, and both roots.
    pub fn consistency(&self, from: TreeSize, to: TreeSize) -> Result<Consistency, QueryError> {
        let log = self.snapshots.log();
        Ok(Consistency {
            from: (from, log.root(from)?),
            to: (to, log.root(to)?),
            proof: log.consistency_proof(from, to)?,
        })
    }
}
