//! Rules for `ledger.opened`, `authority.*`, `catalogue.*` and `subject.registered`.

use super::{Case, Core, Refusal, Rule, refuse};
use crate::authority::Recorded;
use crate::bytes::to_base64url;
use crate::envelope::VerifiedEvent;
use crate::event::{AuthorityEnrolled, Body, KeyAdded, KeyRevoked, Scheme, SubjectRegistered};
use crate::id::{AuthorityId, CatalogueItem, SubjectId};
use crate::key::PublicKey;
use crate::position::EntryIndex;

/// L02, L13, L14: entry 0 opens the ledger; its only signer is the operator key that it names.
pub(super) fn opening(event: &VerifiedEvent, at: Recorded, core: &Core) -> Result<(), Refusal> {
    let stated = event.event();
    let Body::LedgerOpened(body) = &stated.body else { return Ok(()) };
    if core.origin.is_some() || at.index != EntryIndex::new(0) {
        let found = format!("ledger.opened at entry {}", at.index);
        return Err(refuse(Rule::Genesis, "kind", found, "ledger.opened at entry 0 only"));
    }
    if stated.subject != SubjectId::Ledger {
        return Err(refuse(Rule::SubjectFits, "subject", &stated.subject, "ledger"));
    }
    let mut keys = Vec::new();
    let named = std::iter::once(("body.operator.key", &body.operator_key))
        .chain(body.registrars.iter().map(|registrar| ("body.registrars", &registrar.key)));
    for (field, key) in named {
        strong(field, key)?;
        if keys.contains(key) {
            return Err(refuse(Rule::KeyNew, field, to_base64url(key), "a key of one authority"));
        }
        keys.push(*key);
    }
    if let Some(registrar) = body.registrars.iter().find(|registrar| registrar.id == stated.issuer) {
        return Err(refuse(
            Rule::NotTwice,
            "body.registrars",
            &registrar.id,
            "another id than the operator's",
        ));
    }
    let signers: Vec<_> = event.signers().collect();
    if signers.len() != 1 || signers.iter().any(|key| *key.as_bytes() != body.operator_key) {
        let found = signers.iter().map(|key| key.id()).collect::<Vec<_>>().join(", ");
        return Err(refuse(Rule::Genesis, "signatures", found, "one signature, by body.operator.key"));
    }
    Ok(())
}

/// L11, L13, L14, L19.
pub(super) fn enrolment(case: &Case<'_>, body: &AuthorityEnrolled) -> Result<(), Refusal> {
    let id = authority_subject(case)?;
    if case.core.directory.get(id).is_some() {
        return Err(refuse(Rule::NotTwice, "subject", id, "an authority that is not enrolled yet"));
    }
    body.keys.iter().try_for_each(|key| new_key(case, "body.keys", key))
}

/// L11, L13, L14, L15.
pub(super) fn key_addition(case: &Case<'_>, body: &KeyAdded) -> Result<(), Refusal> {
    enrolled(case, authority_subject(case)?)?;
    new_key(case, "body.key", &body.key)
}

/// L11, L15, L16.
pub(super) fn key_revocation(case: &Case<'_>, body: &KeyRevoked) -> Result<(), Refusal> {
    let id = authority_subject(case)?;
    enrolled(case, id)?;
    let record = case.core.directory.get(id).and_then(|authority| authority.key(&body.key));
    match record {
        None => {
            Err(refuse(Rule::ReferenceKnown, "body.key", to_base64url(&body.key), format!("a key of {id}")))
        }
        Some(record) => match &record.revoked {
            None => Ok(()),
            Some(revoked) => {
                let found = format!("a key revoked by entry {}", revoked.recorded.index);
                Err(refuse(Rule::NotEnded, "body.key", found, "a key that is in force"))
            }
        },
    }
}

