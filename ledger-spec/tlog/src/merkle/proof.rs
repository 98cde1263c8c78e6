//! Inclusion and consistency proofs: RFC 6962 §2.1.1 and §2.1.2 to make them, RFC 9162 §2.1.3.2 and
//! §2.1.4.2 to verify them (same trees, same proofs, an explicit algorithm).

use super::{NodeId, NodeReader};
use crate::defect::{OrDefect as _, as_usize};
use crate::hash::TreeHash;
use crate::position::{EntryIndex, TreeSize};
use std::ops::Range;

/// The most hashes that a proof has: trees have at most 2^63 leaves.
pub const MAX_PROOF_LEN: usize = 63;
const MAX_SIZE: TreeSize = TreeSize::new(1 << MAX_PROOF_LEN);

/// Shows that a leaf stands at its index in a tree. Hashes from the leaf's sibling upwards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a proof shows nothing until it is verified"]
pub struct InclusionProof(Vec<TreeHash>);

/// Shows that a tree begins with the leaves of an older one. Hashes in the order of RFC 6962 §2.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a proof shows nothing until it is verified"]
pub struct ConsistencyProof(Vec<TreeHash>);

/// Why a proof cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError<E> {
    /// The entry is not in the tree.
    #[error("entry {found} in a tree of {size}")]
    Index {
        /// The index asked for.
        found: EntryIndex,
        /// The tree's size.
        size: TreeSize,
    },
    /// The older tree is the larger.
    #[error("older tree of {found} in a tree of {size}")]
    Sizes {
        /// The older size.
        found: TreeSize,
        /// The newer size.
        size: TreeSize,
    },
    /// A tree larger than any.
    #[error("tree of {found} where {expected} is the most")]
    TooLarge {
        /// The tree's size.
        found: TreeSize,
        /// 2^63.
        expected: TreeSize,
    },
    /// A node could not be read.
    #[error("cannot read a node of the tree: {0}")]
    Read(#[source] E),
}

/// Why a proof does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// More hashes than any proof has.
    #[error("proof of {found} hashes where {expected} are the most")]
    TooLong {
        /// How many hashes.
        found: usize,
        /// [`MAX_PROOF_LEN`].
        expected: usize,
    },
    /// The entry is not in the tree.
    #[error("entry {found} in a tree of {size}")]
    Index {
        /// The index.
        found: EntryIndex,
        /// The tree's size.
        size: TreeSize,
    },
    /// The older tree is the larger.
    #[error("older tree of {found} in a tree of {size}")]
    Sizes {
        /// The older size.
        found: TreeSize,
        /// The newer size.
        size: TreeSize,
    },
    /// Another number of hashes than these sizes demand.
    #[error("proof of {found} hashes where {expected} are expected")]
    Length {
        /// How many hashes.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// The proof leads to another root of the older tree.
    #[error("proof leads to older root {found} where {expected} is expected")]
    OldRoot {
        /// Where it leads.
        found: TreeHash,
        /// The root given.
        expected: TreeHash,
    },
    /// The proof leads to another root.
    #[error("proof leads to root {found} where {expected} is expected")]
    Root {
        /// Where it leads.
        found: TreeHash,
        /// The root given.
        expected: TreeHash,
    },
}

/// The proof that entry `index` stands in the tree of the first `size` entries. Reads complete nodes
/// only, at most 63 + 63 of them.
pub fn inclusion_proof<R: NodeReader>(
    index: EntryIndex,
    size: TreeSize,
    reader: &R,
) -> Result<InclusionProof, ProofError<R::Error>> {
    if !index.is_in(size) {
        return Err(ProofError::Index { found: index, size });
    }
    check_size(size)?;
    let Descent { mut hashes, .. } = descend(index, size, reader, |tree| tree.end - tree.start == 1)?;
    hashes.reverse();
    Ok(InclusionProof(hashes))
}

/// The proof that the tree of the first `new` entries begins with that of the first `old`. Empty where
/// `old` is 0 or equals `new`.
pub fn consistency_proof<R: NodeReader>(
    old: TreeSize,
    new: TreeSize,
    reader: &R,
) -> Result<ConsistencyProof, ProofError<R::Error>> {
    if old > new {
        return Err(ProofError::Sizes { found: old, size: new });
    }
    check_size(new)?;
    let Some(last) = old.last_index() else { return Ok(ConsistencyProof(Vec::new())) };
    let Descent { mut hashes, tree } = descend(last, new, reader, |tree| tree.end == old.get())?;
    // Where the descent never went right, the old root itself is the node, and the verifier has it.
    if tree.start > 0 {
        hashes.push(range(tree.start, tree.end, reader)?);
    }
    hashes.reverse();
    Ok(ConsistencyProof(hashes))
}

