//! Rules for `ledger.opened` and `authority.*`: who may sign, and for what.

use super::case::Case;
use super::{Governance, Refusal, Rule, access, begun, refuse};
use crate::authority::{Authority, KeyRecord, Recorded};
use crate::event::envelope::VerifiedEvent;
use crate::event::{
    AuditorsNamed, AuthorityEnrolled, AuthoritySucceeded, Body, Capacity, KeyAdded, KeyRevoked, Role,
};
use crate::id::{EventId, SubjectId};
use crate::time::ValidTime;
use crate::wording::{self, Joint, Words, say};
use tlog::bytes::to_base64url;
use tlog::cosignature::CosignerKey;
use tlog::key::PublicKey;
use tlog::position::EntryIndex;

/// L02, L13, L14: entry 0 opens the ledger; its only signer is the operator key that it names.
pub(super) fn opening(event: &VerifiedEvent, at: Recorded, governance: &Governance) -> Result<(), Refusal> {
    let stated = event.event();
    let Body::LedgerOpened(body) = &stated.body else { return Ok(()) };
    if governance.origin.is_some() || at.index != EntryIndex::new(0) {
        let found = say!("ledger.opened at entry {}", at.index);
        return Err(refuse(Rule::Genesis, "kind", found, say!("ledger.opened at entry 0 only")));
    }
    if stated.subject != SubjectId::Ledger {
        return Err(refuse(Rule::SubjectFits, "subject", &stated.subject, Words::data("ledger")));
    }
    access::opening(body, &stated.origin)?;
    let mut keys = Vec::new();
    let named = std::iter::once(("body.operator.key", &body.operator_key))
        .chain(body.registrars.iter().map(|registrar| ("body.registrars", &registrar.key)));
    for (field, key) in named {
        strong(field, key)?;
        if keys.contains(key) {
            return Err(refuse(
                Rule::KeyNew,
                field,
                Words::data(to_base64url(key)),
                say!("a key of one authority"),
            ));
        }
        keys.push(*key);
    }
    if let Some(registrar) = body.registrars.iter().find(|registrar| registrar.id == stated.issuer) {
        let found = say!("{}, which is the operator's id", &registrar.id);
        return Err(refuse(Rule::NotTwice, "body.registrars", found, say!("another id than the operator's")));
    }
    let signers: Vec<_> = event.signers().collect();
    if signers.len() != 1 || signers.iter().any(|key| *key.as_bytes() != body.operator_key) {
        let found = Words::several(signers.iter().map(|key| Words::data(key.id())), Joint::And);
        return Err(refuse(Rule::Genesis, "signatures", found, say!("one signature, by body.operator.key")));
    }
    Ok(())
}

/// L02, L11, L13, L14, L19, D09.
pub(super) fn enrolment(case: &Case<'_>, body: &AuthorityEnrolled) -> Result<(), Refusal> {
    let SubjectId::Authority(id) = &case.event.subject else {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, Words::data("authority:<id>")));
    };
    if let Some(known) = case.governance.directory.get(id) {
        let found = say!("{}, enrolled by entry {}", id, known.enrolled.index);
        return Err(refuse(Rule::NotTwice, "subject", found, say!("an authority that is not enrolled yet")));
    }
    capacity(&body.capacity, None)?;
    body.keys.iter().try_for_each(|key| new_key(case, "body.keys", key))
}

/// L02, L11, L15, D09.
pub(super) fn amendment(case: &Case<'_>, body: &Capacity) -> Result<(), Refusal> {
    let authority = case.enrolled_subject()?;
    if let Some(last) = authority.history.last() {
        case.not_before("subject", last.from)?;
    }
    if authority.is_any(&[Role::Registrar]) && !body.roles.contains(&Role::Registrar) {
        keeps_a_registrar(case, authority, None)?;
    }
    capacity(body, Some(authority))
}

/// L11, L15, L19, L20, L25.
pub(super) fn succession(case: &Case<'_>, body: &AuthoritySucceeded) -> Result<(), Refusal> {
    let authority = case.enrolled_subject()?;
    let successor = case.enrolled("body.successor", &body.successor)?;
    if let Some(known) = authority.successor() {
        return Err(refuse(
            Rule::NotTwice,
            "subject",
            say!("succeeded by {}", known),
            say!("no successor yet"),
        ));
    }
    // A circle of successions would leave nobody to act for what was filed.
    let circle = case.governance.directory.number(&successor.id);
    if circle.is_some_and(|successor| case.governance.directory.acts_for(&authority.id, successor)) {
        let expected = say!("an authority whose tasks {} has not taken over", &authority.id);
        return Err(refuse(Rule::SubjectFits, "body.successor", &successor.id, expected));
    }
    if authority.is_any(&[Role::Operator]) {
        return Err(refuse(
            Rule::LastKey,
            "subject",
            &authority.id,
            say!("an authority that is not the operator"),
        ));
    }
    keeps_a_registrar(case, authority, None)
}

