//! What the lines of all projections have in common.

use super::Projector;
use super::leaf::{from_hex_if_any, hex_if_any};
use super::page::{MOST_BESIDE, is_none, last};
use super::suspicion::Suspicion;
use crate::authority::{Directory, Recorded};
use crate::casefile::{AsOf, CaseAsOf, Cause, End, Fact, Item, ItemNumber, Life, Mark, Marked, Sight};
use crate::definition::Disclosure;
use crate::event::{Body, Class, Decision, Extra, Phase, Step, StepKind};
use crate::id::{AuthorityId, EventId};
use crate::rule::{ProjectionRule, Rule};
use crate::time::{Date, RecordedTime, ValidTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tlog::position::{EntryIndex, TreeSize};

/// One thing in a case file, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Line {
    /// The event that began it.
    pub event: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Who issued it.
    pub issuer: AuthorityId,
    /// From when it holds, RFC 3339.
    pub valid_from: ValidTime,
    /// When it begins to hold, where it was given for a later day, as a licence may be, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_from: Option<ValidTime>,
    /// When the ledger committed it, RFC 3339.
    pub recorded_at: RecordedTime,
    /// `not-yet`, `in-force` or `ended` at the valid instant.
    pub life: Life,
    /// How far it had come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// What ends it, as far as that is known: past or to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Ended>,
    /// What has to be said beside it: of each mark the first, at most twenty.
    pub marks: Vec<MarkLine>,
    /// How many more of these marks there are.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_marks: usize,
    /// The steps that followed it by then: the last, at most twenty.
    pub steps: Vec<StepLine>,
    /// How many more steps came before them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_steps: usize,
    /// The widest circle that may ever see it.
    pub disclosure: Disclosure,
    /// Rules that this ledger did not verify, since it came in through a migration (P20).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_verified: Vec<Rule>,
}

/// An end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ended {
    /// From when on it holds no more, RFC 3339.
    pub at: ValidTime,
    /// Why, in a word.
    pub cause: Cause,
    /// The entry that says so, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryIndex>,
    /// Why, in the words of that entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The rule by which it follows.
    pub rule: ProjectionRule,
}

/// Something that has to be said beside a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkLine {
    /// The mark.
    pub mark: Mark,
    /// The entry that it rests on; not told to the public where it is none of the public's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub entry: Option<EntryIndex>,
    /// The rule by which it follows.
    pub rule: ProjectionRule,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepLine {
    /// Its kind.
    pub kind: StepKind,
    /// Its event.
    pub event: EventId,
    /// Its entry.
    pub entry: EntryIndex,
    /// Who took it.
    pub issuer: AuthorityId,
    /// From when it holds, RFC 3339.
    pub valid_from: ValidTime,
    /// When the ledger committed it, RFC 3339.
    pub recorded_at: RecordedTime,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the subject said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// The last day that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The document that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionLine>,
}

/// A decision document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionLine {
    /// Its official number.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// The body that issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<String>,
    /// The law and article that it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// When it was served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_on: Option<Date>,
    /// BLAKE3 of its file, in hex.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "hex_if_any",
        deserialize_with = "from_hex_if_any"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, pattern = "^[0-9a-f]{64}$"))]
    pub document: Option<[u8; 32]>,
}

impl MarkLine {
    fn of(mark: Mark, entry: Option<EntryIndex>) -> Self {
        Self { mark, entry, rule: mark.rule() }
    }

    /// What is said beside a whole answer of keys in wrong hands (P26): the last entries that say so, at most twenty; to the
    /// public that it is so, since whose key it was would say who made something end.
    pub(super) fn of_compromised(said: &BTreeSet<EntryIndex>, sight: Sight) -> Vec<Self> {
        if sight == Sight::Public {
            let told = said.first().map(|_| Self::of(Mark::CompromisedKey, None));
            return told.into_iter().collect();
        }
        Self::of_governance(said)
    }

    /// The same of what was gone through to count. The public is told of any key of which something is said, whether or not it
    /// signed something of that: one thing that it did would else be a count of one.
    pub(super) fn of_counts(
        said: &BTreeSet<EntryIndex>,
        directory: &Directory,
        (as_of, sight): (AsOf, Sight),
    ) -> Vec<Self> {
        match sight {
            Sight::Public => Self::of_compromised(&directory.compromises().standing(as_of.known), sight),
            _ => Self::of_compromised(said, sight),
        }
    }

    /// The same of what is stated of authorities by these entries.
    pub(super) fn of_stated(
        stated: impl Iterator<Item = Recorded>,
        directory: &Directory,
        known: TreeSize,
    ) -> Vec<Self> {
        let said = stated.flat_map(|recorded| directory.signed_by_suspects(recorded.index, known));
        Self::of_governance(&said.collect())
    }

