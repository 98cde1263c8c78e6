//! Answers about many subjects: folds over case files that can be made in parts, side by side, and put together in
//! any order.
//!
//! A body that has several names has a file for each. What stands under one is judged by what stands under all, as every
//! answer about the body is, and counted once: each thing in the stream that it stands in, and the body by one of its names.
//! What acts are counted of a natural person, and whether it has a file, is counted by pseudonyms: after a new epoch every
//! person has two, and to look up the other of each would cost what the whole fold costs.
//!
//! Whoever keeps case files walks over them and feeds a [`CityFold`]; what is asked, of which files, and what comes
//! of it stands here. Such an answer costs as much as there are files, so it is kept for the instants that it was
//! asked for, and pages are cut out of it.

use super::departures::Departed;
use super::indicators::Counts;
use super::names::OneName;
use super::oversight::Work;
use super::{Departures, Indicators, Oversight, Projector, Retention, Roll, case_of};
use crate::casefile::{AsOf, CaseFile, CaseFiles, Named, Sight, Viewer};
use crate::governance::Governance;
use crate::id::{ListCode, SubjectId, SubjectStream};
use std::convert::Infallible;
use std::ops::Deref;
use tlog::defect::defect;

/// What can be asked about many subjects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CityQuestion {
    /// Who is on a list.
    Roll(ListCode),
    /// What has left a list.
    Departures(ListCode),
    /// The fifteen indicators of a place.
    Indicators(SubjectId),
    /// What departments did, and how commitments were kept.
    Oversight,
    /// What may be erased: asked by the ledger's owner, and not over HTTP.
    Retention,
}

/// What such a question is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each holds what it is named like
pub enum CityAnswer {
    Roll(Roll),
    Departures(Departures),
    Indicators(Indicators),
    Oversight(Oversight),
    Retention(Retention),
}

/// A question with what it is asked over.
#[derive(Clone, Copy, Debug)]
pub struct CityAsked<'a> {
    /// What is asked.
    pub question: &'a CityQuestion,
    /// What governs the ledger.
    pub governance: &'a Governance,
    /// The two instants.
    pub as_of: AsOf,
    /// As whom one reads, and when one asks.
    pub viewer: Viewer,
}

/// A question over some of the case files.
#[derive(Debug)]
pub struct CityFold<'a> {
    asked: CityAsked<'a>,
    part: Part<'a>,
    files: usize,
}

#[derive(Debug)]
enum Part<'a> {
    Roll(Roll),
    Departures(Departed),
    Indicators(Counts),
    Oversight(Work<'a>),
    Retention(Retention),
}

impl CityQuestion {
    /// The moment of asking, where the answer follows from it: two answers to a question are one where instants, sight
    /// and this are the same.
    #[must_use]
    pub fn moment(&self, viewer: Viewer) -> Option<AsOf> {
        match (self, viewer.sight) {
            (Self::Roll(_) | Self::Departures(_), Sight::Public) => Some(viewer.moment),
            (
                Self::Roll(_) | Self::Departures(_) | Self::Indicators(_) | Self::Oversight | Self::Retention,
                _,
            ) => None,
        }
    }

    /// Whether it counts: a body of several names is taken in once, by one of them, and a natural person by each pseudonym.
    /// Else each name is taken in for what stands under it.
    const fn counts(&self) -> bool {
        matches!(self, Self::Indicators(_) | Self::Oversight)
    }

    /// The list whose subjects it is about; `None` where it is about all that there are.
    pub const fn list(&self) -> Option<&ListCode> {
        match self {
            Self::Roll(list) | Self::Departures(list) => Some(list),
            Self::Indicators(_) | Self::Oversight | Self::Retention => None,
        }
    }
}

impl<'a> CityFold<'a> {
    /// A fold that has seen no file.
    pub fn new(asked: CityAsked<'a>) -> Self {
        let part = match asked.question {
            CityQuestion::Roll(list) => Part::Roll(Roll::new(list.clone(), asked.viewer.sight)),
            CityQuestion::Departures(_) => Part::Departures(Departed::default()),
            CityQuestion::Indicators(_) => Part::Indicators(Counts::default()),
            CityQuestion::Oversight => Part::Oversight(Work::new(&asked.governance.directory)),
            CityQuestion::Retention => Part::Retention(Retention::default()),
        };
        Self { asked, part, files: 0 }
    }

