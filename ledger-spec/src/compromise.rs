//! Which keys may have been in wrong hands, and from when on (P26): those of which a revocation says so, and every key
//! that such a key brought in since; until that is taken back.
//!
//! What is said counts at once, whoever says it. What takes it back counts only as long as nothing is said of the keys that
//! signed that: else a thief would clear the key that he stole, or one that it brought in.

mod weighing;

use crate::entry::Recorded;
use crate::id::EventId;
use crate::time::{RecordedTime, ValidTime};
use std::collections::{BTreeMap, BTreeSet};
use tlog::defect::OrDefect as _;
use tlog::position::{EntryIndex, TreeSize};
use weighing::Weighing;

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

/// That what was said of a key was taken back, wholly or up to a later time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// The entry that says so.
    pub entry: EntryIndex,
    /// Whether it counts: not where a key that signed it may have been in wrong hands itself.
    pub counts: bool,
}

/// What is said of all keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Compromises {
    /// What is told of each key since which entry, in the order of the log.
    of: BTreeMap<KeyNumber, Vec<Told>>,
    /// The keys that each key brought in, and when.
    brought: BTreeMap<KeyNumber, Vec<(KeyNumber, RecordedTime)>>,
    /// What was said, in the order of the log.
    statements: Vec<Statement>,
}

/// What is told of a key from an entry on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    from: Recorded,
    what: Option<Compromise>,
}

/// Something that was said of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    of: KeyNumber,
    since: Option<ValidTime>,
    event: EventId,
    recorded: Recorded,
    taking_back: Option<TakingBack>,
}

/// That a statement takes another back.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TakingBack {
    /// The event of the other.
    corrects: EventId,
    /// The keys that signed this one.
    signers: Vec<KeyNumber>,
}

/// What counts of all that was said.
struct Weighed {
    /// Of each key by itself, and by which statement.
    own: BTreeMap<KeyNumber, (ValidTime, usize)>,
    /// Of each key, with those that brought it in.
    all: BTreeMap<KeyNumber, Compromise>,
    /// The statements that take something back and count.
    taken_back: BTreeSet<usize>,
}

impl Compromises {
    /// Takes in a key and those that signed the event which brought it in.
    pub fn bring(&mut self, key: KeyNumber, signers: &[KeyNumber], recorded: Recorded) {
        let of_signers = signers.iter().filter_map(|signer| self.of.get(signer)?.last()?.what);
        let suspect: Vec<_> = of_signers.filter(|found| found.covers(recorded.at)).collect();
        for signer in signers {
            self.brought.entry(*signer).or_default().push((key, recorded.at));
        }
        for found in suspect {
            self.spread(key, Compromise { since: instant(recorded.at), ..found }, recorded);
        }
    }

    /// Takes in that a key was in wrong hands, and so is whatever it brought in since.
    pub fn say(&mut self, key: KeyNumber, since: ValidTime, (event, recorded): (EventId, Recorded)) {
        let statement = Statement { of: key, since: Some(since), event, recorded, taking_back: None };
        self.statements.push(statement);
        if self.statements.iter().any(|one| one.taking_back.is_some()) {
            return self.tell(recorded);
        }
        self.spread(key, Compromise { since, said_by: recorded.index }, recorded);
    }

    /// Takes in that what an event said of a key is taken back: wholly, or but for what the key signed since a later time.
    /// What others said of it stands.
    pub fn take_back(
        &mut self,
        (key, corrects): (KeyNumber, EventId),
        since: Option<ValidTime>,
        signers: Vec<KeyNumber>,
        (event, recorded): (EventId, Recorded),
    ) {
        let taking_back = Some(TakingBack { corrects, signers });
        self.statements.push(Statement { of: key, since, event, recorded, taking_back });
        self.tell(recorded);
    }

    /// Says of a key and of what it brought in what covers more than was said before: while nothing is taken back, each
    /// statement only adds.
    fn spread(&mut self, key: KeyNumber, compromise: Compromise, from: Recorded) {
        // No recursion: whoever stole a registrar's key can have made a chain of any length.
        let mut said = vec![(key, compromise)];
        while let Some((key, compromise)) = said.pop() {
            let known = self.of.entry(key).or_default();
            let before = known.last().and_then(|told| told.what).map(|known| known.since);
            if before.is_some_and(|before| before <= compromise.since) {
                continue;
            }
            known.push(Told { from, what: Some(compromise) });
            // Of those that came later than what was said before it is said already.
            let new = self.brought_since(key, compromise);
            let new = new.iter().take_while(|(_, at)| before.is_none_or(|before| instant(*at) < before));
            let new: Vec<_> = new.map(|(brought, at)| (*brought, compromise.of_brought(*at))).collect();
            said.extend(new);
        }
    }

    /// What a key brought in when it may have been in wrong hands: in the order of time.
    fn brought_since(&self, key: KeyNumber, compromise: Compromise) -> &[(KeyNumber, RecordedTime)] {
        let brought = self.brought.get(&key).map_or(&[][..], Vec::as_slice);
        let from = brought.partition_point(|(_, at)| !compromise.covers(*at));
        brought.get(from..).or_defect("a partition lies within what is parted")
    }

