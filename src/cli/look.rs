//! What `follow` and `monitor` share: one look at a ledger, and at what its witnesses were shown.

use super::failure::Failure;
use super::talk::Bar;
use crate::asked::{self, Shown};
use crate::audit::RemoteFault;
use crate::mirror::{Mirror, MirrorError, MirrorStep};
use crate::words::say;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use tlog::note::VerifierKey;
use tlog::policy::Policy;

/// How often in a row less may be shown than was signed: a cache may hold an older checkpoint for a few
/// seconds.
const STALE: usize = 5;

/// A policy's witnesses, if one was given, and how long the ledger has been behind.
pub(super) struct Witnesses {
    policy: Option<Policy>,
    vkey: VerifierKey,
    /// What was told last to be missing, by witness.
    missing: BTreeMap<String, String>,
    behind: usize,
}

/// A witness that stopped vouching for what it was shown, or began again.
#[derive(Serialize)]
pub(super) struct WitnessChange {
    pub(super) witness: String,
    /// What is missing; nothing where all is well again.
    pub(super) missing: Option<String>,
}

/// What one look came to.
pub(super) struct Look {
    pub(super) step: MirrorStep,
    /// Less is shown than was signed. It is to be looked at again soon.
    pub(super) behind: Option<Box<RemoteFault>>,
    pub(super) changes: Vec<WitnessChange>,
}

impl Witnesses {
    pub(super) fn new(policy: Option<&Path>, vkey: &VerifierKey) -> Result<Self, Failure> {
        let policy = policy.map(|path| asked::policy_of(path, vkey)).transpose()?;
        Ok(Self { policy, vkey: vkey.clone(), missing: BTreeMap::new(), behind: 0 })
    }

    /// Asks the witnesses, brings the copy up to date, and holds what they were shown against it: in this
    /// order, since a ledger publishes before it submits.
    pub(super) fn look(&mut self, follower: &mut Mirror) -> Result<Look, MirrorError> {
        let shown = self.policy.as_ref().map(|policy| asked::ask(policy, &self.vkey)).unwrap_or_default();
        let step = follower.advance(&Bar::new(&say!("copying")), &mut |_| {})?;
        let mut behind = match &step {
            MirrorStep::Behind(fault) => Some(fault.clone()),
            _ => None,
        };
        for Shown { witness, signed, .. } in &shown {
            let ahead = signed.as_ref().map(|signed| follower.hold_against(witness, signed)).transpose()?;
            behind = behind.or(ahead.flatten());
        }
        self.behind = if behind.is_some() { self.behind + 1 } else { 0 };
        match behind {
            Some(fault) if self.behind >= STALE => Err(follower.dropped(*fault)),
            behind => Ok(Look { step, behind, changes: self.changes(shown) }),
        }
    }

    /// What is not as it was told last.
    fn changes(&self, shown: Vec<Shown>) -> Vec<WitnessChange> {
        let changes =
            shown.into_iter().map(|Shown { witness, missing, .. }| WitnessChange { witness, missing });
        changes.filter(|change| self.missing.get(&change.witness) != change.missing.as_ref()).collect()
    }

    /// A change was told, and is none any more.
    pub(super) fn told(&mut self, WitnessChange { witness, missing }: WitnessChange) {
        match missing {
            Some(reason) => drop(self.missing.insert(witness, reason)),
            None => drop(self.missing.remove(&witness)),
        }
    }
}
