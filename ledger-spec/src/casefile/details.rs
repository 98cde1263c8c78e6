//! What a record's own fields say that something follows from: the kinds and amounts of a penalty, the days of a licence, the
//! step of a matter. A correction names some of them anew, and everything that follows is asked of what they are then.

use crate::definition::{
    CERTIFICATE, CONDUCT, DETENTION, FINE, FINE_AMOUNT, FORFEITED_AMOUNT, FORFEITING_KINDS, GENERAL_KINDS,
    HEARD_KINDS, LICENCE_NAME, LICENCE_NUMBER, LICENCE_SUSPENDED, MATTER, MINOR_KINDS, PENALTY_KIND,
    RESTRICTING_KINDS, SERIOUS_KINDS, SEVERAL, STEP, Severity, TAKING_STEPS, UNENDING_KINDS, VALID_FROM,
    VALID_UNTIL, VIOLATION, least_severity_of,
};
use crate::spelling::NameHash;
use crate::time::Date;
use bincode::{Decode, Encode};

/// The fields of a record from which something follows, as far as its type has them and it says them.
#[derive(Clone, Debug, PartialEq, Eq, Default, Encode, Decode)]
pub struct Details {
    /// Of which kinds a penalty is.
    pub kinds: Option<PenaltyKinds>,
    /// Its fine, in hundredths of a yuan; what is less is left out.
    pub fine: Option<u64>,
    /// What was forfeited, in hundredths of a yuan.
    pub forfeited: Option<u64>,
    /// The first day that the record itself names, as a licence does.
    pub valid_from: Option<Date>,
    /// The last one.
    pub valid_until: Option<Date>,
    /// For what kind of violation a penalty was made.
    pub violation: Option<NameHash>,
    /// The same in words of one's own.
    pub violation_words: Option<NameHash>,
    /// Which step of a matter it is, one of the type's.
    pub step: Option<Box<str>>,
    /// Of which matter, where it says so.
    pub matter: Option<NameHash>,
    /// The licence, where it says its number.
    pub licence: Option<NameHash>,
    /// Which certificate a penalty takes, by its name.
    pub certificate: Option<NameHash>,
    /// How its certificate is called.
    pub licence_name: Option<NameHash>,
}

/// One of them, as a correction says it now: nothing where it takes it away.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(missing_docs)] // named like the fields of [`Details`]
pub enum Detail {
    Kinds(Option<PenaltyKinds>),
    Fine(Option<u64>),
    Forfeited(Option<u64>),
    ValidFrom(Option<Date>),
    ValidUntil(Option<Date>),
    Violation(Option<NameHash>),
    ViolationWords(Option<NameHash>),
    Step(Option<Box<str>>),
    Matter(Option<NameHash>),
    Licence(Option<NameHash>),
    Certificate(Option<NameHash>),
    LicenceName(Option<NameHash>),
}

/// Some kinds of penalty, each a bit: its place among those from which something follows, or the last for any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PenaltyKinds(u16);

impl PenaltyKinds {
    /// The kinds from which something follows.
    const KNOWN: [&'static str; 13] = [
        MINOR_KINDS[0],
        MINOR_KINDS[1],
        FINE,
        GENERAL_KINDS[0],
        GENERAL_KINDS[1],
        GENERAL_KINDS[2],
        GENERAL_KINDS[3],
        SERIOUS_KINDS[0],
        SERIOUS_KINDS[1],
        SERIOUS_KINDS[2],
        SERIOUS_KINDS[3],
        SERIOUS_KINDS[4],
        DETENTION,
    ];
    const OTHER: u16 = 1 << 15;

    fn of(text: &str) -> Self {
        let bit = |kind: &str| {
            let place = Self::KNOWN.iter().position(|known| *known == kind);
            place.map_or(Self::OTHER, |place| 1 << place)
        };
        Self(text.split(SEVERAL).fold(0, |all, kind| all | bit(kind)))
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let all = Self::KNOWN.into_iter().enumerate();
        all.filter(move |(place, _)| self.0 & (1 << place) != 0).map(|(_, kind)| kind)
    }

    /// Whether it is of one of these kinds.
    #[must_use]
    pub fn is_any(self, of: &[&str]) -> bool {
        self.names().any(|kind| of.contains(&kind))
    }

    /// Whether it is of nothing but these kinds.
    #[must_use]
    pub fn is_all(self, of: &[&str]) -> bool {
        self.0 & Self::OTHER == 0 && self.names().all(|kind| of.contains(&kind))
    }

    /// Whether it is of nothing but kinds that are minor by themselves.
    #[must_use]
    pub fn is_minor(self) -> bool {
        self.is_all(&MINOR_KINDS)
    }

    /// Whether it is of a kind before which a hearing may be asked for.
    #[must_use]
    pub fn is_heard(self) -> bool {
        self.is_any(&HEARD_KINDS)
    }

