//! Bodies of what a subject may ask for: repair, objection, complaint, stay, consent; and of what is
//! told to others about it: reports and their use.

use super::record::Decision;
use crate::definition::{Domain, Pattern, words};
use crate::id::{EventId, ListCode};
use crate::json::fields::{FieldError, FieldFault, Fields};
use crate::time::{Date, ValidTime};
use tlog::bytes::from_hex;
use tlog::position::TreeSize;

/// `repair.applied`: the subject asks for repair of a record or of an entry on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairApplied {
    /// The `record.filed` or `listing.entered` event, in the same subject's stream.
    pub target: EventId,
    /// The list, where the target is an entry on one: so that the list's stream shows it too.
    pub list: Option<ListCode>,
    /// What the subject says, without personal data.
    pub statement: Option<String>,
    /// When the conduct was corrected and the duties done.
    pub corrected_on: Option<Date>,
    /// Whether the subject has made the public commitment that repair asks for (信用承诺).
    pub commitment: bool,
    /// The `record.filed` of the ruling that approves a plan of reorganisation or recognises a composition, by which the subject
    /// asks for a mask and not for an end.
    pub ruling: Option<EventId>,
}

/// `objection.raised`: the subject says that something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectionRaised {
    /// What it is about: a record, an entry on a list, a measure, a rating or a charge of points.
    pub target: EventId,
    /// The list, where the target is an entry on one.
    pub list: Option<ListCode>,
    /// What is wrong with it.
    pub ground: String,
    /// What the subject says, without personal data.
    pub statement: Option<String>,
}

/// `complaint.filed`: about how something was handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplaintFiled {
    /// The event that it is about, where there is one.
    pub about: Option<EventId>,
    /// What is complained about.
    pub ground: String,
}

/// `hold.placed`: a court or a reviewing body stays something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldPlaced {
    /// What it holds; all of the subject's records and entries where it is absent.
    pub target: Option<EventId>,
    /// Why, in words.
    pub reason: String,
    /// The case.
    pub case: String,
    /// Whether publication stops too; sealing and erasure always do.
    pub publication: bool,
    /// Whether it is not carried out meanwhile, and no measure by it.
    pub execution: bool,
    /// The document that decides.
    pub decision: Option<Decision>,
}

/// `consent.granted`: the subject allows something to be held or shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentGranted {
    /// The types of records that it covers.
    pub scope: Vec<Pattern>,
    /// For what.
    pub purpose: String,
    /// To whom.
    pub grantee: Option<String>,
    /// The last day.
    pub until: Option<Date>,
}

/// `report.issued`: a credit report was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportIssued {
    /// Which report.
    pub report: ReportKind,
    /// For what.
    pub purpose: String,
    /// To whom.
    pub recipient: Option<String>,
    /// The consent that it rests on.
    pub consent: Option<EventId>,
    /// BLAKE3 of the report's file.
    pub document: Option<[u8; 32]>,
    /// What it says: the register as of these instants. Whoever may see that can make the report again.
    pub as_of: Option<ReportAsOf>,
}

/// The instants of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportAsOf {
    /// When what it says held in the world.
    pub valid_at: ValidTime,
    /// How many entries the ledger held that it was made from.
    pub known: TreeSize,
}

/// The reports that the plan knows (4.2-3(3), 3.3-9(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, bincode::Encode, bincode::Decode)]
#[allow(missing_docs)] // the words say it
pub enum ReportKind {
    Enterprise,
    Personal,
    Occupational,
}

/// `use.reported`: a department used a record or a report in a decision of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseReported {
    /// In which of the eleven domains.
    pub domain: Domain,
    /// With what outcome.
    pub outcome: String,
    /// The file, tender or application that it belongs to.
    pub reference: Option<String>,
    /// The report used.
    pub report: Option<EventId>,
    /// The record used.
    pub record: Option<EventId>,
}

words!(ReportKind { Enterprise = "enterprise", Personal = "personal", Occupational = "occupational" });

impl RepairApplied {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            target: fields.parsed("target", EventId::parse)?,
            list: fields.optional_parsed("list", ListCode::parse)?,
            statement: fields.optional_text("statement", 4000)?,
            corrected_on: fields.optional_parsed("corrected_on", Date::parse)?,
            commitment: fields.flag("commitment")?,
            ruling: fields.optional_parsed("ruling", EventId::parse)?,
        })
    }
}

impl ObjectionRaised {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            target: fields.parsed("target", EventId::parse)?,
            list: fields.optional_parsed("list", ListCode::parse)?,
            ground: fields.text("ground", 1000)?,
            statement: fields.optional_text("statement", 4000)?,
        })
    }
}

impl ComplaintFiled {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            about: fields.optional_parsed("about", EventId::parse)?,
            ground: fields.text("ground", 1000)?,
        })
    }
}

impl HoldPlaced {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let target = fields.optional_parsed("target", EventId::parse)?;
        let execution = fields.flag("execution")?;
        if execution && target.is_none() {
            return Err(fields.error("target", FieldFault::Missing));
        }
        Ok(Self {
            target,
            reason: fields.text("reason", 1000)?,
            case: fields.text("case", 128)?,
            publication: fields.flag("publication")?,
            execution,
            decision: fields.optional_object("decision")?.map(Decision::parse).transpose()?,
        })
    }
}

impl ConsentGranted {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            scope: fields.parsed_array("scope", (1, 50), Pattern::parse)?,
            purpose: fields.text("purpose", 1000)?,
            grantee: fields.optional_name("grantee", 200)?,
            until: fields.optional_parsed("until", Date::parse)?,
        })
    }
}

impl ReportIssued {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            report: fields.parsed("report", ReportKind::parse_word)?,
            purpose: fields.text("purpose", 1000)?,
            recipient: fields.optional_name("recipient", 200)?,
            consent: fields.optional_parsed("consent", EventId::parse)?,
            document: fields.optional_parsed("document", from_hex::<32>)?,
            as_of: fields.optional_object("as_of")?.map(ReportAsOf::parse).transpose()?,
        })
    }
}

impl ReportAsOf {
    fn parse(mut fields: Fields) -> Result<Self, FieldError> {
        let valid_at = fields.parsed("valid_at", ValidTime::parse)?;
        let known = TreeSize::new(fields.number("known", 1, u64::MAX)?);
        fields.finish()?;
        Ok(Self { valid_at, known })
    }
}

impl UseReported {
    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            domain: fields.parsed("domain", Domain::parse_word)?,
            outcome: fields.text("outcome", 1000)?,
            reference: fields.optional_text("reference", 200)?,
            report: fields.optional_parsed("report", EventId::parse)?,
            record: fields.optional_parsed("record", EventId::parse)?,
        })
    }
}
