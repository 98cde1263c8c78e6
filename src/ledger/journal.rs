//! The access journal: a log of its own below the ledger's folder, of the same making and under the same operator's key, in
//! which it stands who looked. Its master key follows from the ledger's root, so that it needs no other keeping.

use super::{
    Founding, LedgerError, MasterKey, OpenLedger, Settings, open_folder, open_ledger, operator_signer,
};
use crate::progress::Progress;
use ledger_spec::admission::{JOURNAL, journal_of};
use ledger_spec::sealed::Kek;
use std::fs;
use std::path::{Path, PathBuf};
use tlog::note::NoteSigner;

/// The folder of the access journal, below that of its ledger.
pub const ACCESS: &str = "access";
/// The ledger's folder, from there.
const ABOVE: &str = "..";
/// What the name of the memory of its signer has besides that of the ledger's.
pub(super) const MEMORY: &str = ".access";
/// What is folded of the journal is who looked at one subject, and nobody asks for all.
const CACHE: u64 = 8 << 20;

/// Begins the journal of a ledger that is being made in `folder`.
pub(super) fn begin(folder: &Path, founding: &Founding, kek: &Kek) -> Result<(), LedgerError> {
    let ledger = &founding.settings.origin;
    let origin = journal_of(ledger)
        .ok_or_else(|| LedgerError::Opening(format!("{ledger} is too long to name an access journal by")))?;
    let dir = folder.join(ACCESS);
    fs::create_dir(&dir).map_err(super::at(&dir))?;
    let settings = Settings {
        origin,
        master: Some(MasterKey::Ledger(ABOVE.into())),
        policy: None,
        // Both follow from the ledger's.
        signer_memory: None,
        mirrors: Vec::new(),
        hosts: Vec::new(),
        case_file_cache_bytes: CACHE,
        ..founding.settings.clone()
    };
    settings.write(&dir)?;
    let signer = signer_of(&settings, &founding.operator_seed);
    let settings = Settings { signer_memory: memory_of(&founding.settings), ..settings };
    let mut random = founding.random;
    random[9] ^= 1;
    let founding = Founding {
        settings,
        operator: founding.operator.clone(),
        operator_name: founding.operator_name.clone(),
        operator_seed: founding.operator_seed,
        master: Kek::copied(kek.expose()),
        registrars: Vec::new(),
        keys: Vec::new(),
        random,
    };
    open_ledger(&dir, &founding, signer, Some(ledger))?;
    super::new_folder::sync(&dir)
}

/// Opens the journal of the ledger in `dir` for writing, with the key by which looks are signed; `None` where it has none, as
/// a copy.
pub fn open_journal(
    dir: &Path,
    progress: &dyn Progress,
) -> Result<Option<(OpenLedger, NoteSigner)>, LedgerError> {
    let access = dir.join(ACCESS);
    if !access.try_exists().map_err(super::at(&access))? {
        return Ok(None);
    }
    let settings = settings_of(dir, &access)?;
    let signer = operator_signer(&access, &settings)?;
    let journal = open_folder(&access, settings, progress)?;
    Ok(Some((journal, signer)))
}

/// The settings of the journal in `access` of the ledger in `dir`: what its signer remembers is kept beside what the ledger's does.
pub(super) fn settings_of(dir: &Path, access: &Path) -> Result<Settings, LedgerError> {
    let settings = Settings::read(access)?;
    is_of(&settings, (dir, access))?;
    Ok(Settings { signer_memory: memory_of(&Settings::read(dir)?), ..settings })
}

fn memory_of(ledger: &Settings) -> Option<PathBuf> {
    let mut path = ledger.signer_memory.clone()?.into_os_string();
    path.push(MEMORY);
    // A relative one is from the ledger's folder, and this is one below.
    Some(Path::new(ABOVE).join(path))
}

/// Whether the journal in `access` is that of the ledger in `dir`, by name and by master key; that it is by the operator's key
/// too, its entry 0 says.
fn is_of(journal: &Settings, (dir, access): (&Path, &Path)) -> Result<(), LedgerError> {
    let ledger = &Settings::read(dir)?.origin;
    let from_above = journal.master == Some(MasterKey::Ledger(ABOVE.into()));
    if from_above && journal_of(ledger).as_ref() == Some(&journal.origin) {
        return Ok(());
    }
    let (path, found) = (access.to_owned(), journal.origin.to_string());
    let expected = format!("{ledger}{JOURNAL}");
    Err(LedgerError::OtherJournal { path, found, expected, above: ABOVE })
}

/// The operator's key as the key of the journal's checkpoints.
pub(super) fn signer(ledger: &Path, journal: &Settings) -> Result<NoteSigner, LedgerError> {
    let above = operator_signer(ledger, &Settings::read(ledger)?)?;
    Ok(signer_of(journal, above.secret_key().expose_seed()))
}

fn signer_of(journal: &Settings, seed: &[u8; 32]) -> NoteSigner {
    NoteSigner::from_seed(journal.origin.key_name().clone(), seed)
}
