//! Transparency logs as pure code: what a log, its readers, its witnesses and its auditors compute.
//!
//! A transparency log is a list that only grows. Its operator signs **checkpoints**: so many entries, under this
//! root of a Merkle tree. From then on every entry can be proven to stand in it, every later checkpoint to go on
//! from an earlier one, and two histories shown to two people are two signatures against the operator.
//!
//! This crate reads and writes the formats of that and checks their proofs. What the entries hold is nobody's
//! business here: bytes of at most 65,535. It knows no clock, file, network, thread or randomness, so that the
//! same bytes always give the same answer; where they come from is the caller's.
//!
//! # Specifications
//!
//! | module | what it holds | by |
//! |---|---|---|
//! | [`hash`], [`merkle`] | the tree: leaves, nodes, roots; inclusion and consistency proofs | [RFC 6962] §2.1, [RFC 9162] §2.1 |
//! | [`note`] | signed texts, their keys and signature lines | C2SP [signed-note] |
//! | [`checkpoint`] | the signed statement of a tree's size and root; that one goes on from another | C2SP [tlog-checkpoint] |
//! | [`cosignature`] | what witnesses add to it | C2SP [tlog-cosignature] |
//! | [`policy`] | whose cosignatures it takes | C2SP [tlog-policy] |
//! | [`tile`] | tree and entries in pieces that are served as files | C2SP [tlog-tiles] |
//! | [`proof`] | an inclusion proof with its checkpoint, for offline use | C2SP [tlog-proof] |
//! | [`witness`] | what a witness is asked, and when it refuses | C2SP [tlog-witness] |
//! | [`position`] | the index of an entry and the size of a tree, which are not the same | |
//! | [`key`] | Ed25519, strict: what any careful verifier accepts | [RFC 8032] |
//! | [`bytes`] | hex and base64 with one text per value | [RFC 4648] |
//! | [`defect`] | what to do about what cannot happen | |
//!
//! [RFC 6962]: https://www.rfc-editor.org/rfc/rfc6962
//! [RFC 9162]: https://www.rfc-editor.org/rfc/rfc9162
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032
//! [RFC 4648]: https://www.rfc-editor.org/rfc/rfc4648
//! [signed-note]: https://c2sp.org/signed-note
//! [tlog-checkpoint]: https://c2sp.org/tlog-checkpoint
//! [tlog-cosignature]: https://c2sp.org/tlog-cosignature
//! [tlog-policy]: https://c2sp.org/tlog-policy
//! [tlog-tiles]: https://c2sp.org/tlog-tiles
//! [tlog-proof]: https://c2sp.org/tlog-proof
//! [tlog-witness]: https://c2sp.org/tlog-witness
//!
//! Every value has one text or one form of bytes, and whatever is read prints again as just that. What is only
//! parsed is a claim, until its `verify` is asked; a [`checkpoint::SignedCheckpoint`] has been verified, and there
//! is no other way to one. Errors name what was found and what was expected.
//!
//! # Example
//!
//! A log of three entries proves its second one to somebody who has nothing but the log's key.
//!
//! ```
//! use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
//! use tlog::hash::TreeHash;
//! use tlog::merkle::{InclusionProof, root_of};
//! use tlog::note::NoteSigner;
//! use tlog::position::{EntryIndex, TreeSize};
//! use tlog::proof::TlogProof;
//!
//! // The log: a tree, a checkpoint over it, and a proof.
//! let leaves = ["one", "two", "three"].map(|entry| TreeHash::leaf(entry.as_bytes()));
//! let origin = Origin::parse("log.example/one")?;
//! let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
//! let checkpoint = Checkpoint::new(origin, TreeSize::new(3), root_of(&leaves));
//! let signed = SignedCheckpoint::sign(&checkpoint, &signer)?;
//! let path = InclusionProof::from_hashes(vec![leaves[0], leaves[2]])?;
//! let proof = TlogProof::new(EntryIndex::new(1), path, &signed).to_string();
//!
//! // Whoever is handed the proof.
//! let key = signer.verifier_key();
//! let shown = TlogProof::parse(proof.as_bytes())?;
//! let signed = shown.verify(TreeHash::leaf(b"two"), &key)?;
//! assert_eq!((shown.index().get(), signed.checkpoint().size().get()), (1, 3));
//! assert!(shown.verify(TreeHash::leaf(b"2"), &key).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bytes;
pub mod checkpoint;
pub mod cosignature;
pub mod defect;
pub mod hash;
pub mod key;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod position;
pub mod proof;
pub mod tile;
pub mod witness;
