//! Places for work that takes time: so many at once, so many waiting and for so long, and whoever comes beyond that is
//! told at once to come again. Light questions, pages of kept answers, long subjects, lists, questions about everybody
//! and feeds have places of their own, so that none of them ever waits for another, and the threads that read for all of
//! them are fewer than there may be. A question about a long subject is let in as a light one first, and waits for its
//! own place afterwards: whoever asks is not told which it is.

use super::Shared;
use super::problem::{Problem, ProblemKind};
use crate::ledger::Settings;
use ledger_spec::id::{StreamKey, SubjectId, SubjectStream};
use ledger_spec::projection::Question;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tlog::defect::as_u64;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;
use tokio::time::timeout;

/// A subject with more events than this is long: its case file is folded from all of them, at some 340 bytes of memory
/// and 2 to 30 µs each. All but a few subjects of a city have a hundredth of it.
pub(super) const LONG: u64 = 1_000;
/// Light questions at once: they mostly wait for the disk, and the heaviest of them holds some 6 MB.
const LIGHT: usize = 32;
/// Light questions that may wait: those of a quarter of all connections, answered within a second.
const LIGHT_WAITING: usize = 1_024;
/// Heavy questions that may wait: more would only be answered when nobody waits for them any more.
const HEAVY_WAITING: usize = 32;
/// How long a question waits before it is told to come again: less than its reader's patience.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pages of answers that are kept, at once: each reads the files of up to its limit of subjects.
const KEPT: usize = 4;
/// The longest such page; a longer one is as heavy as a fold.
pub(super) const KEPT_PAGE: usize = 1_000;
/// Such pages that may wait: a second's work on two cores.
const KEPT_WAITING: usize = 512;
/// Long subjects that are folded at once because somebody appends about them.
const FOLDING: usize = 2;
/// Batches of entries that are read for feeds at once, whatever the number of feeds.
const FEED_READS: usize = 4;

/// What a question takes of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// A few reads of the disk, or the fold of a usual subject: milliseconds.
    Light,
    /// A page of an answer about many subjects that is kept: tens of milliseconds.
    Kept,
    /// The fold of a subject with very many events: up to a second, and much memory.
    Long,
    /// The fold over a list's subjects: up to a second.
    List,
    /// A look at all subjects: seconds.
    Heavy,
}

/// The places of one server.
pub(super) struct AllPlaces {
    pub(super) light: Places,
    pub(super) kept: Places,
    pub(super) long: Places,
    pub(super) lists: Places,
    pub(super) heavy: Places,
    /// Open feeds; each holds its place for as long as it is open.
    pub(super) feeds: Places,
    /// The reads that feeds make. All of them wait for their turn: there are few feeds.
    pub(super) feed_reads: Arc<Semaphore>,
    /// Folds of long subjects that are appended about, before the writer takes the events: what takes long is done where
    /// no other append waits for it.
    pub(super) folding: Arc<Semaphore>,
    /// Threads that verify batches. Appends wait for each other here and for nothing else.
    pub(super) verifying: Arc<Semaphore>,
}

/// Places of one kind.
pub(super) struct Places {
    /// As `/metrics` has it; kinds of one name are counted together.
    name: &'static str,
    most: usize,
    most_waiting: usize,
    free: Arc<Semaphore>,
    /// Room to wait in; whoever finds none is refused at once.
    room: Semaphore,
    /// How many wait for their turn, whom nobody refuses.
    in_turn: AtomicU64,
    refused: AtomicU64,
}

/// One who waits for his turn, counted until this is dropped.
struct InTurn<'a>(&'a AtomicU64);

impl<'a> InTurn<'a> {
    fn count(waiting: &'a AtomicU64) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for InTurn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place that was taken; it is free again when this is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// Which kind of places a sample is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    places: &'static str,
}

impl Weight {
    /// What questions about a subject weigh.
    pub(super) fn of_subject(shared: &Shared, subject: &SubjectId) -> Self {
        let index = shared.app.snapshots.streams().index();
        let heads =
            SubjectStream::all_of(subject).into_iter().map(|one| index.head(&StreamKey::Subject(one)));
        let events: u64 = heads.flatten().map(|head| head.version.get()).sum();
        if events > LONG { Self::Long } else { Self::Light }
    }

    /// What a question weighs.
    pub(super) fn of(shared: &Shared, question: &Question) -> Self {
        match question {
            Question::Subject { subject, .. } => Self::of_subject(shared, subject),
            // What is governed is kept ready: nothing is folded for these.
            Question::Directory | Question::Catalogue => Self::Light,
            Question::Edition { .. } | Question::Departures { .. } => Self::List,
            Question::Indicators { .. } | Question::Oversight => Self::Heavy,
        }
    }
}

impl AllPlaces {
    /// A place for an answer about a subject. Whether there is room is asked alike whatever stands about it, shown or not: one
    /// about which very much stands waits for its own turn afterwards, where it keeps nobody else.
    pub(super) async fn of_subject(&self, weight: Weight) -> Result<Place, Problem> {
        match weight {
            Weight::Light | Weight::Long => {
                let place = self.light.take().await?;
                if weight == Weight::Light {
                    return Ok(place);
                }
                drop(place);
                self.long.in_turn().await
            }
            Weight::Kept | Weight::List | Weight::Heavy => self.of(weight).take().await,
        }
    }

