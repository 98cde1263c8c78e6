//! Every subject's case file, kept where it is found quickly: on disk in an embedded store that follows the log, with
//! a bounded part of it in memory; in memory alone where a folder is only looked at.
//!
//! Nothing here is the truth, and nothing waits for it to be durable. What it covers is written with it, in one; where
//! it is missing, behind, of another log, of another version or damaged, it is made again from the log, beside the
//! answers and never within one. The only room that names fjall.

mod disk;
mod error;
mod fresh;
mod kept;
mod keys;

pub use disk::DiskCaseFiles;
pub use error::{StoreDoubt, StoreError};

use fresh::FreshEntries;
use kept::KeptAnswers;
use ledger_spec::casefile::{AsOf, CaseEntry, CaseFile, CaseFiles, Sight};
use ledger_spec::entry::ChainHash;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tlog::position::TreeSize;

/// Case files, wherever they are kept.
pub struct CaseFileStore {
    backing: Backing,
    covered: Mutex<TreeSize>,
    grown: Condvar,
    fresh: FreshEntries,
    kept: KeptAnswers,
}

enum Backing {
    Memory(RwLock<CaseFiles>),
    Disk(DiskCaseFiles),
}

impl CaseFileStore {
    /// An empty one in memory.
    pub fn in_memory() -> Self {
        Self::new(Backing::Memory(RwLock::default()), TreeSize::EMPTY)
    }

    /// One on disk, with what it covers already.
    pub fn on_disk(disk: DiskCaseFiles) -> Self {
        let covered = disk.covered();
        Self::new(Backing::Disk(disk), covered)
    }

    fn new(backing: Backing, covered: TreeSize) -> Self {
        let (covered, grown) = (Mutex::new(covered), Condvar::new());
        Self { backing, covered, grown, fresh: FreshEntries::default(), kept: KeptAnswers::default() }
    }

    /// Whether whoever asks brings these up to date: nobody else does.
    pub const fn is_kept_by_readers(&self) -> bool {
        matches!(self.backing, Backing::Memory(_))
    }

    /// How many entries were taken in.
    pub fn covered(&self) -> TreeSize {
        *self.covered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until so many entries were taken in, at most so long; says how many there are.
    pub fn wait_for(&self, size: TreeSize, at_most: Duration) -> TreeSize {
        let covered = self.covered.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.grown.wait_timeout_while(covered, at_most, |covered| *covered < size);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Gives what the writer has just committed to whoever keeps these up; `tip` is the chain hash of the last entry.
    pub fn offer(&self, entries: Vec<CaseEntry>, tip: ChainHash) {
        self.fresh.offer(entries, tip);
    }

    /// The committed entries that follow what is covered, where they were offered.
    pub fn offered(&self) -> Option<(Vec<CaseEntry>, ChainHash)> {
        self.fresh.after(self.covered())
    }

    /// Takes in the next entries; `tip` is the chain hash of the last.
    pub fn apply(&self, entries: Vec<CaseEntry>, tip: ChainHash) -> Result<(), StoreError> {
        let Some(size) = entries.last().map(|entry| entry.entry.covering_size()) else { return Ok(()) };
        match &self.backing {
            Backing::Memory(files) => {
                let mut files = files.write().unwrap_or_else(PoisonError::into_inner);
                // Whoever asks brings these up to date, so two may bring the same; the store's rows replace themselves.
                let known = files.size();
                entries.into_iter().filter(|new| !new.entry.is_in(known)).for_each(|new| files.take(new));
            }
            Backing::Disk(disk) => disk.apply(entries, size, tip)?,
        }
        let mut covered = self.covered.lock().unwrap_or_else(PoisonError::into_inner);
        *covered = size.max(*covered);
        drop(covered);
        self.grown.notify_all();
        Ok(())
    }

    /// One subject's file and how many entries it was made from: at least those that were covered when it was asked.
    pub fn file(&self, subject: &SubjectId) -> Result<(CaseFile, TreeSize), StoreError> {
        match &self.backing {
            Backing::Memory(files) => {
                let files = files.read().unwrap_or_else(PoisonError::into_inner);
                Ok((files.file(subject).cloned().unwrap_or_default(), files.size()))
            }
            Backing::Disk(disk) => disk.file(subject),
        }
    }

    /// The answer to a question about many subjects, folded on all cores over what is covered, or kept from when it
    /// was asked before. What it takes into account has to be covered already.
    pub fn city(&self, asked: CityAsked<'_>) -> Result<Arc<CityAnswer>, StoreError> {
        let CityAsked { question, as_of, sight, .. } = asked;
        if let Some(kept) = self.kept.find(question, as_of, sight) {
            return Ok(kept);
        }
        let answer = Arc::new(match &self.backing {
            Backing::Memory(files) => files.read().unwrap_or_else(PoisonError::into_inner).city(asked),
            Backing::Disk(disk) => disk.city(asked)?,
        });
        self.kept.keep(question, as_of, sight, answer.clone());
        Ok(answer)
    }

    /// The valid instant, not long before this one, for which an answer is kept that takes the same entries into
    /// account: whoever asks about now shares it.
    pub fn kept_since(&self, question: &CityQuestion, as_of: AsOf, sight: Sight) -> Option<AsOf> {
        self.kept.since(question, as_of, sight)
    }
}
