//! What a witness is asked, and what it answers (C2SP tlog-witness v1): the pure part.
//!
//! Comparing with the last cosigned tree and keeping the new one has to be one step, and durable before the
//! answer: that is for whoever holds the files.

use crate::bytes::{from_base64_exact, to_base64, to_hex};
use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, decimal};
use crate::hash::TreeHash;
use crate::merkle::{ConsistencyProof, MAX_PROOF_LEN, VerifyError};
use crate::note::{NoteError, SignedNote, VerifierKey};
use crate::position::TreeSize;
use core::fmt;
use sha2::{Digest as _, Sha256};

/// A request to cosign a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a request is not cosigned before it is judged"]
pub struct AddCheckpoint {
    /// The size that the witness is believed to have cosigned last.
    pub old: TreeSize,
    /// From that size to the checkpoint's.
    pub proof: ConsistencyProof,
    /// The checkpoint's note.
    pub note: SignedNote,
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[must_use]
pub enum Refusal {
    /// The request has another form.
    #[error("line {line} of the request is not {expected}")]
    Form {
        /// Its number, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// The note is malformed.
    #[error(transparent)]
    Note(NoteError),
    /// The note's text is no checkpoint.
    #[error(transparent)]
    Checkpoint(CheckpointError),
    /// A log that this witness does not watch.
    #[error("origin {found} is not watched here")]
    Origin {
        /// The checkpoint's origin.
        found: String,
    },
    /// Not signed by the log.
    #[error("the checkpoint is not its log's: {0}")]
    Signature(NoteError),
    /// The old size is greater than the checkpoint's.
    #[error("old size {found} is greater than the checkpoint's {expected}")]
    OldSize {
        /// The old size.
        found: TreeSize,
        /// The checkpoint's size.
        expected: TreeSize,
    },
    /// Another size was cosigned last.
    #[error("old size {found} is not the last cosigned, {expected}")]
    Conflict {
        /// The old size given.
        found: TreeSize,
        /// The size that was cosigned last.
        expected: TreeSize,
    },
    /// The checkpoint is not consistent with the last one.
    #[error("not consistent with the {size} entries cosigned last: {why}")]
    Inconsistent {
        /// The size that was cosigned last.
        size: TreeSize,
        /// What does not hold.
        why: Inconsistency,
    },
}

/// What does not hold between two checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Inconsistency {
    /// A proof from nothing has no hashes.
    #[error("a proof from an empty tree has no hashes, this one {0}")]
    Needless(usize),
    /// Over no entries there is one root.
    #[error("another root than the empty tree's over no entries")]
    EmptyRoot,
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] VerifyError),
}

