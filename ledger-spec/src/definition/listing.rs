//! Lists and measures.

use super::Common;
use super::ends::Ends;
use super::reading::{bounds, early_months, kinds, months, optional_period, status, subjects, token};
use super::record::{RESTRICTING_KINDS, RepairCondition};
use super::words::{
    AuthorityLevel, Disclosure, Domain, Name, Pattern, Polarity, Scheme, Severity, Status, words,
};
use crate::id::{SubjectId, SubjectKind};
use crate::json::fields::{FieldError, FieldFault, Fields, as_name, shorten};
use crate::time::Period;
use crate::wording::{Joint, Words, say};

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDefinition {
    /// Title, basis, confidence.
    pub common: Common,
    /// Red (positive) or black (negative) list, or neither.
    pub polarity: Polarity,
    /// Who may see it.
    pub disclosure: Disclosure,
    /// Whom it may hold.
    pub subjects: Vec<Scheme>,
    /// Which kinds of subjects; any where none is named.
    pub kinds: Vec<SubjectKind>,
    /// The columns of a row, in the order in which they are shown.
    pub columns: Vec<String>,
    /// Of them those that say who a natural person is, whoever the row is about: they travel beside the event (D15).
    pub personal: Vec<String>,
    /// Those that do where the row is about a natural person or household.
    pub personal_of_persons: Vec<String>,
    /// Types of records on which an entry may rest; any where none is named.
    pub types: Vec<Pattern>,
    /// The least severity of the record on which an entry may rest.
    pub least_severity: Option<Severity>,
    /// Whether an entry must rest on a record.
    pub requires_record: bool,
    /// How long an entry lasts.
    pub months: Option<u16>,
    /// After how long it may end early.
    pub early_months: Option<u16>,
    /// From when that is counted.
    pub early_from: EarlyFrom,
    /// By how much an entry's term may be extended at once; where none is named, not beyond its months.
    pub max_extension_months: Option<u16>,
    /// By how much at least, where the law gives that.
    pub min_extension_months: Option<u16>,
    /// Whether an entry lasts as long as the restriction of the record beneath it, where that is longer than its months.
    pub as_long_as_record: bool,
    /// How an entry ends.
    pub ends: Option<Ends>,
    /// The grounds of an entry by which it ends otherwise: an entry then says on which it is made.
    pub items: Vec<ListItem>,
    /// Whether an entry waits until the decision beneath it can no longer be contested.
    pub after_review: bool,
    /// What an early end asks beside the general conditions, by the list's own rule.
    pub repair_asks: Vec<RepairCondition>,
    /// Whether it is a list of seriously dishonest subjects (国办发〔2020〕49号): an entry has a decision of its own, and no red
    /// list stands beside it.
    pub serious: bool,
    /// Whether it is the directory of abnormal operations, on which nobody's penalty is ended early where a rule asks
    /// [`RepairCondition::NotListed`].
    pub abnormal: bool,
    /// Whether an entry ends with the ban that the decision beneath it sets, where that is over sooner.
    pub ends_with_ban: bool,
    /// The lowest level of authority that may keep it.
    pub least_level: Option<AuthorityLevel>,
    /// How soon after its end is known an entry has to leave the list.
    pub exit_within: Option<Period>,
    /// How soon after the decision it has to be published.
    pub publish_within: Option<Period>,
    /// Whether notice must be served before an entry (A04).
    pub notice_required: bool,
    /// Whether natural persons may stand on it (D06).
    pub persons: Persons,
    /// Whether a second officer signs (D08).
    pub legal_review: bool,
    /// Whether entries may be made.
    pub status: Status,
    /// Who keeps it, in words.
    pub owner: Option<String>,
}

/// A ground on which an entry is made, as the list's rule numbers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// Its number.
    pub item: String,
    /// Its title.
    pub title: Name,
    /// How long an entry on this ground lasts; where none is named, until it is taken off.
    pub months: Option<u16>,
}

impl ListItem {
    fn parse_all(fields: &mut Fields) -> Result<Vec<Self>, FieldError> {
        let mut all: Vec<Self> = Vec::new();
        for (path, item) in fields.array("items", 0, 32)? {
            let mut one = Fields::of(&path, item)?;
            let item = Self {
                item: one.parsed("item", token)?,
                title: Name::parse(&mut one, "title")?,
                months: months(&mut one, "months")?,
            };
            if all.iter().any(|known| known.item == item.item) {
                let expected = say!("an item once");
                return Err(one.error("item", FieldFault::Value { found: item.item, expected }));
            }
            one.finish()?;
            all.push(item);
        }
        Ok(all)
    }
}

