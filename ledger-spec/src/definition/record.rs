//! Types of records.

use super::reading::{early_months, kinds, months, optional_period, small, status, subjects, token};
use super::words::{
    AuthorityLevel, Disclosure, Name, Polarity, ProcedurePeriod, Scheme, Severity, Status, words,
};
use super::{Common, Confidence, RetentionRule};
use crate::id::{SubjectId, SubjectKind, Uscc};
use crate::json::Json;
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::time::{Date, Period, Unit};
use crate::wording::{Joint, Words, say};

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
    /// The least severity that is published, where the law publishes grave ones alone: a milder one is shared.
    pub published_from: Option<Severity>,
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
    /// The period of limitation, where it is not that of penalties in general.
    pub limitation_period: Option<ProcedurePeriod>,
    /// Whether food, drugs, special equipment, work safety or fire are concerned, so that publicity has a longer least.
    pub special: bool,
    /// The least severity that is so concerned, where only grave ones are.
    pub special_from: Option<Severity>,
    /// The lowest level of authority that may file it.
    pub least_level: Option<AuthorityLevel>,
    /// Whether a second officer signs (D08).
    pub legal_review: bool,
    /// What repair asks beside the general conditions, by a rule of the department's own.
    pub repair_asks: Vec<RepairCondition>,
    /// How soon after the decision it is to be filed.
    pub file_within: Option<Period>,
    /// When its records may be erased, by which law: none of these where no law says it, absent where nobody said.
    pub retention: Option<Vec<RetentionRule>>,
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

/// A condition of repair that some departments' rules ask (市场监督管理行政处罚信息公示规定第十四条).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepairCondition {
    /// The subject stands on no list of the abnormal or seriously dishonest.
    NotListed,
    /// It was not penalised again for conduct of the same type.
    NotRepeated,
    /// The penalty is no closure, restriction or revocation: those are never ended early.
    NotRestricting,
    /// No ban for a time or for life that rests on the same runs on (市场监督管理严重违法失信名单管理办法第十六条).
    NoBanRuns,
}

words!(RepairCondition {
    NotListed = "not_listed",
    NotRepeated = "not_repeated",
    NotRestricting = "not_restricting",
    NoBanRuns = "no_ban_runs",
});

/// How long a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// By the tiers of repair (Order 36).
    Tier,
    /// Until an event ends it.
    UntilEnded,
    /// Until an event ends it, or every entry on a list that was made by it is over.
    WhileListed,
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
    /// Whether it may have several of them, each once, with [`SEVERAL`] between.
    pub several: bool,
    /// The form of its text, where no values are named.
    pub form: Option<DetailForm>,
}

/// What stands between the values of a field that has several.
pub const SEVERAL: char = ';';
/// The field of a type in which a penalty says of which kinds it is (行政处罚法第九条).
pub const PENALTY_KIND: &str = "penalty_kind";
/// The kind that is a fine: nobody is fined twice for one conduct (行政处罚法第二十九条).
pub const FINE: &str = "fine";
/// The kinds that are minor, where a penalty is of no other (国家发展改革委令第36号).
pub const MINOR_KINDS: [&str; 2] = ["warning", "criticism"];
/// The kind of penalty that may be imposed on the spot beside a small fine.
pub const WARNING: &str = MINOR_KINDS[0];
/// The kinds that are serious, whatever else a penalty is of (国家发展改革委令第36号).
pub const SERIOUS_KINDS: [&str; 5] =
    ["business_restricted", "suspended", "closed", "licence_revoked", "work_barred"];
/// The kind that takes a certificate for a while.
pub const LICENCE_SUSPENDED: &str = "licence_suspended";
/// The kinds that are no less than general (国家发展改革委令第36号).
pub const GENERAL_KINDS: [&str; 4] =
    [LICENCE_SUSPENDED, "grade_lowered", "gains_forfeited", "goods_forfeited"];
/// The least severity that a penalty of these kinds has; `None` where they leave it to the filer.
pub fn least_severity_of<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Option<Severity> {
    let of = |kind: &str| match kind {
        kind if SERIOUS_KINDS.contains(&kind) => Some(Severity::Serious),
        kind if GENERAL_KINDS.contains(&kind) => Some(Severity::General),
        _ => None,
    };
    kinds.into_iter().filter_map(of).max()
}

/// The kinds that are not ended early where a type's rule says so (国家市场监督管理总局令第45号): the serious ones, and the
/// lowering of a grade of qualification.
pub const RESTRICTING_KINDS: [&str; 6] =
    ["business_restricted", "suspended", "closed", "licence_revoked", "work_barred", "grade_lowered"];