    /// Whether it closes, restricts, bars, revokes or lowers.
    #[must_use]
    pub fn restricts(self) -> bool {
        self.is_any(&RESTRICTING_KINDS)
    }

    /// Whether it lasts for a time: it restricts, or takes a certificate for a while.
    #[must_use]
    pub fn lasts(self) -> bool {
        self.restricts() || self.is_any(&[LICENCE_SUSPENDED])
    }

    /// Whether something is forfeited.
    #[must_use]
    pub fn forfeits(self) -> bool {
        self.is_any(&FORFEITING_KINDS)
    }

    /// The least severity that the kinds allow; `None` where they leave it to the filer.
    pub fn least_severity(self) -> Option<Severity> {
        least_severity_of(self.names())
    }

    /// How far they reach, of the one that reaches farthest: a name, money or goods, what may be done for a time, what may be
    /// done without a last day, liberty (in the order of 行政处罚法第九条, but for what ends by itself). `None` where there is
    /// another kind, of which nothing says that.
    fn reach(self) -> Option<u8> {
        let of = |kind: &str| match kind {
            DETENTION => 4,
            kind if UNENDING_KINDS.contains(&kind) => 3,
            kind if kind == LICENCE_SUSPENDED || RESTRICTING_KINDS.contains(&kind) => 2,
            kind if kind == FINE || FORFEITING_KINDS.contains(&kind) => 1,
            _ => 0,
        };
        if self.0 & Self::OTHER == 0 { self.names().map(of).max() } else { None }
    }

    /// Whether they are graver than others, in whose place they are: their least severity is higher (国家发展改革委令第36号), or
    /// of one severity they reach farther.
    #[must_use]
    pub fn outweighs(self, before: Self) -> bool {
        let (now, was) = (self.least_severity(), before.least_severity());
        let farther = || self.reach().zip(before.reach()).is_some_and(|(now, was)| now > was);
        now > was || now == was && farther()
    }

    /// Whether they name others than before, of the same severity and reach or of one that nothing is said of: another penalty,
    /// though no graver one.
    #[must_use]
    pub fn replaces(self, before: Self) -> bool {
        let same_reach = self.reach().zip(before.reach()).is_none_or(|(now, was)| now == was);
        self.0 & !before.0 != 0 && self.least_severity() == before.least_severity() && same_reach
    }

    /// Whether all of `before` are among these, and others too.
    #[must_use]
    pub const fn adds_to(self, before: Self) -> bool {
        self.0 != before.0 && self.0 & before.0 == before.0
    }
}

impl Detail {
    /// A field, where something follows from it.
    fn of((name, value): &(String, String)) -> Option<Self> {
        let said = Some(value.as_str()).filter(|value| !value.is_empty());
        let day = || said.and_then(|day| Date::parse(day).ok());
        Some(match name.as_str() {
            PENALTY_KIND => Self::Kinds(said.map(PenaltyKinds::of)),
            FINE_AMOUNT => Self::Fine(said.and_then(fen)),
            FORFEITED_AMOUNT => Self::Forfeited(said.and_then(fen)),
            VALID_FROM => Self::ValidFrom(day()),
            VALID_UNTIL => Self::ValidUntil(day()),
            CONDUCT => Self::Violation(said.map(NameHash::of)),
            VIOLATION => Self::ViolationWords(said.map(NameHash::of_decision)),
            STEP => Self::Step(said.map(Into::into)),
            MATTER => Self::Matter(said.map(NameHash::of_decision)),
            LICENCE_NUMBER => Self::Licence(said.map(NameHash::of_licence)),
            CERTIFICATE => Self::Certificate(said.map(NameHash::of_certificate)),
            LICENCE_NAME => Self::LicenceName(said.map(NameHash::of_decision)),
            _ => return None,
        })
    }

    /// All fields of a body from which something follows.
    pub(crate) fn all(fields: &[(String, String)]) -> Vec<Self> {
        fields.iter().filter_map(Self::of).collect()
    }
}

impl Details {
    /// What a body's fields say.
    pub(crate) fn of(fields: &[(String, String)]) -> Self {
        Self::default().corrected(&Detail::all(fields))
    }

    /// The same where a correction's body says these fields.
    pub(crate) fn corrected_by(&self, fields: &[(String, String)]) -> Self {
        self.clone().corrected(&Detail::all(fields))
    }

    /// The same where a correction says these.
    pub(super) fn corrected(mut self, by: &[Detail]) -> Self {
        for detail in by.iter().cloned() {
            match detail {
                Detail::Kinds(kinds) => self.kinds = kinds,
                Detail::Fine(fine) => self.fine = fine,
                Detail::Forfeited(forfeited) => self.forfeited = forfeited,
                Detail::ValidFrom(day) => self.valid_from = day,
                Detail::ValidUntil(day) => self.valid_until = day,
                Detail::Violation(violation) => self.violation = violation,
                Detail::ViolationWords(words) => self.violation_words = words,
                Detail::Step(step) => self.step = step,
                Detail::Matter(matter) => self.matter = matter,
                Detail::Licence(licence) => self.licence = licence,
                Detail::Certificate(certificate) => self.certificate = certificate,
                Detail::LicenceName(name) => self.licence_name = name,
            }
        }
        self
    }

