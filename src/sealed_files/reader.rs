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
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tlog::checkpoint::Origin;
use tlog::defect::OrDefect as _;
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
