//! Receipts: C2SP tlog-proof, the offline evidence that an entry stands in a log.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>                 optional, covered by nothing
//! index <decimal>
//! <base64 of 32 bytes>           the inclusion path, the leaf's sibling first
//!
//! <signed checkpoint, verbatim>
//! ```
//! Whatever parses prints again as the same bytes. A parsed proof shows nothing yet:
//! [`TlogProof::verify`].

use crate::bytes::{TextError, from_base64, from_base64_exact, to_base64};
use crate::checkpoint::{CheckpointError, SignedCheckpoint, decimal};
use crate::hash::TreeHash;
use crate::merkle::{InclusionProof, MAX_PROOF_LEN, VerifyError};
use crate::note::{NoteError, SignedNote, VerifierKey};
use crate::position::EntryIndex;
use core::fmt;

/// The index of an entry, its inclusion path and the checkpoint that the path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a proof shows nothing until it is verified"]
pub struct TlogProof {
    extra: Option<Vec<u8>>,
    index: EntryIndex,
    path: InclusionProof,
    checkpoint: SignedNote,
}

/// Why bytes are not a proof, or it does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// Longer than [`TlogProof::MAX_LEN`].
    #[error("proof of {found} bytes where at most {expected} are read")]
    TooLong {
        /// Length in bytes.
        found: usize,
        /// [`TlogProof::MAX_LEN`].
        expected: usize,
    },
    /// Not UTF-8 from this byte on.
    #[error("proof is not UTF-8 at byte {position}")]
    NotUtf8 {
        /// Offset of the first wrong byte.
        position: usize,
    },
    /// A line is missing or has another form.
    #[error("line {line} of the proof is not {expected}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// A line's base64 is wrong.
    #[error("line {line} of the proof is {error}")]
    Text {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        error: TextError,
    },
    /// The checkpoint in it is no signed note.
    #[error("checkpoint in the proof: {0}")]
    Note(#[source] NoteError),
    /// The checkpoint is not the log's.
    #[error("checkpoint in the proof: {0}")]
    Checkpoint(#[source] CheckpointError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error("inclusion path: {0}")]
    Inclusion(#[from] VerifyError),
}

impl TlogProof {
    /// The first line of every proof.
    pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

    /// The longest proof that is read, in bytes: the longest note, the longest path, and the rest for
    /// extra data.
    pub const MAX_LEN: usize = SignedNote::MAX_LEN + 64 * 1024;

    /// A proof without extra data out of what the log knows.
    pub fn new(index: EntryIndex, path: InclusionProof, checkpoint: &SignedCheckpoint) -> Self {
        Self { extra: None, index, path, checkpoint: checkpoint.note().clone() }
    }

    /// Reads a proof strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > Self::MAX_LEN {
            return Err(TlogProofError::TooLong { found: bytes.len(), expected: Self::MAX_LEN });
        }
        let text = core::str::from_utf8(bytes)
            .map_err(|error| TlogProofError::NotUtf8 { position: error.valid_up_to() })?;
        let mut lines = Lines { rest: text, line: 0 };
        if lines.next(TlogProof::HEADER)? != TlogProof::HEADER {
            return lines.wrong(TlogProof::HEADER);
        }
        let mut line = lines.next("`extra` or `index`")?;
        let mut extra = None;
        if let Some(base64) = line.strip_prefix("extra ") {
            let text = |error| TlogProofError::Text { line: lines.line, error };
            extra = Some(from_base64(base64).map_err(text)?);
            line = lines.next(Self::INDEX)?;
        }
        let Some(index) = line.strip_prefix("index ").and_then(decimal) else {
            return lines.wrong(Self::INDEX);
        };
        let path = lines.path()?;
        let checkpoint = SignedNote::parse(lines.rest.as_bytes()).map_err(TlogProofError::Note)?;
        Ok(Self { extra, index: EntryIndex::new(index), path, checkpoint })
    }

    /// Whether `leaf` stands at this proof's index in the log of `key`; if so, the checkpoint that
    /// says it. Extra data is covered by nothing and not looked at.
    pub fn verify(&self, leaf: TreeHash, key: &VerifierKey) -> Result<SignedCheckpoint, TlogProofError> {
        let signed = SignedCheckpoint::verify_note(self.checkpoint.clone(), key)
            .map_err(TlogProofError::Checkpoint)?;
        let checkpoint = signed.checkpoint();
        self.path.verify(leaf, self.index, checkpoint.size(), checkpoint.root())?;
        Ok(signed)
    }

    /// Data that whoever handed over the proof put in. Nothing covers it.
    #[must_use]
    pub fn unauthenticated_extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The entry's index: a claim until the proof is verified.
    #[must_use]
    pub const fn index(&self) -> EntryIndex {
        self.index
    }

    /// The inclusion path.
    pub const fn path(&self) -> &InclusionProof {
        &self.path
    }

    /// The checkpoint's note: a claim until the proof is verified.
    pub const fn checkpoint(&self) -> &SignedNote {
        &self.checkpoint
    }

    const INDEX: &str = "`index` and decimal digits without leading zeros";
}

