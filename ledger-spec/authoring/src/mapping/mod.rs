//! Mapping files: how a row of a department's own table becomes an event.
//!
//! Pure: the table is read and the event is signed elsewhere. A mapping is TOML, read strictly:
//!
//! ```toml
//! kind = "record.filed"
//! issuer = "market-regulation.430381"
//! subject = "uscc:{code|trim}"
//! valid_from = "{decided|date}"      # a day (its first instant at UTC+08:00) or RFC 3339
//! id = ["number", "code"]            # the columns that tell one row from all others
//!
//! [body]
//! type = "market.penalty"
//! severity = "{grade}"
//! summary = "{remark|optional}"      # dropped where the column is empty
//! decision = { number = "{number|trim}", date = "{decided|date}" }
//!
//! [values.grade]                     # what a column says, and what the ledger calls it
//! "轻微" = "minor"
//! ```
//!
//! The event's id follows from the ledger, the kind, the subject and the `id` columns, so that the
//! same row gives the same bytes however often it is imported. Resident numbers stand in it under the
//! issuer's salt key and not as pseudonyms, which the ledger may give anew: then the same row gives the
//! same event but for the name of its subject.

mod template;

use crate::splitting::split;
use ledger_spec::event::{DisclosedField, Draft, EventError, Kind, SaltKey};
use ledger_spec::id::gb11643::ResidentNumber;
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::identity::PseudonymScheme;
use ledger_spec::json::fields::shorten;
use ledger_spec::time::{Date, ValidTime};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use template::{Cell, Template};
use tlog::checkpoint::Origin;
use tlog::defect::as_u64;
use zeroize::Zeroizing;

/// Context of the hash that gives imported events their ids.
const EVENT_ID_CONTEXT: &str = "credit-ledger v1 event id";

/// A mapping file that was read and is consistent in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    kind: Kind,
    issuer: AuthorityId,
    subject: SubjectTemplate,
    valid_from: Template,
    id: Vec<String>,
    body: Shape,
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// Why a text is not a mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// Not TOML, or a key that a mapping does not have.
    #[error("line {line}: {reason}")]
    Form {
        /// Line, from 1.
        line: usize,
        /// What is wrong, in the TOML reader's words.
        reason: String,
    },
    /// A value that cannot stand where it stands.
    #[error("{field}: {reason}")]
    Value {
        /// The key, as a path.
        field: String,
        /// What is wrong.
        reason: String,
    },
}

/// A template that gives the subject of a row, such as `ext:mhlw:{establishment}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectTemplate(Template);

/// One row of a table, with its header.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    header: &'a [String],
    cells: &'a [String],
}

/// Why a row does not become an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value:?}: {reason}")]
pub struct RowError {
    /// The column, or the event's field where no single column is at fault.
    pub field: String,
    /// What stands there.
    pub value: String,
    /// Why it cannot.
    pub reason: String,
}