/// L11, L15, L25.
pub(super) fn suspension(case: &Case<'_>) -> Result<(), Refusal> {
    let authority = case.enrolled_subject()?;
    if authority.is_any(&[Role::Operator]) {
        return Err(refuse(
            Rule::LastKey,
            "subject",
            &authority.id,
            say!("an authority that is not the operator"),
        ));
    }
    keeps_a_registrar(case, authority, None)
}

/// L11, L13, L14, L15.
pub(super) fn key_addition(case: &Case<'_>, body: &KeyAdded) -> Result<(), Refusal> {
    case.enrolled_subject()?;
    new_key(case, "body.key", &body.key)
}

/// L10, L11, L15, L16, L25.
pub(super) fn key_revocation(case: &Case<'_>, body: &KeyRevoked) -> Result<(), Refusal> {
    let authority = case.enrolled_subject()?;
    let Some(record) = authority.key(&body.key) else {
        let expected = say!("a key of {}", &authority.id);
        return Err(refuse(Rule::ReferenceKnown, "body.key", Words::data(to_base64url(&body.key)), expected));
    };
    let directory = &case.governance.directory;
    let said = directory.key_number(&body.key).and_then(|number| directory.compromises().own_of(number));
    if let Some(corrects) = &body.corrects {
        return taking_back(case, (body, corrects), said);
    }
    if !case.is(Role::Registrar) {
        let expected = say!("a registrar, to revoke a key");
        return Err(refuse(Rule::Role, "issuer", &case.issuer.id, expected));
    }
    // That a key was in wrong hands, and since when, may be found out after it was revoked.
    let said = said.map(|(since, _)| since);
    let says_more = body.compromised_since.is_some_and(|since| said.is_none_or(|said| since < said));
    if let Some(revoked) = record.revoked.as_ref().filter(|_| !says_more) {
        let found = say!("a key revoked by entry {}", revoked.recorded.index);
        let expected = say!("a key that is in force, or an earlier time since when it was compromised");
        return Err(refuse(Rule::InPhase, "body.key", found, expected));
    }
    if let Some(since) = body.compromised_since {
        begun("body.compromised_since", since, case.at)?;
        compromised(case, record)?;
    }
    if authority.is_any(&[Role::Operator]) {
        let expected = say!("a key of another authority: the operator's signs the checkpoints");
        return Err(refuse(Rule::LastKey, "body.key", say!("the operator's key"), expected));
    }
    keeps_a_registrar(case, authority, Some(&body.key))
}

/// L06, L10, L15, L16: what was said of a key is taken back, by naming what says it: so nobody does it by mistake, or of what
/// was said meanwhile. A thief would clear his key, and what it brought in: so only keys do it of which nothing is said; and where
/// no registrar is left with such a one, the operator, whose key nobody can say anything of.
fn taking_back(
    case: &Case<'_>,
    (body, corrects): (&KeyRevoked, &EventId),
    said: Option<(ValidTime, EventId)>,
) -> Result<(), Refusal> {
    let Some((since, _)) = said.filter(|(_, event)| event == corrects) else {
        let expected = match said {
            Some((_, event)) => say!("{}, which says what counts of this key", event),
            None => say!("a key of which something is said that counts"),
        };
        return Err(refuse(Rule::ReferenceKnown, "body.corrects", corrects, expected));
    };
    if let Some(later) = body.compromised_since {
        begun("body.compromised_since", later, case.at)?;
        if later <= since {
            let expected = say!("a time after {}, or none; an earlier one is said without corrects", since);
            return Err(refuse(Rule::InPhase, "body.compromised_since", later, expected));
        }
    }
    unsuspected(case, "body.corrects")?;
    if case.is(Role::Registrar) {
        return Ok(());
    }
    match case.governance.directory.iter().find(|one| can_register_unsuspected(case, one)) {
        None => Ok(()),
        Some(registrar) => {
            let expected = say!("{}, which has a key of which nothing is said", &registrar.id);
            Err(refuse(Rule::Role, "issuer", &case.issuer.id, expected))
        }
    }
}

/// Whether an authority is a registrar that acts and has a key in force of which nothing is said.
fn can_register_unsuspected(case: &Case<'_>, authority: &Authority) -> bool {
    let now = ValidTime::at_recorded(case.at.at).unwrap_or(ValidTime::MAX);
    let mut keys = authority.keys.iter().filter(|key| key.revoked.is_none());
    authority.is_any(&[Role::Registrar])
        && authority.barred_at(now).is_none()
        && keys.any(|key| !is_suspect(case, &key.key))
}

