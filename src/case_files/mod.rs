//! Every subject's case file, kept where it is found quickly: on disk in an embedded store that follows the log, with
//! a bounded part of it in memory; in memory alone where a folder is only looked at.
//!
//! Nothing here is the truth, and nothing waits for it to be durable. What it covers is written with it, in one; where
//! it is missing, behind, of another log, of another version or damaged, it is made again from the log, beside the
//! answers and never within one. On disk all of it is encrypted under the ledger's store key. The only room that names fjall.

mod disk;
mod error;
mod fresh;
mod kept;
mod keys;

pub use disk::DiskCaseFiles;
pub use error::{StoreDoubt, StoreError};
pub use kept::Open;
pub use keys::StoreKeys;

use fresh::FreshEntries;
use kept::{Folded, KeptAnswers};
use ledger_spec::casefile::{AsOf, CaseEntry, CaseFile, CaseFiles, Viewer};
use ledger_spec::entry::ChainHash;
use ledger_spec::id::SubjectStream;
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tlog::position::TreeSize;

/// Case files, wherever they are kept.
pub struct CaseFileStore {
    backing: Backing,
    covered: Mutex<TreeSize>,
    grown: Condvar,
    fresh: FreshEntries,
    kept: KeptAnswers,
    /// How often it was begun again: what was read before that says nothing about what is kept now.
    generation: AtomicU64,
    doubted: AtomicBool,
    /// Held by whoever begins it again, and while something is being erased.
    beginning: Mutex<()>,
}

/// While this is held something is being erased, and nothing is begun again: only after it, so that what is begun is under
/// the key that the erasure leaves.
#[must_use = "what is begun again meanwhile is under a key that is about to go"]
pub struct Forgetting<'a> {
    _beginning: MutexGuard<'a, ()>,
}

enum Backing {
    Memory(RwLock<CaseFiles>),
    Disk(RwLock<Arc<DiskCaseFiles>>),
}

/// What is kept of a stream.
#[derive(Clone, Debug)]
pub struct KeptFile {
    /// Its file.
    pub file: Arc<CaseFile>,
    /// How many entries it takes into account.
    pub covered: TreeSize,
    generation: u64,
}

impl CaseFileStore {
    /// An empty one in memory.
    pub fn in_memory() -> Self {
        Self::new(Backing::Memory(RwLock::default()), TreeSize::EMPTY)
    }

    /// One on disk, with what it covers already.
    pub fn on_disk(disk: DiskCaseFiles) -> Self {
        let covered = disk.opened_with();
        Self::new(Backing::Disk(RwLock::new(Arc::new(disk))), covered)
    }

