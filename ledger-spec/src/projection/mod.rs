//! Projections: pure folds of events into answers.
//!
//! Every answer is a function of the log, two instants, valid and known, and the reader's sight as of the moment of
//! asking; no projection reads a clock, and none computes a number that judges a subject. Each statement names the
//! entries it rests on and the rules (`P01` to `P26`, in `README.md`) by which it follows. What the reader may not see
//! is left out and counted.
//!
//! Answers are plain data: serialised as they are, they are the normative JSON.

mod accesses;
mod catalogue;
mod cell;
mod city;
mod clock;
mod conduct;
mod corrected;
mod departures;
mod directory;
mod edition_page;
mod entry;
mod files;
mod indicators;
mod leaf;
mod letter;
mod line;
mod list;
mod matter;
mod measures;
mod merged;
mod names;
mod notice;
mod oversight;
mod page;
mod question;
mod retention;
mod rights;
mod standing;
mod states;
mod suspicion;
mod unusual;
mod whole;
mod whole_days;

pub use accesses::{AccessLine, AccessesPage};
pub use catalogue::{
    Authorities, BasisLine, CatalogueAt, CompetenceLine, CompromiseLine, EnrolledAuthority, FieldLine,
    ItemLine, KeyHistory, ListLine, RevocationLine, TakenBackLine, TypeLine, ValueLine,
};
pub use cell::Count;
pub use city::{CityAnswer, CityAsked, CityFold, CityQuestion};
pub use conduct::{ChargeLine, CommitmentLine, Commitments, Cycle, Points, PointsLine, RatingLine, Ratings};
pub use departures::{Departure, Departures};
pub use directory::{AuthorityLine, DirectoryAt, KeyLine, MigrationLine};
pub use edition_page::{EditionPage, MemberLine};
pub use entry::{EntryLine, EventsPage, LinkLine, SignatureLine, as_raw};
pub use files::{CivilServant, Occupation, Records, Repairs, Rural};
pub use indicators::{IndicatorLine, Indicators};
pub use leaf::{CODE, SUBJECT_PATTERN};
pub use line::{DecisionLine, Ended, Line, MarkLine, StepLine};
pub use list::{Edition, Member, Roll, RollPlace, Row};
pub use matter::{named_matter, session_matter};
pub use measures::{Eligibility, Inherited, MeasureLine, Measures};
pub use notice::more_may_exist;
pub use oversight::{CommitmentRate, Oversight, OversightLine};
pub use page::{MOST_BESIDE, MOST_NAMED, Page};
pub use question::{Answer, Answered, CaseFileSource, Question, SubjectAnswer, SubjectQuestion, Unanswered};
pub use retention::{DueLine, Retention};
pub use rights::{Deadline, Objections, RequestLine, UseLine, Used, Uses};
pub use standing::{ListingLine, RecordLine, Registration, RepairLine, Standing, StateLine};
pub use states::{Counted, MadeBy, State};
pub use unusual::{JournalledLook, UnusualLine, UnusualReading};
pub use whole::Events;

use crate::authority::{AuthorityNumber, Directory};
use crate::casefile::{AsOf, CaseAsOf, CaseFile, Item, ItemNumber, Sight, Viewer};
use crate::event::Class;
use crate::governance::Governance;
use crate::id::{AuthorityId, EventId, SubjectId};
use merged::{KeptOut, MergedFrom};
use page::OnPage;
use standing::Taken;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// What every projection of a subject is computed from: its case file at two instants, as whom one reads, and which
/// part of the answer one wants.
#[derive(Clone)]
pub struct Projector<'a> {
    /// The case file at two instants: for the public by all that is known at the moment of asking.
    pub case: CaseAsOf<'a>,
    /// What is known by the instants that are asked about: of things that came later nothing is shown.
    known: TreeSize,
    /// The authorities.
    pub directory: &'a Directory,
    /// As whom one reads.
    pub sight: Sight,
    /// The same, with what one sees besides.
    viewer: Viewer,
    /// The same file at the moment of asking, where that bounds what is shown.
    now: Option<CaseAsOf<'a>>,
    merged: MergedFrom,
    /// The subject's names, where they were asked for.
    names: Vec<SubjectId>,
    /// What one of them says to be another, and which took that back.
    disowned: Vec<SubjectId>,
    /// The entries that are shown, where that is not for the rules of disclosure alone to say.
    shown: Option<BTreeSet<EntryIndex>>,
    /// What keeps it out of the domain that is asked about by having gone on in it.
    kept_out: KeptOut,
    /// The steps of matters that the reader sees taken; found once, since every line of a matter asks.
    taken: OnceLock<Vec<Taken<'a>>>,
    page: Page,
    events: Option<&'a dyn Events>,
}

/// The numbers of what the reader sees, and how many were left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What is shown, in the log's order.
    pub numbers: Vec<ItemNumber>,
    /// How many are not.
    pub withheld: usize,
}

/// A subject's file at two instants as every answer has it: what others' streams say of a common decision counts.
#[must_use]
pub fn case_of<'a>(
    subject: &'a SubjectId,
    file: &'a CaseFile,
    governance: &'a Governance,
    as_of: AsOf,
) -> CaseAsOf<'a> {
    let case = CaseAsOf::new(subject, file, (&governance.catalogue, &governance.directory), as_of);
    case.with_annulled(&governance.annulments)
}

