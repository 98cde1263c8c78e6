//! Decisions that were annulled: with one, every record that was filed by it falls, about whomever it was filed.
//!
//! A revocation stands in the stream of one subject; that it reaches others' is for projections alone. Admission asks each
//! stream by itself, since the source states the revocation there too, and since a log has to be admitted again the same way
//! after the revocation was erased.

use super::spelling::NameHash;
use crate::authority::{AuthorityNumber, Directory};
use crate::event::Annulled;
use crate::time::{Date, ValidTime};
use std::collections::BTreeMap;
use tlog::position::{EntryIndex, TreeSize};

/// That a decision was annulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Annulment {
    /// Who filed the record that was revoked.
    pub issuer: AuthorityNumber,
    /// The decision's number.
    pub decision: NameHash,
    /// The decision's date.
    pub date: Date,
    /// From when on it counts no more (valid time).
    pub from: ValidTime,
    /// The entry that says so.
    pub entry: EntryIndex,
}

impl Annulment {
    /// The same as an order says it that erases the revocation.
    #[must_use]
    pub fn told(&self, directory: &Directory) -> Annulled {
        let Self { issuer, decision, date, from, entry } = *self;
        let issuer = directory.id_of(issuer).clone();
        Annulled { issuer, decision: *decision.bytes(), date, from, entry }
    }
}

/// All of them, by number and date.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Annulments(BTreeMap<(NameHash, Date), Vec<Annulment>>);

impl Annulments {
    /// Takes in that a decision was annulled: once, though the order that erases the revocation says it again.
    pub fn annul(&mut self, annulment: Annulment) {
        let of_decision = self.0.entry((annulment.decision, annulment.date)).or_default();
        if !of_decision.contains(&annulment) {
            of_decision.push(annulment);
        }
    }

    /// The annulment of a decision that counts first, as far as the first `known` entries say. Of one number and date two
    /// sources may have a decision each; a source and who took over its tasks are one.
    #[must_use]
    pub fn first(
        &self,
        (issuer, decision, date): (AuthorityNumber, NameHash, Date),
        directory: &Directory,
        known: TreeSize,
    ) -> Option<Annulment> {
        let of_decision = self.0.get(&(decision, date))?.iter();
        let its_own = of_decision
            .filter(|one| one.entry.is_in(known) && directory.is_one_source(one.issuer, issuer))
            .copied();
        its_own.min_by_key(|one| (one.from, one.entry))
    }
}
