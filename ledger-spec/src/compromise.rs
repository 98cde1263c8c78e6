//! Which keys may have been in wrong hands, and from when on (P26): those of which a revocation says so, and every key
//! that such a key brought in since.

use crate::time::{RecordedTime, ValidTime};
use std::collections::BTreeMap;
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};

/// The number of a key in the order in which keys came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode)]
pub struct KeyNumber(pub(crate) u32);

/// That a key may have been in wrong hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compromise {
    /// From when on.
    pub since: ValidTime,
    /// The entry that says so: of this key, or of one that brought it in.
    pub said_by: EntryIndex,
}

/// What is said of all keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Compromises {
    /// In the order of the log.
    of: BTreeMap<KeyNumber, Vec<Compromise>>,
    /// The keys that each key brought in, and when.
    brought: BTreeMap<KeyNumber, Vec<(KeyNumber, RecordedTime)>>,
}

impl Compromises {
    /// Takes in a key and those that signed the event which brought it in.
    pub fn bring(&mut self, key: KeyNumber, signers: &[KeyNumber], recorded_at: RecordedTime) {
        let of_signers = signers.iter().filter_map(|signer| self.of.get(signer)?.last());
        let suspect: Vec<_> = of_signers.filter(|found| found.covers(recorded_at)).copied().collect();
        for signer in signers {
            self.brought.entry(*signer).or_default().push((key, recorded_at));
        }
        for found in suspect {
            self.say(key, Compromise { since: instant(recorded_at), ..found });
        }
    }

    /// Takes in that a key was in wrong hands, and so is whatever it brought in since.
    pub fn say(&mut self, key: KeyNumber, compromise: Compromise) {
        // No recursion: whoever stole a registrar's key can have made a chain of any length.
        let mut said = vec![(key, compromise)];
        while let Some((key, compromise)) = said.pop() {
            let known = self.of.entry(key).or_default();
            let before = known.last().map(|known| known.since);
            if before.is_some_and(|before| before <= compromise.since) {
                continue;
            }
            known.push(compromise);
            // In the order of time; of those that came later than what was said before it is said already.
            let brought = self.brought.get(&key).map_or(&[][..], Vec::as_slice);
            let from = brought.partition_point(|(_, at)| !compromise.covers(*at));
            let rest = brought.get(from..).or_defect("a partition lies within what is parted");
            let new = rest.iter().take_while(|(_, at)| before.is_none_or(|before| instant(*at) < before));
            said.extend(
                new.map(|(brought, at)| (*brought, Compromise { since: instant(*at), ..compromise })),
            );
        }
    }

    /// What is said of a key at the moment when something that it signed was recorded, as far as the first `known` entries
    /// say.
    #[must_use]
    pub fn of(&self, key: KeyNumber, recorded_at: RecordedTime, known: TreeSize) -> Option<Compromise> {
        self.said(key, known).filter(|found| found.covers(recorded_at))
    }

    /// What is said of a key at all, as far as the first `known` entries say.
    #[must_use]
    pub fn said(&self, key: KeyNumber, known: TreeSize) -> Option<Compromise> {
        let said = self.of.get(&key)?;
        // Each says an earlier time than the one before it: the last that is known covers most.
        let known = said.partition_point(|found| found.said_by.is_in(known));
        said.get(..known)?.last().copied()
    }

    /// Whether nothing is said of any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

impl Compromise {
    fn covers(&self, recorded_at: RecordedTime) -> bool {
        instant(recorded_at) >= self.since
    }
}

/// A clock past the year 2199 is past everything.
fn instant(at: RecordedTime) -> ValidTime {
    ValidTime::at_recorded(at).unwrap_or(ValidTime::MAX)
}
