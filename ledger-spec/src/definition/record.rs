//! Types of records.

use super::reading::{early_months, kinds, months, optional_period, small, status, subjects, token};
use super::words::{Disclosure, Name, Polarity, Scheme, Severity, Status};
use super::{Common, Confidence};
use crate::id::{SubjectId, SubjectKind};
use crate::json::Json;
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::time::{Date, Period, Unit};

/// A type of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordType {
    /// Title, basis, confidence.
    pub common: Common,
    /// Which way its records point.
    pub polarity: Pole,
    /// The severities that its negative records may have; any where none is named.
    pub severities: Vec<Severity>,
    /// The widest circle that may see a record about a body.
    pub disclosure: Disclosure,
    /// The same for a natural person.
    pub person_disclosure: Disclosure,
    /// Whom it may be about.
    pub subjects: Vec<Scheme>,
    /// Which kinds of subjects; any where none is named.
    pub kinds: Vec<SubjectKind>,
    /// Whether records may be filed.
    pub status: Status,
    /// How long a record counts.
    pub validity: Validity,
    /// Who files it, in words.
    pub filer: Option<String>,
    /// Whether it rests on an administrative penalty, so that limitation counts (A06).
    pub limitation: bool,
    /// Whether a second officer signs (D08).
    pub legal_review: bool,
    /// How soon after the decision it is to be filed.
    pub file_within: Option<Period>,
    /// Its own fields (D04).
    pub fields: Vec<DetailField>,
    /// What projections know it by: `file:J3`, `cs:probity`, `occupation`, …
    pub tags: Vec<String>,
}

/// Which way a type points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pole {
    /// All its records the same way.
    Fixed(Polarity),
    /// Each record says.
    Mixed,
}

/// How long a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// By the tiers of repair (Order 36).
    Tier,
    /// Until an event ends it.
    UntilEnded,
    /// As the decision says.
    AsDecided,
    /// For ever.
    Permanent,
    /// So long from the decision; earlier repair after `early`, where that is named.
    Fixed {
        /// How long.
        period: Period,
        /// After how long it may end early.
        early: Option<Period>,
    },
    /// As the decision says, within these.
    Between {
        /// At least.
        min: Period,
        /// At most.
        max: Period,
    },
}

/// A field of a type's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailField {
    /// Its name in bodies.
    pub name: String,
    /// Its title.
    pub title: Name,
    /// Whether every record fills it.
    pub required: bool,
    /// Whether it says who a natural person is, where one lives, or what is told of one: then it travels beside the event
    /// (D15).
    pub personal: bool,
    /// The values that it takes; any text where none is named.
    pub values: Vec<DetailValue>,
}

/// A value of such a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailValue {
    /// The value in bodies.
    pub value: String,
    /// Its title.
    pub title: Name,
    /// The first day on which it can be used.
    pub from: Option<Date>,
    /// The first day on which it no longer can: a licence abolished, say.
    pub until: Option<Date>,
}

impl RecordType {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            common: Common::parse(fields)?,
            polarity: fields.parsed("polarity", Pole::parse_word)?,
            severities: fields.parsed_array("severities", (0, 3), Severity::parse_word)?,
            disclosure: fields.parsed("disclosure", Disclosure::parse_word)?,
            person_disclosure: fields
                .optional_parsed("person_disclosure", Disclosure::parse_word)?
                .unwrap_or(Disclosure::Restricted),
            subjects: subjects(fields)?,
            kinds: kinds(fields)?,
            status: status(fields)?,
            validity: Validity::parse(fields)?,
            filer: fields.optional_name("filer", 200)?,
            limitation: fields.flag("limitation")?,
            legal_review: fields.flag("legal_review")?,
            file_within: optional_period(fields, "file_within")?,
            fields: DetailField::parse_all(fields)?,
            tags: fields.parsed_array("tags", (0, 16), token)?,
        })
    }

    /// Whether it carries a tag.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|found| found == tag)
    }

    /// The widest circle that may see a record about this subject.
    #[must_use]
    pub const fn disclosure_for(&self, subject: &SubjectId) -> Disclosure {
        if subject.is_natural() { self.person_disclosure } else { self.disclosure }
    }

    /// How sure the catalogue is of it.
    #[must_use]
    pub const fn confidence(&self) -> Confidence {
        self.common.confidence
    }
}

