//! The authorities that a catalogue was made for: what each may sign for, and who follows whom. Their
//! keys are no part of it, so it enrols nobody.

use super::toml_text::{Table, to_value};
use super::{ShippedError, SourceLine};
use ledger_spec::definition::Confidence;
use ledger_spec::event::Capacity;
use ledger_spec::id::AuthorityId;
use ledger_spec::json::Json;
use ledger_spec::json::fields::{FieldError, Fields};
use ledger_spec::time::Date;
use std::borrow::Cow;

/// An authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedAuthority {
    /// Its id.
    pub id: AuthorityId,
    /// Its name, roles and competence.
    pub capacity: Capacity,
    /// From when it acts.
    pub enrolled: Date,
    /// The first day on which it no longer does.
    pub until: Option<Date>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Doubts and remarks.
    pub note: Option<String>,
    /// The body of `authority.enrolled`, but for the keys.
    pub json: serde_json::Value,
    /// Where it stands.
    pub place: SourceLine,
}

/// Authorities whose tasks another takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// Those that end.
    pub from: Vec<AuthorityId>,
    /// The one that follows.
    pub to: AuthorityId,
    /// The first day of the one that follows.
    pub on: Date,
    /// How sure that is.
    pub confidence: Confidence,
    /// Doubts and remarks.
    pub note: Option<String>,
    /// Where it stands.
    pub place: SourceLine,
}

/// What an authority's competence is made of: files have it beside the rest, bodies together.
const COMPETENCE: [&str; 11] = [
    "types",
    "lists",
    "measures",
    "ratings",
    "points",
    "subjects",
    "level",
    "limitation_period",
    "reviews",
    "reviewed_by",
    "repair_asks",
];

impl ShippedAuthority {
    pub(super) fn read(table: &Table<'_, '_>) -> Result<Self, ShippedError> {
        let mut fields = Fields::of("", table.json()?).map_err(|fault| table.field_error(fault))?;
        let mut read = || -> Result<Self, FieldError> {
            let mut body =
                vec![("name".into(), fields.require("name")?), ("roles".into(), fields.require("roles")?)];
            let competence: Vec<(Cow<'_, str>, Json<'_>)> =
                COMPETENCE.into_iter().filter_map(|name| Some((name.into(), fields.take(name)?))).collect();
            if !competence.is_empty() {
                body.push(("competence".into(), Json::Object(competence)));
            }
            let json = to_value(&Json::Object(body.clone()));
            let capacity = Capacity::parse(&mut Fields::of("", Json::Object(body))?)?;
            Ok(Self {
                id: fields.parsed("id", AuthorityId::parse)?,
                capacity,
                enrolled: fields.parsed("enrolled", Date::parse)?,
                until: fields.optional_parsed("until", Date::parse)?,
                confidence: fields.parsed("confidence", Confidence::parse_word)?,
                note: fields.optional_text("note", 1000)?,
                json,
                place: table.place(""),
            })
        };
        let read = read().and_then(|one| fields.finish().map(|()| one));
        read.map_err(|mut fault| {
            if let Some(field) = fault.field.strip_prefix("competence.") {
                fault.field = field.to_owned();
            }
            table.field_error(fault)
        })
    }
}

impl Succession {
    pub(super) fn read(table: &Table<'_, '_>) -> Result<Self, ShippedError> {
        let mut fields = Fields::of("", table.json()?).map_err(|fault| table.field_error(fault))?;
        let mut read = || -> Result<Self, FieldError> {
            Ok(Self {
                from: fields.parsed_array("from", (1, 8), AuthorityId::parse)?,
                to: fields.parsed("to", AuthorityId::parse)?,
                on: fields.parsed("on", Date::parse)?,
                confidence: fields.parsed("confidence", Confidence::parse_word)?,
                note: fields.optional_text("note", 1000)?,
                place: table.place(""),
            })
        };
        let read = read().and_then(|one| fields.finish().map(|()| one));
        read.map_err(|fault| table.field_error(fault))
    }
}
