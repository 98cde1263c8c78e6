//! Resident numbers, resolved to pseudonyms for authorities: the key, and how many numbers each authority has left. Numbers
//! are neither kept nor told to anybody.

use crate::words::say;
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::identity::{IdentityKeys, Pseudonyms, ResolveRequest};
use ledger_spec::time::RecordedTime;
use ledger_spec::wording::Words;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tlog::defect::{OrDefect as _, as_u64};

/// Microseconds of an hour.
const HOUR: u64 = 3_600 * 1_000_000;

/// Resolves numbers under the ledger's identity keys.
#[derive(Debug)]
pub struct Identities {
    keys: IdentityKeys,
    /// How many numbers an authority may have resolved in an hour.
    per_hour: u64,
    /// Bounded: one for each authority that is enrolled.
    accounts: Mutex<BTreeMap<AuthorityId, Account>>,
}

/// How many numbers an authority has left, as of a moment.
#[derive(Debug)]
struct Account {
    left: u64,
    at: u64,
}

/// The authority has no numbers left for now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} numbers asked for, {} left for now", .wanted, .left)]
pub struct Spent {
    /// How many numbers it asks for.
    pub wanted: u64,
    /// How many it has left.
    pub left: u64,
    /// Seconds until it has as many as it asks for.
    pub wait_seconds: u64,
}

impl Spent {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        say!("{} numbers asked for, {} left for now", self.wanted, self.left)
    }
}

impl Identities {
    /// Resolves under `keys`, `per_hour` numbers an hour for each authority.
    #[must_use]
    pub const fn new(keys: IdentityKeys, per_hour: u64) -> Self {
        Self { keys, per_hour, accounts: Mutex::new(BTreeMap::new()) }
    }

    /// The subjects that the numbers name, in their order. That the authority may ask, the readers' table has said before.
    pub fn resolve(
        &self,
        by: &AuthorityId,
        request: &ResolveRequest,
        now: RecordedTime,
    ) -> Result<Vec<SubjectId>, Spent> {
        self.count(by, as_u64(request.numbers.len()), now.micros())?;
        let pseudonyms = Pseudonyms::of(&self.keys, request.scheme);
        Ok(request.numbers.iter().map(|number| pseudonyms.subject(number)).collect())
    }

    /// Takes the numbers into account, or says why they are not resolved.
    fn count(&self, by: &AuthorityId, wanted: u64, now: u64) -> Result<(), Spent> {
        let mut accounts = self.accounts.lock().or_defect("nothing panics while it holds this lock");
        let full = Account { left: self.per_hour, at: now };
        let account = accounts.entry(by.clone()).or_insert(full);
        account.refill(self.per_hour, now);
        if account.left < wanted {
            let missing = (wanted - account.left).saturating_mul(HOUR) / self.per_hour.max(1);
            let wait_seconds = missing / 1_000_000 + 1;
            return Err(Spent { wanted, left: account.left, wait_seconds });
        }
        account.left -= wanted;
        Ok(())
    }
}

impl Account {
    /// Gives what has come in since: whole numbers only, so that nothing is lost by asking often.
    fn refill(&mut self, per_hour: u64, now: u64) {
        let passed = now.saturating_sub(self.at);
        if passed >= HOUR {
            (self.left, self.at) = (per_hour, now);
            return;
        }
        let come = passed.saturating_mul(per_hour) / HOUR;
        self.at = self.at.saturating_add(come.saturating_mul(HOUR) / per_hour.max(1));
        self.left = self.left.saturating_add(come).min(per_hour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::identity::IdentityKey;

    #[test]
    fn each_authority_has_so_many_an_hour() {
        let identities = Identities::new(IdentityKeys::new(IdentityKey::copied(&[9; 32])), 3_600);
        let count = |by: &str, wanted, seconds: u64| {
            identities.count(&AuthorityId::parse(by).unwrap(), wanted, seconds * 1_000_000)
        };
        count("a", 3_000, 10_100).unwrap();
        let spent = Spent { wanted: 1_000, left: 600, wait_seconds: 401 };
        assert_eq!(count("a", 1_000, 10_100), Err(spent));
        count("b", 3_600, 10_100).unwrap();
        // One comes in each second.
        count("a", 1_000, 10_500).unwrap();
        assert_eq!(count("a", 1, 10_500), Err(Spent { wanted: 1, left: 0, wait_seconds: 2 }));
    }
}
