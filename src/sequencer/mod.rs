//! The single writer: a bounded queue, a batch planned by pure code, one commit, publication.
//!
//! All that queues while the last batch is being synced goes into the next (group commit). The writer
//! is one thread and the only one that changes anything. After any error of the log it stops for good:
//! what the disk holds is then unknown, and start-up, not this process, finds out. Reads go on.

mod batch;
mod dry_run;
mod streams;

pub use dry_run::dry_run;

use crate::index::{IndexRow, IndexStore};
use crate::known::Contradicted;
use crate::log::{AppendError, Log};
use crate::snapshot::{Snapshot, Snapshots};
use crate::streams::StreamError;
use batch::Batch;
use ledger_spec::admission::Refusal;
use ledger_spec::entry::StreamVersion;
use ledger_spec::erasures::{Erased, Erasures};
use ledger_spec::event::WholeEvent;
use ledger_spec::state::State;
use ledger_spec::time::RecordedTime;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;
use streams::OpenStreams;
use tlog::hash::TreeHash;
use tlog::position::EntryIndex;
use tokio::sync::oneshot;

/// Bounds of the writer.
#[derive(Clone, Copy, Debug)]
pub struct SequencerConfig {
    /// Most events that wait; one more is answered "full" at once.
    pub queue_events: usize,
    /// How many events a batch takes before it is closed. A submission is never split.
    pub batch_events: usize,
    /// How many bytes of memory subjects' streams may take that are kept folded, about.
    pub stream_cache_bytes: usize,
}

impl Default for SequencerConfig {
    fn default() -> Self {
        Self { queue_events: 16_384, batch_events: 2_048, stream_cache_bytes: 64 << 20 }
    }
}

/// Erases entries in the files of an open log, under a new master key where there can be one; why it could not, in words.
pub type Erase = Box<dyn FnMut(&mut Log, &Erased) -> Result<(), String> + Send>;

/// The way to the writer; cheap to clone.
#[derive(Clone)]
pub struct Sequencer {
    queue: SyncSender<Submission>,
    shared: Arc<Shared>,
}

/// Ends all writing. It keeps no writer from ending.
#[derive(Clone)]
pub struct Stopper(Arc<Shared>);

impl Stopper {
    /// From now on nothing is committed; reads go on.
    pub fn stop(&self, why: WriteError) {
        if self.0.stopped.set(why.clone()).is_ok() {
            tracing::error!(error = %why, "the writer stops; reads go on");
        }
    }
}

/// Waits for the writer to finish what is queued and to close the ledger.
pub struct Writer(JoinHandle<Result<(), CloseError>>);

/// A ledger that could not be closed cleanly. Nothing is lost; the next start recovers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseError {
    /// The writer had stopped before, because of this.
    #[error("the writer had stopped: {0}")]
    Stopped(WriteError),
    /// The log could not be synced.
    #[error("the log could not be closed: {0}")]
    Log(AppendError),
    /// The writer's thread panicked outside of its work, which is a defect.
    #[error("the writer panicked")]
    Panicked,
}

/// Why a submission was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// Too much waits already.
    #[error("{queued} events wait; at most {limit} may")]
    QueueFull {
        /// How many wait.
        queued: usize,
        /// How many may.
        limit: usize,
    },
    /// The writer takes nothing any more.
    #[error(transparent)]
    Stopped(#[from] WriteError),
}

