//! The audit of a ledger: is every byte as it should be, and was every entry rightly admitted?
//!
//! A folder's files, or a log that is read over HTTP. Nothing is written. An audit can go on from a
//! checkpoint that an earlier one covered: what lies below is then held against that checkpoint, which
//! shows that it is the same, and not verified again.

mod beside;
mod openings;
mod piece;
mod pipeline;
mod remote;
mod remote_fault;

pub(crate) use openings::{Blind, OfFolder, Openings, Served};
pub(crate) use piece::{PIECE, Piece};
pub use pipeline::Counts;
pub(crate) use pipeline::{Absorbed, Auditing, Read, Unread};
pub use remote::audit_remote;
pub(crate) use remote::{Walked, Way, inconsistent};
pub use remote_fault::RemoteFault;

use crate::ledger::Settings;
use crate::log::{self, OpenError, verify_files};
use crate::parallel;
use crate::progress::Progress;
use crate::sealed_files::{Replaced, SealedOpenError, SealedReader, Span};
use crate::storage::{Disk, DiskError, FileDisk};
use beside::{Master, OfLog};
use ledger_spec::audit::{AuditError, AuditFault, Opening, OpeningError, Scope};
use ledger_spec::entry::EntryHashes;
use ledger_spec::erasures::Erased;
use ledger_spec::sealed::{LogEntryError, SealedEntry};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;
use tlog::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::position::{EntryIndex, TreeSize};

/// How an audit is to be made.
#[derive(Clone, Debug, Default)]
pub struct AuditOptions {
    /// The key that the auditor trusts, which has to be the one that entry 0 names; without one, that is used.
    pub vkey: Option<VerifierKey>,
    /// A checkpoint that an earlier audit covered, as the note that it was.
    pub known: Option<Vec<u8>>,
    /// Whether nothing is opened, also where it could be.
    pub blind: bool,
}

/// A ledger whose every byte is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The checkpoint that covers all that was checked.
    pub checkpoint: SignedCheckpoint,
    /// The ledger.
    pub origin: String,
    /// How many entries the checkpoint covers: all of them were checked.
    pub size: TreeSize,
    /// The root of their tree.
    pub root: TreeHash,
    /// The key that the checkpoint was verified with.
    pub vkey: String,
    /// Whether that key was given, rather than taken from entry 0 of the ledger under audit.
    pub key_given: bool,
    /// Whether everything was seen, or what is in the clear.
    pub scope: Scope,
    /// What was looked at.
    pub counts: Counts,
    /// What the log says is erased: of an opened audit, all that was not opened.
    pub erased: Arc<Erased>,
    /// Of which entries something stands beside the log that it does not hold, where the folder says that a process writes.
    pub behind: Option<Span>,
}

/// Where in a file, or in a tile, an entry's bytes begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePosition {
    /// The file below the ledger's folder, or the tile.
    pub file: String,
    /// In bytes.
    pub offset: u64,
}

/// Why an audit ends without a clean report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditFailure {
    /// A file is not what it should be.
    #[error(transparent)]
    Files(OpenError),
    /// An entry is not what it should be.
    #[error("{error}{}", at(place))]
    Entry {
        /// Which, and what is wrong.
        error: AuditError,
        /// Where its bytes stand, where that is known.
        place: Option<FilePosition>,
    },
    /// What a server sent is not what its checkpoint covers.
    #[error(transparent)]
    Remote(#[from] RemoteFault),
    /// The checkpoint of the earlier audit is not this ledger's.
    #[error("the checkpoint of the earlier audit: {0}")]
    Known(CheckpointError),
    /// The ledger holds less than the earlier audit covered.
    #[error("the ledger's checkpoint covers {found} entries; the earlier audit covered {expected}")]
    Shrunk {
        /// What is covered now.
        found: TreeSize,
        /// What was covered then.
        expected: TreeSize,
    },
    /// Entry 0 names no key that could verify the checkpoint.
    #[error("entry 0: {0}")]
    NoKey(String),
    /// The key given is not the one that entry 0 gives to the operator: whatever it signed, this is not the
    /// ledger that it is known for.
    #[error("entry 0 names the operator's key {found}; the key given is {expected}")]
    OtherKey {
        /// The key of entry 0.
        found: String,
        /// The key given.
        expected: String,
    },
    /// The master key that the folder names could not be had: nothing can be opened.
    #[error("the master key: {0}; --blind audits what is in the clear")]
    MasterKey(String),
    /// What opens the entries is not what it should be.
    #[error(transparent)]
    Beside(SealedOpenError),
    /// What opens the entries was replaced while they were read, again and again: nothing is known about the ledger.
    #[error(transparent)]
    Replaced(Replaced),
    /// The folder could not be read: nothing is known about the ledger.
    #[error(transparent)]
    Unreadable(DiskError),
    /// A thread of the audit panicked, which is a defect.
    #[error("a thread of the audit panicked")]
    Panicked,
}

