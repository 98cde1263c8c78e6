//! The audit's way of working: pieces of the log are read and their signatures checked on all cores, and
//! absorbed in order.

use super::AuditFailure;
use super::openings::{Given, Openings};
use super::piece::Piece;
use ledger_spec::audit::{
    self as pure, AuditError, Auditor, GivenEntry, KnownEntry, ReadEntry, Scope, read_chunk,
};
use ledger_spec::id::AuthorityId;
use std::collections::BTreeMap;
use tlog::checkpoint::Checkpoint;
use tlog::defect::as_u64;
use tlog::position::{EntryIndex, TreeSize};

/// A piece's entries, as far as they can be judged without those before.
pub(crate) enum Read {
    /// Every signature holds.
    Fresh(Vec<ReadEntry>),
    /// An earlier audit has seen to them.
    Known(Vec<KnownEntry>),
}

impl Read {
    /// Reads a piece; what lies below `known` was audited before, and no piece reaches over that.
    pub(crate) fn of(piece: &Piece, known: TreeSize, openings: &dyn Openings) -> Result<Self, Unread> {
        let places = (piece.first().get()..).map(EntryIndex::new);
        let opened = openings.of(piece)?;
        let given = piece.entries().zip(opened);
        let mut given = given.map(|((bytes, hashes), Given { opening, fields })| GivenEntry {
            bytes,
            hashes,
            opening,
            fields,
        });
        if !piece.first().is_in(known) {
            return Ok(Self::Fresh(read_chunk(openings.origin(), piece.first(), given)?));
        }
        let read = places.zip(&mut given).map(|(at, given)| KnownEntry::read(openings.origin(), at, given));
        Ok(Self::Known(read.collect::<Result<_, _>>()?))
    }
}

/// Why a piece could not be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// An entry is at fault.
    Entry(AuditError),
    /// What opens its entries could not be had.
    Openings(AuditFailure),
}

impl From<AuditError> for Unread {
    fn from(error: AuditError) -> Self {
        Self::Entry(error)
    }
}

impl From<AuditFailure> for Unread {
    fn from(failure: AuditFailure) -> Self {
        Self::Openings(failure)
    }
}

/// What an audit has gone through so far.
pub(crate) struct Auditing {
    pub(crate) auditor: Auditor,
    /// What an earlier audit covered, until this one has come by it.
    pub(crate) known: Option<Checkpoint>,
    pub(crate) counts: Counts,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries that an earlier audit had covered: their bytes were held against its checkpoint.
    pub known: u64,
    /// Entries whose admission was asked again, with every rule.
    pub admitted: u64,
    /// Sealed entries of which nothing was seen but that they stand there.
    pub unopened: u64,
    /// Sealed entries that are erased: what they said, and that it was rightly admitted, nobody can look at any more.
    pub erased: u64,
    /// Fields that travel beside events and are erased, each as an order names it; `None` where nobody saw which are there.
    pub fields_erased: Option<u64>,
    /// Signatures of events that were verified.
    pub signatures: u64,
    /// Entries by the authority that issued them, of those whose admission was asked.
    pub authorities: BTreeMap<AuthorityId, u64>,
}

/// What is left of a piece when it is absorbed.
#[derive(Default)]
pub(crate) struct Absorbed {
    /// What came of the entries, each of which was found right.
    pub(crate) fresh: Vec<pure::Absorbed>,
    /// Those known before: only to be freed.
    _known: Vec<KnownEntry>,
}

impl Auditing {
    /// Begins before entry 0. What `known` covers is held against it and not verified again.
    pub(crate) fn new(scope: Scope, known: Option<Checkpoint>) -> Self {
        Self { auditor: Auditor::new(scope), known, counts: Counts::default() }
    }

    /// Up to where nothing is verified again.
    pub(crate) fn known_size(&self) -> TreeSize {
        self.known.as_ref().map(Checkpoint::size).unwrap_or_default()
    }

    /// Takes the next piece.
    pub(crate) fn absorb(&mut self, read: Read) -> Result<Absorbed, AuditError> {
        match read {
            Read::Known(entries) => {
                entries.iter().try_for_each(|entry| self.auditor.recall(entry))?;
                self.counts.known += as_u64(entries.len());
                self.come_by()?;
                Ok(Absorbed { _known: entries, ..Absorbed::default() })
            }
            Read::Fresh(entries) => {
                let mut fresh = Vec::with_capacity(entries.len());
                for entry in entries {
                    let entry = self.auditor.absorb(entry)?;
                    self.count(&entry);
                    fresh.push(entry);
                }
                Ok(Absorbed { fresh, ..Absorbed::default() })
            }
        }
    }

    fn count(&mut self, entry: &pure::Absorbed) {
        let counts = &mut self.counts;
        let entry = match entry {
            pure::Absorbed::Admitted(entry) => entry,
            pure::Absorbed::Unopened => {
                counts.unopened += 1;
                return;
            }
            pure::Absorbed::Erased(_) => {
                counts.erased += 1;
                return;
            }
        };
        counts.admitted += 1;
        counts.signatures += as_u64(entry.header().signatures.len());
        let issuer = &entry.event().issuer;
        match counts.authorities.get_mut(issuer) {
            Some(count) => *count += 1,
            None => drop(counts.authorities.insert(issuer.clone(), 1)),
        }
    }

    /// Where the earlier audit ended, the log has to be what it was then. What is erased of it may be said further on.
    fn come_by(&mut self) -> Result<(), AuditError> {
        match &self.known {
            Some(known) if known.size() == self.auditor.ledger().size() => self.auditor.compare(known),
            _ => Ok(()),
        }
    }
}
