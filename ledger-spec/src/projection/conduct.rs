//! Commitments, ratings and points. Grades and points are what an authority gave by its scheme; the ledger
//! adds up points by the scheme's own cycle and judges nobody.

use super::page::OnPage;
use super::{Line, MarkLine, Projector};
use crate::casefile::{Fact, Item, ItemNumber};
use crate::definition::{Name, PointsScheme, Polarity};
use crate::event::{Body, Class, Phase};
use crate::id::{PointsCode, RatingCode, TypeCode};
use crate::time::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tlog::position::EntryIndex;

/// What a subject promised, and how it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Commitments {
    /// In the log's order.
    pub commitments: Vec<CommitmentLine>,
    /// How many were kept, of all of them, on this page or not.
    pub kept: usize,
    /// Broken.
    pub broken: usize,
    /// From which the subject was released.
    pub released: usize,
    /// Open, their day not passed.
    pub open: usize,
    /// Open past their day (P21).
    pub overdue: usize,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// One commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// Its type.
    #[serde(rename = "type")]
    pub commitment_type: TypeCode,
    /// What is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Whether that day has passed and it is still open.
    pub overdue: bool,
}

/// The grades that a subject was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ratings {
    /// In the log's order; of one scheme at most one is in force.
    pub ratings: Vec<RatingLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// To a department, where a key may have been in wrong hands when it signed what ended something of this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// One grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The scheme.
    pub scheme: RatingCode,
    /// The grade.
    pub grade: String,
    /// Its title in the scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Name>,
    /// Which way the scheme says that it points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polarity: Option<Polarity>,
    /// The version of the method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The first day of its period, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_from: Option<Date>,
}

/// Points by scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Points {
    /// The schemes, by code.
    pub schemes: Vec<PointsLine>,
    /// How many charges were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// To a department, where a key may have been in wrong hands when it signed what ended something of this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// The points of one scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointsLine {
    /// The scheme.
    pub scheme: PointsCode,
    /// Its cycles, the first one first.
    pub cycles: Vec<Cycle>,
}

/// One cycle (P23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cycle {
    /// Its first day: that of its first charge.
    pub from: Date,
    /// Its last day.
    pub until: Date,
    /// Whether the valid instant falls in it.
    pub current: bool,
    /// The points in force, over all charges of the cycle.
    pub points: u32,
    /// The charges that stand on this page, in the log's order.
    pub charges: Vec<ChargeLine>,
    /// What the points propose by the scheme's thresholds. Somebody has to decide; nothing follows by itself.
    pub proposes: Vec<String>,
}

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChargeLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The rule of the scheme.
    pub rule_of_scheme: String,
    /// How many.
    pub points: u16,
}

