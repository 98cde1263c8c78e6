//! Rules for `record.corrected`: what a record says now is asked as it was when it was filed, and no correction makes graver.

use super::case::Case;
use super::details::Named;
use super::{Refusal, Rule, licence, notice, penalty, record, refuse};
use crate::casefile::{
    CaseAsOf, Details, Fact, Graver, Gravity, Item, ItemNumber, NameHash, PenaltyKinds, RecordFact,
};
use crate::definition::{
    CERTIFICATE, FINE_AMOUNT, FORFEITED_AMOUNT, PENALTY_KIND, Polarity, RecordType, Severity,
};
use crate::event::{Correction, Step};
use crate::wording::{Joint, Words, say};

/// What fields of a penalty say how grave it is.
const PENALTY: [&str; 3] = [PENALTY_KIND, FINE_AMOUNT, FORFEITED_AMOUNT];

/// A03, A04, A08, A09, D01, D04, L15.
pub(super) fn correction(
    case: &Case<'_>,
    (step, body): (&Step, &Correction),
    (number, item): (ItemNumber, &Item),
) -> Result<(), Refusal> {
    let Fact::Record(record) = &item.fact else { return Ok(()) };
    as_decided(case, step, (number, item))?;
    if let Some(found) = body.record_type.as_ref().filter(|found| **found != record.record_type) {
        return Err(refuse(Rule::ReferenceKnown, "body.type", found, &record.record_type));
    }
    let as_of = case.as_of();
    let (Some(definition), Some(stated)) = (as_of.type_of(record), as_of.details(number)) else {
        // A type that was repealed for that day since has no fields that could be asked about.
        if !body.details.is_empty() {
            let (code, decided) = (&record.record_type, record.decided_on);
            return Err(case.not_in_catalogue("body.details", code.as_str(), true, decided));
        }
        no_graver(case, (step, body), number)?;
        return severity(case, (body.severity, &[]), record);
    };
    let said = Details::corrected_by(&stated, &body.details);
    let correcting =
        Correcting { case, body, definition, record, number, item, stated: &stated, said: &said };
    correcting.fields()?;
    correcting.restriction(&as_of)?;
    no_graver(case, (step, body), number)?;
    correcting.decided(step)?;
    notice::before_correction(case, record, (&stated, &said, &body.details))?;
    // A decision that leaves a warning alone makes it minor, of whatever type it was filed.
    let minor = said.kinds.is_some_and(PenaltyKinds::is_minor).then_some(Severity::Minor);
    let mut allowed = definition.severities.clone();
    allowed.extend(minor.filter(|minor| !allowed.is_empty() && !allowed.contains(minor)));
    severity(case, (body.severity, &allowed), record)?;
    correcting.as_its_kinds_say(&as_of)
}

/// L17: who only filed what another decided puts that right, by the document that it filed, or that of whoever decided or reviewed it;
/// by its own it alters nothing.
fn as_decided(case: &Case<'_>, step: &Step, (number, item): (ItemNumber, &Item)) -> Result<(), Refusal> {
    let Some(decision) = step.decision.as_ref().filter(|_| !case.is_source(item)) else { return Ok(()) };
    let directory = &case.governance.directory;
    let document = NameHash::of_decision(&decision.number);
    let is_its_own = |record: &RecordFact| record.decision == document;
    let own = directory.number(&case.issuer.id);
    let of_another =
        |body: &str| own.is_some_and(|own| !directory.is_named(own, NameHash::of_body(body), case.known()));
    let as_of = case.as_of();
    let said = as_of.record(number).is_some_and(is_its_own)
        || as_of.is_reviewed_by(number, (document, decision.date))
        || decision.issued_by.as_deref().is_some_and(of_another);
    if said { Ok(()) } else { case.by_source(item) }
}

struct Correcting<'c, 'a> {
    case: &'c Case<'a>,
    body: &'c Correction,
    definition: &'c RecordType,
    record: &'c RecordFact,
    number: ItemNumber,
    item: &'c Item,
    stated: &'c Details,
    said: &'c Details,
}

