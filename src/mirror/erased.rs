//! What a copy does about what the ledger erases: it erases the same, and waits for the ledger's word where something was not
//! opened to it.

use super::{Mirror, MirrorError, entry_fault};
use crate::ledger::{LedgerError, under_a_new_key};
use ledger_spec::erasures::Erased;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

/// How often it is looked whether the ledger says meanwhile what it erases.
const LOOKS: usize = 5;
/// The wait between two such looks.
const PAUSE: Duration = Duration::from_millis(200);

impl Mirror {
    /// Whether something was erased while this look was under way: of an entry that came with it only the links were left, and
    /// there is a newer checkpoint that may say so. The next look goes on from here. A ledger says what it erases a moment after
    /// nobody is told of it any more: for that checkpoint it is waited.
    pub(super) fn may_be_explained_by_the_next(
        &self,
        from: TreeSize,
        newer: &SignedCheckpoint,
    ) -> Result<bool, MirrorError> {
        let unexplained = self.auditing.auditor.unexplained().is_some_and(|entry| !entry.is_in(from));
        if !unexplained {
            return Ok(false);
        }
        for _ in 0..LOOKS {
            let now = self.remote.checkpoint().map_err(|error| MirrorError::Unreachable(error.into()))?;
            if now != newer.to_string().into_bytes() {
                return Ok(true);
            }
            thread::sleep(PAUSE);
        }
        Ok(false)
    }

    /// Holds what the log says of its own earlier trees, under which something was erased, against what is stored.
    pub(super) fn hold_vouched(&mut self, signed: Option<&[u8]>) -> Result<(), MirrorError> {
        for vouched in self.auditing.auditor.vouched() {
            let log = self.log.as_ref().or_defect("something was stored before");
            let tail = log.leaves(vouched.tail()).map_err(LedgerError::from)?;
            vouched.hold(&tail).map_err(|error| self.fault(entry_fault(error), signed))?;
        }
        Ok(())
    }

    /// Erases here too what the ledger says is erased, and has said since the copy was made or was closed last.
    pub(super) fn forget(&mut self, erased: &Arc<Erased>) -> Result<(), MirrorError> {
        let (Some(log), Some(snapshots)) = (&mut self.log, &self.snapshots) else { return Ok(()) };
        if self.kek.is_none() || self.forgotten == Some(erased.entries.len()) {
            return Ok(());
        }
        // A copy has no fields of anybody.
        let whole = Erased { entries: erased.entries.clone(), fields: BTreeSet::new() };
        let left = log.not_erased(&whole).map_err(LedgerError::from)?;
        if let (false, Some(master)) = (left.is_empty(), &self.settings.master) {
            let _forgetting = snapshots.streams().forget();
            under_a_new_key(master, &self.dir, |key| log.erase(&left, key))?;
        }
        self.forgotten = Some(erased.entries.len());
        Ok(())
    }
}