/// The proof's bytes.
impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", TlogProof::HEADER)?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.hashes().iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Whole lines, counted.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self, expected: &'static str) -> Result<&'a str, TlogProofError> {
        self.line += 1;
        let Some((content, rest)) = self.rest.split_once('\n') else {
            return self.wrong(expected);
        };
        self.rest = rest;
        Ok(content)
    }

    /// Hashes, one a line, up to the blank line.
    fn path(&mut self) -> Result<InclusionProof, TlogProofError> {
        let mut hashes = Vec::new();
        loop {
            match self.next("a hash in base64 or a blank line")? {
                "" => return Ok(InclusionProof::from_hashes(hashes)?),
                // Refused before the rest is read, however long it is.
                _ if hashes.len() == MAX_PROOF_LEN => return self.wrong("a blank line"),
                hash => {
                    let bytes = from_base64_exact(hash);
                    let bytes = bytes.map_err(|error| TlogProofError::Text { line: self.line, error })?;
                    hashes.push(TreeHash::from_bytes(bytes));
                }
            }
        }
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, TlogProofError> {
        Err(TlogProofError::Line { line: self.line, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, Origin};
    use crate::merkle::inclusion_proof;
    use crate::merkle::tests::{Nodes, leaves};
    use crate::note::NoteSigner;
    use crate::position::TreeSize;

    /// The proof of entry 4 of 11, its leaf, and the log's key.
    fn sample() -> (TlogProof, TreeHash, VerifierKey) {
        let leaves = leaves(11);
        let (nodes, frontier) = Nodes::over(&leaves);
        let origin = Origin::parse("credit.example/ledger").unwrap();
        let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
        let checkpoint = Checkpoint::new(origin, frontier.size(), frontier.root());
        let signed = SignedCheckpoint::sign(&checkpoint, &signer).unwrap();
        let path = inclusion_proof(EntryIndex::new(4), frontier.size(), &nodes).unwrap();
        (TlogProof::new(EntryIndex::new(4), path, &signed), leaves[4], signer.verifier_key())
    }

    #[test]
    fn a_proof_gives_its_bytes_back_and_shows_its_entry() {
        let (proof, leaf, key) = sample();
        let text = proof.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 4\n"));
        assert_eq!(TlogProof::parse(text.as_bytes()), Ok(proof.clone()));
        let signed = proof.verify(leaf, &key).unwrap();
        assert_eq!(signed.checkpoint().size().get(), 11);
        assert!(text.ends_with(&format!("=\n\n{signed}")), "the checkpoint stands there verbatim");

        let extra = text.replace("index 4", "extra /w==\nindex 4");
        let read = TlogProof::parse(extra.as_bytes()).unwrap();
        assert_eq!((read.unauthenticated_extra(), read.to_string()), (Some([0xff].as_slice()), extra));
        assert!(read.verify(leaf, &key).is_ok());
    }

    #[test]
    fn what_it_does_not_show() {
        let (proof, leaf, key) = sample();
        let other = TreeHash::leaf(b"other");
        assert!(matches!(
            proof.verify(other, &key),
            Err(TlogProofError::Inclusion(VerifyError::Root { .. }))
        ));
        let (name, seed) = (key.name().clone(), [8; 32]);
        let stranger = NoteSigner::from_seed(name, &seed).verifier_key();
        assert_eq!(
            proof.verify(leaf, &stranger),
            Err(TlogProofError::Checkpoint(CheckpointError::Note(NoteError::NoKnownSignature { found: 1 })))
        );
        let with = |from: &str, to: &str| TlogProof::parse(proof.to_string().replace(from, to).as_bytes());
        let moved = with("index 4", "index 5").unwrap().verify(leaf, &key);
        assert!(matches!(moved, Err(TlogProofError::Inclusion(VerifyError::Root { .. }))));
        let outside = with("index 4", "index 11").unwrap().verify(leaf, &key);
        assert!(matches!(outside, Err(TlogProofError::Inclusion(VerifyError::Index { .. }))));
        let grown = with("\n11\n", "\n12\n").unwrap().verify(leaf, &key);
        assert!(matches!(
            grown,
            Err(TlogProofError::Checkpoint(CheckpointError::Note(NoteError::BadSignature { .. })))
        ));
    }

    #[test]
    fn the_last_numbers_of_64_bits_prove_nothing_and_stop_nothing() {
        let (proof, leaf, _) = sample();
        let origin = Origin::parse("credit.example/ledger").unwrap();
        let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
        for size in [u64::MAX, 1 << 63, (1 << 63) + 1] {
            let checkpoint = Checkpoint::new(origin.clone(), TreeSize::new(size), leaf);
            let signed = SignedCheckpoint::sign(&checkpoint, &signer).unwrap();
            for index in [4, size - 1, size, u64::MAX] {
                let index = EntryIndex::new(index);
                let text = TlogProof::new(index, proof.path().clone(), &signed).to_string();
                let read = TlogProof::parse(text.as_bytes()).unwrap();
                assert_eq!(read.index(), index);
                let refused = read.verify(leaf, &signer.verifier_key()).unwrap_err();
                let outside = matches!(refused, TlogProofError::Inclusion(VerifyError::Index { .. }));
                assert_eq!(outside, !index.is_in(TreeSize::new(size)), "{index} of {size}: {refused}");
            }
        }
    }

    #[test]
    fn refusals() {
        let text = sample().0.to_string();
        let refused = |from: &str, to: &str| {
            assert!(text.contains(from));
            TlogProof::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        let line = |line, expected| TlogProofError::Line { line, expected };
        assert_eq!(refused("@v1", "@v2"), line(1, TlogProof::HEADER));
        assert_eq!(refused("@v1\n", "@v1\r\n"), line(1, TlogProof::HEADER));
        for index in ["index 04", "index  4", "index 4 ", "index +4", "index", "Index 4", "index 1\nindex 4x"]
        {
            let error = refused("index 4", index);
            assert!(
                matches!(error, TlogProofError::Line { line: 2, .. } | TlogProofError::Text { line: 3, .. }),
                "{index}: {error}"
            );
        }
        let base64 =
            |line| TlogProofError::Text { line, error: TextError::NotCanonical { expected: "base64" } };
        assert_eq!(refused("index 4", "extra /x==\nindex 4"), base64(2));
        assert_eq!(refused("index 4", "extra /w==\nextra /w==\nindex 4"), line(3, TlogProof::INDEX));
        assert_eq!(refused("index 4\n", "index 4\n=\n"), base64(3));
        let length = TextError::Length { found: 1, expected: 32 };
        assert_eq!(refused("index 4\n", "index 4\n/w==\n"), TlogProofError::Text { line: 3, error: length });
        let many = format!("index 4\n{}", format!("{}\n", to_base64(&[0; 32])).repeat(63));
        assert_eq!(refused("index 4\n", &many), line(66, "a blank line"));
        let cut = text.find("\n\n").unwrap();
        let short = TlogProof::parse(&text.as_bytes()[..=cut]).unwrap_err();
        assert!(matches!(short, TlogProofError::Line { .. }));
        let bare = TlogProof::parse(&text.as_bytes()[..cut + 2]).unwrap_err();
        assert_eq!(bare, TlogProofError::Note(NoteError::NoBlankLine));
        assert_eq!(TlogProof::parse(b"\xff"), Err(TlogProofError::NotUtf8 { position: 0 }));
        let (long, expected) = (vec![b'a'; TlogProof::MAX_LEN + 1], TlogProof::MAX_LEN);
        assert_eq!(TlogProof::parse(&long), Err(TlogProofError::TooLong { found: long.len(), expected }));
    }
}
