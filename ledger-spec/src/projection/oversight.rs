//! Oversight of the departments themselves: what came late, was corrected, revoked or left undecided; and
//! how commitments were kept. Counts of what authorities did, never of what subjects are; to the public, a count of few
//! is not told (`cell`).

use super::MarkLine;
use super::cell::Count;
use super::clock::{ran_out, recorded_day};
use super::states::MadeBy;
use super::suspicion::Suspicion;
use crate::authority::{AuthorityNumber, Directory};
use crate::casefile::{AsOf, CaseAsOf, Cause, Fact, Item, ItemNumber, Sight};
use crate::definition::{Disclosure, ProcedurePeriod};
use crate::event::{Class, Phase, StepKind};
use crate::id::{AuthorityId, SubjectId};
use crate::time::Date;
use serde::Serialize;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use tlog::defect::as_u64;
use tlog::position::{EntryIndex, TreeSize};

/// What the log shows of every authority's work at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Oversight {
    /// The authorities that did anything, by id.
    pub authorities: Vec<OversightLine>,
    /// How commitments were kept, by who holds them.
    pub commitments: Vec<CommitmentRate>,
    /// Where a key may have been in wrong hands when it signed something of what was gone through to count (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
}

/// One authority's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OversightLine {
    /// The authority.
    pub authority: AuthorityId,
    /// Records that it filed.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub records: Count,
    /// Of these, filed after the days that the catalogue gives.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub late_filings: Count,
    /// Corrections that it made.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub corrections: Count,
    /// Records of its own that were revoked.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub revocations: Count,
    /// Public penalties of its own that were changed or annulled, and of which that was recorded after the days for withdrawing
    /// them.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub late_withdrawals: Count,
    /// Objections to what it filed that were not decided by their last day.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub overdue_objections: Count,
    /// Applications for repair of what it filed that were not accepted, or not decided, by their last day.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub overdue_repairs: Count,
    /// Entries on its lists that have ended without their removal being recorded in time.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub overdue_delistings: Count,
    /// The longest such delay, in days, of those that were removed or still wait.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub longest_delisting_days: Count,
    /// Complaints not answered by their last day: about what it filed, or about nothing filed and taken in by it.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub overdue_complaints: Count,
    /// Rectifications ordered of it that were not done by their day.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub overdue_rectifications: Count,
    /// Reports of use that it gave.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub uses: Count,
}

/// How commitments were kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentRate {
    /// The authority that holds them.
    pub authority: AuthorityId,
    /// What kind of subjects made them.
    pub kind: MadeBy,
    /// How many were made.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub made: Count,
    /// Kept.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub kept: Count,
    /// Broken.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub broken: Count,
    /// Open, and past their day.
    #[serde(skip_serializing_if = "Count::is_suppressed")]
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub overdue: Count,
}

impl OversightLine {
    /// The line of an authority of which nothing is counted yet.
    #[must_use]
    pub const fn begun(authority: AuthorityId) -> Self {
        Self {
            authority,
            records: Count::NONE,
            late_filings: Count::NONE,
            corrections: Count::NONE,
            revocations: Count::NONE,
            late_withdrawals: Count::NONE,
            overdue_objections: Count::NONE,
            overdue_repairs: Count::NONE,
            overdue_delistings: Count::NONE,
            longest_delisting_days: Count::NONE,
            overdue_complaints: Count::NONE,
            overdue_rectifications: Count::NONE,
            uses: Count::NONE,
        }
    }

    /// Its counts, the longest delay aside, which is that of one case.
    fn counts(&mut self) -> [&mut Count; 11] {
        [
            &mut self.records,
            &mut self.late_filings,
            &mut self.corrections,
            &mut self.revocations,
            &mut self.late_withdrawals,
            &mut self.overdue_objections,
            &mut self.overdue_repairs,
            &mut self.overdue_delistings,
            &mut self.overdue_complaints,
            &mut self.overdue_rectifications,
            &mut self.uses,
        ]
    }

    fn suppress(&mut self) {
        if self.overdue_delistings.is_small() {
            self.longest_delisting_days.suppress();
        }
        self.counts().into_iter().for_each(Count::suppress_small);
    }

    /// Whether anything is left that an authority did.
    fn says_something(line: &Self) -> bool {
        line.clone().counts().into_iter().any(|count| count.is_positive())
    }

    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.late_filings += other.late_filings;
        self.corrections += other.corrections;
        self.revocations += other.revocations;
        self.late_withdrawals += other.late_withdrawals;
        self.overdue_objections += other.overdue_objections;
        self.overdue_repairs += other.overdue_repairs;
        self.overdue_delistings += other.overdue_delistings;
        self.longest_delisting_days.raise(other.longest_delisting_days);
        self.overdue_complaints += other.overdue_complaints;
        self.overdue_rectifications += other.overdue_rectifications;
        self.uses += other.uses;
    }
}

