//! What would become of events if they were appended now, in their order: the same rules and the same
//! code, over the published state, with nothing written.

use super::EventOutcome;
use super::batch::Batch;
use super::streams::{StreamError, Streams};
use crate::snapshot::Snapshots;
use ledger_spec::entry::ChainHash;
use ledger_spec::event::envelope::VerifiedEvent;
use ledger_spec::time::RecordedTime;

/// Asks every rule about each event, as if those before it that pass had been appended. An outcome
/// [`EventOutcome::Appended`] names the place that the event would have had.
pub fn dry_run(
    snapshots: &Snapshots,
    now: RecordedTime,
    events: Vec<VerifiedEvent>,
) -> Result<Vec<EventOutcome>, StreamError> {
    let published = snapshots.latest();
    let mut streams = Streams::up_to(snapshots.log().clone(), published.size());
    // The tip only goes into entries, and none is kept.
    let mut plan = Batch::new(
        published.governance.clone(),
        published.size(),
        ChainHash::ZERO,
        now.max(published.last_recorded),
        &mut streams,
        snapshots.index(),
        snapshots.log(),
    );
    plan.submit(events, false)
}
