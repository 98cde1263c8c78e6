//! The stores that are derived from the log and lie beside it, each under a key of the root.

use super::indexing::index_of;
use super::{LedgerError, Settings};
use crate::case_files::{CaseFileStore, DiskCaseFiles, StoreKeys};
use crate::index::{Index, IndexStore};
use crate::log::{Log, LogReader};
use crate::progress::Progress;
use ledger_spec::entry::ChainHash;
use ledger_spec::sealed::{SkeletonKey, StoreKey};
use std::path::Path;
use std::sync::Arc;
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

const INDEX: &str = "index";
const CASE_FILES: &str = "case-files";

/// The index of a log that was just opened: as it was stored, where that can be believed, or made anew.
pub(super) fn load_index(
    dir: &Path,
    log: &Log,
    clean: bool,
    progress: &dyn Progress,
) -> Result<(IndexStore, Index), LedgerError> {
    let (reader, size) = (log.reader(), log.size());
    let files = reader.sealed_files().or_defect("a ledger's log is opened with what opens it");
    let key = files.with_root(|root| SkeletonKey::copied(root.skeleton.expose()));
    let (store, loaded) = IndexStore::open(&dir.join(INDEX), &key, (size, log.head()), clean)?;
    let index = match loaded {
        Ok(index) => index,
        Err(doubt) => {
            tracing::info!(%doubt, entries = size.get(), "the index is being rebuilt from the log");
            index_of(&reader, size, progress)?
        }
    };
    Ok((store, index))
}

/// The case files of a folder whose lock is held. What they say of another log, or cannot say, is thrown away, and
/// made again beside the answers.
pub(crate) fn open_case_files(
    dir: &Path,
    settings: &Settings,
    log: &LogReader,
) -> Result<Arc<CaseFileStore>, LedgerError> {
    let tip_at = |size: TreeSize| {
        let last = log.raw(size.last_index()?).ok()?;
        Some(ChainHash::of_entry(last.bytes()))
    };
    let (path, cache) = (dir.join(CASE_FILES), settings.case_file_cache_bytes);
    let (disk, doubt) = DiskCaseFiles::open(&path, cache, store_keys(log)?, tip_at)?;
    if let Some(doubt) = doubt {
        tracing::info!(%doubt, "case files are made from the log, beside the answers");
    }
    Ok(Arc::new(CaseFileStore::on_disk(disk)))
}

/// The root's store key, whichever it is when it is asked for. A blind copy has none and keeps no case files: its empty
/// store is under a key that nobody keeps.
fn store_keys(log: &LogReader) -> Result<StoreKeys, LedgerError> {
    if let Some(files) = log.sealed_files() {
        let files = files.clone();
        return Ok(Arc::new(move || files.with_root(|root| StoreKey::copied(root.store.expose()))));
    }
    let key = StoreKey::try_filled(|key| getrandom::fill(key));
    let key = key.map_err(|error| LedgerError::Opening(error.to_string()))?;
    Ok(Arc::new(move || StoreKey::copied(key.expose())))
}
