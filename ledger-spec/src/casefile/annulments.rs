//! Decisions that were annulled: with one, every record that was filed by it falls, about whomever it was filed.
//!
//! A revocation stands in the stream of one subject; that it reaches others' is for projections alone. Admission asks each
//! stream by itself, since the source states the revocation there too, and since a log has to be admitted again the same way
//! after the revocation was erased.

use crate::authority::{AuthorityNumber, Directory};
use crate::compromise::KeyNumber;
use crate::event::Annulled;
use crate::spelling::NameHash;
use crate::time::{Date, RecordedTime, ValidTime};
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

/// Who said that a decision was annulled, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnulledBy {
    /// When the ledger committed it.
    pub recorded_at: RecordedTime,
    /// The keys that signed it.
    pub signers: Vec<KeyNumber>,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Annulments {
    /// By number and date.
    of_decisions: BTreeMap<(NameHash, Date), Vec<Annulment>>,
    /// Who said it, by the entry of the revocation while that stands.
    said: BTreeMap<EntryIndex, AnnulledBy>,
}

impl Annulments {
    /// Takes in that a decision was annulled, and by whom.
    pub fn annul(&mut self, annulment: Annulment, by: AnnulledBy) {
        self.said.insert(annulment.entry, by);
        self.keep(annulment);
    }

    /// Takes in the same from the order that erases the revocation: it counts as before, and who said it goes.
    pub fn annul_erased(&mut self, annulment: Annulment) {
        self.said.remove(&annulment.entry);
        self.keep(annulment);
    }

    /// Who said so in this entry, where the revocation stands.
    #[must_use]
    pub fn said_by(&self, entry: EntryIndex) -> Option<&AnnulledBy> {
        self.said.get(&entry)
    }

    fn keep(&mut self, annulment: Annulment) {
        let of_decision = self.of_decisions.entry((annulment.decision, annulment.date)).or_default();
        if !of_decision.contains(&annulment) {
            of_decision.push(annulment);
        }
    }

    /// The annulment of a decision that counts first, of those that `counts`, as far as the first `known` entries say. Of one number and date two
    /// sources may have a decision each; a source and who took over its tasks are one.
    #[must_use]
    pub fn first(
        &self,
        (issuer, decision, date): (AuthorityNumber, NameHash, Date),
        directory: &Directory,
        (known, counts): (TreeSize, impl Fn(&Annulment) -> bool),
    ) -> Option<Annulment> {
        let of_decision = self.of_decisions.get(&(decision, date))?.iter();
        let its_own = of_decision
            .filter(|one| one.entry.is_in(known) && directory.is_one_source(one.issuer, issuer))
            .filter(|one| counts(one))
            .copied();
        its_own.min_by_key(|one| (one.from, one.entry))
    }
}