impl Projector<'_> {
    /// The subject's commitments.
    pub fn commitments(&self) -> Commitments {
        let seen = self.seen(Class::Commitment);
        let count =
            |fits: &dyn Fn(ItemNumber) -> bool| seen.numbers.iter().filter(|number| fits(**number)).count();
        let of = |phase| count(&|number| self.case.phase_at(number) == Some(phase));
        let overdue = count(&|number| self.is_overdue(number));
        let (kept, broken, open) = (of(Phase::Kept), of(Phase::Broken), of(Phase::Made) - overdue);
        let released = of(Phase::Released);
        let withheld = self.told(seen.withheld);
        let ([shown], next) = self.cut([seen.numbers]);
        let commitments = self.lines(&shown, |number| self.commitment(number));
        Commitments { commitments, kept, broken, released, open, overdue, withheld, next }
    }

    /// The subject's grades.
    pub fn ratings(&self) -> Ratings {
        let seen = self.seen(Class::Rating);
        let ([shown], next) = self.cut([seen.numbers]);
        let ratings = self.lines(&shown, |number| self.rating(number));
        let marks = self.ended_by_compromised(&[Class::Rating]);
        Ratings { ratings, withheld: self.told(seen.withheld), marks, next }
    }

    /// The subject's points, scheme by scheme and cycle by cycle.
    pub fn points(&self) -> Points {
        let seen = self.seen(Class::Charge);
        let mut schemes: BTreeMap<&PointsCode, Vec<ItemNumber>> = BTreeMap::new();
        for number in &seen.numbers {
            if let Some(Fact::Charge { scheme, .. }) = self.case.file.get(*number).map(|item| &item.fact) {
                schemes.entry(scheme).or_default().push(*number);
            }
        }
        let ([shown], next) = self.cut([seen.numbers]);
        let schemes = schemes.into_iter().map(|(scheme, charges)| PointsLine {
            scheme: scheme.clone(),
            cycles: self.cycles(scheme, &charges, &shown),
        });
        let marks = self.ended_by_compromised(&[Class::Charge]);
        Points { schemes: schemes.collect(), withheld: self.told(seen.withheld), marks, next }
    }

    /// Whether a commitment is open past its day.
    fn is_overdue(&self, number: ItemNumber) -> bool {
        let due = match self.case.file.get(number).map(|item| &item.fact) {
            Some(Fact::Commitment { due, .. }) => *due,
            _ => None,
        };
        self.case.phase_at(number) == Some(Phase::Made) && due.is_some_and(|day| self.case.is_past(day))
    }

    fn commitment(&self, number: ItemNumber) -> Option<CommitmentLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Commitment { commitment_type, due } = &item.fact else { return None };
        let text = match self.body(item) {
            Some(Body::CommitmentMade(body)) => Some(body.text),
            _ => None,
        };
        Some(CommitmentLine {
            commitment_type: commitment_type.clone(),
            text,
            due: *due,
            overdue: self.is_overdue(number),
            line,
        })
    }

    /// A grade as a line.
    pub fn rating(&self, number: ItemNumber) -> Option<RatingLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Rating(rating) = &item.fact else { return None };
        let scheme = case.scheme_of(item, rating);
        let grade =
            scheme.and_then(|scheme| scheme.grades.iter().find(|grade| *grade.grade == *rating.grade));
        let method = match self.body(item) {
            Some(Body::RatingAssigned(body)) => body.method,
            _ => None,
        };
        Some(RatingLine {
            scheme: rating.scheme.clone(),
            grade: rating.grade.to_string(),
            title: grade.map(|grade| grade.title.clone()),
            polarity: grade.map(|grade| grade.polarity),
            method: method.or_else(|| scheme.map(|scheme| scheme.method.clone())),
            period_from: rating.period_from,
            line,
        })
    }

    /// A cycle begins with the first charge after the last one's end, and lasts as the scheme says on that
    /// day. Every cycle stands on every page, with what it sums up.
    fn cycles(&self, code: &PointsCode, charges: &[ItemNumber], shown: &OnPage) -> Vec<Cycle> {
        let mut dated: Vec<(&Item, ItemNumber)> =
            charges.iter().filter_map(|number| Some((self.case.file.get(*number)?, *number))).collect();
        dated.sort_by_key(|(item, number)| (item.from, *number));
        let mut cycles: Vec<(Date, Date, Arc<PointsScheme>, Vec<ItemNumber>)> = Vec::new();
        for (item, number) in dated {
            let day = item.from.date();
            match cycles.last_mut() {
                Some((_, last, _, inside)) if day <= *last => inside.push(number),
                _ => {
                    let known = self.case.as_of.known;
                    let Some(scheme) = self.case.catalogue.points.at(code, item.from, known) else {
                        continue;
                    };
                    let last = day.plus_months(scheme.cycle_months.into()).plus_days(-1);
                    cycles.push((day, last, scheme.clone(), vec![number]));
                }
            }
        }
        cycles
            .into_iter()
            .map(|(from, last, scheme, inside)| self.cycle((from, last), &scheme, &inside, shown))
            .collect()
    }

    fn cycle(
        &self,
        (from, last): (Date, Date),
        scheme: &PointsScheme,
        inside: &[ItemNumber],
        shown: &OnPage,
    ) -> Cycle {
        let today = self.case.today();
        let counted = inside.iter().filter(|number| self.case.in_force(**number));
        let points = counted
            .filter_map(|number| match self.case.file.get(*number)?.fact {
                Fact::Charge { points, .. } => Some(u32::from(points)),
                _ => None,
            })
            .sum();
        let reached = scheme.thresholds.iter().filter(|threshold| points >= u32::from(threshold.points));
        Cycle {
            from,
            until: last,
            current: from <= today && today <= last,
            points,
            charges: self.lines(&shown.among(inside), |number| self.charge(number)),
            proposes: reached.map(|threshold| threshold.proposes.clone()).collect(),
        }
    }

    fn charge(&self, number: ItemNumber) -> Option<ChargeLine> {
        let line = self.line(number)?;
        let Fact::Charge { rule, points, .. } = &self.case.file.get(number)?.fact else { return None };
        Some(ChargeLine { rule_of_scheme: rule.to_string(), points: *points, line })
    }
}