/// The kinds that have no last day: what they take has to be asked for anew.
pub const UNENDING_KINDS: [&str; 3] = ["closed", "licence_revoked", "grade_lowered"];
/// The field of a type in which a penalty says its fine, in units of 10,000 yuan.
pub const FINE_AMOUNT: &str = "fine_wan_yuan";
/// The field of a type in which a penalty says what was forfeited, in units of 10,000 yuan.
pub const FORFEITED_AMOUNT: &str = "forfeited_wan_yuan";
/// The field of a type in which a penalty says which certificate it suspends or revokes.
pub const CERTIFICATE: &str = "certificate";
/// The field of a type in which a penalty says, in values that are named, for what kind of violation it was made. What is
/// said of that in words of one's own (`violation`) tells no two kinds apart.
pub const CONDUCT: &str = "conduct";
/// The field of a type in which it says that in words of its own, where no others are named.
pub const VIOLATION: &str = "violation";
/// The kind that only a natural person can suffer (行政处罚法第九条第五项).
pub const DETENTION: &str = "detention";
/// The kinds before which a hearing may be asked for, whatever the amount (行政处罚法第六十三条第三、四项).
pub const HEARD_KINDS: [&str; 5] = ["licence_revoked", "grade_lowered", "suspended", "closed", "work_barred"];
/// The kinds that are forfeited.
pub const FORFEITING_KINDS: [&str; 2] = ["gains_forfeited", "goods_forfeited"];
/// The field of a type in which a record says which step of a matter it is, and the one that says of which matter; of that
/// of its decision's number where it says none.
pub const STEP: &str = "step";
/// See [`STEP`].
pub const MATTER: &str = "matter";
/// The tag of a type whose records recognise a subject as one for a red list, beside no serious list (发改财金规〔2017〕1798号).
pub const RED_LIST: &str = "red_list";
/// The tag of a type whose records are bans, published while they run: as the decision says, or the ban imposed by it.
pub const BAN: &str = "ban";
/// The tag of a type whose records bar somebody from work, or revoke a permission, by what they are: before one a hearing may
/// be asked for, whatever kinds of penalty it names (行政处罚法第六十三条第三、四项).
pub const HEARD: &str = "heard";
/// The steps of a licence that give it, for a time that begins no earlier; at first, or otherwise from then on (行政许可法第四十九条).
pub const GIVING_STEPS: [&str; 3] = ["granted", CHANGED, "renewed"];
/// The second of them.
pub const CHANGED: &str = "changed";
/// The steps that take it, from when on it holds no more (行政许可法第八、六十九、七十条).
pub const TAKING_STEPS: [&str; 3] = ["withdrawn", "annulled", "cancelled"];
/// The steps of a bankruptcy by which what can be repaired is masked: a ruling that approves a plan of reorganisation or
/// recognises a composition (企业破产法第八十六、八十七、九十八条); one that only opens or declares it masks nothing.
pub const MASKING_STEPS: [&str; 2] = ["plan_approved", "composition_recognised"];
/// Those by which that is over: bankruptcy is declared, or the plan's execution is terminated (企业破产法第九十三、一百零四条).
pub const UNMASKING_STEPS: [&str; 2] = ["declared", "terminated"];
/// The field of a type in which a licence says its number.
pub const LICENCE_NUMBER: &str = "licence_number";
/// The field of a type in which a licence says how its certificate is called.
pub const LICENCE_NAME: &str = "licence_name";
/// The field of a type in which a licence says its first day.
pub const VALID_FROM: &str = "valid_from";
/// The field of a type in which a licence says its last day.
pub const VALID_UNTIL: &str = "valid_until";

/// The form of a field's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailForm {
    /// A day, ISO 8601.
    Date,
    /// An amount in units of 10,000 yuan as the national forms write it, with at most six decimals: exactly what was written.
    WanYuan,
    /// A unified social credit code.
    Uscc,
}

words!(DetailForm { Date = "date", WanYuan = "wan_yuan", Uscc = "uscc" });

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
    /// Whether every matter needs it, where the values are steps.
    pub each: bool,
    /// The widest circle that may see a record with this value, where that is narrower than the type's.
    pub disclosure: Option<Disclosure>,
}