impl AddCheckpoint {
    /// Reads a request: `old <size>`, the proof's hashes in base64, one a line, an empty line, the note.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        const OLD: &str = "`old` and a size in decimal digits";
        const HASH: &str = "32 bytes in base64";
        let form = |line, expected| Refusal::Form { line, expected };
        let blank = bytes.windows(2).position(|two| two == b"\n\n");
        let blank = blank.ok_or(form(1, "lines, an empty line and a signed checkpoint"))?;
        let head = core::str::from_utf8(&bytes[..blank]).map_err(|_| form(1, OLD))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or(form(1, OLD))?;
        let hashes: Vec<TreeHash> = lines
            .enumerate()
            .map(|(at, line)| {
                from_base64_exact(line).map(TreeHash::from_bytes).map_err(|_| form(at + 2, HASH))
            })
            .collect::<Result<_, _>>()?;
        let proof =
            ConsistencyProof::from_hashes(hashes).map_err(|_| form(MAX_PROOF_LEN + 2, "an empty line"))?;
        let note = SignedNote::parse(&bytes[blank + 2..]).map_err(Refusal::Note)?;
        Ok(Self { old: TreeSize::new(old), proof, note })
    }

    /// Whether a witness that watches the logs of these keys, and of this log has cosigned `last`, may
    /// cosign. In the order of the specification: form, origin, signature, sizes, consistency. What may be
    /// cosigned carries its log's signature lines and no others: whatever else stood there, nobody vouches for.
    pub fn judge(
        &self,
        keys: &[VerifierKey],
        last: impl FnOnce(&str) -> Option<Checkpoint>,
    ) -> Result<SignedCheckpoint, Refusal> {
        let text = self.note.text();
        let origin = text.split_once('\n').map_or(text, |(first, _)| first);
        let of_log: Vec<VerifierKey> =
            keys.iter().filter(|key| key.name().as_str() == origin).cloned().collect();
        if of_log.is_empty() {
            return Err(Refusal::Origin { found: origin.to_owned() });
        }
        let signers = self.note.verify(&of_log).map_err(Refusal::Signature)?;
        let key = signers.first().copied().ok_or_else(|| Refusal::Origin { found: origin.to_owned() })?;
        let note = self
            .note
            .only(|line| signers.iter().any(|key| (key.name(), key.id()) == (line.name(), line.id())));
        let signed = SignedCheckpoint::verify_note(note, key);
        let last = last(origin);
        let size = last.as_ref().map(Checkpoint::size).unwrap_or_default();
        let stated = match &signed {
            Ok(signed) => signed.checkpoint().size(),
            Err(error) if error.is_empty_root() => TreeSize::EMPTY,
            Err(error) => return Err(Refusal::Checkpoint(error.clone())),
        };
        if self.old > stated {
            return Err(Refusal::OldSize { found: self.old, expected: stated });
        }
        if self.old != size {
            return Err(Refusal::Conflict { found: self.old, expected: size });
        }
        let inconsistent = |why| Refusal::Inconsistent { size, why };
        let signed = signed.map_err(|_| inconsistent(Inconsistency::EmptyRoot))?;
        self.consistent(last.as_ref(), signed.checkpoint()).map_err(inconsistent)?;
        Ok(signed)
    }

    fn consistent(&self, last: Option<&Checkpoint>, stated: &Checkpoint) -> Result<(), Inconsistency> {
        match last {
            Some(last) if last.size() > TreeSize::EMPTY => {
                Ok(self.proof.verify(last.size(), last.root(), stated.size(), stated.root())?)
            }
            _ => match self.proof.hashes().len() {
                0 => Ok(()),
                found => Err(Inconsistency::Needless(found)),
            },
        }
    }
}

impl Refusal {
    /// The HTTP status that the specification gives it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Form { .. } | Self::Note(_) | Self::Checkpoint(_) | Self::OldSize { .. } => 400,
            Self::Signature(_) => 403,
            Self::Origin { .. } => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent { .. } => 422,
        }
    }
}

/// The folder in which witnesses and mirrors serve a log: SHA-256 of its origin, in hex.
#[must_use]
pub fn folder_of(origin: &str) -> String {
    to_hex(&Sha256::digest(origin.as_bytes()))
}

