//! Questions about all subjects at once: kept case files are brought up to what is published, then asked.

use super::{Answer, Asking, QueryError, asked, parse};
use crate::sequencer::signers;
use crate::view::{Published, View};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{Asked, Filed};
use ledger_spec::event::Event;
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::position::{EntryIndex, TreeSize};
use ledger_spec::projection::{DirectoryAnswer, World};
use serde_json::Value;
use std::sync::PoisonError;

/// What can be asked about all subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CityView {
    /// What has left a list.
    Departures(ListCode),
    /// The fifteen indicators of a place.
    Indicators(SubjectId),
    /// What departments did, and how commitments were kept.
    Oversight,
    /// Who might sign what.
    Directory,
}

/// A view of all at two instants, as plain data, and what was asked exactly.
pub fn city_view(
    view: &View,
    which: &CityView,
    asking: Asking,
) -> Result<Answer<(Asked, Value)>, QueryError> {
    let published = view.published();
    let asked = asked(view, &published, asking.instants)?;
    let core = (&*published.core.catalogue, &*published.core.directory);
    let value = match which {
        CityView::Departures(list) => {
            if !published.core.catalogue.lists.ever(list) {
                return Err(QueryError::NoList(list.clone()));
            }
            let found =
                with_world(view, &published, |world| world.departures(list, core, asked, asking.sight))?;
            serde_json::to_value(found)
        }
        CityView::Indicators(place) => {
            let found =
                with_world(view, &published, |world| world.indicators(place, core, asked, asking.sight))?;
            serde_json::to_value(found)
        }
        CityView::Oversight => {
            serde_json::to_value(with_world(view, &published, |world| world.oversight(core, asked))?)
        }
        CityView::Directory => serde_json::to_value(DirectoryAnswer::of(core.1, asked)),
    };
    let value = value.map_err(|error| QueryError::Answer(error.to_string()))?;
    Ok(Answer { value: (asked, value), published })
}

/// Asks the kept case files, after bringing them up to what is published. They may know more than that:
/// every question names how many entries it takes into account.
pub(super) fn with_world<T>(
    view: &View,
    published: &Published,
    ask: impl FnOnce(&World) -> T,
) -> Result<T, QueryError> {
    // A panic while the lock is held leaves whole entries or none.
    let mut world = view.world().lock().unwrap_or_else(PoisonError::into_inner);
    while world.size() < published.size() {
        catch_up(view, published, &mut world)?;
    }
    Ok(ask(&world))
}

/// Entries that are read and parsed at a time.
const CHUNK: u64 = 8192;

/// Takes in the next entries: read and parsed on all cores, applied in order.
fn catch_up(view: &View, published: &Published, world: &mut World) -> Result<(), QueryError> {
    let first = world.size().get();
    let last = published.size().get().min(first + CHUNK);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = (last - first).div_ceil(u64::try_from(threads).unwrap_or(1)).max(1);
    let parts: Vec<Result<Vec<Read>, QueryError>> = std::thread::scope(|scope| {
        let mut parts = Vec::new();
        let mut from = first;
        while from < last {
            let until = last.min(from + share);
            parts.push(scope.spawn(move || read(view, from, until)));
            from = until;
        }
        let joined = parts.into_iter().map(|part| part.join());
        joined
            .map(|part| part.unwrap_or_else(|_| Err(QueryError::Answer("a reader panicked".into()))))
            .collect()
    });
    let directory = &published.core.directory;
    for part in parts {
        for Read { event, recorded, signers } in part? {
            world.apply(Filed { event: &event, recorded, signers: &signers }, directory);
        }
    }
    debug_assert_eq!(world.size(), TreeSize::new(last));
    Ok(())
}

/// An entry as case files take it in.
struct Read {
    event: Event,
    recorded: Recorded,
    signers: Vec<[u8; 32]>,
}

fn read(view: &View, from: u64, until: u64) -> Result<Vec<Read>, QueryError> {
    let one = |index| {
        let bytes = view.log().entry(EntryIndex::new(index))?;
        let entry = bytes.entry();
        let recorded = Recorded { index: entry.index, at: entry.recorded_at };
        Ok(Read { event: parse(entry)?, recorded, signers: signers(entry) })
    };
    (from..until).map(one).collect()
}
