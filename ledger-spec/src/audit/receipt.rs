//! One entry by itself, and with its receipt: what can be checked offline, without the rest of the ledger.

use crate::entry::{Entry, EntryError};
use crate::event::envelope::{EnvelopeError, SignedEvent, VerifiedEvent};
use tlog::checkpoint::{Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::note::VerifierKey;
use tlog::position::EntryIndex;
use tlog::proof::{TlogProof, TlogProofError};

/// An entry whose layout and signatures hold, wherever it stands.
#[derive(Clone, Debug)]
#[must_use = "that its signatures hold says nothing until it is read what it states"]
pub struct VerifiedEntry {
    /// The entry.
    pub entry: Entry,
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
    Layout(#[from] EntryError),
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
    /// The entry holds another event than the one that was expected.
    #[error("the entry holds another event than the one given")]
    OtherEvent,
}

impl VerifiedEntry {
    /// Checks the layout and every signature of an entry's exact bytes.
    ///
    /// Whether the signers were entitled, and whether the entry stands in any ledger, is not shown by this.
    ///
    /// ```
    /// use ledger_spec::audit::VerifiedEntry;
    /// # let case: serde_json::Value = serde_json::from_str(include_str!(concat!(
    /// #     env!("CARGO_MANIFEST_DIR"),
    /// #     "/vectors/proof/receipt.json"
    /// # )))?;
    /// # let text = |name: &str| case["input"][name].as_str().unwrap().to_owned();
    /// # let pairs: Vec<_> = text("entry").into_bytes();
    /// # let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    /// # let entry: Vec<u8> = pairs.chunks(2).map(byte).collect();
    ///
    /// // `entry` is what `GET /v1/entries/9/raw` answers.
    /// let verified = VerifiedEntry::verify(&entry)?;
    /// assert_eq!(verified.entry.index.get(), 9);
    /// assert_eq!(verified.event.event().kind().name(), "record.filed");
    ///
    /// // No byte of the event can be another.
    /// let mut changed = entry.clone();
    /// changed[600] ^= 1;
    /// assert!(VerifiedEntry::verify(&changed).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let entry = Entry::decode(bytes)?;
        let verified = SignedEvent::from_entry(&entry).and_then(SignedEvent::verify);
        let event = verified.map_err(|error| ReceiptError::Event { index: entry.index, error })?;
        Ok(Self { entry, event, leaf: TreeHash::leaf(bytes) })
    }

    /// Checks that the entry holds just these bytes as its event.
    pub fn holds(&self, event: &[u8]) -> Result<(), ReceiptError> {
        if self.entry.event == event { Ok(()) } else { Err(ReceiptError::OtherEvent) }
    }
}

impl ProvenEntry {
    /// Checks a receipt (C2SP tlog-proof) for an entry's exact bytes: the checkpoint's signature under `key`, the
    /// entry's place in the tree, its layout, and every signature over its event.
    ///
    /// Whether the signers were entitled takes the whole ledger ([`super::Auditor`]).
    ///
    /// ```
    /// use ledger_spec::audit::ProvenEntry;
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
    ///
    /// // `receipt` and `entry` are what a department was given when it filed; `vkey` is the ledger's key, from
    /// // wherever the reader trusts.
    /// let key = VerifierKey::parse(&vkey)?;
    /// let proven = ProvenEntry::verify(receipt.as_bytes(), &entry, &key)?;
    /// assert_eq!(proven.verified.entry.index.get(), 9);
    /// assert_eq!(proven.checkpoint.checkpoint().size().get(), 12);
    ///
    /// // It is a receipt for that entry alone.
    /// assert!(ProvenEntry::verify(receipt.as_bytes(), b"another entry", &key).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(receipt: &[u8], entry: &[u8], key: &VerifierKey) -> Result<Self, ReceiptError> {
        let proof = TlogProof::parse(receipt)?;
        let checkpoint = proof.verify(TreeHash::leaf(entry), key)?;
        let verified = VerifiedEntry::verify(entry)?;
        let (found, expected) = (verified.entry.index, proof.index());
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
