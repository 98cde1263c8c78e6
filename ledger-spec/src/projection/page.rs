//! Pages: the one place where answers are cut, and how much one line or statement may name.
//!
//! A subject's answers have several sequences (records, entries on lists, applications …) and one cursor: entries
//! order them all. So a page is a stretch of the log, and holds of every sequence what began in that stretch.

use super::Projector;
use crate::casefile::ItemNumber;
use core::num::NonZeroUsize;
use tlog::position::EntryIndex;

/// Most entries that one statement over everything names; it says how many more there are.
pub const MOST_NAMED: usize = 100;

/// Most steps and uses beside one line, the last ones, and most marks of one kind; it says how many more there are.
pub const MOST_BESIDE: usize = 20;

/// A part of an answer: what comes after a cursor, and at most so much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The entry of the last line of the page before.
    ///
    /// About a subject any entry will do, also one of somebody else: what is shown comes after it in the log. An
    /// error would tell whoever tries whether a hidden entry is about this subject, and a line that has ended since
    /// the page before would be a cursor no more.
    ///
    /// Of what has left a list it is no entry, which the public is not told, but how many lines come before it.
    pub after: Option<EntryIndex>,
    /// Most lines; all where it is absent.
    pub limit: Option<NonZeroUsize>,
}

/// What of a sequence stands on the page that was asked for. Only [`Projector::cut`] makes it, so that no line is
/// made of anything else.
#[derive(Clone, Debug)]
pub(super) struct OnPage(Vec<ItemNumber>);

impl OnPage {
    /// The numbers.
    pub(super) fn numbers(&self) -> &[ItemNumber] {
        &self.0
    }

    /// What of some things stands on the page, in the log's order, whatever theirs is: pages put together have to be
    /// the whole answer.
    pub(super) fn among(&self, things: &[ItemNumber]) -> Self {
        let on_page = things.iter().copied().filter(|thing| self.0.binary_search(thing).is_ok());
        let mut on_page: Vec<ItemNumber> = on_page.collect();
        on_page.sort_unstable();
        Self(on_page)
    }
}

impl Projector<'_> {
    /// The part of an answer's sequences that stands on the page, and the cursor of the next page where there is one.
    /// What stands in several sequences counts once, so that a page never ends inside of it.
    pub(super) fn cut<const N: usize>(
        &self,
        mut sequences: [Vec<ItemNumber>; N],
    ) -> ([OnPage; N], Option<EntryIndex>) {
        let entry = |number: ItemNumber| self.case.file.get(number).map(|item| item.entry);
        if let Some(after) = self.page.after {
            for sequence in &mut sequences {
                sequence.retain(|number| entry(*number) > Some(after));
            }
        }
        let Some(last) = self.page.limit.and_then(|limit| last_of_page(&sequences, limit)) else {
            return (sequences.map(OnPage), None);
        };
        for sequence in &mut sequences {
            sequence.retain(|number| *number <= last);
        }
        (sequences.map(OnPage), entry(last))
    }
}

/// The last thing of a page that others follow; `None` where all of them fit.
fn last_of_page(sequences: &[Vec<ItemNumber>], limit: NonZeroUsize) -> Option<ItemNumber> {
    let mut all: Vec<ItemNumber> = sequences.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    (all.len() > limit.get()).then(|| all.get(limit.get() - 1).copied()).flatten()
}

/// The first of some things, at most so many, and how many more there are.
pub(super) fn first<T>(mut all: Vec<T>, most: usize) -> (Vec<T>, usize) {
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    (all, more)
}

/// The last of some things, at most so many, and how many came before them.
pub(super) fn last<T>(mut all: Vec<T>, most: usize) -> (Vec<T>, usize) {
    let before = all.len().saturating_sub(most);
    all.drain(..before);
    (all, before)
}

/// Whether nothing was left out, and the answer need not say so.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde calls it so
pub(super) const fn is_none(left_out: &usize) -> bool {
    *left_out == 0
}
