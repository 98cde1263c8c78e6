//! A disk in memory that keeps apart what is live and what is durable, fails on demand and can lose
//! its power.
//!
//! It is as unkind as the contract of [`Disk`] allows: unsynced operations survive a crash in any
//! combination, writes tear at sectors, and after a failed sync the bytes that did not arrive are
//! still there to be read but no later sync will save them. All chance comes from a seed.

mod prng;
mod tests;

pub use prng::Prng;

use credit_ledger::storage::{Disk, DiskError, DiskErrorKind, DiskFile};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SECTOR: usize = 512;

/// What an armed fault looks like to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// This one operation fails; what comes after works again.
    Once(DiskErrorKind),
    /// This operation and all that change anything after it fail, as if the disk were gone.
    FromThenOn(DiskErrorKind),
}

/// A disk in memory. Clones are the same disk.
#[derive(Clone)]
pub struct MemoryDisk(Arc<Mutex<State>>);

struct State {
    rng: Prng,
    inodes: Vec<Inode>,
    live: Names,
    durable: Names,
    /// Names changed since their folder was synced, in order.
    pending: Vec<NameChange>,
    armed: Option<(u64, Failure)>,
    operations: u64,
}

#[derive(Clone, Default)]
struct Names {
    files: BTreeMap<String, usize>,
    folders: BTreeSet<String>,
}

#[derive(Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// Changes since the last sync, in order.
    pending: Vec<Change>,
}

enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Clone)]
enum NameChange {
    File { path: String, inode: usize },
    Folder { path: String },
    Rename { from: String, to: String, inode: usize },
    Remove { path: String },
}

struct MemoryFile {
    state: Arc<Mutex<State>>,
    inode: usize,
    path: String,
}

