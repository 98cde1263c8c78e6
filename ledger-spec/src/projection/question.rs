//! The one door for questions: what is asked, as of which instants, by which sight; a typed answer or why there is none.
//! Disclosure and pages are decided here alone; of events as they were signed in [`crate::casefile::CaseAsOf::shows_signed`].

use super::{
    CatalogueAt, CityAnswer, CityQuestion, CivilServant, Commitments, Departures, DirectoryAt, Edition,
    Eligibility, Events, Indicators, Measures, Member, Objections, Occupation, Oversight, Page, Points,
    Projector, Ratings, Records, Repairs, RollPlace, Rural, Standing, Uses, merged, more_may_exist, names,
    whole_days,
};
use crate::casefile::{AsOf, CaseFile, Sight, Viewer};
use crate::definition::{Domain, Name};
use crate::event::{DisclosedField, Event};
use crate::governance::Governance;
use crate::id::{ListCode, SubjectId};
use crate::time::{RecordedTime, ValidTime};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tlog::defect::{OrDefect as _, defect};
use tlog::position::{EntryIndex, TreeSize};

/// What can be asked about a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is named like the answer that it has
pub enum SubjectQuestion {
    Standing,
    Records,
    Measures,
    Repairs,
    Objections,
    Commitments,
    Ratings,
    Points,
    Eligibility(Domain),
    Occupation,
    CivilServant,
    Rural,
    Uses,
}

/// What a subject's question is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)] // each holds what it is named like
pub enum SubjectAnswer {
    Standing(Standing),
    Records(Records),
    Measures(Measures),
    Repairs(Repairs),
    Objections(Objections),
    Commitments(Commitments),
    Ratings(Ratings),
    Points(Points),
    Eligibility(Eligibility),
    Occupation(Occupation),
    CivilServant(CivilServant),
    Rural(Rural),
    Uses(Uses),
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// About a subject.
    Subject {
        /// Which one.
        subject: SubjectId,
        /// What about it.
        what: SubjectQuestion,
        /// Which part of the answer.
        page: Page,
    },
    /// Who is on a list.
    Edition {
        /// Which one.
        list: ListCode,
        /// Which part of it.
        page: Page,
    },
    /// What has left a list.
    Departures {
        /// Which one.
        list: ListCode,
        /// Which part of them.
        page: Page,
    },
    /// The fifteen indicators of a place.
    Indicators {
        /// Which one.
        place: SubjectId,
    },
    /// What departments did, and how commitments were kept.
    Oversight,
    /// Who might sign what.
    Directory,
    /// What may be recorded.
    Catalogue,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)] // each holds what it is named like
pub enum Answer {
    Subject(SubjectAnswer),
    Edition(Edition),
    Departures(Departures),
    Indicators(Indicators),
    Oversight(Oversight),
    Directory(DirectoryAt),
    Catalogue(CatalogueAt),
}

/// An answer with what was asked exactly, and the checkpoint that it was computed at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answered<T> {
    /// The subject asked about, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub subject: Option<SubjectId>,
    /// The place asked about, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub place: Option<SubjectId>,
    /// The valid instant, RFC 3339.
    pub valid_at: ValidTime,
    /// What was known: so many entries.
    pub known_at: TreeSize,
    /// As whom one reads.
    pub sight: Sight,
    /// The moment of asking, RFC 3339: with all that the checkpoint covers it bounds what the public is shown.
    pub asked_at: ValidTime,
    /// To the public, where it is about a subject or a list: that more may exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub notice: Option<Name>,
    /// The answer.
    #[serde(flatten)]
    pub answer: T,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The catalogue never held such a list.
    #[error("list {0} is not in the catalogue")]
    NoList(ListCode),
    /// The list is not for this reader.
    #[error("list {list} is {disclosure}; the reader's sight is {sight}", disclosure = disclosure.name(), sight = sight.name())]
    NotForReader {
        /// The list.
        list: ListCode,
        /// The widest circle that may see it.
        disclosure: crate::definition::Disclosure,
        /// As whom one reads.
        sight: Sight,
    },
    /// The cursor is not the entry of what the list shows at these instants.
    #[error("entry {0} is not one that the answer shows at these instants")]
    Cursor(EntryIndex),
}

/// Where case files come from: an open ledger, a folder, a copy, a ledger in memory.
pub trait CaseFileSource {
    /// Why they could not be had, or why there is no answer.
    type Error: From<Unanswered>;