/// From when the months before an early end are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EarlyFrom {
    /// From the entry on the list.
    #[default]
    Entry,
    /// From the day on which the conduct was corrected.
    Correction,
}

/// Whether natural persons may stand on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Persons {
    /// Not at all.
    #[default]
    Never,
    /// Each on a cited basis, masked.
    WithBasis,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureDefinition {
    /// Title, basis, confidence.
    pub common: Common,
    /// What it does to the subject.
    pub direction: Direction,
    /// Who may see it.
    pub disclosure: Disclosure,
    /// Whom it may meet.
    pub subjects: Vec<Scheme>,
    /// Which kinds of subjects; any where none is named.
    pub kinds: Vec<SubjectKind>,
    /// The types, lists and schemes on which it may rest.
    pub rests_on: Vec<Pattern>,
    /// The least severity of a record on which it may rest, itself or through an entry on a list.
    pub least_severity: Option<Severity>,
    /// Of which kinds of penalty one has to be decided in the record beneath, where that is no ban by itself: what the law has
    /// follow from a revocation follows from no fine.
    pub penalty_kinds: Vec<&'static str>,
    /// How long it lasts at least, where a last day is named.
    pub min_months: Option<u16>,
    /// How long at most.
    pub max_months: Option<u16>,
    /// Whether its time is counted from the decision beneath it, whenever it is imposed.
    pub from_decision: bool,
    /// Whether it may be for life.
    pub lifetime: bool,
    /// Whether it goes on when its record is no longer published.
    pub outlives_publicity: bool,
    /// The domains that are closed while it is in force.
    pub bars: Vec<Domain>,
    /// How it ends.
    pub ends: Option<Ends>,
    /// The lowest level of authority that may impose it.
    pub least_level: Option<AuthorityLevel>,
    /// Whether it bars somebody from work, or takes a permission, by what it is: before such a penalty a hearing may be asked for
    /// (行政处罚法第六十三条第一款第三、四项). What is no ban says neither.
    pub heard: Option<bool>,
    /// Whether a second officer signs (D08).
    pub legal_review: bool,
    /// Whether it may be imposed.
    pub status: Status,
}

/// What a measure does to the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the catalogue's own words
pub enum Direction {
    Sanction,
    Incentive,
    Ban,
}

words!(EarlyFrom { Entry = "entry", Correction = "correction" });
words!(Persons { Never = "never", WithBasis = "with_basis" });
words!(Direction { Sanction = "sanction", Incentive = "incentive", Ban = "ban" });

impl ListDefinition {
    /// How long an entry on a ground lasts: as its item says, else as the list does.
    #[must_use]
    pub fn months_of(&self, item: Option<&str>) -> Option<u16> {
        let named = item.and_then(|item| self.items.iter().find(|known| known.item == item));
        named.map_or(self.months, |named| named.months)
    }

