//! The fifteen indicators of the plan (2.2): counted from the log, over populations declared in it.
//!
//! Coverage counts files that were opened, and no negative record opens one: an indicator that rewarded those would be a
//! wrong one. It counts those alone whom the indicator names, and nobody who is dissolved. What
//! departments did counts once for who acts for them now. Without a declared population there is no ratio, and that is
//! said.

use super::MarkLine;
use super::cell::Count;
use super::oversight::filed_in_time;
use super::states::Counted;
use super::suspicion::Suspicion;
use crate::authority::{AuthorityNumber, Directory};
use crate::casefile::{AsOf, CaseAsOf, Fact, Identity, Item, ItemNumber, Sight};
use crate::definition::{Disclosure, Polarity};
use crate::event::{Class, Indicator, Role};
use crate::id::{SubjectId, SubjectKind};
use crate::rule::ProjectionRule;
use crate::time::ValidTime;
use serde::Serialize;
use std::collections::BTreeSet;
use tlog::defect::as_u64;
use tlog::position::EntryIndex;

/// The indicators of a place at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Indicators {
    /// All fifteen, in the plan's order.
    pub indicators: Vec<IndicatorLine>,
    /// Where a key may have been in wrong hands when it signed something of what was gone through to count (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndicatorLine {
    /// Which of the fifteen.
    pub indicator: Indicator,
    /// How many the log shows, or a steward has attested; absent where neither is so, or where it was suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numerator: Option<u64>,
    /// How many there are, as last declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denominator: Option<u64>,
    /// The entry that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_by: Option<EntryIndex>,
    /// Numerator per thousand of the denominator, rounded down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_mille: Option<u64>,
    /// Whether it could be counted.
    pub state: Counted,
    /// The rule by which it follows.
    pub rule: ProjectionRule,
}

/// What was counted in some of the case files.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// How many files were opened, by the order of [`COVERAGE`].
    opened: [u64; COVERAGE.len()],
    /// Judicial records that came in time.
    judicial: u64,
    departments: Departments,
    /// What was declared for the place that is asked about.
    declared: Vec<Declared>,
    /// The entries that say of keys in wrong hands that they signed something of it.
    suspect: BTreeSet<EntryIndex>,
}

/// The part of the count that is about who filed and who used.
#[derive(Debug, Default)]
struct Departments {
    public_in_time: BTreeSet<AuthorityNumber>,
    used: BTreeSet<AuthorityNumber>,
    filed: BTreeSet<AuthorityNumber>,
}

/// A population that was declared: what counts is the one that holds last, and of those the last entry.
#[derive(Clone, Copy, Debug)]
struct Declared {
    indicator: Indicator,
    from: ValidTime,
    entry: EntryIndex,
    count: u64,
    reached: Option<u64>,
}

