//! Commitments, ratings and points. Grades and points are what an authority gave by its scheme; the ledger
//! adds up points by the scheme's own cycle and judges nobody.

use super::{Line, TextLine, View};
use crate::casefile::{Fact, Item, Place};
use crate::definition::PointsScheme;
use crate::event::{Body, Class, Phase};
use crate::id::PointsCode;
use crate::time::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a subject promised, and how it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Commitments {
    /// In the log's order.
    pub commitments: Vec<CommitmentLine>,
    /// How many of them were kept.
    pub kept: usize,
    /// Broken.
    pub broken: usize,
    /// Open, their day not passed.
    pub open: usize,
    /// Open past their day (P21).
    pub overdue: usize,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// One commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommitmentLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// Its type.
    #[serde(rename = "type")]
    pub commitment_type: String,
    /// What is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Whether that day has passed and it is still open.
    pub overdue: bool,
}

/// The grades that a subject was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ratings {
    /// In the log's order; of one scheme at most one is in force.
    pub ratings: Vec<RatingLine>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
}

/// One grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RatingLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The scheme.
    pub scheme: String,
    /// The grade.
    pub grade: String,
    /// Its title in the scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<TextLine>,
    /// Which way the scheme says that it points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polarity: Option<&'static str>,
    /// The version of the method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The first day of its period, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_from: Option<String>,
}

/// Points by scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Points {
    /// The schemes, by code.
    pub schemes: Vec<PointsLine>,
    /// How many charges were left out because the reader may not see them.
    pub withheld: usize,
}

/// The points of one scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointsLine {
    /// The scheme.
    pub scheme: String,
    /// Its cycles, the first one first.
    pub cycles: Vec<Cycle>,
}

/// One cycle (P23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cycle {
    /// Its first day: that of its first charge.
    pub from: String,
    /// Its last day.
    pub until: String,
    /// Whether the valid instant falls in it.
    pub current: bool,
    /// The points in force.
    pub points: u32,
    /// The charges.
    pub charges: Vec<ChargeLine>,
    /// What the points propose by the scheme's thresholds. Somebody has to decide; nothing follows by itself.
    pub proposes: Vec<String>,
}

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChargeLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The rule of the scheme.
    pub rule_of_scheme: String,
    /// How many.
    pub points: u16,
}

