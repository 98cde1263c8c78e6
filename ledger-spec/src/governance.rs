//! What governs a ledger: who may sign what, and what may be recorded. The same for all subjects, and small.

use crate::auditing::Auditors;
use crate::authority::Directory;
use crate::casefile::{AnnulledBy, Annulment, Annulments, Filed, NameHash};
use crate::catalogue::Catalogue;
use crate::erasures::Erasures;
use crate::event::{Annulled, Body, Kind, StepKind};
use crate::id::{IdentityEpoch, SubjectId};
use crate::mergers::Mergers;
use std::sync::Arc;
use tlog::checkpoint::Origin;

/// What every admission and every projection has to know beside a subject's own file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Governance {
    /// The ledger's origin once `ledger.opened` stands in it.
    pub origin: Option<Origin>,
    /// The ledger whose access journal this is, where it is one.
    pub journal_of: Option<Origin>,
    /// Authorities, keys and migrations.
    pub directory: Arc<Directory>,
    /// The catalogue with its history.
    pub catalogue: Arc<Catalogue>,
    /// Whose cosignature says that everything below was opened and admitted.
    pub auditors: Arc<Auditors>,
    /// What is erased, and what is to be.
    pub erasures: Arc<Erasures>,
    /// Which subjects went on in which.
    pub mergers: Arc<Mergers>,
    /// Which decisions were annulled.
    pub annulments: Arc<Annulments>,
    /// The epoch of the pseudonyms that are given now.
    pub identity_epoch: IdentityEpoch,
}

impl Governance {
    /// Takes in one admitted event.
    pub fn apply(&mut self, filed: Filed<'_>) {
        let Filed { event, recorded, signers } = filed;
        match &event.body {
            Body::ErasureOrdered(body) => {
                body.annulled.iter().for_each(|one| self.keep(one));
                return Arc::make_mut(&mut self.erasures).order(filed, body);
            }
            Body::LedgerErased(body) => return Arc::make_mut(&mut self.erasures).erase(body),
            Body::AuditorsNamed(body) => {
                let by = signers.iter().filter_map(|key| self.directory.key_number(key)).collect();
                return Arc::make_mut(&mut self.auditors).name(body, by, recorded);
            }
            Body::IdentityRotated(body) => self.identity_epoch = body.epoch,
            Body::IdentifierLinked(body) => {
                let (one, other) = (&event.subject, &body.identifier);
                if one.renewal(other).is_some() && self.erasures.knows(one) {
                    self.name(&[one.clone(), other.clone()]);
                }
                return;
            }
            Body::SubjectMerged(body) => {
                let mergers = Arc::make_mut(&mut self.mergers);
                return mergers.merge(&event.subject, body, event.valid_from, recorded);
            }
            Body::SubjectAmended(_) => {
                if self.mergers.knows(&event.subject) {
                    Arc::make_mut(&mut self.mergers).take_back(&event.subject);
                }
                return;
            }
            Body::HoldPlaced(_) => return Arc::make_mut(&mut self.erasures).hold(&event.subject, event.id),
            Body::Step(step) if step.kind == StepKind::HoldReleased => {
                return Arc::make_mut(&mut self.erasures).release(&event.subject, step.of);
            }
            Body::Step(step) if step.kind == StepKind::ErasureWithdrawn => {
                return Arc::make_mut(&mut self.erasures).withdraw(&event.subject, &step.of);
            }
            // Which decision it is about its subject's file says: whoever folds takes that in ([`Self::annul`]).
            Body::Step(step) if step.kind == StepKind::RecordRevoked => return,
            _ => {}
        }
        match event.kind() {
            Kind::Catalogue(..) => {
                let signers = signers.iter().filter_map(|key| self.directory.key_number(key)).collect();
                Arc::make_mut(&mut self.catalogue).apply(event, recorded, signers);
            }
            kind => {
                if let Body::LedgerOpened(body) = &event.body {
                    self.origin = Some(event.origin.clone());
                    self.journal_of.clone_from(&body.journal_of);
                }
                if governs(kind) {
                    Arc::make_mut(&mut self.directory).apply(event, recorded, signers);
                }
            }
        }
    }

    /// Takes in that a decision was annulled: whoever folds has to say so of each revocation that is not as regards its subject
    /// alone, since it names the record and not the decision.
    pub fn annul(&mut self, annulment: Annulment, by: Filed<'_>) {
        let signers = by.signers.iter().filter_map(|key| self.directory.key_number(key)).collect();
        let by = AnnulledBy { recorded_at: by.recorded.at, signers };
        Arc::make_mut(&mut self.annulments).annul(annulment, by);
    }

    /// Takes in what an order says of a revocation that goes: what fell with it does not stand again. One of an issuer that is
    /// not enrolled is none that stood here.
    fn keep(&mut self, annulled: &Annulled) {
        let Annulled { issuer, decision, date, from, entry } = annulled;
        if let Some(issuer) = self.directory.number(issuer) {
            let decision = NameHash::new(*decision);
            let annulment = Annulment { issuer, decision, date: *date, from: *from, entry: *entry };
            Arc::make_mut(&mut self.annulments).annul_erased(annulment);
        }
    }

    /// Takes in that these are names of one subject: whoever folds only what [`governs`] has to say so of each whom erasures
    /// know ([`Erasures::persons`]), since links of names are not among that.
    pub fn name(&mut self, names: &[SubjectId]) {
        if names.len() > 1 {
            Arc::make_mut(&mut self.erasures).name(names);
        }
    }
}

/// Whether events of a kind change what [`Governance`] holds.
#[must_use]
pub fn governs(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LedgerOpened
            | Kind::AuthorityEnrolled
            | Kind::AuthorityAmended
            | Kind::AuthoritySucceeded
            | Kind::AuthoritySuspended
            | Kind::KeyAdded
            | Kind::KeyRevoked
            | Kind::Catalogue(..)
            | Kind::MigrationOpened
            | Kind::SubjectMerged
            | Kind::SubjectAmended
            | Kind::ErasureOrdered
            | Kind::HoldPlaced
            | Kind::Step(StepKind::HoldReleased | StepKind::RecordRevoked)
            | Kind::LedgerErased
            | Kind::AuditorsNamed
            | Kind::IdentityRotated
            | Kind::Step(StepKind::ErasureWithdrawn | StepKind::MigrationClosed)
    )
}
