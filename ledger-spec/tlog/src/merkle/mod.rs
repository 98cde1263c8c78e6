//! The RFC 6962 Merkle tree over all entries: roots, the right edge as it grows, proofs.
//!
//! Nodes are kept elsewhere; here they are only computed, named ([`NodeId`]) and asked for
//! ([`NodeReader`]). Only complete nodes have names: a node once computed never changes.

mod proof;

pub use proof::{
    ConsistencyProof, InclusionProof, MAX_PROOF_LEN, ProofError, VerifyError, consistency_proof,
    inclusion_proof,
};

use crate::defect::OrDefect as _;
use crate::hash::TreeHash;
use crate::position::TreeSize;

/// The name of a complete node: the root of the aligned subtree over the 2^`level` leaves from
/// `index` · 2^`level` on. In a flat file per level it stands at byte [`NodeId::offset`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// 0 for leaves, 63 at most.
    pub level: u8,
    /// Place among the nodes of its level, from 0.
    pub index: u64,
}

/// Where complete nodes are read from.
///
/// Contract: answers with the node that the leaves determine, for every node that is complete in the
/// tree at hand; it is never asked for another.
pub trait NodeReader {
    /// Why a node cannot be read.
    type Error;

    /// Reads a complete node.
    fn node(&self, id: NodeId) -> Result<TreeHash, Self::Error>;
}

/// The right edge of a tree: what must be known of it to append. Holds one node per bit that is set
/// in the size.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[must_use]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees that the tree falls into, the widest (leftmost) first.
    peaks: Vec<TreeHash>,
}

impl NodeId {
    /// Whether a tree of `size` leaves has this node complete.
    #[must_use]
    pub const fn is_complete_in(self, size: TreeSize) -> bool {
        self.level < 64 && self.index < size.get() >> self.level
    }

    /// Byte offset in its level's flat file of 32-byte hashes; `None` beyond what any file holds.
    #[must_use]
    pub const fn offset(self) -> Option<u64> {
        self.index.checked_mul(32)
    }
}

impl Frontier {
    /// The edge of the empty tree.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// The edge of a tree of `size` leaves, from one stored node per bit that is set in `size`.
    pub fn from_nodes<R: NodeReader>(size: TreeSize, reader: &R) -> Result<Self, R::Error> {
        let peaks = peaks_of(size).map(|id| reader.node(id)).collect::<Result<_, _>>()?;
        Ok(Self { size: size.get(), peaks })
    }

    /// The edge of a tree that holds these complete subtrees alone, each over 2 to the power of `level` leaves. `None` where that
    /// is more leaves than there can be.
    #[must_use]
    pub fn over_subtrees(level: u8, subtrees: impl IntoIterator<Item = TreeHash>) -> Option<Self> {
        let (mut edge, mut completed) = (Self::new(), Vec::new());
        for subtree in subtrees {
            edge.append(subtree, &mut completed);
            completed.clear();
        }
        edge.size = edge.size.checked_mul(1_u64.checked_shl(level.into())?)?;
        Some(edge)
    }

    /// Appends a leaf and pushes every node that it completes, the leaf itself first, then upwards.
    pub fn append(&mut self, leaf: TreeHash, completed: &mut Vec<(NodeId, TreeHash)>) {
        let mut id = NodeId { level: 0, index: self.size };
        let mut hash = leaf;
        completed.push((id, hash));
        // An odd index is a right child; its left sibling is the last peak.
        while id.index & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = TreeHash::node(&left, &hash);
            id = NodeId { level: id.level + 1, index: id.index >> 1 };
            completed.push((id, hash));
        }
        self.peaks.push(hash);
        self.size = self.size.checked_add(1).or_defect("leaves that are at hand fit into a tree");
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        TreeSize::new(self.size)
    }

    /// The tree's root.
    #[must_use]
    pub fn root(&self) -> TreeHash {
        let narrowest_first = self.peaks.iter().rev().copied();
        narrowest_first
            .reduce(|right, left| TreeHash::node(&left, &right))
            .unwrap_or_else(TreeHash::empty_root)
    }
}

