//! What JSON that others wrote encloses: receipts with their entries, openings, proofs. Read strictly, but for members of
//! other names, which are passed over.

use ledger_spec::json::Json;
use ledger_spec::sealed::{ContentOpening, Opening};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tlog::bytes::{from_base64, from_base64_exact, from_hex};
use tlog::hash::TreeHash;
use tlog::merkle::ConsistencyProof;

/// A line as `append` prints it.
#[derive(Deserialize)]
struct Line {
    receipt: String,
    #[serde(default, deserialize_with = "there")]
    entry: Option<String>,
    #[serde(default, deserialize_with = "there")]
    opening: Option<Box<RawValue>>,
    #[serde(default)]
    disclosures: Vec<String>,
}

/// What holds an opening: the answer of `/v1/entries/N`, or a line of `append`.
#[derive(Deserialize)]
struct Holder {
    #[serde(default, deserialize_with = "there")]
    opening: Option<Box<RawValue>>,
}

/// The answer of `/v1/consistency`.
#[derive(Deserialize)]
struct Consistency {
    proof: Vec<String>,
}

/// A receipt as it was read.
pub(super) struct Receipt {
    pub(super) proof: Vec<u8>,
    pub(super) entry: Option<Vec<u8>>,
    pub(super) opening: Option<ContentOpening>,
    pub(super) disclosures: Vec<String>,
}

/// A member that is there has a value: `null` is no way to leave it out.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

/// Reads JSON in which no two readers see two things.
fn strictly<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    Json::parse(bytes).map_err(|error| error.to_string())?;
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// Whether bytes are such JSON, and no note or proof.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'{')
}

/// A line of JSON that holds a receipt, as `append` prints it.
pub(super) fn receipt(bytes: &[u8]) -> Result<Receipt, String> {
    let line: Line = strictly(bytes)?;
    let entry = line.entry.map(|text| from_base64(&text)).transpose().map_err(|error| error.to_string())?;
    let opening = line.opening.map(|opening| content(opening.get().as_bytes())).transpose()?;
    Ok(Receipt { proof: line.receipt.into_bytes(), entry, opening, disclosures: line.disclosures })
}

/// An opening of the content: by itself, or within an answer.
pub(super) fn opening(bytes: &[u8]) -> Result<ContentOpening, String> {
    // Nothing that an opening by itself has is called so.
    match strictly::<Holder>(bytes)?.opening {
        Some(opening) => content(opening.get().as_bytes()),
        None => content(bytes),
    }
}

fn content(json: &[u8]) -> Result<ContentOpening, String> {
    match Opening::from_json(json).map_err(|error| error.to_string())? {
        Opening::Content(opening) => Ok(opening),
        _ => Err("the opening is not of an event".to_owned()),
    }
}

/// A proof that one checkpoint goes on from another: what `/v1/consistency` answers, or its hashes in base64, one a line.
pub(super) fn consistency(bytes: &[u8]) -> Result<ConsistencyProof, String> {
    let hashes: Result<Vec<TreeHash>, _> = if is_json(bytes) {
        let read: Consistency = strictly(bytes)?;
        read.proof.iter().map(|text| from_hex(text).map(TreeHash::from_bytes)).collect()
    } else {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        text.lines().map(|line| from_base64_exact(line).map(TreeHash::from_bytes)).collect()
    };
    let hashes = hashes.map_err(|error| error.to_string())?;
    ConsistencyProof::from_hashes(hashes).map_err(|error| error.to_string())
}
