//! Who reads: a sight, what is seen beyond it, the moment of asking, and whether a letter is for the reader.

use super::{AsOf, CaseAsOf, Fact, Item, ItemNumber, Sight};
use crate::authority::{Authority, AuthorityNumber, Directory};
use crate::definition::Domain;
use crate::event::Competence;
use tlog::position::EntryIndex;

/// As whom one reads, and the moment of asking: what is now, and all that the ledger knows then. It is set where a
/// question comes in, since nothing here reads a clock, and it bounds what the public sees at any other instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// As whom one reads.
    pub sight: Sight,
    /// The moment of asking.
    pub moment: AsOf,
    /// What one sees besides.
    pub beyond: Beyond,
    /// Which letters are for the reader.
    pub letters: Letters,
    /// Under which of a subject's names one reads.
    pub names: Names,
}

/// Under which of a subject's names somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Under each of them.
    All,
    /// Under the one that is asked about, with those that new epochs gave it: what somebody linked to it is left out.
    Asked,
}

/// What a reader sees beyond its sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing.
    Nothing,
    /// What lies in an authority's own competence, or was filed by it or by whom it follows: as the subject sees it.
    Competence(AuthorityNumber),
    /// What holds of the types that a consent covers, by the consent's entry.
    Consent(EntryIndex),
}

/// For which domains a reader is told whether a subject may take part: whoever decides there has to be told of everything that
/// keeps it out, and nobody else is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// For none.
    Untold,
    /// For the one that the reader decides in.
    Of(Domain),
    /// For each.
    All,
}

impl Letters {
    /// Whether a letter about this domain is for the reader.
    #[must_use]
    pub fn reach(self, domain: Domain) -> bool {
        match self {
            Self::Untold => false,
            Self::Of(own) => own == domain,
            Self::All => true,
        }
    }
}

impl Viewer {
    /// Who reads by a sight alone. Whoever is not everybody is taken to decide: so it is with who reads a ledger's own folder.
    #[must_use]
    pub fn by(sight: Sight, moment: AsOf) -> Self {
        let letters = if sight == Sight::Public { Letters::Untold } else { Letters::All };
        Self { sight, moment, beyond: Beyond::Nothing, letters, names: Names::All }
    }

    /// Whether an answer that was made for this reader is one for the other too, but for the moment.
    #[must_use]
    pub fn sees_as(&self, other: &Self) -> bool {
        let seen = |viewer: &Self| (viewer.sight, viewer.beyond, viewer.letters, viewer.names);
        seen(self) == seen(other)
    }

    /// The instants by which something has to be public besides those that are asked about, if it is to be shown;
    /// `None` where those say it all.
    #[must_use]
    pub fn bound(self, as_of: AsOf) -> Option<AsOf> {
        (self.sight == Sight::Public && self.moment != as_of).then_some(self.moment)
    }

    /// The instants by which it is judged where something stood: what holds, masks, displaces or stays a thing the public is not
    /// shown, and by what was known before and after it would find its entry. So for the public what is known at the moment of
    /// asking decides that, and what was known by the instants that it asks about, which things are shown at all.
    #[must_use]
    pub fn judged_by(self, as_of: AsOf) -> AsOf {
        self.bound(as_of).map_or(as_of, |now| AsOf { known: now.known.max(as_of.known), ..as_of })
    }
}

impl Competence {
    /// Whether a thing lies in it: what the catalogue's code of it is covered by a pattern of its sort.
    #[must_use]
    pub fn covers(&self, fact: &Fact) -> bool {
        let patterns = match fact {
            Fact::Record(_) | Fact::Commitment { .. } => &self.types,
            Fact::Listing(_) => &self.lists,
            Fact::Measure(_) => &self.measures,
            Fact::Rating(_) => &self.ratings,
            Fact::Charge { .. } => &self.points,
            _ => return false,
        };
        let code = match fact {
            Fact::Commitment { commitment_type, .. } => Some(commitment_type.as_str()),
            other => other.code(),
        };
        code.is_some_and(|code| patterns.iter().any(|pattern| pattern.covers(code)))
    }
}

impl CaseAsOf<'_> {
    /// Whether the thing at `number` is shown to this reader: by its sight, or beyond that.
    #[must_use]
    pub fn shows_to(&self, number: ItemNumber, viewer: &Viewer, directory: &Directory) -> bool {
        self.shows(number, viewer.sight) || self.shows_beyond(number, viewer.beyond, directory)
    }

    /// The same for any event of the file.
    #[must_use]
    pub fn shows_event_to(&self, number: ItemNumber, viewer: &Viewer, directory: &Directory) -> bool {
        self.shows_event(number, viewer.sight)
            || match self.file.get(number).map(|item| &item.fact) {
                Some(Fact::Step(step)) => self.shows_event_to(step.of, viewer, directory),
                _ => self.shows_beyond(number, viewer.beyond, directory),
            }
    }

    /// The same for an event as it was signed: beyond one's sight where nothing that it rests on is hidden.
    #[must_use]
    pub fn shows_signed_to(&self, number: ItemNumber, viewer: &Viewer, directory: &Directory) -> bool {
        if self.shows_signed(number, viewer.sight) {
            return true;
        }
        let Some(item) = self.file.get(number).filter(|_| viewer.beyond != Beyond::Nothing) else {
            return false;
        };
        let shown = |number| self.shows_event_to(number, viewer, directory);
        shown(number) && item.fact.grounds().into_iter().all(shown)
    }

    fn shows_beyond(&self, number: ItemNumber, beyond: Beyond, directory: &Directory) -> bool {
        match beyond {
            Beyond::Nothing => false,
            Beyond::Competence(number_of) => {
                let own = directory.by_number(number_of);
                self.shows(number, Sight::Restricted)
                    && own.is_some_and(|own| self.is_matter_of(number, own, directory))
            }
            Beyond::Consent(entry) => {
                self.shows(number, Sight::Restricted)
                    && self.stands(number)
                    && self.is_consented(number, entry)
            }
        }
    }

    /// Whether a thing, or what it speaks of, is an authority's own: it issued it, or decided it, whoever filed that.
    fn is_matter_of(&self, number: ItemNumber, own: &Authority, directory: &Directory) -> bool {
        let Some(item) = self.file.get(number) else { return false };
        let about = match &item.fact {
            Fact::Step(step) => Some(step.of),
            Fact::Application { target, .. } | Fact::Objection { target, .. } => Some(*target),
            Fact::Notice { record, .. } => *record,
            Fact::Complaint { about } => *about,
            Fact::Hold { target, .. } => *target,
            _ => None,
        };
        let mut issued = [Some(item.issuer), self.maker(number)].into_iter().flatten();
        issued.any(|by| directory.acts_for(&own.id, by))
            || own.competence.covers(&item.fact)
            || about.is_some_and(|about| self.is_matter_of(about, own, directory))
    }

    /// Whether a record or commitment is of a type that the consent of an entry covers.
    fn is_consented(&self, number: ItemNumber, entry: EntryIndex) -> bool {
        let Some(Item { fact: Fact::Consent { scope, .. }, .. }) = self.file.at(entry) else { return false };
        let code = self.file.get(number).and_then(|item| match &item.fact {
            Fact::Record(record) => Some(record.record_type.as_str()),
            Fact::Commitment { commitment_type, .. } => Some(commitment_type.as_str()),
            _ => None,
        });
        code.is_some_and(|code| scope.iter().any(|pattern| pattern.covers(code)))
    }
}