impl CommitmentRate {
    /// Whoever knows all parts but one knows that one: where one is small, none is told.
    fn suppress(&mut self) {
        let open = self.made.less(self.kept).less(self.broken);
        let parts = [&mut self.kept, &mut self.broken, &mut self.overdue];
        if open.is_small() || parts.iter().any(|part| part.is_small()) {
            parts.into_iter().for_each(Count::suppress);
        }
        self.made.suppress_small();
    }

    fn add(&mut self, other: &Self) {
        self.made += other.made;
        self.kept += other.kept;
        self.broken += other.broken;
        self.overdue += other.overdue;
    }
}

/// Whether a record was filed within the days that its type gives, by the recorded day; `None` where the
/// type gives none, where that cannot be told since the working days are not known yet, or where it came from an older
/// register, which had it before.
pub(super) fn filed_in_time(case: &CaseAsOf<'_>, item: &Item) -> Option<bool> {
    let Fact::Record(record) = &item.fact else { return None };
    if record.migration.is_some() {
        return None;
    }
    let within = case.type_of(record)?.file_within?;
    let (known, filed) = (case.as_of.known, recorded_day(item)?);
    match case.catalogue.last_day(within, record.decided_on, known) {
        Some(last) => Some(filed <= last),
        None => {
            (filed > case.catalogue.last_day_at_latest(within, record.decided_on, known)).then_some(false)
        }
    }
}

/// The departments' work in some of the case files.
#[derive(Debug)]
pub(super) struct Work<'a> {
    directory: &'a Directory,
    lines: BTreeMap<AuthorityId, OversightLine>,
    /// By authority and the word for who made them.
    commitments: BTreeMap<(AuthorityId, &'static str), CommitmentRate>,
    /// The entries that say of keys in wrong hands that they signed something of it.
    suspect: BTreeSet<EntryIndex>,
}

impl<'a> Work<'a> {
    pub(super) const fn new(directory: &'a Directory) -> Self {
        Self { directory, lines: BTreeMap::new(), commitments: BTreeMap::new(), suspect: BTreeSet::new() }
    }

