//! Case files in fjall: one row an event, so that a stream's file is one short run of neighbours.
//!
//! A batch of entries and what it makes the store cover are one write, without a sync: after a power cut the store
//! covers less, or cannot be opened, and is made again.
//!
//! All of it is under the ledger's store key, which an erasure replaces in the same write that takes the key of what is
//! erased away: from then on a store of before opens nowhere, whatever of it a disk still holds, and needs no mark that says
//! so. Where that write was cut short the key is the old one, and so is what the store says; start-up then erases again,
//! and forgets the store before anybody is answered.

use super::error::{StoreDoubt, StoreError, guarded};
use super::keys::{self, Covered, Rows, StoreKeys};
use crate::parallel;
use fjall::config::{BlockSizePolicy, CompressionPolicy};
use fjall::{
    CompressionType, Database, Guard, Keyspace, KeyspaceCreateOptions, Readable as _, Slice, Snapshot,
};
use ledger_spec::casefile::{CaseEntry, CaseFile};
use ledger_spec::entry::ChainHash;
use ledger_spec::id::{ListCode, SubjectId, SubjectStream};
use ledger_spec::projection::{CityAsked, CityFold};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tlog::position::TreeSize;

/// Rows that one thread takes up at a time when all are folded; a stream's rows are never parted.
const CHUNK: usize = 4_096;
/// Subjects that one thread takes up at a time when a list's are folded.
const SUBJECTS: usize = 256;

/// Case files on disk.
pub struct DiskCaseFiles {
    db: Database,
    rows: Keyspace,
    under: Rows,
    keys: StoreKeys,
    /// The folder in which a store has a folder of its own, which it never shares with an older one.
    path: PathBuf,
    number: u64,
    cache_bytes: u64,
    /// What it covered when it was opened.
    opened_with: TreeSize,
}

impl DiskCaseFiles {
    /// Opens the store in a folder under the key that `keys` gives, with so many bytes of it kept in memory. What cannot be
    /// believed is thrown away, and the reason given: `tip_at` is the chain hash of the log after so many entries, `None`
    /// where it has fewer.
    pub fn open(
        path: &Path,
        cache_bytes: u64,
        keys: StoreKeys,
        tip_at: impl FnOnce(TreeSize) -> Option<ChainHash>,
    ) -> Result<(Self, Option<StoreDoubt>), StoreError> {
        let newest = stores_in(path)?.into_iter().max();
        let doubt = match newest
            .map(|number| guarded(|| Self::open_as_is(path, number, cache_bytes, keys.clone())))
        {
            None => StoreDoubt::Missing,
            Some(Err(error)) => StoreDoubt::Damaged(error.to_string()),
            Some(Ok(store)) => match guarded(|| store.covered_in(&store.db.snapshot())) {
                Ok(Some(covered)) if tip_at(covered.size) == Some(covered.tip) => {
                    return Ok((Self { opened_with: covered.size, ..store }, None));
                }
                Ok(None) => StoreDoubt::Missing,
                Ok(Some(_)) => StoreDoubt::OtherLog,
                Err(StoreError::Sealed(_)) => StoreDoubt::OtherKey,
                Err(error) => StoreDoubt::Damaged(error.to_string()),
            },
        };
        Ok((Self::begin(path, newest, cache_bytes, keys)?, Some(doubt)))
    }

    /// An empty store in place of this one, under the key of now; this one may still be read until whoever does has ended.
    pub(super) fn anew(&self) -> Result<Self, StoreError> {
        Self::begin(&self.path, Some(self.number), self.cache_bytes, self.keys.clone())
    }

    /// An empty store after the newest, and the end of all else in the folder, whatever it is.
    fn begin(
        path: &Path,
        newest: Option<u64>,
        cache_bytes: u64,
        keys: StoreKeys,
    ) -> Result<Self, StoreError> {
        // What is left is thrown away when a store is begun again, and is in nobody's way.
        let _ = fs::remove_file(path);
        for item in fs::read_dir(path).into_iter().flatten().flatten() {
            let _ = fs::remove_dir_all(item.path()).or_else(|_| fs::remove_file(item.path()));
        }
        let number = newest.and_then(|newest| newest.checked_add(1)).unwrap_or(1);
        guarded(|| Self::open_as_is(path, number, cache_bytes, keys))
    }

