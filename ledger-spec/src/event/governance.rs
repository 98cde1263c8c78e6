//! Bodies of `ledger.*` and `authority.*`: who may sign, and for what.

use crate::definition::{AuthorityLevel, Name, Pattern, ProcedurePeriod, RepairCondition, Scheme, words};
use crate::id::{AuthorityId, EventId};
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::time::{Date, ValidTime};
use crate::wording::say;
use tlog::checkpoint::Origin;
use tlog::cosignature::CosignerKey;

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

/// What an authority is competent for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Competence {
    /// Types of records that it may file.
    pub types: Vec<Pattern>,
    /// Lists that it owns.
    pub lists: Vec<Pattern>,
    /// Measures that it may impose.
    pub measures: Vec<Pattern>,
    /// Rating schemes that it owns.
    pub ratings: Vec<Pattern>,
    /// Points schemes that it owns.
    pub points: Vec<Pattern>,
    /// Schemes of subjects that it registers.
    pub subjects: Vec<Scheme>,
    /// Its level, where that was said.
    pub level: Option<AuthorityLevel>,
    /// The period of limitation of what it penalises, where a law of its own sets one (行政处罚法第三十六条).
    pub limitation_period: Option<ProcedurePeriod>,
    /// The types, lists and measures whose decisions it reviews, as the authority for reconsideration.
    pub reviews: Vec<Pattern>,
    /// Who reviews what it decides, whatever that is, where no government does: the authority above it (行政复议法第二十七条).
    pub reviewed_by: Vec<AuthorityId>,
    /// What repair of its penalties asks by a rule of its own, of whatever type they are (市场监督管理行政处罚信息公示规定第十四条).
    pub repair_asks: Vec<RepairCondition>,
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
    /// The first registrars; an access journal has none.
    pub registrars: Vec<EnrolledRegistrar>,
    /// The ledger whose access journal this is, where it is one.
    pub journal_of: Option<Origin>,
}

/// What an authority is and may act on: `authority.enrolled` states it first, `authority.amended` anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub roles: Vec<Role>,
    /// What it may act on.
    pub competence: Competence,
}

/// `authority.enrolled`, about an `authority:` subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityEnrolled {
    /// What it is.
    pub capacity: Capacity,
    /// Its first keys, not yet checked.
    pub keys: Vec<[u8; 32]>,
}

/// `authority.succeeded`: another takes over its tasks from `valid_from` on, and what it filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthoritySucceeded {
    /// The authority that follows.
    pub successor: AuthorityId,
    /// Why, in words.
    pub reason: Option<String>,
}

/// `authority.suspended`: it issues nothing from `valid_from` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthoritySuspended {
    /// Why, in words.
    pub reason: String,
    /// The last day; until it is amended where absent.
    pub until: Option<Date>,
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
    /// The event that says what counts of that and is taken back: the key was in wrong hands since this later time only, or
    /// never where none is given.
    pub corrects: Option<EventId>,
}

/// `ledger.auditors_named`: whose cosignatures say that everything below was opened and admitted. Each such event states all
/// of them anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditorsNamed {
    /// The auditing witnesses, at most [`AuditorsNamed::MAX`]; none where nobody is asked any more.
    pub auditors: Vec<CosignerKey>,
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

words!(Role {
    Operator = "operator",
    Registrar = "registrar",
    Steward = "steward",
    Department = "department",
    Court = "court",
    Window = "window",
    Auditor = "auditor",
});
words!(RevocationReason {
    Rotated = "rotated",
    Retired = "retired",
    Lost = "lost",
    Compromised = "compromised",
});

