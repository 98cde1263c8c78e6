//! Reading what is kept beside the log, while the writer writes. What the bytes mean is not looked at: that a payload
//! and a skeleton are the entry's, opening them against the log says.

use super::error::{SealedOpenError, SealedReadError};
use super::open_group::{self, Held, OpenGroup};
use super::recent::Recent;
use super::slot_file::SlotFile;
use super::{layout, root_copies, start_up};
use crate::damage::Damage;
use crate::storage::Disk;
use ledger_spec::sealed::{FileKind, Generation, Group, GroupKey, Kek, Root, Slot};
use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tlog::checkpoint::Origin;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::{EntryIndex, TreeSize};

/// A reader of open files; clones are cheap. It is asked about entries that the log holds.
#[derive(Clone)]
pub struct SealedReader(Arc<Shared>);

/// What the writer and the readers have in common.
pub(super) struct Shared {
    pub disk: Arc<dyn Disk>,
    pub root: RwLock<Root>,
    recent: Mutex<Recent<OpenGroup>>,
}

impl Shared {
    pub(super) fn new(disk: Arc<dyn Disk>, root: Root, newest: Option<Arc<OpenGroup>>) -> Arc<Self> {
        let newest = newest.map(|files| (files.group, files));
        Arc::new(Self { disk, root: RwLock::new(root), recent: Mutex::new(Recent::new(newest)) })
    }

    /// The writer goes on to a group, or to new files of the one that it was at.
    pub(super) fn begin(&self, files: Arc<OpenGroup>) {
        self.with_recent(|recent| recent.begin(files.group, files));
    }

    /// A group's files were made anew.
    pub(super) fn forget(&self, group: Group) {
        self.with_recent(|recent| recent.forget(group));
    }

