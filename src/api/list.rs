//! Who is on a list.

use super::{as_object, count};
use ledger_spec::casefile::Asked;
use ledger_spec::projection::{Edition, Member};
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
    /// What was known: so many entries.
    #[schema(minimum = 0)]
    pub known_at: u64,
    /// The members.
    pub members: Vec<MemberAnswer>,
    /// How many entries in force were left out because the reader may not see them (P19).
    #[schema(minimum = 0)]
    pub withheld: u64,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
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
    /// From when on it stands there no more, as far as that is known, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub until: Option<String>,
    /// What has to be said beside it: `objected`, `not-verified`, …
    pub marks: Vec<&'static str>,
    /// Rules that this ledger did not verify, since it came in through a migration.
    pub not_verified: Vec<&'static str>,
}

impl ListAnswer {
    /// The answer; `columns` are the list's, in the catalogue's order.
    pub fn of(edition: &Edition, columns: &[String], asked: Asked, checkpoint: &str) -> Self {
        Self {
            list: edition.list.clone(),
            valid_at: asked.valid_at.to_string(),
            known_at: asked.known.get(),
            members: edition.members.iter().map(|member| MemberAnswer::of(member, columns)).collect(),
            withheld: count(edition.withheld),
            next: None,
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
            subject: member.subject.clone(),
            listing: member.line.event.clone(),
            entry: member.line.entry,
            issuer: member.line.issuer.clone(),
            since: member.line.valid_from.clone(),
            order: member.order.clone(),
            until: member.line.end.as_ref().map(|end| end.at.clone()),
            marks: member.line.marks.iter().map(|mark| mark.mark).collect(),
            not_verified: member.line.not_verified.clone(),
        }
    }
}

#[allow(clippy::ptr_arg)] // serde hands over the field's own type
fn row<S: serde::Serializer>(row: &Vec<(String, String)>, serializer: S) -> Result<S::Ok, S::Error> {
    as_object(row, serializer)
}
