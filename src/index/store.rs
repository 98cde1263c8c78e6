//! The index's copy in sled. The only file of the house that names sled.
//!
//! sled's `flush()` does not fsync on Linux and sled can panic on files it finds damaged, so nothing
//! here is trusted by being readable: a digest over every row, written last at a clean stop, has to
//! match; the files are synced by us; and a panic inside sled counts as damage.

use super::{BUCKETS, Bucket, Index, Resident, bucket_of};
use crate::row_cipher::RowCipher;
use ledger_spec::admission::Head;
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::StreamVersion;
use ledger_spec::sealed::{SkeletonKey, StreamTag};
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tlog::position::{EntryIndex, TreeSize};

/// The index's folder, open.
pub struct IndexStore {
    path: PathBuf,
    db: sled::Db,
    cipher: RowCipher,
}

/// Why a stored index is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexDoubt {
    /// There is none.
    #[error("there is no index")]
    Missing,
    /// The ledger was not stopped cleanly.
    #[error("the ledger was not stopped cleanly")]
    UncleanStop,
    /// It covers another log.
    #[error("the index covers other entries than the log")]
    OtherLog,
    /// Its digest is wrong, sled cannot read it, or it is under another key.
    #[error("the index is damaged, or under another key")]
    Damaged,
}

/// A failure to write the index. It costs nothing but a rebuild.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("index: {0}")]
pub struct StoreError(String);

/// Names what is stored, and its version: a copy of another version is under another key and is rebuilt. A new version begins
/// also where other kinds govern than before, since a copy says which entries do: the third, since mergers do, the fourth, since what
/// takes one back does, the fifth, since revocations do.
const CONTEXT: &str = "credit-ledger v5 index";
const META_KEY: &[u8] = b"closed";
/// The trees, each of which knows its rows by a number.
const HEADS: &str = "heads";
const GOVERNANCE: &str = "governance";
/// Indices per stored chunk of the entries that govern.
const CHUNK: usize = 1024;
/// Buckets written in one go while the writer is idle: bounded, so that work that comes in waits
/// a few milliseconds at the most.
const IDLE_SLICE: usize = 16;
/// Bytes of a stream in its bucket: its hash, its last entry, its version.
const ROW: usize = 32 + 16;

impl IndexStore {
    /// Opens the folder and loads the index if it can be believed: closed cleanly, over exactly `size`
    /// entries that end in `tip`, and under this key. Otherwise empties it and says why, and the caller rebuilds.
    pub fn open(
        path: &Path,
        key: &SkeletonKey,
        (size, tip): (TreeSize, ChainHash),
        stopped_cleanly: bool,
    ) -> Result<(Self, Result<Index, IndexDoubt>), StoreError> {
        let doubt = if !path.exists() {
            IndexDoubt::Missing
        } else if !stopped_cleanly {
            IndexDoubt::UncleanStop
        } else {
            let loaded = guarded(|| {
                let store = Self::open_db(path, key)?;
                let index = store.load(size, tip);
                if index.is_ok() {
                    // From here on the stored copy is behind: it is not to be believed after a crash.
                    store.meta()?.remove(META_KEY).map_err(failed)?;
                }
                Ok((store, index))
            });
            match loaded {
                Ok((store, Ok(index))) => return Ok((store, Ok(index))),
                Ok((_, Err(doubt))) => doubt,
                Err(_) => IndexDoubt::Damaged,
            }
        };
        if path.exists() {
            fs::remove_dir_all(path).map_err(failed)?;
        }
        Ok((guarded(|| Self::open_db(path, key))?, Err(doubt)))
    }

    /// Writes a few buckets that changed, while the writer has nothing to do; says whether any are
    /// left. After an error nothing more is to be written: [`IndexStore::abandon`].
    pub fn write_some(&self, index: &Index) -> Result<bool, StoreError> {
        guarded(|| self.write_dirty(index, IDLE_SLICE))
    }

    /// Lets go of the folder without a clean stop, so that the next start makes the index anew.
    pub fn abandon(self) {
        // What sled says or panics with when it is dropped says nothing more about the index.
        let _ = guarded(|| {
            drop(self.db);
            Ok(())
        });
    }

