//! From verified events to the entries of a batch: admission against the state as it evolves within the batch. Writes
//! nothing; what it plans counts only once the log has taken it.

use super::streams::OpenStreams;
use super::{Appended, EventOutcome};
use crate::log::{EncodedEntry, Said};
use crate::streams::{StreamError, StreamReader};
use ledger_spec::admission::Refusal;
use ledger_spec::entry::{Entry, EntryError};
use ledger_spec::event::envelope::VerifiedEvent;
use ledger_spec::event::{Event, WholeEvent};
use ledger_spec::id::{Sealing, StreamKey};
use ledger_spec::sealed::{Hashing, Randomness, StreamTag};
use ledger_spec::state::{NotEntered, State, Streams};
use ledger_spec::time::RecordedTime;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};

/// The entries that follow what is committed, while they are planned.
pub(super) struct Batch {
    pub(super) entries: Vec<EncodedEntry>,
    now: RecordedTime,
    committed: TreeSize,
    reader: StreamReader,
}

impl Batch {
    /// Begins a batch over what is committed, which is all that the state has taken in.
    pub(super) fn over(state: &State<OpenStreams>, now: RecordedTime) -> Self {
        let (committed, reader) = (state.streams().committed(), state.streams().reader().clone());
        Self { entries: Vec::new(), now, committed, reader }
    }

    /// Plans one submission: each event by itself, or all or none.
    pub(super) fn submit(
        &mut self,
        state: &mut State<OpenStreams>,
        events: Vec<WholeEvent>,
        atomic: bool,
    ) -> Result<Vec<EventOutcome>, StreamError> {
        if !atomic {
            return events.into_iter().map(|event| self.place(state, event)).collect();
        }
        let (kept, count) = (self.entries.len(), events.len());
        let before = state.size();
        let mut attempt = state.attempt();
        let mut outcomes = Vec::with_capacity(count);
        for event in events {
            let outcome = self.place(&mut attempt, event)?;
            let refused = matches!(outcome, EventOutcome::Refused { .. } | EventOutcome::Erased(_));
            outcomes.push(outcome);
            if refused {
                self.entries.truncate(kept);
                // What was planned before the refused event goes with it, and so does a repeat of it. A repeat of
                // what stood before stays.
                for outcome in &mut outcomes {
                    if matches!(outcome, EventOutcome::Appended(placed) if !placed.index.is_in(before)) {
                        *outcome = EventOutcome::NotAttempted;
                    }
                }
                outcomes.resize(count, EventOutcome::NotAttempted);
                return Ok(outcomes);
            }
        }
        let attempted = attempt.attempted();
        state.adopt(attempted);
        Ok(outcomes)
    }

    fn place<S: Streams<Error = StreamError>>(
        &mut self,
        state: &mut State<S>,
        event: WholeEvent,
    ) -> Result<EventOutcome, StreamError> {
        let entered = match state.submit(event, self.now, self.randomness()?)? {
            Ok(entered) => entered,
            Err(NotEntered::Seen { first, other, event }) => return self.seen(first, &event, *other),
            Err(NotEntered::Refused { refusal, head }) => return Ok(EventOutcome::Refused { refusal, head }),
            Err(NotEntered::Erased { first, other, event }) => {
                return self.erased(first, event.event(), *other);
            }
            Err(NotEntered::Layout(error)) => return Err(error.into()),
            Err(NotEntered::Seal(error)) => return Err(error.into()),
        };
        let placed = placed(&entered.entry, entered.hashes.leaf, false)?;
        self.entries.push(EncodedEntry::of(entered));
        Ok(placed)
    }

    /// For one attempt. What an event in the clear does not take is lost.
    fn randomness(&self) -> Result<Randomness, StreamError> {
        Randomness::filled(|bytes| {
            getrandom::fill(bytes).map_err(|error| StreamError::Randomness(error.to_string()))
        })
    }

    fn erased(&self, first: EntryIndex, event: &Event, other: Refusal) -> Result<EventOutcome, StreamError> {
        Ok(erased_or_taken(&self.reader.log().said(first)?, event, other))
    }

    /// The same id again: the first receipt where the event is the same, the refusal where not.
    fn seen(
        &self,
        first: EntryIndex,
        event: &VerifiedEvent,
        other: Refusal,
    ) -> Result<EventOutcome, StreamError> {
        let planned = first.get().checked_sub(self.committed.get()).map(as_usize);
        let (entry, leaf) = match planned.and_then(|at| self.entries.get(at)) {
            Some(encoded) => {
                let said = encoded.said().or_defect("a batch holds what was just made");
                (said.clone(), encoded.hashes().leaf)
            }
            None => {
                let read = self.reader.log().entry(first)?;
                (read.entry().clone(), read.leaf())
            }
        };
        if !event.event().says_the_same(event.bytes(), &entry.event) {
            return Ok(EventOutcome::Refused { refusal: other, head: None });
        }
        placed(&entry, leaf, true)
    }
}

/// The id of an event that is erased. That it is says the answer to whoever issued it alone: to everybody else it is an id
/// that is taken.
fn erased_or_taken(read: &Said, event: &Event, other: Refusal) -> EventOutcome {
    let issuer = StreamKey::Issuer(Sealing::Sealed, event.issuer.clone());
    let theirs = matches!(read, Said::Erased(erased)
        if erased.links().issuer.tag == StreamTag::of(Hashing::Sha256, &issuer));
    if theirs {
        return EventOutcome::Erased(read.index());
    }
    EventOutcome::Refused { refusal: other, head: None }
}

fn placed(entry: &Entry, leaf: TreeHash, repeat: bool) -> Result<EventOutcome, StreamError> {
    let version = entry.links.first().ok_or(EntryError::Layout)?.version;
    let (index, recorded_at) = (entry.index, entry.recorded_at);
    Ok(EventOutcome::Appended(Appended { index, recorded_at, leaf, version, repeat }))
}
