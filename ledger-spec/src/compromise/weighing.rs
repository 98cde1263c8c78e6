//! Which statements that take something back count: found by following what each of them frees, and nothing else.
//!
//! In rounds, as it is defined: whatever nobody signed that is suspect as it stands counts from the next round on. Of each key it
//! is kept what says that it is suspect, and what hangs on whether it is at some instant, by these instants; so a round costs
//! what changes in it. A key is brought in once, by keys that were there before (L14): nothing is suspect by itself alone.

use super::{Compromises, KeyNumber, Statement, instant};
use crate::id::EventId;
use crate::time::ValidTime;
use std::collections::{BTreeMap, BTreeSet};
use tlog::defect::OrDefect as _;
use tlog::position::TreeSize;

/// What says of a key that it is suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Statement(usize),
    /// A suspect key that brought it in.
    Brought(KeyNumber),
}

/// What hangs on whether a key is suspect at an instant.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// Whether this statement, which takes something back, counts.
    TakingBack(usize),
    /// Whether this key, which it brought in then, is.
    Brought(KeyNumber),
}

#[derive(Debug, Default)]
struct Suspect {
    /// Since when, and by what: the first counts.
    said: BTreeSet<(ValidTime, Source)>,
    /// What hangs on it, in the order of time.
    asked: Vec<(ValidTime, Asked)>,
    /// How much of that lies before the first that is said.
    free: usize,
}

/// A weighing under way.
#[derive(Debug)]
pub(super) struct Weighing<'a> {
    /// What is known of what was said.
    statements: &'a [Statement],
    by_event: BTreeMap<EventId, usize>,
    keys: BTreeMap<KeyNumber, Suspect>,
    /// How many signers of each statement that takes something back are suspect.
    suspects: Vec<usize>,
    /// Keys of which something changed.
    unsettled: Vec<KeyNumber>,
    /// Statements of which no signer is suspect any more.
    clear: Vec<usize>,
    corrected: BTreeSet<EventId>,
    taken_back: BTreeSet<usize>,
}

impl<'a> Weighing<'a> {
    /// One in which nothing that takes back counts yet.
    pub(super) fn new(said: &'a Compromises, known: TreeSize) -> Self {
        let within = said.statements.partition_point(|one| one.recorded.index.is_in(known));
        let statements = said.statements.get(..within).or_defect("a partition lies within what is parted");
        let by_event = statements.iter().enumerate().map(|(at, one)| (one.event, at)).collect();
        let (mut keys, mut clear): (BTreeMap<KeyNumber, Suspect>, _) = (BTreeMap::new(), Vec::new());
        let mut suspects = vec![0; statements.len()];
        for ((at, one), suspects) in statements.iter().enumerate().zip(&mut suspects) {
            let Some(by) = &one.taking_back else {
                let of = one.since.map(|since| (since, Source::Statement(at)));
                keys.entry(one.of).or_default().said.extend(of);
                continue;
            };
            *suspects = by.signers.len();
            if by.signers.is_empty() {
                clear.push(at);
            }
            for signer in &by.signers {
                let asked = (instant(one.recorded.at), Asked::TakingBack(at));
                keys.entry(*signer).or_default().asked.push(asked);
            }
        }
        // At first whatever a key brought in is suspect with it: settling finds what is not.
        for (signer, brought) in &said.brought {
            for (key, at) in brought {
                let at = instant(*at);
                keys.entry(*signer).or_default().asked.push((at, Asked::Brought(*key)));
                keys.entry(*key).or_default().said.insert((at, Source::Brought(*signer)));
            }
        }
        keys.values_mut().for_each(|key| key.asked.sort_by_key(|(at, _)| *at));
        let (unsettled, corrected, taken_back) =
            (keys.keys().copied().collect(), BTreeSet::new(), BTreeSet::new());
        Self { statements, by_event, keys, suspects, unsettled, clear, corrected, taken_back }
    }

    /// The statements that take something back and count, by their number.
    pub(super) fn taken_back(mut self) -> BTreeSet<usize> {
        loop {
            self.settle();
            let mut counting = std::mem::take(&mut self.clear);
            counting.retain(|at| self.suspects.get(*at) == Some(&0) && self.taken_back.insert(*at));
            if counting.is_empty() {
                return self.taken_back;
            }
            self.count(&counting);
        }
    }

