//! Measures in force, with exemptions and what departments report of their use; and whether a subject may
//! take part.

use super::letter::Closing;
use super::page::{self, MOST_BESIDE, MOST_NAMED, is_none};
use super::{Line, MarkLine, Projector, StepLine};
use crate::casefile::{Fact, ItemNumber, Letters, Sight};
use crate::definition::{BasisSource, Direction, Domain, MeasureDefinition, Name};
use crate::event::{Class, StepKind, Term};
use crate::id::{EventId, MeasureCode, SubjectId};
use crate::rule::ProjectionRule;
use serde::Serialize;
use std::collections::BTreeSet;
use tlog::position::EntryIndex;

/// The measures of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measures {
    /// In the log's order.
    pub measures: Vec<MeasureLine>,
    /// How many were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// To a department, where a key may have been in wrong hands when it signed what ended something of this (P26).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub marks: Vec<MarkLine>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// One measure and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasureLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The measure.
    pub measure: MeasureCode,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Name>,
    /// Which way it points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The event that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<EventId>,
    /// `with-ground`, `lifetime`, or its last day, as the decision beneath was last corrected.
    pub term: Term,
    /// Whether it has to be applied at the valid instant: in force, neither exempted, masked nor stayed.
    pub effective: bool,
    /// The domains that it closes.
    pub bars: Vec<Domain>,
    /// The law that it rests on.
    pub basis: Vec<Name>,
    /// What departments report of its use: the last, at most twenty.
    pub uses: Vec<StepLine>,
    /// How many more reports came before them.
    #[serde(skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub more_uses: usize,
}

/// Whether a subject may take part in something, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Eligibility {
    /// The domain.
    pub domain: Domain,
    /// Whether nothing closes it, seen or not, over everything and the same on every page; absent where nothing is seen that
    /// does to whoever does not decide on it, the public among them, and where more went on in the subject than are asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub eligible: Option<bool>,
    /// What closes it.
    pub reasons: Vec<MeasureLine>,
    /// What closes it to one that went on in the subject, and to the subject with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub inherited: Vec<Inherited>,
    /// The holds, at most a hundred, but for which a measure in force would close it: its execution is stayed. Not told to the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub stayed: Vec<EntryIndex>,
    /// Where a key may have been in wrong hands when it signed something that closes the domain or would, or what keeps it from that (P26).
    pub marks: Vec<MarkLine>,
    /// What the deciding body files with its decision.
    pub letter: Name,
    /// The rules by which it follows.
    pub rules: Vec<ProjectionRule>,
    /// How many measures were left out because the reader may not see them; not told to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub withheld: Option<usize>,
    /// The cursor of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub next: Option<EntryIndex>,
}

/// What keeps a subject out of a domain that went on in another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inherited {
    /// The subject that went on in the other.
    pub subject: SubjectId,
    /// What was imposed on it: the first, at most twenty, as far as the reader may see it.
    pub reasons: Vec<MeasureLine>,
}

