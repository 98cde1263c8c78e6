//! The reference's rules about holds.

use crate::decision::{Names, aimed_at};
use crate::history::{Accepted, History, Stated};
use crate::measures::bound;
use crate::openings::ABOUT;
use crate::reference::{Question, phase_at};
use ledger_spec::time::ValidTime;
use serde_json::Value;

/// L17, and A03 of who stays the execution of something.
pub fn placed(q: &mut Question<'_>) {
    let target = q.reference("target", ABOUT);
    let own = target.is_some_and(|target| q.decided(target));
    let court = q.has_role(&["court"]);
    q.refuse_if(!own && !court, "L17");
    let undecided = q.event.body["decision"].is_null();
    q.refuse_if(q.event.flag("execution") && undecided && !court, "A03");
}

/// D10: whether a hold stays the execution of what a measure rests on, or of the penalty that a ban carries out.
pub fn is_stayed(
    past: &History,
    (measure, event, ground): (&Value, &Stated, &Accepted),
    at: ValidTime,
) -> bool {
    let record = bound(past, event, ground).filter(|_| measure["direction"] == "ban");
    let mut holds = [Some(ground), record]
        .into_iter()
        .flatten()
        .flat_map(|one| aimed_at(past, one, "hold.placed", Names::Any));
    holds.any(|one| one.event.flag("execution") && phase_at(past, one, at, past.0.len()) == Some("placed"))
}
