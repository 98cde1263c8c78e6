//! D15: what is personal travels beside the event. Of the event alone it is asked that nothing of it stands in the body,
//! and that as many digests stand in `private` as there may be fields: that can be asked again when a field is erased.
//! What the fields are and hold is asked once, when the event comes in with them.

use super::case::waived;
use super::personal;
use super::{Governance, Refusal, Rule, refuse};
use crate::authority::Recorded;
use crate::casefile::{CaseFile, Fact};
use crate::definition::{DetailField, ListDefinition, RecordType};
use crate::event::{
    Body, Decision, DisclosedField, DisclosedFields, Event, Extra, RecordFiled, Step, StepKind,
};
use crate::id::ListCode;
use crate::json::fields::as_name;
use crate::time::Date;
use crate::wording::{Joint, Words, say};
use std::sync::Arc;
use tlog::position::TreeSize;

/// The most characters of a registered name, of a type's own field, of a cell, and of a summary: as in a body.
const MOST: [usize; 4] = [200, 1000, 2000, 4000];

/// A field that travels beside an event.
struct Asked {
    /// Its path in the body.
    name: String,
    required: bool,
    form: Form,
}

/// What a field holds.
enum Form {
    /// A name of a natural person.
    Name,
    /// A type's own field, on the day on which its values count.
    Detail(DetailField, Date),
    /// A cell of a list's row; it may be empty.
    Cell,
    /// What is told in words, which may have several lines.
    Narrative,
}

/// The fields that may, and have to, travel beside an event; `None` where the catalogue does not hold what it is about,
/// which another rule refuses.
fn asked(event: &Event, governance: &Governance, at: Recorded, file: &CaseFile) -> Option<Vec<Asked>> {
    let known = TreeSize::new(at.index.get());
    let catalogue = &governance.catalogue;
    match &event.body {
        Body::SubjectRegistered(_) | Body::SubjectAmended(_) if event.subject.is_natural() => {
            Some(vec![Asked { name: "name".to_owned(), required: false, form: Form::Name }])
        }
        Body::RecordFiled(body) => {
            let decided = body.decision.date;
            let definition = catalogue.types.at(&body.record_type, decided.start_of_day(), known)?;
            let migration = body.migration.as_ref().and_then(|id| governance.directory.migration(id));
            Some(of_record(body, definition, waived(migration, Rule::DetailsFit)))
        }
        Body::ListingEntered(body) => {
            let decision = body.decision.as_ref();
            Some(of_row(event, list_of(event, &body.list, decision, governance, known)?))
        }
        Body::Step(Step { kind: StepKind::ListingCorrected, list: Some(list), decision, .. }) => {
            Some(of_row(event, list_of(event, list, decision.as_ref(), governance, known)?))
        }
        Body::Step(Step { kind: StepKind::RecordCorrected, of, .. }) => {
            let Fact::Record(record) = &file.find(of)?.1.fact else { return None };
            let decided = record.decided_on.start_of_day();
            let definition = catalogue.types.at(&record.record_type, decided, known)?;
            let day = record.conduct_ended_on.unwrap_or(record.decided_on);
            // What it does not name stays as it was.
            Some(of_details(definition, day, |_| false).collect())
        }
        _ => Some(Vec::new()),
    }
}

/// The fields of a type that are personal.
fn of_details(
    definition: &RecordType,
    day: Date,
    required: impl Fn(&DetailField) -> bool,
) -> impl Iterator<Item = Asked> {
    let personal = definition.fields.iter().filter(|field| field.personal);
    personal.map(move |field| Asked {
        name: format!("details.{}", field.name),
        required: required(field),
        form: Form::Detail(field.clone(), day),
    })
}

fn of_record(body: &RecordFiled, definition: &RecordType, unchecked: bool) -> Vec<Asked> {
    let day = body.conduct.as_ref().map_or(body.decision.date, |conduct| conduct.ended_on);
    let details = of_details(definition, day, |field| field.required && !unchecked);
    let summary = Asked { name: "summary".to_owned(), required: false, form: Form::Narrative };
    details.chain(body.summary.is_none().then_some(summary)).collect()
}

fn of_row(event: &Event, definition: &ListDefinition) -> Vec<Asked> {
    let personal = definition.columns.iter().filter(|column| definition.is_personal(column, &event.subject));
    personal.map(|column| Asked { name: format!("row.{column}"), required: true, form: Form::Cell }).collect()
}

/// The list as of the decision's day.
fn list_of<'a>(
    event: &Event,
    list: &ListCode,
    decision: Option<&Decision>,
    governance: &'a Governance,
    known: TreeSize,
) -> Option<&'a Arc<ListDefinition>> {
    let day = decision.map_or_else(|| event.valid_from.date(), |decision| decision.date);
    governance.catalogue.lists.at(list, day.start_of_day(), known)
}

