//! Who may know what, for which purpose: the one place that decides it, from the table in `readers.toml`.
//!
//! Somebody who asks ([`Who`]), for a purpose, in a matter, about something ([`Asked`]) is [`Granted`] a sight and what is
//! seen beyond it, or refused by a rule (R17 to R29). Nothing is looked up here: what has to be known of a consent is
//! given ([`Matter`]). What is asked by nobody in particular is answered as to everybody, and never comes here.

mod habits;
mod matter;
mod table;

pub use habits::{Habit, Habits, Unusual, Usual};
pub use matter::{GivenConsent, GivenVerification, Matter, OpenMatter, looked_since};
pub use table::{About, May, Need, Office, Readers};

use crate::admission::Reader;
use crate::authority::{Authority, AuthorityNumber};
use crate::casefile::{AsOf, Beyond, Letters, Names, Sight, Viewer};
use crate::definition::{Domain, Scheme};
use crate::event::Role;
use crate::id::{AuthorityId, ListCode, SubjectId};
use crate::request::{Case, Purpose, RequestRefusal};
use crate::rule::RequestRule;
use crate::time::{Date, ValidTime};
use crate::wording::{Joint, Words, say};
use matter::LONGEST_VERIFIED;

const PURPOSE: &str = "credit-purpose";
const CASE: &str = "credit-case";
const VISIBLE_FROM: &str = "credit-visible-from";
/// For how many days a subject may be told of a look later. It is ours: no law that the plan names says one.
const LONGEST_WITHHELD: i64 = 365;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// An authority that acts, by a key in force.
    Authority(Reader<'a>),
    /// Who proved to be this subject.
    Subject(&'a SubjectId),
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// What everybody may know whole: who may sign, what may be recorded, the log's own bytes.
    Open,
    /// About a subject.
    Subject(&'a SubjectId),
    /// One entry about a subject.
    Entry(&'a SubjectId),
    /// A list, or what has left it.
    List(&'a ListCode),
    /// Counts over many subjects.
    Counts,
    /// Who looked at a subject; or at a list, or at counts, whose looks stand under the list and under the ledger.
    Accesses(&'a SubjectId),
    /// A one-time code for a subject.
    Code(&'a SubjectId),
    /// What opens the sealed entries.
    Openings,
    /// Pseudonyms of persons or households.
    Identities,
}

/// A look that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Who.
    pub who: Who<'a>,
    /// For what.
    pub purpose: Option<Purpose>,
    /// In which matter.
    pub case: Option<&'a Case>,
    /// At what.
    pub asked: Asked<'a>,
    /// What the matter names, where that is an event in the subject's own file.
    pub named: &'a Matter,
    /// The day from which on the subject is to be told of it, where not at once.
    pub visible_from: Option<Date>,
    /// When.
    pub now: ValidTime,
}

/// What somebody may see, and what it was granted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Granted {
    sight: Sight,
    beyond: Beyond,
    office: Option<Office>,
    purpose: Option<Purpose>,
    letters: Letters,
    names: Names,
    pseudonyms: bool,
}

impl Granted {
    /// What everybody may see.
    pub const PUBLIC: Self = Self {
        sight: Sight::Public,
        beyond: Beyond::Nothing,
        office: None,
        purpose: None,
        letters: Letters::Untold,
        names: Names::All,
        pseudonyms: false,
    };

    /// By which sight.
    #[must_use]
    pub const fn sight(&self) -> Sight {
        self.sight
    }

    /// What is seen beyond it.
    #[must_use]
    pub const fn beyond(&self) -> Beyond {
        self.beyond
    }

    /// In which capacity.
    #[must_use]
    pub const fn office(&self) -> Option<Office> {
        self.office
    }

    /// For which purpose.
    #[must_use]
    pub const fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }

    /// Whether more is seen than everybody sees: then the look is written down before the answer leaves.
    #[must_use]
    pub fn is_more_than_public(&self) -> bool {
        self.sight > Sight::Public || self.beyond != Beyond::Nothing || self.pseudonyms
    }

    /// Whether a letter that says whether a subject may take part in a domain is for the reader: for who decides in it, and for
    /// who sees everything that it decides on. To all others it says that it cannot tell.
    #[must_use]
    pub fn may_be_told(&self, domain: Domain) -> bool {
        self.letters.reach(domain)
    }

    /// Who reads so, at this moment.
    #[must_use]
    pub const fn viewer(&self, moment: AsOf) -> Viewer {
        let Self { sight, beyond, letters, names, .. } = *self;
        Viewer { sight, moment, beyond, letters, names }
    }
}

impl Readers {
    /// What a look is granted: by the rows of the table for who asks, what for and about what; of several, the one by which most
    /// is seen, among those whose needs are met.
    pub fn sight(&self, look: &Look<'_>) -> Result<Granted, RequestRefusal> {
        let Some(about) = look.asked.about() else { return Ok(Granted::PUBLIC) };
        let Some(purpose) = look.purpose else {
            let (field, found) = (Words::data("Credit-Purpose"), Words::data("Credit-Purpose"));
            let expected = say!("what it is asked for, in {}", field);
            return Err(refused(
                RequestRule::PurposeStated,
                PURPOSE,
                say!("a request without {}", found),
                expected,
            ));
        };
        let mut first = None;
        let mut best: Option<Granted> = None;
        for may in self.rows().iter().filter(|may| may.is_for(look.who, purpose, about)) {
            match may.granted(look, purpose) {
                Ok(granted) if best.is_none_or(|best| best.sight < granted.sight) => best = Some(granted),
                Ok(_) => {}
                Err(refusal) => first = first.or(Some(refusal)),
            }
        }
        match (best, first) {
            (Some(granted), _) => Ok(granted),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Err(self.not_for(look.who, purpose, about)),
        }
    }

    /// Whether who asks may still give codes: what it gave ends with that.
    #[must_use]
    pub fn may_give_codes(&self, who: Who<'_>) -> bool {
        self.rows().iter().any(|may| may.is_for(who, Purpose::OwnFile, About::Code))
    }

    /// R19: who may ask for this purpose, and about what.
    fn not_for(&self, who: Who<'_>, purpose: Purpose, about: About) -> RequestRefusal {
        let rows = self.rows().iter().filter(|may| may.purposes.contains(&purpose));
        let rows: Vec<_> = rows
            .map(|may| say!("{} about {}", may.who, Words::several(may.about.iter().copied(), Joint::And)))
            .collect();
        let others = if rows.is_empty() { say!("nobody") } else { Words::several(rows, Joint::Or) };
        let found = match who {
            Who::Authority(reader) => {
                let authority = reader.authority();
                let roles = Words::several(authority.roles.iter().copied(), Joint::And);
                say!("{}, which is {}, asking about {} for {}", &authority.id, roles, about, purpose)
            }
            Who::Subject(_) => say!("a subject asking about {} for {}", about, purpose),
        };
        refused(RequestRule::PurposeOfRole, PURPOSE, found, say!("for {}: {}", purpose, others))
    }
}

impl May {
    fn is_for(&self, who: Who<'_>, purpose: Purpose, about: About) -> bool {
        let of_office = match (self.who, who) {
            (Office::Of(role), Who::Authority(reader)) => reader.authority().is_any(&[role]),
            (Office::Subject, Who::Subject(_)) => true,
            (Office::Of(_), Who::Subject(_)) | (Office::Subject, Who::Authority(_)) => false,
        };
        of_office && self.purposes.contains(&purpose) && self.about.contains(&about)
    }

    /// What it grants, if what it takes is there.
    fn granted(&self, look: &Look<'_>, purpose: Purpose) -> Result<Granted, RequestRefusal> {
        let (mut beyond, mut names) = (Beyond::Nothing, Names::All);
        for need in &self.needs {
            match need {
                Need::Case => look.names_its_case()?,
                Need::Competence => look.is_in_competence()?,
                Need::Itself => names = look.is_about_itself()?,
                Need::Verified => names = look.is_of_who_stands_there()?,
                Need::Matter => names = look.is_in_a_matter_of_it()?,
                Need::Consent => {
                    let given = look.by_consent(self.who)?;
                    (beyond, names) = (Beyond::Consent(given.entry), given.names);
                }
            }
        }
        look.is_told_who_looked(self.sight)?;
        look.may_be_withheld(self.withhold)?;
        let own = look.who.authority().filter(|_| self.own);
        // A list is of a competence as a whole, and its members' files are not: what is asked there is the list.
        let sight = match (own, look.asked) {
            (Some((authority, _)), Asked::List(list)) if owns(authority, list) => {
                Sight::Restricted.max(self.sight)
            }
            (Some((_, number)), Asked::Subject(_) | Asked::Entry(_)) => {
                beyond = Beyond::Competence(number);
                self.sight
            }
            _ => self.sight,
        };
        let letters = match (names, purpose.domain(), sight >= Sight::Restricted) {
            // What stands under another name may close the domain.
            (Names::Asked, ..) | (Names::All, None, false) => Letters::Untold,
            (Names::All, _, true) => Letters::All,
            (Names::All, Some(domain), false) => Letters::Of(domain),
        };
        let pseudonyms = matches!(look.asked, Asked::Identities);
        let (office, purpose) = (Some(self.who), Some(purpose));
        Ok(Granted { sight, beyond, office, purpose, letters, names, pseudonyms })
    }
}

impl<'a> Who<'a> {
    fn authority(self) -> Option<(&'a Authority, AuthorityNumber)> {
        match self {
            Self::Authority(reader) => Some((reader.authority(), reader.number())),
            Self::Subject(_) => None,
        }
    }
}

impl Asked<'_> {
    /// What sort of thing it is; `None` where everybody may know it whole.
    #[must_use]
    pub const fn about(&self) -> Option<About> {
        match self {
            Self::Open => None,
            Self::Subject(_) => Some(About::Subject),
            Self::Entry(_) => Some(About::Entry),
            Self::List(_) => Some(About::List),
            Self::Counts => Some(About::Counts),
            Self::Accesses(_) => Some(About::Accesses),
            Self::Code(_) => Some(About::Code),
            Self::Openings => Some(About::Openings),
            Self::Identities => Some(About::Identities),
        }
    }

    /// The subject that it is about, where it is about one.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Subject(subject) | Self::Entry(subject) | Self::Accesses(subject) | Self::Code(subject) => {
                Some(subject)
            }
            Self::Open | Self::List(_) | Self::Counts | Self::Openings | Self::Identities => None,
        }
    }
}

