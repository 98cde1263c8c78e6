//! What opens sealed entries, kept beside the log: payloads, slots and skeletons by groups of 4,096 entries, and the root
//! of keys. Nothing of it is in the log, and all of it can be destroyed without the log being altered.
//!
//! ```text
//! sealed/<group>.<generation>.body    payloads                keys/root.a    the keys, under the master key
//! sealed/<group>.<generation>.slot    salts and keys          keys/root.b    the same bytes
//! sealed/<group>.<generation>.link    skeletons
//! ```
//!
//! [`SealedFiles::write`] is the one way in, and comes before the log: when it returns, the records are durable, and only
//! then their entries may be. So what the log holds is whole here, or damaged; what stands here and not in the log was
//! never acknowledged, and [`SealedFiles::open`] cuts it. [`SealedFiles::erase`] is the one way out. Layouts and cryptography are `ledger_spec::sealed`'s; the master
//! key comes from outside of the folder. A folder without these files (a mirror's, of a log that shows nothing) is never
//! opened here.

mod check;
mod erase;
mod error;
mod frame_file;
mod frame_walk;
mod group_scan;
mod layout;
mod open_group;
mod reader;
mod recent;
mod renew;
mod root_copies;
mod slot_file;
mod start_up;
mod writer;

pub use check::{CheckedLog, check};
pub use erase::Resealed;
pub use error::{Replaced, SealedOpenError, SealedReadError, SealedWriteError};
pub use frame_file::Span;
pub use group_scan::{LogSays, SealedCut};
pub use open_group::Held;
pub use reader::{ReadAhead, SealedReader};
pub use root_copies::{Mended, NamedMaster};
pub use start_up::LastStop;
pub use writer::SealedRecord;

use crate::storage::{Disk, DiskError};
use ledger_spec::sealed::{Group, Kek};
use open_group::OpenGroup;
use reader::Shared;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};
use writer::GroupWriter;

/// The files open for writing. There is one at a time: the caller holds the folder's lock.
pub struct SealedFiles {
    shared: Arc<Shared>,
    origin: Origin,
    kek: Kek,
    /// The first entry that a record can be of.
    next: EntryIndex,
    group: Option<GroupWriter>,
    /// Set while a write runs and left so when it fails: what is durable is then unknown.
    stopped: bool,
}

/// What opening found and did; whatever it changed is in here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedOpenReport {
    /// What the log does not hold and was cut, file by file.
    pub cut: Vec<SealedCut>,
    /// Files of a group in another generation than the root's, which were removed: what an erasure that was cut short has
    /// made and not used yet, or replaced and not removed yet.
    pub replaced: Vec<String>,
    /// The copy of the root that was not as the other.
    pub mended: Option<Mended>,
}

impl SealedFiles {
    /// Whether a root of keys is there, so that the files were made.
    pub fn exist(disk: &dyn Disk) -> Result<bool, DiskError> {
        Ok(root_copies::there(disk)?.is_some())
    }

    /// The master key that the root names, before it is opened: which of several it is, where one replaces another. It is
    /// what somebody wrote there, and is believed only once it has opened the root.
    pub fn named_master(disk: &dyn Disk) -> Result<Option<NamedMaster>, DiskError> {
        root_copies::named(disk)
    }

    /// Makes the files of a new ledger, with fresh keys under the master key `kek`, durably.
    ///
    /// # Errors
    ///
    /// Where a root or a file of a group is here already: under a new root it could not be opened any more.
    pub fn create(disk: Arc<dyn Disk>, origin: &Origin, kek: &Kek) -> Result<Self, SealedOpenError> {
        if let Some(found) = root_copies::there(&*disk)? {
            return Err(SealedOpenError::Exists { found: found.to_owned() });
        }
        disk.create_dir(layout::SEALED)?;
        disk.create_dir(layout::KEYS)?;
        let (files, _) = layout::files(&*disk)?;
        if let Some(file) = files.first() {
            return Err(SealedOpenError::Exists { found: layout::path(file) });
        }
        disk.sync_dir("")?;
        let root = root_copies::create(&*disk, origin, kek)?;
        Self::over(Shared::new(disk, root, None), origin, kek, TreeSize::EMPTY, None)
    }

