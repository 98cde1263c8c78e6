//! The opened copy of an auditing witness: what such a witness cosigns, it has opened, verified and admitted before, on a copy
//! of its own.
//!
//! The copy is filled on a thread of its own; whoever submits a checkpoint waits a while for it and is told how far it is.
//! Once something was found wrong, nothing is cosigned any more: that is remembered in a file, which only people take away.

use crate::mirror::{Mirror, MirrorError, MirrorStep};
use crate::progress::Progress;
use crate::storage::{self, Disk, DiskError};
use crate::tile_client::TileClient;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};
use tlog::checkpoint::SignedCheckpoint;
use tlog::note::VerifierKey;
use tlog::position::TreeSize;

/// The copy, below the witness's folder; its master key lies beside it.
const FOLDER: &str = "opened";
/// What was found wrong, below the witness's folder.
const FAULT: &str = "audit.fault";
/// How long whoever submits a checkpoint waits for the copy. Whoever asks in vain comes again.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many may wait at once.
const WAITING: usize = 16;
/// How often it is looked where nobody submits anything: what the ledger erases has to go from here too.
const EVERY: Duration = Duration::from_secs(30);
/// Looks for one checkpoint: one may end at an entry that only the next explains.
const LOOKS: usize = 2;
/// How long an end that was asked for is waited for. What is on disk is whole at any time.
const GRACE: Duration = Duration::from_secs(2);

/// Where a copy comes from, and where it is kept.
pub struct Source {
    /// The witness's folder.
    pub dir: PathBuf,
    /// The ledger's server, or a mirror of it.
    pub remote: TileClient,
    /// Where it gives auditors what opens its entries.
    pub openings: TileClient,
    /// What verifies its checkpoints.
    pub vkey: VerifierKey,
    /// The witness's name, for what is kept as evidence.
    pub witness: String,
}

/// A copy that says what may be cosigned.
pub struct OpenedCopy {
    questions: SyncSender<Question>,
    known: Arc<Known>,
}

/// The end of a copy's thread.
pub struct CopyEnd(Receiver<()>);

/// Why an auditing witness does not cosign what its memory would let it cosign. None of them says what stands in an entry:
/// whoever asks a witness may be anybody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAudited {
    /// The audit is not as far.
    #[error("this witness has not audited so far yet: {found} entries of {expected}")]
    Behind {
        /// How many entries are audited.
        found: u64,
        /// How many the checkpoint covers.
        expected: TreeSize,
    },
    /// What was erased before it was opened here is said to be erased above what the checkpoint covers.
    #[error(
        "what is erased below {found} entries is explained by a checkpoint over {expected}: submit that, or a later one"
    )]
    Unexplained {
        /// How many entries the checkpoint covers.
        found: TreeSize,
        /// From how many on everything is explained.
        expected: TreeSize,
    },
    /// As many as may wait do.
    #[error("as many as may wait for the audit do: {0}")]
    Busy(usize),
    /// The ledger, or what opens its entries, could not be read for now.
    #[error("the ledger, or what opens its entries, cannot be read from here for now")]
    Unreachable,
    /// The copy could not be kept.
    #[error("the copy that is audited cannot be kept for now")]
    Copy,
    /// Something is wrong with the ledger: nothing of it is cosigned any more.
    #[error("{0}; this witness cosigns nothing of this log any more, and keeps what shows it")]
    Fault(String),
}

/// Why an auditing witness cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenedCopyError {
    /// Whether something was found wrong before could not be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The copy cannot be opened, or does not go on.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// A thread could not be started.
    #[error("the thread of the copy: {0}")]
    Thread(io::Error),
}

/// Whether a checkpoint may be cosigned, and who wants to know.
struct Question {
    about: SignedCheckpoint,
    answer: SyncSender<Result<(), NotAudited>>,
}

/// What everybody sees of the copy.
#[derive(Default)]
struct Known {
    audited: AtomicU64,
    fault: Mutex<Option<String>>,
}

/// How far the audit is, for whoever it is too slow for.
impl Progress for Known {
    fn step(&self, done: u64, _of: u64) {
        self.audited.store(done, Ordering::Relaxed);
    }
}

impl Known {
    fn fault(&self) -> Result<(), NotAudited> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.clone().map_or(Ok(()), |said| Err(NotAudited::Fault(said)))
    }
}

