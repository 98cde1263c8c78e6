//! What the tests share: keys, chains of arbitrary entries, logs on a disk in memory.

use crate::memory_disk::{MemoryDisk, Prng};
use credit_ledger::log::{EncodedEntry, Log, LogConfig, OpenError, OpenReport};
use credit_ledger::progress::Unwatched;
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{Entry, EntrySignature, Link};
use ledger_spec::time::RecordedTime;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tlog::checkpoint::Origin;
use tlog::note::{NoteSigner, VerifierKey};
use tlog::position::{EntryIndex, TreeSize};

/// A folder of a test's own, taken away when it goes out of scope, also where the test fails.
pub struct Folder {
    path: PathBuf,
    _root: TempDir,
}

impl Folder {
    /// One that is there, and empty. Its name begins with the test's.
    pub fn new(name: &str) -> Self {
        let root = tempfile::Builder::new().prefix(&format!("credit-ledger-{name}-")).tempdir().unwrap();
        Self { path: root.path().to_owned(), _root: root }
    }

    /// A place for one that is not there yet.
    pub fn absent(name: &str) -> Self {
        let folder = Self::new(name);
        Self { path: folder.path.join("folder"), ..folder }
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// Origin of the tests' logs.
pub const ORIGIN: &str = "credit.test.example/ledger";

/// The operator's key, the same in every test.
pub fn signer() -> NoteSigner {
    let origin = Origin::parse(ORIGIN).unwrap();
    NoteSigner::from_seed(origin.key_name().clone(), &[7; 32])
}

/// What verifies its checkpoints.
pub fn verifier_key() -> VerifierKey {
    signer().verifier_key()
}

/// A batch of `count` entries that continues a log, of arbitrary content and length.
pub fn batch(size: TreeSize, head: ChainHash, count: usize, rng: &mut Prng) -> Vec<EncodedEntry> {
    let (mut index, mut previous) = (size.next_index(), head);
    let mut batch = Vec::with_capacity(count);
    for _ in 0..count {
        let entry = entry(index, previous, rng);
        let encoded = EncodedEntry::new(&entry).unwrap();
        (index, previous) = (EntryIndex::new(index.get() + 1), encoded.hashes().chain);
        batch.push(encoded);
    }
    batch
}

/// An entry of arbitrary content.
pub fn entry(index: EntryIndex, previous: ChainHash, rng: &mut Prng) -> Entry {
    let length = if rng.one_in(20) { rng.below(5_000) } else { rng.below(120) };
    let link = Link { previous: None, version: StreamVersion::new(1) };
    Entry {
        index,
        recorded_at: RecordedTime::from_micros(index.get()),
        previous,
        links: vec![link; rng.below(3)],
        signatures: vec![EntrySignature::Ed25519 { key: [1; 32], signature: [2; 64] }],
        event: (0..length).map(|_| rng.next_u64().to_le_bytes()[0]).collect(),
    }
}

/// Segments so small that a test has many.
pub const SMALL: LogConfig = LogConfig { segment_bytes: 3_000, rebuild: false };

/// Opens a log, giving the scanned entries' bytes.
pub fn open(disk: &MemoryDisk) -> Result<(Log, OpenReport, Vec<Vec<u8>>), OpenError> {
    let mut scanned = Vec::new();
    let (log, report) =
        Log::open(Arc::new(disk.clone()), signer(), SMALL, &Unwatched, &mut |index, bytes| {
            assert_eq!(index.get(), u64::try_from(scanned.len()).unwrap());
            scanned.push(bytes.to_vec());
        })?;
    Ok((log, report, scanned))
}
