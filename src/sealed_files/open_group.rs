//! The three open files of a group, and what they hold of one entry or of all.

use super::error::SealedReadError;
use super::frame_file::FrameFile;
use super::layout;
use super::slot_file::SlotFile;
use crate::storage::{Disk, DiskError};
use ledger_spec::sealed::{FileKind, Generation, Group, GroupKey, SlotSecret};
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic;
use std::sync::Arc;
use std::thread;
use tlog::position::{EntryIndex, TreeSize};

/// By how much room is made for payloads at a time.
pub(super) const BODY_ROOM: u64 = 1 << 20;
/// By how much room is made for skeletons at a time.
pub(super) const LINK_ROOM: u64 = 256 << 10;

/// What is kept of one sealed entry, as it was read. Payload and skeleton are claims until they are opened.
#[derive(Debug)]
pub enum Held {
    /// Everything.
    All {
        /// The payload, encrypted.
        payload: Vec<u8>,
        /// What its slot holds.
        secret: SlotSecret,
        /// The skeleton, encrypted.
        skeleton: Vec<u8>,
    },
    /// The skeleton, encrypted. The slot is empty and there is no payload: if the log says so the entry was erased, and
    /// else it is damaged.
    Skeleton(Vec<u8>),
}

/// The open files of a group, with a generation that the root has a key for.
pub(super) struct OpenGroup {
    pub group: Group,
    pub generation: Generation,
    pub body: FrameFile,
    pub slot: SlotFile,
    /// Skeletons are not made again, so files of a next generation share it.
    pub link: Arc<FrameFile>,
}

impl OpenGroup {
    /// Makes the files of a group, durably: with their headers, all slots, and room.
    pub(super) fn create(disk: &dyn Disk, group: Group, generation: Generation) -> Result<Self, DiskError> {
        let frames = |kind, room| FrameFile::create(disk, layout::file(kind, group, generation), room);
        let body = frames(FileKind::Body, BODY_ROOM)?;
        let slot = SlotFile::create(disk, group, generation)?;
        let link = Arc::new(frames(FileKind::Link, LINK_ROOM)?);
        let files = Self { group, generation, body, slot, link };
        files.sync()?;
        disk.sync_dir(layout::SEALED)?;
        Ok(files)
    }

    /// Opens them to read what is asked for, whatever is damaged beside it.
    pub(super) fn open(
        disk: &dyn Disk,
        group: Group,
        generation: Generation,
    ) -> Result<Self, SealedReadError> {
        let frames =
            |kind| FrameFile::open(disk, layout::file(kind, group, generation), None, &mut |_, _| {});
        let body = frames(FileKind::Body)?;
        let slot = SlotFile::open(disk, group, generation)?;
        let link = Arc::new(frames(FileKind::Link)?);
        Ok(Self { group, generation, body, slot, link })
    }

    /// Syncs all three files at once, and returns when each is done, also after an error of one.
    pub(super) fn sync(&self) -> Result<(), DiskError> {
        thread::scope(|scope| {
            let others = [self.body.file(), self.slot.file()].map(|file| scope.spawn(move || file.sync()));
            let own = self.link.file().sync();
            let [body, slot] =
                others.map(|sync| sync.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
            body.and(slot).and(own)
        })
    }

    /// What is kept of a sealed entry.
    pub(super) fn read(&self, index: EntryIndex, key: &GroupKey) -> Result<Held, SealedReadError> {
        let skeleton = self.link.read(index)?;
        let payload = self.body.read(index)?;
        let secret = self.slot.unwrap(index, &self.slot.read(index)?, key)?;
        self.held(index, payload, secret, skeleton)
    }

    /// What is kept of the first of these entries of the group, in order, as many as are read at once, and each of the three files
    /// read once; `None` for what is in the clear or damaged, which asking for it by itself tells.
    pub(super) fn read_run(
        &self,
        entries: &Range<EntryIndex>,
        key: &GroupKey,
    ) -> Result<Vec<Option<Held>>, SealedReadError> {
        let (mut links, mut bodies) = (self.link.read_run(entries)?, self.body.read_run(entries)?);
        let slots = self.slot.read_run(entries)?;
        let until = links.until.min(bodies.until);
        let mut one = |index| {
            // Both go on to the next frame, whatever is wrong with one of them.
            let (skeleton, payload) = (links.next(index), bodies.next(index));
            let secret = self.slot.unwrap(index, &slots.of(index)?, key)?;
            self.held(index, payload?, secret, skeleton?)
        };
        let indexes = (entries.start.get()..until.get()).map(EntryIndex::new);
        Ok(indexes.map(|index| one(index).ok()).collect())
    }

    fn held(
        &self,
        index: EntryIndex,
        payload: Option<Vec<u8>>,
        secret: Option<SlotSecret>,
        skeleton: Option<Vec<u8>>,
    ) -> Result<Held, SealedReadError> {
        let skeleton = skeleton.ok_or_else(|| self.link.lost(index))?;
        match (payload, secret) {
            (Some(payload), Some(secret)) => Ok(Held::All { payload, secret, skeleton }),
            (None, None) => Ok(Held::Skeleton(skeleton)),
            (Some(_), None) => Err(self.slot.lost(index).into()),
            (None, Some(_)) => Err(self.body.lost(index).into()),
        }
    }
}

/// What is kept of all entries of a group below `size`, in order, each file read once from front to back. `writing` is
/// the same group where a writer has it open: what it has not finished is not looked at.
pub(super) fn read_all(
    disk: &dyn Disk,
    (group, generation): (Group, Generation),
    key: &GroupKey,
    size: TreeSize,
    writing: Option<&OpenGroup>,
) -> Result<Vec<(EntryIndex, Held)>, SealedReadError> {
    let frames = |kind, until, held: &mut BTreeMap<EntryIndex, Vec<u8>>| {
        let header = layout::file(kind, group, generation);
        let file = FrameFile::open(disk, header, until, &mut |index, bytes| {
            held.insert(index, bytes.to_vec());
        })?;
        file.fault().map_or(Ok(file), |damage| Err(SealedReadError::Damaged(damage)))
    };
    let (mut payloads, mut skeletons) = (BTreeMap::new(), BTreeMap::new());
    let body = frames(FileKind::Body, writing.map(|files| files.body.end()), &mut payloads)?;
    let slot = SlotFile::open(disk, group, generation)?;
    let link = frames(FileKind::Link, writing.map(|files| files.link.end()), &mut skeletons)?;
    let link = Arc::new(link);
    let (slots, files) = (slot.read_all()?, OpenGroup { group, generation, body, slot, link });
    let mut all = Vec::with_capacity(skeletons.len());
    for index in layout::entries(group, size) {
        let (payload, skeleton) = (payloads.remove(&index), skeletons.remove(&index));
        let secret = files.slot.unwrap(index, &files.slot.of(&slots, index)?, key)?;
        if payload.is_some() || secret.is_some() || skeleton.is_some() {
            all.push((index, files.held(index, payload, secret, skeleton)?));
        }
    }
    Ok(all)
}
