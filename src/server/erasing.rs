//! Carries out what was ordered to be erased, once that is due, for as long as the server runs.

use crate::http::AppState;
use crate::ledger::Erasing;
use crate::sequencer::EventOutcome;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// How often it looks whether something is due: what waits a day may wait a second.
const LOOK: Duration = Duration::from_secs(1);
/// How long it waits after what it could not do.
const PAUSE: Duration = Duration::from_secs(60);

/// Never ends by itself.
pub(super) async fn carry_out(state: &AppState) {
    let Some(erasing) = &state.erasing else { return std::future::pending().await };
    loop {
        match once(state, erasing).await {
            Ok(()) => sleep(LOOK).await,
            Err(reason) => {
                tracing::error!(reason, "what is due to be erased could not be erased; it is tried again");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn once(state: &AppState, erasing: &Arc<Erasing>) -> Result<(), String> {
    let (erasing, snapshots, now) = (erasing.clone(), state.snapshots.clone(), (state.clock)());
    // Files are read for it.
    let due = tokio::task::spawn_blocking(move || erasing.due(&snapshots, now)).await;
    let due = due.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let (Some(event), Some(sequencer)) = (due, &state.sequencer) else { return Ok(()) };
    let answer = sequencer.submit(vec![event], true).map_err(|error| error.to_string())?;
    let outcome = answer.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    match outcome.outcomes.as_slice() {
        [EventOutcome::Appended(placed)] => {
            tracing::warn!(entry = %placed.index, "what was ordered to be erased is erased");
            Ok(())
        }
        other => Err(format!("{other:?}")),
    }
}
