//! The JSON of what is not a projection: what an append answers, and proofs between sizes.
//!
//! The answers to questions are the specification's ([`ledger_spec::projection`]). Instants are RFC 3339 text at +08:00,
//! hashes lower-case hex, entries plain numbers. Nothing here knows of HTTP.

mod append;
mod authorities;
mod consistency;

pub use append::{Admissible, AppendAnswer, AppendedLine, LastLine, LineStatus};
pub use authorities::{AuthoritiesAnswer, CatalogueAnswer};
pub use consistency::ConsistencyAnswer;
