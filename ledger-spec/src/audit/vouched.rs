//! The checkpoints under which the log says that something was erased, held against the log's own tree. They lie before what names
//! them, so that the edge of the tree does not tell their roots any more: what does are the roots of whole tiles, one for 256
//! entries, and the leaves behind the last of them.

use super::{AuditError, AuditFault};
use std::collections::BTreeMap;
use std::ops::Range;
use tlog::checkpoint::Checkpoint;
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId, root_of};
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::{TILE_HEIGHT, TILE_WIDTH};

/// What the log says of earlier trees.
#[derive(Clone, Debug, Default)]
pub(super) struct Earlier {
    /// The roots of the whole tiles of leaves.
    tiles: Vec<TreeHash>,
    /// The roots that are stated, by the size of their trees, each where it is stated first.
    stated: BTreeMap<TreeSize, Vec<(EntryIndex, TreeHash)>>,
}

impl Earlier {
    /// Takes in the nodes that a leaf has completed.
    pub(super) fn grow(&mut self, completed: &[(NodeId, TreeHash)]) {
        let tile = completed.iter().find(|(id, _)| id.level == TILE_HEIGHT);
        self.tiles.extend(tile.map(|(_, root)| *root));
    }

    /// Takes in what the event in this entry rests on.
    pub(super) fn take(&mut self, at: EntryIndex, checkpoint: &Checkpoint) {
        let stated = self.stated.entry(checkpoint.size()).or_default();
        if stated.iter().all(|(_, root)| *root != checkpoint.root()) {
            stated.push((at, checkpoint.root()));
        }
    }

    /// What was taken in and not given out yet.
    pub(super) fn rest(&mut self) -> Vec<Vouched> {
        let stated = std::mem::take(&mut self.stated).into_iter();
        let of = |(size, roots)| {
            let edge = self.edge(size);
            let tile = self.tiles.get(as_usize(edge.size().get() / u64::from(TILE_WIDTH))).copied();
            Vouched { size, roots, edge, tile }
        };
        stated.map(of).collect()
    }

    /// The edge of the tree over the whole tiles below.
    fn edge(&self, size: TreeSize) -> Frontier {
        let whole = as_usize(size.get() / u64::from(TILE_WIDTH));
        let tiles = self.tiles.get(..whole).or_defect("L29: no more entries than there are before the event");
        Frontier::over_subtrees(TILE_HEIGHT, tiles.iter().copied())
            .or_defect("fewer leaves than have been read")
    }
}

/// What the log says of its own tree as it was over so many entries.
#[derive(Clone, Debug)]
#[must_use]
pub struct Vouched {
    size: TreeSize,
    roots: Vec<(EntryIndex, TreeHash)>,
    edge: Frontier,
    /// The root of the tile in which it ends, where that is whole by now.
    tile: Option<TreeHash>,
}

impl Vouched {
    /// The entries behind the last whole tile, fewer than 256.
    #[must_use]
    pub const fn tail(&self) -> Range<u64> {
        self.edge.size().get()..self.size.get()
    }

    /// Whether these are all leaves of the tile in which it ends, in the tree that has this root.
    #[must_use]
    pub fn ends_in(&self, leaves: &[TreeHash], root: TreeHash) -> bool {
        match self.tile {
            Some(tile) => root_of(leaves) == tile,
            None => {
                let mut whole = self.edge.clone();
                leaves.iter().for_each(|leaf| whole.append(*leaf, &mut Vec::new()));
                whole.root() == root
            }
        }
    }

    /// Holds it against the tree.
    ///
    /// # Errors
    ///
    /// The first entry that names another root than the tree has whose last leaves are `tail`.
    pub fn hold(mut self, tail: &[TreeHash]) -> Result<(), AuditError> {
        let mut completed = Vec::new();
        tail.iter().for_each(|leaf| self.edge.append(*leaf, &mut completed));
        let (size, expected) = (self.size, self.edge.root());
        let other = self.roots.iter().filter(|(_, root)| *root != expected || self.edge.size() != size);
        other.min_by_key(|(at, _)| *at).map_or(Ok(()), |&(index, found)| {
            Err(AuditError { index, fault: AuditFault::AuditedElsewhere { size, found, expected } })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog::checkpoint::Origin;

    fn leaf(at: u64) -> TreeHash {
        TreeHash::leaf(&at.to_le_bytes())
    }

    #[test]
    fn every_earlier_tree_has_its_root() {
        let (mut earlier, mut tree, mut completed) = (Earlier::default(), Frontier::new(), Vec::new());
        let leaves: Vec<TreeHash> = (0..1_000).map(leaf).collect();
        for leaf in &leaves {
            tree.append(*leaf, &mut completed);
            earlier.grow(&completed);
            completed.clear();
        }
        let origin = Origin::parse("ledger.example/l").unwrap();
        let state = |earlier: &mut Earlier, size: usize, root, at| {
            let checkpoint = Checkpoint::new(origin.clone(), TreeSize::new(size as u64), root);
            earlier.take(EntryIndex::new(at), &checkpoint);
        };
        for size in [0, 1, 255, 256, 257, 511, 512, 768, 999, 1_000] {
            state(&mut earlier, size, root_of(&leaves[..size]), 1_000);
        }
        for vouched in earlier.rest() {
            let tail: Vec<TreeHash> = vouched.tail().map(leaf).collect();
            assert!(tail.len() < 256);
            let first = vouched.tail().start;
            let mut tile: Vec<TreeHash> = (first..1_000.min(first + 256)).map(leaf).collect();
            assert!(vouched.ends_in(&tile, tree.root()), "{first}");
            if let Some(last) = tile.last_mut() {
                *last = leaf(7_777);
                assert!(!vouched.ends_in(&tile, tree.root()), "{first}");
            }
            vouched.hold(&tail).unwrap();
        }
        // Each is asked for once; of two roots of one size the one that is not the tree's is named, where it is stated first.
        assert!(earlier.rest().is_empty());
        state(&mut earlier, 300, root_of(&leaves[..300]), 1_001);
        state(&mut earlier, 300, leaf(7), 1_003);
        state(&mut earlier, 300, leaf(8), 1_002);
        let vouched = earlier.rest().pop().unwrap();
        let tail: Vec<TreeHash> = vouched.tail().map(leaf).collect();
        let error = vouched.hold(&tail).unwrap_err();
        assert_eq!(error.index, EntryIndex::new(1_002));
        let (size, expected) = (TreeSize::new(300), root_of(&leaves[..300]));
        assert_eq!(error.fault, AuditFault::AuditedElsewhere { size, found: leaf(8), expected });
    }
}
