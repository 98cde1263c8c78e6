//! Entries of the log, one by one and as the pages of a subject's history.

use super::leaf::{from_hex_text, hex};
use super::more_may_exist;
use crate::authority::Directory;
use crate::casefile::{Sight, Viewer};
use crate::definition::{Name, Scheme};
use crate::entry::{ChainHash, Entry, EntryHashes, EntrySignature, StreamVersion};
use crate::event::{DisclosedField, Event};
use crate::id::{StreamKey, SubjectId};
use crate::sealed::Opening;
use crate::time::{RecordedTime, ValidTime};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tlog::defect::OrDefect as _;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};

/// One entry and the event in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryLine {
    /// Its index in the log.
    pub index: EntryIndex,
    /// When the ledger committed it, RFC 3339.
    pub recorded_at: RecordedTime,
    /// Its leaf in the tree: SHA-256(0x00 ‖ bytes), in hex.
    pub entry_hash: TreeHash,
    /// Its own hash in the chain of entries, in hex.
    pub chain_hash: ChainHash,
    /// The chain hash of the entry before it.
    pub previous: ChainHash,
    /// One link per stream, in the order subject, issuer, list. They name entries and count them, so the public is given
    /// those of what everybody may know alone: of authorities, the catalogue and the ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub links: Vec<LinkLine>,
    /// What proves that the entry holds this event, where it is sealed: an opening of form `content`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = false))]
    pub opening: Option<Box<RawValue>>,
    /// The personal fields that travel beside the event, for whoever may see them: each text has its SHA-256 in `private`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub disclosures: Vec<String>,
    /// Who signed.
    pub signatures: Vec<SignatureLine>,
    /// The event, as it was signed.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub event: Box<RawValue>,
    /// In an answer to the public about an entry of a subject: that more may exist which is not public. A page says it once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub notice: Option<Name>,
}

/// The entry before, in one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkLine {
    /// The stream.
    pub stream: StreamKey,
    /// Its previous entry; absent where this entry opens the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub previous: Option<EntryIndex>,
    /// The stream's version with this entry, from 1.
    pub version: StreamVersion,
}

/// One signature over the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "algorithm", rename_all = "kebab-case")]
pub enum SignatureLine {
    /// Ed25519 (RFC 8032).
    Ed25519 {
        /// The public key, in hex.
        #[serde(serialize_with = "hex", deserialize_with = "from_hex_text")]
        #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
        key: [u8; 32],
        /// R ‖ S, in hex.
        #[serde(serialize_with = "hex", deserialize_with = "from_hex_text")]
        #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9a-f]{128}$"))]
        signature: [u8; 64],
        /// From when on the key may have been in wrong hands, where that is known and the entry was recorded since (P26).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(required = false))]
        compromised_since: Option<ValidTime>,
    },
}

/// A page of a subject's history, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventsPage {
    /// The subject.
    pub subject: SubjectId,
    /// The moment of asking, RFC 3339: what is shown may be seen then.
    pub asked_at: ValidTime,
    /// How many events its stream holds: what `seen_version` must name, where the event is sealed. Not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub version: Option<StreamVersion>,
    /// The same of its stream in the clear, where it may have one. Not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub clear_version: Option<StreamVersion>,
    /// The events that the reader may see.
    pub events: Vec<EntryLine>,
    /// How many events between those of the page were left out because the reader may not see them (P19); not told to the
    /// public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// To the public: that more may exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub notice: Option<Name>,
    /// What `before` has to be for the next page: the last entry of this one. Absent where no event follows that the
    /// reader may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

impl EntryLine {
    /// The answer to who reads with this sight, for an entry of these hashes which holds this event.
    pub fn of(
        entry: &Entry,
        hashes: EntryHashes,
        event: &Event,
        (opening, fields): (Option<Opening>, &[DisclosedField]),
        (directory, viewer): (&Directory, Viewer),
    ) -> Self {
        let sight = viewer.sight;
        let fields = fields.iter().filter(|_| sight.sees_personal_fields());
        let signature =
            |signature| SignatureLine::of(signature, entry.recorded_at, directory, viewer.moment.known);
        let told = sight > Sight::Public || Scheme::of(&event.subject).is_none();
        let streams = event.streams().into_iter().filter(|_| told);
        Self {
            index: entry.index,
            recorded_at: entry.recorded_at,
            entry_hash: hashes.leaf,
            chain_hash: hashes.chain,
            previous: entry.previous,
            links: streams
                .zip(&entry.links)
                .map(|(stream, link)| LinkLine { stream, previous: link.previous, version: link.version })
                .collect(),
            opening: opening.map(|opening| as_raw(&opening)),
            disclosures: fields.map(|field| field.text().to_owned()).collect(),
            signatures: entry.signatures.iter().map(signature).collect(),
            event: serde_json::from_slice(&entry.event)
                .or_defect("the bytes of an event that was read are JSON"),
            notice: None,
        }
    }

    /// The same as an answer by itself.
    #[must_use]
    pub fn alone(self, about: &SubjectId, viewer: Viewer) -> Self {
        Self { notice: Scheme::of(about).and_then(|_| more_may_exist(viewer)), ..self }
    }
}

/// An opening as a part of an answer.
#[must_use]
pub fn as_raw(opening: &Opening) -> Box<RawValue> {
    serde_json::from_str(&opening.to_json()).or_defect("an opening is written as JSON")
}

impl SignatureLine {
    fn of(signature: &EntrySignature, at: RecordedTime, directory: &Directory, known: TreeSize) -> Self {
        match signature {
            EntrySignature::Ed25519 { key, signature } => {
                let compromise =
                    directory.key_number(key).and_then(|key| directory.compromises().of(key, at, known));
                let compromised_since = compromise.map(|compromise| compromise.since);
                Self::Ed25519 { key: *key, signature: *signature, compromised_since }
            }
        }
    }
}