impl Correcting<'_, '_> {
    fn named(&self) -> Named<'_> {
        let day = self.record.conduct_ended_on.unwrap_or(self.record.decided_on);
        let (definition, code) = (self.definition, &self.record.record_type);
        Named { definition, code, fields: &self.body.details, day }
    }

    /// D01, D04: as they are asked of a record that is filed with them.
    fn fields(&self) -> Result<(), Refusal> {
        let named = self.named();
        named.fit(true)?;
        named.are_as_narrow(self.case, self.record.disclosure)?;
        named.end_after_they_begin(self.said, self.record.decided_on)?;
        if named.name_any(&PENALTY) {
            penalty::amounts(self.said, self.case.event.subject.is_natural())?;
        }
        Ok(())
    }

    /// A09: a restriction is as long as one may be that is filed with the record.
    fn restriction(&self, as_of: &CaseAsOf<'_>) -> Result<(), Refusal> {
        let Some(until) = self.body.restriction_until else { return Ok(()) };
        let severity = self.body.severity.or_else(|| as_of.severity(self.number));
        let severity = severity.unwrap_or(Severity::Serious);
        let asked = (as_of.polarity(self.record), severity, self.record.decided_on);
        record::within_longest(self.case, self.definition, asked, until)
    }

    /// A03: of other kinds it is another penalty, and a licence that holds longer is another licence, which somebody decided. A
    /// slip that is put back up to what was decided needs no decision.
    fn decided(&self, step: &Step) -> Result<(), Refusal> {
        let as_stated = self.stated.kinds.is_none() || self.said.kinds == self.stated.kinds;
        let decided = self.case.as_of().details_decided(self.number);
        let longer = decided.and_then(|decided| self.said.holds_longer_than(&decided));
        let prolonged = longer.is_some_and(|field| self.named().name_any(&[field]))
            || licence::is_renumbered_after(self.case, (self.number, self.item), (self.stated, self.said));
        let changed = match prolonged {
            // The decision that gave a licence gave it for as long as it did.
            true => licence::is_decided_anew(self.record, step.decision.as_ref()),
            false => step.decision.is_some() || as_stated,
        };
        if changed {
            return Ok(());
        }
        let found =
            step.decision.as_ref().map_or_else(|| say!("absent"), |decision| Words::data(&decision.number));
        let expected = say!("the decision on review, the judgment or the ruling, by its number and date");
        Err(refuse(Rule::DecisionComplete, "body.decision", found, expected))
    }

    /// A08: the severity is one that the kinds and amounts allow as they are then.
    fn as_its_kinds_say(&self, as_of: &CaseAsOf<'_>) -> Result<(), Refusal> {
        let asked = self.body.severity.is_some() || self.named().name_any(&PENALTY);
        let severity = self.body.severity.or_else(|| as_of.severity(self.number));
        match severity.filter(|_| asked && as_of.polarity(self.record) == Polarity::Negative) {
            None => Ok(()),
            Some(severity) => {
                let minor_alone = self.definition.severities == [Severity::Minor];
                penalty::severity(self.said, severity, minor_alone, self.case.event.subject.is_natural())
            }
        }
    }
}

/// A04: no correction makes a record graver than was decided, whichever of its records says so; where a higher decision gives back
/// what stood before, than that was.
fn no_graver(case: &Case<'_>, (step, body): (&Step, &Correction), number: ItemNumber) -> Result<(), Refusal> {
    let decision = step.decision.as_ref();
    let decision = decision.map(|decision| (NameHash::of_decision(&decision.number), decision.date));
    // What it does not name stays as it is, and was asked when it was said.
    let named = Gravity::corrected(body.severity, &Details::of(&body.details), body.restriction_until);
    // What stands under another name of the subject bounds it too, and gives nothing back.
    let person = case.of_person(number).map(|number| (case.person_as_of(), number));
    let as_of = case.as_of();
    let shown = as_of.shown(number);
    let most = [Some((case.as_of(), number)), Some((as_of, shown)), person].into_iter().flatten();
    let mut most = most.filter_map(|(as_of, number)| as_of.gravity_at_most(number, decision));
    // What another authority came to on review may be another penalty (行政诉讼法第七十七条、行政复议法第六十三条).
    let reviewed = decision.is_some_and(|decision| case.as_of().is_reviewed_by(number, decision));
    let other = |decided: &Gravity| named.other_than(decided).filter(|_| !reviewed);
    match most.find_map(|decided| named.graver_than(&decided).or_else(|| other(&decided))) {
        None => Ok(()),
        Some(graver) => {
            let expected =
                say!("no graver penalty: file the new decision, made after notice, and revoke this record");
            Err(graver.refused(&body.details, expected))
        }
    }
}

impl Graver {
    /// The refusal of a body with these details that makes something graver so.
    pub(super) fn refused(self, details: &[(String, String)], expected: Words) -> Refusal {
        let detail = |name: &str| {
            let value = details.iter().find(|(named, _)| named == name).map_or("", |(_, value)| value);
            ("body.details", say!("{}: {}", Words::data(name), Words::data(value)))
        };
        let (field, found) = match self {
            Self::Severity { now, was } => ("body.severity", say!("{}, graver than {}", now, was)),
            Self::Kinds => detail(PENALTY_KIND),
            Self::Certificate => detail(CERTIFICATE),
            Self::Fine => detail(FINE_AMOUNT),
            Self::Forfeited => detail(FORFEITED_AMOUNT),
            Self::Restriction { now, was: Some(was) } => {
                ("body.restriction_until", say!("{}, longer than until {}", now, was))
            }
            Self::Restriction { now, was: None } => {
                ("body.restriction_until", say!("{}, where none was stated", now))
            }
            Self::NoEnd { was: Some(was) } => {
                ("body.restriction_until", say!("no last day, longer than until {}", was))
            }
            Self::NoEnd { was: None } => {
                ("body.restriction_until", say!("no last day, where no ban was stated"))
            }
        };
        refuse(Rule::NoticeServed, field, found, expected)
    }
}

/// A08: a corrected severity is one that the record may have.
fn severity(
    case: &Case<'_>,
    (corrected, allowed): (Option<Severity>, &[Severity]),
    record: &RecordFact,
) -> Result<(), Refusal> {
    let Some(severity) = corrected else { return Ok(()) };
    let fits = case.as_of().polarity(record) == Polarity::Negative
        && (allowed.is_empty() || allowed.contains(&severity));
    if fits {
        return Ok(());
    }
    let expected = match allowed {
        [] => say!("no severity"),
        allowed => Words::several(allowed.iter().copied(), Joint::Or),
    };
    Err(refuse(Rule::SeverityGiven, "body.severity", severity, expected))
}
