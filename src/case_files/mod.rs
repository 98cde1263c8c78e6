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
pub use kept::Open;

use fresh::FreshEntries;
use kept::KeptAnswers;
use ledger_spec::casefile::{AsOf, CaseEntry, CaseFile, CaseFiles, Sight};
use ledger_spec::entry::ChainHash;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion};
use std::sync::atomic::{AtomicBool, Ordering};
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
    doubted: AtomicBool,
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
        let covered = disk.opened_with();
        Self::new(Backing::Disk(disk), covered)
    }

    fn new(backing: Backing, covered: TreeSize) -> Self {
        let (covered, grown) = (Mutex::new(covered), Condvar::new());
        let (fresh, kept) = (FreshEntries::default(), KeptAnswers::default());
        Self { backing, covered, grown, fresh, kept, doubted: AtomicBool::new(false) }
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

    /// Says that what is kept was found to be wrong, or could not be read or written: whoever keeps it up begins again.
    pub fn doubt(&self) {
        self.doubted.store(true, Ordering::Release);
    }

    /// Forgets everything where anybody has doubted it; says whether that was so.
    pub fn begin_again_if_doubted(&self) -> Result<bool, StoreError> {
        if !self.doubted.load(Ordering::Acquire) {
            return Ok(false);
        }
        match &self.backing {
            Backing::Memory(files) => {
                *files.write().unwrap_or_else(PoisonError::into_inner) = CaseFiles::default();
            }
            Backing::Disk(disk) => disk.clear()?,
        }
        *self.covered.lock().unwrap_or_else(PoisonError::into_inner) = TreeSize::EMPTY;
        self.kept.forget();
        // Whoever was reading what was just thrown away may have doubted it once more.
        self.doubted.store(false, Ordering::Release);
        Ok(true)
    }

    /// One subject's file by what is kept of the first `size` entries, and how many of these are covered.
    pub fn file(&self, subject: &SubjectId, size: TreeSize) -> Result<(CaseFile, TreeSize), StoreError> {
        match &self.backing {
            Backing::Memory(files) => {
                let files = files.read().unwrap_or_else(PoisonError::into_inner);
                // What is only looked at does not grow: nothing is covered beyond what anybody asks about.
                Ok((files.file(subject).cloned().unwrap_or_default(), files.size().min(size)))
            }
            Backing::Disk(disk) => disk.file(subject, size).inspect_err(|_| self.doubt()),
        }
    }

    /// The answer to a question about many subjects, folded on all cores over what is covered, or kept from when it
    /// was asked before. What it takes into account has to be covered already.
    pub fn city(&self, asked: CityAsked<'_>) -> Result<Arc<CityAnswer>, StoreError> {
        if let Some(kept) = self.kept.find(asked.question, asked.as_of, asked.sight) {
            return Ok(kept);
        }
        let fold = match &self.backing {
            Backing::Memory(files) => files.read().unwrap_or_else(PoisonError::into_inner).fold(asked),
            Backing::Disk(disk) => disk.fold(asked).inspect_err(|_| self.doubt())?,
        };
        let files = fold.files();
        let answer = Arc::new(fold.answer());
        self.kept.keep(&asked, answer.clone(), files);
        Ok(answer)
    }

    /// The instants, for whoever leaves some of them open, of an answer of a moment ago that is kept.
    pub fn kept_instants(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        open: Open,
        sight: Sight,
    ) -> Option<AsOf> {
        self.kept.instants(question, as_of, open, sight)
    }
}
