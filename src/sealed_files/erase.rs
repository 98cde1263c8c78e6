//! Erasing: what opens and decrypts entries is left out of the files of its group, which are made anew under a fresh key,
//! and the key that the old files are under is destroyed.
//!
//! ```text
//! every group: body and slots of the next generation, synced; then their names
//! readers and writer go over to them
//! the root of the next generation: copy A, synced; copy B, synced       from A on the old files have no key
//! the old files removed, and their folder synced
//! ```
//!
//! Until copy A is durable the old files are whole, and from then on the new ones; the generation in the names says which
//! is which, so whatever cuts this short, start-up finds one of both and removes the other. Skeletons stay as they are:
//! they are what is left of an erased entry. With the same root the store key is a fresh one, so that what was derived from
//! the erased and stored opens under no key that is left, whatever a disk still holds of it.

use super::error::{SealedReadError, SealedWriteError};
use super::frame_file::{FrameFile, FramePlace};
use super::frame_walk::HEADER;
use super::open_group::{BODY_ROOM, OpenGroup};
use super::reader::Shared;
use super::slot_file::{SlotFile, Slots};
use super::writer::GroupWriter;
use super::{SealedFiles, layout, root_copies, start_up};
use ledger_spec::sealed::{
    FileHeader, FileKind, Generation, Group, GroupKey, Kek, SlotSecret, StoreKey, push_frame,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tlog::defect::as_u64;
use tlog::position::{EntryIndex, TreeSize};

/// A group that is made anew.
struct Renewal<'a> {
    group: Group,
    /// Of the files that are replaced.
    generation: Generation,
    /// The entries that are left out.
    erased: BTreeSet<EntryIndex>,
    /// What takes the place of other payloads and slots.
    resealed: &'a BTreeMap<EntryIndex, Resealed>,
    /// What the new slots are under.
    fresh: GroupKey,
}

/// What takes the place of an entry's payload and of what its slot holds.
#[derive(Debug)]
pub struct Resealed {
    /// The payload, encrypted under another key.
    pub payload: Vec<u8>,
    /// That key, and the salt that it had.
    pub secret: SlotSecret,
}

/// What stays of a group.
struct Rest {
    /// The payloads' frames, one after the other.
    frames: Vec<u8>,
    /// Where each lies in its new file.
    places: Vec<FramePlace>,
    /// The slots, wrapped anew.
    slots: Slots,
}

impl SealedFiles {
    /// Erases entries, and puts payloads that were sealed anew in the place of others: when this returns, nothing here opens or
    /// decrypts what was erased, whoever reads sees the skeletons of the entries alone, and nothing of that can be taken back by a crash. The root is under `new_master` then, where one is given, which
    /// must be durable before. Says which of the entries were erased by this. The others are in the clear, unknown, or
    /// erased already; where that are all, nothing is written and the root stays under its master key.
    ///
    /// # Errors
    ///
    /// Where a group holds damage beside what is erased, or cannot be read, nothing is written and nothing stops. After
    /// any other error nothing more can be written ([`SealedWriteError::Stopped`]) until the files are opened anew, which
    /// finds the entries erased, all of them, or none.
    pub fn erase(
        &mut self,
        entries: &BTreeSet<EntryIndex>,
        resealed: &BTreeMap<EntryIndex, Resealed>,
        new_master: Option<&Kek>,
    ) -> Result<BTreeSet<EntryIndex>, SealedWriteError> {
        if self.stopped {
            return Err(SealedWriteError::Stopped);
        }
        let due = self.reader().not_erased(entries)?;
        if due.is_empty() && resealed.is_empty() {
            return Ok(due);
        }
        let renewals = self.renewals(&due, resealed)?;
        let store = StoreKey::try_filled(|key| getrandom::fill(key))?;
        // Everything is read once before anything is written: damage in the last group is found before the first is made.
        renewals.iter().try_for_each(|renewal| self.rest(renewal).map(drop))?;
        self.stopped = true;
        let mut writing = None;
        for renewal in &renewals {
            let files = self.make(renewal)?;
            writing = self.writing_on(renewal.group, files).or(writing);
        }
        self.shared.disk.sync_dir(layout::SEALED)?;
        let kek = Kek::copied(new_master.unwrap_or(&self.kek).expose());
        let replaced: Vec<FileHeader> = renewals.iter().flat_map(Renewal::replaced).collect();
        self.go_over((renewals, store), writing.as_ref(), &kek)?;
        self.kek = kek;
        if let Some(files) = writing {
            self.group = Some(GroupWriter::new(files)?);
        }
        start_up::remove(&*self.shared.disk, &replaced)?;
        self.shared.disk.sync_dir(layout::SEALED)?;
        self.stopped = false;
        Ok(due)
    }

