//! Bodies of `ledger.*`, `authority.*`, `catalogue.*` and `subject.*`: who may say what about whom.

use super::words::words;
use crate::fields::{FieldError, FieldFault, Fields, shorten};
use crate::id::AuthorityId;
use crate::time::{Date, ValidTime};

/// A name in both languages of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What an authority is, and so which kinds of events it may issue (design §5, "signed by").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the words of the design, §1
pub enum Role {
    Operator,
    Registrar,
    Steward,
    Department,
    Court,
    Window,
    Auditor,
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
pub struct Pattern(String);

/// What an authority is competent for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Competence {
    /// Types of records that it may file.
    pub types: Vec<Pattern>,
    /// Lists that it owns.
    pub lists: Vec<Pattern>,
    /// Schemes of subjects that it registers.
    pub subjects: Vec<Scheme>,
}

/// Which way a type of record points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the catalogue's own words
pub enum Polarity {
    Positive,
    Neutral,
    Negative,
}

/// Who may see records of a type (plan 4.1-4(2): 社会公开, 共享, 授权).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A legal instrument and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The instrument's title.
    pub title: String,
    /// Its article, where one is meant.
    pub article: Option<String>,
}

/// A registrar that the ledger opens with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledRegistrar {
    /// Its id.
    pub id: AuthorityId,
    /// Its name.
    pub name: Name,
    /// Its first key, not yet checked.
    pub key: [u8; 32],
}

/// `ledger.opened`: entry 0, signed by the operator key that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerOpened {
    /// The operator's name.
    pub operator_name: Name,
    /// The operator's key, which also signs the checkpoints; not yet checked.
    pub operator_key: [u8; 32],
    /// The first registrars.
    pub registrars: Vec<EnrolledRegistrar>,
}

/// `authority.enrolled`, about an `authority:` subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityEnrolled {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub roles: Vec<Role>,
    /// Its first keys, not yet checked.
    pub keys: Vec<[u8; 32]>,
    /// What it may act on.
    pub competence: Competence,
}

/// `authority.key_added`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAdded {
    /// The new key, not yet checked.
    pub key: [u8; 32],
}

/// `authority.key_revoked`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRevoked {
    /// The key.
    pub key: [u8; 32],
    /// Why.
    pub reason: RevocationReason,
    /// From when on the key may have been in wrong hands.
    pub compromised_since: Option<ValidTime>,
}

/// Why a key was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the words say it
pub enum RevocationReason {
    Rotated,
    Retired,
    Lost,
    Compromised,
}

/// `catalogue.type_adopted`, about a `catalogue:type.` subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeAdopted {
    /// Its title.
    pub title: Name,
    /// Which way it points.
    pub polarity: Polarity,
    /// Who may see it.
    pub disclosure: Disclosure,
    /// Whom it may be about.
    pub subjects: Vec<Scheme>,
    /// On which law it rests.
    pub basis: Vec<Basis>,
    /// How sure the catalogue is.
    pub confidence: Confidence,
}

/// `catalogue.list_adopted`, about a `catalogue:list.` subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAdopted {
    /// Its title.
    pub title: Name,
    /// Red (positive) or black (negative) list, or neither.
    pub polarity: Polarity,
    /// Who may see it.
    pub disclosure: Disclosure,
    /// Whom it may hold.
    pub subjects: Vec<Scheme>,
    /// The columns of a row, in the order in which they are shown.
    pub columns: Vec<String>,
    /// On which law it rests.
    pub basis: Vec<Basis>,
    /// How sure the catalogue is.
    pub confidence: Confidence,
}

/// `subject.registered`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectRegistered {
    /// Its registered name; never for persons and households (design §2.8).
    pub name: Option<String>,
    /// When the register took it in.
    pub registered_on: Option<Date>,
}

words!(Role {
    Operator = "operator",
    Registrar = "registrar",
    Steward = "steward",
    Department = "department",
    Court = "court",
    Window = "window",
    Auditor = "auditor",
});
words!(Scheme { Uscc = "uscc", Person = "person", Household = "household", Place = "place", Ext = "ext" });
words!(Polarity { Positive = "positive", Neutral = "neutral", Negative = "negative" });
words!(Disclosure { Public = "public", Shared = "shared", Restricted = "restricted" });
words!(Confidence { Verified = "V", Known = "K", Unsure = "U" });
words!(RevocationReason {
    Rotated = "rotated",
    Retired = "retired",
    Lost = "lost",
    Compromised = "compromised",
});

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
            return Ok(Self(text.to_owned()));
        }
        Err(FieldFault::Value { found: shorten(text), expected: "a code, prefix.* or *".into() })
    }

    /// Whether the pattern covers `code`.
    pub fn covers(&self, code: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => code.starts_with(prefix),
            None => self.0 == code,
        }
    }

    /// The pattern's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    fn parse(fields: &mut Fields, name: &str) -> Result<Self, FieldError> {
        let mut both = fields.object(name)?;
        let parsed = Self { zh: both.text("zh", 200)?, en: both.text("en", 200)? };
        both.finish()?;
        Ok(parsed)
    }
}

