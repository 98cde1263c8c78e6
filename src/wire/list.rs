//! Who is on a list.

use super::{Withheld, as_object, known_text};
use ledger_spec::projection::{Member, Membership};
use serde::Serialize;
use utoipa::ToSchema;

/// The members of a list at two instants, in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListAnswer {
    /// The list.
    pub list: String,
    /// The valid instant, RFC 3339.
    #[schema(format = DateTime)]
    pub valid_at: String,
    /// What was known: a number of entries, or an RFC 3339 instant.
    pub known_at: String,
    /// The members.
    pub members: Vec<MemberAnswer>,
    /// What was left out because it is not public.
    pub withheld: Withheld,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberAnswer {
    /// What the list publishes about it: a value for each column, in the list's order of columns.
    #[serde(serialize_with = "row")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub row: Vec<(String, String)>,
    /// Whom it is about.
    pub subject: String,
    /// The id of the `listing.entered` event.
    pub listing: String,
    /// Its entry.
    pub entry: u64,
    /// Who entered it.
    pub issuer: String,
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// Its place among the rows, where the list keeps an order of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

impl ListAnswer {
    /// The answer; `columns` are the list's, in the catalogue's order.
    pub fn of(membership: &Membership, columns: &[String], withheld: Withheld, checkpoint: &str) -> Self {
        Self {
            list: membership.list.to_string(),
            valid_at: membership.as_of.valid_at.to_string(),
            known_at: known_text(membership.as_of.known_at),
            members: membership.members.iter().map(|member| MemberAnswer::of(member, columns)).collect(),
            withheld,
            checkpoint: checkpoint.to_owned(),
        }
    }

    /// One JSON object a line with the list's columns as keys.
    pub fn to_rows(&self) -> Result<String, serde_json::Error> {
        let mut lines = Vec::new();
        for member in &self.members {
            as_object(&member.row, &mut serde_json::Serializer::new(&mut lines))?;
            lines.push(b'\n');
        }
        // serde_json writes UTF-8 only.
        Ok(String::from_utf8(lines).unwrap_or_default())
    }
}

impl MemberAnswer {
    fn of(member: &Member, columns: &[String]) -> Self {
        let value = |column: &String| {
            let cell = member.row.iter().find(|(name, _)| name == column);
            cell.map(|(_, value)| (column.clone(), value.clone()))
        };
        Self {
            row: columns.iter().filter_map(value).collect(),
            subject: member.subject.to_string(),
            listing: member.listing.to_string(),
            entry: member.entry.get(),
            issuer: member.issuer.to_string(),
            since: member.from.to_string(),
            order: member.order.clone(),
        }
    }
}

#[allow(clippy::ptr_arg)] // serde hands over the field's own type
fn row<S: serde::Serializer>(row: &Vec<(String, String)>, serializer: S) -> Result<S::Ok, S::Error> {
    as_object(row, serializer)
}
