//! Entries one by one, pages of a stream, receipts, and proofs between two sizes.

use super::source::parse;
use super::{QueryError, Reading};
use crate::log::{EntryBytes, RawEntry, ReadError};
use ledger_spec::authority::Directory;
use ledger_spec::casefile::{Head, Sight, Viewer};
use ledger_spec::entry::{ChainHash, EntryHashes, StreamVersion};
use ledger_spec::event::{DisclosedField, Event};
use ledger_spec::id::{Sealing, StreamKey, SubjectId, SubjectStream};
use ledger_spec::projection::{CaseFileSource as _, EntryLine, EventsPage, case_of, more_may_exist};
use ledger_spec::sealed::{Hashing, Opening, Plain};
use tlog::hash::TreeHash;
use tlog::merkle::ConsistencyProof;
use tlog::position::{EntryIndex, TreeSize};
use tlog::proof::TlogProof;

/// One entry, its bytes checked, and its event.
#[derive(Debug)]
pub struct FoundEntry {
    /// The entry.
    pub entry: EntryBytes,
    /// What it states.
    pub event: Event,
    /// The fields that travel beside it, as far as they are kept here.
    fields: Vec<DisclosedField>,
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
    /// What proves that the entry holds its event, where it is sealed: it opens nothing else.
    pub fn opening(&self) -> Option<Opening> {
        let opening = self.entry.opening()?;
        Some(Opening::Content(opening.of_content(Hashing::Sha256)))
    }

    fn read(entry: EntryBytes) -> Result<Self, QueryError> {
        let event = parse(entry.entry())?;
        let index = entry.entry().index;
        let fields = fields_of(&entry, &event).map_err(|found| QueryError::Fields { index, found })?;
        Ok(Self { entry, event, fields })
    }

    /// The fields that travel beside its event, as far as they are kept here, for whoever may see them.
    pub fn fields(&self, sight: Sight) -> &[DisclosedField] {
        if sight.sees_personal_fields() { &self.fields } else { &[] }
    }

    /// The entry as answers to who asks have it, with what this directory knows of its signers.
    pub fn line(&self, directory: &Directory, viewer: Viewer) -> EntryLine {
        let hashes = EntryHashes { leaf: self.entry.leaf(), chain: ChainHash::of_entry(self.entry.bytes()) };
        let beside = (self.opening(), self.fields(viewer.sight));
        EntryLine::of(self.entry.entry(), hashes, &self.event, beside, (directory, viewer))
    }
}

impl Reading<'_> {
    /// One entry, if who asks may see it at the moment of asking. To the public one that it may not see is one that is
    /// not there.
    pub fn entry(&self, index: EntryIndex, viewer: Viewer) -> Result<FoundEntry, QueryError> {
        let public = viewer.sight == Sight::Public;
        let found = self.any_entry(index).map_err(|error| match error {
            QueryError::NoEntry { found, .. } if public => QueryError::NoPublicEntry(found),
            QueryError::Read(ReadError::Erased(index)) if public => QueryError::NoPublicEntry(index),
            other => other,
        })?;
        let file = self.case_file(&found.event.subject)?;
        let case = case_of(&found.event.subject, &file, &self.snapshot.governance, viewer.moment);
        let number = file.find(&found.event.id).map(|(number, _)| number);
        let directory = &self.snapshot.governance.directory;
        match number.is_some_and(|number| case.shows_signed_to(number, &viewer, directory)) {
            true => Ok(found),
            false if public => Err(QueryError::NoPublicEntry(index)),
            false => Err(QueryError::NotForReader { index, sight: viewer.sight }),
        }
    }

    /// The bytes of one entry as they stand in the log, which everybody may see.
    pub fn raw_entry(&self, index: EntryIndex) -> Result<RawEntry, QueryError> {
        let size = self.snapshot.size();
        if !index.is_in(size) {
            return Err(QueryError::NoEntry { found: index, size });
        }
        Ok(self.snapshots.log().raw(index)?)
    }

    /// One entry of this snapshot, whoever reads.
    pub fn any_entry(&self, index: EntryIndex) -> Result<FoundEntry, QueryError> {
        let size = self.snapshot.size();
        if !index.is_in(size) {
            return Err(QueryError::NoEntry { found: index, size });
        }
        FoundEntry::read(self.snapshots.log().entry(index)?)
    }

    /// A page of a subject's events, newest first, of those before the entry `before`, whatever that is: those that who
    /// asks may see at the moment of asking, and how many between them are left out. Which they are follows from the
    /// facts of the subject's file; only what is shown is read.
    pub fn events(
        &self,
        subject: &SubjectId,
        before: Option<EntryIndex>,
        limit: usize,
        viewer: Viewer,
    ) -> Result<EventsPage, QueryError> {
        self.sees_what_is_sealed()?;
        let file = self.case_file(subject)?;
        let case = case_of(subject, &file, &self.snapshot.governance, viewer.moment);
        let (mut events, mut next) = (Vec::new(), None);
        // How many were left out, and how many of these before the page's last event: those after it are the next page's.
        let (mut withheld, mut between) = (0, 0);
        for (number, item) in file.items().rev() {
            if before.is_some_and(|before| item.entry >= before) {
                continue;
            }
            if !case.shows_signed_to(number, &viewer, &self.snapshot.governance.directory) {
                withheld += 1;
            } else if events.len() == limit {
                next = events.last().map(|line: &EntryLine| line.index);
                withheld = between;
                break;
            } else {
                events.push(self.any_entry(item.entry)?.line(&self.snapshot.governance.directory, viewer));
                between = withheld;
            }
        }
        let told = viewer.sight > Sight::Public;
        Ok(EventsPage {
            subject: subject.clone(),
            asked_at: viewer.moment.valid_at,
            version: if told { Some(self.version(SubjectStream::sealed(subject.clone()))?) } else { None },
            clear_version: if told { self.clear_version(subject)? } else { None },
            withheld: told.then_some(withheld),
            notice: more_may_exist(viewer),
            events,
            next,
            checkpoint: self.snapshot.checkpoint_text(),
        })
    }

    fn version(&self, stream: SubjectStream) -> Result<StreamVersion, QueryError> {
        let head = self.snapshots.streams().head(&StreamKey::Subject(stream), self.snapshot.size())?;
        Ok(Head::version_of(head.as_ref()))
    }

    /// The version of a subject's stream in the clear, where it may have one.
    fn clear_version(&self, subject: &SubjectId) -> Result<Option<StreamVersion>, QueryError> {
        let clear = SubjectStream::all_of(subject).into_iter().find(|one| one.sealing == Sealing::Clear);
        clear.map(|clear| self.version(clear)).transpose()
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

/// What is kept of the fields that travel beside an event: each is one that the event names, or nothing is shown.
fn fields_of(entry: &EntryBytes, event: &Event) -> Result<Vec<DisclosedField>, String> {
    let kept = Plain::disclosed_of(entry.disclosures(), &event.private).map_err(|error| error.to_string())?;
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        DisclosedField::parse(text).map_err(|fault| format!("a disclosure {fault}"))
    };
    kept.into_iter().flatten().map(read).collect()
}
