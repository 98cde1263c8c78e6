//! Body of `record.filed`: a credit record, with everything that due process asks of it.

use crate::definition::{Citation, Disclosure, PENALTY_KIND, Polarity, SEVERAL, Severity, words};
use crate::id::{EventId, TypeCode};
use crate::json::fields::{FieldError, Fields};
use crate::time::Date;
use bincode::{Decode, Encode};
use tlog::bytes::from_hex;

/// The document that a fact rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its official number.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// The body that issued it.
    pub issued_by: Option<String>,
    /// The law and article that it applies.
    pub article: Option<String>,
    /// When it was served on the subject.
    pub served_on: Option<Date>,
    /// BLAKE3 of the document's file.
    pub document: Option<[u8; 32]>,
}

/// `record.filed`: a credit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFiled {
    /// Its type in the catalogue.
    pub record_type: TypeCode,
    /// Which way it points, where the type leaves that open.
    pub polarity: Option<Polarity>,
    /// The document it rests on.
    pub decision: Decision,
    /// Its severity, for negative records.
    pub severity: Option<Severity>,
    /// What it says, without personal data.
    pub summary: Option<String>,
    /// How the subject was heard before the decision (A04).
    pub notice: Option<Notice>,
    /// The conduct that it is about (A06, A10).
    pub conduct: Option<Conduct>,
    /// What the filer attests about a natural person (A05).
    pub person: Option<PersonAttested>,
    /// Sensitive categories of data that it holds (A07).
    pub data: Vec<DataCategory>,
    /// The consent that it rests on, an event of the same stream (D12).
    pub consent: Option<EventId>,
    /// Whether the decision is under review (A11).
    pub review: Option<Review>,
    /// A narrower class of disclosure than the catalogue's (D01).
    pub disclosure: Option<Disclosure>,
    /// By which instrument it is kept narrower than the catalogue has it (D01).
    pub narrowed_by: Option<Citation>,
    /// On what publication of personal information rests (A12).
    pub publication: Option<Publication>,
    /// Whether it holds a secret (A13).
    pub secrecy: Secrecy,
    /// Until when it is to be published, and why a minor one is at all (A09).
    pub publicity: Option<Publicity>,
    /// Until when the law itself restricts the subject, that day included (A09).
    pub restriction_until: Option<Date>,
    /// The type's own fields (D04).
    pub details: Vec<(String, String)>,
    /// Legal instruments that this record cites (D02).
    pub basis: Vec<Citation>,
    /// The record beneath, where this one only shows another: it falls with it.
    pub rests_on: Option<EventId>,
    /// The `migration.opened` event under which an older register's record comes in (D14).
    pub migration: Option<EventId>,
}

/// How the subject was heard before the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Notice {
    /// When the notice was served.
    pub served_on: Date,
    /// What became of the statement that the subject may make.
    pub statement: Statement,
    /// What became of the hearing, where one might be asked for; else its window has to have elapsed.
    pub hearing: Option<Hearing>,
}

/// What became of the statement that a subject may make before a decision (行政处罚法第四十五、六十二条).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Statement {
    /// None came in: its window has to have elapsed.
    None,
    /// It came in and was answered.
    Answered,
    /// The subject said clearly that it makes none.
    Waived,
}

/// What became of a hearing before its window had elapsed (行政处罚法第六十三、六十四条).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Hearing {
    /// It was held.
    Held,
    /// The subject said that it asks for none.
    Waived,
}

/// The conduct behind a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// The case's name for it: the same conduct, the same name, whoever files.
    pub id: String,
    /// When it ended.
    pub ended_on: Date,
    /// When it was discovered, where that was before the decision.
    pub discovered_on: Option<Date>,
    /// Whether it endangered life, health or financial safety, with harm (行政处罚法 art. 36).
    pub harm: bool,
}

/// What the filer attests about a natural person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonAttested {
    /// At least 18 when the conduct happened.
    pub adult_at_conduct: bool,
    /// At least 18 when the record is filed.
    pub adult_at_filing: bool,
    /// Of full civil capacity.
    pub full_capacity: bool,
}

/// Categories of data that are forbidden, or need written consent (征信业管理条例 art. 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the regulation's own words
pub enum DataCategory {
    Religion,
    Genes,
    Fingerprints,
    BloodType,
    Health,
    Income,
    Deposits,
    Securities,
    Insurance,
    Property,
    Tax,
}

/// Whether a decision is under reconsideration or litigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bincode::Encode, bincode::Decode)]
pub enum Review {
    /// None was asked for so far.
    None,
    /// One is pending.
    Pending,
    /// It upheld the decision.
    Upheld,
    /// The time for asking has passed.
    Expired,
}

/// On what the publication of personal information rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The law or policy that asks for it.
    pub basis: Citation,
    /// Whether what is published is masked.
    pub masked: bool,
}

/// Whether a record holds a secret (政府信息公开条例 arts. 14–15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the words say it
pub enum Secrecy {
    #[default]
    None,
    State,
    Commercial,
}

