//! What the lines of all projections have in common.

use super::View;
use crate::casefile::{Fact, Item, Mark, Place, ProjectionRule};
use crate::definition::Name;
use crate::event::{Body, Decision, Extra};
use serde::Serialize;

/// One thing in a case file, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The event that began it.
    pub event: String,
    /// Its entry.
    pub entry: u64,
    /// Who issued it.
    pub issuer: String,
    /// From when it holds, RFC 3339.
    pub valid_from: String,
    /// When the ledger committed it, RFC 3339.
    pub recorded_at: String,
    /// `not-yet`, `in-force` or `ended` at the valid instant.
    pub life: &'static str,
    /// How far it had come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<&'static str>,
    /// What ends it, as far as that is known: past or to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Ended>,
    /// What has to be said beside it.
    pub marks: Vec<MarkLine>,
    /// The steps that followed it, by then.
    pub steps: Vec<StepLine>,
    /// The widest circle that may ever see it.
    pub disclosure: &'static str,
    /// Rules that this ledger did not verify, since it came in through a migration (P20).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_verified: Vec<&'static str>,
}

/// An end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// From when on it holds no more, RFC 3339.
    pub at: String,
    /// Why, in a word.
    pub cause: &'static str,
    /// The entry that says so, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Why, in the words of that entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The rule by which it follows.
    pub rule: &'static str,
}

/// Something that has to be said beside a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkLine {
    /// The mark.
    pub mark: &'static str,
    /// The entry that it rests on.
    pub entry: u64,
    /// The rule by which it follows.
    pub rule: &'static str,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepLine {
    /// Its kind.
    pub kind: &'static str,
    /// Its event.
    pub event: String,
    /// Its entry.
    pub entry: u64,
    /// Who took it.
    pub issuer: String,
    /// From when it holds, RFC 3339.
    pub valid_from: String,
    /// When the ledger committed it, RFC 3339.
    pub recorded_at: String,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the subject said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// The last day that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The document that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionLine>,
}

/// A decision document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DecisionLine {
    /// Its official number.
    pub number: String,
    /// Its date.
    pub date: String,
    /// The body that issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<String>,
    /// The law and article that it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// When it was served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_on: Option<String>,
    /// BLAKE3 of its file, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// A name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextLine {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl View<'_> {
    /// What can be said of the thing at `place`; `None` where it is not known.
    pub fn line(&self, place: Place) -> Option<Line> {
        let lens = &self.lens;
        let item = lens.file.get(place).filter(|item| lens.knows(item))?;
        let steps =
            lens.file.followers(place).filter(|(_, step)| step.step().is_some() && lens.has_begun(step));
        let end = lens.end(place);
        Some(Line {
            event: item.id.to_string(),
            entry: item.entry.get(),
            issuer: self.authority(item.issuer),
            valid_from: item.from.to_string(),
            recorded_at: item.recorded_at.to_text(),
            life: lens.life_until(item, end).name(),
            phase: lens.phase_at(place).map(crate::event::Phase::name),
            end: end.map(|end| Ended {
                at: end.at.to_string(),
                cause: end.cause.name(),
                entry: end.entry.map(tlog::position::EntryIndex::get),
                reason: end.entry.and_then(|entry| self.reason_of(entry)),
                rule: end.cause.rule().id(),
            }),
            marks: self.marks(place),
            steps: steps.map(|(_, step)| self.step(step)).collect(),
            disclosure: lens.disclosure(place).name(),
            not_verified: self.not_verified(item),
        })
    }

    fn marks(&self, place: Place) -> Vec<MarkLine> {
        let marks = self.lens.marks(place).into_iter();
        marks
            .map(|marked| MarkLine {
                mark: marked.mark.name(),
                entry: marked.entry.get(),
                rule: marked.mark.rule().id(),
            })
            .collect()
    }

    /// P20: the rules that the migration of a fact leaves unverified.
    pub fn not_verified(&self, item: &Item) -> Vec<&'static str> {
        let migration = match &item.fact {
            Fact::Record(record) => record.migration,
            Fact::Listing(listing) => listing.migration,
            _ => None,
        };
        let migration = migration.and_then(|id| self.directory.migration(&id));
        migration.map_or_else(Vec::new, |found| found.unchecked.iter().map(|rule| rule.id()).collect())
    }

    /// A step as a line.
    pub fn step(&self, step: &Item) -> StepLine {
        let body = match step.body() {
            Some(Body::Step(body)) => Some(body),
            _ => None,
        };
        let statement = body.and_then(|body| match &body.extra {
            Extra::Annotation(text) => Some(text.clone()),
            Extra::Statement { statement, .. } => statement.clone(),
            Extra::Correction { summary, .. } => summary.clone(),
            Extra::Use { outcome, .. } => Some(outcome.clone()),
            _ => None,
        });
        StepLine {
            kind: step.step_kind().map_or("", |kind| kind.row().name),
            event: step.id.to_string(),
            entry: step.entry.get(),
            issuer: self.authority(step.issuer),
            valid_from: step.from.to_string(),
            recorded_at: step.recorded_at.to_text(),
            reason: body.and_then(|body| body.reason.clone()),
            statement,
            until: step.step().and_then(|fact| fact.until).map(|until| until.to_string()),
            decision: body.and_then(|body| body.decision.as_ref()).map(DecisionLine::of),
        }
    }

    fn reason_of(&self, entry: tlog::position::EntryIndex) -> Option<String> {
        let (_, item) = self.lens.file.items().find(|(_, item)| item.entry == entry)?;
        match item.body()? {
            Body::Step(body) => body.reason.clone(),
            _ => None,
        }
    }

    /// Whether a line has a mark.
    pub fn is_marked(&self, place: Place, mark: Mark) -> bool {
        self.lens.marks(place).iter().any(|marked| marked.mark == mark)
    }
}

impl DecisionLine {
    /// A decision as a line.
    pub fn of(decision: &Decision) -> Self {
        Self {
            number: decision.number.clone(),
            date: decision.date.to_string(),
            issued_by: decision.issued_by.clone(),
            article: decision.article.clone(),
            served_on: decision.served_on.map(|day| day.to_string()),
            document: decision.document.map(|hash| tlog::bytes::to_hex(&hash)),
        }
    }
}

impl TextLine {
    /// A name as a line.
    pub fn of(name: &Name) -> Self {
        Self { zh: name.zh.clone(), en: name.en.clone() }
    }
}

/// The ids of rules, for lines.
pub(super) fn ids(rules: &[ProjectionRule]) -> Vec<&'static str> {
    rules.iter().map(|rule| rule.id()).collect()
}
