//! Checkpoints (C2SP tlog-checkpoint): the operator's signed statement of a tree's size and root.
//!
//! [`Checkpoint`] is what is stated; [`SignedCheckpoint`] is a statement whose signature was verified, and
//! [`SignedCheckpoint::goes_on_from`] shows that the log has not changed its past since an older one.

use crate::bytes::{from_base64_exact, to_base64};
use crate::hash::TreeHash;
use crate::merkle::{ConsistencyProof, VerifyError};
use crate::note::{KeyError, KeyName, NoteError, NoteSignature, NoteSigner, SignedNote, VerifierKey};
use crate::position::TreeSize;
use core::fmt;

/// The name of a log, such as `log.example/one`: at most 255 bytes, no white space,
/// no `+`. Also the name of the key that signs its checkpoints.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(KeyName);

/// What a log says about its tree. Text: origin, size, root, one line each, then extension lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: TreeHash,
    /// Whole lines that say something to others; kept because they are signed.
    extensions: String,
}

/// A checkpoint whose note carries a good signature of its log. Only verification makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "that a key has signed something says nothing until it is read what"]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
    /// The log's, which signed it.
    key: VerifierKey,
}

/// Why bytes are not a checkpoint, or it is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note is malformed or not signed by the log's key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The first line is no origin.
    #[error("checkpoint's origin: {0}")]
    Origin(KeyError),
    /// A line is missing or has another form.
    #[error("line {line} of the checkpoint is not {expected}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// The checkpoint of another log.
    #[error("checkpoint of origin {found} where {expected} is expected")]
    OtherOrigin {
        /// The checkpoint's origin.
        found: Origin,
        /// The key's name, which is its log's origin.
        expected: KeyName,
    },
}

/// Why a checkpoint is not shown to go on from an older one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// They are of two logs.
    #[error("checkpoint of origin {found} where {expected} is expected")]
    OtherOrigin {
        /// The newer one's origin.
        found: Origin,
        /// The older one's.
        expected: Origin,
    },
    /// The proof does not lead from the one root to the other, or the older tree is the larger.
    #[error("from {older} to {newer} entries: {error}")]
    Proof {
        /// Size of the older one.
        older: TreeSize,
        /// Size of the newer one.
        newer: TreeSize,
        /// What does not hold.
        error: VerifyError,
    },
}

/// What the root's line has to be over no entries.
const EMPTY_ROOT: &str = "the root of the empty tree, as its size of 0 demands";

impl CheckpointError {
    /// Whether all that is wrong is another root than the empty tree's over no entries.
    pub(crate) fn is_empty_root(&self) -> bool {
        matches!(self, Self::Line { expected, .. } if *expected == EMPTY_ROOT)
    }
}

impl Origin {
    /// The longest origin, in bytes: cosignatures of the newer type give its length one byte.
    pub const MAX_LEN: usize = 255;

