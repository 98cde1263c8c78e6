//! The reference's rules about what is ended before its time.

use crate::force::in_force;
use crate::history::{Accepted, History};
use crate::openings::{asked_at, polarity};
use crate::reference::Question;

/// By what entries on the list of this entry end.
pub fn ends_of<'a>(past: &'a History, entry: &'a Accepted) -> Option<&'a str> {
    past.definition("list", entry.event.text("list")?, asked_at(&entry.event))?["ends"]["by"].as_str()
}

/// Whether a measure is a ban, or another that closes a domain.
pub fn keeps_out(past: &History, imposed: &Accepted) -> bool {
    let code = imposed.event.text("measure").unwrap();
    past.definition("measure", code, asked_at(&imposed.event)).is_some_and(|measure| {
        let bars = measure["bars"].as_array().is_some_and(|bars| !bars.is_empty());
        measure["direction"] == "ban" || measure["direction"] == "sanction" && bars
    })
}

/// A03, D13, L17: what still holds is ended by whoever filed it by a decision, by repair, or not at all.
pub fn before_its_time(q: &mut Question<'_>, moved: &Accepted) {
    if q.has_role(&["court"]) || !in_force(q.past, moved, q.event.valid_from) {
        return;
    }
    let undecided = q.event.body["decision"].is_null();
    let bad = polarity(q.past, &moved.event) == Some("negative");
    match q.event.kind.as_str() {
        "record.revoked" => q.refuse_if(bad && undecided, "A03"),
        "record.sealed" => q.refuse_if(bad && !q.is_natural(), "L17"),
        "listing.removed" => {
            let list = q.past.definition("list", moved.event.text("list").unwrap(), asked_at(&moved.event));
            let bad = list.is_some_and(|list| list["polarity"] == "negative");
            let ends = ends_of(q.past, moved).filter(|_| bad);
            let by_term = matches!(ends, Some("term" | "term_and_application" | "application"));
            q.refuse_if(by_term && !q.event.flag("annulled"), "D13");
            q.refuse_if(ends == Some("decision") && undecided, "A03");
        }
        "measure.lifted" | "measure.exempted" => {
            q.refuse_if(keeps_out(q.past, moved) && undecided, "A03");
        }
        _ => {}
    }
}
