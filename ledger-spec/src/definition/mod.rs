//! Definitions: what the catalogue says of each type, list, measure, scheme, calendar, procedure and
//! legal instrument. `catalogue.*` events and the shipped TOML are read by the same strict code.

mod difference;
mod ends;
mod listing;
mod named;
mod reading;
mod record;
mod retention;
mod scheme;
mod sight;
mod time;
mod words;

pub use ends::{Ends, EndsBy};
pub use listing::{Direction, EarlyFrom, ListDefinition, ListItem, MeasureDefinition, Persons};
pub use record::{
    BAN, CERTIFICATE, CHANGED, CONDUCT, DETENTION, DetailField, DetailForm, DetailValue, FINE, FINE_AMOUNT,
    FORFEITED_AMOUNT, FORFEITING_KINDS, GENERAL_KINDS, GIVING_STEPS, HEARD, HEARD_KINDS, LICENCE_NAME,
    LICENCE_NUMBER, LICENCE_SUSPENDED, MASKING_STEPS, MATTER, MINOR_KINDS, PENALTY_KIND, Pole, RED_LIST,
    RESTRICTING_KINDS, RecordType, RepairCondition, SERIOUS_KINDS, SEVERAL, STEP, TAKING_STEPS,
    UNENDING_KINDS, UNMASKING_STEPS, VALID_FROM, VALID_UNTIL, VIOLATION, Validity, WARNING,
    least_severity_of,
};
pub use retention::{DueWhen, RetentionRule};
pub use scheme::{Grade, PointsRule, PointsScheme, RatingScheme, Threshold};
pub use sight::Sight;
mod article;
pub(crate) use article::is_article;
pub use time::{Calendar, Instrument, NamedPeriod, Procedure};
pub(crate) use words::words;
pub use words::{
    AuthorityLevel, Citation, Confidence, Disclosure, Domain, Level, Name, Pattern, Polarity,
    ProcedurePeriod, Scheme, Severity, Status, TierBound,
};

use crate::id::{BasisCode, CatalogueItem, SubjectKind};
use crate::json::fields::{FieldError, FieldFault, Fields};

/// What every definition but an instrument's says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// Its title.
    pub title: Name,
    /// On which law it rests.
    pub basis: Vec<Basis>,
    /// How sure the catalogue is.
    pub confidence: Confidence,
    /// The section of the plan that names it.
    pub plan: Option<String>,
    /// Doubts and remarks.
    pub note: Option<String>,
}

/// A legal basis of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The instrument.
    pub source: BasisSource,
    /// Its article, where one is meant.
    pub article: Option<String>,
}

/// How a definition names an instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BasisSource {
    /// One that the catalogue registers, with the days on which it was in force.
    Instrument(BasisCode),
    /// One that it only names.
    Title(String),
}

/// The sorts of items of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the words of the design, §5
pub enum ItemKind {
    Basis,
    Type,
    List,
    Measure,
    Rating,
    Points,
    Calendar,
    Procedure,
}

/// A definition of any sort.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is named like its sort
pub enum Definition {
    Basis(Box<Instrument>),
    Type(Box<RecordType>),
    List(Box<ListDefinition>),
    Measure(Box<MeasureDefinition>),
    Rating(Box<RatingScheme>),
    Points(Box<PointsScheme>),
    Calendar(Box<Calendar>),
    Procedure(Box<Procedure>),
}

impl ItemKind {
    /// The word for it in subjects: `catalogue:<word>.<code>`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basis => "basis",
            Self::Type => "type",
            Self::List => "list",
            Self::Measure => "measure",
            Self::Rating => "rating",
            Self::Points => "points",
            Self::Calendar => "calendar",
            Self::Procedure => "procedure",
        }
    }

    /// Every sort, in the order in which they are adopted: what others rest on first.
    pub const ALL: [Self; 8] = [
        Self::Basis,
        Self::Type,
        Self::List,
        Self::Measure,
        Self::Rating,
        Self::Points,
        Self::Calendar,
        Self::Procedure,
    ];

    /// The sort of an item.
    #[must_use]
    pub const fn of(item: &CatalogueItem) -> Self {
        match item {
            CatalogueItem::Basis(_) => Self::Basis,
            CatalogueItem::Type(_) => Self::Type,
            CatalogueItem::List(_) => Self::List,
            CatalogueItem::Measure(_) => Self::Measure,
            CatalogueItem::Rating(_) => Self::Rating,
            CatalogueItem::Points(_) => Self::Points,
            CatalogueItem::Calendar(_) => Self::Calendar,
            CatalogueItem::Procedure(_) => Self::Procedure,
        }
    }
}