    /// What governs the ledger.
    fn governance(&self) -> &Governance;

    /// One subject's file; an empty one where nothing stands about it.
    fn case_file(&self, subject: &SubjectId) -> Result<Arc<CaseFile>, Self::Error>;

    /// The event of an entry of a case file. It is asked for what a page shows.
    fn event(&self, entry: EntryIndex) -> Result<Event, Self::Error>;

    /// The fields that travel beside the event of an entry, as far as the source keeps them.
    fn fields(&self, entry: EntryIndex) -> Result<Vec<DisclosedField>, Self::Error>;

    /// When an entry was recorded: never before those before it.
    fn recorded_at(&self, entry: EntryIndex) -> Result<RecordedTime, Self::Error>;

    /// The answer to a question about many subjects, folded over the case files or kept from when it was.
    fn city(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Arc<CityAnswer>, Self::Error>;

    /// Makes something of each of many places of a list, in their order; of parts of them side by side, on threads.
    fn of_places<T: Send>(
        &self,
        places: &[RollPlace],
        make: impl Fn(&Self, &[RollPlace]) -> Result<Vec<T>, Self::Error> + Sync,
    ) -> Result<Vec<T>, Self::Error> {
        make(self, places)
    }
}

impl SubjectQuestion {
    /// The names of all, as paths and the command line have them.
    pub const NAMES: [&'static str; 13] = [
        "standing",
        "records",
        "measures",
        "repairs",
        "objections",
        "commitments",
        "ratings",
        "points",
        "eligibility",
        "occupation",
        "civil-servant",
        "rural",
        "uses",
    ];

    /// The question of this name; `domain` is what `eligibility`, and nothing else, is asked for.
    pub fn parse(name: &str, domain: Option<Domain>) -> Option<Self> {
        Some(match (name, domain) {
            ("standing", None) => Self::Standing,
            ("records", None) => Self::Records,
            ("measures", None) => Self::Measures,
            ("repairs", None) => Self::Repairs,
            ("objections", None) => Self::Objections,
            ("commitments", None) => Self::Commitments,
            ("ratings", None) => Self::Ratings,
            ("points", None) => Self::Points,
            ("eligibility", Some(domain)) => Self::Eligibility(domain),
            ("occupation", None) => Self::Occupation,
            ("civil-servant", None) => Self::CivilServant,
            ("rural", None) => Self::Rural,
            ("uses", None) => Self::Uses,
            _ => return None,
        })
    }