/// A way from the root down to a subtree.
struct Descent {
    /// The hashes of the subtrees beside it, from the root downwards.
    hashes: Vec<TreeHash>,
    /// The leaves of the subtree where it ends.
    tree: Range<u64>,
}

/// Goes down the tree of `size` leaves towards `leaf`, which is in it, until `arrived` says of a subtree's leaves
/// that it is the one: at the latest where `leaf` stands alone.
fn descend<R: NodeReader>(
    leaf: EntryIndex,
    size: TreeSize,
    reader: &R,
    arrived: impl Fn(&Range<u64>) -> bool,
) -> Result<Descent, ProofError<R::Error>> {
    let (mut hashes, mut tree) = (Vec::new(), 0..size.get());
    while !arrived(&tree) {
        let middle = tree.start + split(tree.end - tree.start);
        if leaf.get() < middle {
            hashes.push(range(middle, tree.end, reader)?);
            tree.end = middle;
        } else {
            hashes.push(range(tree.start, middle, reader)?);
            tree.start = middle;
        }
    }
    Ok(Descent { hashes, tree })
}

macro_rules! hash_lists {
    ($($name:ident),*) => {$(
        impl $name {
            /// Takes hashes that came from elsewhere, at most [`MAX_PROOF_LEN`]; whether they prove
            /// anything, `verify` says.
            pub fn from_hashes(hashes: Vec<TreeHash>) -> Result<Self, VerifyError> {
                match hashes.len() {
                    found if found > MAX_PROOF_LEN => {
                        Err(VerifyError::TooLong { found, expected: MAX_PROOF_LEN })
                    }
                    _ => Ok(Self(hashes)),
                }
            }

            /// The hashes in the order of RFC 6962.
            pub fn hashes(&self) -> &[TreeHash] {
                &self.0
            }
        }
    )*};
}
hash_lists!(InclusionProof, ConsistencyProof);

impl InclusionProof {
    /// Whether `leaf` stands at `index` in the tree of `size` leaves with this `root`.
    pub fn verify(
        &self,
        leaf: TreeHash,
        index: EntryIndex,
        size: TreeSize,
        root: TreeHash,
    ) -> Result<(), VerifyError> {
        let (Some(last), true) = (size.last_index(), index.is_in(size)) else {
            return Err(VerifyError::Index { found: index, size });
        };
        let mut edge = Edge { node: index.get(), last: last.get() };
        check_length(self.0.len(), edge.siblings())?;
        let found = self.0.iter().fold(leaf, |hash, sibling| match edge.climb() {
            Side::Left => TreeHash::node(sibling, &hash),
            Side::Right => TreeHash::node(&hash, sibling),
        });
        if found == root { Ok(()) } else { Err(VerifyError::Root { found, expected: root }) }
    }
}

impl ConsistencyProof {
    /// Whether the tree of `new` leaves with root `new_root` begins with the tree of `old` leaves with
    /// root `old_root`.
    pub fn verify(
        &self,
        old: TreeSize,
        old_root: TreeHash,
        new: TreeSize,
        new_root: TreeHash,
    ) -> Result<(), VerifyError> {
        if old > new {
            return Err(VerifyError::Sizes { found: old, size: new });
        }
        let (Some(old_last), Some(new_last), false) = (old.last_index(), new.last_index(), old == new) else {
            return self.verify_without_hashes(old, old_root, new, new_root);
        };
        // The largest complete subtree at the old tree's right edge: both roots build on it.
        let level = old.get().trailing_zeros();
        let mut edge = Edge { node: old_last.get() >> level, last: new_last.get() >> level };
        let stands_alone = old.get().is_power_of_two();
        check_length(self.0.len(), edge.siblings() + usize::from(!stands_alone))?;
        let (seed, path) = match self.0.split_first() {
            Some((seed, path)) if !stands_alone => (*seed, path),
            _ => (old_root, self.0.as_slice()),
        };
        let (mut found_old, mut found_new) = (seed, seed);
        for sibling in path {
            match edge.climb() {
                Side::Left => {
                    found_old = TreeHash::node(sibling, &found_old);
                    found_new = TreeHash::node(sibling, &found_new);
                }
                Side::Right => found_new = TreeHash::node(&found_new, sibling),
            }
        }
        same_roots((found_old, old_root), (found_new, new_root))
    }

