//! The fifteen indicators of the plan (2.2): counted from the log, over populations declared in it.
//!
//! Coverage counts files that were opened, whatever stands in them: an indicator that rewarded negative
//! records would be a wrong one. Without a declared population there is no ratio, and that is said.

use super::cell::Count;
use super::states::Counted;
use crate::authority::{AuthorityNumber, Directory};
use crate::casefile::{AsOf, CaseAsOf, Fact, Item, Sight};
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
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndicatorLine {
    /// Which of the fifteen.
    pub indicator: Indicator,
    /// How many the log shows; absent where the log cannot show it, or where it was suppressed.
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
}

/// The departments' part of the count: who filed, used, and keeps a key.
#[derive(Debug, Default)]
struct Departments {
    filed_on_time: BTreeSet<AuthorityNumber>,
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
}

impl Counts {
    pub(super) fn take(&mut self, case: &CaseAsOf<'_>, directory: &Directory, place: &SubjectId) {
        for (slot, (indicator, tag)) in self.opened.iter_mut().zip(&COVERAGE) {
            *slot += u64::from(has_file(case, tag) && is_counted(case, *indicator));
        }
        self.judicial += self.departments.count(case, directory);
        if case.subject == place {
            let declared = case.begun(Class::Population).filter_map(|(_, item)| match item.fact {
                Fact::Population { indicator, count, .. } => {
                    Some(Declared { indicator, from: item.from, entry: item.entry, count })
                }
                _ => None,
            });
            self.declared.extend(declared);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.opened.iter_mut().zip(other.opened).for_each(|(slot, count)| *slot += count);
        self.judicial += other.judicial;
        self.departments.filed_on_time.extend(other.departments.filed_on_time);
        self.departments.used.extend(other.departments.used);
        self.departments.filed.extend(other.departments.filed);
        self.declared.extend(other.declared);
    }

    pub(super) fn indicators(self, directory: &Directory, as_of: AsOf, sight: Sight) -> Indicators {
        let coverage = |indicator| COVERAGE.iter().zip(self.opened).find(|((one, _), _)| *one == indicator);
        let numerator = |indicator| match indicator {
            Indicator::J1 => Some(as_u64(self.departments.filed_on_time.len())),
            Indicator::J2 => Some(as_u64(self.departments.used.len())),
            Indicator::J6 => Some(self.judicial),
            Indicator::J14 => Some(as_u64(with_key(directory, as_of, &self.departments.filed))),
            // Built and connected systems are attested outside of the log.
            Indicator::J13 | Indicator::J15 => None,
            other => coverage(other).map(|(_, count)| count),
        };
        let declared = |indicator| {
            let declared = self.declared.iter().filter(|one| one.indicator == indicator);
            declared.max_by_key(|one| (one.from, one.entry)).copied()
        };
        let indicators = Indicator::ALL
            .into_iter()
            .map(|indicator| line(indicator, numerator(indicator), declared(indicator), sight))
            .collect();
        Indicators { indicators }
    }
}

/// The indicators that count files, and the tag of the types that open one.
const COVERAGE: [(Indicator, &str); 9] = [
    (Indicator::J3, "file:J3"),
    (Indicator::J4, "file:J4"),
    (Indicator::J5, "file:J5"),
    (Indicator::J7, "file:J7"),
    (Indicator::J8, "file:J8"),
    (Indicator::J9, "file:J9"),
    (Indicator::J10, "file:J10"),
    (Indicator::J11, "file:J11"),
    (Indicator::J12, "file:J12"),
];

/// Whether a subject is of those over which an indicator is counted: social organisations are no enterprises.
fn is_counted(case: &CaseAsOf<'_>, indicator: Indicator) -> bool {
    indicator != Indicator::J7 || case.file.kind_of(case.subject) == Some(SubjectKind::SocialOrg)
}

fn has_file(case: &CaseAsOf<'_>, tag: &str) -> bool {
    case.begun(Class::Record).any(|(_, item)| match &item.fact {
        Fact::Record(record) => case.type_of(record).is_some_and(|definition| definition.has_tag(tag)),
        _ => false,
    })
}

impl Departments {
    /// Counts what departments did in one file; gives how many judicial records it holds that came in time.
    fn count(&mut self, case: &CaseAsOf<'_>, directory: &Directory) -> u64 {
        let mut judicial = 0;
        for (_, item) in case.begun(Class::Record) {
            let Fact::Record(record) = &item.fact else { continue };
            let Some(definition) = case.type_of(record) else { continue };
            let in_time = super::oversight::filed_in_time(case, item) != Some(false);
            self.filed.insert(item.issuer);
            if in_time && is_department(directory, item) {
                self.filed_on_time.insert(item.issuer);
            }
            judicial += u64::from(in_time && definition.has_tag("judicial"));
        }
        for (_, item) in case.begun(Class::Use) {
            self.used.insert(item.issuer);
        }
        judicial
    }
}

fn is_department(directory: &Directory, item: &Item) -> bool {
    directory.by_number(item.issuer).is_some_and(|authority| authority.is_any(&[Role::Department]))
}

/// How many departments have filed and keep a key in force.
fn with_key(directory: &Directory, as_of: AsOf, filed: &BTreeSet<AuthorityNumber>) -> usize {
    let keeps = |authority: &&crate::authority::Authority| {
        let then = authority.as_known(as_of.known);
        then.is_any(&[Role::Department]) && then.keys.iter().any(|key| key.revoked.is_none())
    };
    filed.iter().filter_map(|number| directory.by_number(*number)).filter(keeps).count()
}

fn line(
    indicator: Indicator,
    numerator: Option<u64>,
    declared: Option<Declared>,
    sight: Sight,
) -> IndicatorLine {
    // Departments are no subjects: how many of them did something, everybody may know.
    let subjects = !matches!(indicator, Indicator::J1 | Indicator::J2 | Indicator::J14);
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
            (false, Some(_), Some(_)) => Counted::Counted,
        },
        numerator,
        denominator,
        declared_by: declared.map(|one| one.entry),
        per_mille,
        rule: ProjectionRule::Indicator,
    }
}
