//! The readers' table as data: read strictly from `readers.toml`, or not at all.

use crate::casefile::Sight;
use crate::definition::words;
use crate::event::Role;
use crate::request::Purpose;
use crate::wording::{Words, named};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use tlog::defect::OrDefect as _;

/// The table that ships.
static SHIPPED: LazyLock<Readers> =
    LazyLock::new(|| Readers::parse(include_str!("../../readers.toml")).or_defect("the table is tested"));

/// Who may read more than everybody is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Table")]
pub struct Readers {
    may: Vec<May>,
}

/// One row: what these may read for any of these purposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May {
    /// Who.
    pub who: Office,
    /// For what.
    pub purposes: Vec<Purpose>,
    /// About what.
    pub about: Vec<About>,
    /// By which sight.
    pub sight: Sight,
    /// Whether what lies in the authority's own competence is shown besides.
    pub own: bool,
    /// What it takes.
    pub needs: Vec<Need>,
    /// Whether the subject may be told of the look later only.
    pub withhold: bool,
}

/// In which capacity one reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Office {
    /// As an authority of this role.
    Of(Role),
    /// As the subject.
    Subject,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A subject.
    Subject,
    /// One entry about a subject.
    Entry,
    /// A list, and what has left it.
    List,
    /// Counts over many subjects.
    Counts,
    /// Who looked at a subject.
    Accesses,
    /// A one-time code, by which a subject sees its own file.
    Code,
    /// What opens the sealed entries of the log, or of its access journal.
    Openings,
    /// The pseudonyms under which persons and households stand.
    Identities,
}

/// What a row takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The matter is named.
    Case,
    /// What is asked lies in the reader's own competence.
    Competence,
    /// The subject itself is asked about.
    Itself,
    /// The matter that is named is a consent to the reader, which holds.
    Consent,
    /// The matter that is named is the reader's own event of who stood before it, of just now.
    Verified,
    /// The matter that is named is an application, objection or complaint of the subject's.
    Matter,
}

words!(About {
    Subject = "subject",
    Entry = "entry",
    List = "list",
    Counts = "counts",
    Accesses = "accesses",
    Code = "code",
    Openings = "openings",
    Identities = "identities",
});
named!(About {
    Subject = "信息主体",
    Entry = "条目",
    List = "名单",
    Counts = "汇总统计",
    Accesses = "查询记录",
    Code = "一次性验证码",
    Openings = "封存条目的开启信息",
    Identities = "身份标识",
});
words!(Need {
    Case = "case",
    Competence = "competence",
    Itself = "itself",
    Consent = "consent",
    Verified = "verified",
    Matter = "matter",
});

impl About {
    /// Everything that can be asked about.
    pub const ALL: [Self; 8] = [
        Self::Subject,
        Self::Entry,
        Self::List,
        Self::Counts,
        Self::Accesses,
        Self::Code,
        Self::Openings,
        Self::Identities,
    ];

    /// Whether it is about one subject, and no other.
    const fn is_of_one(self) -> bool {
        matches!(self, Self::Subject | Self::Entry | Self::Accesses | Self::Code)
    }
}

impl Office {
    /// Every capacity.
    pub const ALL: [Self; 8] = [
        Self::Of(Role::Operator),
        Self::Of(Role::Registrar),
        Self::Of(Role::Steward),
        Self::Of(Role::Department),
        Self::Of(Role::Court),
        Self::Of(Role::Window),
        Self::Of(Role::Auditor),
        Self::Subject,
    ];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Of(role) => role.name(),
            Self::Subject => "subject",
        }
    }
}

