//! The signer's own memory: the last checkpoint that was signed, in a file that is kept apart from the ledger's folder.
//!
//! A folder can be put back as it was; whoever signs must not be. So the memory is asked before each signature, and holds it
//! durably before it leaves. The file has a head and two places, of which the older is written over, so that a power cut
//! leaves one of them whole; the operator's signature shows which.

use super::{Known, Teller};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::position::TreeSize;

/// What the file begins with.
const HEAD: &str = "credit-ledger: the last checkpoint that was signed. Keep it apart from the folder.\n";
/// Length of the head and of each place; a checkpoint of the longest origin has room.
const PLACE: u64 = 4096;

/// The memory of a signer, held by one process at a time.
#[derive(Debug)]
pub struct SignerMemory {
    file: File,
    path: PathBuf,
    key: VerifierKey,
    /// What was signed last, and in which of the two places it stands; nothing before the first signature.
    last: Option<(SignedCheckpoint, u64)>,
}

/// Why nothing is signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// No file.
    #[error(
        "{path} is not there: it holds what this ledger has signed last, and nothing is signed without it; bring it back, or \
         begin it with `serve --begin-memory` where there never was one"
    )]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// A file, where one was to be begun.
    #[error("{path} exists already: what a ledger has signed last, which is never begun anew")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Another process signs by it.
    #[error("{path}: another process signs by this memory")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Another file has its name now.
    #[error("{path}: the memory was moved, or another stands in its place")]
    Moved {
        /// The file.
        path: PathBuf,
    },
    /// Nothing in it can be believed.
    #[error(
        "{path}: it holds no checkpoint that {key} has signed; a signer without its memory signs nothing"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Whose it should be.
        key: VerifierKey,
    },
    /// More was signed before.
    #[error("a checkpoint of {found} entries is not signed, because {expected} were signed before ({path})")]
    Smaller {
        /// The file.
        path: PathBuf,
        /// The size that was to be signed.
        found: TreeSize,
        /// The size that was.
        expected: TreeSize,
    },
    /// Something else was signed before.
    #[error(
        "a second checkpoint of {size} entries is not signed: its root is {found}, and {expected} was signed before ({path})"
    )]
    OtherRoot {
        /// The file.
        path: PathBuf,
        /// The size of both.
        size: TreeSize,
        /// The root that was to be signed.
        found: TreeHash,
        /// The root that was.
        expected: TreeHash,
    },
}

