//! A subject's standing: named states, each with the entries and rules that led to it. No score.

use super::line::ids;
use super::{DecisionLine, Life, Line, ProjectionRule, View};
use crate::casefile::{Fact, Identity, Item, Place};
use crate::event::{Body, Class, Phase};
use serde::Serialize;
use std::collections::BTreeMap;

/// A subject's standing at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What can be said in a word, each with its reasons. Never empty.
    pub states: Vec<StateLine>,
    /// The registration, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// The records that the reader sees, in the log's order, with where each stands.
    pub records: Vec<RecordLine>,
    /// The entries on lists.
    pub listings: Vec<ListingLine>,
    /// The applications for repair.
    pub repairs: Vec<RepairLine>,
    /// How many records, entries and applications were left out because the reader may not see them.
    pub withheld: usize,
}

/// A word about a subject, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateLine {
    /// `no-record`, `registered`, `record-in-force`, `listed`, `repair-pending`, `nothing-in-force`, or
    /// `withheld`: there is more than is shown here.
    pub state: &'static str,
    /// The entries that it rests on.
    pub because: Vec<u64>,
    /// The rules by which it follows.
    pub rules: Vec<&'static str>,
}

/// Who the subject is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Registration {
    /// Its entry.
    pub entry: u64,
    /// Who registered it.
    pub issuer: String,
    /// Since when, RFC 3339.
    pub valid_from: String,
    /// Its registered name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What kind of subject it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// When the register took it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<String>,
    /// Other identifiers of the same subject.
    pub identifiers: Vec<String>,
    /// The subject that it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// When it was dissolved, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dissolved_from: Option<String>,
}

/// One record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// Its type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Which way it points.
    pub polarity: &'static str,
    /// Its severity, as last corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
    /// The document it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionLine>,
    /// What it says, as last corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The type's own fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// Whether everyone can see it at the valid instant.
    pub published: bool,
    /// The last day on which it may be published (P18).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicity_until: Option<String>,
}

/// One entry on a list and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The list.
    pub list: String,
    /// The event of the record that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What the list publishes.
    pub row: BTreeMap<String, String>,
    /// Whether everyone can see it at the valid instant.
    pub published: bool,
}

/// One application for repair and how far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepairLine {
    /// Where it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The event that it is about.
    pub target: String,
    /// What the subject says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// When the conduct was corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_on: Option<String>,
    /// The last day for the next step (P21), while one is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Whether that day has passed.
    pub overdue: bool,
}

