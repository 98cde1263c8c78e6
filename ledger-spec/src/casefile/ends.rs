//! When things end, and why: computed from the two instants, never stored.

use super::terms::last_day;
use super::{CaseAsOf, Fact, Item, ItemNumber, ListingFact, MeasureFact, RatingFact, RecordFact};
use crate::definition::words;
use crate::definition::{
    CHANGED, Direction, ListDefinition, MeasureDefinition, Polarity, RED_LIST, RatingScheme, TAKING_STEPS,
    Validity,
};
use crate::event::{Class, Phase, StepKind};
use crate::rule::ProjectionRule;
use crate::time::{Date, ValidTime};
use std::sync::Arc;
use tlog::position::EntryIndex;

/// Where something stands in its life at the valid instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// It begins later.
    NotYet,
    /// It holds.
    InForce,
    /// It has ended.
    Ended,
}

words!(Life {
    NotYet = "not-yet",
    InForce = "in-force",
    Ended = "ended",
});

/// What ends something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The decision behind it was confirmed void: it never counted.
    Nullified,
    /// The decision behind it was annulled or withdrawn.
    Revoked,
    /// It was filed in error: about another subject, say. The decision stands.
    FiledInError,
    /// It was sealed.
    Sealed,
    /// Repair was granted.
    Repaired,
    /// It was taken off its list.
    Removed,
    /// It was lifted, withdrawn or cancelled by who made it.
    TakenBack,
    /// Its term is over.
    Expired,
    /// What it rests on has ended.
    GroundEnded,
    /// A later one took its place.
    Superseded,
    /// The subject came onto a list of the seriously dishonest, beside which it may not stand.
    Displaced,
}

words!(Cause {
    Revoked = "revoked",
    Nullified = "nullified",
    FiledInError = "filed-in-error",
    Sealed = "sealed",
    Repaired = "repaired",
    Removed = "removed",
    TakenBack = "taken-back",
    Expired = "expired",
    GroundEnded = "ground-ended",
    Superseded = "superseded",
    Displaced = "displaced",
});

impl Cause {
    /// Whether what ended so never counted.
    const fn is_void(self) -> bool {
        matches!(self, Self::Revoked | Self::Nullified | Self::FiledInError)
    }

    /// The rule by which it ends things.
    pub const fn rule(self) -> ProjectionRule {
        match self {
            Self::Revoked | Self::Nullified | Self::FiledInError => ProjectionRule::RecordRevoked,
            Self::Sealed => ProjectionRule::Sealed,
            Self::Repaired => ProjectionRule::Repaired,
            Self::Removed => ProjectionRule::Removed,
            Self::TakenBack => ProjectionRule::TakenBack,
            Self::Expired => ProjectionRule::Expired,
            Self::GroundEnded => ProjectionRule::GroundEnded,
            Self::Superseded => ProjectionRule::Superseded,
            Self::Displaced => ProjectionRule::Displaced,
        }
    }
}

/// An end: from when on something holds no more, why, and by which entry. A term's end has no entry of
/// its own; it may lie in the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// From when on (valid time).
    pub at: ValidTime,
    /// Why.
    pub cause: Cause,
    /// The entry that says so, where one does.
    pub entry: Option<EntryIndex>,
}

