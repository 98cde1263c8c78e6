//! What a copy does about what the ledger erases: it erases the same, waits for the ledger's word where something was not
//! opened to it, and tells what it has lost itself from what was lost there.

use super::{Mirror, MirrorError, entry_fault};
use crate::audit::{AuditFailure, Piece, RemoteFault, Served};
use crate::ledger::{LedgerError, under_a_new_key};
use ledger_spec::audit::{AuditError, AuditFault, GivenEntry, KnownEntry};
use ledger_spec::entry::EntryHashes;
use ledger_spec::erasures::Erased;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tlog::checkpoint::SignedCheckpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::position::TreeSize;
use tlog::tile::{TileId, TileKind};

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

    /// What it means that an entry is at fault under a checkpoint: what the copy has lost is its own damage, and all else is the
    /// ledger's fault.
    pub(super) fn at_fault(&self, error: AuditError, newer: &SignedCheckpoint) -> MirrorError {
        match self.is_lost_here(&error, newer) {
            Ok(true) => MirrorError::Damaged(entry_fault(error)),
            Ok(false) => self.fault(entry_fault(error), Some(newer.to_string().as_bytes())),
            Err(AuditFailure::Remote(fault)) => self.remote_fault(fault, None),
            Err(failure) => self.fault(failure, None),
        }
    }

    /// Whether an entry of which only the links are left here, without a word, was stored before this process was begun, and the
    /// ledger opens it when it is asked again.
    fn is_lost_here(&self, error: &AuditError, newer: &SignedCheckpoint) -> Result<bool, AuditFailure> {
        let unexplained = matches!(error.fault, AuditFault::NotErased | AuditFault::LostBefore { .. });
        let (at, checkpoint) = (error.index, newer.checkpoint());
        let (Some(log), true) = (&self.log, unexplained && at.is_in(self.reopened)) else { return Ok(false) };
        let tile = TileId::all(TileKind::Entries, at.get(), checkpoint.size()).next();
        let tile = tile.or_defect("an entry below the checkpoint's size has a bundle");
        let bundle = self.remote.bundle(tile).map_err(RemoteFault::from)?;
        let entries = tile.entries(&bundle);
        let entries = entries.map_err(|fault| RemoteFault::from(self.remote.malformed(tile, fault)))?;
        let bytes = entries.get(as_usize(at.get() - tile.first_entry().get()));
        let bytes = *bytes.or_defect("a bundle that was read has as many entries as its width");
        let hashes = EntryHashes::of(bytes);
        // Another entry than the one that is stored explains nothing.
        let own = log.leaves(at.get()..at.get().saturating_add(1));
        if own.is_ok_and(|own| own != [hashes.leaf]) {
            return Ok(false);
        }
        let mut piece = Piece::new(at);
        piece.push(bytes, hashes);
        let openings = Served::or_blind(self.openings.as_ref(), checkpoint);
        let opening = openings.of(&piece)?.pop().and_then(|given| given.opening);
        let given = GivenEntry { opening, ..GivenEntry::blind(bytes) };
        let known = KnownEntry::read(&self.settings.origin, at, given);
        Ok(known.is_ok_and(|known| known.event().is_some()))
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
