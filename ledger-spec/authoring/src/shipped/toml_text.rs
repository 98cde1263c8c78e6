//! TOML as the catalogue's files have it: an array of tables of each name, as JSON, with the line of
//! everything that can be wrong.

use super::{ShippedError, ShippedFault, SourceLine};
use ledger_spec::json::Json;
use ledger_spec::json::fields::FieldError;
use std::borrow::Cow;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One file.
pub(super) struct Document<'t> {
    file: Arc<str>,
    text: &'t str,
    whole: DeTable<'t>,
}

/// One table of a file.
#[derive(Clone, Copy)]
pub(super) struct Table<'d, 't> {
    document: &'d Document<'t>,
    name: &'d str,
    value: &'d Spanned<DeValue<'t>>,
}

impl<'t> Document<'t> {
    pub(super) fn parse(name: &str, text: &'t str) -> Result<Self, ShippedError> {
        let file: Arc<str> = name.into();
        match DeTable::parse(text) {
            Ok(whole) => Ok(Self { file, text, whole: whole.into_inner() }),
            Err(error) => {
                let line = line_of(text, error.span().map_or(0, |span| span.start));
                let fault = ShippedFault::Syntax(error.message().to_owned());
                Err(ShippedError { place: SourceLine { file, line }, fault })
            }
        }
    }

    /// Its tables; what is none is an error.
    pub(super) fn tables<'d>(&'d self) -> impl Iterator<Item = Result<Table<'d, 't>, ShippedError>> {
        self.whole.iter().flat_map(move |(name, value)| {
            let table = |value| Table { document: self, name: name.get_ref(), value };
            let wrong = || {
                let place = self.place(name.span().start);
                let fault = ShippedFault::UnknownTable { found: name.get_ref().to_string() };
                ShippedError { place, fault }
            };
            match value.get_ref() {
                DeValue::Array(items) => items
                    .iter()
                    .map(|item| if item.get_ref().is_table() { Ok(table(item)) } else { Err(wrong()) })
                    .collect::<Vec<_>>(),
                _ => vec![Err(wrong())],
            }
        })
    }

    fn place(&self, offset: usize) -> SourceLine {
        SourceLine { file: self.file.clone(), line: line_of(self.text, offset) }
    }
}

impl<'d> Table<'d, '_> {
    /// The name between its brackets.
    pub(super) const fn name(&self) -> &'d str {
        self.name
    }

    /// The table as JSON: dates are texts there.
    pub(super) fn json(&self) -> Result<Json<'_>, ShippedError> {
        to_json(self.value).map_err(|(offset, problem)| ShippedError {
            place: self.document.place(offset),
            fault: ShippedFault::Syntax(problem),
        })
    }

    /// Where a field stands, by its path (`periods[2].instrument`); of a field that is not there, where
    /// what should hold it begins.
    pub(super) fn place(&self, path: &str) -> SourceLine {
        let (mut at, mut offset) = (self.value, self.value.span().start);
        for step in path.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
            let next = match at.get_ref() {
                DeValue::Table(table) => table
                    .iter()
                    .find(|(key, _)| key.get_ref() == step)
                    .map(|(key, value)| (key.span().start, value)),
                DeValue::Array(items) => step
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index))
                    .map(|item| (item.span().start, item)),
                _ => None,
            };
            match next {
                Some(found) => (offset, at) = found,
                None => break,
            }
        }
        self.document.place(offset)
    }

    /// A fault of the field at `path`.
    pub(super) fn error(&self, path: &str, fault: ShippedFault) -> ShippedError {
        ShippedError { place: self.place(path), fault }
    }

    /// A fault that reading a field found.
    pub(super) fn field_error(&self, fault: FieldError) -> ShippedError {
        self.error(&fault.field.clone(), fault.into())
    }
}

/// JSON for writing.
pub(super) fn to_value(json: &Json<'_>) -> serde_json::Value {
    use serde_json::Value;
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        // Every number of a TOML file is one of 64 bits.
        Json::Integer(number) => i64::try_from(*number).map_or(Value::Null, Value::from),
        Json::String(text) => Value::String(text.to_string()),
        Json::Array(items) => items.iter().map(to_value).collect(),
        Json::Object(entries) => {
            entries.iter().map(|(name, value)| (name.to_string(), to_value(value))).collect()
        }
    }
}

fn to_json<'d>(value: &'d Spanned<DeValue<'_>>) -> Result<Json<'d>, (usize, String)> {
    let wrong = |problem: &str| Err((value.span().start, problem.to_owned()));
    Ok(match value.get_ref() {
        DeValue::String(text) => Json::String(Cow::Borrowed(text)),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Json::Integer(number.into()),
            Err(_) => return wrong("a number of more than 64 bits"),
        },
        DeValue::Boolean(truth) => Json::Bool(*truth),
        DeValue::Datetime(time) if time.date.is_some() && time.time.is_none() => {
            Json::String(Cow::Owned(time.to_string()))
        }
        DeValue::Datetime(_) => return wrong("a time of day, where the catalogue knows days"),
        DeValue::Float(_) => return wrong("a number with a fraction, which no event can say"),
        DeValue::Array(items) => Json::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        DeValue::Table(table) => {
            let entry = |(name, value): (&'d Spanned<Cow<'_, str>>, &'d Spanned<DeValue<'_>>)| {
                Ok((Cow::Borrowed(&**name.get_ref()), to_json(value)?))
            };
            Json::Object(table.iter().map(entry).collect::<Result<_, _>>()?)
        }
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
