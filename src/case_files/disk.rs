//! Case files in fjall: one row an event, so that a subject's file is one short run of neighbours.
//!
//! A batch of entries and what it makes the store cover are one write, without a sync: after a power cut the store
//! covers less, or cannot be opened, and is made again.

use super::error::{StoreDoubt, StoreError};
use super::keys::{self, Covered};
use crate::parallel;
use fjall::config::{BlockSizePolicy, CompressionPolicy};
use fjall::{
    CompressionType, Database, Guard, Keyspace, KeyspaceCreateOptions, Readable as _, Slice, Snapshot,
};
use ledger_spec::casefile::{CaseEntry, CaseFile, ItemRow};
use ledger_spec::entry::ChainHash;
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::{CityAsked, CityFold};
use std::fs;
use std::path::Path;
use tlog::defect::as_u64;
use tlog::position::{EntryIndex, TreeSize};

/// Rows that one thread takes up at a time when all are folded; a subject's rows are never parted.
const CHUNK: usize = 4_096;
/// Subjects that one thread takes up at a time when a list's are folded.
const SUBJECTS: usize = 256;

/// Case files on disk.
pub struct DiskCaseFiles {
    db: Database,
    rows: Keyspace,
    /// What it covered when it was opened.
    opened_with: TreeSize,
}

impl DiskCaseFiles {
    /// Opens the store in a folder, with so many bytes of it kept in memory. What cannot be believed is thrown away,
    /// and the reason given: `tip_at` is the chain hash of the log after so many entries, `None` where it has fewer.
    pub fn open(
        path: &Path,
        cache_bytes: u64,
        tip_at: impl FnOnce(TreeSize) -> Option<ChainHash>,
    ) -> Result<(Self, Option<StoreDoubt>), StoreError> {
        let doubt = if path.exists() {
            match Self::open_as_is(path, cache_bytes) {
                Ok(store) => match covered_in(&store.db.snapshot(), &store.rows) {
                    Ok(Some(covered)) if tip_at(covered.size) == Some(covered.tip) => {
                        return Ok((Self { opened_with: covered.size, ..store }, None));
                    }
                    Ok(None) => StoreDoubt::Missing,
                    Ok(Some(_)) => StoreDoubt::OtherLog,
                    Err(error) => StoreDoubt::Damaged(error.to_string()),
                },
                Err(error) => StoreDoubt::Damaged(error.to_string()),
            }
        } else {
            StoreDoubt::Missing
        };
        if path.exists() {
            fs::remove_dir_all(path).map_err(|error| StoreError::Store(error.to_string()))?;
        }
        Ok((Self::open_as_is(path, cache_bytes)?, Some(doubt)))
    }

