//! Cases of admission: names of one body, linked and taken back, and what was merged; and publicity narrowed by a law.

use super::case::{Case, accepted, accepted_after, after, by};
use crate::base::{DEPARTMENT, FIRM, LAW, Making, OTHER_FIRM, adopted, filing, law, name, registering, with};
use ledger_spec::definition::ItemKind;
use ledger_spec::event::Kind;
use serde_json::json;

/// A third firm.
const THIRD: &str = "uscc:91430381MA4902037Y";

pub fn cases() -> Vec<Case> {
    let mut cases = links();
    cases.extend(mergers());
    cases.extend(narrowed());
    cases
}

fn linking(id: u8, one: &str, other: &str) -> Making {
    Making::new(id, Kind::IdentifierLinked, DEPARTMENT, one, json!({ "identifier": other }))
}

fn taking_back(id: u8, one: &str, other: &str) -> Making {
    with(linking(id, one, other), "taken_back", json!(true))
}

fn merging(id: u8, one: &str, into: &str) -> Making {
    Making::new(id, Kind::SubjectMerged, DEPARTMENT, one, json!({ "into": into }))
}

fn links() -> Vec<Case> {
    let other = || registering(20, OTHER_FIRM);
    let both = || [other(), linking(21, FIRM, OTHER_FIRM), linking(22, OTHER_FIRM, FIRM)];
    let again = || with(filing(30), "decision", filing(9).body["decision"].clone());
    let taken_back = [&both()[..], &[taking_back(23, FIRM, OTHER_FIRM)]].concat();
    vec![
        accepted_after(
            "link-taken-back",
            "a link that stands is taken back",
            &both(),
            &taking_back(30, FIRM, OTHER_FIRM),
        ),
        by("L16", "no-link-taken-back", "one that was never said is", &taking_back(30, FIRM, OTHER_FIRM)),
        after(
            "L16",
            "link-taken-back-twice",
            "one that was taken back is",
            &taken_back,
            &taking_back(30, FIRM, OTHER_FIRM),
        ),
        after(
            "A10",
            "under-the-other-name",
            "the decision of a record, again under a name that both say is the firm's",
            &both(),
            &Making { subject: OTHER_FIRM.to_owned(), ..again() },
        ),
        accepted_after(
            "under-no-other-name",
            "the same once one of the two took the link back",
            &taken_back,
            &Making { subject: OTHER_FIRM.to_owned(), ..again() },
        ),
    ]
}

fn mergers() -> Vec<Case> {
    let firms = || [registering(20, OTHER_FIRM), registering(21, THIRD)];
    let merged = [&firms()[..], &[merging(22, FIRM, OTHER_FIRM)]].concat();
    let under_two = [
        &firms()[..],
        &[linking(22, FIRM, OTHER_FIRM), linking(23, OTHER_FIRM, FIRM), merging(24, OTHER_FIRM, THIRD)],
    ]
    .concat();
    vec![
        after(
            "L16",
            "link-after-merger",
            "a firm is linked to the one that it went on in",
            &merged,
            &linking(30, FIRM, OTHER_FIRM),
        ),
        after(
            "L16",
            "link-before-its-merged",
            "that one says the same",
            &merged,
            &linking(30, OTHER_FIRM, FIRM),
        ),
        after(
            "L16",
            "circle-of-mergers",
            "a firm goes on in the other name of one that went on in it",
            &under_two,
            &merging(30, THIRD, FIRM),
        ),
        after(
            "L16",
            "merged-under-both-names",
            "what went on in another under one name goes on in it under the other",
            &under_two,
            &merging(30, FIRM, THIRD),
        ),
    ]
}

/// A regulation that keeps things from the public.
const INFORMATION: &str = "reg.government-information";

fn information(id: u8) -> Making {
    let title = name("政府信息公开条例", "Regulation on Open Government Information");
    let body = json!({ "title": title, "level": "admin_regulation", "confidence": "V", "narrows": ["penalty.*"], "narrows_by": ["15"],
                         "administration": true });
    adopted(id, ItemKind::Basis, INFORMATION, body)
}

fn narrowed() -> Vec<Case> {
    let narrow = || with(filing(40), "disclosure", json!("restricted"));
    let by = |law: &str| with(narrow(), "narrowed_by", json!({ "instrument": law, "article": "第十五条" }));
    let by_law = || by(INFORMATION);
    let refused = |name, about, then: &[Making], event: &Making| after("D01", name, about, then, event);
    vec![
        refused(
            "narrowed-by-nothing",
            "a firm's record is for fewer than the catalogue says, and no law is named",
            &[],
            &narrow(),
        ),
        accepted_after("narrowed-by-law", "the same, and the law is named", &[information(30)], &by_law()),
        accepted_after(
            "narrowed-by-article-otherwise-written",
            "and the article without its signs",
            &[information(30)],
            &with(by_law(), "narrowed_by", json!({ "instrument": INFORMATION, "article": "十五" })),
        ),
        refused("narrowed-by-no-law", "the law that is named is not registered", &[], &by_law()),
        refused(
            "narrowed-by-another-law",
            "the law that is named keeps nothing of this type from the public",
            &[law(30)],
            &by(LAW),
        ),
        refused(
            "narrowed-by-another-article",
            "the article that is named keeps nothing from the public",
            &[information(30)],
            &with(by_law(), "narrowed_by", json!({ "instrument": INFORMATION, "article": "第二十条" })),
        ),
        accepted("not-narrowed", "a firm's record, as public as the catalogue says", &filing(40)),
    ]
}
