//! A group read strictly: every frame and slot of the entries that the log holds, and what stands behind them. Start-up
//! and audits judge by the same scan.

use super::error::SealedReadError;
use super::frame_file::{Behind, FrameFile, Span};
use super::layout;
use super::open_group::OpenGroup;
use super::slot_file::{SlotFile, Slots};
use crate::damage::Damage;
use crate::storage::{Disk, DiskError};
use ledger_spec::sealed::{FileKind, Generation, Group, GroupKey, Slot};
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// What the log says of an entry: whether and what must be kept of it beside the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSays {
    /// It stands in the clear: nothing is kept of it here.
    Clear,
    /// It is sealed, and nobody has looked whether it was erased: skeleton, and payload and slot or neither.
    Sealed,
    /// It is sealed and was not erased: skeleton, payload and slot.
    Whole,
    /// It was erased: the skeleton alone.
    Erased,
}

/// From where on something was cut that the log does not hold, which was never acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedCut {
    /// The file, relative to the ledger's folder.
    pub file: String,
    /// From which byte on; 0 where the file was removed.
    pub offset: u64,
    /// What stood there.
    pub found: String,
}

/// The files of a group, read.
pub(super) struct GroupScan {
    pub files: OpenGroup,
    size: TreeSize,
    slots: Slots,
    body: Behind,
    link: Behind,
}

impl GroupScan {
    /// Reads the files of a group for a log of `size` entries.
    pub(super) fn read(
        disk: &dyn Disk,
        group: Group,
        generation: Generation,
        size: TreeSize,
    ) -> Result<Self, SealedReadError> {
        let frames = |kind| FrameFile::open_below(disk, layout::file(kind, group, generation), size);
        let (body, behind_body) = frames(FileKind::Body)?;
        let slot = SlotFile::open(disk, group, generation)?;
        let (link, behind_link) = frames(FileKind::Link)?;
        let slots = slot.read_all()?;
        let files = OpenGroup { group, generation, body, slot, link: Arc::new(link) };
        Ok(Self { files, size, slots, body: behind_body, link: behind_link })
    }

    /// Whether of every entry that the log holds is there what the log says, and nothing else. Slots are unwrapped where
    /// a key is given.
    pub(super) fn judge(
        &self,
        says: &dyn Fn(EntryIndex) -> LogSays,
        key: Option<&GroupKey>,
    ) -> Result<(), SealedReadError> {
        for index in layout::entries(self.files.group, self.size) {
            let slot = self.files.slot.of(&self.slots, index)?;
            self.judge_entry(index, &slot, says(index))?;
            if let Some(key) = key {
                self.files.slot.unwrap(index, &slot, key)?;
            }
        }
        Ok(())
    }

    fn judge_entry(&self, index: EntryIndex, slot: &Slot, says: LogSays) -> Result<(), Damage> {
        let OpenGroup { body, slot: slots, link, .. } = &self.files;
        let (payload, secret, skeleton) = (body.has(index), *slot != Slot::Empty, link.has(index));
        let (wants_skeleton, wants_opening, why) = match says {
            LogSays::Clear => (false, false, "nothing, for the entry stands in the clear"),
            LogSays::Whole => (true, true, ""),
            LogSays::Erased => (true, false, "nothing, for the entry was erased"),
            LogSays::Sealed => (true, payload || secret, ""),
        };
        match (skeleton, wants_skeleton) {
            (false, true) => return Err(link.lost(index)),
            (true, false) => return Err(link.superfluous(index, why)),
            _ => {}
        }
        match (payload, wants_opening) {
            (false, true) => return Err(body.lost(index)),
            (true, false) => return Err(body.superfluous(index, why)),
            _ => {}
        }
        match (secret, wants_opening) {
            (false, true) => Err(slots.lost(index)),
            (true, false) => Err(slots.superfluous(index, why)),
            _ => Ok(()),
        }
    }

    /// The first thing that stands behind what the log holds.
    pub(super) fn behind(&self) -> Option<Damage> {
        let slot = self.slot_behind().map(|index| {
            let expected = format!("nothing behind the entries below {}", self.size);
            self.files.slot.superfluous(index, &expected)
        });
        let body = self.files.body.behind(&self.body, self.size);
        body.or_else(|| self.files.link.behind(&self.link, self.size)).or(slot)
    }

    /// Of which entries something stands behind what the log holds, where frames say so.
    pub(super) fn span_behind(&self) -> Option<Span> {
        let spans = [&self.link, &self.body].map(|behind| match behind {
            Behind::Frames(span) => Some(*span),
            Behind::Room | Behind::NoFrame(_) => None,
        });
        spans.into_iter().flatten().max_by_key(|span| span.count)
    }

    /// Cuts what stands behind what the log holds, durably, and gives the files that are left.
    pub(super) fn cut(self, cuts: &mut Vec<SealedCut>) -> Result<OpenGroup, DiskError> {
        let Self { files, size, slots: _, body, link } = &self;
        let slot = self.slot_behind().map(|index| files.slot.superfluous(index, ""));
        let found = [files.body.behind(body, *size), files.link.behind(link, *size), slot];
        cuts.extend(found.into_iter().flatten().map(|Damage { file, offset, found, .. }| SealedCut {
            file,
            offset,
            found,
        }));
        files.body.cut()?;
        files.link.cut()?;
        files.slot.empty_from(size.next_index())?;
        Ok(self.files)
    }

    /// The first entry that the log does not hold and whose slot is not empty.
    fn slot_behind(&self) -> Option<EntryIndex> {
        let after = self.size.next_index();
        if Group::of(after) == self.files.group { self.slots.first_from(after) } else { None }
    }
}
