//! The decision behind a record, and every record of it.
//!
//! What is decided about a decision (a repair, what a review came to, a stay, an objection, a revocation, what a later decision
//! changed) belongs to it, and not to the record that said it at the time: who retracts a record and files it again has the
//! same decision before him. Which records are of one decision is said here and nowhere else; admission and projections ask.

use super::{CaseAsOf, CaseFile, Cause, Details, End, Fact, Item, ItemNumber, RecordFact};
use crate::authority::{AuthorityNumber, Directory};
use crate::definition::Polarity;
use crate::event::{Decision, Phase};
use crate::spelling::NameHash;
use crate::time::Date;
use std::borrow::Cow;
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

/// A decision as one of its records names it: of one authority, by one number, however it is spelled, and of one date, unless
/// the number carries its year, in which it is given once. Whose it is the document says (行政处罚法第五十九条第一款第六项), so
/// whoever files it; what one source files is one decision in any case. Neither its type nor what else is said of it makes
/// another of it.
#[derive(Clone, Copy, Debug)]
pub struct Behind {
    filer: AuthorityNumber,
    maker: AuthorityNumber,
    decided_by: Option<NameHash>,
    number: NameHash,
    date: Date,
    by_year: bool,
}

impl Behind {
    /// The decision that this filer names.
    pub fn of(
        filer: AuthorityNumber,
        decision: &Decision,
        (directory, known): (&Directory, TreeSize),
    ) -> Self {
        let number = NameHash::of_decision(&decision.number);
        let by_year = NameHash::carries_year(&decision.number);
        let decided_by = decision.issued_by.as_deref().map(NameHash::of_body);
        let maker = directory.maker(filer, decided_by, known);
        Self { filer, maker, decided_by, number, date: decision.date, by_year }
    }

    /// The decision of a record.
    pub fn record(item: &Item, record: &RecordFact, (directory, known): (&Directory, TreeSize)) -> Self {
        let RecordFact { decision: number, decided_on: date, by_year, decided_by, .. } = *record;
        let maker = directory.maker(item.issuer, decided_by, known);
        Self { filer: item.issuer, maker, decided_by, number, date, by_year }
    }

    /// Whether both are one.
    pub fn is(&self, other: &Self, directory: &Directory) -> bool {
        self.number == other.number
            && (self.by_year || other.by_year || self.date == other.date)
            && (self.decided_by.is_some() && self.decided_by == other.decided_by
                || directory.is_one_source(self.maker, other.maker)
                || directory.is_one_source(self.filer, other.filer))
    }

    /// Who made it.
    #[must_use]
    pub const fn maker(&self) -> AuthorityNumber {
        self.maker
    }

    /// Whether who files it made it.
    #[must_use]
    pub fn is_makers(&self, directory: &Directory) -> bool {
        directory.is_one_source(self.filer, self.maker)
    }
}

impl CaseFile {
    /// The place of a record among those in the order of their decisions' numbers, and where it is to stand.
    pub(super) fn decided_at(&self, decision: NameHash, number: ItemNumber) -> usize {
        self.by_decision.partition_point(|one| self.key_of(*one) < (Some(decision), number))
    }

    /// The records whose decisions have this number, in the log's order.
    fn numbered(&self, decision: NameHash) -> &[ItemNumber] {
        let begin = self.by_decision.partition_point(|one| self.key_of(*one).0 < Some(decision));
        let end = self.by_decision.partition_point(|one| self.key_of(*one).0 <= Some(decision));
        self.by_decision.get(begin..end).or_defect("what comes up to a number comes before what follows it")
    }

    fn key_of(&self, number: ItemNumber) -> (Option<NameHash>, ItemNumber) {
        let decision = self.get(number).and_then(|item| match &item.fact {
            Fact::Record(record) => Some(record.decision),
            _ => None,
        });
        (decision, number)
    }
}

impl<'a> CaseAsOf<'a> {
    /// The records of a decision, in the log's order.
    pub fn records_of(&self, behind: Behind) -> impl Iterator<Item = (ItemNumber, &'a Item, &'a RecordFact)> {
        let (file, known, directory) = (self.file, self.as_of.known, self.directory);
        file.numbered(behind.number).iter().filter_map(move |number| {
            let item = file.get(*number).filter(|item| item.entry.is_in(known))?;
            let Fact::Record(record) = &item.fact else { return None };
            let other = Behind::record(item, record, (directory, known));
            behind.is(&other, directory).then_some((*number, item, &**record))
        })
    }

    /// The records that say what the decision of the one at `number` decided, itself among them, in the log's order. Of anything
    /// else, that alone.
    pub fn again(&self, number: ItemNumber) -> Vec<ItemNumber> {
        let found = self.file.get(number).zip(self.record(number));
        let Some((item, record)) = found.filter(|_| !self.is_alone(number)) else { return vec![number] };
        let records = self.records_of(self.behind(item, record));
        let same = records.filter(|(other, ..)| *other == number || self.is_again(*other, number));
        same.map(|(other, ..)| other).collect()
    }

    /// The decision of a record.
    pub fn behind(&self, item: &Item, record: &RecordFact) -> Behind {
        Behind::record(item, record, (self.directory, self.as_of.known))
    }

    /// Who decided what stands at `number`: of a record whom its document names, where that authority is enrolled, whoever files or
    /// shows it; of all else who issued it.
    pub fn maker(&self, number: ItemNumber) -> Option<AuthorityNumber> {
        let item = self.file.get(self.shown(number))?;
        Some(match &item.fact {
            Fact::Record(record) => self.behind(item, record).maker,
            _ => item.issuer,
        })
    }

