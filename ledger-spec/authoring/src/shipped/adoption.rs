//! What adopting a catalogue would change in a ledger: the difference between files and history.
//!
//! History only grows, and what counts from a day is never changed for days before it by something older:
//! a version can be added from the newest one's day on (L20). What the ledger holds beyond the files, an
//! amendment that a steward made since, is left as it is.

use super::{Shipped, ShippedItem};
use ledger_spec::catalogue::Catalogue;
use ledger_spec::definition::{Definition, ItemKind};
use ledger_spec::event::{Change, Kind};
use ledger_spec::id::{CatalogueItem, SubjectId};
use ledger_spec::time::{Date, ValidTime};
use serde_json::{Value, json};
use tlog::position::TreeSize;

/// What adopting would do, and what it could not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption<'a> {
    /// The events to be made, in order: instruments first, then by sort, code and time.
    pub changes: Vec<AdoptedItem<'a>>,
    /// Tables whose content differs from the ledger's, for days that the ledger has moved on from.
    pub late: Vec<Late<'a>>,
    /// How many tables are in the ledger as they are here.
    pub unchanged: usize,
}

/// One event to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptedItem<'a> {
    /// What it does.
    pub change: Change,
    /// The table that asks for it.
    pub table: &'a ShippedItem,
    /// From when it counts.
    pub effective: Date,
    /// The fields that change, of an amendment.
    pub fields: Vec<&'static str>,
}

/// A table that the ledger cannot take over any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late<'a> {
    /// The table.
    pub table: &'a ShippedItem,
    /// From when it would count.
    pub effective: Date,
    /// From when the ledger's newest version does.
    pub newest: ValidTime,
}

/// Compares a catalogue with what a ledger has adopted.
pub fn adoption<'a>(shipped: &'a Shipped, adopted: &Catalogue) -> Adoption<'a> {
    let mut plan = Adoption { changes: Vec::new(), late: Vec::new(), unchanged: 0 };
    for versions in shipped.items.chunk_by(|before, after| before.item == after.item) {
        plan.compare(versions, adopted);
    }
    plan
}

/// Everything that a ledger has recorded.
const ALL: TreeSize = TreeSize::new(u64::MAX);

impl<'a> Adoption<'a> {
    /// Compares all versions of one item, which come in the order of time.
    fn compare(&mut self, versions: &'a [ShippedItem], adopted: &Catalogue) {
        let Some(first) = versions.first() else { return };
        let item = &first.item;
        let mut newest = adopted.newest(item).map(|(effective, _, _)| effective);
        // What is planned for this item so far; before anything is, the ledger says what counts.
        let mut planned: Option<Option<&Definition>> = None;
        let nexts = versions.iter().skip(1).map(Some).chain([None]);
        for (version, next) in versions.iter().zip(nexts) {
            let mut same = true;
            let ends = version.repealed.filter(|end| next.is_none_or(|next| next.effective != *end));
            let steps = [(version.effective, Some(&version.definition))];
            for (day, content) in steps.into_iter().chain(ends.map(|end| (end, None))) {
                let from = day.start_of_day();
                let held = match planned {
                    Some(planned) => planned.cloned(),
                    None => adopted.definition_at(item, from, ALL),
                };
                if held.as_ref() == content {
                    continue;
                }
                same = false;
                if let Some(newest) = newest.filter(|newest| *newest > from) {
                    self.late.push(Late { table: version, effective: day, newest });
                    continue;
                }
                self.changes.push(AdoptedItem::of(version, day, held.as_ref(), content));
                (newest, planned) = (Some(from), Some(content));
            }
            self.unchanged += usize::from(same);
        }
    }

    /// Whether the ledger holds all of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.late.is_empty()
    }

    /// How many events of a sort of change are planned.
    pub fn count(&self, change: Change) -> usize {
        self.changes.iter().filter(|planned| planned.change == change).count()
    }
}

impl<'a> AdoptedItem<'a> {
    fn of(
        table: &'a ShippedItem,
        effective: Date,
        held: Option<&Definition>,
        content: Option<&Definition>,
    ) -> Self {
        let (change, fields) = match (held, content) {
            (Some(held), Some(content)) => (Change::Amended, held.differences(content)),
            (_, None) => (Change::Repealed, Vec::new()),
            (None, Some(_)) => (Change::Adopted, Vec::new()),
        };
        Self { change, table, effective, fields }
    }

    /// The item.
    pub const fn item(&self) -> &'a CatalogueItem {
        &self.table.item
    }

    /// The kind of the event.
    pub const fn kind(&self) -> Kind {
        Kind::Catalogue(ItemKind::of(&self.table.item), self.change)
    }

    /// The subject of the event.
    pub fn subject(&self) -> SubjectId {
        SubjectId::Catalogue(self.table.item.clone())
    }

    /// The body of the event.
    pub fn body(&self) -> Value {
        if self.change != Change::Repealed {
            return self.table.json.clone();
        }
        // A table that ends says why in its note, if it says so at all.
        let note = self.table.json.get("note").and_then(Value::as_str);
        let reason =
            note.map_or_else(|| format!("no longer in force from {}", self.effective), str::to_owned);
        json!({ "reason": reason })
    }
}