    /// Brings what hangs on each key up to what is said of it, until nothing changes.
    fn settle(&mut self) {
        while let Some(key) = self.unsettled.pop() {
            let Some(suspect) = self.keys.get_mut(&key) else { continue };
            let since = suspect.said.first().map(|(since, _)| *since);
            let free = since
                .map_or(suspect.asked.len(), |since| suspect.asked.partition_point(|(at, _)| *at < since));
            let before = std::mem::replace(&mut suspect.free, free);
            let changed = suspect.asked.get(before.min(free)..before.max(free));
            for (at, asked) in changed.or_defect("both lie within what is asked").to_vec() {
                self.changed(key, (at, asked), free > before);
            }
        }
    }

    /// A key is free of suspicion at an instant, or is not any more.
    fn changed(&mut self, key: KeyNumber, (at, asked): (ValidTime, Asked), is_free: bool) {
        match asked {
            Asked::TakingBack(statement) => {
                let suspects = self.suspects.get_mut(statement).or_defect("each statement has its count");
                if is_free {
                    *suspects -= 1;
                    if *suspects == 0 {
                        self.clear.push(statement);
                    }
                } else {
                    *suspects += 1;
                }
            }
            Asked::Brought(brought) => {
                let (said, by) = (&mut self.keys.entry(brought).or_default().said, Source::Brought(key));
                let changed = if is_free { said.remove(&(at, by)) } else { said.insert((at, by)) };
                if changed {
                    self.unsettled.push(brought);
                }
            }
        }
    }

