//! Rules for `subject.*`: whom records may be about.

use super::case::Case;
use super::{Between, Refusal, Rule, identity, refuse};
use crate::authority::AuthorityNumber;
use crate::definition::Scheme;
use crate::event::{IdentifierLinked, Role, SubjectDissolved, SubjectMerged, SubjectRegistered};
use crate::id::{SubjectId, SubjectKind, Uscc};
use crate::time::Date;
use crate::wording::{Words, say};

/// A02, L10, L11, L19, L22.
pub(super) fn registration(case: &Case<'_>, body: &SubjectRegistered) -> Result<(), Refusal> {
    let scheme = registrar_of(case)?;
    if case.person.is_registered() {
        let found = say!("{}, registered already", &case.event.subject);
        let expected = say!("a subject that is not registered yet");
        return Err(refuse(Rule::NotTwice, "subject", found, expected));
    }
    described(case, scheme, body)
}

/// A02, L10, L11, L15, L22.
pub(super) fn amendment(case: &Case<'_>, body: &SubjectRegistered) -> Result<(), Refusal> {
    let is_gone = case.file.gone_on().is_some();
    let scheme = registered(case, is_gone)?;
    described(case, scheme, body)
}

/// A02, L06, L11, L15, L16; another pseudonym of the same subject: L06, L16, L19, L28.
pub(super) fn linking(case: &Case<'_>, body: &IdentifierLinked) -> Result<(), Refusal> {
    if let Some(other) = case.event.subject.renewal(&body.identifier) {
        identity::renewed(case, other)?;
    } else {
        identity::links_as_registrar(case, body)?;
        registered(case, body.taken_back)?;
        another(case, "body.identifier", &body.identifier)?;
        apart(case, &body.identifier)?;
    }
    if body.taken_back && !case.file.is_linked(&body.identifier, case.known()) {
        let found = say!("{}, which is not linked to {}", &case.event.subject, &body.identifier);
        let expected = say!("a link that stands, to be taken back");
        return Err(refuse(Rule::InPhase, "body.taken_back", found, expected));
    }
    Ok(())
}

/// L16: who went on in another was another: the two are no names of one.
fn apart(case: &Case<'_>, other: &SubjectId) -> Result<(), Refusal> {
    let (one, into) = match case.between {
        Between::Nothing => return Ok(()),
        Between::OtherWentOn => (other, &case.event.subject),
        Between::WentOn => (&case.event.subject, other),
    };
    let found = say!("{}, which went on in {}", one, into);
    let expected = say!("names of one subject, neither of which went on in the other");
    Err(refuse(Rule::InPhase, "body.identifier", found, expected))
}

/// A02, L11, L15, L16.
pub(super) fn merger(case: &Case<'_>, body: &SubjectMerged) -> Result<(), Refusal> {
    // What was imposed on the one goes on with the other: so it is stated by who registered both, and of two registers by whom
    // the ledger has for them all.
    let (own, into) = (registrar(case), case.into_registrar);
    let is_one = |(own, into)| case.governance.directory.is_one_source(own, into);
    let of_two_registers = own.zip(into).is_some_and(|both| !is_one(both));
    registered(case, of_two_registers)?;
    another(case, "body.into", &body.into)?;
    let for_all = of_two_registers && case.is(Role::Registrar);
    if let Some(into) = into.filter(|into| !acts_for(case, *into) && !for_all) {
        let expected = say!("{}, which registered the subject", case.governance.directory.id_of(into));
        return Err(refuse(Rule::Competence, "issuer", &case.issuer.id, expected));
    }
    // A natural person goes on in nobody, and no body in one.
    for (field, one) in [("subject", &case.event.subject), ("body.into", &body.into)] {
        if !one.is_body() {
            return Err(refuse(Rule::SubjectFits, field, one, say!("a body: uscc: or ext:")));
        }
    }
    let mut names = std::iter::once(&case.event.subject).chain(case.names);
    // What becomes of a name is stated by who registered that name: by him it is taken back, or by a registrar of the ledger.
    if names.any(|name| case.governance.mergers.knows(name)) {
        let expected = say!("a subject that has not gone on in another yet");
        return Err(refuse(Rule::InPhase, "subject", say!("a subject that went on in another"), expected));
    }
    let refused = |found: Words| {
        Err(refuse(Rule::InPhase, "body.into", found, say!("a subject that goes on by itself")))
    };
    if case.names.contains(&body.into) {
        return refused(say!("{}, another name of {}", &body.into, &case.event.subject));
    }
    match case.between {
        Between::OtherWentOn => refused(say!("{}, which went on in {}", &body.into, &case.event.subject)),
        // Then it went on in another, which is asked above.
        Between::Nothing | Between::WentOn => Ok(()),
    }
}