impl Look<'_> {
    /// R20.
    fn names_its_case(&self) -> Result<(), RequestRefusal> {
        if self.case.is_some() {
            return Ok(());
        }
        let field = || Words::data("Credit-Case");
        let (found, expected) =
            (say!("a request without {}", field()), say!("the matter that it is asked in, in {}", field()));
        Err(refused(RequestRule::CaseStated, CASE, found, expected))
    }

    /// R21: of a list, that it is the reader's own; of a subject, whose file is of many, that the reader has a sector at all: what
    /// of the file is its own is then seen one by one.
    fn is_in_competence(&self) -> Result<(), RequestRefusal> {
        let refused = |found| {
            let expected = say!("an authority that is competent for it");
            Err(refused(RequestRule::OwnCompetence, "keyid", found, expected))
        };
        let Some((authority, _)) = self.who.authority() else { return refused(say!("nobody")) };
        match self.asked {
            Asked::List(list) if owns(authority, list) => Ok(()),
            Asked::List(list) => refused(say!("{}, outside the competence of {}", list, &authority.id)),
            _ if has_a_sector(authority) => Ok(()),
            _ => refused(say!("{} without a competence for a type, list, measure or scheme", &authority.id)),
        }
    }

    /// R22.
    fn is_about_itself(&self) -> Result<Names, RequestRefusal> {
        match (self.who, self.asked.subject(), self.named) {
            (Who::Subject(own), Some(asked), Matter::Session(names)) if own == asked => Ok(*names),
            _ => {
                let (found, expected) = (say!("another subject"), say!("the subject itself"));
                Err(refused(RequestRule::OwnFile, "subject", found, expected))
            }
        }
    }

    /// R22: who looked at a list, or at counts, is of nobody's own file: those are told who see everything.
    fn is_told_who_looked(&self, sight: Sight) -> Result<(), RequestRefusal> {
        match self.asked {
            Asked::Accesses(about) if sight < Sight::Court && Scheme::of(about).is_none() => {
                let expected = say!("a subject that records are about");
                Err(refused(RequestRule::OwnFile, "subject", Words::data(about), expected))
            }
            _ => Ok(()),
        }
    }

    /// R20, R26: a look of which the subject is told later, in which matter, and for how long at most.
    fn may_be_withheld(&self, withhold: bool) -> Result<(), RequestRefusal> {
        let Some(day) = self.visible_from else { return Ok(()) };
        let refused = |found, expected| Err(refused(RequestRule::Withheld, VISIBLE_FROM, found, expected));
        let field = Words::data("Credit-Visible-From");
        if !withhold {
            let expected = say!("a request without {}: the subject is told at once", field);
            return refused(say!("a look for a purpose for which nothing is withheld"), expected);
        }
        self.names_its_case()?;
        let (today, last) = (self.now.date(), self.now.date().plus_days(LONGEST_WITHHELD));
        if day > today && day <= last {
            return Ok(());
        }
        refused(
            Words::data(day),
            say!("a day after {} and not after {}", Words::data(today), Words::data(last)),
        )
    }

    /// R27, R28: who asks has itself looked at who stands there, and just now.
    fn is_of_who_stands_there(&self) -> Result<Names, RequestRefusal> {
        let given = match self.named {
            Matter::Verification(given) => Some(given),
            Matter::Other | Matter::Consent(_) | Matter::Open(_) | Matter::Session(_) => None,
        };
        let by = self.who.authority().map(|(authority, _)| &authority.id);
        let Some(given) = given.filter(|given| by == Some(&given.by)) else {
            let found = say!("no event of who asks that {} names", Words::data("Credit-Case"));
            let expected = say!("the window's own event of who stood before it");
            return Err(refused(RequestRule::VerifiedHere, CASE, found, expected));
        };
        if given.recorded_at >= looked_since(self.now) {
            return Ok(given.names);
        }
        let found = say!("an event recorded at {}", Words::data(given.recorded_at.to_text()));
        let expected = say!("one of the last {} minutes", LONGEST_VERIFIED);
        Err(refused(RequestRule::VerifiedNow, CASE, found, expected))
    }

    /// R29: the subject itself asked the window for something, or one that it follows, and that is the matter.
    fn is_in_a_matter_of_it(&self) -> Result<Names, RequestRefusal> {
        let own = self.who.authority().map(|(authority, _)| &authority.id);
        let of_it = |by: &[AuthorityId]| own.is_some_and(|own| by.contains(own));
        let found = match self.named {
            Matter::Open(open) if of_it(&open.by) => return Ok(open.names),
            Matter::Open(_) => say!("a matter that another authority took"),
            _ => say!(
                "no open matter under the name that is asked about that {} names",
                Words::data("Credit-Case")
            ),
        };
        let expected = say!(
            "the id of an application, an objection or a complaint of the subject's that the window took and that is open"
        );
        Err(refused(RequestRule::OwnMatter, CASE, found, expected))
    }

    /// R23, R24: the consent that the matter names was given to who asks, before a window that looked at who gave it, and holds on
    /// the day of asking. What a department says of itself opens nothing to it.
    fn by_consent(&self, office: Office) -> Result<&GivenConsent, RequestRefusal> {
        let authority = self.who.authority().map(|(authority, _)| authority);
        let names = |grantee: &str| {
            authority.is_some_and(|authority| {
                [authority.id.as_str(), &authority.name.zh, &authority.name.en].contains(&grantee)
            })
        };
        let to_reader = |consent: &&GivenConsent| consent.grantee.as_deref().is_some_and(names);
        let consent = match self.named {
            Matter::Consent(given) => Some(given),
            Matter::Other | Matter::Verification(_) | Matter::Open(_) | Matter::Session(_) => None,
        };
        let Some(consent) = consent.filter(to_reader) else {
            let id = authority.map_or_else(|| say!("a subject"), |authority| (&authority.id).into());
            let found = say!(
                "no consent of the subject that {} names and that was given to {}",
                Words::data("Credit-Case"),
                id
            );
            let expected = say!("the event of a consent that was given to the authority");
            return Err(refused(RequestRule::ConsentGiven, CASE, found, expected));
        };
        let own = authority.map(|authority| &authority.id);
        let heard = |window: &AuthorityId| office == Office::Of(Role::Window) || own != Some(window);
        if !consent.taken_by.as_ref().is_some_and(heard) {
            let found = say!("a consent that no window took of who stood before it");
            let expected = say!(
                "one that a window recorded, other than who reads by it, within {} minutes of looking at who gave it",
                LONGEST_VERIFIED
            );
            return Err(refused(RequestRule::ConsentGiven, CASE, found, expected));
        }
        let ended =
            |found| Err(refused(RequestRule::ConsentHolds, CASE, found, say!("a consent that holds")));
        match consent.until {
            _ if !consent.stands => ended(say!("a consent that was withdrawn, or does not hold yet")),
            Some(last) if self.now > last.end_of_day() => {
                ended(say!("a consent that ended with {}", Words::data(last)))
            }
            _ => Ok(consent),
        }
    }
}

fn owns(authority: &Authority, list: &ListCode) -> bool {
    authority.competence.lists.iter().any(|pattern| pattern.covers(list.as_str()))
}

fn has_a_sector(authority: &Authority) -> bool {
    let competence = &authority.competence;
    [&competence.types, &competence.lists, &competence.measures, &competence.ratings, &competence.points]
        .into_iter()
        .any(|patterns| !patterns.is_empty())
}

fn refused(rule: RequestRule, field: &'static str, found: Words, expected: Words) -> RequestRefusal {
    RequestRefusal { rule, field, found, expected }
}

#[cfg(test)]
mod tests;
