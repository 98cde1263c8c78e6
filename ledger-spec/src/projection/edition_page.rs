//! A page of a list as it is published: each member by the list's own columns.

use super::leaf::in_order;
use super::page::is_none;
use super::{Answered, Edition, MarkLine, Member};
use crate::casefile::Mark;
use crate::definition::Name;
use crate::id::{AuthorityId, EventId, ListCode, SubjectId};
use crate::rule::Rule;
use crate::time::ValidTime;
use serde::Serialize;
use std::collections::BTreeSet;
use tlog::position::{EntryIndex, TreeSize};

/// The members of a list at two instants, in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditionPage {
    /// The list.
    pub list: ListCode,
    /// The valid instant, RFC 3339.
    pub valid_at: ValidTime,
    /// What was known: so many entries.
    pub known_at: TreeSize,
    /// The moment of asking, RFC 3339: the public is shown what of the edition is public then.
    pub asked_at: ValidTime,
    /// The members: one for each entry that holds.
    pub members: Vec<MemberLine>,
    /// How many subjects all members of the list are, on whatever page: who has several entries counts once, and so does a body
    /// that has them under several names.
    pub subject_count: usize,
    /// How many entries in force were left out because the reader may not see them (P19); not told to the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// Where a key may have been in wrong hands when it signed something that keeps somebody off the list who was on it (P26).
    pub marks: Vec<MarkLine>,
    /// To the public: that more may exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub notice: Option<Name>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberLine {
    /// What the list publishes about it: a value for each column that the reader may see, in the list's order of columns.
    #[serde(serialize_with = "in_order")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub row: Vec<(String, String)>,
    /// How many personal fields it has that are not shown here (D15).
    #[serde(default, skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub undisclosed: usize,
    /// Whom it is about.
    pub subject: SubjectId,
    /// The other identifiers of the same body: by one of them another member may be about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub identifiers: Vec<SubjectId>,
    /// The id of the `listing.entered` event.
    pub listing: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Who entered it.
    pub issuer: AuthorityId,
    /// Since when, RFC 3339.
    pub since: ValidTime,
    /// Its place among the rows, where the list keeps an order of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub order: Option<String>,
    /// From when on it stands there no more, as far as that is known, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub until: Option<ValidTime>,
    /// What has to be said beside it.
    pub marks: Vec<Mark>,
    /// Rules that this ledger did not verify, since it came in through a migration.
    pub not_verified: Vec<Rule>,
}

impl EditionPage {
    /// The page that an edition was answered with.
    pub fn of<T>(edition: &Edition, answered: &Answered<T>) -> Self {
        Self {
            list: edition.list.clone(),
            valid_at: answered.valid_at,
            known_at: answered.known_at,
            asked_at: answered.asked_at,
            members: edition.members.iter().map(|member| MemberLine::of(member, &edition.columns)).collect(),
            subject_count: edition.subject_count,
            withheld: edition.withheld,
            marks: edition.marks.clone(),
            notice: answered.notice.clone(),
            next: edition.next,
            checkpoint: answered.checkpoint.clone(),
        }
    }

    /// The names of all marks of the list and of what stands on this page, each once, for where rows stand by themselves; `None`
    /// where there is none.
    #[must_use]
    pub fn marks_in_words(&self) -> Option<String> {
        let of_members = self.members.iter().flat_map(|member| member.marks.iter().copied());
        let all: BTreeSet<Mark> = of_members.chain(self.marks.iter().map(|mark| mark.mark)).collect();
        let names: Vec<&str> = all.into_iter().map(Mark::name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// One JSON object a line with the list's columns as keys.
    pub fn to_rows(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut lines = Vec::new();
        for member in &self.members {
            in_order(&member.row, &mut serde_json::Serializer::new(&mut lines))?;
            lines.push(b'\n');
        }
        Ok(lines)
    }
}

impl MemberLine {
    fn of(member: &Member, columns: &[String]) -> Self {
        let value = |column: &String| {
            let cell = member.row.iter().find(|(name, _)| name == column);
            cell.map(|(_, value)| (column.clone(), value.clone()))
        };
        Self {
            row: columns.iter().filter_map(value).collect(),
            undisclosed: member.undisclosed,
            subject: member.subject.clone(),
            identifiers: member.identifiers.clone(),
            listing: member.line.event,
            entry: member.line.entry,
            issuer: member.line.issuer.clone(),
            since: member.line.valid_from,
            order: member.order.clone(),
            until: member.line.end.as_ref().map(|end| end.at),
            marks: member.line.marks.iter().map(|mark| mark.mark).collect(),
            not_verified: member.line.not_verified.clone(),
        }
    }
}