    /// Which groups are made anew, and without what. Their keys are drawn before anything is written.
    fn renewals<'a>(
        &self,
        due: &BTreeSet<EntryIndex>,
        resealed: &'a BTreeMap<EntryIndex, Resealed>,
    ) -> Result<Vec<Renewal<'a>>, SealedWriteError> {
        let mut by_group: BTreeMap<Group, BTreeSet<EntryIndex>> = BTreeMap::new();
        for index in due {
            by_group.entry(Group::of(*index)).or_default().insert(*index);
        }
        for index in resealed.keys() {
            by_group.entry(Group::of(*index)).or_default();
        }
        let renewal = |(group, erased)| {
            let generation = self.shared.with_key(group, |generation, _| Ok(generation))?;
            let fresh = GroupKey::try_filled(|key| getrandom::fill(key))?;
            Ok(Renewal { group, generation, erased, resealed, fresh })
        };
        by_group.into_iter().map(renewal).collect()
    }

    /// The files that are written to, where they are of this group.
    fn writing(&self, group: Group) -> Option<&Arc<OpenGroup>> {
        self.group.as_ref().map(GroupWriter::files).filter(|files| files.group == group)
    }

    fn rest(&self, renewal: &Renewal<'_>) -> Result<Rest, SealedReadError> {
        let until = self.writing(renewal.group).map(|files| files.body.end());
        let size = TreeSize::new(self.next.get());
        self.shared.with_key(renewal.group, |_, key| Rest::read(&self.shared, renewal, key, until, size))
    }

    /// Makes the new files of a group. Their bytes are durable then, and their names are not.
    fn make(&self, renewal: &Renewal<'_>) -> Result<(FrameFile, SlotFile), SealedWriteError> {
        let Rest { frames, places, slots } = self.rest(renewal)?;
        let (disk, next) = (&*self.shared.disk, renewal.generation.next());
        let body = FrameFile::create(disk, layout::file(FileKind::Body, renewal.group, next), BODY_ROOM)?;
        body.file().write_at(body.end(), &frames)?;
        body.file().sync()?;
        body.extend(&places);
        let slot = SlotFile::create(disk, renewal.group, next)?;
        slot.write_all(&slots)?;
        slot.file().sync()?;
        Ok((body, slot))
    }

    /// The new files of a group, where it is the one that is written to; others are opened when they are read.
    fn writing_on(&self, group: Group, (body, slot): (FrameFile, SlotFile)) -> Option<Arc<OpenGroup>> {
        let before = self.writing(group)?;
        let (generation, link) = (before.generation.next(), Arc::clone(&before.link));
        Some(Arc::new(OpenGroup { group, generation, body, slot, link }))
    }

    /// Goes over to the new files, and replaces the root. Readers go over first: also where the root then cannot be
    /// replaced, nobody is given any more what was to be erased.
    fn go_over(
        &self,
        (renewals, store): (Vec<Renewal<'_>>, StoreKey),
        writing: Option<&Arc<OpenGroup>>,
        kek: &Kek,
    ) -> Result<(), SealedWriteError> {
        let Shared { disk, root, .. } = &*self.shared;
        root_copies::change(&**disk, root, (&self.origin, kek), |root| {
            for Renewal { group, fresh, .. } in renewals {
                root.renew(group, fresh)?;
                self.shared.forget(group);
            }
            root.store = store;
            if let Some(files) = writing {
                self.shared.begin(Arc::clone(files));
            }
            Ok(())
        })
    }
}

impl Renewal<'_> {
    /// The files that are replaced.
    fn replaced(&self) -> [FileHeader; 2] {
        [FileKind::Body, FileKind::Slot].map(|kind| layout::file(kind, self.group, self.generation))
    }
}

impl Rest {
    /// Reads a group of a log of `size` entries, up to `until` in its payloads where they are written to. What is damaged
    /// of the entries that are left out does not matter.
    fn read(
        shared: &Shared,
        renewal: &Renewal<'_>,
        key: &GroupKey,
        until: Option<u64>,
        size: TreeSize,
    ) -> Result<Self, SealedReadError> {
        let Renewal { group, generation, erased, resealed, fresh } = renewal;
        let mut rest = Self { frames: Vec::new(), places: Vec::new(), slots: Slots::empty() };
        let [body, _] = renewal.replaced();
        let body = FrameFile::open(&*shared.disk, body, until, &mut |index, bytes| {
            if !erased.contains(&index) {
                rest.keep(index, resealed.get(&index).map_or(bytes, |anew| &anew.payload));
            }
        })?;
        let slot = SlotFile::open(&*shared.disk, *group, *generation)?;
        let slots = slot.read_all()?;
        for index in layout::entries(*group, size).filter(|index| !erased.contains(index)) {
            match (body.has(index), slot.unwrap(index, &slot.of(&slots, index)?, key)?) {
                (true, Some(secret)) => {
                    let secret = resealed.get(&index).map_or(&secret, |anew| &anew.secret);
                    rest.slots.set(index, &secret.wrap(fresh), generation.next());
                }
                (false, None) => {}
                (true, None) => return Err(slot.lost(index).into()),
                (false, Some(_)) => return Err(body.lost(index).into()),
            }
        }
        Ok(rest)
    }

    fn keep(&mut self, index: EntryIndex, bytes: &[u8]) {
        let offset = HEADER + as_u64(self.frames.len());
        push_frame(&mut self.frames, index, bytes);
        self.places.push(FramePlace { index, offset, end: HEADER + as_u64(self.frames.len()) });
    }
}