    /// The same of what governs, which is in the clear.
    pub(super) fn of_governance(said: &BTreeSet<EntryIndex>) -> Vec<Self> {
        let of = |entry: &EntryIndex| Self::of(Mark::CompromisedKey, Some(*entry));
        said.iter().rev().take(MOST_BESIDE).rev().map(of).collect()
    }
}

impl<'a> Projector<'a> {
    /// What can be said of the thing at `number`; `None` where it is not known.
    pub fn line(&self, number: ItemNumber) -> Option<Line> {
        let case = &self.case;
        let item = case.file.get(number).filter(|item| item.entry.is_in(self.known))?;
        let correction = self.last_correction(number).map(|(step, _)| step);
        let steps = case
            .file
            .followers(number)
            .filter(|(at, step)| step.step().is_some() && (case.has_begun(step) || Some(*at) == correction));
        let (steps, more_steps) = last(steps.collect(), MOST_BESIDE);
        let (marks, more_marks) = self.marks(number);
        // What the public is shown of the past ends as is known since: an end that was taken back is none.
        let end = self.now.as_ref().unwrap_or(case).end(number);
        // What is yet to end it by another entry says what that is: the public is told of terms alone.
        let told =
            |end: &End| self.sight > Sight::Public || end.entry.is_none() || end.at <= case.as_of.valid_at;
        let end = end.filter(told);
        Some(Line {
            event: item.id,
            entry: item.entry,
            issuer: self.authority(item.issuer),
            valid_from: item.from,
            in_force_from: case.in_force_from(number),
            recorded_at: item.recorded_at,
            life: case.life_until(number, end)?,
            phase: case.phase_at(number),
            end: end.map(|end| Ended {
                at: end.at,
                cause: end.cause,
                entry: end.entry.filter(|entry| self.tells_end(*entry)),
                reason: end.entry.and_then(|entry| self.reason_of(entry)),
                rule: end.cause.rule(),
            }),
            marks,
            more_marks,
            steps: steps.into_iter().filter_map(|(_, step)| self.step(step)).collect(),
            more_steps,
            disclosure: case.disclosure(number),
            not_verified: self.not_verified(item),
        })
    }

    /// Every mark that there is, none of them without end: thousands may object.
    fn marks(&self, number: ItemNumber) -> (Vec<MarkLine>, usize) {
        let mut all = match &self.now {
            Some(now) => now.still_told(number, self.case.as_of.valid_at),
            None => self.case.marks(number),
        };
        if let Some((_, correction)) = self.last_correction(number) {
            all.retain(|marked| marked.mark != Mark::Corrected);
            all.push(Marked { mark: Mark::Corrected, entry: correction.entry });
        }
        all.extend(self.signed_by_compromised(number));
        all.sort_unstable();
        // To whom their entries are not told, neither is how many there are.
        all.dedup_by(|next, one| next.mark == one.mark && !self.tells_entry(one));
        let mut shown: Vec<MarkLine> = Vec::new();
        for same in all.chunk_by(|one, next| one.mark == next.mark) {
            shown.extend(
                same.iter().take(MOST_BESIDE).map(|marked| {
                    MarkLine::of(marked.mark, self.tells_entry(marked).then_some(marked.entry))
                }),
            );
        }
        let more = all.len() - shown.len();
        (shown, more)
    }

    /// Whether the reader may know which entry a mark rests on: that of an objection, a hold or a ruling is about the subject,
    /// and the public sees none of them.
    fn tells_entry(&self, marked: &Marked) -> bool {
        self.sight > Sight::Public
            || match marked.mark {
                Mark::Corrected
                | Mark::Annotated
                | Mark::NotVerified
                | Mark::UnderReview
                | Mark::FoundUnlawful
                | Mark::ChangedOnReview
                | Mark::CompromisedKey => true,
                Mark::Objected
                | Mark::ObjectionOverdue
                | Mark::ObjectionUpheld
                | Mark::Held
                | Mark::PublicationStayed
                | Mark::ExecutionStayed
                | Mark::Masked
                | Mark::Exempted => false,
            }
    }

    /// Whether the reader may know which entry an end rests on: one of another subject's stream, where a decision about both was
    /// revoked, is for those alone who may see that stream too.
    fn tells_end(&self, entry: EntryIndex) -> bool {
        self.sight >= Sight::Restricted || self.case.file.at(entry).is_some()
    }

    /// P26: the entries that say of a key in wrong hands that it signed the thing at `number`, a step on it, or what it
    /// follows from.
    fn signed_by_compromised(&self, number: ItemNumber) -> impl Iterator<Item = Marked> {
        let said = self.suspicion().on(number, |ground| self.shows_event(ground));
        said.into_iter().map(|entry| Marked { mark: Mark::CompromisedKey, entry })
    }