    /// The same, and what it does not say as another says it.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            kinds: self.kinds.or(other.kinds),
            fine: self.fine.or(other.fine),
            forfeited: self.forfeited.or(other.forfeited),
            valid_from: self.valid_from.or(other.valid_from),
            valid_until: self.valid_until.or(other.valid_until),
            violation: self.violation.or(other.violation),
            violation_words: self.violation_words.or(other.violation_words),
            step: self.step.or_else(|| other.step.clone()),
            matter: self.matter.or(other.matter),
            licence: self.licence.or(other.licence),
            certificate: self.certificate.or(other.certificate),
            licence_name: self.licence_name.or(other.licence_name),
        }
    }

    /// The field by which a licence that says this holds longer than one that says `was`: from earlier on, until later, or once
    /// more.
    #[must_use]
    pub fn holds_longer_than(&self, was: &Self) -> Option<&'static str> {
        let later = |was: Date| self.valid_until.is_none_or(|until| until > was);
        let earlier = |was: Date| self.valid_from.is_none_or(|from| from < was);
        if was.valid_until.is_some_and(later) {
            Some(VALID_UNTIL)
        } else if was.valid_from.is_some_and(earlier) {
            Some(VALID_FROM)
        } else if was.is_step(&TAKING_STEPS) && !self.is_step(&TAKING_STEPS) {
            Some(STEP)
        } else {
            None
        }
    }

    /// Whether two licences of which neither says its number are called otherwise.
    #[must_use]
    pub fn is_named_apart(&self, other: &Self) -> bool {
        self.licence.is_none()
            && other.licence.is_none()
            && self.licence_name.zip(other.licence_name).is_some_and(|(one, other)| one != other)
    }

    /// Whether it is one of these steps of a matter.
    #[must_use]
    pub fn is_step(&self, of: &[&str]) -> bool {
        self.step.as_deref().is_some_and(|step| of.contains(&step))
    }
}

/// An amount in units of 10,000 yuan (its form is asked by D04) in hundredths of a yuan, what is less left out.
fn fen(amount: &str) -> Option<u64> {
    let (whole, decimals) = amount.split_once('.').unwrap_or((amount, ""));
    let decimals: u64 = format!("{decimals:0<6.6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        let of = PenaltyKinds::of;
        assert!(of("warning;criticism").is_minor() && !of("warning;fine").is_minor());
        assert!(!of("warning;unheard-of").is_minor());
        for kind in SERIOUS_KINDS {
            assert_eq!(of(&format!("fine;{kind}")).least_severity(), Some(Severity::Serious), "{kind}");
        }
        for kind in GENERAL_KINDS {
            assert_eq!(of(kind).least_severity(), Some(Severity::General), "{kind}");
        }
        for kind in HEARD_KINDS.iter().chain(&RESTRICTING_KINDS).chain(&FORFEITING_KINDS) {
            assert!(of(kind).is_any(&[*kind]), "{kind}");
        }
        assert_eq!(of("fine").least_severity(), None);
        let farther = ["warning", "fine", "suspended", "closed"].map(of);
        assert!(farther.windows(2).all(|pair| pair[1].outweighs(pair[0]) && !pair[0].outweighs(pair[1])));
        assert!(
            of("grade_lowered").outweighs(of("licence_suspended")) && of("detention").outweighs(of("fine"))
        );
        assert!(!of("grade_lowered").outweighs(of("suspended")), "what is less severe is not graver");
        assert!(!of("closed").outweighs(of("licence_revoked")) && !of("fine;other").outweighs(of("warning")));
        assert!(SERIOUS_KINDS.iter().all(|kind| !of(kind).outweighs(of("detention;closed"))));
        assert!(
            UNENDING_KINDS.iter().all(|kind| of(kind).outweighs(of("licence_suspended;fine"))),
            "no last day"
        );
        assert!(of("work_barred").replaces(of("suspended")) && of("other").replaces(of("fine")));
        assert!(!of("suspended").replaces(of("fine;suspended")) && !of("fine").replaces(of("suspended")));
        assert!(of("fine;suspended").adds_to(of("fine")));
        assert!(!of("fine").adds_to(of("fine")) && !of("fine").adds_to(of("suspended")));
    }

    #[test]
    fn amounts_are_of_ten_thousand_yuan() {
        assert_eq!(fen("0.3"), Some(300_000));
        assert_eq!(fen("5"), Some(5_000_000));
        assert_eq!(fen("0.0000019"), Some(1));
        assert_eq!((fen(""), fen("x"), fen("99999999999999999999")), (None, None, None));
    }
}
