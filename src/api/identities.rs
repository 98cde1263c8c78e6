//! What a request to resolve resident numbers answers.

use serde::{Deserialize, Serialize};

/// Subjects for the numbers of a request.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Resolved {
    /// The scheme that was asked for, `:` and a pseudonym for each number, in the request's order.
    pub subjects: Vec<String>,
}