    /// The settings are those that were measured to matter: a large journal and memtable for few flushes, blocks of
    /// 16 KiB, two workers, since with one what is resident grows. Nothing is compressed: what is encrypted cannot be.
    fn open_as_is(path: &Path, number: u64, cache_bytes: u64, keys: StoreKeys) -> Result<Self, StoreError> {
        let own = path.join(number.to_string());
        fs::create_dir_all(&own).map_err(system)?;
        let db = Database::builder(own)
            .cache_size(cache_bytes)
            .max_journaling_size(128 << 20)
            .worker_threads(2)
            .open()?;
        let rows = db.keyspace("rows", || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(32 << 20)
                .data_block_size_policy(BlockSizePolicy::all(16 << 10))
                .data_block_compression_policy(CompressionPolicy::all(CompressionType::None))
        })?;
        let (under, path) = (Rows::new(&keys(), number), path.to_owned());
        Ok(Self { db, rows, under, keys, path, number, cache_bytes, opened_with: TreeSize::EMPTY })
    }

    /// How many entries it covered when it was opened.
    pub(super) const fn opened_with(&self) -> TreeSize {
        self.opened_with
    }

    pub(super) fn apply(
        &self,
        entries: Vec<CaseEntry>,
        size: TreeSize,
        tip: ChainHash,
    ) -> Result<(), StoreError> {
        let mut batch = self.db.batch();
        for CaseEntry { stream, list, entry, row } in entries {
            let named = list.map(|list| self.under.named(&list, &stream.subject));
            for (key, value) in named.into_iter().chain([self.under.item(&stream, entry, row)]) {
                batch.insert(&self.rows, key, value);
            }
        }
        let (key, value) = self.under.covered(Covered { size, tip });
        batch.insert(&self.rows, key, value);
        guarded(|| Ok(batch.commit()?))
    }

    pub(super) fn file(
        &self,
        stream: &SubjectStream,
        size: TreeSize,
    ) -> Result<(CaseFile, TreeSize), StoreError> {
        guarded(|| {
            let snapshot = self.db.snapshot();
            let covered = size.min(self.size_in(&snapshot)?);
            Ok((self.file_in(&snapshot, stream, covered)?, covered))
        })
    }

    /// A stream's file by its rows within the first `covered` entries: those of a write that is under way may be seen
    /// already.
    fn file_in(
        &self,
        snapshot: &Snapshot,
        stream: &SubjectStream,
        covered: TreeSize,
    ) -> Result<CaseFile, StoreError> {
        let (mut file, stream) = (CaseFile::default(), stream.to_string());
        for pair in snapshot.prefix(&self.rows, self.under.items_of(&stream)) {
            let (key, value) = pair.into_inner()?;
            let item = self.under.read_item(&key, &value)?;
            if !item.entry.is_in(covered) {
                break;
            }
            if item.stream() != stream.as_bytes() {
                return Err(StoreError::Key);
            }
            file.take(item.entry, item.row()?);
        }
        Ok(file)
    }

    /// Folds over all files, or those that a list's stream names, on all cores.
    pub(super) fn fold<'a>(&self, asked: CityAsked<'a>) -> Result<CityFold<'a>, StoreError> {
        let snapshot = self.db.snapshot();
        let (covered, expected) = (self.size_in(&snapshot)?, asked.as_of.known);
        if covered < expected {
            return Err(StoreError::Behind { found: covered, expected });
        }
        let mut whole = CityFold::new(asked);
        let mut found = 0;
        let merge = |(part, rows)| {
            whole.merge(part);
            found += rows;
            Ok::<(), StoreError>(())
        };
        let threads = parallel::cores();
        match asked.question.list() {
            Some(list) => {
                let subjects = self.named_by(&snapshot, list)?;
                let chunks = subjects.chunks(SUBJECTS);
                let fold = |subjects: &[SubjectId]| {
                    let mut fold = CityFold::new(asked);
                    let file = |subject: &SubjectId| self.sealed_file(&snapshot, subject, covered);
                    for subject in subjects {
                        fold.take(subject, file(subject)?, file)?;
                    }
                    Ok((fold, 0))
                };
                parallel::in_order(threads, chunks, fold, merge)?;
            }
            None => {
                let rows =
                    Runs { rows: snapshot.prefix(&self.rows, keys::ITEMS), begun: None, failed: false };
                let fold = |chunk: Result<_, _>| self.fold_rows(asked, (&snapshot, covered), chunk?);
                parallel::in_order(threads, rows, fold, merge)?;
                // Every entry is about somebody, whose file has a row of it.
                if found != covered.get() {
                    return Err(StoreError::Rows { found, expected: covered });
                }
            }
        }
        Ok(whole)
    }

    /// The file of one name of a subject, for folds over many.
    fn sealed_file(
        &self,
        snapshot: &Snapshot,
        subject: &SubjectId,
        covered: TreeSize,
    ) -> Result<Box<CaseFile>, StoreError> {
        let stream = SubjectStream::sealed(subject.clone());
        guarded(|| self.file_in(snapshot, &stream, covered)).map(Box::new)
    }

    fn named_by(&self, snapshot: &Snapshot, list: &ListCode) -> Result<Vec<SubjectId>, StoreError> {
        let mut subjects = Vec::new();
        for pair in snapshot.prefix(&self.rows, self.under.subjects_of(list)) {
            let (key, value) = pair.into_inner()?;
            let subject = self.under.read_named(&key, &value)?;
            subjects.push((self.under.items_of(&subject.to_string()), subject));
        }
        // As their files stand, so that these are read one after the other.
        subjects.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(subjects.into_iter().map(|(_, subject)| subject).collect())
    }

    fn covered_in(&self, snapshot: &Snapshot) -> Result<Option<Covered>, StoreError> {
        let stored = snapshot.get(&self.rows, keys::COVERED)?;
        stored.map(|bytes| self.under.read_covered(&bytes)).transpose()
    }

    fn size_in(&self, snapshot: &Snapshot) -> Result<TreeSize, StoreError> {
        Ok(self.covered_in(snapshot)?.map_or(TreeSize::EMPTY, |covered| covered.size))
    }

    /// A fold of some streams' rows, and how many of these are covered.
    fn fold_rows<'a>(
        &self,
        asked: CityAsked<'a>,
        (snapshot, covered): (&Snapshot, TreeSize),
        rows: Vec<Row>,
    ) -> Result<(CityFold<'a>, u64), StoreError> {
        let (mut fold, mut found) = (CityFold::new(asked), 0);
        for rows in rows.chunk_by(|a, b| same_stream(&a.0, &b.0)) {
            let (mut file, mut whose) = (Box::new(CaseFile::with_capacity(rows.len())), None);
            guarded(|| {
                for (key, value) in rows {
                    let item = self.under.read_item(key, value)?;
                    if item.entry.is_in(covered) {
                        file.take(item.entry, item.row()?);
                        found += 1;
                    }
                    let whose = whose.get_or_insert_with(|| item.stream().to_vec());
                    if whose != item.stream() {
                        return Err(StoreError::Key);
                    }
                }
                Ok(())
            })?;
            let Some(whose) = whose else { continue };
            let other = |name: &SubjectId| self.sealed_file(snapshot, name, covered);
            fold.take(&keys::stream(&whose)?.subject, file, other)?;
        }
        Ok((fold, found))
    }
}