    /// The answer that a subject's case file gives.
    pub fn answer(self, projector: &Projector<'_>) -> SubjectAnswer {
        match self {
            Self::Standing => SubjectAnswer::Standing(projector.standing()),
            Self::Records => SubjectAnswer::Records(projector.records()),
            Self::Measures => SubjectAnswer::Measures(projector.measures()),
            Self::Repairs => SubjectAnswer::Repairs(projector.repairs()),
            Self::Objections => SubjectAnswer::Objections(projector.objections()),
            Self::Commitments => SubjectAnswer::Commitments(projector.commitments()),
            Self::Ratings => SubjectAnswer::Ratings(projector.ratings()),
            Self::Points => SubjectAnswer::Points(projector.points()),
            Self::Eligibility(domain) => SubjectAnswer::Eligibility(projector.eligibility(domain)),
            Self::Occupation => SubjectAnswer::Occupation(projector.occupation()),
            Self::CivilServant => SubjectAnswer::CivilServant(projector.civil_servant()),
            Self::Rural => SubjectAnswer::Rural(projector.rural()),
            Self::Uses => SubjectAnswer::Uses(projector.uses()),
        }
    }
}

/// The answer about many subjects that has the name of its question.
macro_rules! city {
    ($source:ident, $question:expr, $as_of:ident, $viewer:ident, $name:ident) => {
        match &*$source.city(&$question, $as_of, $viewer)? {
            CityAnswer::$name(answer) => Answer::$name(answer.clone()),
            _ => defect("an answer is to its own question"),
        }
    };
}

impl Question {
    /// The answer at two instants, as who asks at this moment with this sight may have it.
    pub fn answer<S: CaseFileSource>(
        &self,
        source: &S,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Answer, S::Error> {
        let (governance, events) = (source.governance(), Reader::new(source));
        let as_of = self.instants(source, as_of, viewer)?;
        Ok(match self {
            Self::Subject { subject, what, page } => {
                let named = names::under_all_names(|of| source.case_file(of), subject, (as_of, viewer))?;
                let merged = match what {
                    SubjectQuestion::Standing => {
                        merged::of(|of| source.case_file(of), governance, &named.names, (as_of, viewer))?
                    }
                    _ => merged::MergedFrom::default(),
                };
                let of = Projector::new(subject, &named.file, governance, as_of, viewer).with_merged(merged);
                let of = of.with_names(&named.names, &named.disowned).showing_alone(named.shown);
                let of = match what {
                    SubjectQuestion::Eligibility(domain) => {
                        let about = (named.names.as_slice(), *domain);
                        let case_file = |of: &SubjectId| source.case_file(of);
                        of.with_kept_out(merged::kept_out(case_file, governance, about, (as_of, viewer))?)
                    }
                    _ => of,
                };
                let answer = what.answer(&of.with_events(&events).on_page(*page));
                Answer::Subject(events.unless_faulty(answer)?)
            }
            Self::Edition { list, page } => {
                list_for(governance, list, as_of, viewer)?;
                Answer::Edition(Self::edition(source, list, *page, as_of, viewer)?)
            }
            Self::Departures { list, page } => {
                if !governance.catalogue.lists.ever(list) {
                    return Err(Unanswered::NoList(list.clone()).into());
                }
                let answer = source.city(&CityQuestion::Departures(list.clone()), as_of, viewer)?;
                let CityAnswer::Departures(all) = &*answer else {
                    defect("an answer is to its own question")
                };
                Answer::Departures(all.page(*page))
            }
            Self::Indicators { place } => {
                city!(source, CityQuestion::Indicators(place.clone()), as_of, viewer, Indicators)
            }
            Self::Oversight => city!(source, CityQuestion::Oversight, as_of, viewer, Oversight),
            Self::Directory => Answer::Directory(DirectoryAt::of(&governance.directory, as_of)),
            Self::Catalogue => {
                Answer::Catalogue(CatalogueAt::of(&governance.catalogue, &governance.directory, as_of))
            }
        })
    }

    /// The instants that it is answered for: those that are asked about, but counts over many subjects are told to the
    /// public of whole days alone. Else two answers, before and after an entry, would say what is in it.
    pub fn instants<S: CaseFileSource>(
        &self,
        source: &S,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<AsOf, S::Error> {
        if self.is_of_whole_days(viewer.sight) {
            whole_days::within(|entry| source.recorded_at(entry), as_of, viewer.moment)
        } else {
            Ok(as_of)
        }
    }

    /// Whether it is answered for whole days, which it takes a look at the log to know.
    #[must_use]
    pub const fn is_of_whole_days(&self, sight: Sight) -> bool {
        matches!((self, sight), (Self::Indicators { .. } | Self::Oversight, Sight::Public))
    }

    /// A page of a list, whether or not the list itself is for this reader: who is on it is folded over all that
    /// concern it, what is said of each is made for the page alone.
    pub fn edition<S: CaseFileSource>(
        source: &S,
        list: &ListCode,
        page: Page,
        as_of: AsOf,
        viewer: Viewer,
    ) -> Result<Edition, S::Error> {
        let answer = source.city(&CityQuestion::Roll(list.clone()), as_of, viewer)?;
        let CityAnswer::Roll(roll) = &*answer else { defect("an answer is to its own question") };
        let (places, next) = roll.page(page).map_err(Unanswered::Cursor)?;
        let members = source.of_places(places, |source, places| members(source, places, as_of, viewer))?;
        let withheld = (viewer.sight > Sight::Public).then_some(roll.withheld);
        let lists = &source.governance().catalogue.lists;
        let adopted = lists.at(list, as_of.valid_at, as_of.known).or_else(|| lists.last_status(list));
        let columns = adopted.map(|adopted| adopted.columns.clone()).unwrap_or_default();
        let (list, subject_count, marks) = (list.clone(), roll.subjects(), roll.marks());
        Ok(Edition { list, members, subject_count, withheld, marks, next, columns })
    }

    /// What is said beside the answer, always the same: the public is told that more may exist, whether or not it does, and so
    /// is who reads by a consent; and who reads under one of several names that there are others.
    pub fn notice(&self, viewer: Viewer) -> Option<Name> {
        match self {
            Self::Subject { .. } | Self::Edition { .. } | Self::Departures { .. } => more_may_exist(viewer),
            Self::Indicators { .. } | Self::Oversight | Self::Directory | Self::Catalogue => None,
        }
    }

    /// What is folded over many subjects for it, where something is.
    pub fn city(&self) -> Option<CityQuestion> {
        match self {
            Self::Edition { list, .. } => Some(CityQuestion::Roll(list.clone())),
            Self::Departures { list, .. } => Some(CityQuestion::Departures(list.clone())),
            Self::Indicators { place } => Some(CityQuestion::Indicators(place.clone())),
            Self::Oversight => Some(CityQuestion::Oversight),
            Self::Subject { .. } | Self::Directory | Self::Catalogue => None,
        }
    }

    /// Most lines that are asked for: each is read by itself.
    #[must_use]
    pub fn page_limit(&self) -> usize {
        match self {
            Self::Subject { page, .. } | Self::Edition { page, .. } | Self::Departures { page, .. } => {
                page.limit.map_or(usize::MAX, NonZeroUsize::get)
            }
            Self::Indicators { .. } | Self::Oversight | Self::Directory | Self::Catalogue => 0,
        }
    }

    /// The subject that the question is about, where it is one.
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Subject { subject, .. } => Some(subject),
            _ => None,
        }
    }