/// The body as the mapping gives it: constants, templates, and tables and arrays of them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Constant(serde_json::Value),
    Text(Template),
    Array(Vec<Self>),
    Table(BTreeMap<String, Self>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: String,
    issuer: String,
    subject: String,
    valid_from: String,
    id: Vec<String>,
    body: toml::Table,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Mapping {
    /// Reads a mapping file.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
            MappingError::Form { line, reason: error.message().trim().replace('\n', ", ") }
        })?;
        let kind = Kind::parse(&file.kind)
            .ok_or_else(|| wrong("kind", format!("{:?} is not a kind of event", shorten(&file.kind))))?;
        let issuer = AuthorityId::parse(&file.issuer).map_err(|error| wrong("issuer", error))?;
        let mapping = Self {
            kind,
            issuer,
            subject: SubjectTemplate::parse(&file.subject)?,
            valid_from: always("valid_from", &file.valid_from)?,
            id: file.id,
            body: Shape::table("body", file.body)?,
            values: file.values,
        };
        if mapping.id.is_empty() {
            return Err(wrong("id", "at least one column must tell a row from all others"));
        }
        let used = mapping.columns();
        match mapping.values.keys().find(|column| !used.contains(column.as_str())) {
            Some(column) => {
                Err(wrong(&format!("values.{column}"), "no template uses this column".to_owned()))
            }
            None => Ok(mapping),
        }
    }

    /// The kind of the events.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Who issues the events.
    pub const fn issuer(&self) -> &AuthorityId {
        &self.issuer
    }

    /// Every column that a table must have.
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut columns: BTreeSet<&str> = self.id.iter().map(String::as_str).collect();
        columns.extend(self.subject.0.columns());
        columns.extend(self.valid_from.columns());
        self.body.collect_columns(&mut columns);
        columns
    }

    /// The columns that hold resident numbers (`person:{column|identity}`, `household:{column|identity}`), and whom they
    /// name: they have to be resolved before a row is an event.
    pub fn identities(&self) -> BTreeSet<(&str, PseudonymScheme)> {
        let mut columns: BTreeSet<_> = self.subject.0.identities().collect();
        self.body.collect_identities(&mut columns);
        columns
    }

    /// The event that a row states: the exact bytes, the same each time with the same salts. Where the mapping resolves
    /// numbers there is none.
    pub fn event(&self, origin: &Origin, row: Row<'_>, salts: &SaltKey) -> Result<Vec<u8>, RowError> {
        self.event_with(origin, row, salts, &|_, _, _| Vec::new(), &|_, _| None).map(|(event, _)| event)
    }

    /// The same with what travels beside the event, whose paths `personal` gives for its subject, its time and its body, and where `pseudonym` gives what stands behind the scheme's name for a
    /// resident number, as it was resolved. The number itself goes into nothing, not even into the hash that makes the
    /// event's id.
    pub fn event_with(
        &self,
        origin: &Origin,
        row: Row<'_>,
        salts: &SaltKey,
        personal: &dyn Fn(&SubjectId, ValidTime, &serde_json::Value) -> Vec<String>,
        pseudonym: &dyn Fn(PseudonymScheme, &str) -> Option<String>,
    ) -> Result<(Vec<u8>, Vec<DisclosedField>), RowError> {
        let identities = self.identities();
        let cell_by = |column: &str, name: &dyn Fn(PseudonymScheme, &str) -> Option<String>| {
            let cell = self.cell(row, column)?;
            let schemes = identities.iter().filter(|(name, _)| *name == column).map(|(_, scheme)| *scheme);
            let of = |scheme| Some((scheme, name(scheme, &resident_number(&cell.text)?)?));
            Ok(Cell { pseudonyms: schemes.filter_map(of).collect(), ..cell })
        };
        let cell = |column: &str| cell_by(column, pseudonym);
        // By another name than the ledger's: whatever follows from this one stays when the ledger gives a new one.
        let standing_for =
            |_, number: &str| ResidentNumber::parse(number).ok().map(|number| salts.standing_for(&number));
        let lasting = |column: &str| cell_by(column, &standing_for);
        let subject = self.subject.subject_of(&cell)?;
        let lasting_subject = self.subject.subject_of(&lasting)?;
        let from_text = self.valid_from.render_always(&cell)?;
        let valid_from = Date::parse(&from_text)
            .map(Date::start_of_day)
            .or_else(|_| ValidTime::parse(&from_text))
            .map_err(|_| {
                let reason = "a day as YYYY-MM-DD or an instant as RFC 3339 has it is expected".to_owned();
                at_fault(&self.valid_from, "valid_from", &from_text, reason)
            })?;
        let mut body =
            self.body.render(&cell)?.unwrap_or_else(|| serde_json::Value::Object(Default::default()));
        let names = personal(&subject, valid_from, &body);
        let mut parts = vec![origin.to_string(), self.kind.name().to_owned(), lasting_subject.to_string()];
        for column in &self.id {
            let Cell { text, pseudonyms } = lasting(column)?;
            // Whoever has the event's id could try all numbers against a hash that they went into without a key.
            let part = match pseudonyms.into_iter().next() {
                Some((_, standing_for)) => standing_for,
                None if identities.iter().any(|(name, _)| name == column) => {
                    return Err(template::unresolved(column));
                }
                None => text.trim().to_owned(),
            };
            parts.push(part);
        }
        if !names.is_empty() {
            // Columns that tell rows apart may be personal ones.
            let hidden = salts.hidden(parts.iter().map(String::as_str));
            parts.truncate(3);
            parts.push(hidden);
        }
        let id = derived_id(valid_from, parts.iter().map(String::as_str));
        let mut salt = |name: &str| Ok::<_, RowError>(salts.field_salt(&id, &lasting_subject, name));
        let fields = split(&mut body, &names, &mut salt)?;
        let draft = Draft {
            origin,
            id,
            kind: self.kind,
            issuer: &self.issuer,
            subject: &subject,
            valid_from,
            seen_version: None,
            salt: salts.salt(&id, &lasting_subject),
            body,
        };
        let bytes = draft.to_bytes_with(&fields).map_err(|error| self.refused(&error, &cell))?;
        Ok((bytes, fields))
    }

    fn cell(&self, row: Row<'_>, column: &str) -> Result<Cell, RowError> {
        let raw = row.get(column).ok_or_else(|| absent(column))?;
        let Some(table) = self.values.get(column) else { return Ok(Cell::plain(raw)) };
        if raw.trim().is_empty() {
            return Ok(Cell::plain(""));
        }
        table.get(raw.trim()).map(|text| Cell::plain(text)).ok_or_else(|| {
            let known: Vec<_> = table.keys().map(|key| format!("{key:?}")).collect();
            RowError {
                field: column.to_owned(),
                value: raw.to_owned(),
                reason: format!("the mapping translates only {}", known.join(", ")),
            }
        })
    }

    /// What the event's own rules refuse, told of the column that it came from where there is one.
    fn refused(&self, error: &EventError, cell: &dyn Fn(&str) -> Result<Cell, RowError>) -> RowError {
        let EventError::Field(field) = error else {
            return RowError { field: "event".into(), value: String::new(), reason: error.to_string() };
        };
        let template = self.body.at(&field.field).or_else(|| {
            let inner = field.field.strip_prefix("body.")?;
            self.body.at(inner)
        });
        let column = template.and_then(Template::only_column);
        let value = column.and_then(|column| cell(column).ok()).map_or_else(String::new, |cell| cell.text);
        RowError {
            field: column.unwrap_or(&field.field).to_owned(),
            value,
            reason: format!("{}: {}", field.field, field.fault),
        }
    }
}

