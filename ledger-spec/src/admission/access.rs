//! Rules of access journals: what stands in one, and that a look is what its reader signed.

use super::{Refusal, Rule, refuse};
use crate::definition::{Scheme, Sight};
use crate::event::{AccessRead, Event, Kind, LedgerOpened, Looker, SignedLook};
use crate::governance::Governance;
use crate::id::{CatalogueItem, SubjectId};
use crate::wording::{Words, say};
use tlog::checkpoint::Origin;

/// What the origin of a ledger's access journal has behind the ledger's own.
pub const JOURNAL: &str = "/access";

/// The origin of a ledger's access journal; `None` where it would be too long for one.
#[must_use]
pub fn journal_of(ledger: &Origin) -> Option<Origin> {
    Origin::parse(&format!("{ledger}{JOURNAL}")).ok()
}

/// L30: an access journal is named as its ledger's.
pub(super) fn opening(body: &LedgerOpened, origin: &Origin) -> Result<(), Refusal> {
    let Some(ledger) = &body.journal_of else { return Ok(()) };
    if journal_of(ledger).is_some_and(|expected| expected == *origin) {
        return Ok(());
    }
    Err(refuse(Rule::JournalAlone, "origin", origin, Words::data(format_args!("{ledger}{JOURNAL}"))))
}

/// L30: an access journal holds looks, and no other log does.
pub(super) fn stands_here(event: &Event, governance: &Governance) -> Result<(), Refusal> {
    let (is_look, journal) = (event.kind() == Kind::AccessRead, governance.journal_of.as_ref());
    let expected = match journal {
        Some(_) if !is_look => {
            say!("{}, for this is an access journal", Words::data(Kind::AccessRead.name()))
        }
        None if is_look => say!("an event of a ledger: looks stand in its access journal"),
        _ => return Ok(()),
    };
    Err(refuse(Rule::JournalAlone, "kind", Words::data(event.kind().name()), expected))
}

/// L11, L31: whom a look is at, and that its reader signed what it says. Whether the key is that authority's, the journal's
/// ledger says. A subject signs nothing: it looks at its own file, by the sight that it has there.
pub(super) fn look(event: &Event, body: &AccessRead) -> Result<(), Refusal> {
    let about = &event.subject;
    let is_a_subject = Scheme::of(about).is_some();
    let wrong = |expected| Err(refuse(Rule::SubjectFits, "subject", about, expected));
    match &body.by {
        Looker::Authority(signed) => {
            if !is_a_subject
                && !matches!(about, SubjectId::Ledger | SubjectId::Catalogue(CatalogueItem::List(_)))
            {
                return wrong(say!("whom records are about, a list, or the ledger where many were counted"));
            }
            by_authority(signed, event)
        }
        Looker::Subject { .. } if !is_a_subject => {
            wrong(say!("a uscc:, person:, household:, place: or ext: subject"))
        }
        Looker::Subject { question, .. } => {
            let refused = |field, found, expected| Err(refuse(Rule::LookSigned, field, found, expected));
            if body.sight != Sight::Restricted {
                let expected = say!("the sight by which a subject sees its own file");
                return refused("body.sight", body.sight.into(), expected);
            }
            if !question.starts_with('/') {
                let expected = say!("a path, and what is asked there");
                return refused("body.question", Words::data(question), expected);
            }
            Ok(())
        }
    }
}

/// L31 of what an authority signed.
fn by_authority(signed: &SignedLook, event: &Event) -> Result<(), Refusal> {
    let expected = || say!("what its reader signed, at the time that the event names");
    match signed.verified(event.valid_from) {
        Ok(request) if request.purpose().is_some() => Ok(()),
        Ok(_) => {
            Err(refuse(Rule::LookSigned, "body.request", say!("a request that names no purpose"), expected()))
        }
        Err(refusal) => Err(refuse(
            Rule::LookSigned,
            "body.request",
            say!("{}, which is {}", Words::data(refusal.field), refusal.found),
            expected(),
        )),
    }
}