impl Basis {
    fn parse_all(fields: &mut Fields) -> Result<Vec<Self>, FieldError> {
        let mut all = Vec::new();
        for (path, item) in fields.array("basis", 1, 16)? {
            let mut one = Fields::of(&path, item)?;
            all.push(Self { title: one.text("title", 200)?, article: one.optional_text("article", 100)? });
            one.finish()?;
        }
        Ok(all)
    }
}

impl LedgerOpened {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        if fields.optional_number("spec_version", super::SPEC_VERSION, super::SPEC_VERSION)?.is_none() {
            return Err(fields.error("spec_version", FieldFault::Missing));
        }
        let mut operator = fields.object("operator")?;
        let operator_name = Name::parse(&mut operator, "name")?;
        let operator_key = operator.bytes32("key")?;
        operator.finish()?;
        let mut registrars: Vec<EnrolledRegistrar> = Vec::new();
        for (path, item) in fields.array("registrars", 1, 8)? {
            let mut one = Fields::of(&path, item)?;
            let registrar = EnrolledRegistrar {
                id: one.parsed("id", AuthorityId::parse)?,
                name: Name::parse(&mut one, "name")?,
                key: one.bytes32("key")?,
            };
            if registrars.iter().any(|known| known.id == registrar.id) {
                let found = registrar.id.to_string();
                return Err(one.error("id", FieldFault::Value { found, expected: "an id once".into() }));
            }
            one.finish()?;
            registrars.push(registrar);
        }
        Ok(Self { operator_name, operator_key, registrars })
    }
}

impl AuthorityEnrolled {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let name = Name::parse(fields, "name")?;
        let roles = fields.parsed_array("roles", (1, 7), Role::parse_word)?;
        let keys = fields.parsed_array("keys", (1, 8), crate::bytes::from_base64url_exact::<32>)?;
        let competence = match fields.optional_object("competence")? {
            None => Competence::default(),
            Some(mut inner) => {
                let competence = Competence {
                    types: inner.parsed_array("types", (0, 200), Pattern::parse)?,
                    lists: inner.parsed_array("lists", (0, 200), Pattern::parse)?,
                    subjects: inner.parsed_array("subjects", (0, 5), Scheme::parse_word)?,
                };
                inner.finish()?;
                competence
            }
        };
        Ok(Self { name, roles, keys, competence })
    }
}

impl KeyAdded {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self { key: fields.bytes32("key")? })
    }
}

impl KeyRevoked {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            key: fields.bytes32("key")?,
            reason: fields.parsed("reason", RevocationReason::parse_word)?,
            compromised_since: fields.optional_parsed("compromised_since", ValidTime::parse)?,
        })
    }
}

impl TypeAdopted {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            title: Name::parse(fields, "title")?,
            polarity: fields.parsed("polarity", Polarity::parse_word)?,
            disclosure: fields.parsed("disclosure", Disclosure::parse_word)?,
            subjects: fields.parsed_array("subjects", (1, 5), Scheme::parse_word)?,
            basis: Basis::parse_all(fields)?,
            confidence: fields.parsed("confidence", Confidence::parse_word)?,
        })
    }
}

impl ListAdopted {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            title: Name::parse(fields, "title")?,
            polarity: fields.parsed("polarity", Polarity::parse_word)?,
            disclosure: fields.parsed("disclosure", Disclosure::parse_word)?,
            subjects: fields.parsed_array("subjects", (1, 5), Scheme::parse_word)?,
            columns: fields.parsed_array("columns", (1, 64), column)?,
            basis: Basis::parse_all(fields)?,
            confidence: fields.parsed("confidence", Confidence::parse_word)?,
        })
    }
}

impl SubjectRegistered {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            name: fields.optional_text("name", 200)?,
            registered_on: fields.optional_parsed("registered_on", Date::parse)?,
        })
    }
}

fn column(text: &str) -> Result<String, FieldFault> {
    if text.is_empty() || text.chars().count() > 64 || text.chars().any(char::is_control) {
        return Err(FieldFault::Value {
            found: shorten(text),
            expected: "a column of 1 to 64 characters".into(),
        });
    }
    Ok(text.to_owned())
}
