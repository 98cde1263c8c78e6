//! Who may see what, and what has to be said beside it: disclosure, publication and marks.

use super::{AsOf, CaseAsOf, Fact, Identity, Item, ItemNumber, RecordFact};
use crate::definition::words;
use crate::definition::{Disclosure, Polarity, ProcedurePeriod, Scheme, Severity, Sight};
use crate::event::{Class, Phase, StepKind};
use crate::rule::ProjectionRule;
use crate::time::{Date, ValidTime};
use tlog::position::EntryIndex;

/// What has to be said beside something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It was corrected.
    Corrected,
    /// The subject has added its own words.
    Annotated,
    /// Its decision was confirmed unlawful, and stays in being.
    FoundUnlawful,
    /// Its decision was changed on review, and what is recorded is not corrected yet.
    ChangedOnReview,
    /// Its decision is under review.
    UnderReview,
    /// An objection is open.
    Objected,
    /// An objection was not decided in time: publication is suspended.
    ObjectionOverdue,
    /// An objection was upheld: publication is suspended until it is corrected or revoked.
    ObjectionUpheld,
    /// A hold stands: it is neither sealed nor erased.
    Held,
    /// A hold stays its publication.
    PublicationStayed,
    /// A hold stays its execution, or that of what it carries out.
    ExecutionStayed,
    /// A ruling in bankruptcy masks it.
    Masked,
    /// A measure is set aside by an exemption.
    Exempted,
    /// It came in through a migration: some rules were not verified by this ledger.
    NotVerified,
    /// It, or a step on it, was signed with a key that may have been in wrong hands by then.
    CompromisedKey,
}

/// A mark and the entry that it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marked {
    /// The mark.
    pub mark: Mark,
    /// The entry.
    pub entry: EntryIndex,
}

words!(Mark {
    Corrected = "corrected",
    Annotated = "annotated",
    FoundUnlawful = "found-unlawful",
    ChangedOnReview = "changed-on-review",
    UnderReview = "under-review",
    Objected = "objected",
    ObjectionOverdue = "objection-overdue",
    ObjectionUpheld = "objection-upheld",
    Held = "held",
    PublicationStayed = "publication-stayed",
    ExecutionStayed = "execution-stayed",
    Masked = "masked",
    Exempted = "exempted",
    NotVerified = "not-verified",
    CompromisedKey = "compromised-key",
});

impl Mark {
    /// The rule by which it follows.
    pub const fn rule(self) -> ProjectionRule {
        match self {
            Self::Corrected
            | Self::Annotated
            | Self::FoundUnlawful
            | Self::ChangedOnReview
            | Self::UnderReview => ProjectionRule::RecordInForce,
            Self::Objected => ProjectionRule::Objected,
            Self::ObjectionOverdue | Self::ObjectionUpheld => ProjectionRule::PublicationSuspended,
            Self::Held | Self::PublicationStayed | Self::ExecutionStayed => ProjectionRule::Held,
            Self::Masked => ProjectionRule::Masked,
            Self::Exempted => ProjectionRule::Exempted,
            Self::NotVerified => ProjectionRule::NotVerified,
            Self::CompromisedKey => ProjectionRule::CompromisedKey,
        }
    }

    /// Whether it stands for a time.
    #[must_use]
    pub const fn passes(self) -> bool {
        match self {
            Self::Corrected | Self::Annotated | Self::NotVerified | Self::CompromisedKey => false,
            Self::FoundUnlawful
            | Self::ChangedOnReview
            | Self::UnderReview
            | Self::Objected
            | Self::ObjectionOverdue
            | Self::ObjectionUpheld
            | Self::Held
            | Self::PublicationStayed
            | Self::ExecutionStayed
            | Self::Masked
            | Self::Exempted => true,
        }
    }

    /// Whether nothing is published while it stands.
    #[must_use]
    pub const fn suspends(self) -> bool {
        matches!(
            self,
            Self::ObjectionOverdue | Self::ObjectionUpheld | Self::PublicationStayed | Self::Masked
        )
    }
}