impl From<Office> for Words {
    fn from(office: Office) -> Self {
        match office {
            Office::Of(role) => role.into(),
            Office::Subject => Self::named("subject", "信息主体"),
        }
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    may: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    who: String,
    purposes: Vec<String>,
    about: Vec<String>,
    sight: String,
    #[serde(default)]
    own: bool,
    needs: Vec<String>,
    #[serde(default)]
    withhold: bool,
}

impl Readers {
    /// The table that ships with this crate.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads a table strictly: known words, each once, and no two rows of which both might apply.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Its rows.
    #[must_use]
    pub fn rows(&self) -> &[May] {
        &self.may
    }
}

impl TryFrom<Table> for Readers {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let may = table.may.into_iter().map(May::try_from).collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        for row in &may {
            for purpose in &row.purposes {
                for about in &row.about {
                    if !seen.insert((row.who, *purpose, *about)) {
                        let (who, purpose, about) = (row.who.name(), purpose.name(), about.name());
                        return Err(format!("{who}, {purpose}, {about}: two rows"));
                    }
                }
            }
        }
        Ok(Self { may })
    }
}

impl TryFrom<Row> for May {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let office = |word: &str| match word {
            "subject" => Some(Office::Subject),
            role => Role::parse_word(role).ok().map(Office::Of),
        };
        let need = |word: &str| Need::parse_word(word).ok();
        let may = Self {
            who: office(&row.who).ok_or_else(|| format!("who = {:?}", row.who))?,
            purposes: each("purposes", &row.purposes, Purpose::parse)?,
            about: each("about", &row.about, |word| About::parse_word(word).ok())?,
            sight: Sight::parse(&row.sight).ok_or_else(|| format!("sight = {:?}", row.sight))?,
            own: row.own,
            needs: each("needs", &row.needs, need)?,
            withhold: row.withhold,
        };
        may.makes_sense()?;
        Ok(may)
    }
}

impl May {
    /// Only an authority has a competence, only a subject is itself, and only by a consent is something added to what everybody
    /// is shown: by that nothing else is.
    fn makes_sense(&self) -> Result<(), String> {
        let (subject, needs) = (self.who == Office::Subject, |need| self.needs.contains(&need));
        let by_consent = needs(Need::Consent);
        let faults = [
            (
                self.purposes.is_empty() || self.about.is_empty(),
                "a row without purposes or without what is asked",
            ),
            (subject && (self.own || needs(Need::Competence)), "a subject has no competence"),
            (
                self.about.contains(&About::Code) && !needs(Need::Verified),
                "a code is given to who stands there",
            ),
            (
                (needs(Need::Verified) || needs(Need::Matter))
                    && !self.about.iter().all(|about| about.is_of_one()),
                "`verified` and `matter` are about one subject",
            ),
            (subject != needs(Need::Itself), "`itself` is of the subject, and the subject's"),
            (
                self.about.contains(&About::Identities) && self.about != [About::Identities],
                "`identities` shows nothing of what is recorded, and has rows of its own",
            ),
            (
                by_consent != (self.sight == Sight::Public) && self.about != [About::Identities],
                "`consent` adds to the public sight, and to no other",
            ),
            (
                self.about == [About::Identities] && self.sight != Sight::Public,
                "`identities` shows nothing of what is recorded",
            ),
            (by_consent && (self.own || needs(Need::Case)), "`consent` is the matter, and all that is added"),
            (
                self.withhold && (by_consent || subject),
                "what a subject asks for, or allows, is not withheld from it",
            ),
            (
                (by_consent || subject) && !self.about.iter().all(|about| about.is_of_one()),
                "a subject and a consent are about one subject",
            ),
        ];
        match faults.into_iter().find(|(is, _)| *is) {
            None => Ok(()),
            Some((_, fault)) => Err(format!("{}: {fault}", self.who.name())),
        }
    }
}

/// Words, each known and each once.
fn each<T: PartialEq>(
    field: &str,
    words: &[String],
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, String> {
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        let one = parse(word).filter(|one| !all.contains(one));
        all.push(one.ok_or_else(|| format!("{field}: {word:?} is unknown or doubled"))?);
    }
    Ok(all)
}