    pub(super) fn with_root<T>(&self, ask: impl FnOnce(&Root) -> T) -> T {
        ask(&self.root.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks what is open. Whoever has the root as well has taken it before.
    fn with_recent<T>(&self, ask: impl FnOnce(&mut Recent<OpenGroup>) -> T) -> T {
        ask(&mut self.recent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks with the generation of a group's files and its key. The files are not replaced before `ask` has returned.
    pub(super) fn with_key<T>(
        &self,
        group: Group,
        ask: impl FnOnce(Generation, &GroupKey) -> Result<T, SealedReadError>,
    ) -> Result<T, SealedReadError> {
        self.with_root(|root| {
            let (generation, key) = root.group(group).map_err(|error| layout::no_key(group, &error))?;
            ask(generation, key).map_err(|error| match error {
                SealedReadError::Damaged(damage) => root_copies::unless_replaced(
                    &*self.disk,
                    root.generation,
                    self.cause(root, group, damage),
                ),
                other => other,
            })
        })
    }

    /// What lies behind damage of a group: where its files are of another generation than the root has keys for, it is that.
    fn cause(&self, root: &Root, group: Group, damage: Damage) -> Damage {
        let Ok((mut files, _)) = layout::files(&*self.disk) else { return damage };
        files.retain(|file| file.group == group);
        start_up::of_other_generations(root, &files).err().unwrap_or(damage)
    }

    /// The open files of a group in the generation that the root has, which is held meanwhile; those that are `doubted`
    /// only where they are what there is.
    fn open(
        &self,
        (group, generation): (Group, Generation),
        doubted: Option<&Arc<OpenGroup>>,
    ) -> Result<Arc<OpenGroup>, SealedReadError> {
        let known = self.with_recent(|recent| match doubted {
            None => recent.get(group),
            // Whoever writes knows what it has written.
            Some(doubted) => recent
                .newest(group)
                .or_else(|| recent.get(group).filter(|files| !Arc::ptr_eq(files, doubted))),
        });
        if let Some(files) = known {
            return Ok(files);
        }
        let files = Arc::new(OpenGroup::open(&*self.disk, group, generation)?);
        Ok(self.with_recent(|recent| recent.keep(group, files)))
    }

    /// What is kept of entries of one group, as far as nothing is wrong with it.
    fn read_run(&self, entries: &Range<EntryIndex>) -> Result<Vec<Option<Held>>, SealedReadError> {
        let group = Group::of(entries.start);
        self.with_key(group, |generation, key| self.open((group, generation), None)?.read_run(entries, key))
    }

    fn read(&self, index: EntryIndex) -> Result<Held, SealedReadError> {
        let group = Group::of(index);
        self.with_key(group, |generation, key| {
            let files = self.open((group, generation), None)?;
            match files.read(index, key) {
                // Where something else is remembered than there is, what is remembered may be at fault.
                Err(SealedReadError::Damaged(damage)) => {
                    let again = self.open((group, generation), Some(&files))?;
                    if Arc::ptr_eq(&again, &files) {
                        return Err(SealedReadError::Damaged(damage));
                    }
                    again.read(index, key)
                }
                other => other,
            }
        })
    }
}

/// How many entries are read ahead at once: so few that what they hold stays in a core's memory until it is opened.
const AHEAD: u64 = 128;

/// What is kept of entries that stand one after the other, read ahead.
pub struct ReadAhead<'a> {
    reader: &'a SealedReader,
    /// Up to where they were read.
    read: EntryIndex,
    end: EntryIndex,
    /// The last of those that were read.
    held: VecDeque<Option<Held>>,
}

impl ReadAhead<'_> {
    /// What is kept of an entry, as [`SealedReader::read`] gives it.
    pub fn take(&mut self, index: EntryIndex) -> Result<Held, SealedReadError> {
        if index >= self.read && index < self.end {
            self.read_on(index);
        }
        let behind = self.read.get().checked_sub(index.get()).map(as_usize);
        let at = behind.and_then(|behind| self.held.len().checked_sub(behind));
        let held = at.and_then(|at| {
            self.held.drain(..at);
            self.held.pop_front().flatten()
        });
        held.map_or_else(|| self.reader.read(index), Ok)
    }

    /// Reads the entries from one on that are of its group, as many as are read at once. What is not read so is looked at by
    /// itself.
    fn read_on(&mut self, index: EntryIndex) {
        let next_group = layout::first_of(Group::new(Group::of(index).get().saturating_add(1)));
        let until = EntryIndex::new(index.get().saturating_add(AHEAD)).min(next_group).min(self.end);
        self.held = self.reader.0.read_run(&(index..until)).unwrap_or_default().into();
        self.read = EntryIndex::new(index.get().saturating_add(as_u64(self.held.len())));
    }
}

impl SealedReader {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Opens the files to read alone: nothing is mended, and another process may be writing them.
    pub fn open(disk: Arc<dyn Disk>, origin: &Origin, kek: &Kek) -> Result<Self, SealedOpenError> {
        let copies = root_copies::read(&*disk, origin, kek)?;
        Ok(Self(Shared::new(disk, copies.chosen.root, None)))
    }

    /// What is kept of a sealed entry that the log holds. Checksums, index and generation are checked, and the slot is
    /// unwrapped; bytes that fail are an error, never an answer.
    pub fn read(&self, index: EntryIndex) -> Result<Held, SealedReadError> {
        self.0.read(index).map_err(|error| match error {
            SealedReadError::Damaged(damage) => {
                let entry = damage.entry.or(Some(index));
                SealedReadError::Damaged(Damage { entry, ..damage })
            }
            other => other,
        })
    }

    /// What is kept of these entries, to be asked for in order and read ahead: for whoever goes over many of the log.
    pub const fn ahead(&self, entries: Range<EntryIndex>) -> ReadAhead<'_> {
        ReadAhead { reader: self, read: entries.start, end: entries.end, held: VecDeque::new() }
    }

    /// Where the slot of an entry stands: what opens the entry begins there.
    pub fn place(&self, index: EntryIndex) -> (String, u64) {
        let group = Group::of(index);
        let generation = self.with_root(|root| root.group(group).map(|(generation, _)| generation));
        // Without a key of the group there is nothing to open it with, which is told before.
        let generation = generation.unwrap_or(Generation::FIRST);
        (layout::path(&layout::file(FileKind::Slot, group, generation)), Slot::offset(index))
    }

    /// What is kept of all sealed entries of a group that a log of `size` entries holds, in order: for whoever goes over
    /// many. Each of the three files is read at once, and the first damage of the group is the answer.
    pub fn group(&self, group: Group, size: TreeSize) -> Result<Vec<(EntryIndex, Held)>, SealedReadError> {
        self.0.with_key(group, |generation, key| {
            let writing = self.0.with_recent(|recent| recent.newest(group));
            open_group::read_all(&*self.0.disk, (group, generation), key, size, writing.as_deref())
        })
    }

    /// Of these entries those whose slot is not empty: what is still to be erased of them. Entries in the clear and
    /// entries that nobody knows have none. Only slots are read.
    pub fn not_erased(
        &self,
        entries: &BTreeSet<EntryIndex>,
    ) -> Result<BTreeSet<EntryIndex>, SealedReadError> {
        let disk = &*self.0.disk;
        let (files, _) = layout::files(disk)?;
        let there: BTreeSet<Group> = files.iter().map(|file| file.group).collect();
        let (all, mut left) = (Vec::from_iter(entries.iter().copied()), BTreeSet::new());
        for entries in all.chunk_by(|one, next| Group::of(*one) == Group::of(*next)) {
            let group = Group::of(*entries.first().or_defect("a run of entries has a first"));
            if !there.contains(&group) {
                continue;
            }
            self.0.with_key(group, |generation, _| {
                let slots = SlotFile::open(disk, group, generation)?;
                for index in entries {
                    if slots.holds(*index)? {
                        left.insert(*index);
                    }
                }
                Ok(())
            })?;
        }
        Ok(left)
    }

    /// Asks the root for keys: those that belong to no group are used elsewhere. `ask` must not ask this reader, and
    /// whoever asks keeps no copy longer than he needs it: a key that is to be destroyed is destroyed here.
    pub fn with_root<T>(&self, ask: impl FnOnce(&Root) -> T) -> T {
        self.0.with_root(ask)
    }
}
