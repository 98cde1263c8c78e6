//! Who asks: the authority whose key signed a request.

use super::{Governance, Refusal, acting, entitled, for_this_ledger, keys_in_force};
use crate::authority::{Authority, AuthorityNumber};
use crate::event::Role;
use crate::request::{RequestRefusal, VerifiedRequest};
use crate::rule::RequestRule;
use crate::time::RecordedTime;
use crate::wording::{Words, say};
use tlog::checkpoint::Origin;
use tlog::defect::OrDefect as _;

/// Who may have resident numbers resolved: whoever may state something about a person.
const RESOLVERS: [Role; 4] = [Role::Registrar, Role::Department, Role::Court, Role::Window];

/// An authority that acts, by a key that is in force: what it may ask follows from that alone.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'g> {
    authority: &'g Authority,
    number: AuthorityNumber,
    governance: &'g Governance,
}

/// Why nobody is answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReader {
    /// The request.
    #[error(transparent)]
    Request(#[from] RequestRefusal),
    /// Who signed it.
    #[error(transparent)]
    Rule(#[from] Refusal),
}

impl<'g> Reader<'g> {
    /// R14, L05, L23: whose key signed a request, at the ledger's time `now`.
    pub fn of(
        asked: &VerifiedRequest,
        governance: &'g Governance,
        now: RecordedTime,
    ) -> Result<Self, NoReader> {
        let key = asked.key();
        let Some(authority) = governance.directory.owner(key.as_bytes()) else {
            let (found, expected) = (Words::data(key.id()), say!("a key that is enrolled in this ledger"));
            return Err(
                RequestRefusal { rule: RequestRule::KeyEnrolled, field: "keyid", found, expected }.into()
            );
        };
        keys_in_force(authority, std::iter::once(key))
            .map_err(|refusal| Refusal { field: "keyid", ..refusal })?;
        acting(authority, now)?;
        let number = governance.directory.number(&authority.id).or_defect("whose key it has it holds");
        Ok(Self { authority, number, governance })
    }

    /// The authority.
    #[must_use]
    pub const fn authority(&self) -> &'g Authority {
        self.authority
    }

    /// Its number in the directory.
    #[must_use]
    pub const fn number(&self) -> AuthorityNumber {
        self.number
    }

    /// L06: whether it may have resident numbers resolved.
    pub fn may_resolve(&self) -> Result<(), Refusal> {
        entitled(self.authority, &RESOLVERS, say!("resolving resident numbers"))
    }

    /// L01: what is asked is meant for this ledger.
    pub fn asks_here(&self, named: &Origin) -> Result<(), Refusal> {
        for_this_ledger(named, self.governance)
    }
}
