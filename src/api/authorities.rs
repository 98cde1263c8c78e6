//! Who was ever enrolled, and what may be recorded, with the checkpoint that says so.

use ledger_spec::projection::{Authorities, CatalogueAt};
use ledger_spec::time::ValidTime;
use serde::Serialize;
use tlog::position::TreeSize;
use utoipa::ToSchema;

/// Every authority that was ever enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthoritiesAnswer {
    /// The authorities, in the order of enrolment.
    #[serde(flatten)]
    pub authorities: Authorities,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// What may be recorded at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CatalogueAnswer {
    /// The valid instant, RFC 3339.
    pub valid_at: ValidTime,
    /// What was known: so many entries.
    pub known_at: TreeSize,
    /// The moment of asking, RFC 3339.
    pub asked_at: ValidTime,
    /// The catalogue.
    #[serde(flatten)]
    pub catalogue: CatalogueAt,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}
