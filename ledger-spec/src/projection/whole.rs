//! Events whole: a case file keeps facts alone, and what an event says in full is read when a line shows it.

use super::Projector;
use crate::casefile::Item;
use crate::event::{Body, Event};
use tlog::position::EntryIndex;

/// Where a projection reads an event whole. It is asked for what stands on the page, and for nothing else.
pub trait Events {
    /// The event of an entry; `None` where it cannot be had.
    fn event(&self, entry: EntryIndex) -> Option<Event>;
}

impl Projector<'_> {
    /// What an event says in full, where the projection may read events whole.
    pub(super) fn body(&self, item: &Item) -> Option<Body> {
        self.events?.event(item.entry).map(|event| event.body)
    }
}