impl SignerMemory {
    /// Begins the memory of a signer that has signed `last` at most.
    pub fn begin(
        path: &Path,
        key: VerifierKey,
        last: Option<&SignedCheckpoint>,
    ) -> Result<Self, MemoryError> {
        let failed = |error: io::Error| wrong(path, &error);
        let mut options = OpenOptions::new();
        let made = options.read(true).write(true).create_new(true).mode(0o600).open(path);
        let file = made.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => MemoryError::Exists { path: path.to_owned() },
            _ => failed(error),
        })?;
        let mut memory = Self { file, path: path.to_owned(), key, last: None };
        memory.lock()?;
        memory.file.write_all_at(&place(HEAD), 0).map_err(failed)?;
        memory.file.write_all_at(&[place(""), place("")].concat(), PLACE).map_err(failed)?;
        memory.file.sync_all().map_err(failed)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed)?;
        if let Some(signed) = last {
            memory.remember(signed)?;
        }
        Ok(memory)
    }

    /// Opens the memory of the signer of this key.
    pub fn open(path: &Path, key: VerifierKey) -> Result<Self, MemoryError> {
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let file = opened.map_err(|error| match error.kind() {
            ErrorKind::NotFound => MemoryError::Gone { path: path.to_owned() },
            _ => wrong(path, &error),
        })?;
        let mut memory = Self { file, path: path.to_owned(), key, last: None };
        memory.lock()?;
        memory.last = memory.read()?;
        Ok(memory)
    }

    /// What was signed last, as something that is known.
    pub fn known(&self) -> Option<Known> {
        let (signed, _) = self.last.as_ref()?;
        Some(Known { by: Teller::Memory(self.path.clone()), signed: signed.clone() })
    }

    /// Keeps what is about to be signed, or says why it must not leave: a smaller one than before, or another of the same size.
    /// Durable when this returns. Of a larger one the caller knows that it goes on from what was [`SignerMemory::known`].
    pub fn remember(&mut self, signed: &SignedCheckpoint) -> Result<(), MemoryError> {
        let path = self.path.clone();
        if !self.is_in_its_place().map_err(|error| wrong(&path, &error))? {
            return Err(MemoryError::Moved { path });
        }
        let last = self.read()?;
        let (stated, mut at) = (signed.checkpoint(), 0);
        if let Some((before, place)) = &last {
            let before = before.checkpoint();
            let (size, found, expected) = (before.size(), stated.root(), before.root());
            if stated.size() < size {
                return Err(MemoryError::Smaller { path, found: stated.size(), expected: size });
            }
            if stated.size() == size {
                let same = found == expected;
                return if same {
                    Ok(())
                } else {
                    Err(MemoryError::OtherRoot { path, size, found, expected })
                };
            }
            // The one before stays until this one is whole.
            at = 1 - place;
        }
        let failed = |error: io::Error| wrong(&path, &error);
        self.file.write_all_at(&place(&signed.to_string()), PLACE * (1 + at)).map_err(failed)?;
        self.file.sync_data().map_err(failed)?;
        self.last = Some((signed.clone(), at));
        Ok(())
    }

    fn lock(&self) -> Result<(), MemoryError> {
        match self.file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(MemoryError::InUse { path: self.path.clone() }),
            Err(TryLockError::Error(error)) => Err(wrong(&self.path, &error)),
        }
    }

    /// The larger of what stands in the two places; nothing where nothing was ever written there.
    fn read(&self) -> Result<Option<(SignedCheckpoint, u64)>, MemoryError> {
        let damaged = || MemoryError::Damaged { path: self.path.clone(), key: self.key.clone() };
        let mut bytes = vec![0; as_usize(PLACE * 3)];
        let read = self.file.read_exact_at(&mut bytes, 0);
        read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => damaged(),
            _ => wrong(&self.path, &error),
        })?;
        let (head, places) = bytes.split_at(as_usize(PLACE));
        if head != place(HEAD) {
            return Err(damaged());
        }
        let signed = (0..).zip(places.chunks(as_usize(PLACE))).filter_map(|(at, place)| {
            let end = place.iter().rposition(|byte| *byte != 0)? + 1;
            Some((SignedCheckpoint::verify(&place[..end], &self.key).ok()?, at))
        });
        let last = signed.max_by_key(|(signed, _)| signed.checkpoint().size());
        if last.is_none() && places.iter().any(|byte| *byte != 0) {
            return Err(damaged());
        }
        Ok(last)
    }

    fn is_in_its_place(&self) -> io::Result<bool> {
        let held = self.file.metadata()?;
        match std::fs::metadata(&self.path) {
            Ok(found) => Ok((found.dev(), found.ino()) == (held.dev(), held.ino())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for SignerMemory {
    /// As a folder's lock: a child that is being started has the file open too.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn wrong(path: &Path, error: &io::Error) -> MemoryError {
    MemoryError::File { path: path.to_owned(), reason: error.to_string() }
}

/// A text in a place of its own.
fn place(text: &str) -> Vec<u8> {
    let mut bytes = vec![0; as_usize(PLACE)];
    let room = bytes.get_mut(..text.len());
    room.or_defect("a checkpoint of the longest origin has room").copy_from_slice(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog::checkpoint::{Checkpoint, Origin};
    use tlog::note::NoteSigner;

    fn signed(size: u64, root: u8) -> SignedCheckpoint {
        let origin = Origin::parse("credit.test.example/memory").unwrap();
        let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
        let checkpoint = Checkpoint::new(origin, TreeSize::new(size), TreeHash::from_bytes([root; 32]));
        SignedCheckpoint::sign(&checkpoint, &signer).unwrap()
    }

    fn key() -> VerifierKey {
        let origin = Origin::parse("credit.test.example/memory").unwrap();
        NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]).verifier_key()
    }

    #[test]
    fn what_was_signed_is_never_signed_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed");
        assert!(matches!(SignerMemory::open(&path, key()), Err(MemoryError::Gone { .. })));
        let mut memory = SignerMemory::begin(&path, key(), None).unwrap();
        assert!(matches!(SignerMemory::begin(&path, key(), None), Err(MemoryError::Exists { .. })));
        assert!(matches!(SignerMemory::open(&path, key()), Err(MemoryError::InUse { .. })));
        for size in [1, 5, 5, 6] {
            memory.remember(&signed(size, 1)).unwrap();
        }
        assert!(matches!(memory.remember(&signed(5, 1)), Err(MemoryError::Smaller { .. })));
        assert!(matches!(memory.remember(&signed(6, 2)), Err(MemoryError::OtherRoot { .. })));
        drop(memory);

        // A write that was cut short leaves the one before.
        let whole = std::fs::read(&path).unwrap();
        let newest = SignerMemory::open(&path, key()).unwrap().last.clone().unwrap();
        assert_eq!(newest.0.checkpoint().size(), TreeSize::new(6));
        let mut torn = whole.clone();
        torn[as_usize(PLACE * (1 + newest.1)) + 40] ^= 1;
        std::fs::write(&path, &torn).unwrap();
        let memory = SignerMemory::open(&path, key()).unwrap();
        assert_eq!(memory.known().unwrap().size(), TreeSize::new(5));
        drop(memory);

        // Neither, a shorter file, another key, or another file altogether: nothing is signed.
        torn[as_usize(PLACE * (2 - newest.1)) + 40] ^= 1;
        for bytes in [torn, whole[..5000].to_vec(), Vec::new(), b"something else".repeat(2000)] {
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(SignerMemory::open(&path, key()), Err(MemoryError::Damaged { .. })));
        }
        std::fs::write(&path, &whole).unwrap();
        let other = NoteSigner::from_seed(key().name().clone(), &[8; 32]).verifier_key();
        assert!(matches!(SignerMemory::open(&path, other), Err(MemoryError::Damaged { .. })));

        // Put in the place of the one that is open.
        let mut memory = SignerMemory::open(&path, key()).unwrap();
        std::fs::rename(&path, folder.path().join("away")).unwrap();
        std::fs::write(&path, &whole).unwrap();
        assert!(matches!(memory.remember(&signed(9, 1)), Err(MemoryError::Moved { .. })));
    }
}
