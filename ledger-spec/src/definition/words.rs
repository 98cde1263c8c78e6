//! The closed vocabularies that definitions and events share: each value is one lower-case word.

use crate::id::{BasisCode, SubjectId, SubjectKind};
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::time::Unit;
use crate::wording::say;

/// Gives an enum its words: `ALL`, `name()` for writing, `parse_word()` for reading.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// Every word.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word for it in events and answers.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word strictly; the fault names what was found and every word there is.
            pub fn parse_word(text: &str) -> Result<Self, $crate::json::fields::FieldFault> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::json::fields::FieldFault::Value {
                        found: $crate::json::fields::shorten(other),
                        expected: $crate::wording::say!("one of {}", $crate::wording::Words::data([$($word),+].join(" "))),
                    }),
                }
            }
        }
    };
}
pub(crate) use words;

/// A name in both languages of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Name {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A period of procedure that rules and projections ask the catalogue for, by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcedurePeriod {
    /// For a subject's statement after it was notified.
    NoticeStatement,
    /// For asking for a hearing after notice, before the penalties that are heard (行政处罚法第六十三、六十四条).
    NoticeHearing,
    /// For telling of a hearing before it is held.
    NoticeHearingHeld,
    /// For a window to forward an objection to the source.
    ObjectionForward,
    /// For the source to answer a forwarded objection.
    ObjectionSource,
    /// For an objection to be decided, from the day on which it was raised.
    ObjectionDecide,
    /// For a complaint to be decided.
    ComplaintDecide,
    /// For an application for repair to be accepted or returned.
    RepairAccept,
    /// For an accepted application to be decided.
    RepairDecide,
    /// For a penalty that was annulled to be withdrawn.
    PenaltyWithdraw,
    /// Within which conduct has to be discovered.
    PenaltyLimitation,
    /// The same where life, health or financial safety is concerned, with harm.
    PenaltyLimitationHarm,
    /// The least publicity of a minor record.
    MinorMin,
    /// The longest publicity of a minor record.
    MinorMax,
    /// The least publicity of a record that is neither minor nor serious.
    GeneralMin,
    /// The longest.
    GeneralMax,
    /// The least publicity of a serious record.
    SeriousMin,
    /// The longest.
    SeriousMax,
    /// The least publicity where food, drugs, special equipment, work safety or fire are concerned.
    SpecialMin,
    /// Within which a violation of tax law has to be discovered.
    TaxLimitation,
    /// For asking for a reconsideration.
    ReviewAdministrative,
    /// For going to court.
    ReviewLitigation,
    /// For going to court after a reconsideration.
    ReviewAfterReview,
    /// For appealing against a judgment of the first instance.
    ReviewAppeal,
    /// For which nobody may apply for repair again whose repair was rescinded.
    RepairAfterFraud,
}

/// Which end of a tier of publicity is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierBound {
    /// The least time.
    Min,
    /// The longest.
    Max,
}

impl ProcedurePeriod {
    /// The period of a tier of publicity (信用修复管理办法, Order 36).
    #[must_use]
    pub const fn of_tier(severity: Severity, bound: TierBound) -> Self {
        match (severity, bound) {
            (Severity::Minor, TierBound::Min) => Self::MinorMin,
            (Severity::Minor, TierBound::Max) => Self::MinorMax,
            (Severity::General, TierBound::Min) => Self::GeneralMin,
            (Severity::General, TierBound::Max) => Self::GeneralMax,
            (Severity::Serious, TierBound::Min) => Self::SeriousMin,
            (Severity::Serious, TierBound::Max) => Self::SeriousMax,
        }
    }
}

/// A kind of subject identifier (design §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the schemes' own names
pub enum Scheme {
    Uscc,
    Person,
    Household,
    Place,
    Ext,
}

/// A catalogue code, or all codes that begin with a prefix (`base.*`), or all (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Box<str>);

/// Which way a record, a list or a grade points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
#[allow(missing_docs)] // the catalogue's own words
pub enum Polarity {
    Positive,
    Neutral,
    Negative,
}

