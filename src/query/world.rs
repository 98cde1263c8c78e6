//! Questions about all subjects at once: kept case files are brought up to what is published, then asked.

use super::{Answer, Asking, QueryError, asked, parse};
use crate::log::EntryBytes;
use crate::snapshot::{Snapshot, Snapshots};
use ledger_spec::authority::Recorded;
use ledger_spec::casefile::{Asked, Filed};
use ledger_spec::event::Event;
use ledger_spec::id::{ListCode, SubjectId};
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
    snapshots: &Snapshots,
    which: &CityView,
    asking: Asking,
) -> Result<Answer<(Asked, Value)>, QueryError> {
    let published = snapshots.latest();
    let asked = asked(snapshots, &published, asking.instants)?;
    let governance = (&*published.governance.catalogue, &*published.governance.directory);
    let value = match which {
        CityView::Departures(list) => {
            if !published.governance.catalogue.lists.ever(list) {
                return Err(QueryError::NoList(list.clone()));
            }
            let found = with_world(snapshots, &published, |world| {
                world.departures(list, governance, asked, asking.sight)
            })?;
            serde_json::to_value(found)
        }
        CityView::Indicators(place) => {
            let found = with_world(snapshots, &published, |world| {
                world.indicators(place, governance, asked, asking.sight)
            })?;
            serde_json::to_value(found)
        }
        CityView::Oversight => serde_json::to_value(with_world(snapshots, &published, |world| {
            world.oversight(governance, asked)
        })?),
        CityView::Directory => serde_json::to_value(DirectoryAnswer::of(governance.1, asked)),
    };
    let value = value.map_err(|error| QueryError::Answer(error.to_string()))?;
    Ok(Answer { value: (asked, value), published })
}

/// Asks the kept case files, after bringing them up to what is published. They may know more than that:
/// every question names how many entries it takes into account.
pub(super) fn with_world<T>(
    snapshots: &Snapshots,
    published: &Snapshot,
    ask: impl FnOnce(&World) -> T,
) -> Result<T, QueryError> {
    // A panic while the lock is held leaves whole entries or none.
    let mut world = snapshots.world().lock().unwrap_or_else(PoisonError::into_inner);
    if world.size() < published.size() {
        catch_up(snapshots, published, &mut world)?;
    }
    Ok(ask(&world))
}

/// Takes in the next entries: read and parsed on all cores, applied in order.
fn catch_up(snapshots: &Snapshots, published: &Snapshot, world: &mut World) -> Result<(), QueryError> {
    let directory = &published.governance.directory;
    let first = world.size().next_index();
    snapshots.log().sweep(first, published.size(), read, |Read { event, recorded, signers }| {
        world.apply(Filed { event, recorded: *recorded, signers }, directory);
        Ok(())
    })
}

/// An entry as case files take it in.
struct Read {
    event: Event,
    recorded: Recorded,
    signers: Vec<[u8; 32]>,
}

fn read(bytes: EntryBytes) -> Result<Read, QueryError> {
    let entry = bytes.entry();
    let recorded = Recorded { index: entry.index, at: entry.recorded_at };
    Ok(Read { event: parse(entry)?, recorded, signers: entry.signers() })
}
