//! A case file at two instants: where each thing stands.

use super::{AnnulledBy, Annulment, Annulments, CaseFile, Fact, Item, ItemNumber, RecordFact};
use crate::authority::{AuthorityNumber, Directory};
use crate::catalogue::Catalogue;
use crate::definition::{Polarity, Pole, ProcedurePeriod, RecordType, Severity};
use crate::event::{Class, Phase, StepKind};
use crate::id::SubjectId;
use crate::time::{Date, ValidTime};
use std::sync::Arc;
use tlog::position::{EntryIndex, TreeSize};

/// The two instants of a question, the second as the number of entries that were known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// When the facts hold in the world.
    pub valid_at: ValidTime,
    /// What the ledger knew: its first entries, this many.
    pub known: TreeSize,
}

/// A case file at two instants.
#[derive(Clone, Debug)]
pub struct CaseAsOf<'a> {
    /// Whom the file is about.
    pub subject: &'a SubjectId,
    /// The file.
    pub file: &'a CaseFile,
    /// The catalogue, with its history.
    pub catalogue: &'a Catalogue,
    /// The instants.
    pub as_of: AsOf,
    /// The authorities, and who took over from whom.
    pub(super) directory: &'a Directory,
    /// The decisions that were annulled, in whosever stream that stands; `None` for admission, which asks one stream alone.
    annulled: Option<&'a Annulments>,
}

impl<'a> CaseAsOf<'a> {
    /// The file at these instants.
    pub fn new(
        subject: &'a SubjectId,
        file: &'a CaseFile,
        (catalogue, directory): (&'a Catalogue, &'a Directory),
        as_of: AsOf,
    ) -> Self {
        Self { subject, file, catalogue, directory, as_of, annulled: None }
    }

    /// The same where the annulment of a decision reaches the records that others' streams show to be by it.
    #[must_use]
    pub fn with_annulled(self, annulments: &'a Annulments) -> Self {
        Self { annulled: Some(annulments), ..self }
    }

    /// The same at other instants.
    #[must_use]
    pub fn at(&self, as_of: AsOf) -> Self {
        Self { as_of, ..self.clone() }
    }

    /// The annulment of the decision by which the record at `number` was filed, as far as it is known, if other streams' are asked.
    pub(super) fn annulment_of(&self, number: ItemNumber) -> Option<Annulment> {
        let (item, record) = (self.file.get(number)?, self.record(number)?);
        let decision = (item.issuer, record.decision, record.decided_on);
        let counts = |found: &Annulment| !self.is_given_back(number, (found.from, found.entry));
        self.annulled?.first(decision, self.directory, (self.as_of.known, counts))
    }

