//! Bodies of what is said about conduct beyond records: commitments, ratings, points, transfers, and of
//! the oversight of the departments themselves: populations, rectifications, incidents, migrations.

use super::record::Decision;

use crate::definition::{Citation, words};
use crate::id::{AuthorityId, EventId, PointsCode, RatingCode, TypeCode};
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::rule::Rule;
use crate::time::Date;
use crate::wording::{Words, say};
use tlog::defect::OrDefect as _;

/// `commitment.made`: the subject promises something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentMade {
    /// The type of commitment in the catalogue.
    pub commitment_type: TypeCode,
    /// What is promised.
    pub text: String,
    /// By when.
    pub due: Option<Date>,
    /// Legal instruments that it cites (D02).
    pub basis: Vec<Citation>,
}

/// `rating.assigned`: the owner of a scheme gives a grade. The ledger computes none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingAssigned {
    /// The scheme.
    pub scheme: RatingCode,
    /// The grade, one of the scheme's.
    pub grade: String,
    /// The first day of the period that it judges or holds for, and the last where one is named.
    pub period: Option<(Date, Option<Date>)>,
    /// The version of the method, where it is not the scheme's.
    pub method: Option<String>,
    /// Records that it rests on: it falls with them.
    pub rests_on: Vec<EventId>,
    /// The document that decides.
    pub decision: Option<Decision>,
    /// Legal instruments that it cites (D02).
    pub basis: Vec<Citation>,
}

/// `points.charged`: points by a rule of a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsCharged {
    /// The scheme.
    pub scheme: PointsCode,
    /// The rule of the scheme.
    pub rule: String,
    /// How many.
    pub points: u16,
    /// The record that they rest on: they fall with it.
    pub record: Option<EventId>,
    /// Legal instruments that it cites (D02).
    pub basis: Vec<Citation>,
}

/// `population.declared`: the denominator of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopulationDeclared {
    /// Of which indicator.
    pub indicator: Indicator,
    /// How many there are.
    pub count: u64,
    /// How many of them are there yet, of what no log can count: systems that were built, platforms that are connected.
    pub reached: Option<u64>,
    /// Who counted, and where that can be looked up.
    pub source: String,
    /// On which day.
    pub date: Date,
}

/// The fifteen indicators of the plan (2.2), in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
#[allow(missing_docs)] // numbered as in the plan
pub enum Indicator {
    J1,
    J2,
    J3,
    J4,
    J5,
    J6,
    J7,
    J8,
    J9,
    J10,
    J11,
    J12,
    J13,
    J14,
    J15,
}

impl Indicator {
    /// Whether no log can count it, so that a steward attests it: systems that were built (J13) and platforms that are
    /// connected (J15).
    #[must_use]
    pub const fn is_attested(self) -> bool {
        matches!(self, Self::J13 | Self::J15)
    }
}

/// `rectification.ordered`: a department has to put something right within a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RectificationOrdered {
    /// What.
    pub issue: String,
    /// By when, that day included.
    pub due: Date,
}

/// `incident.opened`: an incident of security or of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentOpened {
    /// What happened, without personal data.
    pub title: String,
    /// When it was reported.
    pub reported_on: Option<Date>,
}

/// `transfer.made`: a case is handed to another authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferMade {
    /// To whom.
    pub to: AuthorityId,
    /// Why, in words.
    pub ground: String,
    /// The record that it concerns.
    pub record: Option<EventId>,
}

/// `migration.opened`: a named authority may bring in records of an older register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationOpened {
    /// The older register.
    pub source: String,
    /// The first day of the decisions that may come in.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Rules that cannot be met looking back: not verified by this ledger, and shown so.
    pub unchecked: Vec<Rule>,
    /// What else is to be known about it.
    pub note: Option<String>,
}

words!(Indicator {
    J1 = "J1",
    J2 = "J2",
    J3 = "J3",
    J4 = "J4",
    J5 = "J5",
    J6 = "J6",
    J7 = "J7",
    J8 = "J8",
    J9 = "J9",
    J10 = "J10",
    J11 = "J11",
    J12 = "J12",
    J13 = "J13",
    J14 = "J14",
    J15 = "J15",
});

