//! The catalogue: what may be recorded, folded from `catalogue.*` events.

use crate::authority::Recorded;
use crate::event::{Body, Event, ListAdopted, TypeAdopted};
use crate::id::{CatalogueItem, ListCode, SubjectId, TypeCode};
use crate::time::ValidTime;
use std::collections::BTreeMap;

/// The number of a type or list in the order of adoption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogueNumber(u32);

/// A definition as adopted, and from when it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted<T> {
    /// What was adopted.
    pub definition: T,
    /// Its number.
    pub number: CatalogueNumber,
    /// From when events may rest on it (valid time).
    pub effective: ValidTime,
    /// Where it was adopted.
    pub recorded: Recorded,
}

/// All types and lists.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Catalogue {
    types: BTreeMap<TypeCode, Adopted<TypeAdopted>>,
    lists: BTreeMap<ListCode, Adopted<ListAdopted>>,
}

impl Catalogue {
    /// The type with this code.
    pub fn record_type(&self, code: &TypeCode) -> Option<&Adopted<TypeAdopted>> {
        self.types.get(code)
    }

    /// The list with this code.
    pub fn list(&self, code: &ListCode) -> Option<&Adopted<ListAdopted>> {
        self.lists.get(code)
    }

    /// All types by code.
    pub fn types(&self) -> impl ExactSizeIterator<Item = (&TypeCode, &Adopted<TypeAdopted>)> {
        self.types.iter()
    }

    /// All lists by code.
    pub fn lists(&self) -> impl ExactSizeIterator<Item = (&ListCode, &Adopted<ListAdopted>)> {
        self.lists.iter()
    }

    /// Takes in one admitted event; events of other kinds change nothing.
    pub fn apply(&mut self, event: &Event, recorded: Recorded) {
        match (&event.body, &event.subject) {
            (Body::TypeAdopted(body), SubjectId::Catalogue(CatalogueItem::Type(code))) => {
                adopt(&mut self.types, code.clone(), body.clone(), event.valid_from, recorded);
            }
            (Body::ListAdopted(body), SubjectId::Catalogue(CatalogueItem::List(code))) => {
                adopt(&mut self.lists, code.clone(), body.clone(), event.valid_from, recorded);
            }
            _ => {}
        }
    }
}

fn adopt<C: Ord, T>(
    all: &mut BTreeMap<C, Adopted<T>>,
    code: C,
    definition: T,
    effective: ValidTime,
    recorded: Recorded,
) {
    let number = CatalogueNumber(u32::try_from(all.len()).unwrap_or(u32::MAX));
    all.insert(code, Adopted { definition, number, effective, recorded });
}
