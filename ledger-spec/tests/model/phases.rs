//! How far things have come, by the table of steps.

use crate::history::{Accepted, History};
use crate::reviews;
use crate::table::{opens, step};
use ledger_spec::time::ValidTime;

/// How far the thing that began with `opening` has come, counting what `counts` of the later events.
fn phase_by(past: &History, opening: &Accepted, counts: impl Fn(&Accepted) -> bool) -> Option<&'static str> {
    let mut phase = opens(&opening.event.kind)?;
    let mut before = phase;
    for later in past.stream(&opening.event.subject) {
        let names = |field: &str| later.event.text(field) == Some(&opening.event.id);
        if !counts(later) {
            continue;
        }
        match step(&later.event.kind) {
            // One id may be that of two things of one subject, in the clear and sealed: each is moved by its own steps.
            Some(row) if names(row.field) && row.opening == opening.event.kind => {
                // What was annulled and stands after all is where it was before.
                match row.to {
                    Some("revoked") => (before, phase) = (phase, "revoked"),
                    None if phase == "revoked" && reviews::says_that_it_stands(&later.event) => {
                        phase = before
                    }
                    to => phase = to.unwrap_or(phase),
                }
            }
            None if later.event.kind == "listing.entered" && names("notice") => phase = "entered",
            _ => {}
        }
    }
    Some(phase)
}

/// When it last came further, or a step like this one was taken on it: nothing moves it before that (L20).
pub fn last_moved(past: &History, opening: &Accepted, kind: &str) -> ValidTime {
    let mut last = opening.event.valid_from;
    let mut revoked = false;
    for later in past.stream(&opening.event.subject) {
        let names = |field: &str| later.event.text(field) == Some(&opening.event.id);
        let counts = match step(&later.event.kind) {
            Some(row) if names(row.field) && row.opening == opening.event.kind => {
                let given_back = revoked && reviews::says_that_it_stands(&later.event);
                revoked = (revoked || row.to == Some("revoked")) && !given_back;
                row.to.is_some() || given_back || row.kind == kind
            }
            Some(_) => false,
            None => later.event.kind == "listing.entered" && names("notice"),
        };
        if counts {
            last = last.max(later.event.valid_from);
        }
    }
    last
}

/// How far it has come by everything that was accepted.
pub fn phase(past: &History, opening: &Accepted) -> Option<&'static str> {
    phase_by(past, opening, |_| true)
}

/// How far it had come at a valid time, by what the first `known` entries say; `None` before it began.
pub fn phase_at(past: &History, opening: &Accepted, valid: ValidTime, known: usize) -> Option<&'static str> {
    let counts = |one: &Accepted| one.at < known && one.event.valid_from <= valid;
    if counts(opening) { phase_by(past, opening, counts) } else { None }
}
