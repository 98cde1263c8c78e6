//! What arguments name: files, standard input, keys, policies.

use super::failure::Failure;
use crate::tile_client::{Authorities, TileClient};
use crate::words::{quoted, say, told};
use ledger_spec::wording::Words;
use serde_json::value::RawValue;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tlog::note::{KeyError, VerifierKey};

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
        let value = value
            .map_err(|error| Failure::usage(say!("{}: {}", Words::data(path.display()), told(&error))))?;
        envelopes.push(on_one_line(&value));
    }
    if envelopes.is_empty() {
        return Err(Failure::usage(say!("{}: holds no envelope", Words::data(path.display()))));
    }
    Ok(envelopes)
}

/// A JSON value without the white space between its tokens; what stands within a text stays as it is. No line
/// break is left: within a text it would have to be escaped, or else it would have been refused before.
fn on_one_line(value: &RawValue) -> String {
    let (mut within, mut escaped) = (false, false);
    let kept = value.get().chars().filter(|c| {
        let between = !within;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = within,
            '"' => within = !within,
            _ => {}
        }
        !(between && c.is_ascii_whitespace())
    });
    kept.collect()
}

/// The ledger's verifier key as an argument: itself, or a file that holds it.
pub(super) fn read_vkey(text: &str) -> Result<VerifierKey, Failure> {
    read_key("--vkey", text, VerifierKey::parse)
}

/// A public key that `option` names: itself, or a file that holds it.
pub(super) fn read_key<K>(
    option: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<K, KeyError>,
) -> Result<K, Failure> {
    if let Ok(key) = parse(text) {
        return Ok(key);
    }
    let held = std::fs::read_to_string(text).map_err(|error| {
        Failure::usage(say!("{}: neither a verifier key nor a file ({})", Words::data(option), told(&error)))
    })?;
    parse(held.trim()).map_err(|error| {
        Failure::usage(say!("{} {}: {}", Words::data(option), Words::data(text), told(&error)))
    })
}

/// The client of a log at a URL that `option` names, which trusts these authorities or this machine's.
pub(super) fn client(option: &str, url: &str, trusted: Option<Authorities>) -> Result<TileClient, Failure> {
    let made = match trusted {
        Some(trusted) => TileClient::trusting(url, trusted),
        None => TileClient::new(url),
    };
    made.map_err(|error| Failure::usage(say!("{}: {}", Words::data(option), told(&error))))
}

/// The authorities whose certificates a file holds.
pub(super) fn authorities(path: &Path) -> Result<Authorities, Failure> {
    let wrong = |reason| Failure::usage(say!("{}: {}", Words::data(path.display()), quoted(reason)));
    Authorities::parse(&read_file(path)?).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_come_each_on_one_line_with_their_texts_untouched() {
        let read = |text: &str| read_envelopes(Path::new("e.json"), text.as_bytes());
        let text = "{\r\n  \"a b\" : [1,\t2 ],\n \"c\\\"  \\\\\":\"x \\n y\" }\n\n{ }";
        let read_all = read(text).unwrap();
        assert_eq!(read_all, ["{\"a b\":[1,2],\"c\\\"  \\\\\":\"x \\n y\"}", "{}"]);
        let whole: Vec<serde_json::Value> =
            serde_json::Deserializer::from_str(text).into_iter().map(Result::unwrap).collect();
        for (one, value) in read_all.iter().zip(whole) {
            assert_eq!(serde_json::from_str::<serde_json::Value>(one).unwrap(), value);
        }
        for broken in ["{\"a\":\"x\ny\"}", "{\"a\":\"x\ry\"}", "", " \n", "{"] {
            assert!(read(broken).is_err(), "{broken:?}");
        }
    }
}