    /// The two cases that need no hash: nothing came before, or nothing came after.
    fn verify_without_hashes(
        &self,
        old: TreeSize,
        old_root: TreeHash,
        new: TreeSize,
        new_root: TreeHash,
    ) -> Result<(), VerifyError> {
        check_length(self.0.len(), 0)?;
        let found_old = if old == TreeSize::EMPTY { TreeHash::empty_root() } else { old_root };
        let found_new = if old == new { found_old } else { new_root };
        same_roots((found_old, old_root), (found_new, new_root))
    }
}

/// On which side of the node the sibling stands.
enum Side {
    Left,
    Right,
}

/// A node's place on its level and the place of the level's last node, on the way up to the root
/// (`fn` and `sn` of RFC 9162).
#[derive(Clone, Copy)]
struct Edge {
    node: u64,
    last: u64,
}

impl Edge {
    /// Where the next sibling stands; then goes to the level above it. A last node without a right
    /// sibling is the same node on the levels above, until it is a right child.
    fn climb(&mut self) -> Side {
        let mut side = Side::Right;
        if self.node & 1 == 1 || self.node == self.last {
            side = Side::Left;
            let levels = self.node.trailing_zeros().min(63);
            self.up(levels);
        }
        self.up(1);
        side
    }

    fn up(&mut self, levels: u32) {
        self.node >>= levels;
        self.last >>= levels;
    }

    /// How many siblings there are on the way: every level below the one where the node is the last
    /// has one; above it, only those where the node is a right child.
    fn siblings(&self) -> usize {
        let below = u64::BITS - (self.node ^ self.last).leading_zeros();
        let above = self.node.checked_shr(below).unwrap_or(0).count_ones();
        as_usize((below + above).into())
    }
}

fn check_size<E>(size: TreeSize) -> Result<(), ProofError<E>> {
    if size > MAX_SIZE { Err(ProofError::TooLarge { found: size, expected: MAX_SIZE }) } else { Ok(()) }
}

fn check_length(found: usize, expected: usize) -> Result<(), VerifyError> {
    if found == expected { Ok(()) } else { Err(VerifyError::Length { found, expected }) }
}