    /// Reads an origin.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        match text.len() {
            found if found > Self::MAX_LEN => Err(KeyError::LongName { found, expected: Self::MAX_LEN }),
            _ => KeyName::parse(text).map(Self),
        }
    }

    /// The origin as the name of its key.
    #[must_use]
    pub const fn key_name(&self) -> &KeyName {
        &self.0
    }

    /// The origin's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Checkpoint {
    /// A statement without extension lines.
    pub const fn new(origin: Origin, size: TreeSize, root: TreeHash) -> Self {
        Self { origin, size, root, extensions: String::new() }
    }

    /// Reads a note's text strictly: one text per checkpoint, and over no entries one root (RFC 6962 §2.1).
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut rest = text;
        let mut line = |line, expected| match rest.split_once('\n') {
            Some((content, after)) => {
                rest = after;
                Ok(content)
            }
            None => Err(CheckpointError::Line { line, expected }),
        };
        const SIZE: &str = "a size in decimal digits without leading zeros";
        const ROOT: &str = "32 bytes in base64";
        const EXTENSION: &str = "a line that is not empty and ends in a newline";
        let origin = Origin::parse(line(1, "an origin")?).map_err(CheckpointError::Origin)?;
        let size = decimal(line(2, SIZE)?).ok_or(CheckpointError::Line { line: 2, expected: SIZE })?;
        let root = from_base64_exact(line(3, ROOT)?)
            .map_err(|_| CheckpointError::Line { line: 3, expected: ROOT })
            .map(TreeHash::from_bytes)?;
        let size = TreeSize::new(size);
        if size == TreeSize::EMPTY && root != TreeHash::empty_root() {
            return Err(CheckpointError::Line { line: 3, expected: EMPTY_ROOT });
        }
        if !rest.is_empty() {
            let empty = rest.split('\n').position(str::is_empty);
            let last = rest.matches('\n').count();
            // The piece after the last newline is empty in a text of whole lines, and no other is.
            if !rest.ends_with('\n') || empty != Some(last) {
                let line = 4 + empty.unwrap_or(last).min(last);
                return Err(CheckpointError::Line { line, expected: EXTENSION });
            }
        }
        Ok(Self { origin, size, root, extensions: rest.to_owned() })
    }

    /// The log.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries the tree covers.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The tree's root.
    #[must_use]
    pub const fn root(&self) -> TreeHash {
        self.root
    }

    /// The extension lines with their newlines; empty for our own checkpoints.
    #[must_use]
    pub fn extensions(&self) -> &str {
        &self.extensions
    }
}

impl SignedCheckpoint {
    /// Reads a signed checkpoint and verifies it: a good signature of `key`, and an origin that is the
    /// key's name.
    ///
    /// ```
    /// use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
    /// use tlog::hash::TreeHash;
    /// use tlog::note::NoteSigner;
    /// use tlog::position::TreeSize;
    ///
    /// // The log's side.
    /// let origin = Origin::parse("log.example/one")?;
    /// let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
    /// let checkpoint = Checkpoint::new(origin, TreeSize::new(1), TreeHash::leaf(b"an entry"));
    /// let note = SignedCheckpoint::sign(&checkpoint, &signer)?.to_string();
    ///
    /// // Everybody else's, with the key alone.
    /// let key = signer.verifier_key();
    /// let signed = SignedCheckpoint::verify(note.as_bytes(), &key)?;
    /// assert_eq!(signed.checkpoint(), &checkpoint);
    ///
    /// // A tree of another size is not what was signed.
    /// let other = note.replace("\n1\n", "\n2\n");
    /// assert!(SignedCheckpoint::verify(other.as_bytes(), &key).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(bytes: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        Self::verify_note(SignedNote::parse(bytes)?, key)
    }

    /// The same for a note that was parsed before.
    pub fn verify_note(note: SignedNote, key: &VerifierKey) -> Result<Self, CheckpointError> {
        note.verify(core::slice::from_ref(key))?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin.key_name() != key.name() {
            return Err(CheckpointError::OtherOrigin {
                found: checkpoint.origin,
                expected: key.name().clone(),
            });
        }
        Ok(Self { checkpoint, note, key: key.clone() })
    }

    /// Signs a checkpoint, and verifies what was signed before anybody sees it. The signature is
    /// deterministic: the same checkpoint gives the same bytes.
    pub fn sign(checkpoint: &Checkpoint, signer: &NoteSigner) -> Result<Self, CheckpointError> {
        let note = SignedNote::sign(checkpoint.to_string(), &[signer])?;
        Self::verify_note(note, &signer.verifier_key())
    }

    /// Checks that the log has only grown since `older`: the same origin, and a tree that begins with the older
    /// one's leaves (RFC 6962 §2.1.2). Both may be of one size; then they have one root and the proof no hashes.
    ///
    /// By which keys the two were verified is the caller's choice: a name can have several. That a proof does
    /// not hold is no evidence against the log, since anybody can hand over a wrong one; two signed notes of one
    /// size with two roots are.
    ///
    /// ```
    /// use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
    /// use tlog::hash::TreeHash;
    /// use tlog::merkle::{ConsistencyProof, root_of};
    /// use tlog::note::NoteSigner;
    /// use tlog::position::TreeSize;
    ///
    /// // A log of two entries, and of three.
    /// let origin = Origin::parse("log.example/one")?;
    /// let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
    /// let leaves: Vec<_> = ["a", "b", "c"].iter().map(|entry| TreeHash::leaf(entry.as_bytes())).collect();
    /// let signed = |leaves: &[TreeHash]| {
    ///     let size = TreeSize::new(leaves.len() as u64);
    ///     SignedCheckpoint::sign(&Checkpoint::new(origin.clone(), size, root_of(leaves)), &signer)
    /// };
    /// let (older, newer) = (signed(&leaves[..2])?, signed(&leaves)?);
    ///
    /// // What was added is all that there is to prove.
    /// let proof = ConsistencyProof::from_hashes(vec![leaves[2]])?;
    /// newer.goes_on_from(&older, &proof)?;
    ///
    /// // Another past, signed by the same key, is found out.
    /// let rewritten = signed(&[leaves[1], leaves[0]])?;
    /// assert!(newer.goes_on_from(&rewritten, &proof).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn goes_on_from(&self, older: &Self, proof: &ConsistencyProof) -> Result<(), HistoryError> {
        let (new, old) = (&self.checkpoint, &older.checkpoint);
        if new.origin != old.origin {
            return Err(HistoryError::OtherOrigin {
                found: new.origin.clone(),
                expected: old.origin.clone(),
            });
        }
        proof.verify(old.size, old.root, new.size, new.root).map_err(|error| HistoryError::Proof {
            older: old.size,
            newer: new.size,
            error,
        })
    }

    /// The same checkpoint with more signature lines: cosignatures, whose keys are others' business.
    pub fn with(&self, more: Vec<NoteSignature>) -> Result<Self, CheckpointError> {
        let (checkpoint, key) = (self.checkpoint.clone(), self.key.clone());
        Ok(Self { checkpoint, note: self.note.with(more)?, key })
    }

    /// What the log says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The log's key, by which it was verified.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The note with all its signatures; its `Display` is the checkpoint's bytes.
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