/// The numbers of the stores in a folder, which need not be there, nor be a folder.
fn stores_in(path: &Path) -> Result<Vec<u64>, StoreError> {
    let items = match fs::read_dir(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        items => items.map_err(system)?,
    };
    let mut numbers = Vec::new();
    for item in items {
        let item = item.map_err(system)?;
        if item.path().is_dir() {
            numbers.extend(item.file_name().to_str().and_then(|name| name.parse::<u64>().ok()));
        }
    }
    Ok(numbers)
}

fn system(error: std::io::Error) -> StoreError {
    StoreError::System(error.to_string())
}

type Row = (Slice, Slice);

/// Rows in the order of their keys, many at a time, no stream's parted.
struct Runs<I> {
    rows: I,
    /// The first row of the next run.
    begun: Option<Row>,
    failed: bool,
}

impl<I: Iterator<Item = Guard>> Iterator for Runs<I> {
    type Item = Result<Vec<Row>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let run = self.run();
        self.failed = run.is_err();
        run.transpose()
    }
}

impl<I: Iterator<Item = Guard>> Runs<I> {
    fn run(&mut self) -> Result<Option<Vec<Row>>, StoreError> {
        let mut run: Vec<Row> = self.begun.take().into_iter().collect();
        for row in self.rows.by_ref() {
            let row = row.into_inner()?;
            let parted = match run.last() {
                Some(last) if run.len() >= CHUNK => keys::stream_of(&last.0)? != keys::stream_of(&row.0)?,
                _ => false,
            };
            if parted {
                self.begun = Some(row);
                break;
            }
            run.push(row);
        }
        Ok((!run.is_empty()).then_some(run))
    }
}

/// Whether two rows are of one stream; of what is no key of a row reading it says more.
fn same_stream(a: &[u8], b: &[u8]) -> bool {
    matches!((keys::stream_of(a), keys::stream_of(b)), (Ok(a), Ok(b)) if a == b)
}