fn same_roots(
    (found_old, old): (TreeHash, TreeHash),
    (found_new, new): (TreeHash, TreeHash),
) -> Result<(), VerifyError> {
    if found_old != old {
        return Err(VerifyError::OldRoot { found: found_old, expected: old });
    }
    if found_new != new {
        return Err(VerifyError::Root { found: found_new, expected: new });
    }
    Ok(())
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The hash over leaves `start` to `end`, where the definition splits the tree so: `start` is a
/// multiple of the next power of two.
fn range<R: NodeReader>(start: u64, end: u64, reader: &R) -> Result<TreeHash, ProofError<R::Error>> {
    let count = end - start;
    if count.is_power_of_two() {
        let levels = count.ilog2();
        let level = u8::try_from(levels).or_defect("a count of 64 bits has no more levels than bits");
        let id = NodeId { level, index: start >> levels };
        return reader.node(id).map_err(ProofError::Read);
    }
    let middle = start + split(count);
    Ok(TreeHash::node(&range(start, middle, reader)?, &range(middle, end, reader)?))
}

#[cfg(test)]
mod tests {
    use super::super::root_of;
    use super::super::tests::{Nodes, leaves};
    use super::*;

    const COUNT: u64 = 70;

    fn at(n: u64) -> usize {
        usize::try_from(n).unwrap()
    }

    #[test]
    fn every_entry_of_every_small_tree() {
        let leaves = leaves(COUNT);
        for size in 1..=COUNT {
            let (nodes, frontier) = Nodes::over(&leaves[..at(size)]);
            for index in 0..size {
                let (i, s) = (EntryIndex::new(index), nodes.size);
                let proof = inclusion_proof(i, s, &nodes).unwrap();
                assert_eq!(proof.verify(leaves[at(index)], i, s, frontier.root()), Ok(()));
                for other in (0..size).filter(|&other| other != index) {
                    let other = EntryIndex::new(other);
                    assert!(proof.verify(leaves[at(index)], other, s, frontier.root()).is_err());
                }
            }
        }
    }

    #[test]
    fn every_two_small_trees_out_of_the_nodes_of_a_larger() {
        let leaves = leaves(COUNT);
        let (nodes, _) = Nodes::over(&leaves);
        let roots: Vec<_> = (0..=COUNT).map(|size| root_of(&leaves[..at(size)])).collect();
        for new in 0..=COUNT {
            for old in 0..=new {
                let (o, n) = (TreeSize::new(old), TreeSize::new(new));
                let proof = consistency_proof(o, n, &nodes).unwrap();
                let (old_root, new_root) = (roots[at(old)], roots[at(new)]);
                assert_eq!(proof.verify(o, old_root, n, new_root), Ok(()), "{old} {new}");
                let wrong = TreeHash::leaf(b"wrong");
                assert!(proof.verify(o, wrong, n, new_root).is_err(), "{old} {new}");
                assert!(old == 0 && new > 0 || proof.verify(o, old_root, n, wrong).is_err(), "{old} {new}");
            }
        }
    }

    #[test]
    fn refusals_say_what_was_found_and_expected() {
        let leaves = leaves(5);
        let (nodes, frontier) = Nodes::over(&leaves);
        let (index, size, root) = (EntryIndex::new(2), nodes.size, frontier.root());
        let proof = inclusion_proof(index, size, &nodes).unwrap();
        let outside = EntryIndex::new(5);
        assert_eq!(inclusion_proof(outside, size, &nodes), Err(ProofError::Index { found: outside, size }));
        assert_eq!(
            proof.verify(leaves[2], outside, size, root),
            Err(VerifyError::Index { found: outside, size })
        );
        let short = InclusionProof::from_hashes(proof.hashes()[1..].to_vec()).unwrap();
        assert_eq!(
            short.verify(leaves[2], index, size, root),
            Err(VerifyError::Length { found: 2, expected: 3 })
        );
        assert!(
            matches!(proof.verify(leaves[3], index, size, root), Err(VerifyError::Root { expected, .. }) if expected == root)
        );
        let too_many = vec![root; 64];
        assert_eq!(
            InclusionProof::from_hashes(too_many),
            Err(VerifyError::TooLong { found: 64, expected: 63 })
        );
        let (larger, huge) = (TreeSize::new(6), TreeSize::new((1 << 63) + 1));
        assert_eq!(consistency_proof(larger, size, &nodes), Err(ProofError::Sizes { found: larger, size }));
        assert_eq!(
            consistency_proof(size, huge, &nodes),
            Err(ProofError::TooLarge { found: huge, expected: MAX_SIZE })
        );
        assert_eq!(
            inclusion_proof(index, larger, &nodes),
            Err(ProofError::Read(NodeId { level: 1, index: 2 }))
        );
        let empty = ConsistencyProof::from_hashes(Vec::new()).unwrap();
        let sizes = VerifyError::Sizes { found: larger, size };
        assert_eq!(empty.verify(larger, root, size, root), Err(sizes));
        assert_eq!(
            empty.verify(TreeSize::EMPTY, root, size, root),
            Err(VerifyError::OldRoot { found: TreeHash::empty_root(), expected: root })
        );
        assert_eq!(
            empty.verify(TreeSize::new(3), root, size, root),
            Err(VerifyError::Length { found: 0, expected: 4 })
        );
    }

    #[test]
    fn the_largest_numbers_neither_overflow_nor_pass() {
        let proof = InclusionProof::from_hashes(vec![TreeHash::empty_root(); 63]).unwrap();
        let root = TreeHash::empty_root();
        for size in [u64::MAX, 1 << 63, (1 << 63) + 1] {
            for index in [0, 1, size / 2, size - 1] {
                assert!(proof.verify(root, EntryIndex::new(index), TreeSize::new(size), root).is_err());
            }
            let proof = ConsistencyProof::from_hashes(proof.hashes().to_vec()).unwrap();
            for old in [1, 2, size / 2, size - 1] {
                assert!(proof.verify(TreeSize::new(old), root, TreeSize::new(size), root).is_err());
            }
        }
    }
}