/// Why nothing can be written any more.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// Writing failed, and what the disk holds is unknown until the next start.
    #[error("writing failed: {0}")]
    Disk(String),
    /// What admission needs could not be read.
    #[error("reading failed: {0}")]
    Read(StreamError),
    /// More is known of the ledger elsewhere than it holds, or something else.
    #[error(transparent)]
    Contradicted(#[from] Contradicted),
    /// The writer panicked, which is a defect; what the disk holds is unknown until the next start.
    #[error("the writer panicked")]
    Panicked,
    /// The server is stopping.
    #[error("the server is stopping")]
    Closing,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct BatchOutcome {
    /// One outcome per event, in order.
    pub outcomes: Vec<EventOutcome>,
    /// The state that covers them.
    pub published: Arc<Snapshot>,
}

/// What became of one event.
#[derive(Clone, Debug)]
pub enum EventOutcome {
    /// It is in the ledger, durably.
    Appended(Appended),
    /// A rule refused it.
    Refused {
        /// Which rule and why.
        refusal: Refusal,
        /// The version of the subject's stream, where the event had seen another (L09).
        head: Option<StreamVersion>,
    },
    /// It stood in this entry and is erased: it does not come back.
    Erased(EntryIndex),
    /// It was not tried, because another event of its atomic batch was refused.
    NotAttempted,
}

impl Appended {
    /// The version of the subject's stream with it, for who has appended it now.
    pub fn new_version(&self) -> Option<StreamVersion> {
        (!self.repeat).then_some(self.version)
    }
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its entry.
    pub index: EntryIndex,
    /// When it was committed.
    pub recorded_at: RecordedTime,
    /// The entry's leaf in the tree.
    pub leaf: TreeHash,
    /// The version of the subject's stream with it.
    pub version: StreamVersion,
    /// Whether it stood there before: the same event was sent again.
    pub repeat: bool,
}

type Reply = Result<BatchOutcome, WriteError>;

struct Submission {
    events: Vec<WholeEvent>,
    atomic: bool,
    reply: oneshot::Sender<Reply>,
}

#[derive(Default)]
struct Shared {
    queued: AtomicUsize,
    limit: usize,
    stopped: OnceLock<WriteError>,
}

/// Starts the writer over an open log, of which everything is published. `erase` does what the log says is erased.
pub fn start(
    log: Log,
    store: IndexStore,
    snapshots: Snapshots,
    clock: fn() -> RecordedTime,
    (config, erase): (SequencerConfig, Erase),
) -> std::io::Result<(Sequencer, Writer)> {
    let shared = Arc::new(Shared { limit: config.queue_events, ..Shared::default() });
    // As many submissions as events: a submission holds at least one.
    let (queue, submissions) = sync_channel(config.queue_events);
    let published = snapshots.latest();
    let streams = OpenStreams::new(snapshots.streams().clone(), published.size(), config.stream_cache_bytes);
    let state = State::new(published.governance.clone(), published.end, streams);
    let worker = Worker { log, state, snapshots, clock, config, erase, shared: shared.clone() };
    let thread =
        std::thread::Builder::new().name("writer".into()).spawn(move || worker.run(&submissions, store))?;
    Ok((Sequencer { queue, shared }, Writer(thread)))
}

impl Sequencer {
    /// Queues verified events, each with its fields; the answer comes once they are durable. Refuses at once where too much
    /// waits or nothing is written any more.
    pub fn submit(
        &self,
        events: Vec<WholeEvent>,
        atomic: bool,
    ) -> Result<oneshot::Receiver<Reply>, SubmitError> {
        if let Some(stopped) = self.shared.stopped.get() {
            return Err(stopped.clone().into());
        }
        let (count, limit) = (events.len(), self.shared.limit);
        let before = self.shared.queued.fetch_add(count, Ordering::AcqRel);
        let leave = || self.shared.queued.fetch_sub(count, Ordering::AcqRel);
        // An empty queue takes any submission: its size is bounded at the door.
        if before > 0 && before + count > limit {
            leave();
            return Err(SubmitError::QueueFull { queued: before, limit });
        }
        let (reply, answer) = oneshot::channel();
        match self.queue.try_send(Submission { events, atomic, reply }) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => {
                leave();
                Err(SubmitError::QueueFull { queued: before, limit })
            }
            Err(TrySendError::Disconnected(_)) => {
                leave();
                // A writer ends well only after whoever submits is gone: this one panicked.
                Err(self.shared.stopped.get().cloned().unwrap_or(WriteError::Panicked).into())
            }
        }
    }

    /// How many events wait.
    pub fn queued(&self) -> usize {
        self.shared.queued.load(Ordering::Acquire)
    }

    /// A way to end all writing, for whoever learns that there must be none.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.shared.clone())
    }

    /// Why nothing is written any more, if so.
    pub fn stopped(&self) -> Option<&WriteError> {
        self.shared.stopped.get()
    }
}

