//! Checkpoints (C2SP tlog-checkpoint): the operator's signed statement of a tree's size and root.
//!
//! [`Checkpoint`] is what is stated; [`SignedCheckpoint`] is a statement whose signature was verified.

use crate::bytes::{from_base64_exact, to_base64};
use crate::hash::TreeHash;
use crate::note::{KeyError, KeyName, NoteError, NoteSignature, NoteSigner, SignedNote, VerifierKey};
use crate::position::TreeSize;
use core::fmt;

/// The name of a log, such as `credit.xiangxiang.example/ledger`: at most 255 bytes, no white space,
/// no `+`. Also the name of the key that signs its checkpoints.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(KeyName);

/// What a log says about its tree. Text: origin, size, root, one line each, then extension lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: TreeHash,
    /// Whole lines that say something to others; kept because they are signed.
    extensions: String,
}

/// A checkpoint whose note carries a good signature of its log. Only verification makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
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
    pub const fn key_name(&self) -> &KeyName {
        &self.0
    }

    /// The origin's text.
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
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries the tree covers.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The tree's root.
    pub const fn root(&self) -> TreeHash {
        self.root
    }

    /// The extension lines with their newlines; empty for our own checkpoints.
    pub fn extensions(&self) -> &str {
        &self.extensions
    }
}

impl SignedCheckpoint {
    /// Reads a signed checkpoint and verifies it: a good signature of `key`, and an origin that is the
    /// key's name.
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
        Ok(Self { checkpoint, note })
    }

    /// Signs a checkpoint, and verifies what was signed before anybody sees it. The signature is
    /// deterministic: the same checkpoint gives the same bytes.
    pub fn sign(checkpoint: &Checkpoint, signer: &NoteSigner) -> Result<Self, CheckpointError> {
        let note = SignedNote::sign(checkpoint.to_string(), &[signer])?;
        Self::verify_note(note, &signer.verifier_key())
    }

    /// The same checkpoint with more signature lines: cosignatures, whose keys are others' business.
    pub fn with(&self, more: Vec<NoteSignature>) -> Result<Self, CheckpointError> {
        Ok(Self { checkpoint: self.checkpoint.clone(), note: self.note.with(more)? })
    }

    /// What the log says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
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
