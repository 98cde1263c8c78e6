//! The reference's rules about reviews of decisions.

use crate::history::{Accepted, History};
use crate::reference::Question;
use ledger_spec::time::ValidTime;

/// L16, A03 of a review that is closed.
pub fn closed(q: &mut Question<'_>, record: &Accepted) {
    let opened = opened_by(q.past, record, q.event.valid_from);
    q.refuse_if(opened.is_none(), "L16");
    // Who reviews, of those of these worlds, is a court.
    let own = !q.has_role(&["court"]);
    let of_source = |opened: &str| q.past.acts_for(opened, &record.event.issuer);
    let of_another =
        opened.is_some_and(|opened| !of_source(opened) && !q.past.acts_for(&q.event.issuer, opened));
    let unlawful = q.event.text("outcome") == Some("unlawful");
    q.refuse_if(unlawful && q.event.body["decision"].is_null(), "A03");
    q.refuse_if(own && (of_another || q.event.body["decision"].is_null()), "A03");
}

/// Whether a record's decision is under review at a valid time, by what began by then, in the log's order.
pub fn is_pending(past: &History, record: &Accepted, at: ValidTime) -> bool {
    opened_by(past, record, at).is_some()
}

/// Who said that a record's decision is under review, where that is so. No time for going to court after a reconsideration is
/// adopted in these worlds.
fn opened_by<'a>(past: &'a History, record: &'a Accepted, at: ValidTime) -> Option<&'a str> {
    let source = record.event.issuer.as_str();
    let mut pending = (record.event.text("review") == Some("pending")).then_some(source);
    for later in past.stream(&record.event.subject) {
        if later.event.text("record") != Some(&record.event.id) || later.event.valid_from > at {
            continue;
        }
        match later.event.kind.as_str() {
            "record.review_opened" => pending = Some(later.event.issuer.as_str()),
            "record.review_closed" => pending = None,
            "record.corrected" if !later.event.body["decision"].is_null() => {
                let says = |field: &&str| later.event.text(field).is_some();
                let changes = ["severity", "summary", "restriction_until"].iter().any(says);
                pending = pending.filter(|opened| !changes || *opened != source);
            }
            _ => {}
        }
    }
    pending
}
