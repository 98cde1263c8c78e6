//! From verified events to the entries of a batch: admission against the state as it evolves within
//! the batch. Writes nothing; what it plans counts only once the log has taken it.

use super::streams::{StreamError, Streams};
use super::{Appended, EventOutcome};
use crate::index::{Index, IndexRow};
use crate::log::{EncodedEntry, LogReader};
use ledger_spec::admission::{Admission, CaseFile, Filed, Governance, Head, Refusal, admit};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::CaseEntry;
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::{Entry, EntryError};
use ledger_spec::event::Event;
use ledger_spec::event::envelope::VerifiedEvent;
use ledger_spec::id::{StreamKey, SubjectId};
use ledger_spec::time::RecordedTime;
use std::collections::HashMap;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::{EntryIndex, TreeSize};

/// A batch being planned on top of what is committed.
pub(super) struct Batch<'a> {
    pub(super) governance: Governance,
    pub(super) entries: Vec<EncodedEntry>,
    pub(super) rows: Vec<IndexRow>,
    /// What each entry adds to case files.
    pub(super) case_entries: Vec<CaseEntry>,
    pub(super) tip: ChainHash,
    pub(super) now: RecordedTime,
    size: TreeSize,
    heads: HashMap<StreamKey, Head>,
    streams: &'a mut Streams,
    index: &'a Index,
    reader: &'a LogReader,
}

/// What an atomic submission has to put back when one of its events is refused: of heads and streams
/// only those that it touches, since a batch can hold many submissions.
struct Undo {
    governance: Governance,
    tip: ChainHash,
    planned: usize,
    /// What the plan held of each head touched, where it held any.
    heads: HashMap<StreamKey, Option<Head>>,
    streams: HashMap<SubjectId, CaseFile>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        governance: Governance,
        size: TreeSize,
        tip: ChainHash,
        now: RecordedTime,
        streams: &'a mut Streams,
        index: &'a Index,
        reader: &'a LogReader,
    ) -> Self {
        Self {
            governance,
            entries: Vec::new(),
            rows: Vec::new(),
            case_entries: Vec::new(),
            tip,
            now,
            size,
            heads: HashMap::new(),
            streams,
            index,
            reader,
        }
    }

    /// Plans one submission: each event by itself, or all or none.
    pub(super) fn submit(
        &mut self,
        events: Vec<VerifiedEvent>,
        atomic: bool,
    ) -> Result<Vec<EventOutcome>, StreamError> {
        if !atomic {
            return events.into_iter().map(|event| self.place(event, None)).collect();
        }
        let mut undo = Undo {
            governance: self.governance.clone(),
            tip: self.tip,
            planned: self.entries.len(),
            heads: HashMap::new(),
            streams: HashMap::new(),
        };
        let count = events.len();
        let mut outcomes = Vec::with_capacity(count);
        for event in events {
            let outcome = self.place(event, Some(&mut undo))?;
            let refused = matches!(outcome, EventOutcome::Refused { .. });
            outcomes.push(outcome);
            if refused {
                let kept = self.size.plus(as_u64(undo.planned));
                self.take_back(undo);
                // What was planned before the refused event is taken back with it, and so is a repeat
                // of it. A repeat of what stood before stays.
                for outcome in &mut outcomes {
                    if matches!(outcome, EventOutcome::Appended(placed) if !placed.index.is_in(kept)) {
                        *outcome = EventOutcome::NotAttempted;
                    }
                }
                outcomes.resize(count, EventOutcome::NotAttempted);
                break;
            }
        }
        Ok(outcomes)
    }

    fn place(&mut self, event: VerifiedEvent, undo: Option<&mut Undo>) -> Result<EventOutcome, StreamError> {
        let size = self.size.plus(as_u64(self.entries.len()));
        let at = Recorded { index: size.next_index(), at: self.now };
        let subject = event.event().subject.clone();
        let stream = self.streams.get(&subject, self.index, &self.governance)?;
        let stated = event.event().clone();
        let bytes = event.bytes().to_vec();
        let admitted = match admit(event, at, &self.governance, stream) {
            Err(refusal) => {
                let head = refusal.stream_head(stream);
                return Ok(EventOutcome::Refused { refusal, head });
            }
            Ok(Admission::Seen(first)) => return self.seen(first, &stated, &bytes),
            Ok(Admission::Admitted(admitted)) => admitted,
        };
        let signers = admitted.signers();
        let keys = stated.streams();
        if let Some(undo) = undo {
            undo.streams.entry(subject).or_insert_with(|| stream.clone());
            for key in &keys {
                undo.heads.entry(key.clone()).or_insert_with(|| self.heads.get(key).copied());
            }
        }
        let heads: Vec<_> = keys.iter().map(|key| self.head(key)).collect();
        let entry = admitted.into_entry(self.tip, &heads);
        let encoded = EncodedEntry::new(&entry)?;
        let hashes = encoded.hashes();
        for (key, head) in keys.into_iter().zip(&heads) {
            self.heads.insert(key, Head::advanced(head.as_ref(), at.index));
        }
        self.governance.apply(&stated, at);
        let filed = Filed { event: &stated, recorded: at, signers: &signers };
        let added = CaseEntry::of(filed, &self.governance.directory);
        self.streams.apply(&added);
        self.case_entries.push(added);
        self.rows.push(IndexRow::of(at.index, &stated));
        self.tip = hashes.chain;
        self.entries.push(encoded);
        let link = entry.links.first().or_defect("the first link is that of the subject's stream");
        let version = link.version;
        let placed =
            Appended { index: at.index, recorded_at: at.at, leaf: hashes.leaf, version, repeat: false };
        Ok(EventOutcome::Appended(placed))
    }

    /// The same id again: the first receipt where the bytes are the same, a refusal where not.
    fn seen(&self, first: EntryIndex, event: &Event, bytes: &[u8]) -> Result<EventOutcome, StreamError> {
        let planned = first.get().checked_sub(self.size.get()).map(as_usize);
        let (entry, leaf) = match planned.and_then(|at| self.entries.get(at)) {
            Some(encoded) => (Entry::decode(encoded.bytes())?, encoded.hashes().leaf),
            None => {
                let read = self.reader.entry(first)?;
                (read.entry().clone(), read.leaf())
            }
        };
        if entry.event != bytes {
            return Ok(EventOutcome::Refused { refusal: Refusal::id_reused(event, first), head: None });
        }
        let version = entry.links.first().ok_or(EntryError::Layout)?.version;
        let recorded_at = entry.recorded_at;
        Ok(EventOutcome::Appended(Appended { index: first, recorded_at, leaf, version, repeat: true }))
    }

    fn head(&self, key: &StreamKey) -> Option<Head> {
        self.heads.get(key).copied().or_else(|| self.index.head(key))
    }

    fn take_back(&mut self, undo: Undo) {
        self.governance = undo.governance;
        self.tip = undo.tip;
        self.entries.truncate(undo.planned);
        self.rows.truncate(undo.planned);
        self.case_entries.truncate(undo.planned);
        for (key, head) in undo.heads {
            match head {
                Some(head) => self.heads.insert(key, head),
                None => self.heads.remove(&key),
            };
        }
        for (subject, stream) in undo.streams {
            self.streams.put(subject, stream);
        }
    }
}
