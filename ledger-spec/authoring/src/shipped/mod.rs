//! The catalogue that this version ships, and any other folder of the same form: TOML read by the same
//! strict code as `catalogue.*` events, then checked as a whole.
//!
//! Texts only: where the files lie, and what a ledger already holds, is other code's business. A shipped
//! table counts for nothing until a steward has adopted it by an event.

mod adoption;
mod authorities;
mod check;
mod embedded;
mod toml_text;

pub use adoption::{AdoptedItem, Adoption, Late, adoption};
pub use authorities::{ShippedAuthority, Succession};
pub use embedded::files;

use core::fmt;
use ledger_spec::definition::{Definition, ItemKind};
use ledger_spec::id::CatalogueItem;
use ledger_spec::json::Json;
use ledger_spec::json::fields::{FieldError, FieldFault, Fields};
use ledger_spec::time::Date;
use ledger_spec::wording::Words;
use std::sync::Arc;
use toml_text::{Document, Table};

/// A whole catalogue as files have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Every table of an item, in the order of adoption: by sort, by code, by time.
    pub items: Vec<ShippedItem>,
    /// The authorities that the catalogue was made for, in the files' order.
    pub authorities: Vec<ShippedAuthority>,
    /// Who follows whom.
    pub successions: Vec<Succession>,
}

/// One table: an item as it counts from one day to another. Several tables of one code are its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedItem {
    /// Which item.
    pub item: CatalogueItem,
    /// What it says.
    pub definition: Definition,
    /// The first day on which it counts.
    pub effective: Date,
    /// The first day on which it no longer does.
    pub repealed: Option<Date>,
    /// The body of the event that adopts it.
    pub json: serde_json::Value,
    /// Where it stands.
    pub place: SourceLine,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLine {
    /// The file's name, as it was given.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
}

/// What is wrong with a catalogue, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct ShippedError {
    /// Where.
    pub place: SourceLine,
    /// What.
    pub fault: ShippedFault,
}

/// What is wrong with a line of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShippedFault {
    /// Not TOML, or TOML that no event could say.
    #[error("{0}")]
    Syntax(String),
    /// A table that the catalogue does not know.
    #[error("[[{found}]] is no table of the catalogue")]
    UnknownTable {
        /// Its name.
        found: String,
    },
    /// A field that is not what the specification says.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A field names what does not exist.
    #[error("field {field}: {found} {problem}")]
    Reference {
        /// The field.
        field: String,
        /// What it names.
        found: String,
        /// What is wrong with that.
        problem: String,
    },
    /// The same item twice from the same day.
    #[error("{item} stands at {first} already")]
    Duplicate {
        /// The item.
        item: String,
        /// Where it stands too.
        first: SourceLine,
    },
    /// Two tables of which one may count at a time, for the same days.
    #[error("{item} counts from {from}, when that of {other} still does")]
    Overlap {
        /// What both are.
        item: String,
        /// From when this one counts.
        from: Date,
        /// Where the other stands.
        other: SourceLine,
    },
    /// It ends before it begins.
    #[error("ends on {until}, which is not after {from}")]
    Interval {
        /// The first day on which it counts.
        from: Date,
        /// The first on which it does not.
        until: Date,
    },
    /// None of the instruments that it rests on is in force when it begins to count.
    #[error("rests on no instrument that is in force on {from}")]
    NotInForce {
        /// From when it counts.
        from: Date,
    },
}

/// How many of each sort a catalogue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The sort.
    pub sort: ItemKind,
    /// Tables.
    pub tables: usize,
    /// Of these, those whose confidence is `U`.
    pub unsure: usize,
}

