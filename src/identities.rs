//! Resident numbers, resolved to pseudonyms for authorities: the key, what was asked lately, and how much of it each
//! authority has left. Numbers are neither kept nor told to anybody.

use crate::words::say;
use ledger_spec::id::{AuthorityId, SubjectId};
use ledger_spec::identity::{FRESH_MICROS, IdentityKeys, Pseudonyms, VerifiedRequest};
use ledger_spec::time::RecordedTime;
use ledger_spec::wording::Words;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use tlog::defect::{OrDefect as _, as_u64};

/// Most requests of one authority that are remembered at once; one more is told to come again. None takes another's room.
const MOST_REMEMBERED: u64 = 4_096;
/// Microseconds of an hour.
const HOUR: u64 = 3_600 * 1_000_000;

/// Resolves numbers under the ledger's identity keys.
#[derive(Debug)]
pub struct Identities {
    keys: IdentityKeys,
    /// How many numbers an authority may have resolved in an hour.
    per_hour: u64,
    /// Nothing older is answered: it may have been answered before the last stop.
    started: RecordedTime,
    lately: Mutex<Lately>,
}

/// What was asked lately. Bounded: so many requests, and an account for each authority that is enrolled.
#[derive(Debug, Default)]
struct Lately {
    /// Requests that are still fresh, the oldest first, and by their nonces.
    remembered: VecDeque<(u64, Asked)>,
    asked: BTreeSet<Asked>,
    accounts: BTreeMap<AuthorityId, Account>,
}

/// Who asked, with which nonce.
type Asked = (AuthorityId, [u8; 16]);

/// How many numbers an authority has left, as of a moment, and how many of its requests are remembered.
#[derive(Debug)]
struct Account {
    left: u64,
    at: u64,
    remembered: u64,
}

/// Why nothing is resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum Unresolved {
    /// The request is of another time.
    NotFresh {
        /// Its time.
        found: String,
        /// The ledger's.
        now: String,
        /// Since when this process answers.
        started: String,
    },
    /// The same request came before.
    Repeated,
    /// The authority has no numbers left for now, or too many of its requests are remembered.
    Spent {
        /// How many numbers it asks for.
        wanted: u64,
        /// How many it has left.
        left: u64,
        /// Seconds until it has as many as it asks for.
        wait_seconds: u64,
    },
}

impl Unresolved {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::NotFresh { found, now, started } => say!(
                "the request is of {}; the time here is {}, and the server answers since {}",
                Words::data(found),
                Words::data(now),
                Words::data(started),
            ),
            Self::Repeated => say!("a request with this nonce came before"),
            Self::Spent { wanted, left, .. } => say!("{} numbers asked for, {} left for now", wanted, left),
        }
    }
}

impl Identities {
    /// Resolves under `keys`, from `started` on, `per_hour` numbers an hour for each authority.
    #[must_use]
    pub const fn new(keys: IdentityKeys, per_hour: u64, started: RecordedTime) -> Self {
        let lately = Mutex::new(Lately {
            remembered: VecDeque::new(),
            asked: BTreeSet::new(),
            accounts: BTreeMap::new(),
        });
        Self { keys, per_hour, started, lately }
    }

    /// The subjects that the numbers name, in their order. That the issuer may ask was found before
    /// ([`ledger_spec::admission::may_resolve`]).
    pub fn resolve(&self, asked: &VerifiedRequest, now: RecordedTime) -> Result<Vec<SubjectId>, Unresolved> {
        let request = asked.request();
        let (at, micros) = (request.at.micros(), now.micros());
        if at.abs_diff(micros) > FRESH_MICROS || request.at < self.started {
            let (found, now, started) = (request.at.to_text(), now.to_text(), self.started.to_text());
            return Err(Unresolved::NotFresh { found, now, started });
        }
        self.count(&(request.issuer.clone(), request.nonce), as_u64(request.numbers.len()), micros)?;
        let pseudonyms = Pseudonyms::of(&self.keys, request.scheme);
        Ok(request.numbers.iter().map(|number| pseudonyms.subject(number)).collect())
    }

