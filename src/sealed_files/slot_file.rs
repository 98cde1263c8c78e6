//! A file of slots: of fixed length, each slot at the place that follows from its entry's index.

use super::error::SealedReadError;
use super::frame_walk::{self, HEADER, check_header};
use super::layout;
use crate::damage::Damage;
use crate::storage::{Disk, DiskError, DiskErrorKind, DiskFile};
use ledger_spec::sealed::{FileHeader, FileKind, GROUP_LEN, Generation, Group, GroupKey, Slot, SlotSecret};
use std::ops::Range;
use std::sync::Arc;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use tlog::position::EntryIndex;

/// Length of a file of slots: it never grows.
const LENGTH: u64 = HEADER + GROUP_LEN * Slot::LEN as u64;

/// The slots of a group.
pub(super) struct SlotFile {
    header: FileHeader,
    file: Arc<dyn DiskFile>,
}

/// All slots of a group, as they were read.
pub(super) struct Slots(Vec<u8>);

/// Slots that stand one after the other, as they were read.
pub(super) struct SlotRun<'a> {
    file: &'a SlotFile,
    first: EntryIndex,
    bytes: Vec<u8>,
}

impl SlotFile {
    /// Makes a new file of empty slots. Neither its bytes nor its name are synced.
    pub(super) fn create(disk: &dyn Disk, group: Group, generation: Generation) -> Result<Self, DiskError> {
        let header = layout::file(FileKind::Slot, group, generation);
        let file = disk.create(&layout::path(&header))?;
        file.write_at(0, &header.encode())?;
        file.allocate(LENGTH)?;
        Ok(Self { header, file })
    }

    /// Opens a file, whose header and length are checked.
    pub(super) fn open(
        disk: &dyn Disk,
        group: Group,
        generation: Generation,
    ) -> Result<Self, SealedReadError> {
        let header = layout::file(FileKind::Slot, group, generation);
        let file = frame_walk::open(disk, &header)?;
        let slots = Self { header, file };
        let found = slots.file.len()?;
        let mut bytes = vec![0; as_usize(found.min(HEADER))];
        slots.file.read_at(0, &mut bytes)?;
        check_header(&header, &bytes)?;
        match found {
            LENGTH => Ok(slots),
            found => {
                let (offset, found) = (found.min(LENGTH), format!("{found} bytes"));
                Err(slots.damage(offset, None, "length", found, &format!("{LENGTH} bytes")).into())
            }
        }
    }

    /// Whether the slot of an entry holds anything, whole or not.
    pub(super) fn holds(&self, index: EntryIndex) -> Result<bool, SealedReadError> {
        Ok(self.bytes(index)? != [0; Slot::LEN])
    }

    /// Writes all slots, which are laid out as in the file and not synced.
    pub(super) fn write_all(&self, slots: &Slots) -> Result<(), DiskError> {
        self.file.write_at(HEADER, &slots.0[as_usize(HEADER)..])
    }

    /// The open file.
    pub(super) fn file(&self) -> &dyn DiskFile {
        &*self.file
    }

    /// The slot of an entry.
    pub(super) fn read(&self, index: EntryIndex) -> Result<Slot, SealedReadError> {
        self.decode(index, &self.bytes(index)?)
    }

    fn bytes(&self, index: EntryIndex) -> Result<[u8; Slot::LEN], SealedReadError> {
        let (offset, mut bytes) = (Slot::offset(index), [0; Slot::LEN]);
        self.file.read_at(offset, &mut bytes).map_err(|error| match error.kind {
            DiskErrorKind::Short => {
                let found = "end of file".to_owned();
                SealedReadError::Damaged(self.damage(offset, Some(index), "slot", found, "a slot"))
            }
            _ => error.into(),
        })?;
        Ok(bytes)
    }

    /// All slots, in one read.
    pub(super) fn read_all(&self) -> Result<Slots, DiskError> {
        let mut bytes = vec![0; as_usize(LENGTH)];
        self.file.read_at(0, &mut bytes)?;
        Ok(Slots(bytes))
    }