/// The root over `leaves`, straight from the definition (RFC 6962 §2.1).
#[must_use]
pub fn root_of(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => TreeHash::empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
            TreeHash::node(&root_of(left), &root_of(right))
        }
    }
}

/// The complete subtrees that a tree falls into, the widest first.
fn peaks_of(size: TreeSize) -> impl Iterator<Item = NodeId> {
    let size = size.get();
    (0..64u8).rev().filter(move |level| size >> level & 1 == 1).map(move |level| NodeId {
        level,
        // The node before the first that is not complete on this level.
        index: (size >> level) - 1,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bytes::from_hex;
    use core::cell::Cell;

    /// All nodes of a tree in memory. Refuses what is not complete, and counts what it is asked.
    #[derive(Default)]
    pub(crate) struct Nodes {
        pub(crate) size: TreeSize,
        levels: Vec<Vec<TreeHash>>,
        pub(crate) reads: Cell<u32>,
    }

    impl Nodes {
        pub(crate) fn over(leaves: &[TreeHash]) -> (Self, Frontier) {
            let (mut nodes, mut frontier, mut completed) = (Self::default(), Frontier::new(), Vec::new());
            for leaf in leaves {
                frontier.append(*leaf, &mut completed);
            }
            for (id, hash) in completed {
                nodes.levels.resize_with(nodes.levels.len().max(usize::from(id.level) + 1), Vec::new);
                let level = &mut nodes.levels[usize::from(id.level)];
                assert_eq!(u64::try_from(level.len()).unwrap(), id.index, "nodes of a level come in order");
                level.push(hash);
            }
            nodes.size = frontier.size();
            (nodes, frontier)
        }
    }

    impl NodeReader for Nodes {
        type Error = NodeId;

        fn node(&self, id: NodeId) -> Result<TreeHash, NodeId> {
            self.reads.set(self.reads.get() + 1);
            if !id.is_complete_in(self.size) {
                return Err(id);
            }
            Ok(self.levels[usize::from(id.level)][usize::try_from(id.index).unwrap()])
        }
    }

    pub(crate) fn leaves(count: u64) -> Vec<TreeHash> {
        (0..count).map(|i| TreeHash::leaf(&i.to_le_bytes())).collect()
    }

    /// The eight leaves and the roots that Certificate Transparency's own tests use.
    #[test]
    fn the_roots_of_certificate_transparency() {
        let entries: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves: Vec<_> = entries.iter().map(|entry| TreeHash::leaf(entry)).collect();
        for (size, root) in [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            let root = TreeHash::from_bytes(from_hex(root).unwrap());
            assert_eq!(root_of(&leaves[..size]), root, "size {size}");
            assert_eq!(Nodes::over(&leaves[..size]).1.root(), root, "size {size}");
        }
    }

    #[test]
    fn the_edge_is_rebuilt_from_as_many_nodes_as_the_size_has_bits() {
        for size in 0..130 {
            let leaves = leaves(size);
            let (nodes, frontier) = Nodes::over(&leaves);
            assert_eq!(frontier.root(), root_of(&leaves), "size {size}");
            assert_eq!(Frontier::from_nodes(nodes.size, &nodes), Ok(frontier));
            assert_eq!(nodes.reads.get(), size.count_ones());
        }
    }

    #[test]
    fn a_node_that_is_not_complete_is_not_there() {
        let (nodes, _) = Nodes::over(&leaves(5));
        let larger = TreeSize::new(6);
        assert_eq!(Frontier::from_nodes(larger, &nodes), Err(NodeId { level: 1, index: 2 }));
        assert!(NodeId { level: 2, index: 0 }.is_complete_in(nodes.size));
        assert!(!NodeId { level: 3, index: 0 }.is_complete_in(nodes.size));
        assert!(!NodeId { level: 64, index: 0 }.is_complete_in(TreeSize::new(u64::MAX)));
        assert_eq!(NodeId { level: 1, index: 3 }.offset(), Some(96));
        assert_eq!(NodeId { level: 0, index: 1 << 59 }.offset(), None);
    }
}
