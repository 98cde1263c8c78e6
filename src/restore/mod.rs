//! What a ledger's folder has lost, fetched back from a copy: a folder that holds a beginning of the log, as an older backup does,
//! becomes whole again.
//!
//! Nothing is placed before all of it was fetched and found right: each entry follows from the one before, all of them lead to
//! the root that the operator signed, and every sealed one is opened by what is here or by what the copy has. Nothing is
//! signed. A restore that is cut short leaves a folder that is not served, and is begun again.

mod source;
mod staged;

pub use source::Source;

use crate::audit::RemoteFault;
use crate::known::{Contradicted, Known, Teller};
use crate::ledger::{LedgerError, Settings, known_of, log_config, operator_key};
use crate::log::{self, AppendError, Beside, EncodedEntry, LogRestore, Restoring, opening_of};
use crate::progress::Progress;
use crate::sealed_files::SealedReader;
use crate::storage::{Disk, DiskError, FolderLock};
use ledger_spec::entry::EntryHashes;
use ledger_spec::event::Event;
use ledger_spec::sealed::{FreshKey, LogEntry, LogEntryError, Opening, Sealed, SealedEntry};
use staged::{Staged, Staging};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::hash::TreeHash;
use tlog::merkle::Frontier;
use tlog::position::{EntryIndex, TreeSize};

/// Entries that are put back at once.
const BATCH: usize = 4096;

/// Is given entries by their places and bytes.
type Each<'a> = dyn FnMut(EntryIndex, &[u8]) -> Result<(), RestoreError> + 'a;

/// What was put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// How many entries there were.
    pub from: TreeSize,
    /// How many there are.
    pub to: TreeSize,
    /// The root of all of them.
    pub root: TreeHash,
    /// Of how many events the personal fields are lost that travelled beside them, which no copy has.
    pub without_fields: u64,
}

/// Why nothing was put back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The folder is not a ledger's, or cannot be written.
    #[error(transparent)]
    Folder(#[from] LedgerError),
    /// The copy's folder cannot be read.
    #[error("the copy in {path}: {error}")]
    Source {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<LedgerError>,
    },
    /// The copy that is served cannot be read, or is not right.
    #[error(transparent)]
    Remote(#[from] RemoteFault),
    /// There is nothing to fetch.
    #[error("{name} has {found} entries, and {held} are here: there is nothing to fetch from it")]
    Nothing {
        /// The copy.
        name: String,
        /// How many it has.
        found: TreeSize,
        /// How many are here.
        held: TreeSize,
    },
    /// The copy has not all either, or another history.
    #[error("{name} would not make it whole: {contradicted}")]
    Lacks {
        /// The copy.
        name: String,
        /// What it lacks.
        contradicted: Box<Contradicted>,
    },
    /// The tree's files are of another log.
    #[error(
        "tree/ does not lead to the root that `checkpoint` signs: put tree/ and log/offsets away, where they stay as evidence, \
         run `rebuild`, and restore then"
    )]
    Tree,
    /// An entry is none.
    #[error("{name} has no entry at {index}: {error}")]
    Entry {
        /// The copy.
        name: String,
        /// Where.
        index: EntryIndex,
        /// What is wrong.
        error: LogEntryError,
    },
    /// An entry does not follow from the one before.
    #[error("what {name} has at {index} does not follow from the entry before")]
    Chain {
        /// The copy.
        name: String,
        /// Where.
        index: EntryIndex,
    },
    /// The entries are not those that were signed.
    #[error("what {name} has leads to root {found}; the operator signed {expected}")]
    Root {
        /// The copy.
        name: String,
        /// Where they lead to.
        found: TreeHash,
        /// What was signed.
        expected: TreeHash,
    },
    /// Nothing here opens an entry, and the copy has nothing either.
    #[error(
        "nothing opens entry {index}: neither sealed/ here nor {name}; bring sealed/ and keys/ back from a newer backup of this \
         very folder, or restore from the folder of an opened copy"
    )]
    Unopened {
        /// The first such entry.
        index: EntryIndex,
        /// The copy.
        name: String,
    },
    /// What was fetched is not what it was.
    #[error("entry {index} is not as it was fetched: the disk has changed it")]
    Staged {
        /// The entry.
        index: EntryIndex,
    },
    /// It could not be stored; begin again.
    #[error("what was fetched could not be stored: {0}")]
    Store(#[from] AppendError),
}

impl From<DiskError> for RestoreError {
    fn from(error: DiskError) -> Self {
        Self::Folder(error.into())
    }
}

