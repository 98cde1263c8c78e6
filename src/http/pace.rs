//! How fast a reader is answered: as fast as can be, and slowly while it reads more than is usual ([`Habits`]).
//!
//! That is decided before the look is written down and whatever the answer is: who is told to come again has looked at nothing.

use super::Shared;
use super::problem::{Problem, ProblemKind};
use crate::journal::{Look, Looking};
use crate::query::{QueryError, Reading};
use crate::snapshot::Snapshots;
use ledger_spec::event::Looker;
use ledger_spec::id::AuthorityId;
use ledger_spec::readers::{Habits, Unusual, Usual};
use ledger_spec::time::{RecordedTime, ValidTime, WorkingDays};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tlog::defect::OrDefect as _;
use tokio::time::Instant;

/// How long an answer waits for its turn; whoever would wait longer is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The paces of one server.
pub(super) struct Paces {
    readers: Mutex<Readers>,
    /// Answers that waited, and requests that were told to come again.
    slowed: Counter,
}

struct Readers {
    habits: Habits,
    /// By their keys, of whom more is read than is usual. Each key has its turns: one that was stolen takes nobody else's.
    slow: BTreeMap<[u8; 32], Slow>,
}

struct Slow {
    unusual: Vec<Unusual>,
    /// When the next answer may leave.
    next: Instant,
}

impl Paces {
    /// What is usual, and what of this day stands in the journal already.
    pub(super) fn new(
        usual: Usual,
        (journal, governed): (Option<&Snapshots>, &Snapshots),
        now: RecordedTime,
    ) -> Result<Self, QueryError> {
        let mut habits = Habits::new(usual);
        if let (Some(journal), Ok(today)) = (journal, ValidTime::at_recorded(now)) {
            let snapshot = governed.latest();
            let days = snapshot.governance.catalogue.working_days(snapshot.size());
            let midnight =
                RecordedTime::from_micros(today.date().start_of_day().micros().max(0).unsigned_abs());
            Reading::new(journal).looks_since(midnight, |one| {
                if let Looker::Authority(signed) = &one.look.by {
                    habits.take_in(&signed.reader, one.recorded_at, one.about, &days);
                }
                Ok(())
            })?;
        }
        let readers = Readers { habits, slow: BTreeMap::new() };
        Ok(Self { readers: Mutex::new(readers), slowed: Counter::default() })
    }

    /// How many answers were slowed, for `/metrics`.
    pub(super) fn gauges(&self, registry: &mut Registry) {
        let what = "Answers to readers who read more than is usual, that waited or were told to come again";
        registry.register("readings_slowed", what, self.slowed.clone());
    }

    /// Takes in a look that was granted and says when its answer may leave, or that it is to be asked for again.
    pub(super) fn turn(&self, shared: &Shared, look: &Look) -> Result<Option<Instant>, Problem> {
        let Looking::Authority { reader, request } = &look.by else { return Ok(None) };
        // What is no habit neither waits nor makes good for what is.
        if !Habits::are_of(&look.about) {
            return Ok(None);
        }
        let now = Instant::now();
        let snapshot = shared.app.snapshots.latest();
        let days = snapshot.governance.catalogue.working_days(snapshot.size());
        let mut readers = self.readers.lock().or_defect("nothing panics while it holds this lock");
        let turn = readers.turn((reader, request.key().as_bytes()), look, (now, &days));
        drop(readers);
        if !matches!(turn, Ok(None)) {
            self.slowed.inc();
        }
        turn.map_err(|TooMany| Problem::new(ProblemKind::ReadingSlowed))
    }
}

/// More than may wait for its turn.
struct TooMany;

impl Readers {
    fn turn(
        &mut self,
        (reader, key): (&AuthorityId, &[u8; 32]),
        look: &Look,
        (now, days): (Instant, &WorkingDays),
    ) -> Result<Option<Instant>, TooMany> {
        let waits = self.slow.get(key).map(|slow| slow.next).filter(|next| *next > now);
        if waits.is_some_and(|next| next - now > PATIENCE) {
            return Err(TooMany);
        }
        let unusual = self.habits.take_in(reader, look.at, &look.about, days);
        let Some(pace) = unusual.iter().map(Unusual::pace_seconds).max() else {
            self.slow.remove(key);
            return Ok(waits);
        };
        let known = self.slow.get(key).map(|slow| slow.unusual.as_slice()).unwrap_or_default();
        for one in &unusual {
            if !known.iter().any(|known| (known.habit, known.from) == (one.habit, one.from)) {
                let (habit, found, usual) = (one.habit.name(), one.found, one.usual);
                tracing::warn!(%reader, habit, found, usual, "a reader reads more than is usual and is answered slowly");
            }
        }
        let turn = waits.unwrap_or(now);
        self.slow.insert(*key, Slow { unusual, next: turn + Duration::from_secs(pace) });
        Ok(waits)
    }
}
