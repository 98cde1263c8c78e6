//! What arguments name: files, standard input, keys, policies.

use super::failure::Failure;
use serde_json::value::RawValue;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tlog::note::VerifierKey;

/// The files named, or stdin where none is.
pub(super) fn or_stdin(files: Vec<PathBuf>) -> Vec<PathBuf> {
    if files.is_empty() { vec![PathBuf::from("-")] } else { files }
}

/// A file's bytes; `-` is stdin.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    if path != Path::new("-") {
        return std::fs::read(path).map_err(Failure::file(path));
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(Failure::file(path))?;
    Ok(bytes)
}

/// The envelopes of a file, each on one line. White space between them is free.
pub(super) fn read_envelopes(path: &Path, bytes: &[u8]) -> Result<Vec<String>, Failure> {
    let mut envelopes = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Box<RawValue>>() {
        let value = value.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        // A line break can only stand between tokens: in a JSON text it would be escaped.
        envelopes.push(value.get().replace(['\n', '\r'], " "));
    }
    if envelopes.is_empty() {
        return Err(Failure::usage(format!("{}: holds no envelope", path.display())));
    }
    Ok(envelopes)
}

/// A verifier key as an argument: itself, or a file that holds it.
pub(super) fn read_vkey(text: &str) -> Result<VerifierKey, Failure> {
    if let Ok(key) = VerifierKey::parse(text) {
        return Ok(key);
    }
    let held = std::fs::read_to_string(text)
        .map_err(|error| Failure::usage(format!("--vkey: neither a verifier key nor a file ({error})")))?;
    VerifierKey::parse(held.trim()).map_err(|error| Failure::usage(format!("--vkey {text}: {error}")))
}
