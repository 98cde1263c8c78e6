//! Bodies of `listing.*` and `measure.*`, as far as they begin something: onto a list, and what follows.

use super::record::{Decision, Publication};
use crate::definition::Citation;
use crate::id::{EventId, ListCode, MeasureCode};
use crate::json::fields::{FieldError, FieldFault, Fields, as_name, shorten};
use crate::time::Date;
use crate::wording::say;

/// `listing.notified`: the subject is told that it is to come onto a list, and may answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingNotified {
    /// The list.
    pub list: ListCode,
    /// The `record.filed` event that the entry is to rest on.
    pub record: Option<EventId>,
    /// When the notice was served.
    pub served_on: Date,
    /// Why, in words.
    pub reason: String,
}

/// `listing.entered`: a subject comes onto a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingEntered {
    /// The list.
    pub list: ListCode,
    /// The `record.filed` event that it rests on, in the same subject's stream.
    pub record: Option<EventId>,
    /// The `listing.notified` event before it.
    pub notice: Option<EventId>,
    /// What the list publishes about it: a value for each column of the list, in the event's order. Where it is not
    /// empty, it is written as names are.
    pub row: Vec<(String, String)>,
    /// Where it stands among the list's rows: rows are shown in the order of this text (bytewise),
    /// and in the log's order where it is equal or absent.
    pub order: Option<String>,
    /// On which ground of the list's rule it is made, where the list has several that end differently.
    pub item: Option<String>,
    /// The document that decides.
    pub decision: Option<Decision>,
    /// The last day, where the decision says so; else the catalogue's months count.
    pub until: Option<Date>,
    /// Legal instruments that it cites (D02).
    pub basis: Vec<Citation>,
    /// On what publication of personal information rests (D06).
    pub publication: Option<Publication>,
    /// The `migration.opened` event under which an older register's entry comes in (D14).
    pub migration: Option<EventId>,
}

/// `measure.imposed`: what follows a record, an entry on a list or a rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureImposed {
    /// The measure.
    pub measure: MeasureCode,
    /// The `record.filed`, `listing.entered` or `rating.assigned` event that it rests on.
    pub rests_on: EventId,
    /// The document that decides.
    pub decision: Option<Decision>,
    /// How long it lasts.
    pub term: Term,
    /// Legal instruments that it cites (D02).
    pub basis: Vec<Citation>,
}

/// How long a measure lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bincode::Encode, bincode::Decode)]
pub enum Term {
    /// As long as what it rests on.
    WithGround,
    /// Until this day, which it includes.
    Until(Date),
    /// For life.
    Lifetime,
}

impl ListingNotified {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            list: fields.parsed("list", ListCode::parse)?,
            record: fields.optional_parsed("record", EventId::parse)?,
            served_on: fields.parsed("served_on", Date::parse)?,
            reason: fields.text("reason", 1000)?,
        })
    }
}

impl ListingEntered {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let list = fields.parsed("list", ListCode::parse)?;
        let record = fields.optional_parsed("record", EventId::parse)?;
        let row = row(fields)?;
        let order = fields.optional_text("order", 128)?;
        if let Some(order) = order.as_ref().filter(|o| !o.bytes().all(|b| b.is_ascii_alphanumeric())) {
            let expected = say!("ASCII letters and digits");
            return Err(fields.error("order", FieldFault::Value { found: shorten(order), expected }));
        }
        Ok(Self {
            list,
            record,
            notice: fields.optional_parsed("notice", EventId::parse)?,
            row,
            item: fields.optional_text("item", 64)?,
            order,
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
            until: fields.optional_parsed("until", Date::parse)?,
            basis: Citation::parse_all(fields, "basis")?,
            publication: fields.optional_object("publication")?.map(Publication::parse).transpose()?,
            migration: fields.optional_parsed("migration", EventId::parse)?,
        })
    }
}

/// The row of an entry on a list.
pub(super) fn row(fields: &mut Fields) -> Result<Vec<(String, String)>, FieldError> {
    let mut columns = fields.object("row")?;
    let row = columns.rest_as_texts(2000)?;
    // Members are named in rows, and what one reads there is published.
    for (column, text) in row.iter().filter(|(_, text)| !text.is_empty()) {
        as_name(text).map_err(|fault| columns.error(column, fault))?;
    }
    Ok(row)
}

impl MeasureImposed {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let measure = fields.parsed("measure", MeasureCode::parse)?;
        let rests_on = fields.parsed("rests_on", EventId::parse)?;
        let decision = fields.optional_object("decision")?.map(Decision::parse).transpose()?;
        let until = fields.optional_parsed("until", Date::parse)?;
        let term = match (fields.flag("lifetime")?, until) {
            (false, None) => Term::WithGround,
            (false, Some(until)) => Term::Until(until),
            (true, None) => Term::Lifetime,
            (true, Some(until)) => {
                let expected = say!("no last day where lifetime is true");
                return Err(fields.error("until", FieldFault::Value { found: until.to_string(), expected }));
            }
        };
        Ok(Self { measure, rests_on, decision, term, basis: Citation::parse_all(fields, "basis")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn cell(text: &str) -> Result<ListingEntered, FieldError> {
        let list = r#"{"list":"tax.a-class","row":{"名称":""#;
        let body = format!(r#"{list}{text}","备注":""}}}}"#);
        ListingEntered::parse(&mut Fields::of("body", Json::parse(body.as_bytes()).unwrap()).unwrap())
    }

    #[test]
    fn cells_are_written_as_names_are() {
        for text in ["", "甲乙", "葛\u{e0100}城", "ＡＢ（湘乡）　贸易", "1"] {
            assert_eq!(cell(text).unwrap().row[0], ("名称".to_owned(), text.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn nothing_hidden_and_nothing_blank_stands_in_a_cell() {
        let hidden = |found, position| FieldFault::Hidden { found, position };
        for (text, fault) in [
            ("甲\u{200b}乙", hidden('\u{200b}', 1)),
            ("\u{202e}甲", hidden('\u{202e}', 0)),
            ("甲\\n乙", hidden('\n', 1)),
            ("\u{3000}", FieldFault::Blank),
            ("  ", FieldFault::Blank),
        ] {
            assert_eq!(cell(text), Err(FieldError { field: "body.row.名称".into(), fault }), "{text:?}");
        }
    }
}