impl CaseAsOf<'_> {
    /// Of marks at an earlier valid instant, those that the public is told at the moment of asking, which this is: what was
    /// corrected, annotated or came in by a migration stays so; of what stood beside something for a time nothing is told once
    /// it is over. They are as is known now: whoever asks for less to be known does not find out when a mark was filed.
    pub fn still_told(&self, number: ItemNumber, valid_at: ValidTime) -> Vec<Marked> {
        let then = self.at(AsOf { valid_at, ..self.as_of });
        let (mut marks, now) = (then.marks(number), self.marks(number));
        marks.retain(|marked| !marked.mark.passes() || now.contains(marked));
        marks
    }

    /// Everything that has to be said beside the thing at `number`, in the order of [`Mark`].
    pub fn marks(&self, number: ItemNumber) -> Vec<Marked> {
        let mut marks = Vec::new();
        let Some(item) = self.file.get(number) else { return marks };
        let mut mark = |mark, entry| marks.push(Marked { mark, entry });
        for (step_mark, kind) in [
            (Mark::Corrected, StepKind::RecordCorrected),
            (Mark::Corrected, StepKind::ListingCorrected),
            (Mark::Annotated, StepKind::RecordAnnotated),
        ] {
            if let Some((_, step)) = self.last_step(number, kind) {
                mark(step_mark, step.entry);
            }
        }
        match &item.fact {
            Fact::Record(record) => {
                // Of a decision that is gone nothing is pending any more.
                let void = self.is_void(number);
                if let Some(closed) = self.found_unlawful(number).filter(|_| !void) {
                    mark(Mark::FoundUnlawful, closed.entry);
                }
                if let Some(closed) = self.changed_on_review(number).filter(|_| !void) {
                    mark(Mark::ChangedOnReview, closed.entry);
                }
                if let Some(opened) = self.pending_review(number).filter(|_| !void) {
                    mark(Mark::UnderReview, opened.entry);
                }
                if record.migration.is_some() {
                    mark(Mark::NotVerified, item.entry);
                }
            }
            Fact::Listing(listing) if listing.migration.is_some() => mark(Mark::NotVerified, item.entry),
            _ => {}
        }
        for (objection, raised) in self.followers_of(number, Class::Objection) {
            match self.phase_at(objection) {
                Some(Phase::Raised | Phase::Forwarded) => {
                    mark(Mark::Objected, raised.entry);
                    if self.objection_deadline(raised).is_some_and(|last| self.is_past(last)) {
                        mark(Mark::ObjectionOverdue, raised.entry);
                    }
                }
                Some(Phase::Upheld) if !self.corrected_since(number, objection) => {
                    mark(Mark::ObjectionUpheld, raised.entry);
                }
                _ => {}
            }
        }
        for (hold, placed) in self.followers_of(number, Class::Hold).chain(self.file.subject_holds()) {
            if self.phase_at(hold) == Some(Phase::Placed) {
                mark(Mark::Held, placed.entry);
                if matches!(placed.fact, Fact::Hold { publication: true, .. }) {
                    mark(Mark::PublicationStayed, placed.entry);
                }
            }
        }
        if let Some(placed) = self.stay_of(number) {
            mark(Mark::ExecutionStayed, placed.entry);
        }
        for placed in self.publication_stays_beneath(number) {
            mark(Mark::PublicationStayed, placed.entry);
        }
        if let Some(masking) = self.masking_of(number) {
            mark(Mark::Masked, masking.accepted);
        }
        if let Some(exempted) = self.exemption(number) {
            mark(Mark::Exempted, exempted);
        }
        marks.sort_unstable();
        marks
    }

    /// The last day for deciding an objection, at the latest.
    pub fn objection_deadline(&self, raised: &Item) -> Option<Date> {
        self.deadline_at_latest(ProcedurePeriod::ObjectionDecide, raised.from.date(), raised.from.date())
    }

    /// P22: the entry of the exemption that sets a measure aside at the valid instant.
    pub fn exemption(&self, number: ItemNumber) -> Option<EntryIndex> {
        if self.phase_at(number) != Some(Phase::Exempted) {
            return None;
        }
        let (_, step) = self.last_step(number, StepKind::MeasureExempted)?;
        let over = step.step()?.until.is_some_and(|until| self.is_past(until));
        (!over).then_some(step.entry)
    }

    /// Whether the source has corrected a record, or a row, since an objection to it was upheld, or has filed the record again
    /// otherwise than it was; of another record of the decision, whether that says what the corrected one does.
    fn corrected_since(&self, number: ItemNumber, objection: ItemNumber) -> bool {
        let corrects = |step: &Item| {
            matches!(step.step_kind(), Some(StepKind::RecordCorrected | StepKind::ListingCorrected))
        };
        let of = |step: &Item, one: ItemNumber| step.step().is_some_and(|fact| fact.of == one);
        let corrected = |one: ItemNumber| {
            let mut steps = self.file.followers(one);
            steps.any(|(at, step)| at > objection && self.has_begun(step) && corrects(step) && of(step, one))
        };
        let Some(target) = self.file.get(objection).and_then(|raised| raised.fact.target()) else {
            return false;
        };
        let again = |filed: ItemNumber| {
            filed > objection && self.says_as_much(filed, target) && self.says_otherwise(filed, target)
        };
        let met = |one: ItemNumber| corrected(one) || again(one);
        met(number)
            || self.again(number).into_iter().any(|one| match number == target {
                true => again(one),
                false => met(one) && self.agree(one, number),
            })
    }

    /// Whether a record that was filed says otherwise than an earlier one of its decision did in the end.
    fn says_otherwise(&self, number: ItemNumber, before: ItemNumber) -> bool {
        let (Some(now), Some(was)) = (self.record(number), self.record(before)) else { return false };
        let what = |record: &RecordFact| {
            let RecordFact { record_type, decided_on, conduct, conduct_ended_on, .. } = record;
            (record_type.clone(), *decided_on, *conduct, *conduct_ended_on)
        };
        what(now) != what(was)
            || now.severity != self.severity(before)
            || now.restriction_until != self.restriction_stated(before)
            || self.details(before).is_some_and(|was| *was != now.details)
    }

    /// What of a class follows the thing at `number`, or another record of its decision.
    pub(super) fn followers_of(
        &self,
        number: ItemNumber,
        class: Class,
    ) -> impl Iterator<Item = (ItemNumber, &Item)> {
        self.about(number).filter(move |(_, item)| {
            item.opens().is_some_and(|(found, _)| found == class) && self.has_begun(item)
        })
    }

    /// P19: the widest circle that may ever see the thing at `number`.
    pub fn disclosure(&self, number: ItemNumber) -> Disclosure {
        let Some(item) = self.file.get(number) else { return Disclosure::Restricted };
        if Scheme::of(self.subject).is_none() && !matches!(item.fact, Fact::Incident) {
            // Who may sign, and what may be recorded, everyone may know.
            return Disclosure::Public;
        }
        let class = match &item.fact {
            Fact::Record(record) => return self.record_disclosure(number, record),
            Fact::Listing(listing) => self.list_of(item, listing).map(|adopted| adopted.disclosure),
            Fact::Measure(measure) => {
                let adopted = self.measure_of(item, measure).map(|adopted| adopted.disclosure);
                // A measure says that its ground exists: it is no more public than that, save on its own basis.
                let ground = measure.rests_on.map(|ground| self.disclosure(ground));
                adopted.map(|class| {
                    if self.subject.is_natural() { class.max(ground.unwrap_or(class)) } else { class }
                })
            }
            Fact::Rating(rating) => self.scheme_of(item, rating).map(|scheme| {
                if scheme.public_grades.is_empty() {
                    return scheme.disclosure;
                }
                // Of a scheme that names them, these grades are for everybody and no others.
                let public = scheme.public_grades.iter().any(|grade| **grade == *rating.grade);
                if public { Disclosure::Public } else { scheme.disclosure.max(Disclosure::Shared) }
            }),
            Fact::Charge { scheme, .. } => self
                .catalogue
                .points
                .at(scheme, item.from.date().start_of_day(), self.as_of.known)
                .map(|scheme| scheme.disclosure),
            Fact::Commitment { commitment_type, .. } => self
                .catalogue
                .types
                .at(commitment_type, item.from.date().start_of_day(), self.as_of.known)
                .map(|definition| definition.disclosure_for(self.subject)),
            Fact::Identity(_) if !self.subject.is_natural() => Some(Disclosure::Public),
            Fact::Population { .. } => Some(Disclosure::Public),
            _ => None,
        };
        class.unwrap_or(Disclosure::Restricted)
    }

    fn record_disclosure(&self, number: ItemNumber, record: &RecordFact) -> Disclosure {
        let Some(definition) = self.type_of(record) else { return Disclosure::Restricted };
        let mut class = definition.disclosure_for(self.subject);
        if self.subject.is_natural() && record.published_on_basis {
            class = class.min(definition.disclosure);
        }
        let severity = self.severity(number);
        let milder =
            definition.published_from.is_some_and(|least| severity.is_some_and(|found| found < least));
        if milder || severity == Some(Severity::Minor) && !record.need {
            class = class.max(Disclosure::Shared);
        }
        record.disclosure.max(self.narrowed_by_maker(number)).map_or(class, |narrowed| narrowed.max(class))
    }

    /// How far who decided narrowed the decision of a record: whoever else files it or shows it shows no more
    /// (政府信息公开条例第十五条).
    fn narrowed_by_maker(&self, number: ItemNumber) -> Option<Disclosure> {
        let is_own = |one: &ItemNumber| {
            self.is_makers(*one) && self.record(*one).is_some_and(|record| record.rests_on.is_none())
        };
        let by_maker = || self.again(number).into_iter().rfind(is_own);
        let filed = if self.is_makers(number) { None } else { by_maker() };
        self.record(filed.unwrap_or_else(|| self.shown(number)))?.disclosure
    }

    /// P18: the last day on which a record is published.
    pub fn publicity_until(&self, number: ItemNumber, record: &RecordFact) -> Option<Date> {
        // One that is named is within the tier of the record's own date (A09): of an earlier one, it ends with that.
        let named = self.publicity_named(number).map(|named| {
            let first = self.decided_first(number, record) < record.decided_on;
            let most = self.tier_end(number, record).filter(|_| first);
            most.map_or(named, |most| named.min(most))
        });
        named.or_else(|| {
            let definition = self.type_of(record).filter(|_| self.polarity(record) == Polarity::Negative);
            let tier = definition.filter(|definition| definition.is_published_by_tier());
            let tier = tier.and_then(|_| self.tier_end(number, record));
            self.record_expiry(number, record).into_iter().chain(tier).min()
        })
    }

    /// The first day with which publicity ends that a record names, or one before it of its decision, by its source or shown by it:
    /// filed again, nothing is public longer.
    fn publicity_named(&self, number: ItemNumber) -> Option<Date> {
        let item = self.file.get(number)?;
        // What another filed of it names nothing that its maker would be held to.
        let filed = |one: ItemNumber| self.file.get(one).map(|filed| filed.issuer);
        let by_it = |one| filed(one).is_some_and(|filer| self.directory.is_one_source(filer, item.issuer));
        let before = self.again(number).into_iter();
        let before = before.filter(|one| *one <= number && (by_it(*one) || *one == self.root_of(number)));
        before.filter_map(|one| self.record(one)?.publicity_until).min()
    }

    /// Whether the thing at `number` is shown to whoever reads with this sight.
    #[must_use]
    pub fn shows(&self, number: ItemNumber, sight: Sight) -> bool {
        let Some(item) = self.file.get(number).filter(|item| self.knows(item)) else { return false };
        if sight == Sight::Court {
            return true;
        }
        if self.is_sealed(number) {
            return false;
        }
        if sight == Sight::Restricted {
            return true;
        }
        let class = self.disclosure(number);
        if !self.stands(number) || class == Disclosure::Restricted {
            return false;
        }
        sight == Sight::Shared || (class == Disclosure::Public && self.is_published(number, item))
    }

    /// Whether it is sealed, or is a record that was sealed before it was retracted, or filed again.
    #[must_use]
    pub fn is_sealed(&self, number: ItemNumber) -> bool {
        let phase = self.phase_at(number);
        let sealed = |step: &Item| step.fact.moved_to() == Some(Phase::Sealed) && self.has_begun(step);
        let before = |other: ItemNumber| {
            let over = other == number && phase == Some(Phase::Retracted) || self.is_replaced(other, number);
            over && self.file.moves(other).any(|(_, step)| sealed(step))
        };
        phase == Some(Phase::Sealed)
            || self.record(number).is_some() && self.again(number).into_iter().any(before)
    }

    /// Whether a reader of this sight is shown an event of the file as it was signed: not the public one that names what it
    /// does not see, a ground that is not shown, or whom the subject was linked to; nor an end of the subject that was taken
    /// back.
    #[must_use]
    pub fn shows_signed(&self, number: ItemNumber, sight: Sight) -> bool {
        if sight > Sight::Public {
            return self.shows_event(number, sight);
        }
        let Some(item) = self.file.get(number) else { return false };
        let names_hidden = match &item.fact {
            Fact::Step(step) => !self.shows_signed(step.of, sight),
            Fact::Identity(Identity::Dissolved) => self.is_stated_anew(item),
            Fact::Identity(identity) => identity.names_another(),
            // A notice or a consent is none of these: that there was one the law demands.
            fact => fact.grounds().into_iter().any(|ground| !self.shows_event(ground, sight)),
        };
        !names_hidden && self.shows_event(number, sight)
    }

    /// Whether it was stated anew who the subject is, after this event.
    #[must_use]
    pub fn is_stated_anew(&self, item: &Item) -> bool {
        let anew = |later: &Item| {
            later.entry > item.entry
                && self.has_begun(later)
                && matches!(&later.fact, Fact::Identity(identity) if identity.states_who())
        };
        self.file.registrations().any(anew)
    }

    /// The same for any event of the file: a step is seen by who sees what it moved, an application for
    /// repair by who sees what it is about, but for the public: what the subject asked for, and in which words, is its own.
    #[must_use]
    pub fn shows_event(&self, number: ItemNumber, sight: Sight) -> bool {
        let Some(item) = self.file.get(number) else { return false };
        match &item.fact {
            Fact::Step(step) => self.shows_event(step.of, sight),
            Fact::Application { target, .. } => {
                let of_target = sight > Sight::Public && self.knows(item) && self.shows(*target, sight);
                self.shows(number, sight) || of_target
            }
            _ => self.shows(number, sight),
        }
    }

    /// Whether something of the public class is published at the valid instant.
    fn is_published(&self, number: ItemNumber, item: &Item) -> bool {
        let over = match &item.fact {
            Fact::Record(record) => {
                // What was changed or is unlawful is withdrawn from publicity, though it stands (行政处罚法第四十八条第二款).
                let withdrawn = self.polarity(record) == Polarity::Negative
                    && (self.found_unlawful(number).is_some() || self.changed_on_review(number).is_some());
                withdrawn || self.publicity_until(number, record).is_some_and(|last| self.is_past(last))
            }
            _ => false,
        };
        let suspends = |mark: Mark| mark.suspends() && mark != Mark::PublicationStayed;
        !over
            && !self.is_publication_stayed(number)
            && !self.marks(number).iter().any(|marked| suspends(marked.mark))
    }
}
