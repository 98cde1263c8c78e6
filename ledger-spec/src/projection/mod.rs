//! Projections: pure folds of events into answers.
//!
//! Every answer is a function of the log and two instants, valid and known; no projection reads a
//! clock, and none computes a number that judges a subject. Each statement names the entries it rests on
//! and the rules (`P01` to `P25`, in `README.md`) by which it follows. What the reader may not see is
//! left out and counted.
//!
//! Answers are plain data: serialised as they are, they are the normative JSON.

mod conduct;
mod directory;
mod files;
mod indicators;
mod line;
mod list;
mod measures;
mod oversight;
mod rights;
mod standing;
mod world;

pub use crate::casefile::{Asked, CaseFile, Lens, Life, ProjectionRule, Sight};
pub use conduct::{ChargeLine, CommitmentLine, Commitments, Cycle, Points, PointsLine, RatingLine, Ratings};
pub use directory::{AuthorityLine, DirectoryAnswer, KeyLine, MigrationLine};
pub use files::{CivilServant, Occupation, Records, Repairs, Rural};
pub use indicators::{IndicatorLine, Indicators};
pub use line::{DecisionLine, Ended, Line, MarkLine, StepLine, TextLine};
pub use list::{Edition, Member, Row};
pub use measures::{Eligibility, MeasureLine, Measures};
pub use oversight::{CommitmentRate, Oversight, OversightLine};
pub use rights::{Deadline, Objections, RequestLine, UseLine, Uses};
pub use standing::{ListingLine, RecordLine, Registration, RepairLine, Standing, StateLine};
pub use world::{Departure, Departures, World};

use crate::authority::{AuthorityNumber, Directory};
use crate::casefile::Place;
use crate::catalogue::Catalogue;
use crate::event::Class;
use crate::id::SubjectId;

/// What every projection of a subject is computed from: its case file at two instants, and as whom one
/// reads.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The case file at two instants.
    pub lens: Lens<'a>,
    /// The authorities.
    pub directory: &'a Directory,
    /// As whom one reads.
    pub sight: Sight,
}

/// The places of what the reader sees, and how many were left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What is shown, in the log's order.
    pub places: Vec<Place>,
    /// How many are not.
    pub withheld: usize,
}

impl<'a> View<'a> {
    /// A view of a subject's file.
    pub fn new(
        subject: &'a SubjectId,
        file: &'a CaseFile,
        (catalogue, directory): (&'a Catalogue, &'a Directory),
        asked: Asked,
        sight: Sight,
    ) -> Self {
        Self { lens: Lens::new(subject, file, catalogue, asked), directory, sight }
    }

    /// Everything known of a class that the reader sees, begun or not.
    pub fn seen(&self, class: Class) -> Seen {
        let (mut places, mut withheld) = (Vec::new(), 0);
        for (place, _) in self.lens.known(class) {
            if self.lens.shows(place, self.sight) {
                places.push(place);
            } else {
                withheld += usize::from(self.is_withheld(place));
            }
        }
        Seen { places, withheld }
    }

    /// Whether something that is not shown counts as left out. To the public, and to departments, what has
    /// ended or not begun is nothing; whoever may see the whole file is told of everything.
    pub fn is_withheld(&self, place: Place) -> bool {
        self.sight >= Sight::Restricted || self.lens.in_force(place)
    }

    /// An authority's id.
    pub fn authority(&self, number: AuthorityNumber) -> String {
        self.directory.by_number(number).map(|authority| authority.id.to_string()).unwrap_or_default()
    }
}