    /// Whether the record at `number` was filed by who made its decision: what others file of it is no measure beside.
    #[must_use]
    pub fn is_makers(&self, number: ItemNumber) -> bool {
        let made = self.file.get(number).zip(self.maker(number));
        made.is_some_and(|(item, maker)| self.directory.is_one_source(item.issuer, maker))
    }

    /// The record that the one at `number` only shows, where that is of the same decision; else itself.
    pub fn shown(&self, number: ItemNumber) -> ItemNumber {
        let behind = |number: ItemNumber| Some(self.behind(self.file.get(number)?, self.record(number)?));
        let shown = self.record(number).and_then(|record| record.rests_on);
        let same = |shown: &ItemNumber| {
            behind(*shown).zip(behind(number)).is_some_and(|(one, other)| one.is(&other, self.directory))
        };
        shown.filter(same).unwrap_or(number)
    }

    /// The records that only show the one at `number` and its decision.
    pub(super) fn shown_in(&self, number: ItemNumber) -> impl Iterator<Item = ItemNumber> {
        let followers = self.file.followers(number).filter(|(_, item)| self.knows(item));
        let records = followers.filter(|(_, item)| matches!(item.fact, Fact::Record(_)));
        records.map(|(other, _)| other).filter(move |other| self.shown(*other) == number)
    }

    /// Whether there is no other that could be asked about, as of nearly everything.
    pub(super) fn is_alone(&self, number: ItemNumber) -> bool {
        self.record(number).is_none_or(|record| self.file.numbered(record.decision).len() <= 1)
    }

    /// Whether two records of one decision say one thing. Of what is negative a decision has but one record, besides those that show
    /// it (A10); it may give several licences and honours, of which one that is filed again was taken back before.
    fn is_again(&self, one: ItemNumber, other: ItemNumber) -> bool {
        let (Some(first), Some(second)) = (self.record(one), self.record(other)) else { return false };
        let is_bad = |record: &RecordFact| self.polarity(record) == Polarity::Negative;
        let licence =
            |number: ItemNumber| self.details(number).and_then(|said: Cow<'_, Details>| said.licence);
        let same = || licence(one).zip(licence(other)).is_none_or(|(one, other)| one == other);
        is_bad(first) && is_bad(second)
            || first.record_type == second.record_type
                && self.is_replaced(one.min(other), one.max(other))
                && same()
    }

    /// Whether a record was taken back before another was filed.
    pub(super) fn is_replaced(&self, one: ItemNumber, by: ItemNumber) -> bool {
        let ends = |step: &Item| step.fact.moved_to().is_some_and(Phase::is_void);
        self.file.moves(one).any(|(at, step)| at < by && self.knows(step) && ends(step))
    }

    /// The record by which the decision of the one at `number` was filed first: itself, or the first of those that were taken back
    /// before it was filed.
    #[must_use]
    pub fn filed_first(&self, number: ItemNumber) -> ItemNumber {
        let mut again = self.again(number).into_iter();
        again.find(|one| *one < number && self.is_replaced(*one, number)).unwrap_or(number)
    }

    /// What follows any of the records of its decision, or the thing at `number` itself: steps, and what rests on it or is about it,
    /// in the log's order.
    pub fn about(&self, number: ItemNumber) -> impl Iterator<Item = (ItemNumber, &'a Item)> {
        let file = self.file;
        let of = |one: ItemNumber| file.get(one).map_or(&[][..], |item| &item.followed);
        let followed: Cow<'a, [ItemNumber]> = if self.is_alone(number) {
            Cow::Borrowed(of(number))
        } else {
            let mut all: Vec<ItemNumber> = self.again(number).into_iter().flat_map(of).copied().collect();
            all.sort_unstable();
            all.dedup();
            Cow::Owned(all)
        };
        (0..followed.len()).filter_map(move |at| {
            let number = *followed.get(at)?;
            file.get(number).map(|item| (number, item))
        })
    }

    /// The records themselves, and the steps on them.
    pub(super) fn with_records(&self, number: ItemNumber) -> impl Iterator<Item = (ItemNumber, &'a Item)> {
        let records = self.again(number).into_iter();
        let file = self.file;
        let mut all: Vec<_> = records.filter_map(|one| file.get(one).map(|item| (one, item))).collect();
        all.extend(self.about(number).filter(|(_, item)| item.step().is_some()));
        all.sort_unstable_by_key(|(at, _)| *at);
        all.into_iter()
    }

    /// Ends that came over the decision of the record at `number` by a step on another record of it: that it was revoked, or the
    /// other sealed before it was retracted and filed again.
    pub(super) fn ends_of_decision(&self, number: ItemNumber) -> Vec<End> {
        let found = self.file.get(number).filter(|_| !self.is_alone(number));
        let Some(item) = found else { return Vec::new() };
        let others = self.again(number).into_iter().filter(|other| *other != number);
        let steps = others.flat_map(|other| self.file.moves(other).map(move |(_, step)| (other, step)));
        let ends = steps.filter(|(_, step)| self.knows(step)).filter_map(|(other, step)| {
            let fact = step.step()?;
            let (at, cause) = match fact.to? {
                Phase::Revoked if self.is_given_back(number, (step.from, step.entry)) => return None,
                Phase::Revoked if fact.void => (item.from, Cause::Nullified),
                Phase::Revoked => (step.from.max(item.from), Cause::Revoked),
                Phase::Sealed if self.is_replaced(other, number) => (step.from.max(item.from), Cause::Sealed),
                _ => return None,
            };
            Some(End { at, cause, entry: Some(step.entry) })
        });
        ends.collect()
    }
}
