//! A log that is only pretended, and what must be kept beside it.

use crate::memory_disk::{MemoryDisk, Prng};
use credit_ledger::damage::Damage;
use credit_ledger::sealed_files::{
    CheckedLog, Held, LastStop, LogSays, SealedFiles, SealedOpenError, SealedOpenReport, SealedReadError,
    SealedReader, SealedRecord, SealedWriteError, check,
};
use credit_ledger::storage::{Disk as _, read_all};
use ledger_spec::sealed::{Commitment, ContentSalt, FreshKey, Group, Kek, Place, Plain, Remains};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::position::{EntryIndex, TreeSize};

/// The first entry that is not of the first group.
pub const BORDER: u64 = 4_096;

pub fn origin() -> Origin {
    Origin::parse(crate::support::ORIGIN).unwrap()
}

pub fn kek(byte: u8) -> Kek {
    Kek::filled(|key| key.fill(byte))
}

/// What was handed over for one entry.
#[derive(Clone)]
pub struct Kept {
    plain: Plain,
    commitment: Commitment,
    salt: [u8; ContentSalt::LEN],
    payload: Vec<u8>,
    skeleton: Vec<u8>,
}

/// What the log holds: its size, what was sealed of it, and what of that was erased.
#[derive(Clone, Default)]
pub struct World {
    pub size: u64,
    pub sealed: BTreeMap<u64, Kept>,
    pub erased: BTreeSet<u64>,
    /// How often the master key was replaced.
    pub replaced: u8,
}

pub fn indexes(entries: &BTreeSet<u64>) -> BTreeSet<EntryIndex> {
    entries.iter().map(|index| EntryIndex::new(*index)).collect()
}

fn bytes(rng: &mut Prng, length: usize) -> Vec<u8> {
    (0..length).map(|_| rng.next_u64().to_le_bytes()[0]).collect()
}

/// A record of arbitrary content and length.
pub fn record(index: u64, rng: &mut Prng) -> (SealedRecord, Kept) {
    let length = if rng.one_in(20) { rng.below(9_000) } else { rng.below(300) };
    record_of(index, length, rng)
}

/// A record of arbitrary content of this length.
pub fn record_of(index: u64, length: usize, rng: &mut Prng) -> (SealedRecord, Kept) {
    let plain = Plain { content: bytes(rng, length), disclosures: Vec::new() };
    let commitment = Commitment::from_bytes(bytes(rng, 32).try_into().unwrap());
    let salt: [u8; ContentSalt::LEN] = bytes(rng, ContentSalt::LEN).try_into().unwrap();
    let key = FreshKey::filled(|key| key.copy_from_slice(&bytes(rng, FreshKey::LEN)));
    let (origin, index) = (origin(), EntryIndex::new(index));
    let place = Place { origin: &origin, index };
    let (payload, secret) = plain.seal(key, ContentSalt::copied(&salt), &place, &commitment).unwrap();
    let skeleton = bytes(rng, Remains::SKELETON);
    let kept = Kept { plain, commitment, salt, payload: payload.clone(), skeleton: skeleton.clone() };
    (SealedRecord { index, content: Some((payload, secret)), skeleton }, kept)
}

/// The files of a new ledger, and a log that holds clear entries only.
pub fn create(disk: &MemoryDisk, clear: u64) -> (SealedFiles, World) {
    drop(SealedFiles::create(Arc::new(disk.clone()), &origin(), &kek(1)).unwrap());
    let world = World { size: clear, ..World::default() };
    (world.reopen(disk).unwrap().0, world)
}

impl World {
    pub fn says(&self, index: EntryIndex) -> LogSays {
        assert!(index.get() < self.size, "asked about what the log does not hold");
        match self.sealed.contains_key(&index.get()) {
            true if self.erased.contains(&index.get()) => LogSays::Erased,
            true => LogSays::Whole,
            false => LogSays::Clear,
        }
    }

    pub fn master(&self) -> Kek {
        kek(1 + self.replaced)
    }

    pub fn size(&self) -> TreeSize {
        TreeSize::new(self.size)
    }

    /// Opens the files as after a crash.
    pub fn reopen(&self, disk: &MemoryDisk) -> Result<(SealedFiles, SealedOpenReport), SealedOpenError> {
        let says = |index| self.says(index);
        let stop = LastStop::Unclean(&says);
        SealedFiles::open(Arc::new(disk.clone()), &origin(), &self.master(), self.size(), stop)
    }

    /// Opens the files as after a clean stop.
    pub fn reopen_clean(
        &self,
        disk: &MemoryDisk,
    ) -> Result<(SealedFiles, SealedOpenReport), SealedOpenError> {
        SealedFiles::open(Arc::new(disk.clone()), &origin(), &self.master(), self.size(), LastStop::Clean)
    }

    /// The next `count` entries, of which some are clear, and the log with them.
    pub fn batch(&self, count: u64, rng: &mut Prng) -> (Vec<SealedRecord>, Self) {
        let (mut records, mut after) = (Vec::new(), self.clone());
        for index in self.size..self.size + count {
            if !rng.one_in(3) {
                let (record, kept) = record(index, rng);
                records.push(record);
                after.sealed.insert(index, kept);
            }
        }
        after.size += count;
        (records, after)
    }