/// L16: nobody is recorded, entered on a list or made the object of a measure by a decision from before it was there, nor from
/// when it was gone. Of a natural person nobody is told when that was.
pub(super) fn exists(case: &Case<'_>, decided: Date) -> Result<(), Refusal> {
    let file = case.person;
    let refused = |why: Words| {
        let found = if case.event.subject.is_natural() { say!("a decision of {}", decided) } else { why };
        let expected = say!("a subject that exists when it is decided about");
        Err(refuse(Rule::InPhase, "subject", found, expected))
    };
    if let Some(born) = file.registered_on().filter(|born| decided < *born) {
        return refused(say!("a decision of {}, before the subject was registered on {}", decided, born));
    }
    match file.gone_on().filter(|gone| decided > *gone) {
        None => Ok(()),
        Some(gone) => refused(say!(
            "a decision of {}, after the subject was dissolved or went on in another on {}",
            decided,
            gone
        )),
    }
}

/// A02, L10, L11, L15.
pub(super) fn dissolution(case: &Case<'_>, body: &SubjectDissolved) -> Result<(), Refusal> {
    registered(case, false)?;
    case.decision_begun(body.decision.as_ref())
}

/// A02, L11, L19: only a code that the standard refuses, or that a person may bear too, has to be accepted by name.
pub(super) fn acceptance(case: &Case<'_>) -> Result<(), Refusal> {
    registrar_of(case)?;
    let expected =
        say!("ext:uscc:<18 characters that the standard refuses>, or a uscc: that is a resident number too");
    let acceptable = match &case.event.subject {
        SubjectId::External(id) => id.credit_code().is_some_and(is_odd_code),
        SubjectId::Uscc(code) => code.is_resident_number(),
        _ => false,
    };
    if !acceptable {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, expected));
    }
    if case.file.is_accepted() {
        let found = say!("{}, accepted by name already", &case.event.subject);
        let expected = say!("a code that is not accepted yet");
        return Err(refuse(Rule::NotTwice, "subject", found, expected));
    }
    Ok(())
}

/// Whether a code may be genuine though the standard refuses it. One character 18 times is what a form was filled
/// with.
fn is_odd_code(code: &str) -> bool {
    let mut bytes = code.bytes();
    let first = bytes.next();
    code.len() == 18
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && bytes.any(|byte| Some(byte) != first)
        && Uscc::parse(code).is_err()
}

/// A02, L11: the issuer registers subjects of this scheme.
fn registrar_of(case: &Case<'_>) -> Result<Scheme, Refusal> {
    let scheme = case.about_a_subject()?;
    let registers = case.is(Role::Registrar) || case.issuer.competence.subjects.contains(&scheme);
    if !registers {
        let expected = say!("an authority that registers {}: subjects", Words::data(scheme.name()));
        return Err(refuse(Rule::Competence, "issuer", &case.issuer.id, expected));
    }
    Ok(scheme)
}

/// A02, L15: who registered the subject states what becomes of it, or who follows that authority; `or_registrar`, a registrar of the
/// ledger too: it undoes what one of them said wrongly.
fn registered(case: &Case<'_>, or_registrar: bool) -> Result<Scheme, Refusal> {
    let scheme = registrar_of(case)?;
    let Some(registrar) = registrar(case) else {
        let expected = say!("a registered subject");
        return Err(refuse(Rule::ReferenceKnown, "subject", &case.event.subject, expected));
    };
    if acts_for(case, registrar) || or_registrar && case.is(Role::Registrar) {
        return Ok(scheme);
    }
    let expected = say!("{}, which registered the subject", case.governance.directory.id_of(registrar));
    Err(refuse(Rule::Competence, "issuer", &case.issuer.id, expected))
}

/// Each name of a body has a registrar of its own; a person's newer name has none.
fn registrar(case: &Case<'_>) -> Option<AuthorityNumber> {
    case.file.registrar().or_else(|| case.person.registrar())
}

fn acts_for(case: &Case<'_>, registrar: AuthorityNumber) -> bool {
    case.governance.directory.acts_for(&case.issuer.id, registrar)
}

fn described(case: &Case<'_>, scheme: Scheme, body: &SubjectRegistered) -> Result<(), Refusal> {
    if body.name.is_some() && matches!(scheme, Scheme::Person | Scheme::Household) {
        let expected = say!("no name: it travels beside the event as a disclosure");
        return Err(refuse(Rule::NoPersonalData, "body.name", say!("a name"), expected));
    }
    case.day_begun("body.registered_on", body.registered_on)?;
    // Whom it is about, rules ask of the identifier: a person under another sort of it would be treated as a body.
    let natural = matches!(body.kind, Some(SubjectKind::Person | SubjectKind::Household));
    if let Some(kind) = body.kind.filter(|_| natural && !case.event.subject.is_natural()) {
        let expected = say!("a person: or household: subject for one");
        return Err(refuse(Rule::SubjectFits, "body.kind", kind, expected));
    }
    match (case.event.subject.kind(), body.kind) {
        (Some(shown), Some(stated)) if shown != stated => {
            let expected = say!("{}, which the identifier shows", shown);
            Err(refuse(Rule::SubjectFits, "body.kind", stated, expected))
        }
        _ => Ok(()),
    }
}

fn another(case: &Case<'_>, field: &'static str, other: &SubjectId) -> Result<(), Refusal> {
    if Scheme::of(other).is_some() && *other != case.event.subject {
        return Ok(());
    }
    Err(refuse(Rule::SubjectFits, field, other, say!("another subject of record")))
}