    fn new(backing: Backing, covered: TreeSize) -> Self {
        let (covered, grown) = (Mutex::new(covered), Condvar::new());
        let (fresh, kept) = (FreshEntries::default(), KeptAnswers::default());
        let (generation, doubted, beginning) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(()));
        Self { backing, covered, grown, fresh, kept, generation, doubted, beginning }
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
            Backing::Disk(disk) => held(disk).apply(entries, size, tip)?,
        }
        let mut covered = self.covered.lock().unwrap_or_else(PoisonError::into_inner);
        *covered = size.max(*covered);
        drop(covered);
        self.grown.notify_all();
        Ok(())
    }

    /// Says that a file is not what the log says: whoever keeps these up begins again.
    pub fn doubt(&self, found: &KeptFile) {
        self.doubt_since(found.generation);
    }

    /// Whether what is kept is known to be wrong: then nobody is answered from it.
    pub fn is_doubted(&self) -> bool {
        self.doubted.load(Ordering::Acquire)
    }

    /// What was read in an older generation is no reason to throw this one away.
    fn doubt_since(&self, generation: u64) {
        if self.generation() == generation {
            self.doubted.store(true, Ordering::Release);
        }
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Whoever keeps these up could not write them: what is kept is no longer believed.
    pub fn doubt_all(&self) {
        self.doubt_since(self.generation());
    }

    /// Forgets everything, for something of it is being erased: nobody is answered from it from now on. What is on disk is
    /// begun again once what this gives is dropped; no start believes it, once the erasure has replaced its key.
    pub fn forget(&self) -> Forgetting<'_> {
        let beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        self.doubt_all();
        self.fresh.forget();
        self.kept.forget();
        Forgetting { _beginning: beginning }
    }

    /// Throws everything away that is doubted, and begins with nothing.
    pub fn begin_again(&self) -> Result<(), StoreError> {
        let Backing::Disk(disk) = &self.backing else { return Ok(()) };
        let _beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is covered before anything is gone.
        *self.covered.lock().unwrap_or_else(PoisonError::into_inner) = TreeSize::EMPTY;
        let anew = Arc::new(held(disk).anew()?);
        *disk.write().unwrap_or_else(PoisonError::into_inner) = anew;
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.kept.forget();
        self.doubted.store(false, Ordering::Release);
        Ok(())
    }

    /// One stream's file by what is kept of the first `size` entries; nothing of what is doubted.
    pub fn file(&self, stream: &SubjectStream, size: TreeSize) -> Result<KeptFile, StoreError> {
        let generation = self.generation();
        let (file, covered) = match &self.backing {
            _ if self.is_doubted() => (CaseFile::default(), TreeSize::EMPTY),
            Backing::Memory(files) => {
                let files = files.read().unwrap_or_else(PoisonError::into_inner);
                // A file that takes more into account is not the one that is asked for.
                match files.size() {
                    covered if covered <= size => (files.file(stream).cloned().unwrap_or_default(), covered),
                    _ => (CaseFile::default(), TreeSize::EMPTY),
                }
            }
            Backing::Disk(disk) => {
                held(disk).file(stream, size).inspect_err(|error| self.weigh(error, generation))?
            }
        };
        Ok(KeptFile { file: Arc::new(file), covered, generation })
    }

    /// A file of which nothing is kept.
    pub fn nothing(&self) -> KeptFile {
        KeptFile { file: Arc::default(), covered: TreeSize::EMPTY, generation: self.generation() }
    }

    /// The answer to a question about many subjects, folded on all cores over what is covered, or kept from when it
    /// was asked before; `newest` where it takes into account all that there is.
    pub fn city(&self, asked: CityAsked<'_>, newest: bool) -> Result<Arc<CityAnswer>, StoreError> {
        let generation = self.generation();
        if self.is_doubted() {
            return Err(StoreError::Behind { found: TreeSize::EMPTY, expected: asked.as_of.known });
        }
        if let Some(kept) = self.kept.find(&asked) {
            return Ok(kept);
        }
        let begin = Instant::now();
        let fold = match &self.backing {
            Backing::Memory(files) => files.read().unwrap_or_else(PoisonError::into_inner).fold(asked),
            Backing::Disk(disk) => {
                held(disk).fold(asked).inspect_err(|error| self.weigh(error, generation))?
            }
        };
        let files = fold.files();
        let answer = Arc::new(fold.answer());
        if self.is_doubted() || self.generation() != generation {
            // It was found to be wrong meanwhile.
            return Err(StoreError::Behind { found: TreeSize::EMPTY, expected: asked.as_of.known });
        }
        self.kept.keep(&asked, answer.clone(), Folded { files, took: begin.elapsed(), newest });
        Ok(answer)
    }

    fn weigh(&self, error: &StoreError, generation: u64) {
        if error.is_damage() {
            self.doubt_since(generation);
        }
    }

    /// The instants and the moment of asking, for whoever leaves some of them open, of an answer of a moment ago that is
    /// kept.
    pub fn kept_instants(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        open: Open,
        viewer: Viewer,
    ) -> Option<(AsOf, Viewer)> {
        self.kept.instants(question, as_of, open, viewer)
    }
}

/// The store as it is now; whoever holds it may read on after it was begun again.
fn held(disk: &RwLock<Arc<DiskCaseFiles>>) -> Arc<DiskCaseFiles> {
    disk.read().unwrap_or_else(PoisonError::into_inner).clone()
}