/// How long a record is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publicity {
    /// The last day.
    pub until: Date,
    /// Why a minor one has to be published at all.
    pub need: Option<String>,
}

words!(DataCategory {
    Religion = "religion",
    Genes = "genes",
    Fingerprints = "fingerprints",
    BloodType = "blood_type",
    Health = "health",
    Income = "income",
    Deposits = "deposits",
    Securities = "securities",
    Insurance = "insurance",
    Property = "property",
    Tax = "tax",
});
words!(Hearing { Held = "held", Waived = "waived" });
words!(Statement { None = "none", Answered = "answered", Waived = "waived" });

words!(Review { None = "none", Pending = "pending", Upheld = "upheld", Expired = "expired" });
words!(Secrecy { None = "none", State = "state", Commercial = "commercial" });

impl DataCategory {
    /// Whether no consent makes it lawful to hold.
    #[must_use]
    pub const fn is_forbidden(self) -> bool {
        matches!(self, Self::Religion | Self::Genes | Self::Fingerprints | Self::BloodType | Self::Health)
    }
}

impl Decision {
    pub(super) fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let decision = Self {
            number: fields.text("number", 128)?,
            date: fields.parsed("date", Date::parse)?,
            issued_by: fields.optional_name("issued_by", 200)?,
            article: fields.optional_text("article", 200)?,
            served_on: fields.optional_parsed("served_on", Date::parse)?,
            document: fields.optional_parsed("document", from_hex::<32>)?,
        };
        fields.finish()?;
        Ok(decision)
    }
}

impl RecordFiled {
    /// The kinds of penalty that it says it is of, where it says so.
    pub fn penalty_kinds(&self) -> Option<impl Iterator<Item = &str>> {
        self.detail(PENALTY_KIND).map(|kinds| kinds.split(SEVERAL))
    }

    /// The value of one of its type's own fields.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            record_type: fields.parsed("type", TypeCode::parse)?,
            polarity: fields.optional_parsed("polarity", Polarity::parse_word)?,
            decision: Decision::parse(fields.object("decision")?)?,
            severity: fields.optional_parsed("severity", Severity::parse_word)?,
            summary: fields.optional_text("summary", 4000)?,
            notice: fields.optional_object("notice")?.map(Notice::parse).transpose()?,
            conduct: fields.optional_object("conduct")?.map(Conduct::parse).transpose()?,
            person: fields.optional_object("person")?.map(PersonAttested::parse).transpose()?,
            data: fields.parsed_array("data", (0, 11), DataCategory::parse_word)?,
            consent: fields.optional_parsed("consent", EventId::parse)?,
            review: fields.optional_parsed("review", Review::parse_word)?,
            disclosure: fields.optional_parsed("disclosure", Disclosure::parse_word)?,
            narrowed_by: fields.optional_object("narrowed_by")?.map(Citation::parse).transpose()?,
            publication: fields.optional_object("publication")?.map(Publication::parse).transpose()?,
            secrecy: fields.optional_parsed("secrecy", Secrecy::parse_word)?.unwrap_or_default(),
            publicity: fields.optional_object("publicity")?.map(Publicity::parse).transpose()?,
            restriction_until: fields.optional_parsed("restriction_until", Date::parse)?,
            details: match fields.optional_object("details")? {
                Some(mut details) => details.rest_as_texts(1000)?,
                None => Vec::new(),
            },
            basis: Citation::parse_all(fields, "basis")?,
            rests_on: fields.optional_parsed("rests_on", EventId::parse)?,
            migration: fields.optional_parsed("migration", EventId::parse)?,
        })
    }
}

impl Notice {
    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let served_on = fields.parsed("served_on", Date::parse)?;
        let statement = fields.parsed("statement", Statement::parse_word)?;
        let hearing = fields.optional_parsed("hearing", Hearing::parse_word)?;
        fields.finish()?;
        Ok(Self { served_on, statement, hearing })
    }
}

impl Conduct {
    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let conduct = Self {
            id: fields.text("id", 64)?,
            ended_on: fields.parsed("ended_on", Date::parse)?,
            discovered_on: fields.optional_parsed("discovered_on", Date::parse)?,
            harm: fields.flag("harm")?,
        };
        fields.finish()?;
        Ok(conduct)
    }
}

impl PersonAttested {
    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let person = Self {
            adult_at_conduct: fields.flag("adult_at_conduct")?,
            adult_at_filing: fields.flag("adult_at_filing")?,
            full_capacity: fields.flag("full_capacity")?,
        };
        fields.finish()?;
        Ok(person)
    }
}

impl Publication {
    pub(super) fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let publication =
            Self { basis: Citation::parse(fields.object("basis")?)?, masked: fields.flag("masked")? };
        fields.finish()?;
        Ok(publication)
    }
}

impl Publicity {
    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let publicity =
            Self { until: fields.parsed("until", Date::parse)?, need: fields.optional_text("need", 1000)? };
        fields.finish()?;
        Ok(publicity)
    }
}
