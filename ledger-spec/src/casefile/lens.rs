//! A case file at two instants: where each thing stands.

use super::{CaseFile, Fact, Item, Place, RecordFact};
use crate::catalogue::Catalogue;
use crate::definition::{Polarity, Pole, RecordType, Severity};
use crate::event::{Class, Phase, StepKind};
use crate::id::SubjectId;
use crate::time::{Date, ValidTime};
use std::sync::Arc;
use tlog::position::TreeSize;

/// The two instants of a question, the second as the number of entries that were known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When the facts hold in the world.
    pub valid_at: ValidTime,
    /// What the ledger knew: its first entries, this many.
    pub known: TreeSize,
}

/// A case file at two instants.
#[derive(Clone, Debug)]
pub struct Lens<'a> {
    /// Whom the file is about.
    pub subject: &'a SubjectId,
    /// The file.
    pub file: &'a CaseFile,
    /// The catalogue, with its history.
    pub catalogue: &'a Catalogue,
    /// The instants.
    pub asked: Asked,
    /// The ruling that masks repairable records at these instants (P17).
    pub(super) masked_by: Option<Place>,
}

impl<'a> Lens<'a> {
    /// The file at these instants.
    pub fn new(subject: &'a SubjectId, file: &'a CaseFile, catalogue: &'a Catalogue, asked: Asked) -> Self {
        let mut lens = Self { subject, file, catalogue, asked, masked_by: None };
        lens.masked_by = lens.masking();
        lens
    }

    /// Whether the event at this item is known.
    pub fn knows(&self, item: &Item) -> bool {
        item.entry.is_in(self.asked.known)
    }

    /// Whether it is known and has begun.
    pub fn has_begun(&self, item: &Item) -> bool {
        self.knows(item) && item.from <= self.asked.valid_at
    }

    /// The day of the valid instant.
    pub fn today(&self) -> Date {
        self.asked.valid_at.date()
    }

    /// How far the thing that began at `place` had come; `None` where it had not begun, or is no such
    /// thing.
    pub fn phase_at(&self, place: Place) -> Option<Phase> {
        let item = self.file.get(place).filter(|item| self.has_begun(item))?;
        let (_, opened) = item.opens()?;
        let moved = self.moves(place).filter_map(|(_, step)| step.fact.moved_to()).last();
        Some(moved.unwrap_or(opened))
    }

    /// What had moved the thing at `place` to another phase by then, in the log's order.
    pub fn moves(&self, place: Place) -> impl Iterator<Item = (Place, &'a Item)> {
        let (file, asked) = (self.file, self.asked);
        file.moves(place)
            .filter(move |(_, step)| step.entry.is_in(asked.known) && step.from <= asked.valid_at)
    }

    /// The last step of this kind that was taken on the thing at `place` by then.
    pub fn last_step(&self, place: Place, kind: StepKind) -> Option<(Place, &'a Item)> {
        let steps = self.file.followers(place);
        steps.filter(|(_, step)| step.step_kind() == Some(kind) && self.has_begun(step)).last()
    }

    /// What has begun of a class, in the log's order.
    pub fn begun(&self, class: Class) -> impl Iterator<Item = (Place, &'a Item)> {
        let (file, asked) = (self.file, self.asked);
        file.of_class(class)
            .filter(move |(_, item)| item.entry.is_in(asked.known) && item.from <= asked.valid_at)
    }

    /// What is known of a class, begun or not.
    pub fn known(&self, class: Class) -> impl Iterator<Item = (Place, &'a Item)> {
        let (file, known) = (self.file, self.asked.known);
        file.of_class(class).filter(move |(_, item)| item.entry.is_in(known))
    }

    /// A record's facts.
    pub fn record(&self, place: Place) -> Option<&'a RecordFact> {
        match &self.file.get(place)?.fact {
            Fact::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The type of a record as the catalogue had it when its decision was taken.
    pub fn type_of(&self, record: &RecordFact) -> Option<&'a Arc<RecordType>> {
        self.catalogue.types.at(&record.record_type, record.decided_on.start_of_day(), self.asked.known)
    }

    /// Which way a record points.
    pub fn polarity(&self, record: &RecordFact) -> Polarity {
        match self.type_of(record).map(|definition| definition.polarity) {
            Some(Pole::Fixed(polarity)) => polarity,
            Some(Pole::Mixed) | None => record.polarity.unwrap_or(Polarity::Neutral),
        }
    }

    /// How severe a record is, as last corrected.
    pub fn severity(&self, place: Place) -> Option<Severity> {
        let stated = self.record(place)?.severity;
        let corrected = self.file.followers(place).filter(|(_, step)| self.has_begun(step));
        corrected.filter_map(|(_, step)| step.step()?.severity).last().or(stated)
    }

    /// The last day of a period of the procedures in force on `at`; `None` where none is adopted, or where
    /// it runs into a year whose working days are not known.
    pub fn deadline(&self, name: &str, from: Date, at: Date) -> Option<Date> {
        self.catalogue.deadline(name, from, at.start_of_day(), self.asked.known)
    }

    /// Whether the last day has passed at the valid instant.
    pub fn is_past(&self, last_day: Date) -> bool {
        self.asked.valid_at > last_day.end_of_day()
    }

    fn masking(&self) -> Option<Place> {
        let rulings = self.begun(Class::Record).filter(|(place, item)| match &item.fact {
            Fact::Record(record) => {
                self.type_of(record).is_some_and(|definition| definition.has_tag("masks_repairable"))
                    && self.phase_at(*place) == Some(Phase::Filed)
            }
            _ => false,
        });
        rulings.map(|(place, _)| place).last()
    }
}