fn is_suspect(case: &Case<'_>, key: &[u8; 32]) -> bool {
    let directory = &case.governance.directory;
    let number = directory.key_number(key);
    number.is_some_and(|key| directory.compromises().of(key, case.at.at, case.known()).is_some())
}

/// L16: of a key that is revoked already only whoever is under no suspicion says since when it was in wrong hands.
fn compromised(case: &Case<'_>, record: &KeyRecord) -> Result<(), Refusal> {
    if record.revoked.is_none() { Ok(()) } else { unsuspected(case, "body.compromised_since") }
}

/// L16: nothing is said of a key that signs.
fn unsuspected(case: &Case<'_>, field: &'static str) -> Result<(), Refusal> {
    match case.signed.signers().find(|key| is_suspect(case, key.as_bytes())) {
        None => Ok(()),
        Some(key) => {
            let found =
                say!("signed by {}, which may have been in wrong hands itself", Words::data(key.id()));
            Err(refuse(Rule::InPhase, field, found, say!("a signature by a key of which nothing is said")))
        }
    }
}

/// L25: without `authority` (or without one key of it) a registrar is left that can act.
fn keeps_a_registrar(
    case: &Case<'_>,
    authority: &Authority,
    without: Option<&[u8; 32]>,
) -> Result<(), Refusal> {
    if !authority.is_any(&[Role::Registrar]) {
        return Ok(());
    }
    // As L23 asks it: by the recorded time, so that no date in an event makes room; the last instant by a clock
    // that is past it.
    let now = ValidTime::at_recorded(case.at.at).unwrap_or(ValidTime::MAX);
    let can_act = |found: &Authority| {
        let keys = found.keys.iter().filter(|key| key.revoked.is_none());
        let left =
            keys.filter(|key| found.id != authority.id || without.is_some_and(|gone| key.key != *gone));
        found.is_any(&[Role::Registrar])
            && found.successor().is_none()
            && found.barred_at(now).is_none()
            && left.count() > 0
    };
    if case.governance.directory.iter().any(can_act) {
        return Ok(());
    }
    let found = say!("{}, the last registrar that can act", &authority.id);
    Err(refuse(Rule::LastKey, "subject", found, say!("another registrar with a key in force")))
}

/// L02 and D09 for what an authority is to be.
fn capacity(body: &Capacity, before: Option<&Authority>) -> Result<(), Refusal> {
    let was_operator = before.is_some_and(|authority| authority.is_any(&[Role::Operator]));
    if body.roles.contains(&Role::Operator) != was_operator {
        let found = if was_operator { say!("no operator") } else { say!("operator") };
        return Err(refuse(
            Rule::Genesis,
            "body.roles",
            found,
            say!("the operator that ledger.opened names, alone"),
        ));
    }
    let files = [Role::Department, Role::Court, Role::Window];
    let both = body.roles.contains(&Role::Steward) && body.roles.iter().any(|role| files.contains(role));
    if both {
        let names = Words::several(body.roles.iter().copied(), Joint::And);
        let expected = say!("the steward without department, court or window: it files no records");
        return Err(refuse(Rule::SeparateDuties, "body.roles", names, expected));
    }
    Ok(())
}

fn new_key(case: &Case<'_>, field: &'static str, key: &[u8; 32]) -> Result<(), Refusal> {
    strong(field, key)?;
    match case.governance.directory.owner(key) {
        None => Ok(()),
        Some(owner) => {
            let found = say!("{}, a key of {}", Words::data(to_base64url(key)), &owner.id);
            Err(refuse(Rule::KeyNew, field, found, say!("a key that this ledger has not seen")))
        }
    }
}

/// L11, L13, L14: auditing witnesses cosign with keys of their own, that sign nothing else here.
pub(super) fn auditors(case: &Case<'_>, body: &AuditorsNamed) -> Result<(), Refusal> {
    if case.event.subject != SubjectId::Ledger {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, Words::data("ledger")));
    }
    for (place, auditor) in body.auditors.iter().enumerate() {
        new_key(case, "body.auditors", auditor.public_key())?;
        let before = body.auditors.iter().take(place);
        if before.map(CosignerKey::public_key).any(|key| key == auditor.public_key()) {
            return Err(refuse(
                Rule::KeyNew,
                "body.auditors",
                Words::data(auditor),
                say!("each public key under one name"),
            ));
        }
    }
    Ok(())
}

fn strong(field: &'static str, key: &[u8; 32]) -> Result<(), Refusal> {
    PublicKey::parse_to_enrol(*key).map(|_| ()).map_err(|fault| {
        let found = say!("{}: {}", Words::data(to_base64url(key)), wording::of_fault(fault));
        refuse(Rule::StrongKey, field, found, say!("a canonical Ed25519 key without a part of small order"))
    })
}