fn at(place: &Option<FilePosition>) -> String {
    place
        .as_ref()
        .map(|FilePosition { file, offset }| format!(" ({file}, byte {offset})"))
        .unwrap_or_default()
}

impl AuditFailure {
    /// Whether nothing is known of the ledger, rather than something wrong.
    pub fn is_unreadable(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::Replaced(_) | Self::Panicked | Self::MasterKey(_) => true,
            Self::Remote(fault) => fault.is_unreadable(),
            _ => false,
        }
    }

    /// The entry concerned, where it is one.
    pub fn entry(&self) -> Option<EntryIndex> {
        match self {
            Self::Entry { error, .. } => Some(error.index),
            Self::Files(OpenError::Damaged(damage)) | Self::Beside(SealedOpenError::Damaged(damage)) => {
                damage.entry
            }
            Self::Remote(fault) => fault.entry(),
            Self::NoKey(_) | Self::OtherKey { .. } => Some(EntryIndex::new(0)),
            _ => None,
        }
    }

    /// Where it is wrong, where that is known.
    pub fn place(&self) -> Option<FilePosition> {
        match self {
            Self::Entry { place, .. } => place.clone(),
            Self::Files(OpenError::Damaged(damage)) | Self::Beside(SealedOpenError::Damaged(damage)) => {
                Some(FilePosition { file: damage.file.clone(), offset: damage.offset })
            }
            _ => None,
        }
    }
}

/// Checks everything in a folder: every byte of every file of the log, chain, tree and checkpoint, every
/// signature, and that every entry was rightly admitted. Names the first fault.
pub fn audit(
    dir: &Path,
    vkey: Option<VerifierKey>,
    progress: &dyn Progress,
) -> Result<AuditReport, AuditFailure> {
    audit_with(dir, AuditOptions { vkey, ..AuditOptions::default() }, progress)
}

/// The same, going on from an earlier audit where one is given.
pub fn audit_with(
    dir: &Path,
    options: AuditOptions,
    progress: &dyn Progress,
) -> Result<AuditReport, AuditFailure> {
    for _ in 1..LOOKS {
        match audit_once(dir, options.clone(), progress) {
            Err(AuditFailure::Entry {
                error: AuditError { fault: AuditFault::Revived | AuditFault::FieldRevived { .. }, .. },
                ..
            }) => {
                thread::sleep(PAUSE);
            }
            // An erasure replaces roots and files while they are read.
            Err(AuditFailure::Replaced(_)) => thread::sleep(PAUSE),
            Err(AuditFailure::Beside(_)) if log::is_open(dir) => thread::sleep(PAUSE),
            audited => return audited,
        }
    }
    audit_once(dir, options, progress)
}

fn audit_once(
    dir: &Path,
    options: AuditOptions,
    progress: &dyn Progress,
) -> Result<AuditReport, AuditFailure> {
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(dir).map_err(AuditFailure::Unreadable)?);
    let (named, key_given) = (key_of_entry_0(&*disk), options.vkey.is_some());
    let (vkey, no_key) = match (options.vkey, named) {
        (Some(given), Ok(named)) if given != named => {
            return Err(AuditFailure::OtherKey { found: named.to_string(), expected: given.to_string() });
        }
        // What is wrong with entry 0 is told better by the audit itself.
        (Some(given), named) => (given, named.err()),
        (None, named) => (named?, None),
    };
    let (openings, master) = openings_of(dir, &disk, &vkey, options.blind)?;
    let mut auditing = Auditing::new(openings.scope(), known(options.known.as_deref(), &vkey)?);
    let (halves, clear) = go_through(&*disk, &vkey, &*openings, &mut auditing, progress)?;
    let open_ended = halves.0.as_ref().is_ok_and(|verified| verified.open_ended);
    let mut report = judge(&*disk, halves, &mut auditing, (&vkey, key_given))?;
    if let Some(master) = master {
        let (size, clear, erased) = (report.size, &*clear, &report.erased);
        let identities = auditing.auditor.ledger().governance().identity_epoch;
        let behind = master.check(&*disk, &OfLog { size, open_ended, clear, erased, identities })?;
        // What a running server has recorded since is no matter.
        let now = log::covered(&*disk, &vkey).map_err(AuditFailure::Files)?;
        report.behind = behind.filter(|span| !span.last.is_in(now));
    }
    match no_key {
        // An empty log names no key, and its checkpoint holds under the one given.
        Some(failure) if report.size != TreeSize::EMPTY => Err(failure),
        _ => Ok(report),
    }
}

