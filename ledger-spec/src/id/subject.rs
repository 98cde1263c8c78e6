//! Whom or what an event is about.

use super::{
    AuthorityId, BasisCode, CalendarCode, ExternalId, IdError, ListCode, MeasureCode, PlaceCode, PointsCode,
    ProcedureCode, Pseudonym, RatingCode, TypeCode, Uscc,
};
use core::fmt;

/// The subject of an event. Its text is `<scheme>:<rest>`, or `ledger` alone; the order of the values
/// is the order of their texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
// The schemes stand in alphabetical order, so that the derived order is the order of the texts.
pub enum SubjectId {
    /// `authority:<id>`: an authority, as the subject of its own enrolment and keys.
    Authority(AuthorityId),
    /// `catalogue:list.<code>` or `catalogue:type.<code>`: an item of the catalogue.
    Catalogue(CatalogueItem),
    /// `ext:<register>:<code>`: known only to another register.
    External(ExternalId),
    /// `household:<pseudonym>`: a household of the register.
    Household(Pseudonym),
    /// `ledger`: the ledger itself.
    Ledger,
    /// `person:<pseudonym>`: a natural person.
    Person(Pseudonym),
    /// `place:<code>`: a place.
    Place(PlaceCode),
    /// `uscc:<code>`: whoever bears a unified social credit code.
    Uscc(Uscc),
}

/// An item of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
// In alphabetical order, like the schemes.
pub enum CatalogueItem {
    /// A legal instrument.
    Basis(BasisCode),
    /// A working-day calendar.
    Calendar(CalendarCode),
    /// A list.
    List(ListCode),
    /// A measure.
    Measure(MeasureCode),
    /// A points scheme.
    Points(PointsCode),
    /// A set of periods.
    Procedure(ProcedureCode),
    /// A rating scheme.
    Rating(RatingCode),
    /// A record type.
    Type(TypeCode),
}

crate::compact::checked!(SubjectId as String: |id: &SubjectId| id.to_string(), |text: String| Self::parse(&text));

impl SubjectId {
    /// The longest text of a subject, in bytes.
    pub const MAX_LEN: usize = "ext:".len() + 32 + ":".len() + 64;

    /// Reads a subject's text. Every subject has one text only.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (scheme, rest) = match text.split_once(':') {
            Some(parts) => parts,
            None if text == "ledger" => return Ok(Self::Ledger),
            None => return Err(unknown_scheme()),
        };
        match scheme {
            "authority" => AuthorityId::parse(rest).map(Self::Authority),
            "catalogue" => CatalogueItem::parse(rest).map(Self::Catalogue),
            "ext" => ExternalId::parse(rest).map(Self::External),
            "household" => Pseudonym::parse("household pseudonym", rest).map(Self::Household),
            "person" => Pseudonym::parse("person pseudonym", rest).map(Self::Person),
            "place" => PlaceCode::parse(rest).map(Self::Place),
            "uscc" => Uscc::parse(rest).map(Self::Uscc),
            _ => Err(unknown_scheme()),
        }
    }
}

impl SubjectId {
    /// The pseudonym of a person or household.
    #[must_use]
    pub const fn pseudonym(&self) -> Option<&Pseudonym> {
        match self {
            Self::Person(pseudonym) | Self::Household(pseudonym) => Some(pseudonym),
            _ => None,
        }
    }

    /// Whether it names a body, which is known by a public register: links between two such names are followed.
    #[must_use]
    pub const fn is_body(&self) -> bool {
        matches!(self, Self::Uscc(_) | Self::External(_))
    }

    /// The same scheme's subject under another pseudonym; `None` where the scheme has none.
    #[must_use]
    pub const fn under(&self, pseudonym: Pseudonym) -> Option<Self> {
        match self {
            Self::Person(_) => Some(Self::Person(pseudonym)),
            Self::Household(_) => Some(Self::Household(pseudonym)),
            _ => None,
        }
    }

    /// The pseudonym of `other`, where it is of the same scheme and another epoch: what renewing the identity key links.
    #[must_use]
    pub fn renewal(&self, other: &Self) -> Option<Pseudonym> {
        let (one, another) = (self.pseudonym()?, other.pseudonym()?);
        (self.under(*another).as_ref() == Some(other) && one.epoch() != another.epoch()).then_some(*another)
    }
}