impl View<'_> {
    /// The subject's standing.
    pub fn standing(&self) -> Standing {
        let records = self.seen(Class::Record);
        let listings = self.seen(Class::Listing);
        let repairs = self.seen_repairs();
        let withheld = records.withheld + listings.withheld + repairs.1;
        let mut standing = Standing {
            states: Vec::new(),
            registration: self.registration(),
            records: records.places.iter().filter_map(|place| self.record_line(*place)).collect(),
            listings: listings.places.iter().filter_map(|place| self.listing_line(*place)).collect(),
            repairs: repairs.0.iter().filter_map(|place| self.repair_line(*place)).collect(),
            withheld,
        };
        standing.states = self.states(&standing);
        standing
    }

    fn states(&self, standing: &Standing) -> Vec<StateLine> {
        let mut states = Vec::new();
        let mut say = |state, because: Vec<u64>, rules: &[ProjectionRule]| {
            if !because.is_empty() {
                states.push(StateLine { state, because, rules: ids(rules) });
            }
        };
        let in_force = |line: &Line| line.life == Life::InForce.name();
        let entries = |lines: Vec<&Line>| lines.into_iter().map(|line| line.entry).collect::<Vec<_>>();
        say(
            "registered",
            standing.registration.iter().map(|r| r.entry).collect(),
            &[ProjectionRule::Registered],
        );
        let records = standing.records.iter().map(|record| &record.line).filter(|line| in_force(line));
        say("record-in-force", entries(records.collect()), &[ProjectionRule::RecordInForce]);
        let listed = standing.listings.iter().map(|listing| &listing.line).filter(|line| in_force(line));
        say("listed", entries(listed.collect()), &[ProjectionRule::Listed]);
        let pending = standing.repairs.iter().map(|repair| &repair.line).filter(|line| {
            line.phase.is_some_and(|phase| phase == Phase::Applied.name() || phase == Phase::Accepted.name())
        });
        say("repair-pending", entries(pending.collect()), &[ProjectionRule::Repair]);
        if standing.withheld > 0 {
            states.push(StateLine {
                state: "withheld",
                because: Vec::new(),
                rules: ids(&[ProjectionRule::Disclosure]),
            });
        }
        if states.is_empty() {
            let mut known = self.lens.file.items().filter(|(_, item)| self.lens.knows(item)).peekable();
            let (state, rule) = if known.peek().is_none() {
                ("no-record", ProjectionRule::NoRecord)
            } else {
                ("nothing-in-force", ProjectionRule::Expired)
            };
            let seen = known.filter(|(place, _)| self.lens.shows_event(*place, self.sight));
            let because = seen.map(|(_, item)| item.entry.get()).collect();
            states.push(StateLine { state, because, rules: ids(&[rule]) });
        }
        states
    }

    /// Who the subject is, as the reader may know it.
    pub fn registration(&self) -> Option<Registration> {
        let mut found: Option<Registration> = None;
        for item in self.lens.file.registrations().filter(|item| self.lens.has_begun(item)) {
            match (&item.fact, item.body()) {
                (
                    Fact::Identity(Identity::Registered(kind) | Identity::Amended(kind)),
                    Some(Body::SubjectRegistered(body) | Body::SubjectAmended(body)),
                ) => {
                    let before = found.take();
                    let mut now = self.registered(item, *kind);
                    now.name.clone_from(&body.name);
                    now.registered_on = body.registered_on.map(|day| day.to_string());
                    now.identifiers = before.map(|before| before.identifiers).unwrap_or_default();
                    found = Some(now);
                }
                (_, Some(Body::IdentifierLinked(body))) => {
                    if let Some(found) = &mut found {
                        found.identifiers.push(body.identifier.to_string());
                    }
                }
                (_, Some(Body::SubjectMerged(body))) => {
                    if let Some(found) = &mut found {
                        found.merged_into = Some(body.into.to_string());
                    }
                }
                (_, Some(Body::SubjectDissolved(_))) => {
                    if let Some(found) = &mut found {
                        found.dissolved_from = Some(item.from.to_string());
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn registered(&self, item: &Item, kind: Option<crate::id::SubjectKind>) -> Registration {
        Registration {
            entry: item.entry.get(),
            issuer: self.authority(item.issuer),
            valid_from: item.from.to_string(),
            name: None,
            kind: self.lens.subject.kind().or(kind).map(crate::id::SubjectKind::name),
            registered_on: None,
            identifiers: Vec::new(),
            merged_into: None,
            dissolved_from: None,
        }
    }

    /// A record as a line.
    pub fn record_line(&self, place: Place) -> Option<RecordLine> {
        let (lens, line) = (&self.lens, self.line(place)?);
        let record = lens.record(place)?;
        let body = match lens.file.get(place)?.body() {
            Some(Body::RecordFiled(body)) => Some(body),
            _ => None,
        };
        let corrected = line.steps.iter().rfind(|step| step.kind == "record.corrected");
        let corrected = corrected.and_then(|step| step.statement.clone());
        Some(RecordLine {
            record_type: record.record_type.to_string(),
            polarity: lens.polarity(record).name(),
            severity: lens.severity(place).map(crate::definition::Severity::name),
            decision: body.map(|body| DecisionLine::of(&body.decision)),
            summary: corrected.or_else(|| body.and_then(|body| body.summary.clone())),
            details: body.map(|body| body.details.iter().cloned().collect()).unwrap_or_default(),
            published: lens.shows(place, super::Sight::Public),
            publicity_until: lens.publicity_until(place, record).map(|day| day.to_string()),
            line,
        })
    }

    /// An entry on a list as a line.
    pub fn listing_line(&self, place: Place) -> Option<ListingLine> {
        let (lens, line) = (&self.lens, self.line(place)?);
        let item = lens.file.get(place)?;
        let Fact::Listing(listing) = &item.fact else { return None };
        Some(ListingLine {
            list: listing.list.to_string(),
            record: listing.record.and_then(|record| Some(lens.file.get(record)?.id.to_string())),
            row: listing.row.iter().cloned().collect(),
            published: lens.shows(place, super::Sight::Public),
            line,
        })
    }

    /// An application for repair as a line.
    pub fn repair_line(&self, place: Place) -> Option<RepairLine> {
        let (lens, line) = (&self.lens, self.line(place)?);
        let item = lens.file.get(place)?;
        let Fact::Application { target, corrected_on, .. } = &item.fact else { return None };
        let statement = match item.body() {
            Some(Body::RepairApplied(body)) => body.statement.clone(),
            _ => None,
        };
        let due = super::oversight::repair_due(lens, place, item);
        Some(RepairLine {
            target: lens.file.get(*target)?.id.to_string(),
            statement,
            corrected_on: corrected_on.map(|day| day.to_string()),
            due: due.map(|day| day.to_string()),
            overdue: due.is_some_and(|day| lens.is_past(day)),
            line,
        })
    }

    /// Whether an application that is not shown counts as left out: one that still awaits a step.
    fn is_open(&self, place: Place) -> bool {
        let awaits = matches!(self.lens.phase_at(place), Some(Phase::Applied | Phase::Accepted));
        self.sight >= super::Sight::Restricted || awaits
    }

    /// The applications for repair of what the reader sees, and how many are left out: an application says
    /// that its target exists, and is no more public than that.
    pub(super) fn seen_repairs(&self) -> (Vec<Place>, usize) {
        let all = self.lens.known(Class::Application);
        let (seen, hidden): (Vec<_>, Vec<_>) = all.partition(|(place, item)| {
            self.lens.shows(*place, self.sight)
                || item.fact.target().is_some_and(|target| self.lens.shows(target, self.sight))
        });
        let hidden = hidden.into_iter().filter(|(place, _)| self.is_open(*place));
        (seen.into_iter().map(|(place, _)| place).collect(), hidden.count())
    }
}