    /// The slots from one entry of the group up to another, in one read.
    pub(super) fn read_run(&self, entries: &Range<EntryIndex>) -> Result<SlotRun<'_>, DiskError> {
        let count = entries.end.get().saturating_sub(entries.start.get());
        let mut bytes = vec![0; as_usize(count) * Slot::LEN];
        self.file.read_at(Slot::offset(entries.start), &mut bytes)?;
        Ok(SlotRun { file: self, first: entries.start, bytes })
    }

    /// The slot of an entry, of all.
    pub(super) fn of(&self, slots: &Slots, index: EntryIndex) -> Result<Slot, SealedReadError> {
        let at = as_usize(Slot::offset(index));
        let mut bytes = [0; Slot::LEN];
        bytes.copy_from_slice(&slots.0[at..at + Slot::LEN]);
        self.decode(index, &bytes)
    }

    /// What the slot of an entry holds, by the key of its group.
    pub(super) fn unwrap(
        &self,
        index: EntryIndex,
        slot: &Slot,
        key: &GroupKey,
    ) -> Result<Option<SlotSecret>, SealedReadError> {
        slot.unwrap_with(key, index).map_err(|error| {
            let expected = "what this key has wrapped";
            self.damage(Slot::offset(index), Some(index), "slot", error.to_string(), expected).into()
        })
    }

    /// Empties the slots of the entries from this one on, and syncs. They are written also where they read as empty:
    /// after a sync that failed, what is read is not what is durable.
    pub(super) fn empty_from(&self, index: EntryIndex) -> Result<(), DiskError> {
        let from = Slot::offset(index);
        self.file.write_at(from, &vec![0; as_usize(LENGTH - from)])?;
        self.file.sync()
    }

    /// A slot that should hold something.
    pub(super) fn lost(&self, index: EntryIndex) -> Damage {
        let found = "a slot that holds nothing".to_owned();
        self.damage(Slot::offset(index), Some(index), "slot", found, "what opens and decrypts the entry")
    }

    /// A slot that should hold nothing.
    pub(super) fn superfluous(&self, index: EntryIndex, why: &str) -> Damage {
        let found = "a slot that holds something".to_owned();
        self.damage(Slot::offset(index), Some(index), "slot", found, why)
    }

    fn decode(&self, index: EntryIndex, bytes: &[u8; Slot::LEN]) -> Result<Slot, SealedReadError> {
        Slot::decode(bytes, index, self.header.generation).map_err(|fault| {
            let expected = "a whole slot of this entry and generation";
            self.damage(Slot::offset(index), Some(index), "slot", fault.to_string(), expected).into()
        })
    }

    fn damage(
        &self,
        offset: u64,
        entry: Option<EntryIndex>,
        what: &'static str,
        found: String,
        expected: &str,
    ) -> Damage {
        let file = layout::path(&self.header);
        Damage { file, offset, entry, what, found, expected: expected.to_owned() }
    }
}

impl SlotRun<'_> {
    /// The slot of an entry of the run.
    pub(super) fn of(&self, index: EntryIndex) -> Result<Slot, SealedReadError> {
        let at = as_usize(index.get() - self.first.get()) * Slot::LEN;
        let bytes = self.bytes.get(at..at + Slot::LEN).or_defect("the slot of an entry lies in its run");
        let mut slot = [0; Slot::LEN];
        slot.copy_from_slice(bytes);
        self.file.decode(index, &slot)
    }
}

impl Slots {
    /// Those of a group of which none holds anything.
    pub(super) fn empty() -> Self {
        Self(vec![0; as_usize(LENGTH)])
    }

    /// Puts what an entry's slot is to hold to its place.
    pub(super) fn set(&mut self, index: EntryIndex, slot: &Slot, generation: Generation) {
        let at = as_usize(Slot::offset(index));
        self.0[at..at + Slot::LEN].copy_from_slice(&slot.encode(index, generation));
    }

    /// The first entry from this one on whose slot is not zeros, within the group.
    pub(super) fn first_from(&self, index: EntryIndex) -> Option<EntryIndex> {
        let from = as_usize(Slot::offset(index));
        let at = self.0[from..].chunks(Slot::LEN).position(|slot| *slot != [0; Slot::LEN])?;
        Some(EntryIndex::new(index.get() + as_u64(at)))
    }
}