    /// How many files were taken in: what an answer costs.
    #[must_use]
    pub const fn files(&self) -> usize {
        self.files
    }

    /// Takes in the file of one name of a subject; those of its other names are asked for. They may know more than the question
    /// takes into account.
    pub fn take<F: Deref<Target = CaseFile>, E>(
        &mut self,
        subject: &SubjectId,
        file: F,
        mut other: impl FnMut(&SubjectId) -> Result<F, E>,
    ) -> Result<(), E> {
        self.files += 1;
        let CityAsked { question, as_of, viewer, .. } = self.asked;
        if !file.names_others() || !subject.is_body() && question.counts() {
            self.take_name(OneName { subject, own: &file, chief: None }, &file);
            return Ok(());
        }
        let mut first = Some(file);
        let of = |name: &SubjectId| first.take().map_or_else(|| other(name), Ok);
        let named = Named::of(of, subject, viewer.judged_by(as_of).known)?;
        let chief = named.chief().filter(|_| named.only().is_none());
        if chief.is_some_and(|chief| question.counts() && chief != subject) {
            return Ok(());
        }
        self.take_name(OneName { subject, own: named.first(), chief }, &named.joined());
        Ok(())
    }

    /// Takes in one name of a subject by all that stands under any.
    fn take_name(&mut self, of: OneName<'_>, file: &CaseFile) {
        let CityAsked { question, governance, as_of, viewer } = self.asked;
        let directory = &*governance.directory;
        let case = || case_of(of.subject, file, governance, as_of);
        match (&mut self.part, question) {
            (Part::Roll(roll), _) => {
                roll.take(&Projector::new(of.subject, file, governance, as_of, viewer), &of);
            }
            (Part::Departures(departed), CityQuestion::Departures(list)) => {
                departed.take(&case(), directory, (list, &of), viewer);
            }
            (Part::Indicators(counts), CityQuestion::Indicators(place)) => {
                counts.take(&case(), directory, place);
            }
            (Part::Oversight(work), _) => work.take(&case()),
            (Part::Retention(retention), _) => retention.take(&case(), governance, &of),
            _ => defect("a fold has the part of its own question"),
        }
    }

    /// Puts in what another fold of the same question has seen of other files.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        match (&mut self.part, other.part) {
            (Part::Roll(roll), Part::Roll(other)) => roll.merge(other),
            (Part::Departures(departed), Part::Departures(other)) => departed.merge(other),
            (Part::Indicators(counts), Part::Indicators(other)) => counts.merge(other),
            (Part::Oversight(work), Part::Oversight(other)) => work.merge(other),
            (Part::Retention(retention), Part::Retention(other)) => retention.merge(other),
            _ => defect("folds of one question are merged"),
        }
    }

    /// The answer, once every file was taken in.
    pub fn answer(self) -> CityAnswer {
        let CityAsked { question, governance, as_of, viewer } = self.asked;
        match (self.part, question) {
            (Part::Roll(roll), _) => CityAnswer::Roll(roll.in_order()),
            (Part::Departures(departed), CityQuestion::Departures(list)) => {
                CityAnswer::Departures(departed.departures(list))
            }
            (Part::Indicators(counts), _) => {
                CityAnswer::Indicators(counts.indicators(&governance.directory, as_of, viewer.sight))
            }
            (Part::Oversight(work), _) => CityAnswer::Oversight(work.oversight(as_of, viewer.sight)),
            (Part::Retention(retention), _) => CityAnswer::Retention(retention.in_order()),
            (Part::Departures(_), _) => defect("a fold has the part of its own question"),
        }
    }
}

impl CaseFiles {
    /// The answer over all of these files, on one thread: what every other way of asking must equal.
    pub fn city(&self, asked: CityAsked<'_>) -> CityAnswer {
        self.fold(asked).answer()
    }

    /// The same before it becomes the answer.
    pub fn fold<'a>(&self, asked: CityAsked<'a>) -> CityFold<'a> {
        let mut fold = CityFold::new(asked);
        let other = |name: &SubjectId| {
            let file = self.file(&SubjectStream::sealed(name.clone()));
            Ok::<_, Infallible>(file.unwrap_or(CaseFile::empty()))
        };
        let mut take = |(subject, file)| match fold.take(subject, file, other) {
            Ok(()) => {}
        };
        match asked.question.list() {
            Some(list) => self.subjects_of(list).for_each(take),
            None => self.files().for_each(&mut take),
        }
        fold
    }
}
