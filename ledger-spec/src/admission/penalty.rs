//! What a penalty's kinds and amounts say of it: how severe it is (A08), and whether they fit each other (D04).

use super::{Refusal, Rule, refuse};
use crate::casefile::{Details, PenaltyKinds};
use crate::definition::{DETENTION, FINE, FINE_AMOUNT, FORFEITED_AMOUNT, PENALTY_KIND, Severity, WARNING};
use crate::time::Date;
use crate::wording::{Words, say};

/// The most that a body is fined by simple procedure, in hundredths of a yuan (行政处罚法第五十一条: 3,000 yuan).
const SIMPLE_FINE: u64 = 300_000;
/// The most that a natural person is (200 yuan).
const SIMPLE_FINE_OF_PERSONS: u64 = 20_000;

/// Whether a penalty is one that may be decided on the spot: a warning, or a fine of no more than the law names, and nothing else
/// (行政处罚法第五十一条). The text of before 2021-07-15 was not read.
pub(super) fn is_simple(said: &Details, natural: bool, decided: Date) -> bool {
    let most = if natural { SIMPLE_FINE_OF_PERSONS } else { SIMPLE_FINE };
    let small = said.kinds.is_some_and(|kinds| {
        let fines = kinds.is_any(&[FINE]);
        kinds.is_all(&[WARNING, FINE]) && (!fines || said.fine.is_some_and(|fine| fine <= most))
    });
    small && Date::new(2021, 7, 15).is_ok_and(|since| decided >= since)
}

/// A08: the severity follows from the kinds, as far as those say it (国家发展改革委令第36号). What a sector's own classes say
/// of fines is the sector's; where a type takes minor ones alone, those of the simple procedure, a fine is no greater than
/// that procedure's.
pub(super) fn severity(
    said: &Details,
    found: Severity,
    minor_alone: bool,
    natural: bool,
) -> Result<(), Refusal> {
    let refused = |expected: Words| Err(refuse(Rule::SeverityGiven, "body.severity", found, expected));
    let Some(kinds) = said.kinds else { return Ok(()) };
    if found != Severity::Minor && kinds.is_minor() {
        return refused(say!("minor: a warning or criticism alone is no more"));
    }
    match kinds.least_severity() {
        Some(least) if found >= least => {}
        Some(Severity::Serious) => {
            return refused(say!("serious: a penalty that closes, restricts, bars or revokes is no less"));
        }
        Some(_) => {
            return refused(say!("general or graver: what is forfeited, suspended or lowered is no less"));
        }
        None => {}
    }
    let most = if natural { SIMPLE_FINE_OF_PERSONS } else { SIMPLE_FINE };
    match said.fine {
        Some(fine) if minor_alone && fine > most => refused(say!(
            "general or graver: a fine of more than {} yuan is none by simple procedure",
            most / 100
        )),
        _ => Ok(()),
    }
}

/// D04: only a natural person is detained, and what is said to have been fined or forfeited is among the kinds of the penalty.
pub(super) fn amounts(said: &Details, natural: bool) -> Result<(), Refusal> {
    if !natural && said.kinds.is_some_and(|kinds| kinds.is_any(&[DETENTION])) {
        let expected =
            say!("a kind of penalty that a body can suffer: nobody but a natural person is detained");
        return Err(refuse(Rule::DetailsFit, "body.details", Words::data(DETENTION), expected));
    }
    let fines = said.kinds.is_some_and(|kinds| kinds.is_any(&[FINE]));
    let forfeits = said.kinds.is_some_and(PenaltyKinds::forfeits);
    for (field, amount, named) in
        [(FINE_AMOUNT, said.fine, fines), (FORFEITED_AMOUNT, said.forfeited, forfeits)]
    {
        let Some(amount) = amount else { continue };
        if named || amount == 0 && said.kinds.is_some() {
            continue;
        }
        let expected = say!("an amount of a kind that {} names", Words::data(PENALTY_KIND));
        let found = say!("{}: {}", Words::data(field), Words::data(wan_yuan(amount)));
        return Err(refuse(Rule::DetailsFit, "body.details", found, expected));
    }
    Ok(())
}

/// An amount in hundredths of a yuan in units of 10,000 yuan.
fn wan_yuan(fen: u64) -> String {
    let text = format!("{}.{:06}", fen / 1_000_000, fen % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