    /// Writes what changed, then the digest over everything and which log it is about, and syncs the files: a clean
    /// stop.
    pub fn close(self, index: &Index, size: TreeSize, tip: ChainHash) -> Result<(), StoreError> {
        if let Err(error) = guarded(|| self.write_all(index, size, tip)) {
            self.abandon();
            return Err(error);
        }
        let Self { path, db, .. } = self;
        guarded(|| {
            drop(db);
            sync_folder(&path).map_err(failed)
        })
    }

    fn write_all(&self, index: &Index, size: TreeSize, tip: ChainHash) -> Result<(), StoreError> {
        while self.write_dirty(index, usize::MAX)? {}
        let resident = index.read();
        self.write_chunks(&resident)?;
        let mut meta = size.get().to_be_bytes().to_vec();
        meta.extend_from_slice(tip.as_bytes());
        meta.extend_from_slice(resident.digest().as_bytes());
        self.meta()?.insert(META_KEY, self.cipher.seal(META_KEY, &meta)).map_err(failed)?;
        self.db.flush().map(drop).map_err(failed)
    }

    fn open_db(path: &Path, key: &SkeletonKey) -> Result<Self, StoreError> {
        let db = sled::Config::new()
            .path(path)
            .cache_capacity(16 << 20)
            .flush_every_ms(None)
            .open()
            .map_err(failed)?;
        let cipher = RowCipher::derived(CONTEXT, key.expose(), &[]);
        Ok(Self { path: path.to_owned(), db, cipher })
    }

    fn meta(&self) -> Result<sled::Tree, StoreError> {
        self.db.open_tree("meta").map_err(failed)
    }

    /// Readers wait while buckets are put together, and not while sled takes them.
    fn write_dirty(&self, index: &Index, most: usize) -> Result<bool, StoreError> {
        let (mut batch, mut resident) = (sled::Batch::default(), index.write());
        let mut dirty = (0_u16..).zip(&mut resident.buckets).filter(|(_, bucket)| bucket.dirty);
        for (number, bucket) in dirty.by_ref().take(most) {
            let number = number.to_be_bytes();
            batch.insert(&self.key(HEADS, &number), self.seal(HEADS, &number, &bucket.to_bytes()));
            bucket.dirty = false;
        }
        let more = dirty.next().is_some();
        drop(resident);
        self.db.open_tree(HEADS).and_then(|heads| heads.apply_batch(batch)).map_err(failed)?;
        Ok(more)
    }

    fn write_chunks(&self, resident: &Resident) -> Result<(), StoreError> {
        let tree = self.db.open_tree(GOVERNANCE).map_err(failed)?;
        let mut batch = sled::Batch::default();
        for (key, value) in resident.chunks() {
            batch.insert(&self.key(GOVERNANCE, &key), self.seal(GOVERNANCE, &key, &value));
        }
        tree.apply_batch(batch).map_err(failed)
    }

    /// What a tree knows a row by: its number says how names begin that stand in it, whose hash anybody can make.
    fn key(&self, tree: &str, number: &[u8]) -> [u8; RowCipher::TAG] {
        self.cipher.tag(&[tree.as_bytes(), number])
    }

    fn seal(&self, tree: &str, number: &[u8], plain: &[u8]) -> Vec<u8> {
        self.cipher.seal(&[tree.as_bytes(), number].concat(), plain)
    }

    /// A tree's row, decrypted.
    fn row(&self, tree: &str, number: &[u8]) -> Result<Option<Vec<u8>>, IndexDoubt> {
        let rows = self.db.open_tree(tree).map_err(|_| IndexDoubt::Damaged)?;
        let row = rows.get(self.key(tree, number)).map_err(|_| IndexDoubt::Damaged)?;
        let open = |row: sled::IVec| self.cipher.open(&[tree.as_bytes(), number].concat(), &row);
        row.map(open).transpose().map_err(|_| IndexDoubt::Damaged)
    }