    /// Opens the files beside a log of `size` entries: chooses the root and mends its other copy, and opens the group
    /// that the log ends in. After an unclean stop what the log does not hold is cut; nothing of entries below `size` is
    /// changed. After a clean stop nothing is written but a copy of the root. After an erasure that was cut short its
    /// files are those that the root has keys for, and the others are removed.
    ///
    /// # Errors
    ///
    /// Damage in the last group is refused, and so is a root that is older than the files; nothing is changed then. Of other groups it is found when they are read,
    /// and by [`check`].
    pub fn open(
        disk: Arc<dyn Disk>,
        origin: &Origin,
        kek: &Kek,
        size: TreeSize,
        stop: LastStop<'_>,
    ) -> Result<(Self, SealedOpenReport), SealedOpenError> {
        let copies = root_copies::read(&*disk, origin, kek)?;
        let judged = start_up::judge(&*disk, &copies.chosen.root, size, stop)?;
        // Before files are removed: the root that has no key for them must not be taken back by a power cut.
        let mended = copies.mend(&*disk)?;
        let (files, report) = judged.settle(&*disk)?;
        let files = files.map(Arc::new);
        let shared = Shared::new(disk, copies.chosen.root, files.clone());
        Ok((Self::over(shared, origin, kek, size, files)?, SealedOpenReport { mended, ..report }))
    }

    /// Writes records, in the order of their entries and behind all that were written before: when this returns, they are
    /// durable and can be read. They may stand in several groups.
    ///
    /// # Errors
    ///
    /// After any error but [`SealedWriteError::NotNext`] nothing more can be written ([`SealedWriteError::Stopped`])
    /// until the files are opened anew, which finds out what is durable.
    pub fn write(&mut self, records: &[SealedRecord]) -> Result<(), SealedWriteError> {
        if self.stopped {
            return Err(SealedWriteError::Stopped);
        }
        let next = self.check_order(records)?;
        let Some(last) = records.last() else { return Ok(()) };
        self.stopped = true;
        let last = Group::of(last.index);
        if self.shared.with_root(|root| root.wants_groups(last)) {
            let Shared { disk, root, .. } = &*self.shared;
            let under = (&self.origin, &self.kek);
            root_copies::change(&**disk, root, under, |root| root_copies::grow(root, last))?;
        }
        for records in records.chunk_by(|one, next| Group::of(one.index) == Group::of(next.index)) {
            self.write_group(records)?;
        }
        self.next = next;
        self.stopped = false;
        Ok(())
    }

    /// A reader of what is written, now and later.
    pub fn reader(&self) -> SealedReader {
        SealedReader::new(Arc::clone(&self.shared))
    }

    fn over(
        shared: Arc<Shared>,
        origin: &Origin,
        kek: &Kek,
        size: TreeSize,
        files: Option<Arc<OpenGroup>>,
    ) -> Result<Self, SealedOpenError> {
        let (origin, kek) = (origin.clone(), Kek::copied(kek.expose()));
        let group = files.map(GroupWriter::new).transpose()?;
        Ok(Self { shared, origin, kek, next: size.next_index(), group, stopped: false })
    }

    /// The first entry that a record after these can be of, where they continue what was written.
    fn check_order(&self, records: &[SealedRecord]) -> Result<EntryIndex, SealedWriteError> {
        let mut next = self.next;
        for SealedRecord { index, .. } in records {
            if *index < next {
                return Err(SealedWriteError::NotNext { found: *index, expected: next });
            }
            next = index.covering_size().next_index();
        }
        Ok(next)
    }

    /// Writes records of one group, whose files are made where these are its first.
    fn write_group(&mut self, records: &[SealedRecord]) -> Result<(), SealedWriteError> {
        let group = Group::of(records.first().or_defect("a run of records has a first").index);
        if self.group.as_ref().is_none_or(|open| open.group() != group) {
            let generation =
                self.shared.with_root(|root| root.group(group).map(|(generation, _)| generation))?;
            let files = Arc::new(OpenGroup::create(&*self.shared.disk, group, generation)?);
            self.shared.begin(Arc::clone(&files));
            self.group = Some(GroupWriter::new(files)?);
        }
        let open = self.group.as_mut().or_defect("the group was begun");
        self.shared.with_root(|root| {
            let key = root.key_of(group, open.generation())?;
            Ok(open.write(records, key)?)
        })
    }
}
