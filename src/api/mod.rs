//! The JSON of every answer: what the server writes and the command line prints.
//!
//! Each type is made from a projection of `ledger-spec` and adds nothing to it. Instants are RFC 3339
//! text at +08:00, hashes and keys lower-case hex, entries plain numbers. Nothing here knows of HTTP.

mod append;
mod consistency;
mod directory;
mod entry;
mod list;
mod view;

pub use append::{Admissible, AppendAnswer, AppendedLine, LastLine, LineStatus, write_placed};
pub use consistency::ConsistencyAnswer;
pub use directory::{
    AuthorityAnswer, AuthorityList, BasisAnswer, CatalogueAnswer, CompetenceAnswer, ItemAnswer, KeyAnswer,
    ListDefinition, NameAnswer, RevocationAnswer, TypeDefinition,
};
pub use entry::{EntryAnswer, EventsAnswer, LinkAnswer, SignatureAnswer};
pub use list::{ListAnswer, MemberAnswer};
pub use view::ViewAnswer;

use serde::ser::{SerializeMap as _, Serializer};

/// Columns and values as one JSON object, in their own order.
fn as_object<S: Serializer>(row: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(row.len()))?;
    for (column, value) in row {
        map.serialize_entry(column, value)?;
    }
    map.end()
}

/// A count as answers write it.
pub(crate) fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
