//! What is known elsewhere of a ledger, gathered before its log is opened: by the files of its folder, the signer's memory, its
//! witnesses and its mirrors. A log that lacks any of it is not opened.

use super::{LedgerError, Settings, journal, operator_signer};
use crate::asked;
use crate::known::{self, Knowledge, MemoryError, SignerMemory};
use crate::log::{self, Log, LogConfig, LogSigner, OpenError, OpenReport};
use crate::progress::Progress;
use crate::storage::{Disk, FolderLock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::note::{NoteSigner, VerifierKey};

/// The signer of a new ledger, whose memory begins with it.
pub(super) fn new_signer(
    dir: &Path,
    settings: &Settings,
    signer: NoteSigner,
) -> Result<LogSigner, LedgerError> {
    let key = signer.verifier_key();
    let memory = memory_path(dir, settings).map(|path| SignerMemory::begin(&path, key, None)).transpose()?;
    Ok(LogSigner::new(signer, Knowledge::default(), memory))
}

/// The memories of the signers of a ledger that is being made: dropped before [`NewMemories::keep`] they are taken away again.
pub(super) struct NewMemories(Vec<PathBuf>);

impl NewMemories {
    /// Sees that none is there yet for the ledger that is made in `dir`.
    pub(super) fn begin(dir: &Path, settings: &Settings) -> Result<Self, LedgerError> {
        // The journal's folder is still to be made, and its signer's memory is beside the ledger's.
        let below = memory_path(dir, settings).map(|path| {
            let mut name = path.into_os_string();
            name.push(journal::MEMORY);
            PathBuf::from(name)
        });
        let paths: Vec<PathBuf> = memory_path(dir, settings).into_iter().chain(below).collect();
        match paths.iter().find(|path| path.exists()) {
            Some(path) => Err(MemoryError::Exists { path: path.clone() }.into()),
            None => Ok(Self(paths)),
        }
    }

    /// The ledger is made.
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for NewMemories {
    fn drop(&mut self) {
        for path in &self.0 {
            // Why the ledger is not made is told already.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Begins the memory that the settings of the ledger in `dir` name, with the checkpoint that the folder has; and that of its
/// access journal.
///
/// # Errors
///
/// Where there is one already: what was signed is not forgotten by asking.
pub fn begin_memory(dir: &Path) -> Result<(), LedgerError> {
    let settings = Settings::read(dir)?;
    begin_in(dir, &settings)?;
    let access = dir.join(journal::ACCESS);
    if access.try_exists().map_err(super::at(&access))? {
        begin_in(&access, &journal::settings_of(dir, &access)?)?;
    }
    Ok(())
}

fn begin_in(dir: &Path, settings: &Settings) -> Result<(), LedgerError> {
    let lock = FolderLock::take(dir)?;
    let key = operator_signer(dir, settings)?.verifier_key();
    let path = memory_path(dir, settings).ok_or(LedgerError::NoMemory)?;
    let last = log::newest_checkpoint(&lock.disk(), &key)?;
    SignerMemory::begin(&path, key, Some(&last))?;
    Ok(())
}

/// Opens the log of the ledger in `dir`, if it is all that is known of it. What was met elsewhere that it lacks is kept beside it.
pub(super) fn open(
    (lock, dir): (&FolderLock, &Path),
    settings: &Settings,
    signer: NoteSigner,
    config: LogConfig,
    progress: &dyn Progress,
) -> Result<(Log, OpenReport), LedgerError> {
    let disk: Arc<dyn Disk> = Arc::new(lock.disk());
    let key = signer.verifier_key();
    let memory = memory_path(dir, settings).map(|path| SignerMemory::open(&path, key.clone())).transpose()?;
    let known = of_ledger((&*disk, dir), settings, &key)?;
    let signer = LogSigner::new(signer, known.clone(), memory);
    Log::open_unmarked(disk.clone(), signer, config, progress, &mut |_, _| {}).map_err(|error| {
        if let (OpenError::Contradicted(_), Some(largest)) = (&error, known.largest())
            && let Err(error) = known::keep(&*disk, &key, &largest.signed)
        {
            tracing::warn!(%error, "the checkpoint that is known elsewhere could not be kept");
        }
        error.into()
    })
}

/// What is known of the ledger in `dir`, but by its signer.
fn of_ledger(
    (disk, dir): (&dyn Disk, &Path),
    settings: &Settings,
    key: &VerifierKey,
) -> Result<Knowledge, LedgerError> {
    let policy = settings.policy.as_ref().map(|file| asked::policy_of(&dir.join(file), key)).transpose()?;
    let mut known = known::of_folder(disk, key)?;
    known.extend(asked::everybody(policy.as_ref(), &settings.mirrors, key));
    Ok(Knowledge::new(known))
}

/// All that is known of the ledger in `dir`.
pub(crate) fn known_of(
    (disk, dir): (&dyn Disk, &Path),
    settings: &Settings,
    key: &VerifierKey,
) -> Result<Knowledge, LedgerError> {
    let memory = memory_path(dir, settings).filter(|path| path.exists());
    let memory = memory.map(|path| SignerMemory::open(&path, key.clone())).transpose()?;
    Ok(of_ledger((disk, dir), settings, key)?.with(memory.and_then(|memory| memory.known())))
}

/// Where the signer's memory is, by its folder's own name: nothing in between is to be moved without it.
pub(super) fn memory_path(dir: &Path, settings: &Settings) -> Option<PathBuf> {
    let path = dir.join(settings.signer_memory.as_ref()?);
    let folder = path.parent().and_then(|parent| parent.canonicalize().ok());
    let name = path.file_name().map(PathBuf::from);
    Some(folder.zip(name).map_or(path, |(folder, name)| folder.join(name)))
}
