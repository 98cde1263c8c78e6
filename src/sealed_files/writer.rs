//! Writing records into a group: one write and one sync for each of its files.

use super::frame_file::{FrameFile, FramePlace};
use super::open_group::{BODY_ROOM, LINK_ROOM, OpenGroup};
use crate::storage::DiskError;
use ledger_spec::sealed::{Generation, Group, GroupKey, Slot, SlotSecret, push_frame};
use std::sync::Arc;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::EntryIndex;

/// What one sealed entry adds.
#[derive(Debug)]
pub struct SealedRecord {
    /// The entry.
    pub index: EntryIndex,
    /// The payload, encrypted, and what its slot is to hold; nothing where the entry was erased before a copy had it.
    pub content: Option<(Vec<u8>, SlotSecret)>,
    /// The skeleton, encrypted.
    pub skeleton: Vec<u8>,
}

/// The group that is written to.
pub(super) struct GroupWriter {
    files: Arc<OpenGroup>,
    body: Appender,
    link: Appender,
}

/// Where a file of frames is written on.
struct Appender {
    /// Up to where there is room already, in bytes.
    room: u64,
    /// By how much room is made at a time.
    step: u64,
}

impl GroupWriter {
    /// Goes on where the files end.
    pub(super) fn new(files: Arc<OpenGroup>) -> Result<Self, DiskError> {
        let body = Appender { room: files.body.file().len()?, step: BODY_ROOM };
        let link = Appender { room: files.link.file().len()?, step: LINK_ROOM };
        Ok(Self { files, body, link })
    }

    /// The files that it writes.
    pub(super) const fn files(&self) -> &Arc<OpenGroup> {
        &self.files
    }

    /// The group.
    pub(super) fn group(&self) -> Group {
        self.files.group
    }

    /// The generation of its files.
    pub(super) fn generation(&self) -> Generation {
        self.files.generation
    }

    /// Writes records of this group, in order: when this returns, they are durable and can be read.
    pub(super) fn write(&mut self, records: &[SealedRecord], key: &GroupKey) -> Result<(), DiskError> {
        let files = &self.files;
        let payloads = records.iter().filter_map(|one| {
            let (payload, _) = one.content.as_ref()?;
            Some((one.index, payload))
        });
        let bodies = self.body.write(&files.body, payloads)?;
        let links = self.link.write(&files.link, records.iter().map(|one| (one.index, &one.skeleton)))?;
        let (offset, slots) = slots(records, files.generation, key);
        files.slot.file().write_at(offset, &slots)?;

        // The log goes on only after all three, for what its commit covers has to be whole here.
        files.sync()?;

        files.body.extend(&bodies);
        files.link.extend(&links);
        Ok(())
    }
}

impl Appender {
    /// Writes the frames of records behind the others, in one write; where each of them lies.
    fn write<'a>(
        &mut self,
        file: &FrameFile,
        records: impl Iterator<Item = (EntryIndex, &'a Vec<u8>)>,
    ) -> Result<Vec<FramePlace>, DiskError> {
        let end = file.end();
        let (mut bytes, mut frames) = (Vec::new(), Vec::new());
        for (index, record) in records {
            let offset = end + as_u64(bytes.len());
            push_frame(&mut bytes, index, record);
            frames.push(FramePlace { index, offset, end: end + as_u64(bytes.len()) });
        }
        self.make_room(file, end + as_u64(bytes.len()))?;
        file.file().write_at(end, &bytes)?;
        Ok(frames)
    }

    /// Room is made for many batches at once: a sync that has a new length to note takes longer.
    fn make_room(&mut self, file: &FrameFile, needed: u64) -> Result<(), DiskError> {
        if needed > self.room {
            let room = needed.next_multiple_of(self.step);
            file.file().allocate(room)?;
            self.room = room;
        }
        Ok(())
    }
}

/// The slots from the first record's to the last one's, those of clear entries between them empty as they are, and where
/// they begin.
fn slots(records: &[SealedRecord], generation: Generation, key: &GroupKey) -> (u64, Vec<u8>) {
    let first = records.first().or_defect("a batch has a record").index;
    let last = records.last().or_defect("a batch has a record").index;
    let offset = Slot::offset(first);
    let mut slots = vec![0; as_usize(Slot::offset(last) - offset) + Slot::LEN];
    for SealedRecord { index, content, .. } in records {
        let Some((_, secret)) = content else { continue };
        let at = as_usize(Slot::offset(*index) - offset);
        slots[at..at + Slot::LEN].copy_from_slice(&secret.wrap(key).encode(*index, generation));
    }
    (offset, slots)
}