/// L11, L19.
pub(super) fn type_adoption(case: &Case<'_>) -> Result<(), Refusal> {
    let SubjectId::Catalogue(CatalogueItem::Type(code)) = &case.event.subject else {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, "catalogue:type.<code>"));
    };
    match case.core.catalogue.record_type(code) {
        None => Ok(()),
        Some(known) => Err(adopted_twice(&case.event.subject, known.recorded)),
    }
}

/// L11, L19.
pub(super) fn list_adoption(case: &Case<'_>) -> Result<(), Refusal> {
    let SubjectId::Catalogue(CatalogueItem::List(code)) = &case.event.subject else {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, "catalogue:list.<code>"));
    };
    match case.core.catalogue.list(code) {
        None => Ok(()),
        Some(known) => Err(adopted_twice(&case.event.subject, known.recorded)),
    }
}

/// L07, L11, L19, L22.
pub(super) fn registration(case: &Case<'_>, body: &SubjectRegistered) -> Result<(), Refusal> {
    let subject = &case.event.subject;
    let Some(scheme) = scheme_of(subject) else {
        let expected = "a uscc:, person:, household:, place: or ext: subject";
        return Err(refuse(Rule::SubjectFits, "subject", subject, expected));
    };
    if !case.issuer.competence.subjects.contains(&scheme) {
        let expected = format!("an authority that registers {}: subjects", scheme.name());
        return Err(refuse(Rule::Competence, "issuer", &case.issuer.id, expected));
    }
    if case.stream.is_registered() {
        return Err(refuse(Rule::NotTwice, "subject", subject, "a subject that is not registered yet"));
    }
    if body.name.is_some() && matches!(scheme, Scheme::Person | Scheme::Household) {
        let expected = "no name: it travels beside the event as a disclosure";
        return Err(refuse(Rule::NoPersonalData, "body.name", "a name", expected));
    }
    Ok(())
}

/// The scheme of a subject whose credit is recorded; `None` for authorities, catalogue and ledger.
pub(super) const fn scheme_of(subject: &SubjectId) -> Option<Scheme> {
    match subject {
        SubjectId::Uscc(_) => Some(Scheme::Uscc),
        SubjectId::Person(_) => Some(Scheme::Person),
        SubjectId::Household(_) => Some(Scheme::Household),
        SubjectId::Place(_) => Some(Scheme::Place),
        SubjectId::External(_) => Some(Scheme::Ext),
        _ => None,
    }
}

fn authority_subject<'a>(case: &Case<'a>) -> Result<&'a AuthorityId, Refusal> {
    match &case.event.subject {
        SubjectId::Authority(id) => Ok(id),
        other => Err(refuse(Rule::SubjectFits, "subject", other, "authority:<id>")),
    }
}

fn enrolled(case: &Case<'_>, id: &AuthorityId) -> Result<(), Refusal> {
    match case.core.directory.get(id) {
        Some(_) => Ok(()),
        None => Err(refuse(Rule::ReferenceKnown, "subject", id, "an enrolled authority")),
    }
}

fn new_key(case: &Case<'_>, field: &'static str, key: &[u8; 32]) -> Result<(), Refusal> {
    strong(field, key)?;
    match case.core.directory.owner(key) {
        None => Ok(()),
        Some(owner) => {
            let found = format!("{}, a key of {}", to_base64url(key), owner.id);
            Err(refuse(Rule::KeyNew, field, found, "a key that this ledger has not seen"))
        }
    }
}

fn strong(field: &'static str, key: &[u8; 32]) -> Result<(), Refusal> {
    PublicKey::parse(*key).map(|_| ()).map_err(|fault| {
        let found = format!("{}: {fault}", to_base64url(key));
        refuse(Rule::StrongKey, field, found, "a canonical Ed25519 key that is not of small order")
    })
}

fn adopted_twice(subject: &SubjectId, first: Recorded) -> Refusal {
    let found = format!("{subject}, adopted by entry {}", first.index);
    refuse(Rule::NotTwice, "subject", found, "a code that is not adopted yet")
}