    /// Takes the request into account, or says why it is not answered.
    fn count(&self, asked: &Asked, wanted: u64, now: u64) -> Result<(), Unresolved> {
        let mut lately = self.lately.lock().or_defect("nothing panics while it holds this lock");
        while lately.remembered.front().is_some_and(|(until, _)| *until < now) {
            if let Some((_, old)) = lately.remembered.pop_front() {
                lately.asked.remove(&old);
                if let Some(account) = lately.accounts.get_mut(&old.0) {
                    account.remembered = account.remembered.saturating_sub(1);
                }
            }
        }
        if lately.asked.contains(asked) {
            return Err(Unresolved::Repeated);
        }
        let full = Account { left: self.per_hour, at: now, remembered: 0 };
        let account = lately.accounts.entry(asked.0.clone()).or_insert(full);
        if account.remembered >= MOST_REMEMBERED {
            return Err(Unresolved::Spent { wanted, left: 0, wait_seconds: FRESH_MICROS / 1_000_000 });
        }
        account.refill(self.per_hour, now);
        if account.left < wanted {
            let missing = (wanted - account.left).saturating_mul(HOUR) / self.per_hour.max(1);
            let wait_seconds = missing / 1_000_000 + 1;
            return Err(Unresolved::Spent { wanted, left: account.left, wait_seconds });
        }
        account.left -= wanted;
        account.remembered += 1;
        // Twice as long as a request of now is fresh: one may be dated ahead.
        lately.remembered.push_back((now.saturating_add(2 * FRESH_MICROS), asked.clone()));
        lately.asked.insert(asked.clone());
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
    use ledger_spec::identity::{IdentityKey, PseudonymScheme};
    use tlog::checkpoint::Origin;
    use tlog::key::SecretKey;

    const NUMBER: &str = "11010519491231002X";
    const SECOND: u64 = 1_000_000;

    fn at(seconds: u64) -> RecordedTime {
        RecordedTime::from_micros(seconds * SECOND)
    }

    fn asked(issuer: &str, nonce: u8, seconds: u64, count: usize) -> VerifiedRequest {
        let (origin, issuer) = (Origin::parse("a").unwrap(), AuthorityId::parse(issuer).unwrap());
        let key = SecretKey::from_seed(&[5; 32]);
        let request = ledger_spec::identity::ResolveRequest::seal(
            &origin,
            &issuer,
            at(seconds),
            [nonce; 16],
            (PseudonymScheme::Person, &vec![NUMBER; count]),
            &key,
        );
        VerifiedRequest::from_envelope(request.as_bytes()).unwrap()
    }

    fn identities() -> Identities {
        Identities::new(IdentityKeys::new(IdentityKey::copied(&[9; 32])), 3_600, at(10_000))
    }

    #[test]
    fn a_request_is_answered_once_and_while_it_is_fresh() {
        let identities = identities();
        let first = asked("a", 1, 10_100, 2);
        let answer = identities.resolve(&first, at(10_120)).unwrap();
        assert_eq!(answer[0], answer[1]);
        assert_eq!(identities.resolve(&first, at(10_121)), Err(Unresolved::Repeated));
        assert_eq!(identities.resolve(&first, at(10_220)), Err(Unresolved::Repeated));
        assert!(identities.resolve(&asked("b", 1, 10_100, 1), at(10_120)).is_ok(), "another's nonce");
        for (made, now) in [(10_100, 10_221), (10_400, 10_279), (9_999, 10_001)] {
            let answer = identities.resolve(&asked("a", 2, made, 1), at(now));
            assert!(matches!(answer, Err(Unresolved::NotFresh { .. })), "{made} {now}");
        }
    }

    #[test]
    fn each_authority_has_so_many_an_hour() {
        let identities = identities();
        assert!(identities.resolve(&asked("a", 1, 10_100, 3_000), at(10_100)).is_ok());
        let spent = Unresolved::Spent { wanted: 1_000, left: 600, wait_seconds: 401 };
        assert_eq!(identities.resolve(&asked("a", 2, 10_100, 1_000), at(10_100)), Err(spent));
        assert!(identities.resolve(&asked("b", 2, 10_100, 3_600), at(10_100)).is_ok());
        // One comes in each second, and the same request may be sent again then.
        assert!(identities.resolve(&asked("a", 2, 10_400, 1_000), at(10_500)).is_ok());
        let spent = Unresolved::Spent { wanted: 1, left: 0, wait_seconds: 2 };
        assert_eq!(identities.resolve(&asked("a", 3, 10_500, 1), at(10_500)), Err(spent));
    }

    #[test]
    fn nobody_takes_anothers_room() {
        let identities =
            Identities::new(IdentityKeys::new(IdentityKey::copied(&[9; 32])), 1 << 20, at(10_000));
        let asked = |issuer: &str, nonce: u64| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&nonce.to_le_bytes());
            identities.count(&(AuthorityId::parse(issuer).unwrap(), bytes), 1, at(10_100).micros())
        };
        for nonce in 0..MOST_REMEMBERED {
            asked("a", nonce).unwrap();
        }
        assert!(matches!(asked("a", MOST_REMEMBERED), Err(Unresolved::Spent { left: 0, .. })));
        asked("b", 0).unwrap();
        // What is forgotten makes room.
        let later = at(10_100).micros() + 2 * FRESH_MICROS + 1;
        identities.count(&(AuthorityId::parse("a").unwrap(), [7; 16]), 1, later).unwrap();
    }
}
