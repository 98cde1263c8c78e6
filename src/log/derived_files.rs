//! The files that follow from the segments: what they should hold, compared with what they do.

use super::error::OpenError;
use super::frame::as_u64;
use super::layout;
use super::open_files::OFFSET_LEN;
use crate::damage::Damage;
use crate::known::{Contradicted, Teller};
use crate::storage::{Disk, DiskErrorKind};
use tlog::bytes::to_hex;
use tlog::defect::as_usize;
use tlog::position::{EntryIndex, TreeSize};

/// A derived file: fixed-width values, one per entry or per node.
pub(super) struct DerivedFile {
    pub path: String,
    width: u64,
    /// A value is about 2^level entries.
    level: usize,
}

/// The first place where a derived file is not as it should be.
pub(super) struct Difference {
    pub offset: u64,
    /// `missing`, `short`, `wrong` or `too long`.
    pub was: &'static str,
    found: String,
    expected: String,
}

/// Whether what follows from the segments follows from `size` entries at most. It is written after they are durable: where it
/// goes on, entries were there that are gone.
pub fn ends_with(disk: &dyn Disk, size: TreeSize) -> Result<(), OpenError> {
    for derived in [DerivedFile::level(0), DerivedFile::offsets()] {
        let length = match disk.open(&derived.path) {
            Err(error) if error.kind == DiskErrorKind::NotFound => continue,
            opened => opened?.len()?,
        };
        let (known, by) = (TreeSize::new(length / derived.width), Teller::File(derived.path));
        Contradicted::lacking(size, known, by).map_or(Ok(()), Err)?;
    }
    Ok(())
}

impl DerivedFile {
    /// Where the entries' frames begin.
    pub(super) fn offsets() -> Self {
        Self { path: layout::OFFSETS.to_owned(), width: OFFSET_LEN, level: 0 }
    }

    /// A level of the tree.
    pub(super) fn level(level: usize) -> Self {
        Self { path: layout::level(level), width: 32, level }
    }

    /// The byte where the values of entries from `size` on begin: values over entries below only are
    /// before it.
    pub(super) fn end_of(&self, size: u64) -> u64 {
        layout::nodes_on(self.level, size).saturating_mul(self.width)
    }

    /// Compares the file from byte `at` on with `bytes`.
    pub(super) fn compare(
        &self,
        disk: &dyn Disk,
        at: u64,
        bytes: &[u8],
    ) -> Result<Option<Difference>, OpenError> {
        let file = match disk.open(&self.path) {
            Err(e) if e.kind == DiskErrorKind::NotFound => return Ok(Some(self.is_missing())),
            other => other?,
        };
        let there = file.len()?.saturating_sub(at).min(as_u64(bytes.len()));
        let mut old = vec![0; as_usize(there)];
        file.read_at(at, &mut old)?;
        let same = old.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        if same == bytes.len() {
            return Ok(None);
        }
        Ok(Some(Difference {
            offset: at + as_u64(same),
            was: if same < old.len() { "wrong" } else { "short" },
            found: shown(&old[same..]),
            expected: shown(&bytes[same..]),
        }))
    }

    /// Compares the file's length, which must be `length` or, where it `may_go_on`, at least that.
    pub(super) fn compare_length(
        &self,
        disk: &dyn Disk,
        length: u64,
        may_go_on: bool,
    ) -> Result<Option<Difference>, OpenError> {
        let found = match disk.open(&self.path) {
            Err(e) if e.kind == DiskErrorKind::NotFound => return Ok(Some(self.is_missing())),
            other => other?.len()?,
        };
        if found == length || found > length && may_go_on {
            return Ok(None);
        }
        Ok(Some(Difference {
            offset: found.min(length),
            was: if found < length { "short" } else { "too long" },
            found: format!("{found} bytes"),
            expected: format!("{length} bytes"),
        }))
    }

    /// A difference where there must be none.
    pub(super) fn damage(&self, difference: Difference) -> Damage {
        let value = (difference.offset / self.width) << self.level;
        Damage {
            file: self.path.clone(),
            offset: difference.offset,
            entry: Some(EntryIndex::new(value)),
            what: if self.width == OFFSET_LEN { "offset" } else { "tree node" },
            found: difference.found,
            expected: difference.expected,
        }
    }

    fn is_missing(&self) -> Difference {
        let (found, expected) = ("no file".to_owned(), "a file".to_owned());
        Difference { offset: 0, was: "missing", found, expected }
    }
}

fn shown(bytes: &[u8]) -> String {
    match bytes {
        [] => "end of file".to_owned(),
        _ => to_hex(&bytes[..bytes.len().min(8)]),
    }
}