impl CatalogueItem {
    /// Reads `<sort>.<code>`, such as `type.food.licence`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        match text.split_once('.') {
            Some(("basis", code)) => BasisCode::parse(code).map(Self::Basis),
            Some(("calendar", code)) => CalendarCode::parse(code).map(Self::Calendar),
            Some(("list", code)) => ListCode::parse(code).map(Self::List),
            Some(("measure", code)) => MeasureCode::parse(code).map(Self::Measure),
            Some(("points", code)) => PointsCode::parse(code).map(Self::Points),
            Some(("procedure", code)) => ProcedureCode::parse(code).map(Self::Procedure),
            Some(("rating", code)) => RatingCode::parse(code).map(Self::Rating),
            Some(("type", code)) => TypeCode::parse(code).map(Self::Type),
            _ => Err(IdError::Scheme { expected: CATALOGUE_CLASSES }),
        }
    }
}

impl CatalogueItem {
    /// The code alone, without its sort.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Basis(code) => code.as_str(),
            Self::Calendar(code) => code.as_str(),
            Self::List(code) => code.as_str(),
            Self::Measure(code) => code.as_str(),
            Self::Points(code) => code.as_str(),
            Self::Procedure(code) => code.as_str(),
            Self::Rating(code) => code.as_str(),
            Self::Type(code) => code.as_str(),
        }
    }
}

const CATALOGUE_CLASSES: &str =
    "catalogue: and basis. calendar. list. measure. points. procedure. rating. or type.";

impl fmt::Display for CatalogueItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basis(code) => write!(f, "basis.{code}"),
            Self::Calendar(code) => write!(f, "calendar.{code}"),
            Self::List(code) => write!(f, "list.{code}"),
            Self::Measure(code) => write!(f, "measure.{code}"),
            Self::Points(code) => write!(f, "points.{code}"),
            Self::Procedure(code) => write!(f, "procedure.{code}"),
            Self::Rating(code) => write!(f, "rating.{code}"),
            Self::Type(code) => write!(f, "type.{code}"),
        }
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority(id) => write!(f, "authority:{id}"),
            Self::Catalogue(item) => write!(f, "catalogue:{item}"),
            Self::External(id) => write!(f, "ext:{id}"),
            Self::Household(id) => write!(f, "household:{id}"),
            Self::Ledger => f.write_str("ledger"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Place(code) => write!(f, "place:{code}"),
            Self::Uscc(code) => write!(f, "uscc:{code}"),
        }
    }
}

pub(super) fn unknown_scheme() -> IdError {
    IdError::Scheme { expected: "authority:, catalogue:, ext:, household:, ledger, person:, place: or uscc:" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_gives_its_text_back() {
        let hash = "0123456789abcdef".repeat(4);
        for text in [
            "authority:market-regulation.430381",
            "catalogue:basis.rule.ndrc-36",
            "catalogue:calendar.cn.2026",
            "catalogue:list.mhlw.labour-violations",
            "catalogue:measure.procurement.ban",
            "catalogue:points.tender.points",
            "catalogue:procedure.repair.tiers",
            "catalogue:rating.tax.rating",
            "catalogue:type.food.licence",
            "ext:jp-houjin:1234567890123",
            &format!("household:{hash}"),
            &format!("household:{hash}.02"),
            "ledger",
            &format!("person:{hash}"),
            &format!("person:{hash}.99"),
            "place:430381",
            "uscc:914403001922038216",
        ] {
            let id = SubjectId::parse(text).unwrap();
            assert_eq!(id.to_string(), text);
            assert!(text.len() <= SubjectId::MAX_LEN);
        }
        let longest = format!("ext:{}:{}", "a".repeat(32), "1".repeat(64));
        assert_eq!(SubjectId::parse(&longest).unwrap().to_string().len(), SubjectId::MAX_LEN);
    }

    #[test]
    fn refusals() {
        for text in ["", "914403001922038216", "USCC:914403001922038216", "ledger:", " ledger", "uscc"] {
            assert!(SubjectId::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            SubjectId::parse("catalogue:score.a.b"),
            Err(IdError::Scheme { expected: CATALOGUE_CLASSES })
        );
        let length = IdError::Length { part: "person pseudonym", found: 2, expected: "64" };
        assert_eq!(SubjectId::parse("person:ab"), Err(length));
        assert!(matches!(
            SubjectId::parse(&format!("household:{}", "A".repeat(64))),
            Err(IdError::Character { part: "household pseudonym", found: 'A', position: 0, .. })
        ));
        assert_eq!(
            SubjectId::parse("uscc:914403001922038215").unwrap_err().to_string(),
            "unified social credit code has check character '5' where '6' is expected"
        );
    }

    #[test]
    fn no_error_repeats_what_was_typed() {
        let number = "11010519491231002X";
        for text in [number.to_string(), format!("{number}:1"), format!("person:{number}")] {
            let error = SubjectId::parse(&text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("110105"), "{error:?}");
        }
    }
}
