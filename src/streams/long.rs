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
pub(super) struct LongFiles(Mutex<VecDeque<(SubjectStream, KeptFile)>>);

impl LongFiles {
    /// A stream's file, where it is kept and takes nothing into account beyond the first `size` entries.
    pub(super) fn find(&self, stream: &SubjectStream, size: TreeSize) -> Option<KeptFile> {
        let mut files = self.lock();
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

    /// Keeps a file that was just read, if it is long.
    pub(super) fn keep(&self, stream: &SubjectStream, kept: KeptFile) {
        if kept.file.len() < LONG {
            return;
        }
        let mut files = self.lock();
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

    // A panic while the lock is held leaves whole files.
    fn lock(&self) -> MutexGuard<'_, VecDeque<(SubjectStream, KeptFile)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
