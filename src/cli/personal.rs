//! What the catalogue of a ledger says is personal on the day that counts for an event: what `sign` and `import` split off, as
//! admission asks it (D15).

use super::client::{Client, encoded};
use super::failure::Failure;
use super::talk::Bar;
use crate::ledger::{ReadOnlyLedger, open_to_read};
use crate::query::{Known, Reading};
use crate::words::say;
use ledger_authoring::splitting::{PersonalFields, day_that_counts};
use ledger_spec::event::Kind;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::CatalogueAt;
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// Where the catalogue is asked for.
enum Source<'a> {
    Server(&'a Client),
    Folder(Box<ReadOnlyLedger>),
}

/// What is personal on each day, asked for once.
pub(super) struct PersonalByDay<'a> {
    source: Source<'a>,
    known: RefCell<BTreeMap<Date, Rc<PersonalFields>>>,
}

impl<'a> PersonalByDay<'a> {
    /// By the catalogue that a server holds.
    pub(super) const fn of_server(client: &'a Client) -> Self {
        Self { source: Source::Server(client), known: RefCell::new(BTreeMap::new()) }
    }

    /// By the catalogue that a ledger's folder holds.
    pub(super) fn of_folder(dir: &Path) -> Result<Self, Failure> {
        let ledger = open_to_read(dir, &Bar::new(&say!("reading the log"))).map_err(Failure::unreachable)?;
        Ok(Self { source: Source::Folder(Box::new(ledger)), known: RefCell::new(BTreeMap::new()) })
    }

    /// The paths of what an event has to have beside it, as far as it can be.
    pub(super) fn names(
        &self,
        kind: Kind,
        subject: &SubjectId,
        valid_from: ValidTime,
        body: &Value,
    ) -> Result<Vec<String>, Failure> {
        if !PersonalFields::are_by_catalogue(kind) {
            return Ok(PersonalFields::default().names(kind, subject, body));
        }
        let day = day_that_counts(valid_from, body);
        if let Some(known) = self.known.borrow().get(&day) {
            return Ok(known.names(kind, subject, body));
        }
        let found = Rc::new(self.on(day.start_of_day())?);
        let names = found.names(kind, subject, body);
        self.known.borrow_mut().insert(day, found);
        Ok(names)
    }

    fn on(&self, at: ValidTime) -> Result<PersonalFields, Failure> {
        let catalogue = match &self.source {
            Source::Server(client) => {
                client.get_json(&format!("/v1/catalogue?valid_at={}", encoded(&at.to_string())))?
            }
            Source::Folder(ledger) => {
                let reading = Reading::new(&ledger.snapshots);
                let as_of = reading.as_of(at, Known::Everything).map_err(Failure::unreachable)?;
                let governance = &reading.snapshot().governance;
                CatalogueAt::of(&governance.catalogue, &governance.directory, as_of)
            }
        };
        Ok(PersonalFields::of(&catalogue))
    }
}
