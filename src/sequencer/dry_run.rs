//! What would become of events if they were appended now, in their order: the same rules and the same
//! code, over the published state, with nothing written.

use super::EventOutcome;
use super::batch::Batch;
use super::streams::OpenStreams;
use crate::snapshot::Snapshots;
use crate::streams::StreamError;
use ledger_spec::event::WholeEvent;
use ledger_spec::state::State;
use ledger_spec::time::RecordedTime;

/// Asks every rule about each event, as if those before it that pass had been appended; all or none where they are
/// `atomic`. An outcome [`EventOutcome::Appended`] names the place that the event would have had.
pub fn dry_run(
    snapshots: &Snapshots,
    now: RecordedTime,
    events: Vec<WholeEvent>,
    atomic: bool,
) -> Result<Vec<EventOutcome>, StreamError> {
    let published = snapshots.latest();
    let streams = OpenStreams::new(snapshots.streams().clone(), published.size(), usize::MAX);
    let mut state = State::new(published.governance.clone(), published.end, streams);
    Batch::over(&state, now).submit(&mut state, events, atomic)
}