    /// Tells of every key what counts from this entry on.
    fn tell(&mut self, from: Recorded) {
        let Weighed { all, .. } = self.weigh(TreeSize::new(u64::MAX));
        let known: BTreeSet<KeyNumber> = self.of.keys().chain(all.keys()).copied().collect();
        for key in known {
            let (told, what) = (self.of.entry(key).or_default(), all.get(&key).copied());
            if told.last().and_then(|told| told.what) != what {
                told.push(Told { from, what });
            }
        }
    }

    /// What counts of what the first `known` entries say. What takes something back counts where no key that signed it is under
    /// suspicion by what counts without it; each that counts may free the signers of another.
    fn weigh(&self, known: TreeSize) -> Weighed {
        let taken_back = Weighing::new(self, known).taken_back();
        let own = self.own(known, &taken_back);
        Weighed { all: self.with_brought(&own), own, taken_back }
    }

    /// Of each key by itself the earliest time that is said, by what was not taken back.
    fn own(&self, known: TreeSize, taken_back: &BTreeSet<usize>) -> BTreeMap<KeyNumber, (ValidTime, usize)> {
        let counts = |(at, one): &(usize, &Statement)| one.taking_back.is_none() || taken_back.contains(at);
        let said = self.statements.iter().enumerate().take_while(|(_, one)| one.recorded.index.is_in(known));
        let counting: Vec<(usize, &Statement)> = said.filter(counts).collect();
        let corrected: BTreeSet<EventId> =
            counting.iter().filter_map(|(_, one)| Some(one.taking_back.as_ref()?.corrects)).collect();
        let mut own: BTreeMap<KeyNumber, (ValidTime, usize)> = BTreeMap::new();
        for (at, one) in counting.into_iter().filter(|(_, one)| !corrected.contains(&one.event)) {
            let Some(since) = one.since else { continue };
            if own.get(&one.of).is_none_or(|(before, _)| since < *before) {
                own.insert(one.of, (since, at));
            }
        }
        own
    }

    fn with_brought(&self, own: &BTreeMap<KeyNumber, (ValidTime, usize)>) -> BTreeMap<KeyNumber, Compromise> {
        let said_by = |at: usize| self.statements.get(at).map(|statement| statement.recorded.index);
        let of = |(key, (since, at)): (&KeyNumber, &(ValidTime, usize))| {
            Some((*key, Compromise { since: *since, said_by: said_by(*at)? }))
        };
        let mut said: Vec<_> = own.iter().filter_map(of).collect();
        let mut all: BTreeMap<KeyNumber, Compromise> = BTreeMap::new();
        while let Some((key, compromise)) = said.pop() {
            // Of two that say the same the one that was said first.
            let covers_no_more =
                |known: &Compromise| (known.since, known.said_by) <= (compromise.since, compromise.said_by);
            if all.get(&key).is_some_and(covers_no_more) {
                continue;
            }
            all.insert(key, compromise);
            let new = self.brought_since(key, compromise).iter();
            said.extend(new.map(|(brought, at)| (*brought, compromise.of_brought(*at))));
        }
        all
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
        let known = said.partition_point(|told| told.from.index.is_in(known));
        said.get(..known)?.last()?.what
    }

    /// What counts of what is said of a key by itself, and not of one that brought it in: since when, and the event that says
    /// so.
    #[must_use]
    pub fn own_of(&self, key: KeyNumber) -> Option<(ValidTime, EventId)> {
        // Of most keys nothing is said, and nothing is to be weighed.
        self.statements.iter().find(|one| one.of == key)?;
        let (since, at) = *self.weigh(TreeSize::new(u64::MAX)).own.get(&key)?;
        Some((since, self.statements.get(at)?.event))
    }

    /// The last entry, of the first `known`, that took back what was said of a key.
    #[must_use]
    pub fn taken_back(&self, key: KeyNumber, known: TreeSize) -> Option<TakenBack> {
        let takes = |(_, one): &(usize, &Statement)| {
            one.of == key && one.taking_back.is_some() && one.recorded.index.is_in(known)
        };
        let (at, last) = self.statements.iter().enumerate().rfind(takes)?;
        let counts = self.weigh(known).taken_back.contains(&at);
        Some(TakenBack { entry: last.recorded.index, counts })
    }

    /// When it last became known of a key that it was, or was not, in wrong hands.
    #[must_use]
    pub fn last_told(&self, key: KeyNumber) -> Option<RecordedTime> {
        self.of.get(&key)?.last().map(|told| told.from.at)
    }

    /// The entries, of the first `known`, by which something is said of a key and counts.
    #[must_use]
    pub fn standing(&self, known: TreeSize) -> BTreeSet<EntryIndex> {
        self.of.keys().filter_map(|key| self.said(*key, known)).map(|found| found.said_by).collect()
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

    /// What follows for a key that one in wrong hands brought in.
    fn of_brought(self, at: RecordedTime) -> Self {
        Self { since: instant(at), ..self }
    }
}

/// A clock past the year 2199 is past everything.
fn instant(at: RecordedTime) -> ValidTime {
    ValidTime::at_recorded(at).unwrap_or(ValidTime::MAX)
}
