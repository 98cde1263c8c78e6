//! What can be wrong with what a server sends.

use crate::tile_client::TileClientError;
use ledger_spec::sealed::BundleError;
use tlog::checkpoint::CheckpointError;
use tlog::hash::TreeHash;
use tlog::position::{EntryIndex, TreeSize};
use tlog::tile::TileId;

/// What can be wrong with what a server sends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteFault {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] TileClientError),
    /// The checkpoint is not one of the log's.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A tile of hashes does not lead to the signed root, though the entries do.
    #[error(
        "tile {tile} gives {found} at node {node}, above entry {entry}; the entries under the signed root give {expected}"
    )]
    Tile {
        /// The tile.
        tile: TileId,
        /// The node, by its place on its level.
        node: u64,
        /// The first entry beneath it.
        entry: EntryIndex,
        /// The hash that the tile gives.
        found: TreeHash,
        /// The hash of the entries.
        expected: TreeHash,
    },
    /// A bundle holds another entry than the one under the signed root.
    #[error(
        "entry bundle {tile} gives an entry {entry} with leaf {found}; the one under the signed root has {expected}"
    )]
    Bundle {
        /// The bundle.
        tile: TileId,
        /// The entry.
        entry: EntryIndex,
        /// The leaf of what the bundle holds.
        found: TreeHash,
        /// The leaf under the signed root.
        expected: TreeHash,
    },
    /// What is said to open the entries of a bundle cannot be read.
    #[error("openings of entry bundle {tile}: {fault}")]
    Openings {
        /// The bundle.
        tile: TileId,
        /// What is wrong.
        fault: BundleError,
    },
    /// Entry 0 gives the operator another key than the one that verifies the checkpoint.
    #[error("entry 0 names the operator's key {found}; the key given is {expected}")]
    OtherKey {
        /// The key of entry 0.
        found: String,
        /// The key that verifies the checkpoint.
        expected: String,
    },
    /// Two signed checkpoints of one log that no log can have.
    #[error("the checkpoints over {older_size} and {newer_size} entries are not of one history: {why}")]
    Inconsistent {
        /// Size of the one that was known.
        older_size: TreeSize,
        /// Size of the other.
        newer_size: TreeSize,
        /// What shows it.
        why: String,
        /// The note that was known.
        older: String,
        /// The note that the server shows now.
        newer: String,
    },
    /// The log has fewer entries than it had signed for.
    #[error(
        "the checkpoint covers {found} entries, after one over {expected} was signed: entries were dropped"
    )]
    Dropped {
        /// What is covered now.
        found: TreeSize,
        /// What was covered before.
        expected: TreeSize,
        /// The note that was known.
        older: String,
        /// The note that the server shows now.
        newer: String,
    },
}

impl RemoteFault {
    /// Whether nothing is known of the log, rather than something wrong. A tile that is missing, or has
    /// another length, is wrong: a log serves what its checkpoint covers.
    pub(crate) fn is_unreadable(&self) -> bool {
        match self {
            Self::Read(TileClientError::Status { status, .. }) => *status != 404,
            Self::Read(TileClientError::Tile { .. } | TileClientError::Damaged { .. }) => false,
            Self::Read(_) => true,
            _ => false,
        }
    }

    pub(super) fn entry(&self) -> Option<EntryIndex> {
        match self {
            Self::Tile { entry, .. } | Self::Bundle { entry, .. } => Some(*entry),
            Self::OtherKey { .. } => Some(EntryIndex::new(0)),
            _ => None,
        }
    }

    /// The two notes that contradict each other, where that is the fault.
    pub fn evidence(&self) -> Option<(&str, &str)> {
        match self {
            Self::Inconsistent { older, newer, .. } | Self::Dropped { older, newer, .. } => {
                Some((older, newer))
            }
            _ => None,
        }
    }
}