impl View<'_> {
    /// The subject's commitments.
    pub fn commitments(&self) -> Commitments {
        let seen = self.seen(Class::Commitment);
        let commitments: Vec<_> = seen.places.iter().filter_map(|place| self.commitment(*place)).collect();
        let count = |phase: Phase| {
            commitments.iter().filter(|commitment| commitment.line.phase == Some(phase.name())).count()
        };
        let overdue = commitments.iter().filter(|commitment| commitment.overdue).count();
        Commitments {
            kept: count(Phase::Kept),
            broken: count(Phase::Broken),
            open: count(Phase::Made) - overdue,
            overdue,
            withheld: seen.withheld,
            commitments,
        }
    }

    /// The subject's grades.
    pub fn ratings(&self) -> Ratings {
        let seen = self.seen(Class::Rating);
        Ratings {
            ratings: seen.places.iter().filter_map(|place| self.rating(*place)).collect(),
            withheld: seen.withheld,
        }
    }

    /// The subject's points, scheme by scheme and cycle by cycle.
    pub fn points(&self) -> Points {
        let seen = self.seen(Class::Charge);
        let mut schemes: BTreeMap<&PointsCode, Vec<Place>> = BTreeMap::new();
        for place in &seen.places {
            if let Some(Fact::Charge { scheme, .. }) = self.lens.file.get(*place).map(|item| &item.fact) {
                schemes.entry(scheme).or_default().push(*place);
            }
        }
        let schemes = schemes.into_iter().map(|(scheme, charges)| PointsLine {
            scheme: scheme.to_string(),
            cycles: self.cycles(scheme, &charges),
        });
        Points { schemes: schemes.collect(), withheld: seen.withheld }
    }

    fn commitment(&self, place: Place) -> Option<CommitmentLine> {
        let (lens, line) = (&self.lens, self.line(place)?);
        let item = lens.file.get(place)?;
        let Fact::Commitment { commitment_type, due } = &item.fact else { return None };
        let text = match item.body() {
            Some(Body::CommitmentMade(body)) => Some(body.text.clone()),
            _ => None,
        };
        let open = lens.phase_at(place) == Some(Phase::Made);
        Some(CommitmentLine {
            commitment_type: commitment_type.to_string(),
            text,
            due: due.map(|day| day.to_string()),
            overdue: open && due.is_some_and(|day| lens.is_past(day)),
            line,
        })
    }

    /// A grade as a line.
    pub fn rating(&self, place: Place) -> Option<RatingLine> {
        let (lens, line) = (&self.lens, self.line(place)?);
        let item = lens.file.get(place)?;
        let Fact::Rating(rating) = &item.fact else { return None };
        let scheme = lens.scheme_of(item, rating);
        let grade =
            scheme.and_then(|scheme| scheme.grades.iter().find(|grade| *grade.grade == *rating.grade));
        let method = match item.body() {
            Some(Body::RatingAssigned(body)) => body.method.clone(),
            _ => None,
        };
        Some(RatingLine {
            scheme: rating.scheme.to_string(),
            grade: rating.grade.to_string(),
            title: grade.map(|grade| TextLine::of(&grade.title)),
            polarity: grade.map(|grade| grade.polarity.name()),
            method: method.or_else(|| scheme.map(|scheme| scheme.method.clone())),
            period_from: rating.period_from.map(|day| day.to_string()),
            line,
        })
    }

    /// A cycle begins with the first charge after the last one's end, and lasts as the scheme says on that
    /// day.
    fn cycles(&self, code: &PointsCode, charges: &[Place]) -> Vec<Cycle> {
        let mut dated: Vec<(&Item, Place)> =
            charges.iter().filter_map(|place| Some((self.lens.file.get(*place)?, *place))).collect();
        dated.sort_by_key(|(item, place)| (item.from, *place));
        let mut cycles: Vec<(Date, Date, Arc<PointsScheme>, Vec<Place>)> = Vec::new();
        for (item, place) in dated {
            let day = item.from.date();
            match cycles.last_mut() {
                Some((_, last, _, inside)) if day <= *last => inside.push(place),
                _ => {
                    let known = self.lens.asked.known;
                    let Some(scheme) = self.lens.catalogue.points.at(code, item.from, known) else {
                        continue;
                    };
                    let last = day.plus_months(scheme.cycle_months.into()).plus_days(-1);
                    cycles.push((day, last, scheme.clone(), vec![place]));
                }
            }
        }
        cycles
            .into_iter()
            .map(|(from, last, scheme, inside)| self.cycle(from, last, &scheme, &inside))
            .collect()
    }

    fn cycle(&self, from: Date, last: Date, scheme: &PointsScheme, inside: &[Place]) -> Cycle {
        let today = self.lens.today();
        let counted = inside.iter().filter(|place| self.lens.in_force(**place));
        let points = counted
            .filter_map(|place| match self.lens.file.get(*place)?.fact {
                Fact::Charge { points, .. } => Some(u32::from(points)),
                _ => None,
            })
            .sum();
        let reached = scheme.thresholds.iter().filter(|threshold| points >= u32::from(threshold.points));
        Cycle {
            from: from.to_string(),
            until: last.to_string(),
            current: from <= today && today <= last,
            points,
            charges: inside.iter().filter_map(|place| self.charge(*place)).collect(),
            proposes: reached.map(|threshold| threshold.proposes.clone()).collect(),
        }
    }

    fn charge(&self, place: Place) -> Option<ChargeLine> {
        let line = self.line(place)?;
        let Fact::Charge { rule, points, .. } = &self.lens.file.get(place)?.fact else { return None };
        Some(ChargeLine { rule_of_scheme: rule.to_string(), points: *points, line })
    }
}