impl Indicator {
    /// All fifteen, in the plan's order.
    pub const ALL: [Self; 15] = [
        Self::J1,
        Self::J2,
        Self::J3,
        Self::J4,
        Self::J5,
        Self::J6,
        Self::J7,
        Self::J8,
        Self::J9,
        Self::J10,
        Self::J11,
        Self::J12,
        Self::J13,
        Self::J14,
        Self::J15,
    ];
}

impl CommitmentMade {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            commitment_type: fields.parsed("type", TypeCode::parse)?,
            text: fields.text("text", 4000)?,
            due: fields.optional_parsed("due", Date::parse)?,
            basis: Citation::parse_all(fields, "basis")?,
        })
    }
}

impl RatingAssigned {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            scheme: fields.parsed("scheme", RatingCode::parse)?,
            grade: fields.text("grade", 64)?,
            period: fields.optional_object("period")?.map(period).transpose()?,
            method: fields.optional_text("method", 200)?,
            rests_on: fields.parsed_array("rests_on", (0, 32), EventId::parse)?,
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
            basis: Citation::parse_all(fields, "basis")?,
        })
    }
}

impl PointsCharged {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let scheme = fields.parsed("scheme", PointsCode::parse)?;
        let rule = fields.text("rule", 64)?;
        let points = fields.number("points", 1, 1000)?;
        Ok(Self {
            scheme,
            rule,
            points: u16::try_from(points).or_defect("it was read with a most that fits"),
            record: fields.optional_parsed("record", EventId::parse)?,
            basis: Citation::parse_all(fields, "basis")?,
        })
    }
}

impl PopulationDeclared {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let indicator = fields.parsed("indicator", Indicator::parse_word)?;
        let count = fields.number("count", 0, 1 << 40)?;
        // Of what the log counts nobody says how much of it there is: the field is none there.
        let reached =
            if indicator.is_attested() { fields.optional_number("reached", 0, count)? } else { None };
        Ok(Self {
            indicator,
            count,
            reached,
            source: fields.text("source", 1000)?,
            date: fields.parsed("date", Date::parse)?,
        })
    }
}

impl RectificationOrdered {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self { issue: fields.text("issue", 1000)?, due: fields.parsed("due", Date::parse)? })
    }
}

impl IncidentOpened {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            title: fields.text("title", 1000)?,
            reported_on: fields.optional_parsed("reported_on", Date::parse)?,
        })
    }
}

impl TransferMade {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            to: fields.parsed("to", AuthorityId::parse)?,
            ground: fields.text("ground", 1000)?,
            record: fields.optional_parsed("record", EventId::parse)?,
        })
    }
}

impl MigrationOpened {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let migration = Self {
            source: fields.text("source", 1000)?,
            from: fields.parsed("from", Date::parse)?,
            until: fields.parsed("until", Date::parse)?,
            unchecked: fields.parsed_array("unchecked", (0, 16), lookback_rule)?,
            note: fields.optional_text("note", 1000)?,
        };
        in_order(fields, "until", migration.from, migration.until)?;
        Ok(migration)
    }
}

/// A rule that may be left unchecked for records of an older register.
fn lookback_rule(id: &str) -> Result<Rule, FieldFault> {
    Rule::LOOKBACK.into_iter().find(|rule| rule.id() == id).ok_or_else(|| FieldFault::Value {
        found: shorten(id),
        expected: say!("one of {}", Words::data(Rule::LOOKBACK.map(Rule::id).join(" "))),
    })
}

fn period(mut fields: Fields) -> Result<(Date, Option<Date>), FieldError> {
    let from = fields.parsed("from", Date::parse)?;
    let until = fields.optional_parsed("until", Date::parse)?;
    if let Some(until) = until {
        in_order(&fields, "until", from, until)?;
    }
    fields.finish()?;
    Ok((from, until))
}

fn in_order(fields: &Fields, name: &str, from: Date, until: Date) -> Result<(), FieldError> {
    if from <= until {
        return Ok(());
    }
    Err(fields
        .error(name, FieldFault::Value { found: until.to_string(), expected: say!("{} or later", from) }))
}
