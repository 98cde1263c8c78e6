//! A receipt, checked by other people's code from its bytes alone: `signed_note` for the signature,
//! `tlog_tiles` for checkpoint and inclusion.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use std::collections::HashMap;
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId, NodeReader, inclusion_proof};
use tlog::note::NoteSigner;
use tlog::position::EntryIndex;
use tlog::proof::TlogProof;

struct Nodes(HashMap<NodeId, TreeHash>);

impl NodeReader for Nodes {
    type Error = NodeId;

    fn node(&self, id: NodeId) -> Result<TreeHash, NodeId> {
        self.0.get(&id).copied().ok_or(id)
    }
}

fn receipt(entries: &[Vec<u8>], index: usize, signer: &NoteSigner) -> TlogProof {
    let (mut frontier, mut completed) = (Frontier::new(), Vec::new());
    entries.iter().for_each(|entry| frontier.append(TreeHash::leaf(entry), &mut completed));
    let origin = Origin::parse(signer.name().as_str()).unwrap();
    let checkpoint = Checkpoint::new(origin, frontier.size(), frontier.root());
    let index = EntryIndex::new(u64::try_from(index).unwrap());
    let path = inclusion_proof(index, frontier.size(), &Nodes(completed.into_iter().collect())).unwrap();
    TlogProof::new(index, path, &SignedCheckpoint::sign(&checkpoint, signer).unwrap())
}

proptest! {
    #[test]
    fn others_verify_our_receipts(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..300),
        index in any::<prop::sample::Index>(),
    ) {
        let origin = Origin::parse("credit.example/ledger").unwrap();
        let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
        let index = index.index(entries.len());
        let text = receipt(&entries, index, &signer).to_string();

        let (head, note) = text.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        prop_assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        let claimed = lines.next().unwrap().strip_prefix("index ").unwrap().parse::<u64>().unwrap();
        let path: Vec<_> = lines.map(|line| tlog_tiles::Hash::parse_hash(line).unwrap()).collect();
        let note = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        let key = signed_note::StandardVerifier::new(&signer.verifier_key().to_string()).unwrap();
        note.verify(&signed_note::VerifierList::new(vec![Box::new(key)])).unwrap();
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
        let leaf = tlog_tiles::record_hash(&entries[index]);
        tlog_tiles::check_record(&path, checkpoint.size(), *checkpoint.hash(), claimed, leaf).unwrap();
        prop_assert_eq!(claimed, u64::try_from(index).unwrap());
    }

    /// No receipt without extra data passes for its leaf once a byte is changed; and what is read is
    /// printed unchanged.
    #[test]
    fn a_changed_receipt_is_refused(
        at in any::<prop::sample::Index>(), with in any::<u8>(), index in 0..13usize,
    ) {
        let entries: Vec<_> = (0..13u8).map(|i| vec![i]).collect();
        let origin = Origin::parse("credit.example/ledger").unwrap();
        let signer = NoteSigner::from_seed(origin.key_name().clone(), &[7; 32]);
        let proof = receipt(&entries, index, &signer);
        let mut bytes = proof.to_string().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != with);
        bytes[at] = with;
        if let Ok(read) = TlogProof::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
            prop_assert!(read.verify(TreeHash::leaf(&entries[index]), &signer.verifier_key()).is_err());
        }
        prop_assert!(proof.verify(TreeHash::leaf(&entries[index]), &signer.verifier_key()).is_ok());
    }
}
