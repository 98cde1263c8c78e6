//! Oversight of the departments themselves: what came late, was corrected, revoked or left undecided; and
//! how commitments were kept. Counts of what authorities did, never of what subjects are.

use super::World;
use crate::authority::{AuthorityNumber, Directory};
use crate::casefile::{Asked, Cause, Fact, Item, Lens, Place};
use crate::catalogue::Catalogue;
use crate::event::{Class, Phase, StepKind};
use crate::time::{Date, ValidTime};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the log shows of every authority's work at two instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Oversight {
    /// The authorities that did anything, by id.
    pub authorities: Vec<OversightLine>,
    /// How commitments were kept, by who holds them.
    pub commitments: Vec<CommitmentRate>,
}

/// One authority's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OversightLine {
    /// The authority.
    pub authority: String,
    /// Records that it filed.
    pub records: u64,
    /// Of these, filed after the days that the catalogue gives.
    pub late_filings: u64,
    /// Records that it corrected.
    pub corrections: u64,
    /// Records of its own that were revoked.
    pub revocations: u64,
    /// Revocations recorded after the days for withdrawing an annulled penalty.
    pub late_withdrawals: u64,
    /// Objections to what it filed that are open past their last day.
    pub overdue_objections: u64,
    /// Applications for repair of what it filed that wait past their last day.
    pub overdue_repairs: u64,
    /// Entries on its lists that have ended without their removal being recorded in time.
    pub overdue_delistings: u64,
    /// The longest such delay, in days, of those that were removed or still wait.
    pub longest_delisting_days: u64,
    /// Complaints about what it filed that wait past their last day.
    pub overdue_complaints: u64,
    /// Rectifications ordered of it and not done by their day.
    pub overdue_rectifications: u64,
    /// Reports of use that it gave.
    pub uses: u64,
}

/// How commitments were kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CommitmentRate {
    /// The authority that holds them.
    pub authority: String,
    /// What kind of subjects made them.
    pub kind: &'static str,
    /// How many were made.
    pub made: u64,
    /// Kept.
    pub kept: u64,
    /// Broken.
    pub broken: u64,
    /// Open, and past their day.
    pub overdue: u64,
}

impl World {
    /// The departments' work at two instants.
    pub fn oversight(&self, (catalogue, directory): (&Catalogue, &Directory), asked: Asked) -> Oversight {
        let mut work = Work { directory, lines: BTreeMap::new(), commitments: BTreeMap::new() };
        for (subject, file) in self.files() {
            let lens = Lens::new(subject, file, catalogue, asked);
            work.records(&lens);
            work.rights(&lens);
            work.listings(&lens);
            work.commitments(&lens);
            if let crate::id::SubjectId::Authority(id) = subject {
                work.rectifications(&lens, &id.to_string());
            }
        }
        Oversight {
            authorities: work
                .lines
                .into_iter()
                .map(|(authority, line)| OversightLine { authority, ..line })
                .collect(),
            commitments: work
                .commitments
                .into_iter()
                .map(|((authority, kind), rate)| CommitmentRate { authority, kind, ..rate })
                .collect(),
        }
    }
}

/// Whether a record was filed within the days that its type gives, by the recorded day; `None` where the
/// type gives none, or the working days are not known.
pub(super) fn filed_in_time(lens: &Lens<'_>, item: &Item) -> Option<bool> {
    let Fact::Record(record) = &item.fact else { return None };
    let within = lens.type_of(record)?.file_within?;
    let last = lens.catalogue.last_day(within, record.decided_on, lens.asked.known)?;
    Some(recorded_day(item)? <= last)
}

fn recorded_day(item: &Item) -> Option<Date> {
    ValidTime::at_recorded(item.recorded_at).ok().map(ValidTime::date)
}

struct Work<'a> {
    directory: &'a Directory,
    lines: BTreeMap<String, OversightLine>,
    commitments: BTreeMap<(String, &'static str), CommitmentRate>,
}

