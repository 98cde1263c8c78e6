//! Files of subjects with very many events, kept for whoever reads one page after another: a page then costs what it
//! shows, and many who ask about one such subject share its file.

use crate::case_files::KeptFile;
use ledger_spec::id::SubjectStream;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tlog::position::TreeSize;

/// Events from which on a file is kept: below, it is read as fast as it is looked for.
const LONG: usize = 1_000;
/// About how many bytes all of them hold together; a longer file than that is not kept, and takes no other's place.
const MOST: usize = 128 << 20;

/// Files of long streams, the last used last.
#[derive(Default)]
pub(super) struct LongFiles(Mutex<Long>);

#[derive(Default)]
struct Long {
    files: VecDeque<(SubjectStream, KeptFile)>,
    epoch: Epoch,
}

/// How often everything was forgotten: what was folded before that is not kept after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Epoch(u64);

impl LongFiles {
    /// A stream's file, where it is kept and takes nothing into account beyond the first `size` entries.
    pub(super) fn find(&self, stream: &SubjectStream, size: TreeSize) -> Option<KeptFile> {
        let files = &mut self.lock().files;
        let at = files.iter().position(|(of, _)| of == stream)?;
        if !files.get(at)?.1.file.head()?.last.is_in(size) {
            return None;
        }
        let used = files.remove(at)?;
        let mut found = used.1.clone();
        found.covered = found.covered.min(size);
        files.push_back(used);
        Some(found)
    }

    /// Now, for whoever begins to fold.
    pub(super) fn epoch(&self) -> Epoch {
        self.lock().epoch
    }

    /// Keeps a file whose folding began in `epoch`, if it is long.
    pub(super) fn keep(&self, stream: &SubjectStream, kept: KeptFile, epoch: Epoch) {
        if kept.file.len() < LONG {
            return;
        }
        let mut long = self.lock();
        if long.epoch != epoch {
            return;
        }
        let files = &mut long.files;
        files.retain(|(of, _)| of != stream);
        if kept.file.weight() > MOST {
            return;
        }
        files.push_back((stream.clone(), kept));
        let mut held: usize = files.iter().map(|(_, kept)| kept.file.weight()).sum();
        while held > MOST {
            let Some((_, oldest)) = files.pop_front() else { break };
            held -= oldest.file.weight();
        }
    }

    /// Keeps nothing any more.
    pub(super) fn forget(&self) {
        let mut long = self.lock();
        long.files.clear();
        long.epoch = Epoch(long.epoch.0.wrapping_add(1));
    }

    // A panic while the lock is held leaves whole files.
    fn lock(&self) -> MutexGuard<'_, Long> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
