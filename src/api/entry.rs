//! Entries of the log, one by one and as the pages of a subject's history.

use crate::log::EntryBytes;
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::EntrySignature;
use serde::Serialize;
use serde_json::value::RawValue;
use tlog::bytes::to_hex;
use utoipa::ToSchema;

/// One entry and the event in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryAnswer {
    /// Its index in the log.
    pub index: u64,
    /// When the ledger committed it, RFC 3339.
    #[schema(format = DateTime)]
    pub recorded_at: String,
    /// Its leaf in the tree: SHA-256(0x00 ‖ bytes), in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub entry_hash: String,
    /// Its own hash in the chain of entries, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub chain_hash: String,
    /// The chain hash of the entry before it.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub previous: String,
    /// One link per stream, in the order subject, issuer, list.
    pub links: Vec<LinkAnswer>,
    /// Who signed.
    pub signatures: Vec<SignatureAnswer>,
    /// The event, as it was signed.
    #[schema(value_type = Object)]
    pub event: Box<RawValue>,
}

/// The entry before, in one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkAnswer {
    /// The stream.
    pub stream: String,
    /// Its previous entry; absent where this entry opens the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<u64>,
    /// The stream's version with this entry, from 1.
    pub version: u64,
}

/// One signature over the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignatureAnswer {
    /// `ed25519`
    pub algorithm: &'static str,
    /// The public key, in hex.
    pub key: String,
    /// R ‖ S, in hex.
    pub signature: String,
}

/// A page of a subject's history, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventsAnswer {
    /// The subject.
    pub subject: String,
    /// How many events its stream holds: what `seen_version` must name.
    pub version: u64,
    /// The events that are public.
    pub events: Vec<EntryAnswer>,
    /// How many events of the page were left out because the reader may not see them (P19).
    #[schema(minimum = 0)]
    pub withheld: u64,
    /// What `before` has to be for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

impl EntryAnswer {
    /// The answer for an entry whose event stands in `streams`; fails where its event is not JSON,
    /// which no entry that was admitted is.
    pub fn of(read: &EntryBytes, streams: &[String]) -> Result<Self, serde_json::Error> {
        let entry = read.entry();
        Ok(Self {
            index: entry.index.get(),
            recorded_at: entry.recorded_at.to_text(),
            entry_hash: read.leaf().to_string(),
            chain_hash: ChainHash::of_entry(read.bytes()).to_string(),
            previous: entry.previous.to_string(),
            links: entry
                .links
                .iter()
                .zip(streams)
                .map(|(link, stream)| LinkAnswer {
                    stream: stream.clone(),
                    previous: link.previous.map(|index| index.get()),
                    version: link.version.get(),
                })
                .collect(),
            signatures: entry.signatures.iter().map(SignatureAnswer::of).collect(),
            event: serde_json::from_slice(&entry.event)?,
        })
    }
}

impl SignatureAnswer {
    fn of(signature: &EntrySignature) -> Self {
        let (algorithm, key, signature) = match signature {
            EntrySignature::Ed25519 { key, signature } => ("ed25519", to_hex(key), to_hex(signature)),
            _ => ("unknown", String::new(), String::new()),
        };
        Self { algorithm, key, signature }
    }
}