    fn load(&self, size: TreeSize, tip: ChainHash) -> Result<Index, IndexDoubt> {
        let damaged = |_| IndexDoubt::Damaged;
        let meta = self.meta().map_err(|_| IndexDoubt::Damaged)?.get(META_KEY).map_err(damaged)?;
        let meta = meta.ok_or(IndexDoubt::UncleanStop)?;
        let meta = self.cipher.open(META_KEY, &meta).map_err(|_| IndexDoubt::Damaged)?;
        let (covered, rest) = meta.split_first_chunk::<8>().ok_or(IndexDoubt::Damaged)?;
        let (stored_tip, digest) = rest.split_first_chunk::<32>().ok_or(IndexDoubt::Damaged)?;
        if u64::from_be_bytes(*covered) != size.get() || stored_tip != tip.as_bytes() {
            return Err(IndexDoubt::OtherLog);
        }
        let mut resident = Resident::default();
        for (number, _) in (0_u16..).zip(0..BUCKETS) {
            if let Some(bucket) = self.row(HEADS, &number.to_be_bytes())? {
                resident.take_bucket(number, &bucket).ok_or(IndexDoubt::Damaged)?;
            }
        }
        let mut numbers = 0_u32..;
        while let Some(chunk) =
            numbers.next().map_or(Ok(None), |at| self.row(GOVERNANCE, &at.to_be_bytes()))?
        {
            resident.take_chunk(&chunk).ok_or(IndexDoubt::Damaged)?;
        }
        if resident.digest().as_bytes() != digest {
            return Err(IndexDoubt::Damaged);
        }
        Ok(Index { resident: std::sync::RwLock::new(resident) })
    }
}

impl Resident {
    /// BLAKE3 over every row in key order.
    fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for (number, bucket) in (0_u16..).zip(&self.buckets).filter(|(_, bucket)| !bucket.heads.is_empty()) {
            hasher.update(&number.to_be_bytes());
            hasher.update(&bucket.to_bytes());
        }
        for (key, value) in self.chunks() {
            hasher.update(&key);
            hasher.update(&value);
        }
        hasher.finalize()
    }

    /// The entries that govern, as rows: chunk number → packed indices.
    fn chunks(&self) -> impl Iterator<Item = ([u8; 4], Vec<u8>)> {
        let packed = |chunk: &[EntryIndex]| -> Vec<u8> {
            chunk.iter().flat_map(|index| index.get().to_be_bytes()).collect()
        };
        let numbered = self.governance.chunks(CHUNK).zip(0_u32..);
        numbered.map(move |(chunk, number)| (number.to_be_bytes(), packed(chunk)))
    }

    /// Takes a bucket back.
    fn take_bucket(&mut self, number: u16, value: &[u8]) -> Option<()> {
        let number = usize::from(number);
        let bucket = self.buckets.get_mut(number)?;
        let (rows, rest) = value.as_chunks::<ROW>();
        bucket.heads.reserve(rows.len());
        for row in rows {
            let (stream, head) = read_row(row)?;
            (bucket_of(&stream) == number).then_some(())?;
            bucket.heads.insert(stream, head);
        }
        rest.is_empty().then_some(())
    }

    /// Takes a chunk back; they come in order.
    fn take_chunk(&mut self, value: &[u8]) -> Option<()> {
        let (numbers, rest) = value.as_chunks::<8>();
        self.governance.extend(numbers.iter().map(|number| EntryIndex::new(u64::from_be_bytes(*number))));
        rest.is_empty().then_some(())
    }
}

impl Bucket {
    /// Its streams in the order of their hashes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut heads: Vec<_> = self.heads.iter().collect();
        heads.sort_unstable_by_key(|(stream, _)| **stream);
        let mut bytes = Vec::with_capacity(heads.len() * ROW);
        for (stream, head) in heads {
            bytes.extend_from_slice(stream.as_bytes());
            bytes.extend_from_slice(&head.last.get().to_be_bytes());
            bytes.extend_from_slice(&head.version.get().to_be_bytes());
        }
        bytes
    }
}

fn read_row(row: &[u8; ROW]) -> Option<(StreamTag, Head)> {
    let (stream, rest) = row.split_first_chunk::<32>()?;
    let (last, version) = rest.split_first_chunk::<8>()?;
    let version: [u8; 8] = version.try_into().ok()?;
    let (last, version) = (u64::from_be_bytes(*last), u64::from_be_bytes(version));
    // A stream holds one event an entry, so that it has no more events than entries up to its last.
    version.checked_sub(1).filter(|before| *before <= last)?;
    let head = Head { last: EntryIndex::new(last), version: StreamVersion::new(version) };
    Some((StreamTag::from_bytes(*stream), head))
}

