//! One personal field with all that proves it, and nothing of the others: for whoever its subject wants to show it to.

use super::failure::Failure;
use crate::query::{FoundEntry, Reading};
use crate::words::say;
use ledger_spec::casefile::Viewer;
use ledger_spec::event::DisclosedField;
use ledger_spec::projection::as_raw;
use ledger_spec::wording::{Joint, Words};
use serde::Serialize;
use serde_json::value::RawValue;
use tlog::bytes::to_base64;
use tlog::position::EntryIndex;

/// What `verify` takes: a receipt as `append` prints it, and the one disclosure.
#[derive(Serialize)]
pub(super) struct OneField {
    index: EntryIndex,
    name: String,
    value: String,
    receipt: String,
    entry: String,
    opening: Option<Box<RawValue>>,
    disclosures: [String; 1],
}

impl OneField {
    /// The field of this path beside an entry's event, as far as who asks may see it.
    pub(super) fn of(
        reading: &Reading<'_>,
        index: EntryIndex,
        name: &str,
        viewer: Viewer,
    ) -> Result<Self, Failure> {
        let found: FoundEntry =
            reading.entry(index, viewer).map_err(|error| Failure::wrong(error.words()))?;
        let fields = found.fields(viewer.sight);
        let Some(field) = fields.iter().find(|field| field.name() == name) else {
            let there: Vec<_> = fields.iter().map(DisclosedField::name).collect();
            let there = match there[..] {
                [] => say!("none"),
                _ => Words::several(there.iter().map(Words::data), Joint::And),
            };
            let none = say!(
                "entry {} has no field {} here; there are: {}",
                Words::data(index),
                Words::data(name),
                there
            );
            let erased = reading.snapshot().governance.erasures.erased().fields_of(index).count();
            return Err(Failure::wrong(match erased {
                0 => none,
                erased => say!("{}; {} fields beside it are erased, and so are their names", none, erased),
            }));
        };
        let receipt = reading.receipt(index).map_err(Failure::unreachable)?.to_string();
        Ok(Self {
            index,
            name: field.name().to_owned(),
            value: field.value().to_owned(),
            receipt,
            entry: to_base64(found.entry.bytes()),
            opening: found.opening().map(|opening| as_raw(&opening)),
            disclosures: [field.text().to_owned()],
        })
    }
}