    /// Writes batches until the log has at least `size` entries.
    pub fn grow(
        &mut self,
        files: &mut SealedFiles,
        size: u64,
        rng: &mut Prng,
    ) -> Result<(), SealedWriteError> {
        while self.size < size {
            let (records, after) = self.batch(1 + rng.next_u64() % 5, rng);
            files.write(&records)?;
            *self = after;
        }
        Ok(())
    }

    /// The world after these entries were erased, under the next master key.
    pub fn without(&self, erased: &BTreeSet<u64>) -> Self {
        let mut after = self.clone();
        after.erased.extend(erased);
        after.replaced += 1;
        after
    }

    /// Erases entries under the next master key, all of which are sealed and not erased.
    pub fn erase(
        &mut self,
        files: &mut SealedFiles,
        entries: &BTreeSet<u64>,
    ) -> Result<(), SealedWriteError> {
        let after = self.without(entries);
        assert_eq!(
            files.erase(&indexes(entries), &BTreeMap::new(), Some(&after.master()))?,
            indexes(entries)
        );
        *self = after;
        Ok(())
    }

    /// The `count` first entries from one on that are sealed and not erased.
    pub fn some_from(&self, index: u64, count: usize) -> BTreeSet<u64> {
        let left = self.sealed.range(index..).map(|(index, _)| *index);
        left.filter(|index| !self.erased.contains(index)).take(count).collect()
    }

    /// Nothing of what was erased stands in any file, by as little as its first bytes.
    pub fn check_gone(&self, disk: &MemoryDisk) {
        let names =
            |folder| disk.list(folder).unwrap().into_iter().map(move |name| format!("{folder}/{name}"));
        for path in ["sealed", "keys"].into_iter().flat_map(names) {
            let bytes = read_all(disk, &path).unwrap();
            let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let found = |index: &&u64| {
                let begins = &self.sealed[index].payload[..24];
                bytes[..written].windows(24).any(|piece| piece == begins)
            };
            assert_eq!(self.erased.iter().find(found), None, "{path}");
        }
    }

    /// The first damage that the check finds.
    pub fn first_damage(&self, disk: &MemoryDisk, open_ended: bool) -> Option<Damage> {
        let says = |index| self.says(index);
        let log = CheckedLog {
            size: self.size(),
            open_ended,
            identities: None,
            says: &says,
            unwrapped: false,
            threads: 1,
        };
        match check(disk, &origin(), &self.master(), &log) {
            Ok(_) => None,
            Err(SealedOpenError::Damaged(damage)) => Some(damage),
            Err(other) => panic!("{other}"),
        }
    }

    /// Every sealed entry is read as it was written, one by one, by groups and ahead, and nothing beyond the log is.
    pub fn check_served(&self, reader: &SealedReader) {
        let served: Vec<u64> = self
            .sealed
            .iter()
            .filter(|(index, _)| self.reads(reader, **index))
            .map(|(index, _)| *index)
            .collect();
        assert!(served.iter().eq(self.sealed.keys()));
        let mut groups: Vec<Group> =
            self.sealed.keys().map(|index| Group::of(EntryIndex::new(*index))).collect();
        groups.dedup();
        let all: Vec<(EntryIndex, Held)> =
            groups.iter().flat_map(|group| reader.group(*group, self.size()).unwrap()).collect();
        assert!(all.iter().map(|(index, _)| index.get()).eq(self.sealed.keys().copied()));
        for (index, held) in all {
            assert!(self.is_as_written(index.get(), held), "entry {index}");
        }
        let mut ahead = reader.ahead(EntryIndex::new(0)..self.size().next_index());
        for index in self.sealed.keys() {
            let held = ahead.take(EntryIndex::new(*index)).unwrap();
            assert!(self.is_as_written(*index, held), "entry {index}, read ahead");
        }
    }

    /// Whether an entry is read as it was written; what is damaged is not read at all.
    pub fn reads(&self, reader: &SealedReader, index: u64) -> bool {
        match reader.read(EntryIndex::new(index)) {
            Ok(held) => {
                assert!(self.is_as_written(index, held), "entry {index}");
                true
            }
            Err(SealedReadError::Damaged(damage)) => {
                assert!(damage.entry.is_some(), "{damage}");
                false
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn is_as_written(&self, index: u64, held: Held) -> bool {
        let (kept, origin) = (&self.sealed[&index], origin());
        let erased = self.erased.contains(&index);
        let (payload, secret, skeleton) = match held {
            Held::Skeleton(skeleton) if erased => return skeleton == kept.skeleton,
            Held::All { payload, secret, skeleton } if !erased => (payload, secret, skeleton),
            Held::Skeleton(_) => panic!("entry {index} was not erased"),
            Held::All { .. } => panic!("entry {index} was erased"),
        };
        let place = Place { origin: &origin, index: EntryIndex::new(index) };
        let opened = Plain::open(payload.clone(), &secret, &place, &kept.commitment);
        payload == kept.payload
            && skeleton == kept.skeleton
            && *secret.salt().expose() == kept.salt
            && opened.as_ref() == Ok(&kept.plain)
    }
}
