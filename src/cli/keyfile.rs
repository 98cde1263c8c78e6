//! Key files: one line, `PRIVATE+KEY+<name>+<hash>+<base64>`, as signed notes have it. The name is the
//! authority's id; an operator's is the origin.

use super::failure::Failure;
use super::talk;
use crate::ledger::write_secret;
use crate::words::{say, told};
use ledger_spec::event::{Salt, SaltKey};
use ledger_spec::id::{AuthorityId, EventId};
use ledger_spec::wording::Words;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tlog::note::{KeyName, NoteSigner};
use zeroize::Zeroizing;

/// Reads a secret key.
pub(super) fn read(path: &Path) -> Result<NoteSigner, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::file(path))?;
    NoteSigner::parse(text.trim_end_matches(['\r', '\n']))
        .map_err(|error| Failure::usage(say!("{}: {}", Words::data(path.display()), told(&error))))
}

/// Makes a new key and writes it where nothing stands yet, readable by its owner only.
pub(super) fn make(name: &AuthorityId, path: &Path) -> Result<NoteSigner, Failure> {
    let name = KeyName::parse(name.as_str()).map_err(Failure::usage)?;
    let signer = NoteSigner::from_seed(name, &random()?);
    write_secret(path, &signer.secret_text()).map_err(Failure::usage)?;
    Ok(signer)
}

/// Where an issuer's salt key lies unless told otherwise: beside its signing key, and named so that it outlives that.
pub(super) fn salts_beside(key: &Path, issuer: &AuthorityId) -> PathBuf {
    key.with_file_name(format!("{issuer}.salts"))
}

/// What makes the salts of an issuer's imports: the key in this file, or one that is made there now, readable by its owner
/// only.
pub(super) fn salts(path: &Path) -> Result<SaltKey, Failure> {
    match std::fs::read_to_string(path).map(Zeroizing::new) {
        Ok(text) => SaltKey::parse(text.trim_end_matches(['\r', '\n']))
            .map_err(|error| Failure::usage(say!("{}: {}", Words::data(path.display()), told(&error)))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = Zeroizing::new(random()?);
            write_secret(path, &SaltKey::secret_text(&secret)).map_err(Failure::usage)?;
            talk::say(&say!(
                "salt key made: {}; keep it, also when the signing key is replaced: by it a table that comes in again is known to be the same",
                Words::data(path.display())
            ));
            Ok(SaltKey::of(&secret))
        }
        Err(error) => Err(Failure::file(path)(error)),
    }
}

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::unreachable(say!("randomness: {}", told(&error))))?;
    Ok(bytes)
}

/// The salt of a new event.
pub(super) fn new_salt() -> Result<Salt, Failure> {
    Ok(Salt::from_bytes(random()?))
}

/// A new event id, of today.
pub(super) fn new_event_id() -> Result<EventId, Failure> {
    Ok(EventId::of_day(crate::clock::now().micros() / 1000, random()?))
}