impl Pole {
    fn parse_word(text: &str) -> Result<Self, FieldFault> {
        if text == "mixed" {
            return Ok(Self::Mixed);
        }
        Polarity::parse_word(text).map(Self::Fixed).map_err(|_| FieldFault::Value {
            found: shorten(text),
            expected: "one of positive neutral negative mixed".into(),
        })
    }

    /// The word for it in events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed(polarity) => polarity.name(),
            Self::Mixed => "mixed",
        }
    }
}

impl Validity {
    fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let word = match fields.take("validity") {
            None => return Ok(Self::UntilEnded),
            Some(Json::String(word)) => word,
            Some(object) => return Self::parse_terms(Fields::of(&fields.path_of("validity"), object)?),
        };
        match &*word {
            "tier" => Ok(Self::Tier),
            "until_ended" => Ok(Self::UntilEnded),
            "as_decided" => Ok(Self::AsDecided),
            "permanent" => Ok(Self::Permanent),
            other => {
                let expected = "tier, until_ended, as_decided, permanent or an object".into();
                Err(fields.error("validity", FieldFault::Value { found: shorten(other), expected }))
            }
        }
    }

    fn parse_terms(mut fields: Fields) -> Result<Self, FieldError> {
        let of_months = |number| Period { number, unit: Unit::Month };
        let days = fields.optional_number("days", 1, 10_000)?;
        let (whole, early) = (months(&mut fields, "months")?, early_months(&mut fields)?);
        let (min, max) = (months(&mut fields, "min_months")?, months(&mut fields, "max_months")?);
        let validity = match (days, whole, min, max) {
            (Some(days), None, None, None) => Self::Fixed {
                period: Period { number: small(days), unit: Unit::Day },
                early: early.map(of_months),
            },
            (None, Some(whole), None, None) => {
                Self::Fixed { period: of_months(whole), early: early.map(of_months) }
            }
            (None, None, Some(min), Some(max)) if min <= max => {
                Self::Between { min: of_months(min), max: of_months(max) }
            }
            _ => return Err(fields.error("months", FieldFault::Missing)),
        };
        fields.finish()?;
        Ok(validity)
    }
}

impl DetailField {
    fn parse_all(fields: &mut Fields) -> Result<Vec<Self>, FieldError> {
        let mut all: Vec<Self> = Vec::new();
        for (path, item) in fields.array("fields", 0, 32)? {
            let mut one = Fields::of(&path, item)?;
            let field = Self {
                name: one.parsed("name", token)?,
                title: Name::parse(&mut one, "title")?,
                required: one.flag("required")?,
                personal: one.flag("personal")?,
                values: DetailValue::parse_all(&mut one)?,
            };
            if all.iter().any(|known| known.name == field.name) {
                let expected = "a name once".into();
                return Err(one.error("name", FieldFault::Value { found: field.name, expected }));
            }
            one.finish()?;
            all.push(field);
        }
        Ok(all)
    }
}

impl DetailValue {
    fn parse_all(fields: &mut Fields) -> Result<Vec<Self>, FieldError> {
        let mut all: Vec<Self> = Vec::new();
        for (path, item) in fields.array("values", 0, 100)? {
            let mut one = Fields::of(&path, item)?;
            let value = Self {
                value: one.parsed("value", token)?,
                title: Name::parse(&mut one, "title")?,
                from: one.optional_parsed("from", Date::parse)?,
                until: one.optional_parsed("until", Date::parse)?,
            };
            if all.iter().any(|known| known.value == value.value) {
                let expected = "a value once".into();
                return Err(one.error("value", FieldFault::Value { found: value.value, expected }));
            }
            one.finish()?;
            all.push(value);
        }
        Ok(all)
    }
}
