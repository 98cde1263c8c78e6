//! One entry by itself, and with its receipt: what can be checked offline, without the rest of the ledger.

use crate::entry::{ChainHash, Entry, Link};
use crate::event::envelope::{EnvelopeError, SignedEvent, VerifiedEvent};
use crate::event::{DisclosedField, DisclosureError, Event};
use crate::sealed::{Content, ContentOpening, LogEntry, LogEntryError, OpenError, SealedEntry};
use crate::time::RecordedTime;
use tlog::bytes::to_base64url;
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::key::PublicKey;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;
use tlog::proof::{TlogProof, TlogProofError};

/// An entry whose layout and signatures hold, wherever it stands; a sealed one opened.
#[derive(Clone, Debug)]
#[must_use = "that its signatures hold says nothing until it is read what it states"]
pub struct VerifiedEntry {
    /// Its place in the log.
    pub index: EntryIndex,
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// Chain hash of the entry before it.
    pub previous: ChainHash,
    /// Its links, where it stands in the clear; what opens an event does not open its links.
    pub links: Vec<Link>,
    /// Its event, with the keys that signed it.
    pub event: VerifiedEvent,
    /// Its leaf in the tree.
    pub leaf: TreeHash,
}

/// An entry that stands in a ledger, under a checkpoint that its operator signed.
#[derive(Clone, Debug)]
#[must_use = "that some entry is proven says nothing until it is read which, and under which checkpoint"]
pub struct ProvenEntry {
    /// The entry.
    pub verified: VerifiedEntry,
    /// The checkpoint that covers it.
    pub checkpoint: SignedCheckpoint,
}

/// Why a receipt does not prove an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The receipt is no C2SP tlog-proof, or its proof or the checkpoint's signature does not hold.
    #[error("receipt: {0}")]
    Proof(#[from] TlogProofError),
    /// The entry's bytes do not follow the layout.
    #[error("entry: {0}")]
    Layout(#[from] LogEntryError),
    /// It is sealed, and nothing was given that opens it.
    #[error("entry {0} is sealed, and no opening is given")]
    Sealed(EntryIndex),
    /// It stands in the clear, and something is said to open it.
    #[error("entry {0} stands in the clear, and an opening is given")]
    NotSealed(EntryIndex),
    /// What was given does not open it.
    #[error("entry {index}: {error}")]
    Open {
        /// The index that the entry names.
        index: EntryIndex,
        /// What is wrong.
        error: OpenError,
    },
    /// The entry's event cannot be read, or a signature does not hold.
    #[error("entry {index}: {error}")]
    Event {
        /// The index that the entry names.
        index: EntryIndex,
        /// What is wrong.
        error: EnvelopeError,
    },
    /// The entry names another index than the receipt.
    #[error("the entry names index {found}; the receipt is for {expected}")]
    Index {
        /// The index that the entry names.
        found: EntryIndex,
        /// The receipt's.
        expected: EntryIndex,
    },
    /// The event is of another ledger than the checkpoint.
    #[error("the event is of {found}; the checkpoint of {expected}")]
    Origin {
        /// The event's origin.
        found: Origin,
        /// The checkpoint's.
        expected: Origin,
    },
    /// A field that somebody shows is none that the event names.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// The entry holds another event than the one that was expected.
    #[error("the entry holds another event than the one given")]
    OtherEvent,
}

impl VerifiedEntry {
    /// Checks the layout and every signature of an entry's exact bytes, and of a sealed one that `opening` opens it.
    ///
    /// Whether the signers were entitled, and whether the entry stands in any ledger, is not shown by this.
    ///
    /// ```
    /// use ledger_spec::audit::VerifiedEntry;
    /// use ledger_spec::sealed::Opening;
    /// # let case: serde_json::Value = serde_json::from_str(include_str!(concat!(
    /// #     env!("CARGO_MANIFEST_DIR"),
    /// #     "/vectors/proof/receipt.json"
    /// # )))?;
    /// # let text = |name: &str| case["input"][name].as_str().unwrap().to_owned();
    /// # let pairs: Vec<_> = text("entry").into_bytes();
    /// # let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    /// # let entry: Vec<u8> = pairs.chunks(2).map(byte).collect();
    /// # let opening = case["input"]["opening"].to_string();
    ///
    /// // `entry` is what `GET /v1/entries/9/raw` answers, and `opening` stands in `GET /v1/entries/9`.
    /// let Opening::Content(opening) = Opening::from_json(opening.as_bytes())? else { panic!("another opening") };
    /// let verified = VerifiedEntry::verify(&entry, Some(&opening))?;
    /// assert_eq!(verified.index.get(), 9);
    /// assert_eq!(verified.event.event().kind().name(), "record.filed");
    ///
    /// // No byte of the entry can be another.
    /// let mut changed = entry.clone();
    /// changed[60] ^= 1;
    /// assert!(VerifiedEntry::verify(&changed, Some(&opening)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(bytes: &[u8], opening: Option<&ContentOpening>) -> Result<Self, ReceiptError> {
        let leaf = TreeHash::leaf(bytes);
        match (LogEntry::decode(bytes)?, opening) {
            (LogEntry::Clear(entry), None) => {
                let Entry { index, recorded_at, previous, ref links, .. } = entry;
                let event = verified(index, SignedEvent::from_entry(&entry))?;
                Ok(Self { index, recorded_at, previous, links: links.clone(), event, leaf })
            }
            (LogEntry::Sealed(entry), Some(opening)) => {
                let SealedEntry { index, recorded_at, previous, .. } = entry;
                let wrong = |error| ReceiptError::Open { index, error };
                // The place that the entry commits to names the log; that it is the event's own, the commitment shows.
                let content = Content::decode(&opening.content).map_err(|error| wrong(error.into()))?;
                let stated =
                    Event::parse(&content.event).map_err(|error| wrong(EnvelopeError::from(error).into()))?;
                let opened = opening.open(&entry, &stated.origin, &mut PublicKey::parse).map_err(wrong)?;
                let event = verified(index, Ok(opened.into_signed()))?;
                Ok(Self { index, recorded_at, previous, links: Vec::new(), event, leaf })
            }
            (LogEntry::Clear(entry), Some(_)) => Err(ReceiptError::NotSealed(entry.index)),
            (LogEntry::Sealed(entry), None) => Err(ReceiptError::Sealed(entry.index)),
        }
    }

    /// Checks that the entry holds just these bytes as its event.
    pub fn holds(&self, event: &[u8]) -> Result<(), ReceiptError> {
        if self.event.bytes() == event { Ok(()) } else { Err(ReceiptError::OtherEvent) }
    }

    /// A personal field that somebody shows, if the event names it: by its digest in `private`, whose signature holds.
    pub fn discloses(&self, text: &str) -> Result<DisclosedField, ReceiptError> {
        let malformed = |fault| DisclosureError::Malformed { position: 0, fault };
        let field = DisclosedField::parse(text).map_err(malformed)?;
        let digest = field.digest();
        if self.event.event().private.contains(&digest) {
            return Ok(field);
        }
        Err(DisclosureError::Altered { position: 0, found: to_base64url(&digest) }.into())
    }
}