    /// The place that the question is about, where it is one.
    pub const fn place(&self) -> Option<&SubjectId> {
        match self {
            Self::Indicators { place } => Some(place),
            _ => None,
        }
    }
}

/// The events of a source for one answer, which is not given where there is a fault: the first is kept.
struct Reader<'a, S: CaseFileSource> {
    source: &'a S,
    fault: RefCell<Option<S::Error>>,
}

impl<'a, S: CaseFileSource> Reader<'a, S> {
    const fn new(source: &'a S) -> Self {
        Self { source, fault: RefCell::new(None) }
    }

    fn unless_faulty<T>(self, answer: T) -> Result<T, S::Error> {
        self.fault.into_inner().map_or(Ok(answer), Err)
    }
}

impl<S: CaseFileSource> Events for Reader<'_, S> {
    fn event(&self, entry: EntryIndex) -> Option<Event> {
        if self.fault.borrow().is_some() {
            return None;
        }
        self.source.event(entry).map_err(|fault| self.fault.replace(Some(fault))).ok()
    }

    fn fields(&self, entry: EntryIndex) -> Vec<DisclosedField> {
        let read = self.source.fields(entry).map_err(|fault| self.fault.replace(Some(fault)));
        read.unwrap_or_default()
    }
}

/// What is said of each place of a list.
fn members<S: CaseFileSource>(
    source: &S,
    places: &[RollPlace],
    as_of: AsOf,
    viewer: Viewer,
) -> Result<Vec<Member>, S::Error> {
    let (governance, events) = (source.governance(), Reader::new(source));
    let mut members = Vec::with_capacity(places.len());
    for place in places {
        let of = &place.subject;
        let named = names::under_all_names(|name| source.case_file(name), of, (as_of, viewer))?;
        let projector = Projector::new(of, &named.file, governance, as_of, viewer).showing_alone(named.shown);
        let projector = projector.with_names(&named.names, &named.disowned).with_events(&events);
        let member = projector.member(place.entry);
        members.push(member.or_defect("who is on a roll was entered there"));
    }
    events.unless_faulty(members)
}

/// A list that the catalogue held, and that the reader may be shown: by the catalogue of the instants that are asked
/// about, and of the moment of asking where that bounds the reader.
fn list_for(governance: &Governance, list: &ListCode, as_of: AsOf, viewer: Viewer) -> Result<(), Unanswered> {
    let (lists, sight) = (&governance.catalogue.lists, viewer.sight);
    for at in [Some(as_of), viewer.bound(as_of)].into_iter().flatten() {
        let adopted = lists.at(list, at.valid_at, at.known).or_else(|| lists.last_status(list));
        let adopted = adopted.ok_or_else(|| Unanswered::NoList(list.clone()))?;
        let disclosure = adopted.disclosure;
        if !sight.reaches(disclosure) {
            return Err(Unanswered::NotForReader { list: list.clone(), disclosure, sight });
        }
    }
    Ok(())
}