/// Who may see records of a type (plan 4.1-4(2): 社会公开, 共享, 授权); the later the narrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
#[allow(missing_docs)] // the catalogue's own words
pub enum Disclosure {
    Public,
    Shared,
    Restricted,
}

/// How sure the catalogue is of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// `V`: checked against a text of the instrument.
    Verified,
    /// `K`: known, not checked again.
    Known,
    /// `U`: unsure, a placeholder.
    Unsure,
}

/// How grave a negative record is (Order 36 of 2025: 轻微, 一般, 严重).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
pub enum Severity {
    /// 轻微
    Minor,
    /// 一般
    General,
    /// 严重
    Serious,
}

/// Whether something may rest on a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// It may.
    #[default]
    Active,
    /// Only with a legal basis that is cited each time (D02).
    BasisRequired,
    /// Its law was repealed: nothing new (D03).
    Repealed,
    /// It is kept out of the ledger on purpose (D03).
    Excluded,
    /// Another law governs it: only a pointer, with consent (D03, D12).
    Reference,
}

/// The eleven domains in which the government itself uses credit records (plan 3.1-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
#[allow(missing_docs)] // the plan's own words
pub enum Domain {
    Licensing,
    Procurement,
    Tendering,
    MarketAccess,
    Qualification,
    Employment,
    SocialSecurity,
    Research,
    Cadre,
    Funding,
    ServicePurchase,
}

/// The level of a legal instrument, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the words say it
pub enum Level {
    Law,
    AdminRegulation,
    CentralPolicy,
    LocalRegulation,
    JudicialInterpretation,
    MinistryRule,
    Normative,
    LocalPolicy,
    Standard,
}

/// The level of an authority, from the bottom: some things are reserved to those above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorityLevel {
    /// 县（市、区）
    County,
    /// 市（州）
    City,
    /// 省
    Province,
    /// 中央
    Centre,
}

words!(AuthorityLevel { County = "county", City = "city", Province = "province", Centre = "centre" });
words!(Scheme { Uscc = "uscc", Person = "person", Household = "household", Place = "place", Ext = "ext" });
words!(Polarity { Positive = "positive", Neutral = "neutral", Negative = "negative" });
words!(Disclosure { Public = "public", Shared = "shared", Restricted = "restricted" });
words!(Confidence { Verified = "V", Known = "K", Unsure = "U" });
words!(Severity { Minor = "minor", General = "general", Serious = "serious" });
words!(Status {
    Active = "active",
    BasisRequired = "basis_required",
    Repealed = "repealed",
    Excluded = "excluded",
    Reference = "reference",
});
words!(Domain {
    Licensing = "licensing",
    Procurement = "procurement",
    Tendering = "tendering",
    MarketAccess = "market_access",
    Qualification = "qualification",
    Employment = "employment",
    SocialSecurity = "social_security",
    Research = "research",
    Cadre = "cadre",
    Funding = "funding",
    ServicePurchase = "service_purchase",
});
words!(Level {
    Law = "law",
    AdminRegulation = "admin_regulation",
    CentralPolicy = "central_policy",
    LocalRegulation = "local_regulation",
    JudicialInterpretation = "judicial_interpretation",
    MinistryRule = "ministry_rule",
    Normative = "normative",
    LocalPolicy = "local_policy",
    Standard = "standard",
});
words!(ProcedurePeriod {
    NoticeStatement = "notice.statement",
    NoticeHearing = "notice.hearing",
    NoticeHearingHeld = "notice.hearing_held",
    ObjectionForward = "objection.forward",
    ObjectionSource = "objection.source",
    ObjectionDecide = "objection.decide",
    ComplaintDecide = "complaint.decide",
    RepairAccept = "repair.accept",
    RepairDecide = "repair.decide",
    PenaltyWithdraw = "penalty.withdraw",
    PenaltyLimitation = "penalty.limitation",
    PenaltyLimitationHarm = "penalty.limitation_harm",
    MinorMin = "minor.min",
    MinorMax = "minor.max",
    GeneralMin = "general.min",
    GeneralMax = "general.max",
    SeriousMin = "serious.min",
    SeriousMax = "serious.max",
    SpecialMin = "special.min",
    TaxLimitation = "tax.limitation",
    ReviewAdministrative = "review.administrative",
    ReviewLitigation = "review.litigation",
    ReviewAfterReview = "review.after_review",
    ReviewAppeal = "review.appeal",
    RepairAfterFraud = "repair.after_fraud",
});
words!(Unit { Day = "day", WorkingDay = "working_day", Month = "month", Year = "year" });
words!(SubjectKind {
    Enterprise = "enterprise",
    IndividualBusiness = "individual_business",
    Cooperative = "cooperative",
    SocialOrg = "social_org",
    PublicInstitution = "public_institution",
    Government = "government",
    Person = "person",
    Household = "household",
    Place = "place",
});

