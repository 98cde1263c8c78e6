//! Key files: one line, `PRIVATE+KEY+<name>+<hash>+<base64>`, as signed notes have it. The name is the
//! authority's id; an operator's is the origin.

use super::failure::Failure;
use crate::ledger::write_secret;
use ledger_spec::event::Salt;
use ledger_spec::id::{AuthorityId, EventId};
use std::path::Path;
use tlog::note::{KeyName, NoteSigner};

/// Reads a secret key.
pub(super) fn read(path: &Path) -> Result<NoteSigner, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::file(path))?;
    NoteSigner::parse(text.trim_end_matches(['\r', '\n']))
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// Makes a new key and writes it where nothing stands yet, readable by its owner only.
pub(super) fn make(name: &AuthorityId, path: &Path) -> Result<NoteSigner, Failure> {
    let name = KeyName::parse(name.as_str()).map_err(Failure::usage)?;
    let signer = NoteSigner::from_seed(name, &random()?);
    write_secret(path, &signer.secret_text()).map_err(Failure::usage)?;
    Ok(signer)
}

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::unreachable(format!("randomness: {error}")))?;
    Ok(bytes)
}

/// The salt of a new event.
pub(super) fn new_salt() -> Result<Salt, Failure> {
    Ok(Salt::from_bytes(random()?))
}

/// A new event id, of now.
pub(super) fn new_event_id() -> Result<EventId, Failure> {
    Ok(EventId::from_parts(crate::clock::now().micros() / 1000, random()?))
}