/// Syncs every file below a folder, and the folders themselves.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    for item in fs::read_dir(path)? {
        let item = item?.path();
        if item.is_dir() { sync_folder(&item)? } else { File::open(item)?.sync_all()? }
    }
    File::open(path)?.sync_all()
}

/// Does what calls sled, with a panic as an error like others. What the panic leaves half done is on
/// sled's side, which is not read again: the store is abandoned, or thrown away by the next opening.
fn guarded<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(failed("sled panicked")))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{IndexRow, tag};
    use ledger_spec::id::{StreamKey, SubjectStream};

    #[test]
    fn what_changed_is_written_slice_by_slice_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slices");
        let keyed = |key| SkeletonKey::copied(&[key; 32]);
        let (store, _) =
            IndexStore::open(&path, &keyed(1), (TreeSize::EMPTY, ChainHash::ZERO), false).unwrap();
        let index = Index::default();
        let subject = |n| StreamKey::Subject(SubjectStream::parse(&format!("ext:test:{n}")).unwrap());
        let row = |at, n| {
            let at = EntryIndex::new(at);
            let head = Head::advanced(index.head(&subject(n)).as_ref(), at);
            let heads = vec![(tag(&subject(n)), head)];
            IndexRow { index: at, heads, governs: at.get().is_multiple_of(2) }
        };
        (0..).zip(0..100).for_each(|(at, n)| index.apply([row(at, n)]));
        index.apply([row(600, 0)]);
        let dirty = || index.read().buckets.iter().filter(|bucket| bucket.dirty).count();
        let (mut writes, buckets) = (1, dirty());
        while store.write_some(&index).unwrap() {
            writes += 1;
            assert_eq!(dirty(), buckets - (writes - 1) * IDLE_SLICE);
        }
        assert_eq!((dirty(), writes), (0, buckets.div_ceil(IDLE_SLICE)));
        let stored = |n| {
            let stream = tag(&subject(n));
            let key = u16::try_from(bucket_of(&stream)).unwrap().to_be_bytes();
            let value = store.row(HEADS, &key).unwrap().unwrap();
            let rows = value.as_chunks::<ROW>().0.iter().map(|row| read_row(row).unwrap());
            let found: Vec<_> = rows.filter(|(found, _)| *found == stream).map(|(_, head)| head).collect();
            assert_eq!(found, [index.head(&subject(n)).unwrap()]);
        };
        (0..100).for_each(stored);
        index.apply([row(602, 7)]);
        assert!(!store.write_some(&index).unwrap());
        stored(7);
        let size = TreeSize::new(603);
        store.close(&index, size, ChainHash::ZERO).unwrap();
        let (closed, loaded) = IndexStore::open(&path, &keyed(1), (size, ChainHash::ZERO), true).unwrap();
        let loaded = loaded.unwrap();
        assert_eq!((loaded.streams(), loaded.governance_entries()), (100, index.governance_entries()));
        assert!((0..100).all(|n| loaded.head(&subject(n)) == index.head(&subject(n))));
        // Under another key nothing of it is read.
        closed.close(&loaded, size, ChainHash::ZERO).unwrap();
        let (_, loaded) = IndexStore::open(&path, &keyed(2), (size, ChainHash::ZERO), true).unwrap();
        assert_eq!(loaded.map(|_| ()), Err(IndexDoubt::Damaged));
    }

    #[test]
    fn a_stream_with_more_events_than_entries_is_damage() {
        let read = |last: u64, version: u64| {
            let mut row = [7; ROW];
            row[32..40].copy_from_slice(&last.to_be_bytes());
            row[40..].copy_from_slice(&version.to_be_bytes());
            read_row(&row).is_some()
        };
        assert!(read(0, 1) && read(7, 8));
        assert!(!read(7, 9) && !read(0, 0) && !read(3, u64::MAX));
    }

    #[test]
    fn a_panic_is_an_error_like_others() {
        assert_eq!(guarded(|| Ok(7)), Ok(7));
        assert_eq!(guarded(|| Err::<(), _>(failed("full"))), Err(failed("full")));
        let panicked: Result<(), _> = guarded(|| panic!("as sled does"));
        assert_eq!(panicked, Err(failed("sled panicked")));
    }
}