    /// Places as the settings have them; `cores` is how many threads the machine runs at once.
    pub(super) fn new(settings: &Settings, cores: usize) -> Self {
        Self {
            light: Places::new("light", LIGHT, LIGHT_WAITING),
            kept: Places::new("kept", KEPT, KEPT_WAITING),
            // Of which weight a subject is says how much stands about it, shown or not: both go by one name.
            long: Places::new("light", settings.heavy_questions, HEAVY_WAITING),
            lists: Places::new("lists", settings.heavy_questions, HEAVY_WAITING),
            heavy: Places::new("heavy", settings.heavy_questions, HEAVY_WAITING),
            feeds: Places::new("feeds", settings.feeds, 0),
            feed_reads: Arc::new(Semaphore::new(FEED_READS)),
            folding: Arc::new(Semaphore::new(FOLDING)),
            // Two for each core keep all cores busy while one batch is handed over to the next.
            verifying: Arc::new(Semaphore::new(2 * cores)),
        }
    }

    /// The places of questions of a weight.
    pub(super) const fn of(&self, weight: Weight) -> &Places {
        match weight {
            Weight::Light => &self.light,
            Weight::Kept => &self.kept,
            Weight::Long => &self.long,
            Weight::List => &self.lists,
            Weight::Heavy => &self.heavy,
        }
    }

    /// How full the places are, for `/metrics`.
    pub(super) fn gauges(&self, registry: &mut Registry) {
        type Gauges = Family<Of, Gauge<u64, AtomicU64>>;
        let (taken, waiting, refused) =
            (Gauges::default(), Gauges::default(), Family::<Of, Counter>::default());
        for kind in [&self.light, &self.kept, &self.long, &self.lists, &self.heavy, &self.feeds] {
            let of = Of { places: kind.name };
            taken.get_or_create(&of).inc_by(as_u64(kind.taken()));
            waiting.get_or_create(&of).inc_by(kind.waiting());
            refused.get_or_create(&of).inc_by(kind.refused.load(Ordering::Relaxed));
        }
        registry.register("places_taken", "Questions that are answered now, and open feeds", taken);
        registry.register("places_waiting", "Questions that wait for a place", waiting);
        registry.register("places_refused", "Questions and feeds that were told to come again", refused);
    }
}

impl Places {
    fn new(name: &'static str, most: usize, most_waiting: usize) -> Self {
        let (free, room) = (Arc::new(Semaphore::new(most)), Semaphore::new(most_waiting));
        let (in_turn, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { name, most, most_waiting, free, room, in_turn, refused }
    }

    /// A place, once one is free; [`ProblemKind::Overloaded`] at once where too many wait, and after
    /// [`PATIENCE`] where none became free. Whoever is dropped while it waits no longer waits.
    pub(super) async fn take(&self) -> Result<Place, Problem> {
        if let Ok(place) = self.free.clone().try_acquire_owned() {
            return Ok(Place { _permit: place });
        }
        let Ok(_waits) = self.room.try_acquire() else { return Err(self.refuse()) };
        match timeout(PATIENCE, self.free.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(Place { _permit: place }),
            Ok(Err(_)) => Err(Problem::new(ProblemKind::Stopping)),
            Err(_) => Err(self.refuse()),
        }
    }

    /// A place for who was given one of another kind before and gave it back: he waits for his turn, and is not told to come
    /// again however many wait before him. Who is refused would else learn of which kind his question is.
    pub(super) async fn in_turn(&self) -> Result<Place, Problem> {
        let _waits = InTurn::count(&self.in_turn);
        match self.free.clone().acquire_owned().await {
            Ok(place) => Ok(Place { _permit: place }),
            Err(_) => Err(Problem::new(ProblemKind::Stopping)),
        }
    }

    /// From now on nobody is given a place, and whoever waits is told so.
    pub(super) fn close(&self) {
        self.free.close();
    }

    fn refuse(&self) -> Problem {
        self.refused.fetch_add(1, Ordering::Relaxed);
        // How many there may be would say of which weight a subject is.
        Problem::new(ProblemKind::Overloaded)
    }

    fn taken(&self) -> usize {
        self.most - self.free.available_permits()
    }

    fn waiting(&self) -> u64 {
        as_u64(self.most_waiting - self.room.available_permits()) + self.in_turn.load(Ordering::Relaxed)
    }
}

impl Place {
    /// Computes on a thread that may wait for the disk, and holds the place until that has ended: also where
    /// nobody waits for the answer any more, since a computation cannot be stopped from outside.
    pub(super) async fn run<T: Send + 'static>(
        self,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let held = move || {
            let _place = self;
            compute()
        };
        joined(tokio::task::spawn_blocking(held).await)
    }
}

/// What work on another thread came to; where that stopped at a defect, so does this.
pub(super) fn joined<T>(done: Result<T, JoinError>) -> Result<T, Problem> {
    match done.map_err(JoinError::try_into_panic) {
        Ok(came_to) => Ok(came_to),
        Err(Ok(panicked)) => std::panic::resume_unwind(panicked),
        // It was never begun, as the server ends.
        Err(Err(_)) => Err(Problem::new(ProblemKind::Stopping)),
    }
}
