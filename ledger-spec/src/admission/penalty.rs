//! What a penalty's kinds and amounts say of it: how severe it is (A08), and whether they fit each other (D04).

use super::{Refusal, Rule, refuse};
use crate::definition::{
    DETENTION, FINE, FINE_AMOUNT, FORFEITED_AMOUNT, FORFEITING_KINDS, HEARD_KINDS, MINOR_KINDS, PENALTY_KIND,
    Severity, least_severity_of,
};
use crate::event::RecordFiled;
use crate::wording::{Words, say};

/// The most that a body is fined by simple procedure, in hundredths of a yuan (行政处罚法第五十一条: 3,000 yuan).
const SIMPLE_FINE: u64 = 300_000;
/// The most that a natural person is (200 yuan).
const SIMPLE_FINE_OF_PERSONS: u64 = 20_000;

/// A08: the severity follows from the kinds, as far as those say it (国家发展改革委令第36号). What a sector's own classes say
/// of fines is the sector's; where a type takes minor ones alone, those of the simple procedure, a fine is no greater than
/// that procedure's.
pub(super) fn severity(
    body: &RecordFiled,
    found: Severity,
    minor_alone: bool,
    natural: bool,
) -> Result<(), Refusal> {
    let refused = |expected: Words| Err(refuse(Rule::SeverityGiven, "body.severity", found, expected));
    let Some(kinds) = body.penalty_kinds().map(Iterator::collect::<Vec<_>>) else {
        return Ok(());
    };
    if found != Severity::Minor && kinds.iter().all(|kind| MINOR_KINDS.contains(kind)) {
        return refused(say!("minor: a warning or criticism alone is no more"));
    }
    match least_severity_of(kinds.iter().copied()) {
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
    match body.detail(FINE_AMOUNT).and_then(fen) {
        Some(fine) if minor_alone && fine > most => refused(say!(
            "general or graver: a fine of more than {} yuan is none by simple procedure",
            most / 100
        )),
        _ => Ok(()),
    }
}

/// Whether a penalty is of a kind before which a hearing may be asked for. What does not say of which kinds it is is not known
/// to be.
pub(super) fn is_heard(body: &RecordFiled) -> bool {
    body.penalty_kinds().is_some_and(|mut kinds| kinds.any(|kind| HEARD_KINDS.contains(&kind)))
}

/// D04: only a natural person is detained, and what is said to have been fined or forfeited is among the kinds of the penalty.
pub(super) fn amounts(body: &RecordFiled, natural: bool) -> Result<(), Refusal> {
    if !natural && body.penalty_kinds().is_some_and(|mut kinds| kinds.any(|kind| kind == DETENTION)) {
        let expected =
            say!("a kind of penalty that a body can suffer: nobody but a natural person is detained");
        return Err(refuse(Rule::DetailsFit, "body.details", Words::data(DETENTION), expected));
    }
    let kinds: Option<Vec<_>> = body.penalty_kinds().map(Iterator::collect);
    let says = |of: &[&str]| kinds.as_ref().is_some_and(|kinds| kinds.iter().any(|kind| of.contains(kind)));
    for (field, of) in [(FINE_AMOUNT, &[FINE][..]), (FORFEITED_AMOUNT, &FORFEITING_KINDS[..])] {
        let Some(amount) = body.detail(field) else { continue };
        let is_nothing = !amount.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0');
        if says(of) || is_nothing && kinds.is_some() {
            continue;
        }
        let found = say!("{}: {}", Words::data(field), Words::data(amount));
        let expected = say!("an amount of a kind that {} names", Words::data(PENALTY_KIND));
        return Err(refuse(Rule::DetailsFit, "body.details", found, expected));
    }
    Ok(())
}

/// An amount in units of 10,000 yuan (its form is asked by D04) in hundredths of a yuan, what is less left out.
fn fen(amount: &str) -> Option<u64> {
    let (whole, decimals) = amount.split_once('.').unwrap_or((amount, ""));
    let decimals: u64 = format!("{decimals:0<6.6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(decimals)
}