    /// What a department is told of keys in wrong hands beside what it sees of some classes: of what it would see if a key in wrong
    /// hands had not signed what ended it. Who sees what has ended has the marks there; of what was sealed, or lost its consent,
    /// a department is told nothing.
    pub(super) fn ended_by_compromised(&self, classes: &[Class]) -> Vec<MarkLine> {
        if self.sight != Sight::Shared || self.directory.compromises().is_empty() {
            return Vec::new();
        }
        let (case, suspicion) = (&self.case, self.suspicion());
        let known = classes.iter().flat_map(|class| case.known(*class)).map(|(number, _)| number);
        let ended =
            known.filter(|number| !self.shows(*number) && self.sight.reaches(case.disclosure(*number)));
        let said: BTreeSet<_> = ended.flat_map(|number| suspicion.on_end(number)).collect();
        MarkLine::of_compromised(&said, self.sight)
    }

    /// What the reader is told of keys in wrong hands: to the public as is known now.
    pub(super) fn suspicion(&self) -> Suspicion<'a, '_> {
        Suspicion { case: self.now.as_ref().unwrap_or(&self.case), directory: self.directory }
    }

    /// P20: the rules that the migration of a fact leaves unverified.
    pub fn not_verified(&self, item: &Item) -> Vec<Rule> {
        let migration = match &item.fact {
            Fact::Record(record) => record.migration,
            Fact::Listing(listing) => listing.migration,
            _ => None,
        };
        let migration = migration.and_then(|id| self.directory.migration(&id));
        migration.map_or_else(Vec::new, |found| found.unchecked.clone())
    }

    /// A step as a line; `None` where the item is no step.
    pub fn step(&self, step: &Item) -> Option<StepLine> {
        let kind = step.step_kind()?;
        let body = self.step_body(step);
        Some(StepLine {
            kind,
            event: step.id,
            entry: step.entry,
            issuer: self.authority(step.issuer),
            valid_from: step.from,
            recorded_at: step.recorded_at,
            reason: body.as_ref().and_then(|body| body.reason.clone()),
            statement: body.as_ref().and_then(statement),
            until: step.step().and_then(|fact| fact.until),
            decision: body.as_ref().and_then(|body| body.decision.as_ref()).map(DecisionLine::of),
        })
    }

    /// The last correction. What the public is shown of the past it is shown as corrected since.
    pub(super) fn correction(&self, number: ItemNumber, kind: StepKind) -> Option<(ItemNumber, &'a Item)> {
        let by = |case: &CaseAsOf<'a>| case.last_step(number, kind);
        let (then, since) = (by(&self.case), self.now.as_ref().and_then(by));
        then.into_iter().chain(since).max_by_key(|(at, _)| *at)
    }

    /// The last correction of a record, or of a row.
    fn last_correction(&self, number: ItemNumber) -> Option<(ItemNumber, &'a Item)> {
        let kinds = [StepKind::RecordCorrected, StepKind::ListingCorrected];
        kinds.into_iter().filter_map(|kind| self.correction(number, kind)).max_by_key(|(at, _)| *at)
    }

    fn reason_of(&self, entry: EntryIndex) -> Option<String> {
        self.step_body(self.case.file.at(entry)?)?.reason
    }

    fn step_body(&self, step: &Item) -> Option<Step> {
        step.step()?;
        match self.body(step)? {
            Body::Step(body) => Some(body),
            _ => None,
        }
    }

    /// Whether a line has a mark.
    #[must_use]
    pub fn is_marked(&self, number: ItemNumber, mark: Mark) -> bool {
        self.case.marks(number).iter().any(|marked| marked.mark == mark)
    }
}

/// What a step says in the words of whom it is about.
fn statement(body: &Step) -> Option<String> {
    match &body.extra {
        Extra::Annotation(text) => Some(text.clone()),
        Extra::Statement { statement, .. } => statement.clone(),
        Extra::Correction(correction) => correction.summary.clone(),
        Extra::Use { outcome, .. } => Some(outcome.clone()),
        Extra::Reviewed { outcome, restores: None, .. } => Some(outcome.name().to_owned()),
        Extra::Reviewed { outcome, restores: Some(stands), .. } => {
            Some(format!("{} {}", outcome.name(), stands.number))
        }
        Extra::Served { served_on, how } => Some(format!("{served_on} {}", how.name())),
        _ => None,
    }
}

impl DecisionLine {
    /// A decision as a line.
    pub fn of(decision: &Decision) -> Self {
        Self {
            number: decision.number.clone(),
            date: decision.date,
            issued_by: decision.issued_by.clone(),
            article: decision.article.clone(),
            served_on: decision.served_on,
            document: decision.document,
        }
    }
}