impl Domain {
    /// All eleven.
    pub const ALL: [Self; 11] = [
        Self::Licensing,
        Self::Procurement,
        Self::Tendering,
        Self::MarketAccess,
        Self::Qualification,
        Self::Employment,
        Self::SocialSecurity,
        Self::Research,
        Self::Cadre,
        Self::Funding,
        Self::ServicePurchase,
    ];

    /// The domain of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_word(text).ok()
    }
}

impl Scheme {
    /// The scheme of a subject whose credit is recorded; `None` for authorities, catalogue and ledger. A unified
    /// social credit code that is admitted by name (`ext:uscc:`) is of the scheme of those that need not be.
    #[must_use]
    pub fn of(subject: &SubjectId) -> Option<Self> {
        Some(match subject {
            SubjectId::Uscc(_) => Self::Uscc,
            SubjectId::Person(_) => Self::Person,
            SubjectId::Household(_) => Self::Household,
            SubjectId::Place(_) => Self::Place,
            SubjectId::External(id) if id.credit_code().is_some() => Self::Uscc,
            SubjectId::External(_) => Self::Ext,
            SubjectId::Authority(_) | SubjectId::Catalogue(_) | SubjectId::Ledger => return None,
        })
    }
}

impl core::fmt::Display for Pattern {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

crate::compact::as_str!(Pattern);

impl Pattern {
    /// Reads `code`, `prefix.*` or `*`.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        let stem = text.strip_suffix(".*").unwrap_or(text);
        let parts_fit = stem.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        });
        if text == "*" || (parts_fit && text.len() <= 66) {
            return Ok(Self(text.into()));
        }
        Err(FieldFault::Value { found: shorten(text), expected: say!("a code, prefix.* or *") })
    }

    /// Whether the pattern covers `code`.
    #[must_use]
    pub fn covers(&self, code: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => code.starts_with(prefix),
            None => *self.0 == *code,
        }
    }

    /// The pattern's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    pub(crate) fn parse(fields: &mut Fields, name: &str) -> Result<Self, FieldError> {
        let mut both = fields.object(name)?;
        let parsed = Self { zh: both.name("zh", 200)?, en: both.name("en", 200)? };
        both.finish()?;
        Ok(parsed)
    }
}

/// A legal instrument and where in it, as events cite it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The instrument, as the catalogue registers it.
    pub instrument: BasisCode,
    /// Its article, where one is meant.
    pub article: Option<String>,
}

impl Citation {
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let citation = Self {
            instrument: fields.parsed("instrument", BasisCode::parse)?,
            article: fields.optional_text("article", 100)?,
        };
        fields.finish()?;
        Ok(citation)
    }

    pub(crate) fn parse_all(fields: &mut Fields, name: &str) -> Result<Vec<Self>, FieldError> {
        let items = fields.array(name, 0, 8)?;
        items.into_iter().map(|(path, item)| Self::parse(Fields::of(&path, item)?)).collect()
    }
}
