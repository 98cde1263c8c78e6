//! What would become of events if they were appended now, in their order: the same rules and the same
//! code, over the published state, with nothing written.

use super::EventOutcome;
use super::plan::Plan;
use super::streams::{StreamError, Streams};
use crate::view::View;
use ledger_spec::entry::ChainHash;
use ledger_spec::event::envelope::VerifiedEvent;
use ledger_spec::time::RecordedTime;

/// Asks every rule about each event, as if those before it that pass had been appended. An outcome
/// [`EventOutcome::Placed`] names the place that the event would have had.
pub fn dry_run(
    view: &View,
    now: RecordedTime,
    events: Vec<VerifiedEvent>,
) -> Result<Vec<EventOutcome>, StreamError> {
    let published = view.published();
    let mut streams = Streams::up_to(view.log().clone(), published.size());
    // The tip only goes into entries, and none is kept.
    let mut plan = Plan::new(
        published.core.clone(),
        published.size(),
        ChainHash::ZERO,
        now.max(published.last_recorded),
        &mut streams,
        view.index(),
        view.log(),
    );
    plan.submit(events, false)
}
