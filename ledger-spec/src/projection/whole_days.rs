//! Whole days: what counts over many subjects is told to the public of those alone.

use crate::casefile::AsOf;
use crate::time::{RecordedTime, ValidTime};
use tlog::position::{EntryIndex, TreeSize};

/// The last whole days within two instants: of valid time, the days that are over; of entries, those of days that are
/// over at the moment of asking and are known to their end.
pub(super) fn within<E>(
    recorded_at: impl Fn(EntryIndex) -> Result<RecordedTime, E>,
    as_of: AsOf,
    moment: AsOf,
) -> Result<AsOf, E> {
    // A clock past the year 2199 is past everything.
    let recorded = |entry| -> Result<ValidTime, E> {
        Ok(ValidTime::at_recorded(recorded_at(entry)?).unwrap_or(ValidTime::MAX))
    };
    let mut last = end_of_whole_day(moment.valid_at);
    if as_of.known < moment.known {
        // The day of the first entry that is not known is cut.
        last = last.min(recorded(as_of.known.next_index())?.date().plus_days(-1).end_of_day());
    }
    let (mut least, mut most) = (0, as_of.known.get());
    while least < most {
        let middle = least + (most - least) / 2;
        if recorded(EntryIndex::new(middle))? <= last {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    Ok(AsOf { valid_at: end_of_whole_day(as_of.valid_at), known: TreeSize::new(least) })
}

/// The end of the last day that is over: an instant that is the last of its day ends it.
fn end_of_whole_day(at: ValidTime) -> ValidTime {
    let end = at.date().end_of_day();
    if at == end { end } else { at.date().plus_days(-1).end_of_day() }
}
