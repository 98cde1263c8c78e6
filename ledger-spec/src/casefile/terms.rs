//! The terms of things: the last day that a decision, the catalogue or the law gives them, whatever else ends them sooner.

use super::{CaseAsOf, Fact, Item, ItemNumber, ListingFact, MeasureFact, RecordFact};
use crate::authority::AuthorityNumber;
use crate::definition::{
    BAN, Direction, MeasureDefinition, Polarity, ProcedurePeriod, RecordType, Severity, TierBound,
    VALID_UNTIL, Validity,
};
use crate::event::{Phase, StepKind, Term};
use crate::time::Date;

impl CaseAsOf<'_> {
    /// The last day that the law gave an entry on a list or a measure, however early it ended; `None` where it has no term.
    pub fn farthest(&self, number: ItemNumber, item: &Item) -> Option<Date> {
        match &item.fact {
            Fact::Listing(listing) => {
                let months = self.list_of(item, listing)?.months_of(listing.item.as_deref());
                let by_list = months.map(|months| last_day(listing.entered_on(item), months));
                by_list.max(self.listing_expiry(number, item, listing))
            }
            Fact::Measure(measure) => {
                let adopted = self.measure_of(item, measure);
                let begins = adopted.map(|adopted| self.begins(adopted, item, measure));
                let months = adopted.and_then(|adopted| adopted.max_months);
                let by_law = begins.zip(months).map(|(begins, months)| last_day(begins, months));
                match measure.term {
                    Term::Until(until) => by_law.max(Some(until)).max(self.measure_expiry(item, measure)),
                    Term::WithGround | Term::Lifetime => None,
                }
            }
            _ => None,
        }
    }

    /// The day from which the law counts how long a measure lasts, by what the catalogue says of it: that of its imposition, or
    /// that of the decision (its own, else that of the record beneath).
    pub fn begins(&self, adopted: &MeasureDefinition, item: &Item, measure: &MeasureFact) -> Date {
        let day = item.from.date();
        self.first_day(adopted, day, (measure.decided_on, measure.rests_on))
    }

    /// The same of a measure that is to be imposed on `day`: by its own decision's date and what it rests on.
    pub fn first_day(
        &self,
        adopted: &MeasureDefinition,
        day: Date,
        (own, ground): (Option<Date>, Option<ItemNumber>),
    ) -> Date {
        if !adopted.from_decision {
            return day;
        }
        // One that a court annulled is made anew by another decision, and runs from that; but what the law bars by itself runs from
        // the decision for which it does, whoever says so.
        let own = own.filter(|_| adopted.direction == Direction::Ban);
        let record = || Some(self.record(self.root_of(ground?))?.decided_on);
        own.or_else(record).unwrap_or(day)
    }

    /// The last day of an entry on a list: as extended, as decided, or the catalogue's months from entry; no later than the
    /// ban beneath it, where the list ends with that.
    pub fn listing_expiry(&self, number: ItemNumber, item: &Item, listing: &ListingFact) -> Option<Date> {
        let last = self.listing_term(number, item, listing);
        let with_ban = self.list_of(item, listing).is_some_and(|list| list.ends_with_ban);
        let ban =
            listing.record.filter(|_| with_ban).and_then(|record| self.restriction_by(record, |_| true));
        last.into_iter().chain(ban).min()
    }

    fn listing_term(&self, number: ItemNumber, item: &Item, listing: &ListingFact) -> Option<Date> {
        let extended = self.last_step(number, StepKind::ListingExtended);
        if let Some(until) = extended.and_then(|(_, step)| step.step()?.until) {
            return Some(until);
        }
        listing.until.or_else(|| {
            let adopted = self.list_of(item, listing);
            let months = adopted.and_then(|adopted| adopted.months_of(listing.item.as_deref()));
            let last = months.map(|months| last_day(listing.entered_on(item), months));
            last.max(self.restricted_until(item, listing).filter(|_| last.is_some()))
        })
    }

    /// The last day of the restriction beneath an entry, where the list lasts as long.
    fn restricted_until(&self, item: &Item, listing: &ListingFact) -> Option<Date> {
        let record = listing.record?;
        let lasts = self.list_of(item, listing).is_some_and(|list| list.as_long_as_record);
        self.restriction_by(record, |_| true).filter(|_| lasts)
    }

    /// The last day of what the decision of the record at `number` restricts: as the record says, or a ban that was imposed by it,
    /// of those that `may_know` lets the reader know.
    pub fn restriction_by(&self, number: ItemNumber, may_know: impl Fn(ItemNumber) -> bool) -> Option<Date> {
        let stated = self.restriction_stated(number);
        let imposed = self.file.followers(number).filter(|(ban, item)| self.knows(item) && may_know(*ban));
        let bans = imposed.filter_map(|(ban, item)| match &item.fact {
            Fact::Measure(measure) if self.is_ban(item, measure) => {
                let until = self.measure_expiry(item, measure)?;
                Some(self.lifted(ban).map_or(until, |lifted| lifted.min(until)))
            }
            _ => None,
        });
        bans.max().max(stated)
    }

    /// The last day of a measure: as decided, and neither later nor sooner than the restriction that the decision states by which
    /// it was imposed, as last corrected.
    pub fn measure_expiry(&self, item: &Item, measure: &MeasureFact) -> Option<Date> {
        let stated = self.stated_beneath(item, measure);
        let decided = match (measure.term, stated) {
            (Term::Until(until), Some(stated)) => Some(self.carried_out(item, measure, (until, stated))),
            (Term::Until(until), None) => Some(until),
            (Term::WithGround | Term::Lifetime, _) => None,
        };
        decided.into_iter().chain(stated.map(|(_, last)| last)).min()
    }

    /// How long a measure lasts: as decided, and no longer than the restriction that bounds it.
    pub fn term_of_measure(&self, item: &Item, measure: &MeasureFact) -> Term {
        self.measure_expiry(item, measure).map_or(measure.term, Term::Until)
    }

    /// The record whose decision says how long a ban lasts, and the last day that it says.
    fn stated_beneath(&self, item: &Item, measure: &MeasureFact) -> Option<(ItemNumber, Date)> {
        let ground = measure.rests_on.filter(|_| self.is_ban(item, measure))?;
        let record = self.bound_by(ground, item.issuer, self.measure_of(item, measure)?)?;
        Some((record, self.restriction_decided(record)?))
    }

    /// The last day of what a record restricts: as it says, else, where it is a ban, that of the longest that its source imposed
    /// by its decision.
    fn restriction_lasts(&self, definition: &RecordType, number: ItemNumber) -> Option<Date> {
        let imposed = || self.imposed_by(number).filter(|_| definition.has_tag(BAN))?;
        self.restriction_stated(number).or_else(imposed)
    }

    /// The record whose decision says how long a ban lasts that rests on `ground`, whoever imposes it: not what is between, which
    /// is no penalty (行政处罚法第四十四、五十九条). What the ban names as its decision makes no difference: another penalty is a
    /// record of its own, after notice. `None` where it lasts as long as an entry with a decision of its own, or where a court
    /// judged, whose judgment another authority's ban does not carry out.
    pub fn bound_by(
        &self,
        ground: ItemNumber,
        issuer: AuthorityNumber,
        ban: &MeasureDefinition,
    ) -> Option<ItemNumber> {
        let between = self.file.get(ground)?;
        let number = match &between.fact {
            Fact::Listing(listing) => listing.record?,
            _ => ground,
        };
        let record = self.record(number)?;
        let own = match &between.fact {
            Fact::Listing(listing) if !ban.has_term() => {
                listing.decided_on.is_some_and(|day| day != record.decided_on)
            }
            _ => false,
        };
        let judged = self.maker(number).is_some_and(|maker| self.directory.is_court(maker));
        (!own && (!judged || self.is_one_source(number, issuer))).then(|| self.shown(number))
    }

    pub(super) fn is_ban(&self, item: &Item, measure: &MeasureFact) -> bool {
        self.measure_of(item, measure).is_some_and(|adopted| adopted.direction == Direction::Ban)
    }

    /// The day on which what was imposed was lifted, as far as that is known.
    fn lifted(&self, number: ItemNumber) -> Option<Date> {
        let steps = self.file.moves(number).filter(|(_, step)| self.knows(step));
        steps
            .filter(|(_, step)| step.fact.moved_to() == Some(Phase::Lifted))
            .map(|(_, step)| step.from.date())
            .min()
    }

    /// The last day on which a record counts: the term that its type gives, or the day that it names itself where its type
    /// has a field for that, as a licence has.
    pub fn record_expiry(&self, number: ItemNumber, record: &RecordFact) -> Option<Date> {
        let definition = self.type_of(record)?;
        let named = self
            .details(number)
            .and_then(|details| details.valid_until)
            .filter(|_| definition.has_field(VALID_UNTIL));
        self.term_of(definition, number, record).into_iter().chain(named).min()
    }

    fn term_of(&self, definition: &RecordType, number: ItemNumber, record: &RecordFact) -> Option<Date> {
        let decided = self.decided_first(number, record);
        match definition.validity {
            Validity::Tier => self.tier_end(number, record),
            Validity::Fixed { period, .. } => {
                Some(period.deadline(decided, &self.catalogue.working_days(self.as_of.known)))
            }
            Validity::Between { max, .. } => Some(
                self.restriction_lasts(definition, number)
                    .unwrap_or_else(|| max.deadline(decided, &self.catalogue.working_days(self.as_of.known))),
            ),
            Validity::AsDecided => self.restriction_lasts(definition, number),
            Validity::UntilEnded | Validity::WhileListed | Validity::Permanent => None,
        }
    }

    /// The last day of the longest restriction that a negative record of this type may state: by its tier, where it is published
    /// no longer than that, or by its bounds; else there is none.
    pub fn longest_restriction(
        &self,
        definition: &RecordType,
        severity: Severity,
        decided: Date,
    ) -> Option<Date> {
        match definition.validity {
            Validity::Tier | Validity::AsDecided if definition.is_published_by_tier() => {
                self.deadline(ProcedurePeriod::of_tier(severity, TierBound::Max), decided, decided)
            }
            Validity::Between { max, .. } => {
                Some(max.deadline(decided, &self.catalogue.working_days(self.as_of.known)))
            }
            _ => None,
        }
    }

    /// The last day of a record's tier, from the date of the document (Order 36), by the procedure in force on that date.
    pub fn tier_end(&self, number: ItemNumber, record: &RecordFact) -> Option<Date> {
        let period = ProcedurePeriod::of_tier(self.severity(number)?, TierBound::Max);
        let from = self.decided_first(number, record);
        self.deadline(period, from, from)
    }

    /// The earliest date that a record of a negative decision gives it, this one or another: its term does not begin anew with
    /// what is filed again of a later date.
    pub fn decided_first(&self, number: ItemNumber, record: &RecordFact) -> Date {
        if self.is_alone(number) || self.polarity(record) != Polarity::Negative {
            return record.decided_on;
        }
        let dates = self.statements(number).into_iter().filter_map(|one| Some(self.record(one)?.decided_on));
        dates.min().unwrap_or(record.decided_on)
    }
}

/// The last day of a term of so many months that begins on `from`.
pub(super) fn last_day(from: Date, months: u16) -> Date {
    from.plus_months(months.into())
}