impl Projector<'_> {
    /// The subject's measures.
    pub fn measures(&self) -> Measures {
        let seen = self.seen(Class::Measure);
        let ([shown], next) = self.cut([seen.numbers]);
        let measures = self.lines(&shown, |number| self.measure_line(number));
        let marks = self.ended_by_compromised(&[Class::Measure]);
        Measures { measures, withheld: self.told(seen.withheld), marks, next }
    }

    /// Whether the subject may take part in a domain at the valid instant (P25). Nothing is weighed: a
    /// measure in force closes the domain or it does not.
    pub fn eligibility(&self, domain: Domain) -> Eligibility {
        let mut seen = self.seen(Class::Measure);
        // Whoever is not everybody is told of what has ended too, as far as its class is for them.
        let told = |number| {
            self.shows(number)
                || self.sight > Sight::Public && self.sight.reaches(self.case.disclosure(number))
        };
        let suspect = self.suspicion().on_class(
            Class::Measure,
            |number| self.bars(number, domain) && told(number),
            told,
        );
        let marks = MarkLine::of_compromised(&suspect, self.sight);
        let stays = self.stays(&seen.numbers, domain);
        seen.numbers.retain(|number| self.closes(*number, domain));
        // What was imposed on a subject that went on in this one goes on with it.
        let closing = Closing {
            domain,
            told: self.viewer.letters.reach(domain),
            own: &seen.numbers,
            stays: &stays,
            unseen: self.closed_out_of_sight(domain),
            inherited: self.kept_out.inherited.iter().map(|one| &one.subject).collect(),
            unasked: self.kept_out.unasked,
            later: self.viewer.moment.known.get().saturating_sub(self.known.get()),
            decides: matches!(self.viewer.letters, Letters::Of(_)),
            of_another_moment: self.case.as_of.valid_at != self.viewer.moment.valid_at,
        };
        let (eligible, letter) = (closing.eligible(), self.letter(&closing, &marks));
        let stayed = page::first(stays, MOST_NAMED).0;
        let ([shown], next) = self.cut([seen.numbers]);
        Eligibility {
            domain,
            eligible,
            reasons: self.lines(&shown, |number| self.measure_line(number)),
            inherited: self.kept_out.inherited.clone(),
            stayed,
            marks,
            letter,
            rules: vec![ProjectionRule::Eligible],
            withheld: self.told(seen.withheld),
            next,
        }
    }

    /// How many measures close a domain that the reader may not see: whoever decides is told how many, and nothing more;
    /// nobody else is told either.
    fn closed_out_of_sight(&self, domain: Domain) -> usize {
        let hidden = |number| !self.shows(number) && self.closes(number, domain);
        let told = self.viewer.letters.reach(domain);
        if told { self.case.known(Class::Measure).filter(|(number, _)| hidden(*number)).count() } else { 0 }
    }

    /// Whether a measure keeps the subject out of a domain at the valid instant.
    fn closes(&self, number: ItemNumber, domain: Domain) -> bool {
        self.bars(number, domain) && self.is_effective(number)
    }

    /// Whether a measure is of those that do, in force or not.
    fn bars(&self, number: ItemNumber, domain: Domain) -> bool {
        self.adopted(number).is_some_and(|adopted| adopted.bars.contains(&domain))
    }

    /// Whether a measure is set aside by an exemption or a mask.
    fn is_set_aside(&self, number: ItemNumber) -> bool {
        self.case.exemption(number).is_some() || self.case.masking_of(number).is_some()
    }

    /// The holds but for which measures that the reader sees would close a domain.
    fn stays(&self, measures: &[ItemNumber], domain: Domain) -> Vec<EntryIndex> {
        let closes = |number: &&ItemNumber| {
            self.bars(**number, domain) && self.case.in_force(**number) && !self.is_set_aside(**number)
        };
        let stays = measures.iter().filter(closes).filter_map(|number| self.case.stay_of(*number));
        let all: BTreeSet<_> = stays.map(|hold| hold.entry).collect();
        all.into_iter().filter(|_| self.sight > Sight::Public).collect()
    }

    /// Whether a measure has to be applied at the valid instant.
    fn is_effective(&self, number: ItemNumber) -> bool {
        let case = &self.case;
        case.in_force(number) && !self.is_set_aside(number) && case.stay_of(number).is_none()
    }

    /// A measure as the catalogue had it when it was decided.
    pub(super) fn adopted(&self, number: ItemNumber) -> Option<&MeasureDefinition> {
        let item = self.case.file.get(number)?;
        let Fact::Measure(measure) = &item.fact else { return None };
        self.case.measure_of(item, measure).map(|adopted| &**adopted)
    }

    /// A measure as a line.
    pub fn measure_line(&self, number: ItemNumber) -> Option<MeasureLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Measure(measure) = &item.fact else { return None };
        let adopted = self.adopted(number);
        let uses = case
            .file
            .followers(number)
            .filter(|(_, step)| step.step_kind() == Some(StepKind::MeasureApplied) && case.has_begun(step));
        let (uses, more_uses) = page::last(uses.collect(), MOST_BESIDE);
        Some(MeasureLine {
            measure: measure.measure.clone(),
            title: adopted.map(|adopted| adopted.common.title.clone()),
            direction: adopted.map(|adopted| adopted.direction),
            rests_on: measure.rests_on.and_then(|ground| self.named(ground)),
            term: case.term_of_measure(item, measure),
            effective: self.is_effective(number),
            bars: adopted.map_or_else(Vec::new, |adopted| adopted.bars.clone()),
            basis: adopted.map_or_else(Vec::new, |adopted| self.basis_of(adopted)),
            uses: uses.into_iter().filter_map(|(_, step)| self.step(step)).collect(),
            more_uses,
            line,
        })
    }

    fn basis_of(&self, adopted: &MeasureDefinition) -> Vec<Name> {
        let title = |basis: &crate::definition::Basis| {
            let same = |text: String| Name { zh: text.clone(), en: text };
            let title = match &basis.source {
                BasisSource::Title(title) => same(title.clone()),
                BasisSource::Instrument(code) => {
                    let known = self.case.as_of.known;
                    let mut found = self.case.catalogue.bases.versions(code).iter();
                    let found = found.rfind(|version| version.recorded.index.is_in(known));
                    let content = found.and_then(|version| version.content.as_ref());
                    content.map_or_else(|| same(code.to_string()), |instrument| instrument.title.clone())
                }
            };
            match &basis.article {
                None => title,
                Some(article) => title.at_article(article),
            }
        };
        adopted.common.basis.iter().map(title).collect()
    }
}