impl Shipped {
    /// Reads a catalogue from its files, each with its name and text, and checks it as a whole.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of files and lines.
    pub fn load<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, Vec<ShippedError>> {
        let mut faults = Vec::new();
        let mut documents = Vec::new();
        for (name, text) in files {
            match Document::parse(name, text) {
                Ok(document) => documents.push(document),
                Err(fault) => faults.push(fault),
            }
        }
        let (mut items, mut authorities, mut successions) = (Vec::new(), Vec::new(), Vec::new());
        for document in &documents {
            for table in document.tables() {
                let read = table.and_then(|table| match table.name() {
                    "authority" => ShippedAuthority::read(&table).map(|one| authorities.push((one, table))),
                    "succession" => Succession::read(&table).map(|one| successions.push((one, table))),
                    name => match sort_of(name) {
                        Some(sort) => ShippedItem::read(sort, &table).map(|one| items.push((one, table))),
                        None => Err(table.error("", ShippedFault::UnknownTable { found: name.to_owned() })),
                    },
                });
                faults.extend(read.err());
            }
        }
        items.sort_by_key(|(one, _)| (ItemKind::of(&one.item), one.item.clone(), one.effective));
        // What cannot be read would be missed by those that name it: one fault is told once.
        if faults.is_empty() {
            faults.extend(check::items(&items));
            faults.extend(check::authorities(&items, &authorities, &successions));
        }
        if !faults.is_empty() {
            faults.sort_by(|a, b| a.place.cmp(&b.place));
            return Err(faults);
        }
        Ok(Self { items: firsts(items), authorities: firsts(authorities), successions: firsts(successions) })
    }

    /// The catalogue that this version ships.
    ///
    /// # Errors
    /// None, as a test sees to.
    pub fn embedded() -> Result<Self, Vec<ShippedError>> {
        Self::load(files().iter().copied())
    }

    /// How many tables of each sort there are, in the order of adoption.
    pub fn counts(&self) -> Vec<Count> {
        let count = |sort| {
            let of = || self.items.iter().filter(move |one| one.definition.item() == sort);
            let unsure = of().filter(|one| one.is_unsure()).count();
            Count { sort, tables: of().count(), unsure }
        };
        ItemKind::ALL.map(count).into()
    }
}

impl ShippedItem {
    fn read(sort: ItemKind, table: &Table<'_, '_>) -> Result<Self, ShippedError> {
        let mut whole = table.json()?;
        let mut fields = Fields::of("", whole.clone()).map_err(|fault| table.field_error(fault))?;
        let mut read = || -> Result<Self, FieldError> {
            let item =
                fields.parsed("code", |code| CatalogueItem::parse(&format!("{}.{code}", sort.name())))?;
            let effective = fields.parsed("effective", Date::parse)?;
            let repealed = fields.optional_parsed("repealed", Date::parse)?;
            let definition = Definition::parse(sort, &mut fields)?;
            if let Json::Object(entries) = &mut whole {
                entries.retain(|(name, _)| !matches!(&**name, "code" | "effective" | "repealed"));
            }
            let json = toml_text::to_value(&whole);
            Ok(Self { item, definition, effective, repealed, json, place: table.place("") })
        };
        let read = read().and_then(|one| fields.finish().map(|()| one));
        read.map_err(|fault| table.field_error(fault))
    }

    /// Whether the catalogue marks it unsure.
    #[must_use]
    pub const fn is_unsure(&self) -> bool {
        use ledger_spec::definition::Confidence;
        let confidence = match (&self.definition, self.definition.common()) {
            (_, Some(common)) => common.confidence,
            (Definition::Basis(instrument), None) => instrument.confidence,
            (_, None) => return false,
        };
        matches!(confidence, Confidence::Unsure)
    }

    /// Whether it counts on this day.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.effective <= day && self.repealed.is_none_or(|repealed| day < repealed)
    }
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The sort of item that a table of this name defines.
fn sort_of(name: &str) -> Option<ItemKind> {
    match name {
        // Files say what it is, subjects what it is for.
        "instrument" => Some(ItemKind::Basis),
        "basis" => None,
        name => ItemKind::ALL.into_iter().find(|sort| sort.name() == name),
    }
}

fn firsts<A, B>(pairs: Vec<(A, B)>) -> Vec<A> {
    pairs.into_iter().map(|(first, _)| first).collect()
}

/// A fault of a field whose value was read but does not fit.
fn value_fault(field: &str, found: impl ToString, expected: &str) -> ShippedFault {
    let fault = FieldFault::Value { found: found.to_string(), expected: Words::data(expected) };
    FieldError { field: field.to_owned(), fault }.into()
}

#[cfg(test)]
mod tests;