impl LedgerOpened {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        if fields.optional_number("spec_version", super::SPEC_VERSION, super::SPEC_VERSION)?.is_none() {
            return Err(fields.error("spec_version", FieldFault::Missing));
        }
        let mut operator = fields.object("operator")?;
        let operator_name = Name::parse(&mut operator, "name")?;
        let operator_key = operator.bytes32("key")?;
        operator.finish()?;
        let journal_of = match fields.optional_text("journal_of", 255)? {
            None => None,
            Some(text) => Some(origin_in(fields, "journal_of", &text)?),
        };
        let mut registrars: Vec<EnrolledRegistrar> = Vec::new();
        let count = if journal_of.is_some() { (0, 0) } else { (1, 8) };
        for (path, item) in fields.array("registrars", count.0, count.1)? {
            let mut one = Fields::of(&path, item)?;
            let registrar = EnrolledRegistrar {
                id: one.parsed("id", AuthorityId::parse)?,
                name: Name::parse(&mut one, "name")?,
                key: one.bytes32("key")?,
            };
            if registrars.iter().any(|known| known.id == registrar.id) {
                let found = registrar.id.to_string();
                return Err(one.error("id", FieldFault::Value { found, expected: say!("an id once") }));
            }
            one.finish()?;
            registrars.push(registrar);
        }
        Ok(Self { operator_name, operator_key, registrars, journal_of })
    }
}

/// A field that names a ledger.
pub(super) fn origin_in(fields: &Fields<'_>, name: &str, text: &str) -> Result<Origin, FieldError> {
    Origin::parse(text).map_err(|_| {
        let expected = say!("an origin: a name without spaces or +");
        fields.error(name, FieldFault::Value { found: shorten(text), expected })
    })
}

impl Capacity {
    /// Reads the three from a body's fields.
    pub fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let name = Name::parse(fields, "name")?;
        let roles = fields.parsed_array("roles", (1, 7), Role::parse_word)?;
        let competence = match fields.optional_object("competence")? {
            None => Competence::default(),
            Some(mut inner) => {
                let competence = Competence {
                    types: inner.parsed_array("types", (0, 200), Pattern::parse)?,
                    lists: inner.parsed_array("lists", (0, 200), Pattern::parse)?,
                    measures: inner.parsed_array("measures", (0, 200), Pattern::parse)?,
                    ratings: inner.parsed_array("ratings", (0, 200), Pattern::parse)?,
                    points: inner.parsed_array("points", (0, 200), Pattern::parse)?,
                    subjects: inner.parsed_array("subjects", (0, 5), Scheme::parse_word)?,
                    level: inner.optional_parsed("level", AuthorityLevel::parse_word)?,
                    limitation_period: inner
                        .optional_parsed("limitation_period", ProcedurePeriod::parse_word)?,
                    reviews: inner.parsed_array("reviews", (0, 200), Pattern::parse)?,
                    reviewed_by: inner.parsed_array("reviewed_by", (0, 8), AuthorityId::parse)?,
                    repair_asks: inner.parsed_array("repair_asks", (0, 4), RepairCondition::parse_word)?,
                };
                inner.finish()?;
                competence
            }
        };
        Ok(Self { name, roles, competence })
    }
}

impl AuthorityEnrolled {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let capacity = Capacity::parse(fields)?;
        let keys = fields.parsed_array("keys", (1, 8), tlog::bytes::from_base64url_exact::<32>)?;
        Ok(Self { capacity, keys })
    }
}

impl AuthoritySucceeded {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            successor: fields.parsed("successor", AuthorityId::parse)?,
            reason: fields.optional_text("reason", 1000)?,
        })
    }
}

impl AuthoritySuspended {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            reason: fields.text("reason", 1000)?,
            until: fields.optional_parsed("until", Date::parse)?,
        })
    }
}

impl KeyAdded {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self { key: fields.bytes32("key")? })
    }
}

impl AuditorsNamed {
    /// Most auditing witnesses of a ledger.
    pub const MAX: usize = 8;

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self { auditors: fields.parsed_array("auditors", (0, Self::MAX), auditor)? })
    }
}

fn auditor(text: &str) -> Result<CosignerKey, FieldFault> {
    CosignerKey::parse(text)
        .map_err(|_| FieldFault::Value { found: shorten(text), expected: say!("the vkey of a witness") })
}

impl KeyRevoked {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            key: fields.bytes32("key")?,
            reason: fields.parsed("reason", RevocationReason::parse_word)?,
            compromised_since: fields.optional_parsed("compromised_since", ValidTime::parse)?,
            corrects: fields.optional_parsed("corrects", EventId::parse)?,
        })
    }
}