impl<'a> Projector<'a> {
    /// A view of all of a subject's file, by facts alone.
    pub fn new(
        subject: &'a SubjectId,
        file: &'a CaseFile,
        governance: &'a Governance,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Self {
        let case = case_of(subject, file, governance, viewer.judged_by(as_of));
        let (now, sight) = (viewer.bound(as_of).map(|now| case.at(now)), viewer.sight);
        Self {
            case,
            known: as_of.known,
            directory: &governance.directory,
            sight,
            viewer,
            now,
            page: Page::default(),
            events: None,
            merged: MergedFrom::default(),
            names: Vec::new(),
            disowned: Vec::new(),
            shown: None,
            kept_out: KeptOut::default(),
            taken: OnceLock::new(),
        }
    }

    /// The same with what events say in full, read as lines are made.
    #[must_use]
    pub const fn with_events(mut self, events: &'a dyn Events) -> Self {
        self.events = Some(events);
        self
    }

    /// The same with the subjects that went on in this one and are kept out of the domain that is asked about.
    #[must_use]
    fn with_kept_out(mut self, kept_out: KeptOut) -> Self {
        self.kept_out = kept_out;
        self
    }

    /// The same with the subjects that went on in this one.
    #[must_use]
    pub fn with_merged(mut self, merged: MergedFrom) -> Self {
        self.merged = merged;
        self
    }

    /// The same where the subject has these names, and these took back that they are such.
    #[must_use]
    pub(super) fn with_names(mut self, names: &[SubjectId], disowned: &[SubjectId]) -> Self {
        (self.names, self.disowned) = (names.to_vec(), disowned.to_vec());
        self
    }

    /// The other names of a body, by which answers about it are the same.
    fn other_names(&self) -> impl Iterator<Item = &SubjectId> {
        self.names.iter().filter(|name| name.is_body() && *name != self.case.subject)
    }

    /// The same where of all that stands in the file these entries alone are shown.
    #[must_use]
    pub fn showing_alone(mut self, shown: Option<BTreeSet<EntryIndex>>) -> Self {
        self.shown = shown;
        self
    }

    /// The same for one page of the answer.
    #[must_use]
    pub const fn on_page(mut self, page: Page) -> Self {
        self.page = page;
        self
    }

    /// Whether the thing at `number` is shown: at the instants that are asked about, and at the moment of asking where
    /// that bounds the reader.
    #[must_use]
    pub fn shows(&self, number: ItemNumber) -> bool {
        let shows = |case: &CaseAsOf<'_>| case.shows_to(number, &self.viewer, self.directory);
        shows(&self.case) && self.now.as_ref().is_none_or(shows) && self.is_asked_about(number)
    }

    /// Whether the thing at `number` is among those that are asked about.
    fn is_asked_about(&self, number: ItemNumber) -> bool {
        let among = |item: &Item| {
            item.entry.is_in(self.known)
                && self.shown.as_ref().is_none_or(|shown| shown.contains(&item.entry))
        };
        self.case.file.get(number).is_some_and(among)
    }

    /// The same for any event of the file.
    fn shows_event(&self, number: ItemNumber) -> bool {
        let shows = |case: &CaseAsOf<'_>| case.shows_event_to(number, &self.viewer, self.directory);
        shows(&self.case) && self.now.as_ref().is_none_or(shows) && self.is_asked_about(number)
    }

    /// Everything known of a class that the reader sees, begun or not.
    pub fn seen(&self, class: Class) -> Seen {
        let (mut numbers, mut withheld) = (Vec::new(), 0);
        for (number, _) in self.case.known(class) {
            if self.shows(number) {
                numbers.push(number);
            } else {
                withheld += usize::from(self.is_withheld(number));
            }
        }
        Seen { numbers, withheld }
    }

    /// What stands on the page as lines, none left out: what is seen is known, and is what its class says.
    fn lines<T>(&self, on_page: &OnPage, line: impl Fn(ItemNumber) -> Option<T>) -> Vec<T> {
        let line = |number: &ItemNumber| line(*number).or_defect("what is seen of a class has its line");
        on_page.numbers().iter().map(line).collect()
    }

    /// Whether something that is not shown counts as left out. To the public, and to departments, what has
    /// ended or not begun is nothing; whoever may see the whole file is told of everything.
    #[must_use]
    pub fn is_withheld(&self, number: ItemNumber) -> bool {
        self.sight >= Sight::Restricted || self.case.stands(number)
    }

    /// How many were left out, for those who are told: the public is told the same whether or not anything was.
    fn told(&self, withheld: usize) -> Option<usize> {
        (self.sight > Sight::Public).then_some(withheld)
    }

    /// The id of the event at `number`; of what is not public, the public is not told that there is any.
    fn named(&self, number: ItemNumber) -> Option<EventId> {
        let told = self.sight > Sight::Public || self.shows_event(number);
        self.case.file.get(number).filter(|_| told).map(|item| item.id)
    }

    /// An authority's id.
    pub fn authority(&self, number: AuthorityNumber) -> AuthorityId {
        self.directory.id_of(number).clone()
    }
}
