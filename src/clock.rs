//! The only caller of system time in the house. Everything else is handed a time.

use ledger_spec::time::RecordedTime;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time now, in microseconds since the epoch. A clock before 1970 counts as the epoch itself:
/// recorded times never decrease, so the ledger then goes on with the last one.
pub fn now() -> RecordedTime {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    RecordedTime::from_micros(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX))
}
