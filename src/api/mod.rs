//! The JSON of what is no fold of a subject's or the city's file: what an append answers, proofs between sizes, the feed,
//! and what governs a ledger with the checkpoint that it stands under.
//!
//! The answers to questions are the specification's ([`ledger_spec::projection`]). Instants are RFC 3339 text at +08:00,
//! hashes lower-case hex, entries plain numbers. Nothing here knows of HTTP.

mod append;
mod authorities;
mod consistency;
mod feed;
mod identities;

pub use append::{Admissible, AppendAnswer, AppendOrDryRun, AppendedLine, LastLine, LineStatus, Proof};
pub use authorities::{AuthoritiesAnswer, CatalogueAnswer};
pub use consistency::ConsistencyAnswer;
pub use feed::{FeedCheckpoint, FeedEntry, FeedEvent};
pub use identities::Resolved;
