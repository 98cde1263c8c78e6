//! That one tree begins with another.

use crate::query::Consistency;
use serde::Serialize;
use utoipa::ToSchema;

/// A consistency proof (RFC 6962 §2.1.2) between two sizes of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsistencyAnswer {
    /// The smaller size.
    #[schema(minimum = 0)]
    pub from: u64,
    /// The root at the smaller size, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub from_root: String,
    /// The greater size.
    #[schema(minimum = 0)]
    pub to: u64,
    /// The root at the greater size, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub to_root: String,
    /// The proof's hashes in the order of RFC 6962, in hex.
    #[schema(max_items = 63)]
    pub proof: Vec<String>,
    /// The signed checkpoint that was published when this was answered.
    pub checkpoint: String,
}

impl ConsistencyAnswer {
    /// The answer for a proof that was verified.
    pub fn of(found: &Consistency, checkpoint: &str) -> Self {
        Self {
            from: found.from.0.get(),
            from_root: found.from.1.to_string(),
            to: found.to.0.get(),
            to_root: found.to.1.to_string(),
            proof: found.proof.hashes().iter().map(ToString::to_string).collect(),
            checkpoint: checkpoint.to_owned(),
        }
    }
}