impl CaseAsOf<'_> {
    /// Where the thing that began at `number` stands; `None` where it is not known at all.
    pub fn life(&self, number: ItemNumber) -> Option<Life> {
        self.file.get(number).filter(|item| self.knows(item))?;
        self.life_until(number, self.end(number))
    }

    /// The same for whoever knows its end already.
    pub fn life_until(&self, number: ItemNumber, end: Option<End>) -> Option<Life> {
        let (item, now) = (self.file.get(number)?, self.as_of.valid_at);
        Some(if end.is_some_and(|end| end.at <= now) && item.from <= now {
            Life::Ended
        } else if item.from > now || self.in_force_from(number).is_some_and(|first| first > now) {
            Life::NotYet
        } else {
            Life::InForce
        })
    }

    /// When it begins to hold, where it says a later day than that from which it was given, as a licence does.
    pub fn in_force_from(&self, number: ItemNumber) -> Option<ValidTime> {
        let (item, first) = (self.file.get(number)?, self.details(number)?.valid_from?);
        Some(first.start_of_day()).filter(|first| *first > item.from)
    }

    /// Whether it counts: it holds, or it was given already and is to hold from a later day on, as a licence may be.
    #[must_use]
    pub fn stands(&self, number: ItemNumber) -> bool {
        match self.life(number) {
            Some(Life::InForce) => true,
            Some(Life::NotYet) => self.file.get(number).is_some_and(|item| item.from <= self.as_of.valid_at),
            Some(Life::Ended) | None => false,
        }
    }

    /// Whether it holds.
    #[must_use]
    pub fn in_force(&self, number: ItemNumber) -> bool {
        self.life(number) == Some(Life::InForce)
    }

    /// The first end that is known of the thing at `number`, past or to come.
    pub fn end(&self, number: ItemNumber) -> Option<End> {
        self.end_with(number, Displacing::Asked)
    }

    fn end_with(&self, number: ItemNumber, displacing: Displacing) -> Option<End> {
        let item = self.file.get(number).filter(|item| self.knows(item))?;
        let mut ends = self.step_ends(number);
        if displacing == Displacing::Asked {
            ends.extend(self.displaced(number, item));
        }
        match &item.fact {
            Fact::Record(record) => {
                ends.extend(self.licence_end(number));
                ends.extend(self.end_but_term(number, displacing));
                ends.extend(self.record_expiry(number, record).map(expiry));
                ends.extend(self.unlisted(number, record));
            }
            Fact::Listing(listing) => {
                ends.extend(self.own_ends(number, item, listing));
                let ground = listing.record;
                ends.extend(
                    ground.and_then(|ground| self.ground_end(ground, Cascade::NotExpiry, displacing)),
                );
                let least = self.list_of(item, listing).and_then(|adopted| adopted.least_severity);
                ends.extend(listing.record.and_then(|ground| self.lightened(ground, least)));
            }
            Fact::Measure(measure) => {
                self.measure_ends(item, measure, displacing, &mut ends);
            }
            Fact::Rating(rating) => self.rating_ends(number, item, rating, displacing, &mut ends),
            Fact::Charge { record: Some(ground), .. } => {
                ends.extend(self.ground_end(*ground, Cascade::RevokedOnly, displacing));
            }
            Fact::Consent { until, .. } => ends.extend(until.map(expiry)),
            _ => {}
        }
        ends.into_iter().min()
    }

    /// Ends that steps bring, and a revocation of the same decision in another stream.
    fn step_ends(&self, number: ItemNumber) -> Vec<End> {
        let ends = self.file.moves(number).filter(|(_, step)| self.knows(step)).filter_map(|(_, step)| {
            let begun = || self.file.get(number).map(|item| item.from);
            let cause = match step.fact.moved_to()? {
                Phase::Revoked if self.is_given_back(number, (step.from, step.entry)) => return None,
                Phase::Revoked if step.step().is_some_and(|fact| fact.void) => {
                    return Some(End { at: begun()?, cause: Cause::Nullified, entry: Some(step.entry) });
                }
                Phase::Revoked => Cause::Revoked,
                Phase::Retracted => Cause::FiledInError,
                Phase::Sealed => Cause::Sealed,
                Phase::Removed => Cause::Removed,
                Phase::Lifted | Phase::Withdrawn | Phase::Cancelled => Cause::TakenBack,
                _ => return None,
            };
            Some(End { at: step.from, cause, entry: Some(step.entry) })
        });
        let from = self.file.get(number).map(|item| item.from);
        let of_decision = self.ends_of_decision(number);
        let annulled = self.annulment_of(number).zip(from).map(|(found, from)| End {
            at: found.from.max(from),
            cause: Cause::Revoked,
            entry: Some(found.entry),
        });
        ends.chain(annulled).chain(of_decision).collect()
    }

    /// P08: the repair that stands at the valid instant, or begins later; one that was rescinded by then
    /// ends nothing any more. Who was repaired stays so where the record is filed again.
    fn repair_end(&self, number: ItemNumber) -> Option<End> {
        let begun = self.file.get(number)?.from;
        let applications = self.about(number).filter(|(_, item)| {
            item.opens().is_some_and(|(class, _)| class == Class::Application) && self.knows(item)
        });
        let granted = applications.filter_map(|(application, _)| {
            let moves = self.file.moves(application).filter(|(_, step)| self.knows(step));
            let standing = moves.filter(|(_, step)| {
                step.step_kind() == Some(StepKind::RepairGranted) || step.from <= self.as_of.valid_at
            });
            let (_, last) = standing.last()?;
            (last.step_kind() == Some(StepKind::RepairGranted)).then_some(End {
                at: last.from.max(begun),
                cause: Cause::Repaired,
                entry: Some(last.entry),
            })
        });
        granted.min()
    }

    /// Ends of an entry on a list that neither a step on it brings nor what it rests on: its repair and its term.
    fn own_ends(&self, number: ItemNumber, item: &Item, listing: &ListingFact) -> impl Iterator<Item = End> {
        self.repair_end(number).into_iter().chain(self.listing_expiry(number, item, listing).map(expiry))
    }

    /// The end of the last of the entries on lists that were made by the record at `number`, where it lasts as long as those:
    /// who is off the list is not called by the decision any more that put him there.
    fn unlisted(&self, number: ItemNumber, record: &RecordFact) -> Option<End> {
        if self.type_of(record)?.validity != Validity::WhileListed {
            return None;
        }
        let entries = self.file.followers(number).filter(|(_, item)| self.knows(item));
        let ends = entries.filter_map(|(entry, item)| match &item.fact {
            Fact::Listing(listing) => {
                Some(self.step_ends(entry).into_iter().chain(self.own_ends(entry, item, listing)).min())
            }
            _ => None,
        });
        // One that has no end keeps the record, so the whole has one only where each has.
        let last = ends.collect::<Option<Vec<End>>>()?.into_iter().max()?;
        let cause = match last.cause {
            Cause::Removed | Cause::Expired => last.cause,
            _ => Cause::GroundEnded,
        };
        Some(End { cause, ..last })
    }

    /// P10: the end of what something rests on, as far as it takes that down.
    fn ground_end(&self, ground: ItemNumber, cascade: Cascade, displacing: Displacing) -> Option<End> {
        let end = match cascade {
            Cascade::Any => self.end_with(ground, displacing),
            Cascade::NotExpiry => self.end_but_term(ground, displacing),
            Cascade::RevokedOnly => self.revoked(ground),
        };
        end.map(|end| End { cause: Cause::GroundEnded, ..end })
    }

    /// The first end of a record that is not that of its own term.
    fn end_but_term(&self, number: ItemNumber, displacing: Displacing) -> Option<End> {
        let mut ends = self.step_ends(number);
        ends.extend(self.repair_end(number));
        let consent = self.record(number).and_then(|record| record.consent);
        let grounds = self.deeper(number).into_iter().chain(consent);
        ends.extend(grounds.filter_map(|ground| self.ground_end(ground, Cascade::Any, displacing)));
        ends.into_iter().min()
    }

    /// The first revocation of a decision, of this one or of what it rests on: it never counted.
    fn revoked(&self, number: ItemNumber) -> Option<End> {
        let own = self.step_ends(number).into_iter().filter(|end| end.cause.is_void()).min();
        let deeper = self.deeper(number).and_then(|ground| self.revoked(ground));
        own.into_iter().chain(deeper).min()
    }

    /// Whether the decision behind an entry on a list or a measure was annulled itself: it was taken off or lifted for that, or
    /// by a court that did not make it.
    #[must_use]
    pub fn annulled(&self, number: ItemNumber) -> bool {
        self.moves(number).any(|(_, step)| step.step().is_some_and(|fact| fact.void))
            || self.annulled_by_court(number)
    }

    /// Whether a court took it off or lifted it that did not make it.
    #[must_use]
    pub fn annulled_by_court(&self, number: ItemNumber) -> bool {
        self.day_annulled_by_court(number).is_some()
    }

    /// The day of the judgment by which such a court did.
    pub fn day_annulled_by_court(&self, number: ItemNumber) -> Option<Date> {
        let by_another = |step: &Item| self.file.get(number).is_some_and(|item| item.issuer != step.issuer);
        self.moves(number).filter(|(_, step)| by_another(step)).find_map(|(_, step)| {
            let fact = step.step().filter(|fact| fact.by_court)?;
            let ends = matches!(fact.to, Some(Phase::Removed | Phase::Lifted));
            ends.then(|| fact.decided_on.unwrap_or_else(|| step.from.date()))
        })
    }

    /// What something took the place of, or made fall: without it, that would stand again. Only entries on lists and grades do
    /// so.
    pub fn ended_by(&self, item: &Item) -> impl Iterator<Item = ItemNumber> {
        let ends_others = match &item.fact {
            Fact::Listing(_) | Fact::Rating(_) => true,
            Fact::Record(_) => {
                let number = self.file.number_of(item.entry);
                let details = number.and_then(|number| self.details(number));
                details.is_some_and(|details| details.is_step(&TAKING_STEPS) || details.is_step(&[CHANGED]))
            }
            _ => false,
        };
        let all = ends_others.then(|| self.file.items()).into_iter().flatten();
        let ended = all.filter(move |(number, _)| {
            let end = self.end(*number);
            let end = end
                .filter(|end| matches!(end.cause, Cause::Displaced | Cause::Superseded | Cause::TakenBack));
            end.is_some_and(|end| end.entry == Some(item.entry))
        });
        ended.map(|(number, _)| number)
    }

    /// P28: an entry on a red list, what recognises the subject as one for it, or an incentive, falls with the first entry on a
    /// list of the seriously dishonest that holds beside it, unless that was annulled or the decision beneath it never counted.
    /// Whether that holds is asked without this: where it rests on something favourable, that would ask for itself without end.
    fn displaced(&self, number: ItemNumber, item: &Item) -> Option<End> {
        let favours = match &item.fact {
            Fact::Listing(listing) => {
                self.list_of(item, listing).is_some_and(|list| list.polarity == Polarity::Positive)
            }
            Fact::Measure(measure) => {
                let adopted = self.measure_of(item, measure);
                adopted.is_some_and(|measure| measure.direction == Direction::Incentive)
            }
            Fact::Record(record) => {
                self.type_of(record).is_some_and(|definition| definition.has_tag(RED_LIST))
            }
            _ => false,
        };
        if !favours {
            return None;
        }
        let others = self.known(Class::Listing).filter(|(other, _)| *other != number);
        let serious = others.filter_map(|(other, black)| {
            let Fact::Listing(listing) = &black.fact else { return None };
            let adopted = self.list_of(black, listing);
            let at = self.unrepaired_from(other, black.from.max(item.from));
            let falls = adopted.is_some_and(|list| list.serious && list.polarity == Polarity::Negative)
                && self.end_with(other, Displacing::NotAsked).is_none_or(|end| end.at > at)
                && self.revoked(other).is_none_or(|end| end.at > self.as_of.valid_at)
                && !self.annulled(other);
            falls.then_some(End { at, cause: Cause::Displaced, entry: Some(black.entry) })
        });
        serious.min()
    }

    /// The first moment from one on at which no repair counted that was rescinded since (P08).
    fn unrepaired_from(&self, number: ItemNumber, from: ValidTime) -> ValidTime {
        let applications = self.about(number).filter(|(_, item)| {
            item.opens().is_some_and(|(class, _)| class == Class::Application) && self.knows(item)
        });
        let mut repaired: Vec<_> = applications
            .filter_map(|(application, _)| {
                let step = |kind| {
                    let mut moves = self.file.moves(application).filter(|(_, step)| self.knows(step));
                    moves.find(|(_, step)| step.step_kind() == Some(kind)).map(|(_, step)| step.from)
                };
                let rescinded = step(StepKind::RepairRescinded)?;
                Some((step(StepKind::RepairGranted)?, rescinded))
                    .filter(|(_, rescinded)| *rescinded <= self.as_of.valid_at)
            })
            .collect();
        repaired.sort_unstable();
        repaired.into_iter().fold(
            from,
            |from, (granted, rescinded)| {
                if granted <= from { from.max(rescinded) } else { from }
            },
        )
    }

    /// What something rests on in the end: the ground of its ground, where that has one.
    pub fn root_of(&self, number: ItemNumber) -> ItemNumber {
        self.deeper(number).map_or(number, |ground| self.root_of(ground))
    }

    /// What a ground rests on itself.
    fn deeper(&self, number: ItemNumber) -> Option<ItemNumber> {
        match &self.file.get(number)?.fact {
            Fact::Listing(listing) => listing.record,
            Fact::Record(record) => record.rests_on,
            _ => None,
        }
    }

    fn measure_ends(&self, item: &Item, measure: &MeasureFact, displacing: Displacing, ends: &mut Vec<End>) {
        let adopted = self.measure_of(item, measure);
        let outlives = adopted.is_some_and(|adopted| adopted.outlives_publicity);
        let least = adopted.and_then(|adopted| adopted.least_severity);
        ends.extend(measure.rests_on.and_then(|ground| self.lightened(ground, least)));
        let kinds = adopted.map_or(&[][..], |adopted| &adopted.penalty_kinds);
        ends.extend(measure.rests_on.and_then(|ground| self.of_other_kinds(ground, kinds)));
        ends.extend(self.measure_expiry(item, measure).map(expiry));
        let cascade = if outlives { Cascade::RevokedOnly } else { Cascade::Any };
        ends.extend(measure.rests_on.and_then(|ground| self.ground_end(ground, cascade, displacing)));
    }

    /// A measure as the catalogue had it when it was decided.
    pub fn measure_of(&self, item: &Item, measure: &MeasureFact) -> Option<&Arc<MeasureDefinition>> {
        let day = measure.decided_on.unwrap_or_else(|| item.from.date());
        self.catalogue.measures.at(&measure.measure, day.start_of_day(), self.as_of.known)
    }

    /// A rating's scheme as the catalogue had it when the grade was given.
    pub fn scheme_of(&self, item: &Item, rating: &RatingFact) -> Option<&Arc<RatingScheme>> {
        let day = rating.decided_on.unwrap_or_else(|| item.from.date());
        self.catalogue.ratings.at(&rating.scheme, day.start_of_day(), self.as_of.known)
    }

    /// A list as the catalogue had it when the entry was decided.
    pub fn list_of(&self, item: &Item, listing: &ListingFact) -> Option<&Arc<ListDefinition>> {
        let day = listing.entered_on(item);
        self.catalogue.lists.at(&listing.list, day.start_of_day(), self.as_of.known)
    }

    fn rating_ends(
        &self,
        number: ItemNumber,
        item: &Item,
        rating: &RatingFact,
        displacing: Displacing,
        ends: &mut Vec<End>,
    ) {
        let cycle = self.scheme_of(item, rating).and_then(|scheme| scheme.cycle_months);
        let last = rating.until.or_else(|| cycle.map(|months| last_day(item.from.date(), months)));
        ends.extend(last.map(expiry));
        ends.extend(
            rating
                .rests_on
                .iter()
                .filter_map(|ground| self.ground_end(*ground, Cascade::RevokedOnly, displacing)),
        );
        let later = self.known(Class::Rating).filter(|(other, later)| {
            (later.from, *other) > (item.from, number)
                && matches!(&later.fact, Fact::Rating(r) if r.scheme == rating.scheme)
                && self.phase_at(*other) != Some(Phase::Withdrawn)
        });
        ends.extend(later.map(|(_, later)| End {
            at: later.from,
            cause: Cause::Superseded,
            entry: Some(later.entry),
        }));
    }
}

/// Whether it is asked what P28 makes fall.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Displacing {
    Asked,
    NotAsked,
}

/// How much of a ground's ends takes down what rests on it.
#[derive(Clone, Copy)]
enum Cascade {
    /// All.
    Any,
    /// All but the end of its own term.
    NotExpiry,
    /// Only that it never counted.
    RevokedOnly,
}

/// A term ends with its last day; one that runs to the end of time, with the last instant.
fn expiry(last_day: Date) -> End {
    let at = ValidTime::from_micros(last_day.end_of_day().micros() + 1).unwrap_or(ValidTime::MAX);
    End { at, cause: Cause::Expired, entry: None }
}
