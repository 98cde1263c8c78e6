//! The only caller of system time in the house. Everything else is handed a time.

use ledger_spec::time::RecordedTime;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time now, in microseconds since the epoch. A clock before 1970 counts as the epoch itself:
/// recorded times never decrease, so the ledger then goes on with the last one.
pub fn now() -> RecordedTime {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // A clock past all that can be counted counts as the last instant, which is no valid time.
    let micros = elapsed.as_secs().saturating_mul(1_000_000).saturating_add(elapsed.subsec_micros().into());
    RecordedTime::from_micros(micros)
}
