//! Measures in force, with exemptions and what departments report of their use; and whether a subject may
//! take part.

use super::{Line, Projector, StepLine};
use crate::casefile::{Fact, ItemNumber};
use crate::definition::{BasisSource, Direction, Domain, MeasureDefinition, Name};
use crate::event::{Class, StepKind, Term};
use crate::id::{EventId, MeasureCode};
use crate::rule::ProjectionRule;
use serde::Serialize;

/// The measures of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measures {
    /// In the log's order.
    pub measures: Vec<MeasureLine>,
    /// How many were left out because the reader may not see them.
    pub withheld: usize,
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
    /// `with-ground`, `lifetime`, or its last day.
    pub term: Term,
    /// Whether it has to be applied at the valid instant: in force, neither exempted nor masked.
    pub effective: bool,
    /// The domains that it closes.
    pub bars: Vec<Domain>,
    /// The law that it rests on.
    pub basis: Vec<String>,
    /// What departments report of its use.
    pub uses: Vec<StepLine>,
}

/// Whether a subject may take part in something, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Eligibility {
    /// The domain.
    pub domain: Domain,
    /// Whether nothing that the reader sees closes it.
    pub eligible: bool,
    /// What closes it.
    pub reasons: Vec<MeasureLine>,
    /// What the deciding body files with its decision.
    pub letter: Name,
    /// The rules by which it follows.
    pub rules: Vec<ProjectionRule>,
    /// How many measures were left out because the reader may not see them.
    pub withheld: usize,
}

impl Projector<'_> {
    /// The subject's measures.
    pub fn measures(&self) -> Measures {
        let seen = self.seen(Class::Measure);
        let measures = self.lines(&seen.numbers, |number| self.measure_line(number));
        Measures { measures, withheld: seen.withheld }
    }

    /// Whether the subject may take part in a domain at the valid instant (P25). Nothing is weighed: a
    /// measure in force closes the domain or it does not.
    pub fn eligibility(&self, domain: Domain) -> Eligibility {
        let Measures { measures, withheld } = self.measures();
        let closes = |line: &MeasureLine| line.effective && line.bars.contains(&domain);
        let reasons: Vec<_> = measures.into_iter().filter(closes).collect();
        let letter = self.letter(domain, &reasons);
        Eligibility {
            domain,
            eligible: reasons.is_empty(),
            letter,
            rules: vec![ProjectionRule::Eligible],
            reasons,
            withheld,
        }
    }

    fn letter(&self, domain: Domain, reasons: &[MeasureLine]) -> Name {
        let (subject, at) = (self.case.subject, self.case.as_of.valid_at);
        let known = self.case.as_of.known;
        let entries = reasons.iter().map(|line| line.line.entry.to_string()).collect::<Vec<_>>().join(", ");
        if reasons.is_empty() {
            return Name {
                zh: format!(
                    "经查，截至{at}（账本条目数{known}），{subject}在“{}”领域无生效的限制措施。",
                    in_chinese(domain)
                ),
                en: format!(
                    "As of {at}, with {known} entries known, no measure in force closes {} to {subject}.",
                    domain.name()
                ),
            };
        }
        Name {
            zh: format!(
                "经查，截至{at}（账本条目数{known}），{subject}在“{}”领域有生效的限制措施，见条目{entries}。",
                in_chinese(domain)
            ),
            en: format!(
                "As of {at}, with {known} entries known, measures in force close {} to {subject}: entries {entries}.",
                domain.name()
            ),
        }
    }

    /// A measure as a line.
    pub fn measure_line(&self, number: ItemNumber) -> Option<MeasureLine> {
        let (case, line) = (&self.case, self.line(number)?);
        let item = case.file.get(number)?;
        let Fact::Measure(measure) = &item.fact else { return None };
        let adopted = case.measure_of(item, measure);
        let set_aside = case.exemption(number).is_some() || case.masking_of(number).is_some();
        let uses = case
            .file
            .followers(number)
            .filter(|(_, step)| step.step_kind() == Some(StepKind::MeasureApplied) && case.has_begun(step));
        Some(MeasureLine {
            measure: measure.measure.clone(),
            title: adopted.map(|adopted| adopted.common.title.clone()),
            direction: adopted.map(|adopted| adopted.direction),
            rests_on: measure.rests_on.and_then(|ground| Some(case.file.get(ground)?.id)),
            term: measure.term,
            effective: case.in_force(number) && !set_aside,
            bars: adopted.map_or_else(Vec::new, |adopted| adopted.bars.clone()),
            basis: adopted.map_or_else(Vec::new, |adopted| self.basis_of(adopted)),
            uses: uses.filter_map(|(_, step)| self.step(step)).collect(),
            line,
        })
    }

    fn basis_of(&self, adopted: &MeasureDefinition) -> Vec<String> {
        let title = |basis: &crate::definition::Basis| {
            let title = match &basis.source {
                BasisSource::Title(title) => title.clone(),
                BasisSource::Instrument(code) => {
                    let known = self.case.as_of.known;
                    let mut found = self.case.catalogue.bases.versions(code).iter();
                    let found = found.rfind(|version| version.recorded.index.is_in(known));
                    let content = found.and_then(|version| version.content.as_ref());
                    content.map_or_else(|| code.to_string(), |instrument| instrument.title.zh.clone())
                }
            };
            basis.article.as_ref().map_or(title.clone(), |article| format!("{title} {article}"))
        };
        adopted.common.basis.iter().map(title).collect()
    }
}

/// The plan's own words for its domains (3.1-1).
const fn in_chinese(domain: Domain) -> &'static str {
    match domain {
        Domain::Licensing => "行政许可",
        Domain::Procurement => "政府采购",
        Domain::Tendering => "招标投标",
        Domain::MarketAccess => "市场准入",
        Domain::Qualification => "资质审核",
        Domain::Employment => "劳动就业",
        Domain::SocialSecurity => "社会保障",
        Domain::Research => "科研管理",
        Domain::Cadre => "干部选拔任用和管理监督",
        Domain::Funding => "申请政府资金支持",
        Domain::ServicePurchase => "政府购买服务",
    }
}