impl SubjectTemplate {
    /// Reads the template.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        always("subject", text).map(Self)
    }

    /// Every column that it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.columns()
    }

    /// The subject of a row.
    pub fn subject(&self, row: Row<'_>) -> Result<SubjectId, RowError> {
        self.subject_of(&|column| row.get(column).map(Cell::plain).ok_or_else(|| absent(column)))
    }

    fn subject_of(&self, cell: &dyn Fn(&str) -> Result<Cell, RowError>) -> Result<SubjectId, RowError> {
        let text = self.0.render_always(cell)?;
        SubjectId::parse(&text).map_err(|error| at_fault(&self.0, "subject", &text, error.to_string()))
    }
}

impl<'a> Row<'a> {
    /// A row under its header; a cell that the row is too short for is absent.
    pub const fn new(header: &'a [String], cells: &'a [String]) -> Self {
        Self { header, cells }
    }

    /// What stands in a column.
    pub fn get(&self, column: &str) -> Option<&'a str> {
        let at = self.header.iter().position(|name| name == column)?;
        self.cells.get(at).map(String::as_str)
    }
}

impl Shape {
    fn table(path: &str, table: toml::Table) -> Result<Self, MappingError> {
        let mut fields = BTreeMap::new();
        for (key, value) in table {
            let shape = Self::of(&format!("{path}.{key}"), value)?;
            fields.insert(key, shape);
        }
        Ok(Self::Table(fields))
    }

    fn of(path: &str, value: toml::Value) -> Result<Self, MappingError> {
        match value {
            toml::Value::String(text) => {
                Template::parse(&text).map(Self::Text).map_err(|reason| wrong(path, reason))
            }
            toml::Value::Integer(number) => Ok(Self::Constant(number.into())),
            toml::Value::Boolean(truth) => Ok(Self::Constant(truth.into())),
            toml::Value::Array(items) => {
                let items = items.into_iter().enumerate();
                items
                    .map(|(at, item)| Self::of(&format!("{path}[{at}]"), item))
                    .collect::<Result<_, _>>()
                    .map(Self::Array)
            }
            toml::Value::Table(inner) => Self::table(path, inner),
            toml::Value::Float(_) | toml::Value::Datetime(_) => {
                Err(wrong(path, "events hold texts, whole numbers, true and false; put it in quotes"))
            }
        }
    }

