//! Rules for pseudonyms of several identity keys: under which one something may begin, and who links them.

use super::case::Case;
use super::{Refusal, Rule, refuse};
use crate::casefile::Fact;
use crate::event::{Body, IdentifierLinked, IdentityRotated, Role};
use crate::id::{Pseudonym, SubjectId};
use crate::wording::{Words, say};

/// L28: nothing begins under a pseudonym of another epoch than the newest. What stands under an older one goes on where it
/// stands, and renewals link the two. A hold of all of a subject begins like anything else: by the newest name it reaches
/// what stands under each, and by an older one that was never used it would reach nothing.
pub(super) fn of_current_epoch(case: &Case<'_>) -> Result<(), Refusal> {
    let Some(pseudonym) = case.event.subject.pseudonym() else { return Ok(()) };
    let (found, current) = (pseudonym.epoch(), case.governance.identity_epoch);
    let goes_on = match &case.event.body {
        Body::IdentifierLinked(body) if case.event.subject.renewal(&body.identifier).is_some() => {
            return Ok(());
        }
        Body::ErasureOrdered(_) => true,
        _ => !Fact::of(case.event).refers_to().is_empty(),
    };
    if found == current || goes_on && found < current {
        return Ok(());
    }
    let expected = say!("one of epoch {}: have the number resolved again", current);
    Err(refuse(Rule::PseudonymCurrent, "subject", say!("a pseudonym of epoch {}", found), expected))
}

/// L06, L19, L28: the operator, who alone has the keys, links a pseudonym of the newest epoch with that of the one which
/// is about to begin, each once.
pub(super) fn renewed(case: &Case<'_>, other: Pseudonym) -> Result<(), Refusal> {
    if !case.is(Role::Operator) {
        let expected = say!("the operator, for another pseudonym of the same subject");
        return Err(refuse(Rule::Role, "issuer", &case.issuer.id, expected));
    }
    let current = case.governance.identity_epoch;
    let own = case.event.subject.pseudonym().map(Pseudonym::epoch);
    let [older, newer] = [own.min(Some(other.epoch())), own.max(Some(other.epoch()))];
    if older != Some(current) || newer != current.next() {
        let found = say!("a pseudonym of epoch {}", other.epoch());
        let expected = say!("pseudonyms of epoch {} and of the next", current);
        return Err(refuse(Rule::PseudonymCurrent, "body.identifier", found, expected));
    }
    if case.file.renewals().any(|(_, known)| known.epoch() == other.epoch()) {
        let found = say!("{}, linked to epoch {} already", &case.event.subject, other.epoch());
        let expected = say!("a subject that is not linked to epoch {} yet", other.epoch());
        return Err(refuse(Rule::NotTwice, "body.identifier", found, expected));
    }
    Ok(())
}

/// L06: the operator links nothing else.
pub(super) fn links_as_registrar(case: &Case<'_>, body: &IdentifierLinked) -> Result<(), Refusal> {
    if case.issuer.is_any(&[Role::Department, Role::Registrar]) {
        return Ok(());
    }
    let expected = say!("a department or registrar, to link {}", &body.identifier);
    Err(refuse(Rule::Role, "issuer", &case.issuer.id, expected))
}

/// L11, L28: the epoch that begins is the next.
pub(super) fn rotated(case: &Case<'_>, body: IdentityRotated) -> Result<(), Refusal> {
    if case.event.subject != SubjectId::Ledger {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, Words::data("ledger")));
    }
    let current = case.governance.identity_epoch;
    if Some(body.epoch) == current.next() {
        return Ok(());
    }
    let expected = say!("the epoch after {}", current);
    Err(refuse(Rule::PseudonymCurrent, "body.epoch", body.epoch, expected))
}