    /// Whether a column of a row about this subject travels beside the event (D15).
    #[must_use]
    pub fn is_personal(&self, column: &str, subject: &SubjectId) -> bool {
        let named = |columns: &[String]| columns.iter().any(|name| name == column);
        named(&self.personal) || subject.is_natural() && named(&self.personal_of_persons)
    }

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let common = Common::parse(fields)?;
        let polarity = fields.parsed("polarity", Polarity::parse_word)?;
        let disclosure = fields.parsed("disclosure", Disclosure::parse_word)?;
        let (subjects, kinds) = (subjects(fields)?, kinds(fields)?);
        let columns = fields.parsed_array("columns", (1, 64), column)?;
        let one_of = |text: &str| {
            let known = columns.iter().any(|name| name == text).then(|| text.to_owned());
            let expected = || {
                say!("one of the columns: {}", Words::several(columns.iter().map(Words::data), Joint::And))
            };
            known.ok_or_else(|| FieldFault::Value { found: shorten(text), expected: expected() })
        };
        let personal = fields.parsed_array("personal", (0, 64), one_of)?;
        let personal_of_persons = fields.parsed_array("personal_of_persons", (0, 64), one_of)?;
        Ok(Self {
            common,
            polarity,
            disclosure,
            subjects,
            kinds,
            columns,
            personal,
            personal_of_persons,
            types: fields.parsed_array("types", (0, 100), Pattern::parse)?,
            least_severity: fields.optional_parsed("least_severity", Severity::parse_word)?,
            requires_record: fields.flag("requires_record")?,
            months: months(fields, "months")?,
            early_months: early_months(fields)?,
            early_from: fields.optional_parsed("early_from", EarlyFrom::parse_word)?.unwrap_or_default(),
            max_extension_months: months(fields, "max_extension_months")?,
            min_extension_months: months(fields, "min_extension_months")?,
            as_long_as_record: fields.flag("as_long_as_record")?,
            ends: Ends::parse(fields)?,
            items: ListItem::parse_all(fields)?,
            after_review: fields.flag("after_review")?,
            repair_asks: fields.parsed_array("repair_asks", (0, 4), RepairCondition::parse_word)?,
            serious: fields.flag("serious")?,
            abnormal: fields.flag("abnormal")?,
            ends_with_ban: fields.flag("ends_with_ban")?,
            least_level: fields.optional_parsed("least_level", AuthorityLevel::parse_word)?,
            exit_within: optional_period(fields, "exit_within")?,
            publish_within: optional_period(fields, "publish_within")?,
            notice_required: fields.flag("notice_required")?,
            persons: fields.optional_parsed("persons", Persons::parse_word)?.unwrap_or_default(),
            legal_review: fields.flag("legal_review")?,
            status: status(fields)?,
            owner: fields.optional_name("owner", 200)?,
        })
    }
}

impl MeasureDefinition {
    /// Whether it ends by a term, and not with what it rests on.
    #[must_use]
    pub fn has_term(&self) -> bool {
        self.ends.as_ref().is_some_and(|ends| ends.by.has_term())
    }

    /// Whether it keeps its subject out of something, so that it takes a decision to end it before its time: a ban, or another
    /// sanction that closes a domain.
    #[must_use]
    pub fn keeps_out(&self) -> bool {
        match self.direction {
            Direction::Ban => true,
            Direction::Sanction => !self.bars.is_empty(),
            Direction::Incentive => false,
        }
    }

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let (min_months, max_months) = bounds(fields, ("min_months", "max_months"), months)?;
        Ok(Self {
            common: Common::parse(fields)?,
            direction: fields.parsed("direction", Direction::parse_word)?,
            disclosure: fields.parsed("disclosure", Disclosure::parse_word)?,
            subjects: subjects(fields)?,
            kinds: kinds(fields)?,
            rests_on: fields.parsed_array("rests_on", (1, 100), Pattern::parse)?,
            least_severity: fields.optional_parsed("least_severity", Severity::parse_word)?,
            penalty_kinds: fields.parsed_array("penalty_kinds", (0, 6), restricting)?,
            min_months,
            max_months,
            from_decision: fields.flag("from_decision")?,
            lifetime: fields.flag("lifetime")?,
            outlives_publicity: fields.flag("outlives_publicity")?,
            bars: fields.parsed_array("bars", (0, 11), Domain::parse_word)?,
            ends: Ends::parse(fields)?,
            least_level: fields.optional_parsed("least_level", AuthorityLevel::parse_word)?,
            heard: fields.optional_flag("heard")?,
            legal_review: fields.flag("legal_review")?,
            status: status(fields)?,
        })
    }
}

/// One of the kinds of penalty from which something may follow.
fn restricting(text: &str) -> Result<&'static str, FieldFault> {
    let known = RESTRICTING_KINDS.into_iter().find(|kind| *kind == text);
    let expected = || Words::several(RESTRICTING_KINDS.iter().map(Words::data), Joint::Or);
    known.ok_or_else(|| FieldFault::Value { found: shorten(text), expected: expected() })
}

fn column(text: &str) -> Result<String, FieldFault> {
    if text.is_empty() || text.chars().count() > 64 || text.chars().any(char::is_control) {
        return Err(FieldFault::Value {
            found: shorten(text),
            expected: say!("a column of 1 to 64 characters"),
        });
    }
    as_name(text)?;
    Ok(text.to_owned())
}