impl Writer {
    /// Waits until every [`Sequencer`] is dropped, all that was queued is written, and the ledger is
    /// closed.
    pub fn join(self) -> Result<(), CloseError> {
        self.0.join().unwrap_or(Err(CloseError::Panicked))
    }
}

/// The writer's own state; its thread alone touches it.
struct Worker {
    log: Log,
    state: State<OpenStreams>,
    snapshots: Snapshots,
    clock: fn() -> RecordedTime,
    config: SequencerConfig,
    erase: Erase,
    shared: Arc<Shared>,
}

/// Says that the writer is gone, when its thread ends and however it ends.
struct Gone(Arc<Shared>);

impl Drop for Gone {
    fn drop(&mut self) {
        let why = if std::thread::panicking() { WriteError::Panicked } else { WriteError::Closing };
        // What was said before is the better reason.
        let _ = self.0.stopped.set(why);
    }
}

/// How long the writer waits for work before it uses the time to write the index.
const IDLE: Duration = Duration::from_millis(200);

impl Worker {
    fn run(mut self, submissions: &Receiver<Submission>, store: IndexStore) -> Result<(), CloseError> {
        let _gone = Gone(self.shared.clone());
        let (mut store, mut index_behind) = (Some(store), true);
        loop {
            // An index that cannot be written is only slower at the next start.
            let wait = if index_behind { IDLE } else { Duration::from_secs(3600) };
            match submissions.recv_timeout(wait) {
                Ok(first) => {
                    self.batch(first, submissions);
                    index_behind = true;
                }
                Err(RecvTimeoutError::Timeout) => index_behind = self.write_index(&mut store),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Some(stopped) = self.shared.stopped.get() {
            if let Some(store) = store {
                store.abandon();
            }
            return Err(CloseError::Stopped(stopped.clone()));
        }
        let index = self.snapshots.streams().index();
        if let Some(Err(error)) = store.map(|store| store.close(index, self.state.size(), self.state.tip())) {
            tracing::warn!(%error, "the index could not be closed; the next start rebuilds it");
        }
        self.log.close().map_err(CloseError::Log)
    }

    /// Writes some of the index; says whether more is to be written. What cannot be written once is let
    /// go: after a panic nobody knows what sled would do next.
    fn write_index(&self, store: &mut Option<IndexStore>) -> bool {
        let Some(open) = store.take() else { return false };
        match open.write_some(self.snapshots.streams().index()) {
            Ok(more) => {
                *store = Some(open);
                more
            }
            Err(error) => {
                tracing::warn!(%error, "the index could not be written; the next start rebuilds it");
                open.abandon();
                false
            }
        }
    }

    /// One batch: all that waits, up to the batch's size.
    fn batch(&mut self, first: Submission, submissions: &Receiver<Submission>) {
        let mut count = first.events.len();
        let mut batch = vec![first];
        while count < self.config.batch_events
            && let Ok(next) = submissions.try_recv()
        {
            count += next.events.len();
            batch.push(next);
        }
        let (planned, replies): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|s| ((s.events, s.atomic), s.reply)).unzip();
        let outcome = match self.shared.stopped.get() {
            Some(stopped) => Err(stopped.clone()),
            // A panic is a defect, and those who wait are told as for every other end of writing.
            None => {
                catch_unwind(AssertUnwindSafe(|| self.commit(planned))).unwrap_or(Err(WriteError::Panicked))
            }
        };
        self.shared.queued.fetch_sub(count, Ordering::AcqRel);
        match outcome {
            Ok((all, published)) => {
                for (outcomes, reply) in all.into_iter().zip(replies) {
                    // Whoever asked may have gone; what was written stays written.
                    let _ = reply.send(Ok(BatchOutcome { outcomes, published: published.clone() }));
                }
            }
            Err(error) => {
                if self.shared.stopped.set(error.clone()).is_ok() {
                    tracing::error!(%error, "the writer stops; reads go on; a restart recovers");
                }
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }

    #[allow(clippy::type_complexity)] // the outcomes of each submission, and what covers them
    fn commit(
        &mut self,
        batch: Vec<(Vec<WholeEvent>, bool)>,
    ) -> Result<(Vec<Vec<EventOutcome>>, Arc<Snapshot>), WriteError> {
        self.state.streams_mut().age();
        let mut plan = Batch::over(&self.state, (self.clock)());
        let mut all = Vec::with_capacity(batch.len());
        for (events, atomic) in batch {
            all.push(plan.submit(&mut self.state, events, atomic).map_err(WriteError::Read)?);
        }
        if plan.entries.is_empty() {
            return Ok((all, self.snapshots.latest()));
        }
        let committed = self.log.append(plan.entries).map_err(|error| match error {
            AppendError::Full(_) => WriteError::DiskFull,
            other => WriteError::Disk(other.to_string()),
        })?;
        // The commit point lies behind: the entries are durable and the checkpoint is replaced. What
        // follows only makes them visible, and cannot fail, but for an erasure: the next start finishes that.
        let (end, governance) = (self.state.end(), self.state.governance().clone());
        let erased = self.newly_erased(&governance.erasures);
        // First nobody is told of it any more, and nothing that was derived from it; the log says that it is erased before
        // anybody could miss it; then it goes.
        let streams = self.snapshots.streams().clone();
        let mut forgetting = None;
        if !erased.is_empty() {
            self.log.reader().set_erased(governance.erasures.erased().clone());
            self.state.streams_mut().forget();
            forgetting = Some(streams.forget());
        }
        let added = self.state.streams_mut().commit(end.size);
        let (rows, cases): (Vec<_>, Vec<_>) = added.into_iter().map(IndexRow::of_added).unzip();
        self.snapshots.streams().index().apply(rows);
        self.snapshots.case_files().offer(cases, end.chain);
        let published =
            self.snapshots.publish(Snapshot { checkpoint: committed.checkpoint, end, governance });
        if forgetting.is_some() {
            (self.erase)(&mut self.log, &erased).map_err(WriteError::Disk)?;
        }
        Ok((all, published))
    }

    /// What the log says is erased since the batch before.
    fn newly_erased(&self, erasures: &Erasures) -> Erased {
        let before = self.snapshots.latest();
        let before = before.governance.erasures.erased();
        if Arc::ptr_eq(erasures.erased(), before) {
            return Erased::default();
        }
        let Erased { entries, fields } = &**erasures.erased();
        Erased {
            entries: entries.difference(&before.entries).copied().collect(),
            fields: fields.difference(&before.fields).copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_ends_the_writer_is_seen() {
        let seen_after = |end: fn()| {
            let shared = Arc::new(Shared::default());
            let gone = Gone(shared.clone());
            let ended = std::thread::spawn(move || {
                let _gone = gone;
                end();
            });
            let _ = ended.join();
            shared.stopped.get().cloned()
        };
        assert_eq!(seen_after(|| panic!("a defect")), Some(WriteError::Panicked));
        assert_eq!(seen_after(|| {}), Some(WriteError::Closing));
        let shared = Arc::new(Shared::default());
        let _ = shared.stopped.set(WriteError::DiskFull);
        drop(Gone(shared.clone()));
        assert_eq!(shared.stopped.get(), Some(&WriteError::DiskFull));
    }
}
