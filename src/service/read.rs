//! A ledger's folder, read beside whoever writes it: questions without a server.
//!
//! Takes no lock and writes nothing. What is read is what the checkpoint covers at the moment of
//! opening.

use super::audit::{AuditFailure, key_of_entry_0};
use super::indexing::index_of;
use super::{Progress, ServiceError, Settings, published_view};
use crate::log;
use crate::storage::{Disk, FileDisk};
use crate::view::View;
use std::path::Path;
use std::sync::Arc;
use tlog::note::VerifierKey;

/// A ledger open for questions.
pub struct ReadOnly {
    /// The reading side.
    pub view: View,
    /// The folder's settings.
    pub settings: Settings,
    /// The key that verifies the checkpoint.
    pub vkey: VerifierKey,
}

/// Opens a ledger's folder for questions. Where a server has it open, this shows what is published at
/// this moment. The index is made anew in memory.
pub fn open_to_read(dir: &Path, progress: &dyn Progress) -> Result<ReadOnly, ServiceError> {
    let settings = Settings::read(dir)?;
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(dir)?);
    let vkey = key_of_entry_0(&*disk).map_err(|failure| match failure {
        AuditFailure::Unreadable(error) => ServiceError::Disk(error),
        AuditFailure::Files(error) => ServiceError::Log(error),
        AuditFailure::Entry { error, .. } => ServiceError::Opening(error.fault.to_string()),
        AuditFailure::NoKey(reason) => ServiceError::Opening(reason),
        other => ServiceError::Opening(other.to_string()),
    })?;
    let reader = log::open_to_read(disk, &vkey)?;
    let size = reader.size();
    let tip = match size.last_index() {
        Some(last) => ledger_spec::entry::ChainHash::of_entry(reader.entry(last)?.bytes()),
        None => ledger_spec::entry::ChainHash::ZERO,
    };
    let index = index_of(&reader, size, tip, progress)?;
    let view = published_view(reader, Arc::new(index), &settings, &vkey)?;
    Ok(ReadOnly { view, settings, vkey })
}