impl Definition {
    /// Reads a definition of this sort.
    pub fn parse(item: ItemKind, fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(match item {
            ItemKind::Basis => Self::Basis(Box::new(Instrument::parse(fields)?)),
            ItemKind::Type => Self::Type(Box::new(RecordType::parse(fields)?)),
            ItemKind::List => Self::List(Box::new(ListDefinition::parse(fields)?)),
            ItemKind::Measure => Self::Measure(Box::new(MeasureDefinition::parse(fields)?)),
            ItemKind::Rating => Self::Rating(Box::new(RatingScheme::parse(fields)?)),
            ItemKind::Points => Self::Points(Box::new(PointsScheme::parse(fields)?)),
            ItemKind::Calendar => Self::Calendar(Box::new(Calendar::parse(fields)?)),
            ItemKind::Procedure => Self::Procedure(Box::new(Procedure::parse(fields)?)),
        })
    }

    /// Which sort it is of.
    #[must_use]
    pub const fn item(&self) -> ItemKind {
        match self {
            Self::Basis(_) => ItemKind::Basis,
            Self::Type(_) => ItemKind::Type,
            Self::List(_) => ItemKind::List,
            Self::Measure(_) => ItemKind::Measure,
            Self::Rating(_) => ItemKind::Rating,
            Self::Points(_) => ItemKind::Points,
            Self::Calendar(_) => ItemKind::Calendar,
            Self::Procedure(_) => ItemKind::Procedure,
        }
    }

    /// What all sorts say but legal instruments, which are the basis themselves.
    #[must_use]
    pub const fn common(&self) -> Option<&Common> {
        Some(match self {
            Self::Basis(_) => return None,
            Self::Type(one) => &one.common,
            Self::List(one) => &one.common,
            Self::Measure(one) => &one.common,
            Self::Rating(one) => &one.common,
            Self::Points(one) => &one.common,
            Self::Calendar(one) => &one.common,
            Self::Procedure(one) => &one.common,
        })
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> Option<&Name> {
        match self {
            Self::Basis(one) => Some(&one.title),
            other => other.common().map(|common| &common.title),
        }
    }
}

impl Common {
    pub(crate) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let title = Name::parse(fields, "title")?;
        let items = fields.array("basis", 1, 16)?;
        let basis: Result<_, _> =
            items.into_iter().map(|(path, item)| Basis::parse(Fields::of(&path, item)?)).collect();
        Ok(Self {
            title,
            basis: basis?,
            confidence: fields.parsed("confidence", Confidence::parse_word)?,
            plan: fields.optional_text("plan", 100)?,
            note: fields.optional_text("note", 1000)?,
        })
    }
}

impl Basis {
    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let instrument = fields.optional_parsed("instrument", BasisCode::parse)?;
        let title = fields.optional_name("title", 200)?;
        let source = match (instrument, title) {
            (Some(code), None) => BasisSource::Instrument(code),
            (None, Some(title)) => BasisSource::Title(title),
            (None, None) => return Err(fields.error("instrument", FieldFault::Missing)),
            (Some(_), Some(_)) => return Err(fields.error("title", FieldFault::Unknown)),
        };
        let basis = Self { source, article: fields.optional_text("article", 100)? };
        fields.finish()?;
        Ok(basis)
    }
}

/// A kind of subject, as events and definitions write it.
pub(crate) fn kind_word(text: &str) -> Result<SubjectKind, FieldFault> {
    SubjectKind::parse_word(text)
}

#[cfg(test)]
mod tests;