    /// Who annulled a decision in this entry, where that stands in another subject's stream.
    pub fn annulled_elsewhere(&self, entry: EntryIndex) -> Option<&'a AnnulledBy> {
        if self.file.at(entry).is_some() { None } else { self.annulled?.said_by(entry) }
    }

    /// Whether the record at `number` never counted, by the valid instant: its decision was annulled, by a step on whichever of its
    /// records, in this stream or another, or it was filed in error; at whatever instant, where the decision was void.
    pub fn is_void(&self, number: ItemNumber) -> bool {
        let revokes = |step: &Item| {
            let kind = step.step().filter(|fact| fact.kind == StepKind::RecordRevoked);
            kind.is_some_and(|fact| self.knows(step) && (fact.void || step.from <= self.as_of.valid_at))
                && !self.is_given_back(number, (step.from, step.entry))
        };
        self.phase_at(number).is_some_and(Phase::is_void)
            || self.about(number).any(|(_, step)| revokes(step))
            || self.annulment_of(number).is_some_and(|found| found.from <= self.as_of.valid_at)
    }

    /// Whether who decided what stands at `number` and this authority are one source: a source and who took over its tasks are.
    pub fn is_one_source(&self, number: ItemNumber, issuer: AuthorityNumber) -> bool {
        self.maker(number).is_some_and(|maker| self.directory.is_one_source(maker, issuer))
    }

    /// Whether the event at this item is known.
    #[must_use]
    pub fn knows(&self, item: &Item) -> bool {
        item.entry.is_in(self.as_of.known)
    }

    /// Whether it is known and has begun.
    #[must_use]
    pub fn has_begun(&self, item: &Item) -> bool {
        self.knows(item) && item.from <= self.as_of.valid_at
    }

    /// The day of the valid instant.
    pub fn today(&self) -> Date {
        self.as_of.valid_at.date()
    }

    /// How far the thing that began at `number` had come; `None` where it had not begun, or is no such
    /// thing.
    pub fn phase_at(&self, number: ItemNumber) -> Option<Phase> {
        let item = self.file.get(number).filter(|item| self.has_begun(item))?;
        let (_, opened) = item.opens()?;
        let moved = self.moves(number).filter_map(|(_, step)| step.fact.moved_to()).last();
        Some(moved.unwrap_or(opened))
    }

    /// What had moved the thing at `number` to another phase by then, in the log's order.
    pub fn moves(&self, number: ItemNumber) -> impl Iterator<Item = (ItemNumber, &'a Item)> {
        let (file, as_of) = (self.file, self.as_of);
        file.moves(number)
            .filter(move |(_, step)| step.entry.is_in(as_of.known) && step.from <= as_of.valid_at)
    }

    /// The last step of this kind that was taken on the thing at `number` by then.
    pub fn last_step(&self, number: ItemNumber, kind: StepKind) -> Option<(ItemNumber, &'a Item)> {
        let steps = self.file.followers(number);
        steps.filter(|(_, step)| step.step_kind() == Some(kind) && self.has_begun(step)).last()
    }

    /// What has begun of a class, in the log's order.
    pub fn begun(&self, class: Class) -> impl Iterator<Item = (ItemNumber, &'a Item)> {
        let (file, as_of) = (self.file, self.as_of);
        file.of_class(class)
            .filter(move |(_, item)| item.entry.is_in(as_of.known) && item.from <= as_of.valid_at)
    }

    /// What is known of a class, begun or not.
    pub fn known(&self, class: Class) -> impl Iterator<Item = (ItemNumber, &'a Item)> {
        let (file, known) = (self.file, self.as_of.known);
        file.of_class(class).filter(move |(_, item)| item.entry.is_in(known))
    }

    /// A record's facts.
    pub fn record(&self, number: ItemNumber) -> Option<&'a RecordFact> {
        match &self.file.get(number)?.fact {
            Fact::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The type of a record as the catalogue had it when its decision was taken.
    pub fn type_of(&self, record: &RecordFact) -> Option<&'a Arc<RecordType>> {
        self.catalogue.types.at(&record.record_type, record.decided_on.start_of_day(), self.as_of.known)
    }

    /// Which way a record points.
    pub fn polarity(&self, record: &RecordFact) -> Polarity {
        match self.type_of(record).map(|definition| definition.polarity) {
            Some(Pole::Fixed(polarity)) => polarity,
            Some(Pole::Mixed) | None => record.polarity.unwrap_or(Polarity::Neutral),
        }
    }

    /// How severe a record is, as last corrected.
    pub fn severity(&self, number: ItemNumber) -> Option<Severity> {
        let stated = self.record(number)?.severity;
        let corrected = self.file.followers(number).filter(|(_, step)| self.has_begun(step));
        corrected.filter_map(|(_, step)| step.step()?.severity).last().or(stated)
    }

    /// The last day of a period of the procedures in force on `at`; `None` where none is adopted, or where
    /// it runs into a year whose working days are not known.
    pub fn deadline(&self, period: ProcedurePeriod, from: Date, at: Date) -> Option<Date> {
        self.catalogue.deadline(period.name(), from, at.start_of_day(), self.as_of.known)
    }

    /// The same, or the latest that it can be where the working days are not known ([`Catalogue::last_day_at_latest`]); `None`
    /// where no such period is adopted.
    pub fn deadline_at_latest(&self, period: ProcedurePeriod, from: Date, at: Date) -> Option<Date> {
        let adopted = self.catalogue.period(period.name(), at.start_of_day(), self.as_of.known)?;
        Some(self.catalogue.last_day_at_latest(adopted, from, self.as_of.known))
    }

    /// The same, or the earliest that it can be where the working days are not known ([`Catalogue::last_day_at_earliest`]); `None`
    /// where no such period is adopted.
    pub fn deadline_at_earliest(&self, period: ProcedurePeriod, from: Date, at: Date) -> Option<Date> {
        let adopted = self.catalogue.period(period.name(), at.start_of_day(), self.as_of.known)?;
        Some(self.catalogue.last_day_at_earliest(adopted, from, self.as_of.known))
    }

    /// Whether the last day has passed at the valid instant.
    #[must_use]
    pub fn is_past(&self, last_day: Date) -> bool {
        self.as_of.valid_at > last_day.end_of_day()
    }
}
