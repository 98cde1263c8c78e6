//! What a ledger has adopted: out of its folder, or from a server, item by item.

use crate::cli::Source;
use crate::cli::client::{Client, encoded};
use crate::cli::failure::Failure;
use crate::cli::talk::Bar;
use crate::progress::Progress as _;
use crate::words::{quoted, say};
use ledger_authoring::shipped::Shipped;
use ledger_spec::authority::Recorded;
use ledger_spec::catalogue::Catalogue;
use ledger_spec::event::Event;
use ledger_spec::id::{CatalogueItem, SubjectId};
use ledger_spec::time::RecordedTime;
use ledger_spec::wording::Words;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use tlog::defect::as_u64;
use tlog::position::{EntryIndex, TreeSize};

/// Most events of one answer.
const PAGE: u16 = 500;

#[derive(Deserialize)]
struct Page {
    events: Vec<Entry>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    index: u64,
    recorded_at: String,
    event: Box<RawValue>,
}

/// What the ledger has adopted of the items that `shipped` names.
pub(super) fn adopted(source: &Source, shipped: &Shipped) -> Result<Arc<Catalogue>, Failure> {
    match (&source.dir, &source.url) {
        (Some(dir), _) => {
            let bar = Bar::new(&say!("reading the log"));
            let ledger = crate::ledger::open_to_read(dir, &bar).map_err(Failure::unreachable)?;
            Ok(ledger.snapshots.latest().governance.catalogue.clone())
        }
        (None, Some(url)) => of_server(&Client::new(url)?, shipped),
        // clap lets no other case through.
        (None, None) => Err(Failure::usage(say!("--dir or --url is expected"))),
    }
}

/// The same from a server, which answers for one item at a time.
pub(super) fn of_server(client: &Client, shipped: &Shipped) -> Result<Arc<Catalogue>, Failure> {
    let mut items: Vec<&CatalogueItem> = shipped.items.iter().map(|one| &one.item).collect();
    items.dedup();
    let bar = Bar::new(&say!("asking for the catalogue"));
    let total = as_u64(items.len());
    let mut catalogue = Catalogue::default();
    for (item, done) in items.into_iter().zip(1..) {
        // Newest first, over all pages; the history is told from its beginning.
        for (event, recorded) in history(client, item)?.iter().rev() {
            catalogue.apply(event, *recorded, Vec::new());
        }
        bar.step(done, total);
    }
    Ok(Arc::new(catalogue))
}

fn history(client: &Client, item: &CatalogueItem) -> Result<Vec<(Event, Recorded)>, Failure> {
    let subject = SubjectId::Catalogue(item.clone()).to_string();
    let path = format!("/v1/subjects/{}/events?limit={PAGE}", encoded(&subject));
    let unexpected = |reason: &dyn std::fmt::Display| {
        Failure::unreachable(say!("{}: {}", Words::data(&path), quoted(reason)))
    };
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let page: Page = client.get_json(&format!("{path}{before}"))?;
        for entry in page.events {
            let event = Event::parse(entry.event.get().as_bytes()).map_err(|error| unexpected(&error))?;
            let at = RecordedTime::parse(&entry.recorded_at).map_err(|error| unexpected(&error))?;
            let index = EntryIndex::new(entry.index);
            if !index.is_in(TreeSize::new(u64::MAX)) {
                return Err(unexpected(&format!("entry {index} is in no log")));
            }
            all.push((event, Recorded { index, at }));
        }
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => return Ok(all),
        }
    }
}
