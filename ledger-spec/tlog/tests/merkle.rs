//! The tree and its proofs against the crates `ct-merkle` and `tlog_tiles`.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use std::collections::HashMap;
use tlog::hash::TreeHash;
use tlog::merkle::{
    ConsistencyProof, Frontier, InclusionProof, NodeId, NodeReader, consistency_proof, inclusion_proof,
};
use tlog::position::{EntryIndex, TreeSize};
use tlog_tiles::{Error, HashReader};

/// Our nodes; a request for one that is not complete fails the test.
struct Nodes(HashMap<NodeId, TreeHash>);

impl NodeReader for Nodes {
    type Error = NodeId;

    fn node(&self, id: NodeId) -> Result<TreeHash, NodeId> {
        self.0.get(&id).copied().ok_or(id)
    }
}

/// Reads our nodes under their stored hash indexes.
impl HashReader for Nodes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        let read = |&at: &u64| {
            let (level, index) = tlog_tiles::split_stored_hash_index(at);
            tlog_tiles::Hash(*self.node(NodeId { level, index }).unwrap().as_bytes())
        };
        Ok(indexes.iter().map(read).collect())
    }
}

fn grow(entries: &[Vec<u8>]) -> (Nodes, Frontier) {
    let (mut frontier, mut completed) = (Frontier::new(), Vec::new());
    for entry in entries {
        frontier.append(TreeHash::leaf(entry), &mut completed);
    }
    (Nodes(completed.into_iter().collect()), frontier)
}

fn flat(hashes: &[TreeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

/// Entries, and two numbers below and up to their count.
fn trees() -> impl Strategy<Value = (Vec<Vec<u8>>, usize, usize)> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..600)
        .prop_flat_map(|entries| (1..=entries.len()).prop_map(move |new| (entries.clone(), new)))
        .prop_flat_map(|(entries, new)| (Just(entries), 1..=new, Just(new)))
}

proptest! {
    #[test]
    fn ct_merkle_makes_the_same_roots_and_proofs((entries, old, new) in trees()) {
        let (nodes, _) = grow(&entries);
        let frontier = Frontier::from_nodes(TreeSize::new(number(new)), &nodes).unwrap();
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        entries[..new].iter().for_each(|entry| theirs.push(entry.clone()));
        prop_assert_eq!(flat(&[frontier.root()]), theirs.root().as_bytes().to_vec());

        let index = old - 1;
        let proof = inclusion_proof(EntryIndex::new(number(index)), frontier.size(), &nodes).unwrap();
        prop_assert_eq!(flat(proof.hashes()), theirs.prove_inclusion(index).as_bytes().to_vec());
        if old < new {
            let proof = consistency_proof(TreeSize::new(number(old)), frontier.size(), &nodes).unwrap();
            prop_assert_eq!(flat(proof.hashes()), theirs.prove_consistency(new - old).as_bytes().to_vec());
        }
    }

    #[test]
    fn tlog_tiles_makes_the_same_from_our_nodes((entries, old, new) in trees()) {
        let (nodes, _) = grow(&entries);
        let (n, o, index) = (number(new), number(old), number(old - 1));
        let root = Frontier::from_nodes(TreeSize::new(n), &nodes).unwrap().root();
        let old_root = Frontier::from_nodes(TreeSize::new(o), &nodes).unwrap().root();
        prop_assert_eq!(*root.as_bytes(), tlog_tiles::tree_hash(n, &nodes).unwrap().0);
        prop_assert_eq!(u64::try_from(nodes.0.len()).unwrap(), tlog_tiles::stored_hash_count(number(entries.len())));

        let ours = |hashes: Vec<tlog_tiles::Hash>| hashes.into_iter().map(|hash| TreeHash::from_bytes(hash.0)).collect::<Vec<_>>();
        let theirs = ours(tlog_tiles::prove_record(n, index, &nodes).unwrap());
        let proof = inclusion_proof(EntryIndex::new(index), TreeSize::new(n), &nodes).unwrap();
        prop_assert_eq!(proof.hashes(), theirs.as_slice());
        let theirs = ours(tlog_tiles::prove_tree(n, o, &nodes).unwrap());
        let proof = consistency_proof(TreeSize::new(o), TreeSize::new(n), &nodes).unwrap();
        prop_assert_eq!(proof.hashes(), theirs.as_slice());
        prop_assert_eq!(proof.verify(TreeSize::new(o), old_root, TreeSize::new(n), root), Ok(()));
    }

    /// Whatever is changed in a true proof, we and they say the same about it.
    #[test]
    fn tlog_tiles_refuses_the_same_proofs(
        (entries, old, new) in trees(), change in 0..5, at in any::<prop::sample::Index>(), bit in 0..256usize,
    ) {
        let (nodes, _) = grow(&entries);
        let (n, mut o) = (number(new), number(old));
        let root = Frontier::from_nodes(TreeSize::new(n), &nodes).unwrap().root();
        let old_root = Frontier::from_nodes(TreeSize::new(o), &nodes).unwrap().root();
        let (size, mut index) = (TreeSize::new(n), number(old - 1));
        let leaf = TreeHash::leaf(&entries[old - 1]);
        let mut path = inclusion_proof(EntryIndex::new(index), size, &nodes).unwrap().hashes().to_vec();
        let mut steps = consistency_proof(TreeSize::new(o), size, &nodes).unwrap().hashes().to_vec();
        for list in [&mut path, &mut steps] {
            match change {
                1 if !list.is_empty() => {
                    let at = at.index(list.len());
                    let mut bytes = *list[at].as_bytes();
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    list[at] = TreeHash::from_bytes(bytes);
                }
                2 if !list.is_empty() => drop(list.remove(at.index(list.len()))),
                3 => list.insert(at.index(list.len() + 1), leaf),
                _ => {}
            }
        }
        if change == 4 {
            index = number(at.index(new));
            o = index + 1;
        }
        let theirs = |hash: &TreeHash| tlog_tiles::Hash(*hash.as_bytes());
        let list = |hashes: &[TreeHash]| hashes.iter().map(theirs).collect::<Vec<_>>();

        let ours = InclusionProof::from_hashes(path.clone()).unwrap()
            .verify(leaf, EntryIndex::new(index), size, root);
        let other = tlog_tiles::check_record(&list(&path), n, theirs(&root), index, theirs(&leaf));
        prop_assert_eq!(ours.is_ok(), other.is_ok());
        let ours = ConsistencyProof::from_hashes(steps.clone()).unwrap()
            .verify(TreeSize::new(o), old_root, size, root);
        let other = tlog_tiles::check_tree(&list(&steps), n, theirs(&root), o, theirs(&old_root));
        prop_assert_eq!(ours.is_ok(), other.is_ok());
    }
}
