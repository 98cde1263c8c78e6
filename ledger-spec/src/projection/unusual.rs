//! Which readers read more than is usual, from the access journal: for a steward, who looks into it. What is counted and what is
//! usual is [`Habits`]'s, by which a server slows such reading down.

use super::accesses::by_authority;
use crate::authority::Directory;
use crate::definition::Name;
use crate::event::{AccessRead, Looker};
use crate::id::{AuthorityId, SubjectId};
use crate::readers::{Habit, Habits, Unusual, Usual};
use crate::request::{Purpose, RequestRefusal};
use crate::time::{RecordedTime, ValidTime, WorkingDays};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use tlog::position::EntryIndex;

/// A look of the journal.
#[derive(Clone, Copy, Debug)]
pub struct JournalledLook<'a> {
    /// Where it stands.
    pub entry: EntryIndex,
    /// When it was written down.
    pub recorded_at: RecordedTime,
    /// When it was asked for.
    pub asked_at: ValidTime,
    /// At whom, or at what.
    pub about: &'a SubjectId,
    /// Who looked, and how.
    pub look: &'a AccessRead,
}

/// An hour or a day in which a reader read more than is usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusualLine {
    /// Who.
    pub reader: AuthorityId,
    /// Its name now.
    pub name: Name,
    /// What is unusual: `subjects`, `off-hours`, `day` or `looks`.
    #[serde(serialize_with = "word")]
    pub habit: Habit,
    /// When the hour or the day began, RFC 3339.
    pub from: ValidTime,
    /// How many there were.
    pub found: u64,
    /// How many are usual.
    pub usual: u64,
    /// For which purposes it looked at what exceeds that.
    #[serde(serialize_with = "words")]
    pub purposes: BTreeSet<Purpose>,
    /// In how many matters.
    pub cases: u64,
    /// The first look that exceeded it, in the journal.
    pub first: EntryIndex,
    /// The last.
    pub last: EntryIndex,
}

/// What is unusual in a journal, taken in look by look.
pub struct UnusualReading<'a> {
    directory: &'a Directory,
    days: &'a WorkingDays,
    habits: Habits,
    lines: BTreeMap<(ValidTime, AuthorityId, Habit), (UnusualLine, BTreeSet<String>)>,
}

impl<'a> UnusualReading<'a> {
    /// Nothing yet, by what is usual, among these authorities, who do not work on all days.
    #[must_use]
    pub const fn new(usual: Usual, directory: &'a Directory, days: &'a WorkingDays) -> Self {
        Self { directory, days, habits: Habits::new(usual), lines: BTreeMap::new() }
    }

    /// Takes in the next look. A subject that looks at its own file has no habits.
    ///
    /// # Errors
    ///
    /// As [`AccessLine::of`](super::AccessLine::of): where what the reader signed does not hold, or the key is none of its.
    pub fn take_in(&mut self, one: &JournalledLook<'_>) -> Result<(), RequestRefusal> {
        let Looker::Authority(signed) = &one.look.by else { return Ok(()) };
        let unusual = self.habits.take_in(&signed.reader, one.recorded_at, one.about, self.days);
        if unusual.is_empty() {
            return Ok(());
        }
        let (authority, stated) = by_authority(signed, one.asked_at, self.directory)?;
        for Unusual { habit, from, found, usual } in unusual {
            let known = self.lines.entry((from, authority.id.clone(), habit)).or_insert_with(|| {
                let line = UnusualLine {
                    reader: authority.id.clone(),
                    name: authority.name.clone(),
                    habit,
                    from,
                    found,
                    usual,
                    purposes: BTreeSet::new(),
                    cases: 0,
                    first: one.entry,
                    last: one.entry,
                };
                (line, BTreeSet::new())
            });
            let (line, cases) = known;
            line.purposes.extend(stated.purpose());
            cases.extend(stated.case().map(|case| case.as_str().to_owned()));
            (line.found, line.last) = (found, one.entry);
        }
        Ok(())
    }

    /// What there is, by time.
    #[must_use]
    pub fn lines(self) -> Vec<UnusualLine> {
        let counted = |(line, cases): (UnusualLine, BTreeSet<String>)| UnusualLine {
            cases: tlog::defect::as_u64(cases.len()),
            ..line
        };
        self.lines.into_values().map(counted).collect()
    }
}

fn word<S: Serializer>(habit: &Habit, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(habit.name())
}

fn words<S: Serializer>(purposes: &BTreeSet<Purpose>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(purposes.iter().map(|purpose| purpose.name()))
}
