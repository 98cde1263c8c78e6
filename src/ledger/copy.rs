//! What a copy's folder has of its own: settings, and where it is an opened copy the files that open it, under a master
//! key that is the copy's and not the ledger's.

use super::{LedgerError, MasterKey, Settings, SettingsError, report_beside};
use crate::sealed_files::{LastStop, SealedFiles};
use crate::storage::Disk;
use ledger_spec::sealed::Kek;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::position::TreeSize;

/// The settings of the copy in `dir`; those of a new one where there are none yet, which is opened or blind.
pub(crate) fn copy_settings(dir: &Path, origin: &Origin, opened: bool) -> Result<Settings, LedgerError> {
    match Settings::read(dir) {
        Err(SettingsError::File { error, .. }) if error.kind() == ErrorKind::NotFound => {
            let mut settings = Settings::new(origin.clone());
            settings.copy = true;
            if opened {
                settings.master = Some(MasterKey::beside(dir)?);
            }
            settings.write(dir)?;
            Ok(settings)
        }
        read => Ok(read?),
    }
}

/// The master key of a copy, made the first time; a blind one has none.
pub(crate) fn copy_key(dir: &Path, disk: &dyn Disk, settings: &Settings) -> Result<Option<Kek>, LedgerError> {
    let Some(master) = &settings.master else { return Ok(None) };
    // Beside files that are there a new key would open nothing.
    if !SealedFiles::exist(disk)? && !master.is_kept(dir) {
        let key = Kek::try_filled(|key| getrandom::fill(key)).map_err(|error| LedgerError::Key {
            path: dir.to_owned(),
            reason: format!("randomness: {error}"),
        })?;
        master.keep(dir, dir, &key)?;
    }
    settings.kek(dir).map(Some)
}

/// The files that open the entries of a copy of `size` entries; made where nothing was kept yet.
pub(crate) fn copy_files(
    disk: Arc<dyn Disk>,
    origin: &Origin,
    kek: &Kek,
    size: TreeSize,
    stop: LastStop<'_>,
) -> Result<SealedFiles, LedgerError> {
    if size == TreeSize::EMPTY && !SealedFiles::exist(&*disk)? {
        return Ok(SealedFiles::create(disk, origin, kek)?);
    }
    let (files, found) = SealedFiles::open(disk, origin, kek, size, stop)?;
    report_beside(&found);
    Ok(files)
}
