//! D01 and D04 of a type's own fields: as a record is filed with them, and as a correction says them anew.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::Details;
use crate::definition::{DetailField, Disclosure, GIVING_STEPS, RecordType, STEP, VALID_FROM, VALID_UNTIL};
use crate::id::TypeCode;
use crate::time::Date;
use crate::wording::{Joint, Words, say};

/// A record's own fields, by its type as the decision's day has it.
pub(super) struct Named<'a> {
    pub(super) definition: &'a RecordType,
    pub(super) code: &'a TypeCode,
    /// What the body says of them.
    pub(super) fields: &'a [(String, String)],
    /// The day whose values count.
    pub(super) day: Date,
}

fn refused(found: Words, expected: Words) -> Result<(), Refusal> {
    Err(refuse(Rule::DetailsFit, "body.details", found, expected))
}

impl Named<'_> {
    fn known(&self) -> impl Iterator<Item = (&DetailField, &str)> {
        let field = |name: &str| self.definition.fields.iter().find(|field| field.name == name);
        self.fields.iter().filter_map(move |(name, value)| Some((field(name)?, value.as_str())))
    }

    /// D04: each is one of the type's, and of its form or of its values. `clears` says whether an empty text takes one away.
    pub(super) fn fit(&self, clears: bool) -> Result<(), Refusal> {
        let all = &self.definition.fields;
        if let Some((name, _)) =
            self.fields.iter().find(|(name, _)| !all.iter().any(|field| field.name == *name))
        {
            let known = all.iter().map(|field| Words::data(&field.name));
            let expected = match all.as_slice() {
                [] => say!("no details: {} has no fields of its own", self.code),
                _ => say!("fields of {}: {}", self.code, Words::several(known, Joint::And)),
            };
            return refused(Words::data(name), expected);
        }
        for (field, value) in self.known() {
            if clears && value.is_empty() {
                if field.required {
                    return refused(say!("absent"), say!("the field {}", Words::data(&field.name)));
                }
            } else if !field.takes(value, self.day) {
                let found = say!("{}: {}", Words::data(&field.name), Words::data(value));
                return refused(found, field.expected(self.day));
            }
        }
        Ok(())
    }

    /// D04: none that has to be there is missing. What is personal travels beside the event (D15).
    pub(super) fn are_whole(&self) -> Result<(), Refusal> {
        let inside = self.definition.fields.iter().filter(|field| !field.personal && field.required);
        let mut missing = inside.filter(|field| !self.fields.iter().any(|(name, _)| *name == field.name));
        match missing.next() {
            None => Ok(()),
            Some(field) => refused(say!("absent"), say!("the field {}", Words::data(&field.name))),
        }
    }

    /// D01: a value that its type keeps to a circle is recorded with that circle.
    pub(super) fn are_as_narrow(&self, case: &Case<'_>, stated: Option<Disclosure>) -> Result<(), Refusal> {
        let stated = stated.unwrap_or_else(|| self.definition.disclosure_for(&case.event.subject));
        for (field, value) in self.known() {
            if let Some(narrowed) = field.circle_of(value).filter(|narrowed| stated < *narrowed) {
                let (name, value) = (Words::data(&field.name), Words::data(value));
                let expected = say!("{} or narrower, since {} is {}", narrowed, name, value);
                return Err(refuse(Rule::DisclosureNarrowed, "body.disclosure", stated, expected));
            }
        }
        Ok(())
    }

    /// The narrowest circle to which one of the values keeps the record.
    pub(super) fn circle(&self) -> Option<Disclosure> {
        self.known().filter_map(|(field, value)| field.circle_of(value)).max()
    }

    /// Whether one of these is among them.
    pub(super) fn name_any(&self, of: &[&str]) -> bool {
        self.fields.iter().any(|(name, _)| of.contains(&name.as_str()))
    }

    /// D04: a licence ends no earlier than it was given, and than it begins. One that is cancelled or annulled says the day that
    /// it had. `said` is what all fields say then.
    pub(super) fn end_after_they_begin(&self, said: &Details, decided: Date) -> Result<(), Refusal> {
        if !self.name_any(&[STEP, VALID_FROM, VALID_UNTIL])
            || said.step.is_some() && !said.is_step(&GIVING_STEPS)
        {
            return Ok(());
        }
        let first = said.valid_from.map_or(decided, |day| day.max(decided));
        match said.valid_until.filter(|last| *last < first) {
            None => Ok(()),
            Some(last) => {
                let found = say!("{}: {}", Words::data(VALID_UNTIL), last);
                refused(found, say!("{} or later, when it begins", first))
            }
        }
    }
}