    pub(super) fn take(&mut self, case: &CaseAsOf<'_>) {
        self.records(case);
        self.rights(case);
        self.listings(case);
        self.commitments(case);
        self.suspect.extend(Suspicion { case, directory: self.directory }.on_all());
        if let SubjectId::Authority(id) = case.subject {
            self.rectifications(case, id);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.suspect.extend(other.suspect);
        for (id, line) in other.lines {
            self.line_of(id).add(&line);
        }
        for (key, rate) in other.commitments {
            match self.commitments.entry(key) {
                Entry::Vacant(free) => drop(free.insert(rate)),
                Entry::Occupied(mut taken) => taken.get_mut().add(&rate),
            }
        }
    }

    pub(super) fn oversight(self, as_of: AsOf, sight: Sight) -> Oversight {
        let (mut authorities, mut commitments): (Vec<_>, Vec<_>) =
            (self.lines.into_values().collect(), self.commitments.into_values().collect());
        if sight == Sight::Public {
            authorities.iter_mut().for_each(OversightLine::suppress);
            authorities.retain(OversightLine::says_something);
            commitments.iter_mut().for_each(CommitmentRate::suppress);
            commitments.retain(|rate| rate.made.is_positive());
        }
        let marks = MarkLine::of_counts(&self.suspect, self.directory, (as_of, sight));
        Oversight { authorities, commitments, marks }
    }

    fn of(&mut self, authority: AuthorityNumber) -> &mut OversightLine {
        let id = self.directory.id_of(authority).clone();
        self.line_of(id)
    }

    fn line_of(&mut self, authority: AuthorityId) -> &mut OversightLine {
        self.lines.entry(authority.clone()).or_insert_with(|| OversightLine::begun(authority))
    }

    fn records(&mut self, case: &CaseAsOf<'_>) {
        for (number, item) in case.begun(Class::Record) {
            let line = self.of(item.issuer);
            line.records += 1;
            // What is filed again was filed before, in time or not.
            let first = case.filed_first(number) == number;
            line.late_filings += u64::from(first && filed_in_time(case, item) == Some(false));
            let steps = case.file.followers(number).filter(|(_, step)| case.has_begun(step));
            for (_, step) in steps {
                match step.step_kind() {
                    Some(StepKind::RecordCorrected) => self.of(step.issuer).corrections += 1,
                    Some(StepKind::RecordRevoked) => self.of(item.issuer).revocations += 1,
                    _ => {}
                }
            }
            let withdrawals = case.withdrawals(number);
            let late = withdrawals.filter(|step| withdrawn_late(case, (number, item), step)).count();
            self.of(item.issuer).late_withdrawals += as_u64(late);
        }
        for (_, item) in case.begun(Class::Use) {
            self.of(item.issuer).uses += 1;
        }
    }

    fn rights(&mut self, case: &CaseAsOf<'_>) {
        for (number, item) in case.begun(Class::Objection) {
            self.about(case, item).overdue_objections += u64::from(ran_out(case, number, item));
        }
        for (number, item) in case.begun(Class::Application) {
            self.about(case, item).overdue_repairs += u64::from(ran_out(case, number, item));
        }
        for (number, item) in case.begun(Class::Complaint) {
            if ran_out(case, number, item) {
                let about = match item.fact {
                    Fact::Complaint { about: Some(about) } => case.file.get(about),
                    _ => None,
                };
                self.of(about.unwrap_or(item).issuer).overdue_complaints += 1;
            }
        }
    }

    /// The line of who recognised what an application or objection is about.
    fn about(&mut self, case: &CaseAsOf<'_>, item: &Item) -> &mut OversightLine {
        let maker = item.fact.target().and_then(|target| case.maker(target));
        self.of(maker.unwrap_or(item.issuer))
    }

    /// D6: an entry whose ground has ended has to leave the list.
    fn listings(&mut self, case: &CaseAsOf<'_>) {
        for (number, item) in case.begun(Class::Listing) {
            let Fact::Listing(listing) = &item.fact else { continue };
            let Some(end) = case.end(number) else { continue };
            if end.at > case.as_of.valid_at || matches!(end.cause, Cause::Removed | Cause::Expired) {
                continue;
            }
            let removed =
                case.last_step(number, StepKind::ListingRemoved).and_then(|(_, step)| recorded_day(step));
            let until = removed.unwrap_or_else(|| case.today());
            // One that was removed before its ground ended stood no day too long.
            let days = end.at.date().days_until(until).max(0).unsigned_abs();
            let within = case.list_of(item, listing).and_then(|list| list.exit_within);
            let last = within
                .map(|within| case.catalogue.last_day_at_latest(within, end.at.date(), case.as_of.known));
            let line = self.of(item.issuer);
            line.longest_delisting_days.raise(days.into());
            line.overdue_delistings += u64::from(last.is_some_and(|last| until > last));
        }
    }

    fn commitments(&mut self, case: &CaseAsOf<'_>) {
        for (number, item) in case.begun(Class::Commitment) {
            let Fact::Commitment { due, .. } = &item.fact else { continue };
            let authority = self.directory.id_of(item.issuer).clone();
            let kind = MadeBy(case.file.kind_of(case.subject));
            let rate = self.commitments.entry((authority.clone(), kind.name())).or_insert(CommitmentRate {
                authority,
                kind,
                made: Count::NONE,
                kept: Count::NONE,
                broken: Count::NONE,
                overdue: Count::NONE,
            });
            rate.made += 1;
            match case.phase_at(number) {
                Some(Phase::Kept) => rate.kept += 1,
                Some(Phase::Broken) => rate.broken += 1,
                Some(Phase::Released) => {}
                _ => rate.overdue += u64::from(due.is_some_and(|last| case.is_past(last))),
            }
        }
    }

    fn rectifications(&mut self, case: &CaseAsOf<'_>, authority: &AuthorityId) {
        for (number, item) in case.begun(Class::Order) {
            if ran_out(case, number, item) {
                self.line_of(authority.clone()).overdue_rectifications += 1;
            }
        }
    }
}

/// 行政处罚法 art. 48: a penalty that was public, and was changed, annulled or confirmed unlawful, is withdrawn within days, with public reasons.
fn withdrawn_late(case: &CaseAsOf<'_>, (number, item): (ItemNumber, &Item), step: &Item) -> bool {
    let penalty = match &item.fact {
        Fact::Record(record) => case.type_of(record).is_some_and(|definition| definition.limitation),
        _ => false,
    };
    if !penalty || case.disclosure(number) != Disclosure::Public {
        return false;
    }
    let decided = step.step().and_then(|fact| fact.decided_on).unwrap_or_else(|| step.from.date());
    let last = case.deadline_at_latest(ProcedurePeriod::PenaltyWithdraw, decided, decided);
    let late = last.zip(recorded_day(step)).is_some_and(|(last, recorded)| recorded > last);
    // What no record of it showed to everybody any more, repaired or past its term, was withdrawn already.
    let was_shown = |last: Date| {
        let instants = AsOf { valid_at: last.end_of_day(), known: TreeSize::new(step.entry.get()) };
        let then = case.at(instants);
        then.again(number).into_iter().any(|one| then.shows(one, Sight::Public))
    };
    late && last.is_some_and(was_shown)
}
