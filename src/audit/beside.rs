//! The files beside the log as a whole: the audit has opened every entry with them, one by one; that nothing else stands
//! there, no file of another generation, no second root, no byte behind, is looked at here, and that the root is no older than the log.

use super::AuditFailure;
use crate::parallel;
use crate::sealed_files::{CheckedLog, LogSays, SealedOpenError, Span, check};
use crate::storage::Disk;
use ledger_spec::erasures::Erased;
use ledger_spec::id::IdentityEpoch;
use ledger_spec::sealed::Kek;
use tlog::checkpoint::Origin;
use tlog::position::{EntryIndex, TreeSize};

/// Where a folder's entries are opened from: whose log it is, and the key that its root is under.
pub(super) struct Master {
    pub(super) origin: Origin,
    pub(super) kek: Kek,
    /// Whether it is a copy's: then its root is its own.
    pub(super) copy: bool,
}

/// A log whose entries are right.
pub(super) struct OfLog<'a> {
    pub(super) size: TreeSize,
    /// Whether a process has it open, or had when it crashed.
    pub(super) open_ended: bool,
    /// Its entries in the clear, ascending.
    pub(super) clear: &'a [EntryIndex],
    /// What it says is erased.
    pub(super) erased: &'a Erased,
    /// How many identity keys it says that the ledger has had.
    pub(super) identities: IdentityEpoch,
}

impl Master {
    /// Holds all files against the log and the root, to the byte. Of which entries something stands behind the log, it gives,
    /// where the folder says that a process writes.
    pub(super) fn check(&self, disk: &dyn Disk, log: &OfLog<'_>) -> Result<Option<Span>, AuditFailure> {
        let says = |index: EntryIndex| {
            if log.clear.binary_search(&index).is_ok() {
                LogSays::Clear
            } else if log.erased.entries.contains(&index) {
                LogSays::Erased
            } else {
                LogSays::Whole
            }
        };
        let identities = (!self.copy).then_some(log.identities);
        let OfLog { size, open_ended, .. } = *log;
        // The audit has unwrapped the slots: nothing was opened without.
        let (unwrapped, threads) = (true, parallel::cores());
        let checked = CheckedLog { size, open_ended, identities, says: &says, unwrapped, threads };
        check(disk, &self.origin, &self.kek, &checked).map_err(|error| match error {
            SealedOpenError::Disk(error) => AuditFailure::Unreadable(error),
            SealedOpenError::Replaced(replaced) => AuditFailure::Replaced(replaced),
            other => AuditFailure::Beside(other),
        })
    }
}
