//! The JSON of every answer: what the server writes and the command line prints.
//!
//! Each type is made from a projection of `ledger-spec` and adds nothing to it. Instants are RFC 3339
//! text at +08:00, hashes and keys lower-case hex, entries plain numbers. Nothing here knows of HTTP.

mod append;
mod directory;
mod entry;
mod list;
mod standing;

pub use append::{Appended, AppendedLine, LastLine, LineStatus, write_placed};
pub use directory::{
    AuthorityAnswer, AuthorityList, BasisAnswer, CatalogueAnswer, CompetenceAnswer, KeyAnswer,
    ListDefinition, NameAnswer, RevocationAnswer, TypeDefinition,
};
pub use entry::{EntryAnswer, EventsAnswer, LinkAnswer, SignatureAnswer};
pub use list::{ListAnswer, MemberAnswer};
pub use standing::{
    DecisionAnswer, EndingAnswer, ListingAnswer, RecordAnswer, RegistrationAnswer, RepairAnswer,
    StandingAnswer, StateAnswer,
};

use ledger_spec::projection::Known;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use utoipa::ToSchema;

/// What was left out of an answer because it is not public, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Withheld {
    /// How many entries were left out.
    #[schema(minimum = 0)]
    pub count: u64,
    /// Why: `natural-person`, `not-public-type`, `not-public-list`, `rests-on-withheld`.
    pub reasons: Vec<&'static str>,
}

/// What was known, as answers write it: a number of entries or an instant.
fn known_text(known: Known) -> String {
    match known {
        Known::Size(size) => size.to_string(),
        Known::At(time) => time.to_text(),
    }
}

/// Columns and values as one JSON object, in their own order.
fn as_object<S: Serializer>(row: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(row.len()))?;
    for (column, value) in row {
        map.serialize_entry(column, value)?;
    }
    map.end()
}
