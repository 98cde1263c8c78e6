//! What the catalogue of a ledger says is personal: what `sign` and `import` split off.

use super::client::Client;
use super::failure::Failure;
use super::talk::Bar;
use crate::clock;
use crate::query::{Known, Reading};
use ledger_authoring::splitting::PersonalFields;
use ledger_spec::projection::CatalogueAt;
use ledger_spec::time::ValidTime;
use std::path::Path;

/// By the catalogue that a server holds now.
pub(super) fn of_server(client: &Client) -> Result<PersonalFields, Failure> {
    let catalogue: CatalogueAt = client.get_json("/v1/catalogue")?;
    Ok(PersonalFields::of(&catalogue))
}

/// By the catalogue that a ledger's folder holds now.
pub(super) fn of_folder(dir: &Path) -> Result<PersonalFields, Failure> {
    let ledger =
        crate::ledger::open_to_read(dir, &Bar::new("reading the log")).map_err(Failure::unreachable)?;
    let reading = Reading::new(&ledger.snapshots);
    let now = ValidTime::at_recorded(clock::now()).map_err(Failure::usage)?;
    let as_of = reading.as_of(now, Known::Everything).map_err(Failure::unreachable)?;
    Ok(PersonalFields::of(&CatalogueAt::of(&reading.snapshot().governance.catalogue, as_of)))
}