impl NotAudited {
    /// The HTTP status: what is submitted again later may be cosigned (503), or never will be (422, as of what contradicts
    /// what was cosigned).
    pub const fn status(&self) -> u16 {
        match self {
            Self::Fault(_) => 422,
            Self::Behind { .. }
            | Self::Unexplained { .. }
            | Self::Busy(_)
            | Self::Unreachable
            | Self::Copy => 503,
        }
    }
}

impl OpenedCopy {
    /// Opens the copy in the witness's folder, or begins it there, and fills it. Whoever was told of a fault before goes on
    /// refusing, and looks at nothing.
    pub fn start(
        source: Source,
        disk: Arc<dyn Disk>,
        progress: &dyn Progress,
    ) -> Result<(Self, CopyEnd), OpenedCopyError> {
        let known = Arc::new(Known::default());
        let (questions, asked) = sync_channel(WAITING);
        let (end, ended) = sync_channel::<()>(0);
        let copy = (Self { questions, known: known.clone() }, CopyEnd(ended));
        if disk.exists(FAULT)? {
            let said = storage::read_all(&*disk, FAULT)?;
            tracing::error!(
                file = FAULT,
                "a fault was found before; nothing is cosigned while that file is there"
            );
            let first = said.split(|byte| *byte == b'\n').next().map(String::from_utf8_lossy);
            let first = first.map_or_else(|| FAULT.to_owned(), Cow::into_owned);
            *known.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(first);
            return Ok(copy);
        }
        let mirror = source.open(progress)?;
        let mut auditor =
            Auditor { source, disk, known, mirror: Some(mirror), erased: 0, explained: TreeSize::EMPTY };
        auditor.account();
        let run = move || {
            // Whoever waits for the end is told by this one's going.
            let _end = end;
            auditor.run(&asked);
        };
        thread::Builder::new().name("opened-copy".into()).spawn(run).map_err(OpenedCopyError::Thread)?;
        Ok(copy)
    }

    /// Whether everything that a checkpoint covers was opened, verified and admitted here, with nothing unexplained. The
    /// copy is brought forward for it, and waited for.
    pub fn vouches_for(&self, about: &SignedCheckpoint) -> Result<(), NotAudited> {
        self.known.fault()?;
        let (answer, answered) = sync_channel(1);
        let question = Question { about: about.clone(), answer };
        if self.questions.try_send(question).is_err() {
            self.known.fault()?;
            return Err(NotAudited::Busy(WAITING));
        }
        match answered.recv_timeout(PATIENCE) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(NotAudited::Behind {
                found: self.known.audited.load(Ordering::Relaxed),
                expected: about.checkpoint().size(),
            }),
            // The thread ended, with a fault, before it came to this question.
            Err(RecvTimeoutError::Disconnected) => self.known.fault().and(Err(NotAudited::Copy)),
        }
    }
}

impl CopyEnd {
    /// Waits a moment for the copy to be closed; nobody can ask it any more.
    pub fn wait(self) {
        // It ends by going, or is left at what it does.
        let _ = self.0.recv_timeout(GRACE);
    }
}

impl Source {
    fn open(&self, progress: &dyn Progress) -> Result<Mirror, MirrorError> {
        let (remote, openings) = (self.remote.clone(), self.openings.clone());
        Mirror::open(&self.dir.join(FOLDER), remote, Some(openings), self.vkey.clone(), progress)
    }
}

/// The thread that fills the copy.
struct Auditor {
    source: Source,
    /// The witness's folder.
    disk: Arc<dyn Disk>,
    known: Arc<Known>,
    /// None after the copy could not be kept: it is opened again.
    mirror: Option<Mirror>,
    /// How many entries are erased, as far as the copy goes.
    erased: usize,
    /// From so many entries on a checkpoint covers what says of everything erased that it is.
    explained: TreeSize,
}