impl MemoryDisk {
    /// An empty disk whose faults follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::over(Prng::new(seed), Vec::new(), Names::default())
    }

    /// Lets the operation after the next `after` ones that change or sync something fail. How (not at
    /// all, in part, or wholly done and yet reported as failed) follows from the seed.
    pub fn arm(&self, after: u64, failure: Failure) {
        let mut state = self.state();
        let at = state.operations.saturating_add(after);
        state.armed = Some((at, failure));
    }

    /// Takes back what [`MemoryDisk::arm`] has set.
    pub fn disarm(&self) {
        self.state().armed = None;
    }

    /// The power fails: a new disk with what was durable and any part of what was not. This disk
    /// stays as it was, so that one history can end in many crashes.
    pub fn crash(&self, seed: u64) -> Self {
        let mut rng = Prng::new(seed);
        let state = self.state();
        let mut names = state.durable.clone();
        // One crash in four keeps everything or nothing: the two ends are the likeliest in life.
        let keep = rng.below(8);
        for change in &state.pending {
            if survives(keep, &mut rng) {
                names.apply(change);
            }
        }
        names.drop_orphans();
        let inodes = state.inodes.iter().map(|inode| inode.after_crash(keep, &mut rng)).collect();
        drop(state);
        Self::over(rng, inodes, names)
    }

    /// Changes bytes in place, live and durable: what a failing medium or a stranger does.
    pub fn tamper(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) -> Result<(), DiskError> {
        let mut state = self.state();
        let inode = state.find("tamper", path)?;
        let inode = &mut state.inodes[inode];
        change(&mut inode.live);
        inode.durable = inode.live.clone();
        inode.pending.clear();
        Ok(())
    }

    fn over(rng: Prng, inodes: Vec<Inode>, names: Names) -> Self {
        let (live, durable) = (names.clone(), names);
        Self(Arc::new(Mutex::new(State {
            rng,
            inodes,
            live,
            durable,
            pending: Vec::new(),
            armed: None,
            operations: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, inode: usize, path: &str) -> Arc<dyn DiskFile> {
        Arc::new(MemoryFile { state: Arc::clone(&self.0), inode, path: path.to_owned() })
    }
}

impl State {
    /// Counts an operation; the failure that it must end in, if it is its turn.
    fn turn(&mut self) -> Option<DiskErrorKind> {
        let now = self.operations;
        self.operations += 1;
        match self.armed {
            Some((at, Failure::Once(kind))) if now >= at => {
                self.armed = None;
                Some(kind)
            }
            Some((at, Failure::FromThenOn(kind))) if now >= at => Some(kind),
            _ => None,
        }
    }

    fn find(&self, operation: &'static str, path: &str) -> Result<usize, DiskError> {
        let found = self.live.files.get(path).copied();
        found.ok_or_else(|| error(DiskErrorKind::NotFound, operation, path))
    }

    /// Does a change of names; where it must fail, it may have happened nevertheless.
    fn rename_like(
        &mut self,
        operation: &'static str,
        path: &str,
        change: NameChange,
    ) -> Result<(), DiskError> {
        let failure = self.turn();
        if failure.is_none() || self.rng.one_in(2) {
            self.live.apply(&change);
            self.pending.push(change);
        }
        failure.map_or(Ok(()), |kind| Err(error(kind, operation, path)))
    }
}

impl Names {
    fn apply(&mut self, change: &NameChange) {
        match change {
            NameChange::File { path, inode } => {
                self.files.insert(path.clone(), *inode);
            }
            NameChange::Folder { path } => {
                self.folders.insert(path.clone());
            }
            NameChange::Rename { from, to, inode } => {
                self.files.remove(from);
                self.files.insert(to.clone(), *inode);
            }
            NameChange::Remove { path } => {
                self.files.remove(path);
            }
        }
    }

    fn has_folder(&self, path: &str) -> bool {
        path.is_empty() || self.folders.contains(path)
    }

    /// A file or folder in a folder that did not survive is gone with it.
    fn drop_orphans(&mut self) {
        let folders = self.folders.clone();
        let kept = |path: &str| parent(path).is_empty() || folders.contains(parent(path));
        self.folders.retain(|path| kept(path));
        self.files.retain(|path, _| kept(path));
    }
}

impl Inode {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable);
        }
    }

    /// A sync that fails: writes arrive or are forgotten by whoever should have carried them out; the
    /// change of a length stays in the journal.
    fn fail_to_sync(&mut self, rng: &mut Prng) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Write { .. } => {
                    if rng.one_in(2) {
                        change.apply_torn(&mut self.durable, rng);
                    }
                }
                Change::Truncate { .. } => self.pending.push(change),
            }
        }
    }

    fn after_crash(&self, keep: usize, rng: &mut Prng) -> Self {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            if survives(keep, rng) {
                if keep != 0 && rng.one_in(3) {
                    change.apply_torn(&mut bytes, rng);
                } else {
                    change.apply(&mut bytes);
                }
            }
        }
        Self { live: bytes.clone(), durable: bytes, pending: Vec::new() }
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => put(to, *offset, bytes),
            Self::Truncate { length } => to.resize(*length, 0),
        }
    }

    /// Applies a part: a prefix, or some of the sectors, or of what is new only the length.
    fn apply_torn(&self, to: &mut Vec<u8>, rng: &mut Prng) {
        let Self::Write { offset, bytes } = self else { return self.apply(to) };
        match rng.below(3) {
            0 => put(to, *offset, &bytes[..rng.below(bytes.len() + 1)]),
            1 => {
                let mut at = 0;
                while at < bytes.len() {
                    // Sectors are aligned in the file, not in the write.
                    let end = (at + SECTOR - (offset + at) % SECTOR).min(bytes.len());
                    if rng.one_in(2) {
                        put(to, offset + at, &bytes[at..end]);
                    }
                    at = end;
                }
            }
            _ => {
                if to.len() < offset + bytes.len() {
                    to.resize(offset + bytes.len(), 0);
                }
            }
        }
    }
}

impl Disk for MemoryDisk {
    fn open(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError> {
        let inode = self.state().find("open", path)?;
        Ok(self.handle(inode, path))
    }

    fn create(&self, path: &str) -> Result<Arc<dyn DiskFile>, DiskError> {
        let mut state = self.state();
        if state.live.files.contains_key(path) {
            return Err(error(DiskErrorKind::Exists, "create", path));
        }
        if !state.live.has_folder(parent(path)) {
            return Err(error(DiskErrorKind::NotFound, "create", path));
        }
        let inode = state.inodes.len();
        state.inodes.push(Inode::default());
        state.rename_like("create", path, NameChange::File { path: path.to_owned(), inode })?;
        drop(state);
        Ok(self.handle(inode, path))
    }

    fn exists(&self, path: &str) -> Result<bool, DiskError> {
        let state = self.state();
        Ok(state.live.files.contains_key(path) || state.live.has_folder(path))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        let state = self.state();
        if !state.live.has_folder(folder) {
            return Err(error(DiskErrorKind::NotFound, "list", folder));
        }
        let files = state.live.files.keys();
        let all = files.chain(state.live.folders.iter()).filter(|path| parent(path) == folder);
        let mut names: Vec<String> = all.map(|path| name(path).to_owned()).collect();
        names.sort();
        Ok(names)
    }

    fn create_dir(&self, path: &str) -> Result<(), DiskError> {
        let mut state = self.state();
        if state.live.has_folder(path) {
            return Ok(());
        }
        state.rename_like("create", path, NameChange::Folder { path: path.to_owned() })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let mut state = self.state();
        let inode = state.find("rename", from)?;
        let change = NameChange::Rename { from: from.to_owned(), to: to.to_owned(), inode };
        state.rename_like("rename", to, change)
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        let mut state = self.state();
        state.find("remove", path)?;
        state.rename_like("remove", path, NameChange::Remove { path: path.to_owned() })
    }

    fn sync_dir(&self, folder: &str) -> Result<(), DiskError> {
        let mut state = self.state();
        if !state.live.has_folder(folder) {
            return Err(error(DiskErrorKind::NotFound, "sync", folder));
        }
        if let Some(kind) = state.turn() {
            return Err(error(kind, "sync", folder));
        }
        for change in std::mem::take(&mut state.pending) {
            if parent(change.path()) == folder {
                state.durable.apply(&change);
            } else {
                state.pending.push(change);
            }
        }
        Ok(())
    }
}

impl NameChange {
    fn path(&self) -> &str {
        match self {
            Self::File { path, .. } | Self::Folder { path } | Self::Remove { path } => path,
            Self::Rename { to, .. } => to,
        }
    }
}

impl MemoryFile {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, operation: &'static str, number: u64) -> Result<usize, DiskError> {
        usize::try_from(number).map_err(|_| error(DiskErrorKind::Full, operation, &self.path))
    }
}