/// How often a folder is gone through that says of something that it is erased while what opens it is still being destroyed.
const LOOKS: usize = 5;
/// How long it takes at most, nearly always.
const PAUSE: Duration = Duration::from_millis(500);

/// What opens the entries of a folder: what is kept in it, by the master key that it names; nothing where it names none.
fn openings_of(
    dir: &Path,
    disk: &Arc<dyn Disk>,
    vkey: &VerifierKey,
    blind: bool,
) -> Result<(Box<dyn Openings>, Option<Master>), AuditFailure> {
    let origin = Origin::parse(vkey.name().as_str());
    let origin = origin.map_err(|error| AuditFailure::NoKey(error.to_string()))?;
    let settings = if blind { None } else { Settings::read(dir).ok() };
    // What would be opened is there, and nothing says by which key: that was not asked for.
    if !blind && settings.is_none() && dir.join("sealed").is_dir() {
        return Err(AuditFailure::MasterKey("ledger.toml, which names it, cannot be read".to_owned()));
    }
    let copy = settings.as_ref().is_some_and(|settings| settings.copy);
    let Some(settings) = settings.filter(|settings| settings.master.is_some()) else {
        return Ok((Box::new(Blind(origin)), None));
    };
    let kek = settings.kek(dir).map_err(|error| AuditFailure::MasterKey(error.to_string()))?;
    let files = SealedReader::open(disk.clone(), &origin, &kek).map_err(AuditFailure::Beside)?;
    let master = Master { origin: origin.clone(), kek, copy };
    Ok((Box::new(OfFolder::new(origin, files, !copy)), Some(master)))
}

/// The checkpoint that an earlier audit covered.
fn known(note: Option<&[u8]>, vkey: &VerifierKey) -> Result<Option<Checkpoint>, AuditFailure> {
    let verified = note.map(|note| SignedCheckpoint::verify(note, vkey)).transpose();
    Ok(verified.map_err(AuditFailure::Known)?.map(|signed| signed.checkpoint().clone()))
}

/// What the files say, and the first entry at fault.
type Halves = (Result<log::Verified, OpenError>, Option<AuditError>);

/// Reads the files on one thread, verifies their entries on all cores, and absorbs them here. Which of them stand in the
/// clear is said beside.
fn go_through(
    disk: &dyn Disk,
    vkey: &VerifierKey,
    openings: &dyn Openings,
    auditing: &mut Auditing,
    progress: &dyn Progress,
) -> Result<(Halves, Vec<EntryIndex>), AuditFailure> {
    let known = auditing.known_size();
    let (back, used) = channel();
    let (feed, pieces) = Feed::new(known, used);
    thread::scope(|scope| {
        let files = scope.spawn(move || {
            let mut feed = feed;
            let verified = verify_files(disk, vkey, &mut |_, bytes, hashes| feed.take(bytes, hashes));
            feed.send();
            (verified, feed.clear)
        });
        let make = |piece: Piece| {
            let (end, read) = (piece.end(), Read::of(&piece, known, openings));
            // Nobody takes it back once the files are read.
            let _ = back.send(piece);
            read.map(|read| (end, read))
        };
        let absorbed = parallel::in_order(parallel::cores(), pieces.into_iter(), make, |(end, read)| {
            let absorbed = auditing.absorb(read)?;
            progress.step(end.get(), 0);
            Ok::<_, Unread>(absorbed)
        });
        // The files are read on where an entry was found at fault: theirs may come before it.
        let (files, clear) = files.join().map_err(|_| AuditFailure::Panicked)?;
        match absorbed {
            Ok(()) => Ok(((files, None), clear)),
            Err(Unread::Entry(error)) => Ok(((files, Some(error)), clear)),
            Err(Unread::Openings(failure)) => Err(failure),
        }
    })
}

/// Cuts the entries into pieces.
struct Feed {
    pieces: SyncSender<Piece>,
    /// Pieces that were read: their memory is taken for the next ones.
    used: Receiver<Piece>,
    piece: Piece,
    known: TreeSize,
    /// The entries so far that stand in the clear.
    clear: Vec<EntryIndex>,
}

impl Feed {
    fn new(known: TreeSize, used: Receiver<Piece>) -> (Self, Receiver<Piece>) {
        let (pieces, cut) = sync_channel(parallel::cores());
        (Self { pieces, used, piece: Piece::new(EntryIndex::new(0)), known, clear: Vec::new() }, cut)
    }

    fn take(&mut self, bytes: &[u8], hashes: EntryHashes) {
        if SealedEntry::decode(bytes).is_err() {
            self.clear.push(self.piece.end());
        }
        self.piece.push(bytes, hashes);
        // What is known and what is not are never in one piece.
        if self.piece.len() == PIECE || self.piece.end() == self.known.next_index() {
            self.send();
        }
    }