/// The note's text.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = to_base64(self.root.as_bytes());
        write!(f, "{}\n{}\n{root}\n{}", self.origin, self.size, self.extensions)
    }
}

/// The checkpoint's bytes as they are published.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// A decimal number in its only text.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{consistency_proof, root_of, tests::Nodes};

    const ORIGIN: &str = "credit.example/ledger";

    fn signer(name: &str) -> NoteSigner {
        NoteSigner::from_seed(KeyName::parse(name).unwrap(), &[7; 32])
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint::new(Origin::parse(ORIGIN).unwrap(), TreeSize::new(10), TreeHash::from_bytes([0; 32]))
    }

    #[test]
    fn one_text_per_checkpoint() {
        let text = format!("{ORIGIN}\n10\n{}=\n", "A".repeat(43));
        assert_eq!(checkpoint().to_string(), text);
        assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
        let extended = format!("{text}more\nand more\n");
        let read = Checkpoint::parse(&extended).unwrap();
        assert_eq!((read.extensions(), read.to_string()), ("more\nand more\n", extended.clone()));
    }

    #[test]
    fn signing_again_gives_the_same_bytes_and_they_verify() {
        let signed = SignedCheckpoint::sign(&checkpoint(), &signer(ORIGIN)).unwrap();
        let bytes = signed.to_string();
        assert_eq!(SignedCheckpoint::sign(&checkpoint(), &signer(ORIGIN)).unwrap().to_string(), bytes);
        let key = signer(ORIGIN).verifier_key();
        assert_eq!(SignedCheckpoint::verify(bytes.as_bytes(), &key), Ok(signed));
        let changed = bytes.replace("\n10\n", "\n11\n");
        assert!(matches!(
            SignedCheckpoint::verify(changed.as_bytes(), &key),
            Err(CheckpointError::Note(NoteError::BadSignature { .. }))
        ));
        let other = signer("other.example").verifier_key();
        assert_eq!(
            SignedCheckpoint::verify(bytes.as_bytes(), &other),
            Err(CheckpointError::Note(NoteError::NoKnownSignature { found: 1 }))
        );
        assert_eq!(
            SignedCheckpoint::sign(&checkpoint(), &signer("other.example")),
            Err(CheckpointError::OtherOrigin {
                found: Origin::parse(ORIGIN).unwrap(),
                expected: other.name().clone()
            })
        );
    }

    #[test]
    fn one_goes_on_from_another_of_its_own_log_and_past() {
        let leaves: Vec<_> = (0..7_u8).map(|n| TreeHash::leaf(&[n])).collect();
        let (nodes, _) = Nodes::over(&leaves);
        let signed = |origin: &str, leaves: &[TreeHash]| {
            let size = TreeSize::new(u64::try_from(leaves.len()).unwrap());
            let checkpoint = Checkpoint::new(Origin::parse(origin).unwrap(), size, root_of(leaves));
            SignedCheckpoint::sign(&checkpoint, &signer(origin)).unwrap()
        };
        let (three, seven) = (signed(ORIGIN, &leaves[..3]), signed(ORIGIN, &leaves));
        let sizes = [&three, &seven].map(|signed| signed.checkpoint().size());
        let proof = consistency_proof(sizes[0], sizes[1], &nodes).unwrap();
        assert_eq!(seven.goes_on_from(&three, &proof), Ok(()));
        let none = ConsistencyProof::from_hashes(Vec::new()).unwrap();
        assert_eq!(seven.goes_on_from(&seven, &none), Ok(()));
        let backwards = three.goes_on_from(&seven, &proof);
        let error = VerifyError::Sizes { found: sizes[1], size: sizes[0] };
        assert_eq!(backwards, Err(HistoryError::Proof { older: sizes[1], newer: sizes[0], error }));
        let fork = signed(ORIGIN, &leaves[1..4]);
        let refused = seven.goes_on_from(&fork, &proof);
        assert!(matches!(refused, Err(HistoryError::Proof { error: VerifyError::OldRoot { .. }, .. })));
        // The same trees under another log's name.
        let other = signed("other.example", &leaves[..3]);
        let refused = seven.goes_on_from(&other, &proof);
        assert!(matches!(refused, Err(HistoryError::OtherOrigin { .. })), "{refused:?}");
    }

    #[test]
    fn refusals() {
        let line = |text: &str| match Checkpoint::parse(text) {
            Err(CheckpointError::Line { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        let root = to_base64(&[0; 32]);
        assert_eq!(line(""), 1);
        assert_eq!(line("a"), 1);
        for size in ["", "01", "00", "+1", "-1", " 1", "1 ", "0x1", "18446744073709551616", "１"] {
            assert_eq!(line(&format!("a\n{size}\n{root}\n")), 2, "{size}");
        }
        for root in ["", "AA==", &root[..43], &format!("{root} ")] {
            assert_eq!(line(&format!("a\n1\n{root}\n")), 3, "{root}");
        }
        assert_eq!(line(&format!("a\n1\n{root}")), 3);
        assert_eq!(line(&format!("a\n1\n{root}\n\n")), 4);
        assert_eq!(line(&format!("a\n1\n{root}\nx\n\n")), 5);
        assert_eq!(line(&format!("a\n1\n{root}\nx\n\ny\n")), 5);
        assert_eq!(line(&format!("a\n1\n{root}\nx\ny")), 5);
        assert_eq!(
            Checkpoint::parse(&format!("a b\n1\n{root}\n")),
            Err(CheckpointError::Origin(KeyError::NameCharacter { found: ' ', position: 1 }))
        );
        let long = KeyError::LongName { found: 256, expected: 255 };
        assert_eq!(Origin::parse(&"a".repeat(256)), Err(long));
        // Nothing but the root of the empty tree stands over no entries.
        assert_eq!(line(&format!("a\n0\n{root}\n")), 3);
        let empty = to_base64(TreeHash::empty_root().as_bytes());
        assert_eq!(Checkpoint::parse(&format!("a\n0\n{empty}\n")).unwrap().size(), TreeSize::EMPTY);
    }
}