impl DiskFile for MemoryFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        let start = self.place("read", offset)?;
        let state = self.state();
        let live = &state.inodes[self.inode].live;
        let found = start.checked_add(buffer.len()).and_then(|end| live.get(start..end));
        buffer.copy_from_slice(found.ok_or_else(|| error(DiskErrorKind::Short, "read", &self.path))?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let offset = self.place("write", offset)?;
        let mut state = self.state();
        let failure = state.turn();
        let written = match failure {
            None => bytes.len(),
            Some(_) => state.rng.below(bytes.len() + 1),
        };
        let inode = &mut state.inodes[self.inode];
        let change = Change::Write { offset, bytes: bytes[..written].to_vec() };
        change.apply(&mut inode.live);
        inode.pending.push(change);
        failure.map_or(Ok(()), |kind| Err(error(kind, "write", &self.path)))
    }

    fn len(&self) -> Result<u64, DiskError> {
        let length = self.state().inodes[self.inode].live.len();
        u64::try_from(length).map_err(|_| error(DiskErrorKind::Failed, "measure", &self.path))
    }

    fn allocate(&self, length: u64) -> Result<(), DiskError> {
        let length = self.place("allocate", length)?;
        let mut state = self.state();
        let failure = state.turn();
        if failure.is_none() || state.rng.one_in(2) {
            let inode = &mut state.inodes[self.inode];
            if inode.live.len() < length {
                inode.live.resize(length, 0);
                inode.pending.push(Change::Truncate { length });
            }
        }
        failure.map_or(Ok(()), |kind| Err(error(kind, "allocate", &self.path)))
    }

    fn truncate(&self, length: u64) -> Result<(), DiskError> {
        let length = self.place("truncate", length)?;
        let mut state = self.state();
        let failure = state.turn();
        if failure.is_none() || state.rng.one_in(2) {
            let inode = &mut state.inodes[self.inode];
            inode.live.resize(length, 0);
            inode.pending.push(Change::Truncate { length });
        }
        failure.map_or(Ok(()), |kind| Err(error(kind, "truncate", &self.path)))
    }

    fn sync(&self) -> Result<(), DiskError> {
        let mut state = self.state();
        let failure = state.turn();
        let State { rng, inodes, .. } = &mut *state;
        let inode = &mut inodes[self.inode];
        match failure {
            None => {
                inode.sync();
                Ok(())
            }
            Some(kind) => {
                inode.fail_to_sync(rng);
                Err(error(kind, "sync", &self.path))
            }
        }
    }
}

/// Whether an unsynced operation survives: never, always, or by chance.
fn survives(keep: usize, rng: &mut Prng) -> bool {
    match keep {
        0 => true,
        1 => false,
        _ => rng.one_in(2),
    }
}

fn put(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    if to.len() < offset + bytes.len() {
        to.resize(offset + bytes.len(), 0);
    }
    to[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn error(kind: DiskErrorKind, operation: &'static str, path: &str) -> DiskError {
    let message = match kind {
        DiskErrorKind::NotFound => "no such file or folder",
        DiskErrorKind::Exists => "file exists",
        DiskErrorKind::Full => "no space left on device",
        DiskErrorKind::Locked => "locked",
        DiskErrorKind::Short => "end of file",
        _ => "input/output error",
    };
    DiskError { kind, operation, path: path.to_owned(), message: message.to_owned() }
}
