//! Rules for commitments, ratings, points, transfers, populations and incidents.

use super::basis::Catalogued;
use super::case::{Case, Over};
use super::{Refusal, Rule, refuse};
use crate::definition::Status;
use crate::event::{
    Class, CommitmentMade, IncidentOpened, Phase, PointsCharged, PopulationDeclared, RatingAssigned,
    StepKind, TransferMade,
};
use crate::id::SubjectId;
use crate::wording::{Joint, Words, say};

/// A01, A02, D02, D03, L11.
pub(super) fn commitment(case: &Case<'_>, body: &CommitmentMade) -> Result<(), Refusal> {
    let (code, day) = (body.commitment_type.to_string(), case.day());
    let types = &case.governance.catalogue.types;
    let Some(definition) = types.at(&body.commitment_type, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.type", &code, types.ever(&body.commitment_type), day));
    };
    case.competent("body.type", &code, Over::Types)?;
    case.fits(&definition.subjects, &definition.kinds)?;
    if definition.status == Status::Reference {
        let found = say!("{}, which is only referred to", Words::data(&code));
        return Err(refuse(Rule::Recordable, "body.type", found, say!("a code that takes commitments")));
    }
    let item = Catalogued { code: &code, common: &definition.common };
    case.recordable("body.type", item, definition.status, &body.basis, day)
}

/// A01, A02, D02, D03, D11, L10, L11, L15, L16, L20.
pub(super) fn rating(case: &Case<'_>, body: &RatingAssigned) -> Result<(), Refusal> {
    let (code, day) = (body.scheme.to_string(), case.decided(body.decision.as_ref()));
    let ratings = &case.governance.catalogue.ratings;
    let Some(scheme) = ratings.at(&body.scheme, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.scheme", &code, ratings.ever(&body.scheme), day));
    };
    case.competent("body.scheme", &code, Over::Ratings)?;
    case.fits(&scheme.subjects, &scheme.kinds)?;
    case.decision_begun(body.decision.as_ref())?;
    let item = Catalogued { code: &code, common: &scheme.common };
    case.recordable("body.scheme", item, scheme.status, &body.basis, day)?;
    if !scheme.grades.iter().any(|grade| grade.grade == body.grade) {
        let grades = Words::several(scheme.grades.iter().map(|grade| Words::data(&grade.grade)), Joint::And);
        let expected = say!("a grade of {}: {}", Words::data(&code), grades);
        return Err(refuse(Rule::SchemeFits, "body.grade", Words::data(&body.grade), expected));
    }
    body.rests_on.iter().try_for_each(|id| {
        let found = case.refers("body.rests_on", id, Class::Record)?;
        case.stands("body.rests_on", found, &[Phase::Filed])
    })
}

/// A01, A02, D02, D03, D11, L11, L15, L16, L20.
pub(super) fn charge(case: &Case<'_>, body: &PointsCharged) -> Result<(), Refusal> {
    let (code, day) = (body.scheme.to_string(), case.day());
    let schemes = &case.governance.catalogue.points;
    let Some(scheme) = schemes.at(&body.scheme, day.start_of_day(), case.known()) else {
        return Err(case.not_in_catalogue("body.scheme", &code, schemes.ever(&body.scheme), day));
    };
    case.competent("body.scheme", &code, Over::Points)?;
    case.fits(&scheme.subjects, &scheme.kinds)?;
    let item = Catalogued { code: &code, common: &scheme.common };
    case.recordable("body.scheme", item, scheme.status, &body.basis, day)?;
    let Some(rule) = scheme.rules.iter().find(|rule| rule.rule == body.rule) else {
        let rules = Words::several(scheme.rules.iter().map(|rule| Words::data(&rule.rule)), Joint::And);
        let expected = say!("a rule of {}: {}", Words::data(&code), rules);
        return Err(refuse(Rule::SchemeFits, "body.rule", Words::data(&body.rule), expected));
    };
    let (least, most) = (rule.min.unwrap_or(1), rule.max.unwrap_or(u16::MAX));
    if !(least..=most).contains(&body.points) {
        let expected = say!("{} to {} by {}", least, most, Words::data(&body.rule));
        return Err(refuse(Rule::SchemeFits, "body.points", body.points, expected));
    }
    match &body.record {
        None => Ok(()),
        Some(id) => {
            let found = case.refers("body.record", id, Class::Record)?;
            case.stands("body.record", found, &[Phase::Filed])
        }
    }
}

/// L10, L11: a denominator is declared for a number.
pub(super) fn population(case: &Case<'_>, body: &PopulationDeclared) -> Result<(), Refusal> {
    if !matches!(case.event.subject, SubjectId::Place(_)) {
        return Err(refuse(Rule::SubjectFits, "subject", &case.event.subject, Words::data("place:<code>")));
    }
    case.day_begun("body.date", Some(body.date))
}

/// L10, L11, L15.
pub(super) fn incident(case: &Case<'_>, body: &IncidentOpened) -> Result<(), Refusal> {
    case.day_begun("body.reported_on", body.reported_on)?;
    match &case.event.subject {
        SubjectId::Ledger => Ok(()),
        _ => case.enrolled_subject().map(|_| ()),
    }
}

/// L11, L15, L20.
pub(super) fn transfer(case: &Case<'_>, body: &TransferMade) -> Result<(), Refusal> {
    case.about_a_subject()?;
    let to = case.enrolled("body.to", &body.to)?;
    if !to.is_any(StepKind::TransferAccepted.row().roles) {
        let expected = say!("an authority that may answer: a department, court or window");
        return Err(refuse(Rule::SubjectFits, "body.to", &body.to, expected));
    }
    if body.to == case.issuer.id {
        return Err(refuse(Rule::SubjectFits, "body.to", &body.to, say!("another authority")));
    }
    match &body.record {
        None => Ok(()),
        Some(id) => {
            let (_, item) = case.refers("body.record", id, Class::Record)?;
            case.not_before("body.record", item.from)
        }
    }
}
