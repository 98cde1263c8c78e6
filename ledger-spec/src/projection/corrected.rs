//! What a record says in full: as it was filed, and as its corrections say since.

use super::Projector;
use super::line::DecisionLine;
use super::whole::Whole;
use crate::casefile::{CaseAsOf, Item, ItemNumber};
use crate::definition::Severity;
use crate::event::{Body, Extra, StepKind};
use std::collections::BTreeMap;

/// What a record says in full, as its reader may have it.
#[derive(Default)]
pub(super) struct Said {
    pub(super) decision: Option<DecisionLine>,
    pub(super) summary: Option<String>,
    pub(super) details: BTreeMap<String, String>,
    /// How many personal fields it has that are not shown; one that was corrected is one.
    pub(super) undisclosed: usize,
}

impl Said {
    /// Takes in what an event says of a record: its own filing, or a correction.
    fn take(&mut self, whole: &Whole) {
        let (summary, details) = match &whole.body {
            Body::RecordFiled(body) => {
                self.decision = Some(DecisionLine::of(&body.decision));
                (&body.summary, &body.details)
            }
            Body::Step(step) => match &step.extra {
                Extra::Correction(correction) => (&correction.summary, &correction.details),
                _ => return,
            },
            _ => return,
        };
        // Of a correction no words travel beside it: to whom those were not shown, the old ones would stand.
        if let Some(summary) = summary.clone().or_else(|| whole.field("summary")) {
            self.summary = Some(summary);
        }
        for (name, value) in details.iter().cloned().chain(whole.within("details")) {
            // By an empty text a correction takes a field away; where a record was filed with one, it says that.
            if value.is_empty() && matches!(whole.body, Body::Step(_)) {
                self.details.remove(&name);
            } else {
                self.details.insert(name, value);
            }
        }
        self.undisclosed = self.undisclosed.max(whole.undisclosed);
    }
}

impl<'a> Projector<'a> {
    /// What a record says in full; nothing of it where no event is read whole.
    pub(super) fn said(&self, number: ItemNumber) -> Option<Said> {
        let mut said = Said::default();
        let filed = std::iter::once(self.case.file.get(number)?);
        for item in filed.chain(self.corrections(number)) {
            if let Some(whole) = self.whole(item) {
                said.take(&whole);
            }
        }
        Some(said)
    }

    /// The corrections of a record, in the log's order. What the public is shown of the past it is shown as corrected since.
    fn corrections(&self, number: ItemNumber) -> impl Iterator<Item = &'a Item> {
        let has_begun = |case: &CaseAsOf<'a>, step: &Item| case.has_begun(step);
        let steps = self.case.file.followers(number).map(|(_, step)| step);
        steps.filter(move |step| {
            step.step_kind() == Some(StepKind::RecordCorrected)
                && (has_begun(&self.case, step) || self.now.as_ref().is_some_and(|now| has_begun(now, step)))
        })
    }

    /// How severe a record is, as last corrected.
    pub(super) fn severity(&self, number: ItemNumber) -> Option<Severity> {
        let then = self.case.severity(number);
        self.now.as_ref().map_or(then, |now| now.severity(number))
    }
}
