//! Who looked at a subject: the subject's own list, from the access journal.
//!
//! Each line says what its reader signed. A matter is named to the subject where it is the subject's own; looks in another's
//! matter are told without it, and those that a court or a supervisor has withheld for a while once that is over. Of looks at another,
//! in which the subject went on or which somebody linked to it, it is told as far as they showed what is its own. Auditors and courts
//! are told all of it.

use crate::authority::{Authority, Directory};
use crate::casefile::{Item, Sight, Viewer};
use crate::definition::Name;
use crate::event::{AccessRead, Looker, SignedLook};
use crate::id::{AuthorityId, EventId, SubjectId};
use crate::request::{Purpose, RequestRefusal, VerifiedRequest};
use crate::rule::RequestRule;
use crate::time::{Date, RecordedTime, ValidTime};
use crate::wording::say;
use serde::{Deserialize, Serialize};
use tlog::position::EntryIndex;

/// A page of who looked at a subject, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessesPage {
    /// The subject.
    pub subject: SubjectId,
    /// The moment of asking, RFC 3339.
    pub asked_at: ValidTime,
    /// The looks at this subject, under whichever of its names.
    pub accesses: Vec<AccessLine>,
    /// That looks at whole lists and counts, in which the subject may have stood, are journalled as such and not here.
    pub notice: Name,
    /// What `before` has to be for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
    /// The newest checkpoint of the journal.
    pub checkpoint: String,
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessLine {
    /// Its entry in the access journal.
    pub entry: EntryIndex,
    /// When it was written down, before the answer left, RFC 3339.
    pub recorded_at: RecordedTime,
    /// Who looked; absent where it was the subject itself, or, by a session, who stands for the one that `through` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub reader: Option<AuthorityId>,
    /// Its name now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub name: Option<Name>,
    /// Whether it was the subject itself, after a window had looked at who stood there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub by_subject: bool,
    /// The window's event that says so, where it is in the subject's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub verified: Option<EventId>,
    /// For which purpose.
    pub purpose: String,
    /// In which matter, where it is the subject's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub case: Option<String>,
    /// Whether it was in a matter that is not named here: only one is that is an event of the subject's own file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub case_withheld: bool,
    /// What was asked: path and query; not told of a look at another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub question: Option<String>,
    /// By which sight it was answered.
    pub sight: Sight,
    /// Whether what lies in the reader's own competence was shown beyond that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub own_competence: bool,
    /// The entry of the consent by which more was shown, in the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub consent: Option<EntryIndex>,
    /// Whom it was at, where that is another in which this subject went on, or that somebody linked to it: that shows this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub through: Option<SubjectId>,
    /// The day from which on the subject is told of it, where that was not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub visible_from: Option<Date>,
    /// From when on the key that signed it is said to have been in wrong hands: then it may not have been the reader who looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub compromised_since: Option<ValidTime>,
    /// The same of a key that signed the event by which it was opened: a consent, an application, that somebody was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub opened_by_compromised: Option<ValidTime>,
}

impl AccessesPage {
    /// What is said beside every such page.
    #[must_use]
    pub fn notice() -> Name {
        Name {
            zh: "对整份名单和汇总统计的查询，以及审计单位取得开启信息，分别记入查询日志，不在此列。".to_owned(),
            en: "Looks at whole lists and at counts, and what auditors open, are journalled as such and are not among these."
                .to_owned(),
        }
    }
}

impl AccessLine {
    /// A look as who asks is told of it; `None` where it is withheld still. `own` finds an event in the subject's own file. What
    /// is withheld is told at once where the key that asked is said to have been in wrong hands.
    ///
    /// # Errors
    ///
    /// Where what the look's reader signed does not hold, which admission makes sure of; and R14 where the key is not one that the
    /// reader has, or had, in the ledger: then whoever keeps the journal has written down what nobody asked.
    pub fn of<'f>(
        (entry, recorded_at): (EntryIndex, RecordedTime),
        (asked_at, look): (ValidTime, &AccessRead),
        (directory, viewer): (&Directory, Viewer),
        own: impl Fn(&EventId) -> Option<&'f Item>,
    ) -> Result<Option<Self>, RequestRefusal> {
        let said = |key, at| directory.compromises().of(key, at, viewer.moment.known).map(|said| said.since);
        let signed = match &look.by {
            Looker::Authority(signed) => signed,
            Looker::Subject { verified, question } => {
                let stated = own(verified);
                let signers = stated.iter().flat_map(|item| &item.signers);
                return Ok(Some(Self {
                    compromised_since: signers.filter_map(|key| said(*key, stated?.recorded_at)).min(),
                    entry,
                    recorded_at,
                    reader: None,
                    name: None,
                    by_subject: true,
                    verified: stated.map(|_| *verified),
                    purpose: Purpose::OwnFile.name().to_owned(),
                    case: None,
                    case_withheld: false,
                    question: Some(question.clone()),
                    sight: look.sight,
                    own_competence: false,
                    consent: None,
                    through: None,
                    visible_from: None,
                    opened_by_compromised: None,
                }));
            }
        };
        let (authority, stated) = by_authority(signed, asked_at, directory)?;
        let told_all = viewer.sight == Sight::Court;
        let key = directory.key_number(stated.key().as_bytes());
        let compromised_since = key.and_then(|key| said(key, recorded_at));
        let visible_from = stated.visible_from();
        if !told_all
            && compromised_since.is_none()
            && visible_from.is_some_and(|day| viewer.moment.valid_at.date() < day)
        {
            return Ok(None);
        }
        let case = stated.case();
        let opened_by = case.and_then(|case| own(&EventId::parse(case.as_str()).ok()?));
        let named = case.filter(|_| told_all || opened_by.is_some());
        let signers =
            opened_by.into_iter().flat_map(|item| item.signers.iter().map(|key| (*key, item.recorded_at)));
        Ok(Some(Self {
            opened_by_compromised: signers.filter_map(|(key, at)| said(key, at)).min(),
            compromised_since,
            entry,
            recorded_at,
            reader: Some(authority.id.clone()),
            name: Some(authority.name.clone()),
            by_subject: false,
            verified: None,
            purpose: stated.purpose().map(|purpose| purpose.name().to_owned()).unwrap_or_default(),
            case: named.map(|case| case.as_str().to_owned()),
            case_withheld: case.is_some() && named.is_none(),
            question: Some(stated.target()),
            sight: look.sight,
            own_competence: signed.own,
            consent: signed.consent,
            through: None,
            visible_from,
        }))
    }

    /// A look at another than the subject itself, as the subject is told of it: who, when, for which purpose and by which sight. What
    /// was asked about the other, and by which of its own matters, is the other's; and its people are not the subject's.
    #[must_use]
    pub fn at_another(self, other: SubjectId) -> Self {
        let through = Some(other);
        Self { by_subject: false, verified: None, question: None, consent: None, through, ..self }
    }
}

/// Who looked, and what it signed: R14 where the key is none that it has, or had, in the ledger.
pub(super) fn by_authority<'a>(
    look: &SignedLook,
    asked_at: ValidTime,
    directory: &'a Directory,
) -> Result<(&'a Authority, VerifiedRequest), RequestRefusal> {
    let stated = look.verified(asked_at)?;
    let authority = directory.get(&look.reader);
    let Some(authority) = authority.filter(|authority| authority.key(stated.key().as_bytes()).is_some())
    else {
        let found = say!("a key that is not of {}", &look.reader);
        let expected = say!("a key that is enrolled in this ledger");
        return Err(RequestRefusal { rule: RequestRule::KeyEnrolled, field: "keyid", found, expected });
    };
    Ok((authority, stated))
}
