//! Bodies of `listing.*`: onto a list and off it.

use crate::fields::{FieldError, FieldFault, Fields, shorten};
use crate::id::{EventId, ListCode};

/// `listing.entered`: a subject comes onto a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingEntered {
    /// The list.
    pub list: ListCode,
    /// The `record.filed` event that it rests on, in the same subject's stream.
    pub record: Option<EventId>,
    /// What the list publishes about it: a value for each column of the list, in the event's order.
    pub row: Vec<(String, String)>,
    /// Where it stands among the list's rows: rows are shown in the order of this text (bytewise),
    /// and in the log's order where it is equal or absent.
    pub order: Option<String>,
}

/// `listing.removed`: an entry leaves a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRemoved {
    /// The list.
    pub list: ListCode,
    /// The `listing.entered` event, in the same subject's stream.
    pub listing: EventId,
    /// Why, in words.
    pub reason: String,
}

impl ListingEntered {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let list = fields.parsed("list", ListCode::parse)?;
        let record = fields.optional_parsed("record", EventId::parse)?;
        let mut columns = fields.object("row")?;
        let row = columns.rest_as_texts(2000)?;
        let order = fields.optional_text("order", 128)?;
        if let Some(order) = order.as_ref().filter(|o| !o.bytes().all(|b| b.is_ascii_alphanumeric())) {
            let expected = "ASCII letters and digits".into();
            return Err(fields.error("order", FieldFault::Value { found: shorten(order), expected }));
        }
        Ok(Self { list, record, row, order })
    }
}

impl ListingRemoved {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            list: fields.parsed("list", ListCode::parse)?,
            listing: fields.parsed("listing", EventId::parse)?,
            reason: fields.text("reason", 1000)?,
        })
    }
}
