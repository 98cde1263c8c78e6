//! Who asks: the authority whose key signed a request.

use super::{Governance, Refusal, acting, keys_in_force};
use crate::authority::{Authority, AuthorityNumber};
use crate::request::{RequestRefusal, VerifiedRequest};
use crate::rule::RequestRule;
use crate::time::RecordedTime;
use crate::wording::{Words, say};
use tlog::defect::OrDefect as _;

/// An authority that acts, by a key that is in force: what it may ask follows from that alone.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'g> {
    authority: &'g Authority,
    number: AuthorityNumber,
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
        Ok(Self { authority, number })
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
}