impl Work<'_> {
    fn of(&mut self, authority: AuthorityNumber) -> &mut OversightLine {
        let id = self.directory.by_number(authority).map(|found| found.id.to_string());
        self.lines.entry(id.unwrap_or_default()).or_default()
    }

    fn records(&mut self, lens: &Lens<'_>) {
        for (place, item) in lens.begun(Class::Record) {
            let line = self.of(item.issuer);
            line.records += 1;
            line.late_filings += u64::from(filed_in_time(lens, item) == Some(false));
            let steps = lens.file.followers(place).filter(|(_, step)| lens.has_begun(step));
            for (_, step) in steps {
                match step.step_kind() {
                    Some(StepKind::RecordCorrected) => self.of(step.issuer).corrections += 1,
                    Some(StepKind::RecordRevoked) => {
                        let late = withdrawn_late(lens, step);
                        let line = self.of(item.issuer);
                        line.revocations += 1;
                        line.late_withdrawals += u64::from(late);
                    }
                    _ => {}
                }
            }
        }
        for (_, item) in lens.begun(Class::Use) {
            self.of(item.issuer).uses += 1;
        }
    }

    fn rights(&mut self, lens: &Lens<'_>) {
        for (place, item) in lens.begun(Class::Objection) {
            let open = matches!(lens.phase_at(place), Some(Phase::Raised | Phase::Forwarded));
            if open && lens.objection_deadline(item).is_some_and(|last| lens.is_past(last)) {
                self.about(lens, item).overdue_objections += 1;
            }
        }
        for (place, item) in lens.begun(Class::Application) {
            if repair_due(lens, place, item).is_some_and(|last| lens.is_past(last)) {
                self.about(lens, item).overdue_repairs += 1;
            }
        }
        for (place, item) in lens.begun(Class::Complaint) {
            let due = lens.deadline("complaint.decide", item.from.date(), item.from.date());
            let open = lens.phase_at(place) == Some(Phase::Filed);
            if open && due.is_some_and(|last| lens.is_past(last)) {
                let about = match item.fact {
                    Fact::Complaint { about: Some(about) } => lens.file.get(about),
                    _ => None,
                };
                self.of(about.unwrap_or(item).issuer).overdue_complaints += 1;
            }
        }
    }

    /// The line of who recognised what an application or objection is about.
    fn about(&mut self, lens: &Lens<'_>, item: &Item) -> &mut OversightLine {
        let target = item.fact.target().and_then(|target| lens.file.get(target));
        self.of(target.unwrap_or(item).issuer)
    }

    /// D6: an entry whose ground has ended has to leave the list.
    fn listings(&mut self, lens: &Lens<'_>) {
        for (place, item) in lens.begun(Class::Listing) {
            let Fact::Listing(listing) = &item.fact else { continue };
            let Some(end) = lens.end(place) else { continue };
            if end.at > lens.asked.valid_at || matches!(end.cause, Cause::Removed | Cause::Expired) {
                continue;
            }
            let removed =
                lens.last_step(place, StepKind::ListingRemoved).and_then(|(_, step)| recorded_day(step));
            let until = removed.unwrap_or_else(|| lens.today());
            let days = u64::try_from(end.at.date().days_until(until)).unwrap_or(0);
            let within = lens.list_of(item, listing).and_then(|list| list.exit_within);
            let last =
                within.and_then(|within| lens.catalogue.last_day(within, end.at.date(), lens.asked.known));
            let line = self.of(item.issuer);
            line.longest_delisting_days = line.longest_delisting_days.max(days);
            line.overdue_delistings += u64::from(last.is_some_and(|last| until > last));
        }
    }

    fn commitments(&mut self, lens: &Lens<'_>) {
        for (place, item) in lens.begun(Class::Commitment) {
            let Fact::Commitment { due, .. } = &item.fact else { continue };
            let holder = self.directory.by_number(item.issuer).map(|found| found.id.to_string());
            let kind = lens.file.kind_of(lens.subject).map_or("other", crate::id::SubjectKind::name);
            let rate = self.commitments.entry((holder.unwrap_or_default(), kind)).or_default();
            rate.made += 1;
            match lens.phase_at(place) {
                Some(Phase::Kept) => rate.kept += 1,
                Some(Phase::Broken) => rate.broken += 1,
                _ => rate.overdue += u64::from(due.is_some_and(|last| lens.is_past(last))),
            }
        }
    }

    fn rectifications(&mut self, lens: &Lens<'_>, authority: &str) {
        for (place, item) in lens.begun(Class::Order) {
            let Fact::Order { due } = item.fact else { continue };
            if lens.phase_at(place) == Some(Phase::Ordered) && lens.is_past(due) {
                self.lines.entry(authority.to_owned()).or_default().overdue_rectifications += 1;
            }
        }
    }
}

/// 行政处罚法 art. 48: what was annulled is withdrawn within days, with public reasons.
fn withdrawn_late(lens: &Lens<'_>, step: &Item) -> bool {
    let decided = step.step().and_then(|fact| fact.decided_on).unwrap_or_else(|| step.from.date());
    let last = lens.deadline("penalty.withdraw", decided, decided);
    last.zip(recorded_day(step)).is_some_and(|(last, recorded)| recorded > last)
}

/// The last day of the step that an application for repair awaits (P21).
pub(super) fn repair_due(lens: &Lens<'_>, place: Place, item: &Item) -> Option<Date> {
    match lens.phase_at(place)? {
        Phase::Applied => lens.deadline("repair.accept", item.from.date(), item.from.date()),
        Phase::Accepted => {
            let accepted = lens.moves(place).last().map_or(item.from, |(_, step)| step.from).date();
            lens.deadline("repair.decide", accepted, accepted)
        }
        _ => None,
    }
}
