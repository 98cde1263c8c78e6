//! Rating and points schemes: grades and points that an authority gives by the scheme. The ledger
//! computes none.

use super::Common;
use super::reading::{bounds, kinds, months, small, status, subjects, token};
use super::words::{Disclosure, Name, Polarity, Scheme, Status};
use crate::id::SubjectKind;
use crate::json::fields::{FieldError, FieldFault, Fields};
use crate::wording::say;

/// A rating scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingScheme {
    /// Title, basis, confidence.
    pub common: Common,
    /// Whom it may grade.
    pub subjects: Vec<Scheme>,
    /// Which kinds of subjects; any where none is named.
    pub kinds: Vec<SubjectKind>,
    /// Its grades, the best first.
    pub grades: Vec<Grade>,
    /// Who may see them.
    pub disclosure: Disclosure,
    /// The only grades that are public, where not all are.
    pub public_grades: Vec<String>,
    /// How long a grade lasts.
    pub cycle_months: Option<u16>,
    /// The version of its method.
    pub method: String,
    /// Whether grades may be given.
    pub status: Status,
}

/// A grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Its name in bodies.
    pub grade: String,
    /// Its title.
    pub title: Name,
    /// Which way it points.
    pub polarity: Polarity,
}

/// A points scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsScheme {
    /// Title, basis, confidence.
    pub common: Common,
    /// Whom it may charge.
    pub subjects: Vec<Scheme>,
    /// Which kinds of subjects; any where none is named.
    pub kinds: Vec<SubjectKind>,
    /// The length of a cycle.
    pub cycle_months: u16,
    /// The rules by which points are charged.
    pub rules: Vec<PointsRule>,
    /// From how many points on something is proposed.
    pub thresholds: Vec<Threshold>,
    /// Who may see the points.
    pub disclosure: Disclosure,
    /// Whether points may be charged.
    pub status: Status,
}

/// A rule by which points are charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsRule {
    /// Its name in bodies.
    pub rule: String,
    /// Its title.
    pub title: Name,
    /// The least number of points.
    pub min: Option<u16>,
    /// The greatest.
    pub max: Option<u16>,
}

/// What so many points in one cycle propose. Nobody is listed by a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// From how many points on.
    pub points: u16,
    /// The list or measure that is proposed.
    pub proposes: String,
}

impl RatingScheme {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let common = Common::parse(fields)?;
        let mut grades: Vec<Grade> = Vec::new();
        for (path, item) in fields.array("grades", 1, 32)? {
            let mut one = Fields::of(&path, item)?;
            let grade = Grade {
                grade: one.parsed("grade", token)?,
                title: Name::parse(&mut one, "title")?,
                polarity: one.parsed("polarity", Polarity::parse_word)?,
            };
            once(&one, "grade", &grade.grade, grades.iter().map(|known| &known.grade))?;
            one.finish()?;
            grades.push(grade);
        }
        Ok(Self {
            common,
            subjects: subjects(fields)?,
            kinds: kinds(fields)?,
            grades,
            disclosure: fields.parsed("disclosure", Disclosure::parse_word)?,
            public_grades: fields.parsed_array("public_grades", (0, 32), token)?,
            cycle_months: months(fields, "cycle_months")?,
            method: fields.text("method", 200)?,
            status: status(fields)?,
        })
    }
}

impl PointsScheme {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let common = Common::parse(fields)?;
        let mut rules: Vec<PointsRule> = Vec::new();
        for (path, item) in fields.array("rules", 1, 200)? {
            let mut one = Fields::of(&path, item)?;
            let (min, max) = bounds(&mut one, ("min", "max"), points)?;
            let rule = PointsRule {
                rule: one.parsed("rule", token)?,
                title: Name::parse(&mut one, "title")?,
                min,
                max,
            };
            once(&one, "rule", &rule.rule, rules.iter().map(|known| &known.rule))?;
            one.finish()?;
            rules.push(rule);
        }
        let mut thresholds = Vec::new();
        for (path, item) in fields.array("thresholds", 0, 16)? {
            let mut one = Fields::of(&path, item)?;
            let points = one.number("points", 1, 1000)?;
            thresholds.push(Threshold { points: small(points), proposes: one.parsed("proposes", token)? });
            one.finish()?;
        }
        Ok(Self {
            common,
            subjects: subjects(fields)?,
            kinds: kinds(fields)?,
            cycle_months: small(fields.number("cycle_months", 1, 120)?),
            rules,
            thresholds,
            disclosure: fields
                .optional_parsed("disclosure", Disclosure::parse_word)?
                .unwrap_or(Disclosure::Restricted),
            status: status(fields)?,
        })
    }
}

fn points(fields: &mut Fields, name: &str) -> Result<Option<u16>, FieldError> {
    Ok(fields.optional_number(name, 1, 1000)?.map(small))
}

fn once<'a>(
    fields: &Fields,
    field: &str,
    found: &str,
    mut known: impl Iterator<Item = &'a String>,
) -> Result<(), FieldError> {
    if known.any(|known| known == found) {
        let expected = say!("a name once");
        return Err(fields.error(field, FieldFault::Value { found: found.to_owned(), expected }));
    }
    Ok(())
}
