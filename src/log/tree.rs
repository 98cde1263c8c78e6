//! The tree's nodes: one flat file per level, and in memory the newest nodes of each level.
//!
//! Files and memory only; the arithmetic of proofs is `tlog::merkle`.

use super::frame::as_u64;
use super::layout::{self, level_count, nodes_on};
use crate::storage::{Disk, DiskError, DiskErrorKind, DiskFile};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use tlog::defect::{OrDefect as _, as_usize};
use tlog::hash::TreeHash;
use tlog::merkle::{Frontier, NodeId, NodeReader};
use tlog::position::TreeSize;

const NODE: u64 = 32;
const NODE_LEN: usize = TreeHash::LEN;

/// How many of the newest leaves have their paths in memory: the batch just appended, and some.
pub(super) const RECENT: u64 = 4_096;

/// The files of the levels, for the writer and all readers.
pub(super) struct LevelFiles {
    disk: Arc<dyn Disk>,
    files: RwLock<Vec<Arc<dyn DiskFile>>>,
}

/// The tree's right edge, and the newest nodes of every level.
#[derive(Default)]
pub(super) struct Tail {
    frontier: Frontier,
    levels: Vec<Kept>,
    completed: Vec<(NodeId, TreeHash)>,
}

/// A level's newest nodes: those from `start` on.
#[derive(Default)]
struct Kept {
    start: u64,
    /// From this index on, nobody has taken the nodes to write them.
    taken: u64,
    nodes: VecDeque<TreeHash>,
}

/// Nodes beside each other on one level.
pub(super) struct Run {
    pub level: usize,
    pub start: u64,
    pub nodes: Vec<TreeHash>,
}

impl LevelFiles {
    /// Opens the levels that a tree of `size` has.
    pub(super) fn open(disk: Arc<dyn Disk>, size: u64) -> Result<Self, DiskError> {
        let files: Result<_, _> = (0..level_count(size)).map(|k| disk.open(&layout::level(k))).collect();
        let files = RwLock::new(files?);
        Ok(Self { disk, files })
    }

    /// The open files, level 0 first.
    pub(super) fn all(&self) -> Vec<Arc<dyn DiskFile>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes nodes where they belong; makes the file of a level that is new.
    pub(super) fn write(&self, run: &Run) -> Result<(), DiskError> {
        let file = match self.file(run.level) {
            Some(file) => file,
            None => {
                let file = self.disk.create(&layout::level(run.level))?;
                self.files.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&file));
                file
            }
        };
        file.write_at(run.start * NODE, &run.bytes())
    }

    /// Reads `count` nodes of a level.
    pub(super) fn read(&self, level: usize, start: u64, count: usize) -> Result<Vec<TreeHash>, DiskError> {
        Ok(nodes_of(&self.read_bytes(level, start, count)?))
    }

    /// The same, as the file holds them.
    pub(super) fn read_bytes(&self, level: usize, start: u64, count: usize) -> Result<Vec<u8>, DiskError> {
        let file = self.file(level).ok_or_else(|| DiskError {
            kind: DiskErrorKind::NotFound,
            operation: "read",
            path: layout::level(level),
            message: "the tree has no such level".to_owned(),
        })?;
        // A checkpoint may state any size, and then asks for what no file holds.
        let at = start.checked_mul(NODE).ok_or_else(|| DiskError {
            kind: DiskErrorKind::Short,
            operation: "read",
            path: layout::level(level),
            message: format!("node {start} lies beyond what a file can hold"),
        })?;
        let mut bytes = vec![0; count * NODE_LEN];
        file.read_at(at, &mut bytes)?;
        Ok(bytes)
    }

    fn file(&self, level: usize) -> Option<Arc<dyn DiskFile>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).get(level).cloned()
    }
}

/// Nodes as a level's file holds them.
pub(super) fn nodes_of(bytes: &[u8]) -> Vec<TreeHash> {
    bytes.as_chunks::<NODE_LEN>().0.iter().map(|node| TreeHash::from_bytes(*node)).collect()
}

impl Run {
    /// The nodes' bytes, as the level's file holds them from byte `32 * start` on.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.nodes.iter().flat_map(|node| *node.as_bytes()).collect()
    }
}

impl NodeReader for LevelFiles {
    type Error = DiskError;

    fn node(&self, id: NodeId) -> Result<TreeHash, DiskError> {
        let nodes = self.read(usize::from(id.level), id.index, 1)?;
        Ok(nodes.first().copied().or_defect("one was asked for, and a short read is an error"))
    }
}

impl Tail {
    /// The right edge of a tree of `size`, from its files.
    pub(super) fn load(files: &LevelFiles, size: TreeSize) -> Result<Self, DiskError> {
        let levels: Result<_, DiskError> = (0..level_count(size.get()))
            .map(|level| {
                let count = nodes_on(level, size.get());
                let kept = count.min(nodes_on(level, RECENT) + 2);
                let nodes = files.read(level, count - kept, as_usize(kept))?;
                Ok(Kept { start: count - kept, taken: count, nodes: nodes.into() })
            })
            .collect();
        let frontier = Frontier::from_nodes(size, files)?;
        Ok(Self { frontier, levels: levels?, completed: Vec::new() })
    }

    /// Adds a leaf and the nodes that it completes.
    pub(super) fn push(&mut self, leaf: TreeHash) {
        self.frontier.append(leaf, &mut self.completed);
        // From the leaf upwards, so no level is skipped.
        for (level, (_, node)) in self.completed.drain(..).enumerate() {
            if level == self.levels.len() {
                self.levels.push(Kept::default());
            }
            self.levels[level].nodes.push_back(node);
        }
    }

    /// A node, where it is among the newest.
    pub(super) fn node(&self, id: NodeId) -> Option<TreeHash> {
        let kept = self.levels.get(usize::from(id.level))?;
        let place = id.index.checked_sub(kept.start)?;
        kept.nodes.get(usize::try_from(place).ok()?).copied()
    }

    /// How many leaves have been added since their nodes were last taken.
    pub(super) fn new_leaves(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.end() - leaves.taken)
    }

    /// The nodes added since this was last asked, to be written.
    pub(super) fn take_new(&mut self) -> Vec<Run> {
        let runs = self.levels.iter_mut().enumerate().map(|(level, kept)| {
            let end = kept.end();
            let start = std::mem::replace(&mut kept.taken, end);
            let skipped = as_usize(start - kept.start);
            Run { level, start, nodes: kept.nodes.iter().skip(skipped).copied().collect() }
        });
        runs.filter(|run| !run.nodes.is_empty()).collect()
    }

    /// Forgets all but the paths of the newest `leaves` leaves. Only what was taken may be forgotten.
    pub(super) fn trim(&mut self, leaves: u64) {
        for (level, kept) in self.levels.iter_mut().enumerate() {
            let surplus = as_u64(kept.nodes.len()).saturating_sub(nodes_on(level, leaves) + 2);
            kept.nodes.drain(..as_usize(surplus));
            kept.start += surplus;
        }
    }

    /// The root of the tree.
    pub(super) fn root(&self) -> TreeHash {
        self.frontier.root()
    }
}

impl Kept {
    fn end(&self) -> u64 {
        self.start + as_u64(self.nodes.len())
    }
}