/// D15 of the event alone, whatever became of its fields.
pub(super) fn beside(
    event: &Event,
    governance: &Governance,
    at: Recorded,
    file: &CaseFile,
) -> Result<(), Refusal> {
    let Some(asked) = asked(event, governance, at, file) else { return Ok(()) };
    let (field, inside): (_, &[(String, String)]) = match &event.body {
        Body::RecordFiled(body) => ("body.details", &body.details),
        Body::ListingEntered(body) => ("body.row", &body.row),
        Body::Step(Step { extra: Extra::Row(row), .. }) => ("body.row", row),
        Body::Step(Step { extra: Extra::Correction(body), .. }) => ("body.details", &body.details),
        _ => ("body", &[]),
    };
    let is_asked = |name: &str| {
        let inner = |one: &Asked| one.name.split_once('.').is_some_and(|(_, inner)| inner == name);
        asked.iter().any(inner)
    };
    if let Some((name, _)) = inside.iter().find(|(name, _)| is_asked(name)) {
        let expected = say!("no personal field in the body: it travels beside the event as a disclosure");
        return Err(refuse(Rule::PersonalFields, field, Words::data(name), expected));
    }
    let least = asked.iter().filter(|one| one.required).count();
    let (found, most) = (event.private.len(), asked.len());
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let expected = match (least, most) {
        (_, 0) => say!("no digest: such an event has no fields beside it"),
        (least, most) if least == most => say!("{} digests, of {}", least, names(&asked)),
        (least, most) => say!("{} to {} digests, of {}", least, most, names(&asked)),
    };
    Err(refuse(Rule::PersonalFields, "private", say!("{} digests", found), expected))
}

/// D15 and L22 of the fields that came in with an event which all other rules admit at this place: each is one of those
/// that are asked for and holds what such a field may hold, and none that has to be there is missing.
///
/// `file` is the stream that it is to stand in. Audits do not ask this: a field may be erased.
pub fn fields_fit(
    event: &Event,
    fields: &DisclosedFields,
    governance: &Governance,
    at: Recorded,
    file: &CaseFile,
) -> Result<(), Refusal> {
    let asked = asked(event, governance, at, file).unwrap_or_default();
    for field in fields.iter() {
        let Some(one) = asked.iter().find(|one| one.name == field.name()) else {
            let expected = say!("one of {}", names(&asked));
            return Err(refuse(Rule::PersonalFields, "disclosures", Words::data(field.name()), expected));
        };
        one.form.holds(field)?;
        if let Some(number) = personal::number_in(event, field.value()) {
            let found = say!("{} in {}", number, Words::data(field.name()));
            return Err(refuse(Rule::NoPersonalData, "disclosures", found, personal::no_number()));
        }
    }
    let there = |one: &&Asked| fields.iter().any(|field| field.name() == one.name);
    match asked.iter().find(|one| one.required && !there(one)) {
        None => Ok(()),
        Some(missing) => {
            let expected = say!("a disclosure of {}", Words::data(&missing.name));
            Err(refuse(Rule::PersonalFields, "disclosures", say!("absent"), expected))
        }
    }
}

impl Form {
    fn holds(&self, field: &DisclosedField) -> Result<(), Refusal> {
        let (value, length) = (field.value(), field.value().chars().count());
        let [name, detail, cell, narrative] = MOST;
        let (least, most) = match self {
            Self::Name => (1, name),
            Self::Detail(..) => (0, detail),
            Self::Cell => (0, cell),
            Self::Narrative => (1, narrative),
        };
        let refused = |found: Words, expected: Words| {
            let found = say!("{}: {}", Words::data(field.name()), found);
            Err(refuse(Rule::PersonalFields, "disclosures", found, expected))
        };
        if !(least..=most).contains(&length) {
            return refused(say!("{} characters", length), say!("{} to {} characters", least, most));
        }
        let is_narrative = matches!(self, Self::Narrative);
        // Who is named so that the letters hide something is not named.
        if !is_narrative
            && length > 0
            && let Err(fault) = as_name(value)
        {
            return refused(fault.words(), say!("one line without characters that nobody sees"));
        }
        match self {
            Self::Detail(definition, day) if !definition.takes(value, *day) => {
                refused(say!("another value"), definition.expected(*day))
            }
            _ => Ok(()),
        }
    }
}

fn names(asked: &[Asked]) -> Words {
    match asked {
        [] => say!("no fields"),
        asked => Words::several(asked.iter().map(|one| Words::data(&one.name)), Joint::And),
    }
}