impl ProvenEntry {
    /// Checks a receipt (C2SP tlog-proof) for an entry's exact bytes: the checkpoint's signature under `key`, the
    /// entry's place in the tree, its layout, that `opening` opens it where it is sealed, and every signature over its
    /// event.
    ///
    /// Whether the signers were entitled takes the whole ledger ([`super::Auditor`]).
    ///
    /// ```
    /// use ledger_spec::audit::ProvenEntry;
    /// use ledger_spec::sealed::Opening;
    /// use tlog::note::VerifierKey;
    /// # let case: serde_json::Value = serde_json::from_str(include_str!(concat!(
    /// #     env!("CARGO_MANIFEST_DIR"),
    /// #     "/vectors/proof/receipt.json"
    /// # )))?;
    /// # let text = |name: &str| case["input"][name].as_str().unwrap().to_owned();
    /// # let pairs: Vec<_> = text("entry").into_bytes();
    /// # let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    /// # let entry: Vec<u8> = pairs.chunks(2).map(byte).collect();
    /// # let (receipt, vkey) = (text("proof"), text("vkey"));
    /// # let opening = case["input"]["opening"].to_string();
    ///
    /// // `receipt`, `entry` and `opening` are what a department was given when it filed; `vkey` is the ledger's key,
    /// // from wherever the reader trusts.
    /// let key = VerifierKey::parse(&vkey)?;
    /// let Opening::Content(opening) = Opening::from_json(opening.as_bytes())? else { panic!("another opening") };
    /// let proven = ProvenEntry::verify(receipt.as_bytes(), &entry, Some(&opening), &key)?;
    /// assert_eq!(proven.verified.index.get(), 9);
    /// assert_eq!(proven.checkpoint.checkpoint().size().get(), 12);
    ///
    /// // It is a receipt for that entry alone.
    /// assert!(ProvenEntry::verify(receipt.as_bytes(), b"another entry", Some(&opening), &key).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(
        receipt: &[u8],
        entry: &[u8],
        opening: Option<&ContentOpening>,
        key: &VerifierKey,
    ) -> Result<Self, ReceiptError> {
        let proof = TlogProof::parse(receipt)?;
        let checkpoint = proof.verify(TreeHash::leaf(entry), key)?;
        let verified = VerifiedEntry::verify(entry, opening)?;
        let (found, expected) = (verified.index, proof.index());
        if found != expected {
            return Err(ReceiptError::Index { found, expected });
        }
        let (found, expected) = (&verified.event.event().origin, checkpoint.checkpoint().origin());
        if found != expected {
            return Err(ReceiptError::Origin { found: found.clone(), expected: expected.clone() });
        }
        Ok(Self { verified, checkpoint })
    }
}

fn verified(
    index: EntryIndex,
    signed: Result<SignedEvent, EnvelopeError>,
) -> Result<VerifiedEvent, ReceiptError> {
    signed.and_then(SignedEvent::verify).map_err(|error| ReceiptError::Event { index, error })
}