    /// The value, `None` where it is dropped. A table or array that had fields and lost all of them
    /// is dropped too: an optional part whose every column is empty is absent.
    fn render(
        &self,
        cell: &dyn Fn(&str) -> Result<Cell, RowError>,
    ) -> Result<Option<serde_json::Value>, RowError> {
        Ok(match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Text(template) => template.render(cell)?.map(serde_json::Value::String),
            Self::Array(items) => {
                let mut values = Vec::new();
                for item in items {
                    values.extend(item.render(cell)?);
                }
                (!values.is_empty() || items.is_empty()).then_some(serde_json::Value::Array(values))
            }
            Self::Table(fields) => {
                let mut values = serde_json::Map::new();
                for (key, field) in fields {
                    if let Some(value) = field.render(cell)? {
                        values.insert(key.clone(), value);
                    }
                }
                (!values.is_empty() || fields.is_empty()).then_some(serde_json::Value::Object(values))
            }
        })
    }

    fn collect_columns<'a>(&'a self, columns: &mut BTreeSet<&'a str>) {
        match self {
            Self::Constant(_) => {}
            Self::Text(template) => columns.extend(template.columns()),
            Self::Array(items) => items.iter().for_each(|item| item.collect_columns(columns)),
            Self::Table(fields) => fields.values().for_each(|field| field.collect_columns(columns)),
        }
    }

    fn collect_identities<'a>(&'a self, columns: &mut BTreeSet<(&'a str, PseudonymScheme)>) {
        match self {
            Self::Constant(_) => {}
            Self::Text(template) => columns.extend(template.identities()),
            Self::Array(items) => items.iter().for_each(|item| item.collect_identities(columns)),
            Self::Table(fields) => fields.values().for_each(|field| field.collect_identities(columns)),
        }
    }

    /// The template at a path of keys.
    fn at(&self, path: &str) -> Option<&Template> {
        match self {
            Self::Text(template) if path.is_empty() => Some(template),
            Self::Table(fields) => {
                let (key, rest) = path.split_once('.').unwrap_or((path, ""));
                fields.get(key)?.at(rest)
            }
            _ => None,
        }
    }
}

/// The 18 characters of the resident number that a cell holds as tables write it, with blanks around it or a small x.
#[must_use]
pub fn resident_number(cell: &str) -> Option<Zeroizing<String>> {
    let number = Zeroizing::new(cell.trim().to_ascii_uppercase());
    ResidentNumber::parse(&number).is_ok().then_some(number)
}

/// The id that an import gives an event: repeatable, because it follows from what the event is about.
/// The time in it is the valid time; one before 1970 counts as 1970.
pub fn derived_id<'a>(valid_from: ValidTime, parts: impl Iterator<Item = &'a str>) -> EventId {
    let mut hasher = blake3::Hasher::new_derive_key(EVENT_ID_CONTEXT);
    for part in parts {
        hasher.update(&as_u64(part.len()).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut random = [0; 10];
    hasher.finalize_xof().fill(&mut random);
    EventId::from_parts((valid_from.micros() / 1000).max(0).unsigned_abs(), random)
}

/// A template's fault, told of its column where it names exactly one.
fn at_fault(template: &Template, field: &str, value: &str, reason: String) -> RowError {
    let field = template.only_column().unwrap_or(field).to_owned();
    RowError { field, value: value.to_owned(), reason }
}

fn absent(column: &str) -> RowError {
    let reason = "the table has no such column".into();
    RowError { field: column.to_owned(), value: String::new(), reason }
}

fn always(field: &str, text: &str) -> Result<Template, MappingError> {
    let template = Template::parse(text).map_err(|reason| wrong(field, reason))?;
    if template.is_optional() {
        return Err(wrong(field, "every event needs it, so it cannot be optional"));
    }
    Ok(template)
}

fn wrong(field: &str, reason: impl ToString) -> MappingError {
    MappingError::Value { field: field.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests;
