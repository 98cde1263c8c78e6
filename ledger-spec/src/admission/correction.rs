//! Rules for `record.corrected`: what a record says now is asked as it was when it was filed, and no correction makes graver.

use super::case::Case;
use super::details::Named;
use super::{Refusal, Rule, penalty, refuse};
use crate::casefile::{CaseAsOf, Details, Fact, Item, ItemNumber, RecordFact};
use crate::definition::{FINE_AMOUNT, FORFEITED_AMOUNT, PENALTY_KIND, Polarity, RecordType, Severity};
use crate::event::{Correction, Step};
use crate::wording::{Joint, Words, say};

/// What fields of a penalty say how grave it is.
const PENALTY: [&str; 3] = [PENALTY_KIND, FINE_AMOUNT, FORFEITED_AMOUNT];

/// A03, A04, A08, D01, D04, L15.
pub(super) fn correction(
    case: &Case<'_>,
    (step, body): (&Step, &Correction),
    (number, item): (ItemNumber, &Item),
) -> Result<(), Refusal> {
    let Fact::Record(record) = &item.fact else { return Ok(()) };
    if let Some(found) = body.record_type.as_ref().filter(|found| **found != record.record_type) {
        return Err(refuse(Rule::ReferenceKnown, "body.type", found, &record.record_type));
    }
    restriction(case, body, number)?;
    let as_of = case.as_of();
    let (Some(definition), Some(stated)) = (as_of.type_of(record), as_of.details(number)) else {
        // A type that was repealed for that day since has no fields that could be asked about.
        if !body.details.is_empty() {
            let (code, decided) = (&record.record_type, record.decided_on);
            return Err(case.not_in_catalogue("body.details", code.as_str(), true, decided));
        }
        return severity(case, (body.severity, &[]), (number, record));
    };
    let said = Details::corrected_by(&stated, &body.details);
    let correcting = Correcting { case, body, definition, record, number, stated: &stated, said: &said };
    correcting.fields()?;
    correcting.no_graver()?;
    correcting.decided(step)?;
    severity(case, (body.severity, &definition.severities), (number, record))?;
    correcting.as_its_kinds_say(&as_of)
}

struct Correcting<'c, 'a> {
    case: &'c Case<'a>,
    body: &'c Correction,
    definition: &'c RecordType,
    record: &'c RecordFact,
    number: ItemNumber,
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

    /// A04: no amount that was stated grows, nor is a kind of penalty added to all that there were.
    fn no_graver(&self) -> Result<(), Refusal> {
        let (before, now) = (self.stated, self.said);
        let grows =
            |before: Option<u64>, now: Option<u64>| before.zip(now).is_some_and(|(before, now)| now > before);
        let added = before.kinds.zip(now.kinds).is_some_and(|(before, now)| now.adds_to(before));
        let grown = [
            (PENALTY_KIND, added),
            (FINE_AMOUNT, grows(before.fine, now.fine)),
            (FORFEITED_AMOUNT, grows(before.forfeited, now.forfeited)),
        ];
        match grown.into_iter().find(|(_, grown)| *grown) {
            None => Ok(()),
            Some((name, _)) => {
                let value = self.body.details.iter().find(|(named, _)| named == name);
                let value = value.map_or("", |(_, value)| value);
                let found = say!("{}: {}", Words::data(name), Words::data(value));
                Err(refuse(Rule::NoticeServed, "body.details", found, no_graver_penalty()))
            }
        }
    }

    /// A03: of other kinds it is another penalty, which somebody decided. A slip in them is retracted and filed anew.
    fn decided(&self, step: &Step) -> Result<(), Refusal> {
        let as_stated = self.stated.kinds.is_none() || self.said.kinds == self.stated.kinds;
        if step.decision.is_some() || as_stated {
            return Ok(());
        }
        let expected = say!("the decision on review, the judgment or the ruling, by its number and date");
        Err(refuse(Rule::DecisionComplete, "body.decision", say!("absent"), expected))
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

fn no_graver_penalty() -> Words {
    say!("no graver penalty: file the new decision, made after notice, and revoke this record")
}

/// A04: a restriction that the record states is made shorter, and none is added.
fn restriction(case: &Case<'_>, body: &Correction, number: ItemNumber) -> Result<(), Refusal> {
    let stated = case.as_of().restriction_stated(number);
    match body.restriction_until.filter(|until| stated.is_none_or(|stated| *until > stated)) {
        None => Ok(()),
        Some(until) => {
            let stated = stated.map_or_else(|| say!("no restriction"), Words::from);
            let found = say!("{}, graver than {}", until, stated);
            Err(refuse(Rule::NoticeServed, "body.restriction_until", found, no_graver_penalty()))
        }
    }
}

/// A04, A08: a corrected severity is one that the record may have, and none that is graver: that takes a decision, before
/// which the subject is heard.
fn severity(
    case: &Case<'_>,
    (corrected, allowed): (Option<Severity>, &[Severity]),
    (number, record): (ItemNumber, &RecordFact),
) -> Result<(), Refusal> {
    let Some(severity) = corrected else { return Ok(()) };
    let as_of = case.as_of();
    if let Some(stated) = as_of.severity(number).filter(|stated| severity > *stated) {
        let found = say!("{}, graver than {}", severity, stated);
        let expected =
            say!("no graver severity: file the new decision, made after notice, and revoke this record");
        return Err(refuse(Rule::NoticeServed, "body.severity", found, expected));
    }
    let fits =
        as_of.polarity(record) == Polarity::Negative && (allowed.is_empty() || allowed.contains(&severity));
    if fits {
        return Ok(());
    }
    let expected = match allowed {
        [] => say!("no severity"),
        allowed => Words::several(allowed.iter().copied(), Joint::Or),
    };
    Err(refuse(Rule::SeverityGiven, "body.severity", severity, expected))
}
