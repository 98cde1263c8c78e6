//! L22: no identity number, telephone number or bank card stands in clear anywhere in an event
//! or in what travels beside it.

mod checks;
mod digits;
mod numbers;
mod sieve;

use super::{Refusal, Rule, refuse};
use crate::event::Event;
use crate::event::envelope::VerifiedEvent;
use crate::id::{EventId, SubjectId};
use crate::json::Json;
use crate::wording::{Words, say};
use numbers::Number;
use tlog::defect::{OrDefect as _, defect};

/// What is expected in the place of such a number.
pub(super) fn no_number() -> Words {
    say!("no such number, in the event or beside it: a person is named by a pseudonym")
}

/// The fields of an event, as a refusal names them.
const FIELDS: [&str; 10] =
    ["origin", "id", "kind", "issuer", "subject", "valid_from", "seen_version", "private", "salt", "body"];

/// L22 for every string and whole number of the event, names of fields included.
pub(super) fn nothing_in_clear(event: &VerifiedEvent) -> Result<(), Refusal> {
    if !sieve::may_hold_numbers(event.bytes()) {
        return Ok(());
    }
    let read = Json::parse(event.bytes()).or_defect("an event was read from its bytes: they are JSON");
    let Json::Object(fields) = read else { defect("an event was read from its bytes: they are an object") };
    let own = own_code(event.event());
    for (name, value) in &fields {
        if let Some(number) = in_value(value, own) {
            let field = FIELDS.into_iter().find(|known| known == name);
            let field = field.or_defect("an event was read: it has no other fields");
            return Err(refuse(Rule::NoPersonalData, field, number.words(), no_number()));
        }
    }
    Ok(())
}

/// What number of a person a text beside an event holds, in words.
pub(super) fn number_in(event: &Event, text: &str) -> Option<Words> {
    in_text(text, own_code(event)).map(Number::words)
}

/// Whether a code that a person may bear too is admitted is L24's to say; where it is, its own events name it.
fn own_code(event: &Event) -> Option<&str> {
    match &event.subject {
        SubjectId::Uscc(code) if code.is_resident_number() => Some(code.as_str()),
        _ => None,
    }
}

fn in_value(value: &Json<'_>, own: Option<&str>) -> Option<Number> {
    match value {
        Json::String(text) => in_text(text, own),
        Json::Array(items) => items.iter().find_map(|item| in_value(item, own)),
        Json::Object(fields) => {
            fields.iter().find_map(|(name, value)| in_text(name, own).or_else(|| in_value(value, own)))
        }
        Json::Integer(number) => numbers::first_in(&number.to_string(), own),
        Json::Null | Json::Bool(_) => None,
    }
}

/// The digits of an event's id are a time and chance, and its hyphens divide nothing that was typed. They are left out:
/// the last twelve end with a mobile number's eleven in 1 of 2,513 ids, are one behind a 0 in 1 of 40,212, and an
/// event names several: honest ones would be refused.
fn in_text(text: &str, own: Option<&str>) -> Option<Number> {
    if EventId::parse(text).is_ok() { None } else { numbers::first_in(text, own) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_the_sieve_holds_back_has_no_number(
            text in "[0-9xX１Ｘ，a①一-]{0,6}(1[3-9]([ ._()/-]?[0-9０５９②٣𝟏〇九]){9}|[一①][三③][一八〇①⑧⓪]{9}|\
                     110105[ \u{200b}][.（]?19491231[-)_]002[XxＸｘ]|\
                     44030119800101123[4４]|６222[ \u{a0}]0212[-－]3456[\u{3000}\u{2011}]789[0-9]|[0-9]{9,19})?\
                     [0-9Xx３，。a-]{0,4}"
        ) {
            prop_assert!(sieve::may_hold_numbers(text.as_bytes()) || in_text(&text, None).is_none());
        }
    }

    #[test]
    fn the_digits_of_ids_are_chance() {
        // Beside one another they read as a card's: 8138 1234 5678 9012.
        assert!(EventId::parse("0193b2c4-7011-7123-8138-123456789012").is_ok());
        assert_eq!(in_text("0193b2c4-7011-7123-8138-123456789012", None), None);
    }
}
