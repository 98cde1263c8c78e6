//! Events whole: a case file keeps facts alone, and what an event says in full is read when a line shows it, with the
//! personal fields that travel beside it where the reader may see them.

use super::Projector;
use crate::casefile::Item;
use crate::event::{Body, DisclosedField, Event};
use tlog::position::EntryIndex;

/// Where a projection reads an event whole. It is asked for what stands on the page, and for nothing else.
pub trait Events {
    /// The event of an entry; `None` where it cannot be had.
    fn event(&self, entry: EntryIndex) -> Option<Event>;

    /// The fields that travel beside the event of an entry, as far as they are kept here. It is asked of events that name
    /// some, for readers who may see them.
    fn fields(&self, entry: EntryIndex) -> Vec<DisclosedField>;
}

/// What an event says in full, as its reader may have it.
pub(super) struct Whole {
    pub(super) body: Body,
    fields: Vec<DisclosedField>,
    /// How many personal fields it has that are not shown here: not to this reader, or not to anybody any more.
    pub(super) undisclosed: usize,
}

impl Projector<'_> {
    /// What an event says in full, where the projection may read events whole.
    pub(super) fn body(&self, item: &Item) -> Option<Body> {
        self.events?.event(item.entry).map(|event| event.body)
    }

    /// The same with its personal fields.
    pub(super) fn whole(&self, item: &Item) -> Option<Whole> {
        let events = self.events?;
        let Event { body, private, .. } = events.event(item.entry)?;
        let shown = !private.is_empty() && self.sight.sees_personal_fields();
        let fields = if shown { events.fields(item.entry) } else { Vec::new() };
        let undisclosed = private.len().saturating_sub(fields.len());
        Some(Whole { body, fields, undisclosed })
    }
}

impl Whole {
    /// The value of a field by its path.
    pub(super) fn field(&self, path: &str) -> Option<String> {
        self.fields.iter().find(|field| field.name() == path).map(|field| field.value().to_owned())
    }

    /// Names and values of the fields within `part` of the body.
    pub(super) fn within(&self, part: &str) -> impl Iterator<Item = (String, String)> {
        self.fields.iter().filter_map(move |field| {
            let inner = field.name().strip_prefix(part)?.strip_prefix('.')?;
            Some((inner.to_owned(), field.value().to_owned()))
        })
    }
}