    fn send(&mut self) {
        let first = self.piece.end();
        let next = self.used.try_recv().map_or_else(|_| Piece::new(first), |used| used.begun_anew(first));
        // Nobody takes pieces any more once an entry was found at fault.
        let _ = self.pieces.send(std::mem::replace(&mut self.piece, next));
    }
}

/// The first fault of both halves, or the report.
fn judge(
    disk: &dyn Disk,
    (files, entry_fault): Halves,
    auditing: &mut Auditing,
    (vkey, key_given): (&VerifierKey, bool),
) -> Result<AuditReport, AuditFailure> {
    let entry_of = |error: &OpenError| match error {
        OpenError::Damaged(damage) => damage.entry,
        _ => None,
    };
    let failure = |error: AuditError| {
        let place = log::position_of(disk, error.index).map(|(file, offset)| FilePosition { file, offset });
        AuditFailure::Entry { error, place }
    };
    match (files, entry_fault) {
        (Err(OpenError::Disk(error)), _) => Err(AuditFailure::Unreadable(error)),
        (Err(error), Some(fault)) if entry_of(&error).is_some_and(|at| at > fault.index) => {
            Err(failure(fault))
        }
        (Err(error), _) => Err(AuditFailure::Files(error)),
        (Ok(_), Some(fault)) => Err(failure(fault)),
        (Ok(verified), None) => {
            let leaves = |tail| log::stored_leaves(disk, tail).map_err(AuditFailure::Unreadable);
            report(auditing, verified.checkpoint, &leaves, (vkey, key_given))
                .map_err(|failed| failed.unwrap_or_else(failure))
        }
    }
}

/// Brings the leaves of so many entries, as they were found right.
type Leaves<'a> = dyn Fn(Range<u64>) -> Result<Vec<TreeHash>, AuditFailure> + 'a;

/// The report on a log whose entries were all absorbed, if they are what the checkpoint covers.
fn report(
    auditing: &mut Auditing,
    checkpoint: SignedCheckpoint,
    leaves: &Leaves<'_>,
    (vkey, key_given): (&VerifierKey, bool),
) -> Result<AuditReport, Failed> {
    let stated = checkpoint.checkpoint();
    let known = auditing.known_size();
    if known > stated.size() {
        return Err(Failed::Other(AuditFailure::Shrunk { found: stated.size(), expected: known }));
    }
    auditing.auditor.compare(stated).map_err(Failed::Entry)?;
    auditing.auditor.account().map_err(Failed::Entry)?;
    for vouched in auditing.auditor.vouched() {
        let tail = leaves(vouched.tail()).map_err(Failed::Other)?;
        vouched.hold(&tail).map_err(Failed::Entry)?;
    }
    if let Some(revived) = auditing.auditor.revived(EntryIndex::new(0)) {
        return Err(Failed::Entry(revived));
    }
    Ok(AuditReport {
        origin: stated.origin().to_string(),
        size: stated.size(),
        root: stated.root(),
        vkey: vkey.to_string(),
        key_given,
        scope: auditing.auditor.scope(),
        counts: Counts { fields_erased: auditing.auditor.fields_erased(), ..auditing.counts.clone() },
        erased: auditing.auditor.ledger().governance().erasures.erased().clone(),
        behind: None,
        checkpoint,
    })
}

/// A fault of an entry, whose place is still to be looked up, or another.
enum Failed {
    Entry(AuditError),
    Other(AuditFailure),
}

impl Failed {
    fn unwrap_or_else(self, failure: impl FnOnce(AuditError) -> AuditFailure) -> AuditFailure {
        match self {
            Self::Entry(error) => failure(error),
            Self::Other(other) => other,
        }
    }
}

/// The checkpoints' key as entry 0 names it.
pub(crate) fn key_of_entry_0(disk: &dyn Disk) -> Result<VerifierKey, AuditFailure> {
    let bytes = log::first_entry(disk).map_err(|error| match error {
        OpenError::Disk(error) => AuditFailure::Unreadable(error),
        other => AuditFailure::Files(other),
    })?;
    operator_key(&bytes)
}

/// The operator's key that the bytes of entry 0 name, as the key of the log's checkpoints.
fn operator_key(bytes: &[u8]) -> Result<VerifierKey, AuditFailure> {
    Opening::read(bytes).map(|opening| opening.operator).map_err(|error| match error {
        OpeningError::Layout(error) => AuditFailure::Entry {
            error: AuditError {
                index: EntryIndex::new(0),
                fault: AuditFault::Layout(LogEntryError::Clear(error)),
            },
            place: None,
        },
        other => AuditFailure::NoKey(other.to_string()),
    })
}