impl RecordType {
    /// Whether a negative record of it is published no longer than its tier: where it lasts by the tier, and where it lasts
    /// as decided and is no ban, which is published while it runs.
    #[must_use]
    pub fn is_published_by_tier(&self) -> bool {
        match self.validity {
            Validity::Tier => true,
            Validity::AsDecided => self.disclosure == Disclosure::Public && !self.has_tag(BAN),
            _ => false,
        }
    }

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        Ok(Self {
            common: Common::parse(fields)?,
            polarity: fields.parsed("polarity", Pole::parse_word)?,
            severities: fields.parsed_array("severities", (0, 3), Severity::parse_word)?,
            disclosure: fields.parsed("disclosure", Disclosure::parse_word)?,
            published_from: fields.optional_parsed("published_from", Severity::parse_word)?,
            person_disclosure: fields
                .optional_parsed("person_disclosure", Disclosure::parse_word)?
                .unwrap_or(Disclosure::Restricted),
            subjects: subjects(fields)?,
            kinds: kinds(fields)?,
            status: status(fields)?,
            validity: Validity::parse(fields)?,
            filer: fields.optional_name("filer", 200)?,
            limitation: fields.flag("limitation")?,
            limitation_period: fields.optional_parsed("limitation_period", ProcedurePeriod::parse_word)?,
            special: fields.flag("special")?,
            special_from: fields.optional_parsed("special_from", Severity::parse_word)?,
            least_level: fields.optional_parsed("least_level", AuthorityLevel::parse_word)?,
            legal_review: fields.flag("legal_review")?,
            repair_asks: fields.parsed_array("repair_asks", (0, 4), RepairCondition::parse_word)?,
            file_within: optional_period(fields, "file_within")?,
            retention: RetentionRule::parse_all(fields)?,
            fields: DetailField::parse_all(fields)?,
            tags: fields.parsed_array("tags", (0, 16), token)?,
        })
    }

    /// Whether publicity of a record of this severity has the longer least (`special.min`).
    #[must_use]
    pub fn is_special(&self, severity: Option<Severity>) -> bool {
        self.special || self.special_from.is_some_and(|least| severity >= Some(least))
    }

    /// Whether it has a field of this name.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
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
            expected: say!("one of {}", Words::data("positive neutral negative mixed")),
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
            "while_listed" => Ok(Self::WhileListed),
            "as_decided" => Ok(Self::AsDecided),
            "permanent" => Ok(Self::Permanent),
            other => {
                let expected = say!("tier, until_ended, while_listed, as_decided, permanent or an object");
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

impl DetailForm {
    /// Whether a text is of the form.
    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => Date::parse(text).is_ok(),
            Self::Uscc => Uscc::parse(text).is_ok(),
            Self::WanYuan => {
                let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
                let digits = |part: &str, most| {
                    (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
                };
                let plain = whole == "0" || !whole.starts_with('0');
                digits(whole, 12) && plain && digits(decimals, 6)
            }
        }
    }
}

impl DetailField {
    /// Whether it takes a value on a day: a text of its form, or of its values one, or several, within their days.
    #[must_use]
    pub fn takes(&self, value: &str, day: Date) -> bool {
        if self.values.is_empty() {
            return self.form.is_none_or(|form| form.fits(value));
        }
        let counts = |value: &str| {
            self.values.iter().find(|known| known.value == value).is_some_and(|known| {
                known.from.is_none_or(|from| day >= from) && known.until.is_none_or(|until| day < until)
            })
        };
        if !self.several {
            return counts(value);
        }
        let all: Vec<&str> = value.split(SEVERAL).collect();
        let once = |(at, one): (usize, &&str)| !all.iter().take(at).any(|before| before == one);
        all.iter().all(|one| counts(one)) && all.iter().enumerate().all(once)
    }

    /// The circle that its type keeps a value to, where it keeps it to one.
    pub(crate) fn circle_of(&self, value: &str) -> Option<Disclosure> {
        let stated = self.values.iter().filter(|known| value.split(SEVERAL).any(|one| one == known.value));
        stated.filter_map(|known| known.disclosure).max()
    }

    /// What it takes, for messages.
    #[must_use]
    pub fn expected(&self, day: Date) -> Words {
        let known = || Words::several(self.values.iter().map(|value| Words::data(&value.value)), Joint::And);
        match (self.form, self.values.is_empty()) {
            (Some(form), true) => say!("a text of the form {}", form),
            (None, true) => say!("a text"),
            (_, false) if self.several => {
                say!(
                    "some of {} that are in force on {}, each once, with {} between",
                    known(),
                    day,
                    Words::data(SEVERAL)
                )
            }
            (_, false) => say!("one of {} that is in force on {}", known(), day),
        }
    }

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
                several: one.flag("several")?,
                form: one.optional_parsed("form", DetailForm::parse_word)?,
            };
            if all.iter().any(|known| known.name == field.name) {
                let expected = say!("a name once");
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
                each: one.flag("each")?,
                disclosure: one.optional_parsed("disclosure", Disclosure::parse_word)?,
            };
            if all.iter().any(|known| known.value == value.value) {
                let expected = say!("a value once");
                return Err(one.error("value", FieldFault::Value { found: value.value, expected }));
            }
            one.finish()?;
            all.push(value);
        }
        Ok(all)
    }
}