    /// What these take back is said no more; what they say in its place is, unless that was taken back as well.
    fn count(&mut self, counting: &[usize]) {
        let counting: Vec<(usize, &Statement)> =
            counting.iter().filter_map(|at| Some((*at, self.statements.get(*at)?))).collect();
        let taken: Vec<EventId> =
            counting.iter().filter_map(|(_, one)| Some(one.taking_back.as_ref()?.corrects)).collect();
        self.corrected.extend(taken.iter().copied());
        for (at, one) in counting {
            if let Some(since) = one.since.filter(|_| !self.corrected.contains(&one.event)) {
                self.keys.entry(one.of).or_default().said.insert((since, Source::Statement(at)));
                self.unsettled.push(one.of);
            }
        }
        for (at, one) in taken.iter().filter_map(|event| {
            let at = *self.by_event.get(event)?;
            Some((at, self.statements.get(at)?))
        }) {
            if let Some(since) = one.since {
                self.keys.entry(one.of).or_default().said.remove(&(since, Source::Statement(at)));
                self.unsettled.push(one.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compromise::{TakingBack, Weighed};
    use crate::entry::Recorded;
    use crate::time::RecordedTime;
    use tlog::position::EntryIndex;

    /// What counts, round by round, each from the beginning, as README says it.
    fn plainly(said: &Compromises, known: TreeSize) -> BTreeSet<usize> {
        let mut taken_back = BTreeSet::new();
        loop {
            let all = said.with_brought(&said.own(known, &taken_back));
            let counts = |at: &usize| {
                let one = &said.statements[*at];
                let covered = |key| all.get(key).is_some_and(|found| found.covers(one.recorded.at));
                one.recorded.index.is_in(known)
                    && one.taking_back.as_ref().is_some_and(|by| !by.signers.iter().any(covered))
            };
            let counting: BTreeSet<usize> = (0..said.statements.len()).filter(counts).collect();
            if counting.is_subset(&taken_back) {
                return taken_back;
            }
            taken_back.extend(counting);
        }
    }

    struct Chance(u64);

    impl Chance {
        fn below(&mut self, most: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % most
        }
    }

    fn recorded(index: usize) -> Recorded {
        let index = u64::try_from(index).unwrap();
        Recorded { index: EntryIndex::new(index), at: RecordedTime::from_micros(index * 1_000_000) }
    }

    fn event(number: usize) -> EventId {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
        EventId::from_parts(1_700_000_000_000, random)
    }

    fn key(number: usize) -> KeyNumber {
        KeyNumber(u32::try_from(number).unwrap())
    }

    /// A ledger in which each entry brings a key in, says something of one, or takes back what was said.
    fn random(seed: u64, entries: usize) -> Compromises {
        let (mut chance, mut said, mut keys) = (Chance(seed), Compromises::default(), 4);
        for at in 0..entries {
            let now = recorded(at);
            let signers: Vec<_> = (0..=chance.below(3)).map(|_| key(chance.below(keys))).collect();
            let since = |at: usize| instant(recorded(at).at);
            match chance.below(4) {
                0 => {
                    said.bring(key(keys), &signers, now);
                    keys += 1;
                }
                1 | 2 if !said.statements.is_empty() => {
                    let of = &said.statements[chance.below(said.statements.len())];
                    let (key, corrects, before) = (of.of, of.event, of.since);
                    // What takes back says less than what it takes back.
                    let later = Some(since(chance.below(at + 9))).filter(|_| chance.below(2) == 0);
                    let later = later.filter(|later| before.is_some_and(|before| *later > before));
                    let taking_back = Some(TakingBack { corrects, signers });
                    let (event, recorded) = (event(at), now);
                    said.statements.push(Statement { of: key, since: later, event, recorded, taking_back });
                }
                _ => {
                    let (of, since) = (key(chance.below(keys)), Some(since(chance.below(at + 1))));
                    let (event, recorded) = (event(at), now);
                    said.statements.push(Statement { of, since, event, recorded, taking_back: None });
                }
            }
        }
        said
    }

    #[test]
    fn what_counts_is_what_counts_round_by_round() {
        let mut counted = 0;
        for seed in 0..400 {
            let said = random(seed, 60);
            for known in [20, 40, 60] {
                let known = TreeSize::new(known);
                let found = Weighing::new(&said, known).taken_back();
                assert_eq!(found, plainly(&said, known), "seed {seed}, {known} entries");
                counted += found.len();
            }
        }
        assert!(counted > 1000, "{counted} that count");
    }

    /// What was taken back before it counts says nothing in the place of what it takes back.
    #[test]
    fn what_is_taken_back_itself_only_takes_back() {
        let (since, key0, key1) = (Some(instant(recorded(0).at)), key(0), key(1));
        let mut said = Compromises::default();
        let mut say = |of, since, back: Option<(usize, usize)>| {
            let (event_id, recorded) = (event(said.statements.len()), recorded(said.statements.len()));
            let taking_back = back.map(|(corrects, signer)| TakingBack {
                corrects: event(corrects),
                signers: vec![key(signer)],
            });
            said.statements.push(Statement { of, since, event: event_id, recorded, taking_back });
        };
        say(key0, since, None);
        say(key1, since, None);
        say(key(3), since, None);
        // Signed by the second key: it counts only once that is cleared, and is taken back by then.
        say(key0, Some(instant(recorded(1).at)), Some((0, 1)));
        say(key0, None, Some((3, 2)));
        say(key1, None, Some((1, 2)));
        // Signed by the first key, which is free of all then.
        say(key(3), None, Some((2, 0)));
        let known = TreeSize::new(u64::MAX);
        let found = Weighing::new(&said, known).taken_back();
        assert_eq!(found, BTreeSet::from([3, 4, 5, 6]));
        assert_eq!(found, plainly(&said, known));
    }

    /// Each statement that takes back frees the signer of the one before it: as many rounds as there are statements.
    #[test]
    fn many_keys_are_weighed_at_once() {
        const KEYS: usize = 40_000;
        let mut said = Compromises::default();
        let statement = |of, since, at, taking_back| {
            let (event, recorded) = (event(at), recorded(at));
            Statement { of, since, event, recorded, taking_back }
        };
        let begun = Some(instant(recorded(0).at));
        said.statements.extend((0..KEYS).map(|at| statement(key(at), begun, at, None)));
        said.statements.extend((0..KEYS).map(|at| {
            let taking_back = TakingBack { corrects: event(at), signers: vec![key(at + 1)] };
            statement(key(at), None, KEYS + at, Some(taking_back))
        }));
        let Weighed { own, all, taken_back } = said.weigh(TreeSize::new(u64::MAX));
        assert_eq!((own.len(), all.len(), taken_back.len()), (0, 0, KEYS));
    }
}