impl Auditor {
    fn run(mut self, asked: &Receiver<Question>) {
        self.look_unasked();
        while self.known.fault().is_ok() {
            match asked.recv_timeout(EVERY) {
                Ok(Question { about, answer }) => {
                    // Who asked may have stopped waiting.
                    let _ = answer.send(self.judge(&about));
                }
                Err(RecvTimeoutError::Timeout) => self.look_unasked(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Some(Err(error)) = self.mirror.map(Mirror::close) {
            tracing::error!(%error, "the opened copy could not be closed; its next start looks it through");
        }
    }

    fn look_unasked(&mut self) {
        if let Err(why) = self.look() {
            tracing::debug!(%why, "a look at the ledger came to nothing");
        }
    }

    fn judge(&mut self, about: &SignedCheckpoint) -> Result<(), NotAudited> {
        let size = about.checkpoint().size();
        for _ in 0..LOOKS {
            if self.covered() < size {
                self.look()?;
            }
        }
        let covered = self.covered();
        if covered < size {
            return Err(NotAudited::Behind { found: covered.get(), expected: size });
        }
        let held = match &self.mirror {
            Some(mirror) => mirror.hold_against(&self.source.witness, about).map(drop),
            None => return Err(NotAudited::Copy),
        };
        held.map_err(|error| self.failed(error))?;
        if size < self.explained {
            return Err(NotAudited::Unexplained { found: size, expected: self.explained });
        }
        Ok(())
    }

    /// Brings the copy up to what the ledger shows.
    fn look(&mut self) -> Result<(), NotAudited> {
        let advanced = match self.mirror.take().map_or_else(|| self.source.open(&*self.known), Ok) {
            Ok(mirror) => self.mirror.insert(mirror).advance(&*self.known, &mut |_| {}),
            Err(error) => Err(error),
        };
        match advanced {
            // Less than was signed, or nothing new: what is wanted is held against what the copy covers.
            Ok(MirrorStep::Nothing | MirrorStep::Behind(_) | MirrorStep::Advanced { .. }) => {
                self.account();
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// How many entries the copy's checkpoint covers: all of them are right.
    fn covered(&self) -> TreeSize {
        let snapshots = self.mirror.as_ref().and_then(Mirror::snapshots);
        snapshots.map(|snapshots| snapshots.latest().size()).unwrap_or_default()
    }

    /// Notes from how many entries on everything that is erased is said to be. What was said since the last look was said
    /// below what the copy covers now, and where is not looked for: a smaller checkpoint is not cosigned.
    fn account(&mut self) {
        let Some(snapshots) = self.mirror.as_ref().and_then(Mirror::snapshots) else { return };
        let latest = snapshots.latest();
        let erased = latest.governance.erasures.erased().entries.len();
        if erased > self.erased {
            (self.erased, self.explained) = (erased, latest.size());
        }
        self.known.audited.store(latest.size().get(), Ordering::Relaxed);
    }

    /// What follows from a look that did not end well. What is told and logged says where, and never what stands there.
    fn failed(&mut self, error: MirrorError) -> NotAudited {
        match error {
            MirrorError::Fault { fault, evidence } => {
                let said = match fault.entry() {
                    Some(entry) => format!("the audit found a fault at entry {entry}"),
                    None => "the audit found a fault".to_owned(),
                };
                self.remember(&said, &evidence);
                NotAudited::Fault(said)
            }
            MirrorError::Unreachable(fault) => {
                tracing::warn!(%fault, "the ledger cannot be audited for now");
                NotAudited::Unreachable
            }
            MirrorError::Damaged(fault) => {
                self.mirror = None;
                tracing::error!(entry = ?fault.entry(), "the opened copy is damaged; take it away, and it is begun anew");
                NotAudited::Copy
            }
            MirrorError::Folder(_) | MirrorError::OtherScope { .. } | MirrorError::Store(_) => {
                self.mirror = None;
                tracing::error!(%error, "the opened copy could not be kept; it is opened again");
                NotAudited::Copy
            }
        }
    }

    /// From now on nothing is cosigned, after a restart neither.
    fn remember(&self, said: &str, evidence: &Path) {
        let text = format!("{said}\nevidence: {}\n", evidence.display());
        let kept =
            storage::replace(&*self.disk, FAULT, text.as_bytes()).and_then(|()| self.disk.sync_dir(""));
        match kept {
            Ok(()) => tracing::error!(said, evidence = %evidence.display(), "nothing is cosigned any more"),
            Err(error) => {
                tracing::error!(said, %error, "nothing is cosigned any more, but a restart does not know it");
            }
        }
        *self.known.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(said.to_owned());
    }
}