/// Puts back what the ledger in `dir` lacks and `source` has, up to the checkpoint that it shows.
pub fn restore(dir: &Path, from: &str, progress: &dyn Progress) -> Result<Restored, RestoreError> {
    let lock = FolderLock::take(dir)?;
    let settings = Settings::read(dir).map_err(LedgerError::from)?;
    let disk: Arc<dyn Disk> = Arc::new(lock.disk());
    let vkey = operator_key(&*disk)?;
    let source = Source::open(from, &vkey)?;
    let reader = log::open_to_read(disk.clone(), &vkey).map_err(LedgerError::from)?;
    let (held, found) = (reader.checkpoint().checkpoint().clone(), source.size());
    if found <= held.size() {
        return Err(RestoreError::Nothing { name: source.name, found, held: held.size() });
    }
    let lacks = |contradicted| RestoreError::Lacks {
        name: source.name.clone(),
        contradicted: Box::new(contradicted),
    };
    known_of((&*disk, dir), &settings, &vkey)?.ends_with(found).map_err(lacks)?;
    log::derived_ends_with(&*disk, found).map_err(LedgerError::from)?;
    let base = Frontier::from_nodes(held.size(), &reader).map_err(LedgerError::from)?;
    if base.root() != held.root() {
        return Err(RestoreError::Tree);
    }

    // All of it is fetched and judged, and stands in a file of its own.
    let staged = Staging::begin(disk.clone(), &reader, base)?.fetch(&source, progress)?;
    let kek = settings.kek(dir)?;
    let sealed = SealedReader::open(disk.clone(), &settings.origin, &kek).map_err(LedgerError::from)?;
    let opened_here = opened_here(&staged, &sealed, &source, &settings)?;

    // From here on no start serves what is there, until all of it is.
    crate::known::keep(&*disk, &vkey, &source.checkpoint)?;
    let from = Known { by: Teller::Mirror(source.name.clone()), signed: source.checkpoint.clone() };
    let restoring = Restoring { key: vkey, root_at: staged.root_at(), from };
    let log = LogRestore::open(disk.clone(), restoring, log_config(&settings, false), progress);
    let mut log = log.map_err(LedgerError::from)?;
    let (mut without_fields, mut beside, mut batch) = (0, false, Vec::new());
    staged.each(log.size().next_index(), &mut |at, bytes| {
        if at >= opened_here && !beside {
            put_back(&mut log, &mut batch)?;
            log.open_beside(&kek).map_err(LedgerError::from)?;
            beside = true;
        }
        batch.push(kept(at, bytes, (&source, &settings), beside, &mut without_fields)?);
        if batch.len() >= BATCH { put_back(&mut log, &mut batch) } else { Ok(()) }
    })?;
    put_back(&mut log, &mut batch)?;
    log.finish(source.checkpoint.clone())?;
    staged.remove()?;
    let root = source.checkpoint.checkpoint().root();
    Ok(Restored { from: held.size(), to: found, root, without_fields })
}

fn put_back(log: &mut LogRestore, batch: &mut Vec<EncodedEntry>) -> Result<(), RestoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    Ok(log.put_back(std::mem::take(batch))?)
}

/// The first of the entries that nothing opens here, all of which the copy opens; behind the last where there is none.
fn opened_here(
    staged: &Staged,
    sealed: &SealedReader,
    source: &Source,
    settings: &Settings,
) -> Result<EntryIndex, RestoreError> {
    let mut first = None;
    let mut end = EntryIndex::new(0);
    staged.each(EntryIndex::new(0), &mut |at, bytes| {
        end = at.covering_size().next_index();
        let entry = LogEntry::decode(bytes);
        let entry = match entry.map_err(|error| RestoreError::Entry {
            name: source.name.clone(),
            index: at,
            error,
        })? {
            LogEntry::Sealed(entry) => entry,
            LogEntry::Clear(_) => return Ok(()),
        };
        let opens = |sealed: &SealedReader| {
            let held = sealed.read(at).ok()?;
            opens(&opening_of(sealed, held, &entry, &settings.origin).ok()?.0, &entry, settings).then_some(())
        };
        // What stands behind something that is missing is written anew with it.
        if first.is_none() && opens(sealed).is_some() {
            return Ok(());
        }
        let given = source.opening(bytes).filter(|given| self::opens(given, &entry, settings));
        if given.is_none() {
            return Err(RestoreError::Unopened { index: at, name: source.name.clone() });
        }
        first = first.or(Some(at));
        Ok(())
    })?;
    Ok(first.unwrap_or(end))
}

/// Whether this opens an entry, wholly or as erasure leaves it.
fn opens(opening: &Opening, entry: &SealedEntry, settings: &Settings) -> bool {
    match opening {
        Opening::Auditor(opening) => opening.recall(entry, &settings.origin).is_ok(),
        Opening::Remains(remains) => remains.open(entry, &settings.origin).is_ok(),
        Opening::Content(_) | Opening::Link(_) => false,
    }
}

/// An entry as it is put back, with what opens it where that comes from the copy.
fn kept(
    at: EntryIndex,
    bytes: &[u8],
    (source, settings): (&Source, &Settings),
    beside: bool,
    without_fields: &mut u64,
) -> Result<EncodedEntry, RestoreError> {
    let entry = LogEntry::decode(bytes).map_err(|error| RestoreError::Entry {
        name: source.name.clone(),
        index: at,
        error,
    })?;
    let given = match &entry {
        LogEntry::Sealed(sealed) if beside => source.opening(bytes).map(|opening| (*sealed, opening)),
        LogEntry::Sealed(_) | LogEntry::Clear(_) => None,
    };
    let kept = match given {
        Some((sealed, Opening::Auditor(opening))) => {
            let says = opening.recall(&sealed, &settings.origin).ok();
            let event = says.and_then(|says| Event::parse(&says.event).ok());
            *without_fields += u64::from(event.is_some_and(|event| !event.private.is_empty()));
            let key = FreshKey::try_filled(|key| getrandom::fill(key));
            let key = key.map_err(|error| AppendError::Randomness(error.to_string()))?;
            Some(Beside::Whole(Sealed::opened(sealed, &opening, key), Vec::new()))
        }
        Some((sealed, Opening::Remains(remains))) => Some(Beside::Remains(sealed, Arc::new(remains))),
        Some((_, Opening::Content(_) | Opening::Link(_))) | None => None,
    };
    Ok(EncodedEntry::verified(&entry, bytes, EntryHashes::of(bytes), kept))
}