    /// The settings are those that were measured to matter: a large journal and memtable for few flushes, blocks of
    /// 16 KiB with LZ4, two workers, since with one what is resident grows.
    fn open_as_is(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let db = Database::builder(path)
            .cache_size(cache_bytes)
            .max_journaling_size(128 << 20)
            .worker_threads(2)
            .open()?;
        let rows = db.keyspace("rows", || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(32 << 20)
                .data_block_size_policy(BlockSizePolicy::all(16 << 10))
                .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
        })?;
        Ok(Self { db, rows, opened_with: TreeSize::EMPTY })
    }

    /// How many entries it covered when it was opened.
    pub(super) const fn opened_with(&self) -> TreeSize {
        self.opened_with
    }

    /// Forgets everything.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        Ok(self.rows.clear()?)
    }

    pub(super) fn apply(
        &self,
        entries: Vec<CaseEntry>,
        size: TreeSize,
        tip: ChainHash,
    ) -> Result<(), StoreError> {
        let mut batch = self.db.batch();
        for CaseEntry { subject, list, entry, row } in entries {
            if let Some(list) = list {
                batch.insert(&self.rows, keys::named(&list, &subject), Vec::new());
            }
            if let Some(row) = row {
                batch.insert(&self.rows, keys::item(&subject, entry), row.into_bytes());
            }
        }
        batch.insert(&self.rows, keys::COVERED.to_vec(), Covered { size, tip }.to_bytes());
        Ok(batch.commit()?)
    }

    pub(super) fn file(
        &self,
        subject: &SubjectId,
        size: TreeSize,
    ) -> Result<(CaseFile, TreeSize), StoreError> {
        let snapshot = self.db.snapshot();
        let covered = covered_in(&snapshot, &self.rows)?.map_or(TreeSize::EMPTY, |covered| covered.size);
        Ok((self.file_in(&snapshot, subject, size)?, covered.min(size)))
    }

    /// A subject's file by its rows within the first `size` entries.
    fn file_in(
        &self,
        snapshot: &Snapshot,
        subject: &SubjectId,
        size: TreeSize,
    ) -> Result<CaseFile, StoreError> {
        let mut file = CaseFile::default();
        for pair in snapshot.prefix(&self.rows, keys::items_of(&subject.to_string())) {
            let (key, value) = pair.into_inner()?;
            let (_, entry) = keys::read_item(&key)?;
            if !entry.is_in(size) {
                break;
            }
            file.apply_row(ItemRow::from_bytes(entry, &value)?);
        }
        Ok(file)
    }

    /// Folds over all files, or those that a list's stream names, on all cores.
    pub(super) fn fold<'a>(&self, asked: CityAsked<'a>) -> Result<CityFold<'a>, StoreError> {
        let snapshot = self.db.snapshot();
        let mut whole = CityFold::new(asked);
        let mut rows_found = 0;
        let merge = |(part, rows)| {
            whole.merge(part);
            rows_found += rows;
            Ok::<(), StoreError>(())
        };
        let threads = parallel::cores();
        match asked.question.list() {
            Some(list) => {
                let subjects = self.named_by(&snapshot, list)?;
                let chunks = subjects.chunks(SUBJECTS);
                let fold = |subjects: &[SubjectId]| {
                    let mut fold = CityFold::new(asked);
                    for subject in subjects {
                        fold.take(subject, &self.file_in(&snapshot, subject, asked.as_of.known)?);
                    }
                    Ok((fold, 0))
                };
                parallel::in_order(threads, chunks, fold, merge)?;
            }
            None => {
                let rows =
                    Runs { rows: snapshot.prefix(&self.rows, keys::ITEMS), begun: None, failed: false };
                let fold = |chunk: Result<Vec<Row>, StoreError>| {
                    let chunk = chunk?;
                    let rows = as_u64(chunk.len());
                    Ok((fold_rows(asked, chunk)?, rows))
                };
                parallel::in_order(threads, rows, fold, merge)?;
                // Every entry is about somebody, whose file has a row of it.
                let covered =
                    covered_in(&snapshot, &self.rows)?.map_or(TreeSize::EMPTY, |covered| covered.size);
                if rows_found != covered.get() {
                    return Err(StoreError::Rows { found: rows_found, expected: covered });
                }
            }
        }
        Ok(whole)
    }

    fn named_by(&self, snapshot: &Snapshot, list: &ListCode) -> Result<Vec<SubjectId>, StoreError> {
        let prefix = keys::subjects_of(list);
        let keys = snapshot.prefix(&self.rows, &prefix).map(Guard::key);
        keys.map(|key| keys::subject(key?.strip_prefix(&*prefix).ok_or(StoreError::Key)?)).collect()
    }
}

fn covered_in(snapshot: &Snapshot, rows: &Keyspace) -> Result<Option<Covered>, StoreError> {
    let stored = snapshot.get(rows, keys::COVERED)?;
    stored.map(|bytes| Covered::parse(&bytes).ok_or(StoreError::Key)).transpose()
}

type Row = (Slice, Slice);

/// Rows in the order of their keys, many at a time, no subject's parted.
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
                Some(last) if run.len() >= CHUNK => keys::read_item(&last.0)?.0 != keys::read_item(&row.0)?.0,
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

fn fold_rows(asked: CityAsked<'_>, rows: Vec<Row>) -> Result<CityFold<'_>, StoreError> {
    let mut fold = CityFold::new(asked);
    let mut files = rows.chunk_by(|a, b| same_subject(&a.0, &b.0));
    files.try_for_each(|rows| {
        let mut file = CaseFile::default();
        for (key, value) in rows {
            let (_, entry) = keys::read_item(key)?;
            file.apply_row(ItemRow::from_bytes(entry, value)?);
        }
        let Some((key, _)) = rows.first() else { return Ok(()) };
        fold.take(&keys::subject(keys::read_item(key)?.0)?, &file);
        Ok::<(), StoreError>(())
    })?;
    Ok(fold)
}

/// Whether two keys of rows differ in their entries alone.
fn same_subject(a: &[u8], b: &[u8]) -> bool {
    let subject = |key: &[u8]| key.len().checked_sub(size_of::<EntryIndex>());
    subject(a) == subject(b) && subject(a).is_some_and(|end| a.get(..end) == b.get(..end))
}
