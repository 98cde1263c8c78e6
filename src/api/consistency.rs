//! That one tree begins with another.

use crate::query::Consistency;
use serde::Serialize;
use tlog::hash::TreeHash;
use tlog::position::TreeSize;
use utoipa::ToSchema;

/// A consistency proof (RFC 6962 §2.1.2) between two sizes of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsistencyAnswer {
    /// The smaller size.
    pub from: TreeSize,
    /// The root at the smaller size, in hex.
    pub from_root: TreeHash,
    /// The greater size.
    pub to: TreeSize,
    /// The root at the greater size, in hex.
    pub to_root: TreeHash,
    /// The proof's hashes in the order of RFC 6962, in hex.
    #[schema(max_items = 63)]
    pub proof: Vec<TreeHash>,
    /// The signed checkpoint that was published when this was answered.
    pub checkpoint: String,
}

impl ConsistencyAnswer {
    /// The answer for a proof that was verified.
    pub fn of(found: &Consistency, checkpoint: &str) -> Self {
        Self {
            from: found.from.0,
            from_root: found.from.1,
            to: found.to.0,
            to_root: found.to.1,
            proof: found.proof.hashes().to_vec(),
            checkpoint: checkpoint.to_owned(),
        }
    }
}