impl Counts {
    pub(super) fn take(&mut self, case: &CaseAsOf<'_>, directory: &Directory, place: &SubjectId) {
        for (slot, coverage) in self.opened.iter_mut().zip(&COVERAGE) {
            *slot += u64::from(coverage.covers(case));
        }
        self.judicial += self.departments.count(case, directory);
        self.suspect.extend(Suspicion { case, directory }.on_all());
        if case.subject == place {
            let declared = case.begun(Class::Population).filter_map(|(_, item)| match item.fact {
                Fact::Population { indicator, count, reached, .. } => {
                    Some(Declared { indicator, from: item.from, entry: item.entry, count, reached })
                }
                _ => None,
            });
            self.declared.extend(declared);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.opened.iter_mut().zip(other.opened).for_each(|(slot, count)| *slot += count);
        self.judicial += other.judicial;
        self.departments.public_in_time.extend(other.departments.public_in_time);
        self.departments.used.extend(other.departments.used);
        self.departments.filed.extend(other.departments.filed);
        self.declared.extend(other.declared);
        self.suspect.extend(other.suspect);
    }

    pub(super) fn indicators(self, directory: &Directory, as_of: AsOf, sight: Sight) -> Indicators {
        let departments = |numbers: &BTreeSet<AuthorityNumber>| departments(directory, as_of, numbers);
        let coverage =
            |indicator| COVERAGE.iter().zip(self.opened).find(|(one, _)| one.indicator == indicator);
        let declared = |indicator| {
            let declared = self.declared.iter().filter(|one| one.indicator == indicator);
            declared.max_by_key(|one| (one.from, one.entry)).copied()
        };
        let numerator = |indicator: Indicator| match indicator {
            Indicator::J1 => Some(as_u64(departments(&self.departments.public_in_time).len())),
            Indicator::J2 => Some(as_u64(departments(&self.departments.used).len())),
            Indicator::J6 => Some(self.judicial),
            Indicator::J14 => {
                let filed = departments(&self.departments.filed);
                Some(as_u64(filed.iter().filter(|number| keeps_key(directory, as_of, **number)).count()))
            }
            attested if attested.is_attested() => declared(attested).and_then(|one| one.reached),
            other => coverage(other).map(|(_, count)| count),
        };
        let indicators = Indicator::ALL
            .into_iter()
            .map(|indicator| line(indicator, numerator(indicator), declared(indicator), sight))
            .collect();
        Indicators { indicators, marks: MarkLine::of_counts(&self.suspect, directory, (as_of, sight)) }
    }
}

/// An indicator that counts files: of whom, and the tag of the types that open one.
struct Coverage {
    indicator: Indicator,
    tag: &'static str,
    kinds: &'static [SubjectKind],
}

/// Whoever may hold a licence for a business.
const BUSINESSES: &[SubjectKind] =
    &[SubjectKind::Enterprise, SubjectKind::IndividualBusiness, SubjectKind::Cooperative];
const ENTERPRISES: &[SubjectKind] = &[SubjectKind::Enterprise];
const SOCIAL_ORGANISATIONS: &[SubjectKind] = &[SubjectKind::SocialOrg];
const PERSONS: &[SubjectKind] = &[SubjectKind::Person];

const COVERAGE: [Coverage; 9] = [
    Coverage { indicator: Indicator::J3, tag: "file:J3", kinds: BUSINESSES },
    Coverage { indicator: Indicator::J4, tag: "file:J4", kinds: ENTERPRISES },
    Coverage { indicator: Indicator::J5, tag: "file:J5", kinds: BUSINESSES },
    Coverage { indicator: Indicator::J7, tag: "file:J7", kinds: SOCIAL_ORGANISATIONS },
    Coverage { indicator: Indicator::J8, tag: "file:J8", kinds: PERSONS },
    Coverage { indicator: Indicator::J9, tag: "file:J9", kinds: PERSONS },
    Coverage { indicator: Indicator::J10, tag: "file:J10", kinds: ENTERPRISES },
    Coverage { indicator: Indicator::J11, tag: "file:J11", kinds: ENTERPRISES },
    Coverage { indicator: Indicator::J12, tag: "file:J12", kinds: PERSONS },
];

impl Coverage {
    /// Whether a subject is one of those that the indicator names, and has a file that counts.
    fn covers(&self, case: &CaseAsOf<'_>) -> bool {
        let opened = case.begun(Class::Record).any(|(number, item)| match &item.fact {
            Fact::Record(record) => {
                case.type_of(record).is_some_and(|definition| definition.has_tag(self.tag))
                    && case.polarity(record) != Polarity::Negative
                    && stands(case, number)
            }
            _ => false,
        });
        opened
            && case.file.kind_of(case.subject).is_some_and(|kind| self.kinds.contains(&kind))
            && !is_dissolved(case)
    }
}

/// Whether a record was neither annulled nor filed in error: what was opens no file and is no disclosure.
fn stands(case: &CaseAsOf<'_>, number: ItemNumber) -> bool {
    !case.is_void(number)
}

/// Whoever is dissolved, or was merged into another, is in no population any more, unless it was stated anew who that is.
fn is_dissolved(case: &CaseAsOf<'_>) -> bool {
    let ends = |item: &Item| {
        matches!(item.fact, Fact::Identity(Identity::Dissolved | Identity::Merged))
            && case.has_begun(item)
            && !case.is_stated_anew(item)
    };
    case.file.registrations().any(ends)
}

impl Departments {
    /// Counts what authorities did in one file; gives how many judicial records it holds that came in time.
    fn count(&mut self, case: &CaseAsOf<'_>, directory: &Directory) -> u64 {
        let mut judicial = 0;
        for (number, item) in case.begun(Class::Record) {
            let Fact::Record(record) = &item.fact else { continue };
            let Some(definition) = case.type_of(record) else { continue };
            self.filed.insert(item.issuer);
            // What an older register hands over says nothing of when it was filed there.
            let first = case.file.get(case.filed_first(number)).unwrap_or(item);
            let in_time = record.migration.is_none() && filed_in_time(case, first) != Some(false);
            if !in_time || !stands(case, number) {
                continue;
            }
            if case.disclosure(number) == Disclosure::Public {
                self.public_in_time.insert(item.issuer);
            }
            judicial += u64::from(definition.has_tag("judicial") || is_court(directory, item));
        }
        for (_, item) in case.begun(Class::Use) {
            self.used.insert(item.issuer);
        }
        judicial
    }
}

fn is_court(directory: &Directory, item: &Item) -> bool {
    directory.by_number(item.issuer).is_some_and(|authority| authority.is_any(&[Role::Court]))
}

/// The departments that act at these instants for authorities, each once.
fn departments(
    directory: &Directory,
    as_of: AsOf,
    of: &BTreeSet<AuthorityNumber>,
) -> BTreeSet<AuthorityNumber> {
    let acting = of.iter().filter_map(|number| directory.acting_for(*number, as_of.valid_at, as_of.known));
    let is_department = |number: &AuthorityNumber| {
        let then = directory.by_number(*number).and_then(|one| one.capacity_at(as_of.valid_at, as_of.known));
        then.is_some_and(|stated| stated.what.roles.contains(&Role::Department))
    };
    acting.filter(is_department).collect()
}

/// Whether an authority keeps a key in force.
fn keeps_key(directory: &Directory, as_of: AsOf, number: AuthorityNumber) -> bool {
    let then = directory.by_number(number).map(|authority| authority.as_known(as_of.known));
    then.is_some_and(|then| then.keys.iter().any(|key| key.revoked.is_none()))
}

fn line(
    indicator: Indicator,
    numerator: Option<u64>,
    declared: Option<Declared>,
    sight: Sight,
) -> IndicatorLine {
    // Departments are no subjects, and what a steward attests is said in public: that everybody may know.
    let subjects =
        !matches!(indicator, Indicator::J1 | Indicator::J2 | Indicator::J14) && !indicator.is_attested();
    let small =
        subjects && sight == Sight::Public && numerator.is_some_and(|count| Count::from(count).is_small());
    let numerator = numerator.filter(|_| !small);
    let denominator = declared.map(|one| one.count);
    let per_mille = match (numerator, denominator) {
        (Some(n), Some(d)) if d > 0 => n.checked_mul(1000).map(|n| n / d),
        _ => None,
    };
    IndicatorLine {
        indicator,
        state: match (small, numerator, per_mille) {
            (true, _, _) => Counted::Suppressed,
            (false, None, _) => Counted::NotInTheLog,
            (false, Some(_), None) => Counted::NoPopulation,
            (false, Some(_), Some(_)) if indicator.is_attested() => Counted::Attested,
            (false, Some(_), Some(_)) => Counted::Counted,
        },
        numerator,
        denominator,
        declared_by: declared.map(|one| one.entry),
        per_mille,
        rule: ProjectionRule::Indicator,
    }
}