/// The request's bytes.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.hashes().iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Origin;
    use crate::merkle::{consistency_proof, root_of, tests::Nodes};
    use crate::note::NoteSigner;

    fn leaves() -> Vec<TreeHash> {
        (0..9_u8).map(|n| TreeHash::leaf(&[n])).collect()
    }

    fn signer() -> NoteSigner {
        NoteSigner::from_seed(Origin::parse("log.example").unwrap().key_name().clone(), &[7; 32])
    }

    fn checkpoint(size: usize) -> Checkpoint {
        let size_of = TreeSize::new(u64::try_from(size).unwrap());
        Checkpoint::new(Origin::parse("log.example").unwrap(), size_of, root_of(&leaves()[..size]))
    }

    fn request(old: u64, size: usize) -> AddCheckpoint {
        let (nodes, _) = Nodes::over(&leaves());
        let note = SignedCheckpoint::sign(&checkpoint(size), &signer()).unwrap().note().clone();
        let new = TreeSize::new(u64::try_from(size).unwrap());
        let old = TreeSize::new(old);
        let proof = consistency_proof(old.min(new), new, &nodes).unwrap();
        AddCheckpoint { old, proof, note }
    }

    fn judged(request: &AddCheckpoint, last: Option<usize>) -> Result<u64, u16> {
        let read = AddCheckpoint::parse(request.to_string().as_bytes()).unwrap();
        assert_eq!(read, *request, "read as it is written");
        let judged = read.judge(&[signer().verifier_key()], |_| last.map(checkpoint));
        judged.map(|signed| signed.checkpoint().size().get()).map_err(|refusal| refusal.status())
    }

    #[test]
    fn what_goes_on_from_the_last_is_cosigned_and_nothing_else() {
        assert_eq!(judged(&request(0, 5), None), Ok(5));
        assert_eq!(judged(&request(5, 9), Some(5)), Ok(9));
        assert_eq!(judged(&request(5, 5), Some(5)), Ok(5), "the same again");
        assert_eq!(judged(&request(0, 0), None), Ok(0));
        assert_eq!(judged(&request(0, 9), Some(5)), Err(409));
        assert_eq!(judged(&request(5, 9), None), Err(409));
        assert_eq!(judged(&request(9, 5), Some(9)), Err(400));
        let mut wrong = request(5, 9);
        wrong.proof = ConsistencyProof::from_hashes(vec![TreeHash::from_bytes([1; 32]); 4]).unwrap();
        assert_eq!(judged(&wrong, Some(5)), Err(422));
        wrong.old = TreeSize::EMPTY;
        assert_eq!(judged(&wrong, None), Err(422), "a needless proof");
        // The same size with another root.
        let other =
            Checkpoint::new(Origin::parse("log.example").unwrap(), TreeSize::new(5), TreeHash::leaf(b"x"));
        let fork = AddCheckpoint {
            note: SignedCheckpoint::sign(&other, &signer()).unwrap().note().clone(),
            ..request(5, 5)
        };
        assert_eq!(judged(&fork, Some(5)), Err(422));
    }

    #[test]
    fn strangers_and_forgers_are_told_apart() {
        let status = |text: &str| {
            let read = AddCheckpoint::parse(text.as_bytes());
            let judged = read.and_then(|request| request.judge(&[signer().verifier_key()], |_| None));
            judged.map(|_| ()).map_err(|refusal| refusal.status())
        };
        let right = request(0, 5).to_string();
        assert_eq!(status(&right), Ok(()));
        assert_eq!(status(&right.replace("log.example", "other.example")), Err(404));
        assert_eq!(status(&right.replace("\n5\n", "\n6\n")), Err(403));
        let unsigned = NoteSigner::from_seed(signer().name().clone(), &[8; 32]);
        let unsigned = SignedNote::sign(checkpoint(5).to_string(), &[&unsigned]).unwrap();
        assert_eq!(status(&format!("old 0\n\n{unsigned}")), Err(403));
        for malformed in ["", "old 0\n", "old 00\n\n", "new 0\n\nx\n", "old 0\nAA==\n\nx"] {
            assert_eq!(status(malformed), Err(400), "{malformed}");
        }
        let long = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(64);
        assert_eq!(status(&right.replacen("old 0\n", &format!("old 0\n{long}"), 1)), Err(400));
        let empty = format!("log.example\n0\n{}\n", to_base64(&[1; 32]));
        let empty = SignedNote::sign(empty, &[&signer()]).unwrap();
        assert_eq!(status(&format!("old 0\n\n{empty}")), Err(422));
        // The sizes are compared first, as everywhere.
        assert_eq!(status(&format!("old 1\n\n{empty}")), Err(400));
        let request = AddCheckpoint::parse(format!("old 0\n\n{empty}").as_bytes()).unwrap();
        let judged = request.judge(&[signer().verifier_key()], |_| Some(checkpoint(5)));
        assert_eq!(judged.map_err(|refusal| refusal.status()), Err(409));
    }

    #[test]
    fn what_may_be_cosigned_carries_the_logs_lines_alone() {
        let mut request = request(0, 5);
        let alone = request.note.clone();
        let stranger = NoteSigner::from_seed(signer().name().clone(), &[8; 32]);
        let junk = SignedNote::sign(alone.text().to_owned(), &[&stranger]).unwrap();
        request.note = alone.with(junk.signatures().to_vec()).unwrap();
        assert_eq!(request.note.signatures().len(), 2);
        let signed = request.judge(&[signer().verifier_key()], |_| None).unwrap();
        assert_eq!(signed.note(), &alone);
    }
}
