//! Answers about many subjects, kept for the instants that they were asked for.

use ledger_spec::casefile::{AsOf, Viewer};
use ledger_spec::projection::{CityAnswer, CityAsked, CityQuestion};
use ledger_spec::time::ValidTime;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Most places of lists, departures and lines that all kept answers hold together: about a hundred bytes each.
const MOST: usize = 1_000_000;
/// How long after it was made an answer may be shown to others who ask about now, or about all that is known, or who see
/// what is public at the moment of asking: the answer says what it is about, and of which moment. Terms end with days, so
/// none is shown past the end of the day on which it was asked for.
const FRESH: Duration = Duration::from_secs(2);
/// Files from which on an answer that does not cover the newest entries is shown for [`FRESH`]: what costs less is
/// folded again for whoever wants to see what was just appended.
const COSTLY: usize = 10_000;

/// Answers that were folded, the last used last.
#[derive(Default)]
pub(super) struct KeptAnswers(Mutex<VecDeque<Kept>>);

struct Kept {
    question: CityQuestion,
    as_of: AsOf,
    viewer: Viewer,
    answer: Arc<CityAnswer>,
    folded: Folded,
    made: Instant,
}

/// How an answer came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    /// How many files it was folded from.
    pub(super) files: usize,
    /// How long that took.
    pub(super) took: Duration,
    /// Whether it took into account all that there was when it was asked for.
    pub(super) newest: bool,
}

/// Which of the two instants of a question are not named, so that an answer of a moment ago is one to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// It is about now.
    pub valid_at: bool,
    /// It is about all that is known.
    pub known_at: bool,
}

impl Kept {
    fn is(&self, question: &CityQuestion, viewer: Viewer) -> bool {
        self.question == *question && self.viewer.sees_as(&viewer)
    }

    /// Whether it answers a question about these instants. One that is named has to be its own; one that is left open
    /// may be a moment younger, and take a few entries more into account than this does.
    fn answers(&self, as_of: AsOf, open: Open) -> bool {
        let holds = self.as_of.valid_at == as_of.valid_at
            || open.valid_at && self.is_of_a_moment_ago(self.as_of.valid_at, as_of.valid_at);
        let lags = self.as_of.known < as_of.known && self.folded.newest && self.may_lag();
        holds && (self.as_of.known == as_of.known || open.known_at && lags)
    }

    /// Whether who asks now may be shown what was public at the moment for which it was made.
    fn is_public_yet(&self, viewer: Viewer) -> bool {
        let moments = self.question.moment(self.viewer).zip(self.question.moment(viewer));
        let Some((moment, now)) = moments else { return true };
        let same_day = moment.valid_at.date() == now.valid_at.date();
        let recent =
            moment.valid_at == now.valid_at || self.is_of_a_moment_ago(moment.valid_at, now.valid_at);
        let lags = moment.known < now.known && self.may_lag();
        same_day && recent && (moment.known == now.known || lags)
    }

    /// Whether it does not have to cover the newest entries for now.
    fn may_lag(&self) -> bool {
        self.folded.files >= COSTLY && self.made.elapsed() <= FRESH
    }

    /// Whether `now` is a moment after `then`, and it was made within that moment.
    fn is_of_a_moment_ago(&self, then: ValidTime, now: ValidTime) -> bool {
        let age = now.micros().checked_sub(then.micros());
        let age = age.and_then(|age| u64::try_from(age).ok()).map(Duration::from_micros);
        let fresh = self.made.elapsed() <= FRESH;
        age.is_some_and(|age| fresh && age <= self.folded.took.saturating_add(FRESH))
    }
}

impl KeptAnswers {
    pub(super) fn find(&self, asked: &CityAsked<'_>) -> Option<Arc<CityAnswer>> {
        let CityAsked { question, as_of, viewer, .. } = *asked;
        let mut kept = self.lock();
        let at = kept.iter().position(|one| {
            let same_moment = question.moment(one.viewer) == question.moment(viewer);
            one.is(question, viewer) && one.as_of == as_of && same_moment
        })?;
        let found = kept.remove(at)?;
        let answer = found.answer.clone();
        kept.push_back(found);
        Some(answer)
    }

    /// The instants of the newest answer that is kept for these, as far as they are open, and the moment of asking that
    /// it follows from, where it does.
    pub(super) fn instants(
        &self,
        question: &CityQuestion,
        as_of: AsOf,
        open: Open,
        viewer: Viewer,
    ) -> Option<(AsOf, Viewer)> {
        let kept = self.lock();
        let answers = kept
            .iter()
            .filter(|one| one.is(question, viewer) && one.answers(as_of, open) && one.is_public_yet(viewer));
        let newest = |one: &&Kept| {
            let AsOf { valid_at, known } = one.viewer.moment;
            (one.as_of.known, one.as_of.valid_at, known, valid_at)
        };
        // What does not follow from the moment of asking is of everybody's own.
        let of_moment = question.moment(viewer).is_some();
        answers.max_by_key(newest).map(|one| (one.as_of, if of_moment { one.viewer } else { viewer }))
    }

    /// Keeps an answer that was just folded.
    pub(super) fn keep(&self, asked: &CityAsked<'_>, answer: Arc<CityAnswer>, folded: Folded) {
        let CityAsked { question, as_of, viewer, .. } = *asked;
        let mut kept = self.lock();
        kept.push_back(Kept {
            question: question.clone(),
            as_of,
            viewer,
            answer,
            folded,
            made: Instant::now(),
        });
        let mut held: usize = kept.iter().map(|one| size_of(&one.answer)).sum();
        // One that is too large by itself is not kept either: it was given to whoever asked.
        while held > MOST {
            let Some(oldest) = kept.pop_front() else { break };
            held -= size_of(&oldest.answer);
        }
    }

    /// Lets go of all.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    // A panic while the lock is held leaves whole answers.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer counts for; a small one for more than its bytes, so that their number is bounded too.
fn size_of(answer: &CityAnswer) -> usize {
    const LEAST: usize = 2_000;
    let lines = match answer {
        CityAnswer::Roll(roll) => roll.len(),
        CityAnswer::Departures(departures) => departures.departures.len(),
        CityAnswer::Indicators(_) => 0,
        CityAnswer::Oversight(oversight) => oversight.authorities.len() + oversight.commitments.len(),
        CityAnswer::Retention(retention) => retention.due.len(),
    };
    lines.max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::casefile::Sight;
    use ledger_spec::governance::Governance;
    use ledger_spec::id::ListCode;
    use tlog::defect::as_u64;
    use tlog::position::TreeSize;

    fn at(micros: i64, known: u64) -> AsOf {
        AsOf { valid_at: ValidTime::from_micros(micros).unwrap(), known: TreeSize::new(known) }
    }

    /// Who sees this at a moment of asking.
    fn by(sight: Sight, moment: AsOf) -> Viewer {
        Viewer::by(sight, moment)
    }

    fn oversight() -> Arc<CityAnswer> {
        Arc::new(CityAnswer::Oversight(ledger_spec::projection::Oversight {
            marks: Vec::new(),
            authorities: Vec::new(),
            commitments: Vec::new(),
        }))
    }

    fn keep(kept: &KeptAnswers, question: &CityQuestion, as_of: AsOf, files: usize) {
        keep_as(kept, question, as_of, Folded { files, took: Duration::ZERO, newest: true });
    }

    fn keep_as(kept: &KeptAnswers, question: &CityQuestion, as_of: AsOf, folded: Folded) {
        let (governance, viewer) = (&Governance::default(), by(Sight::Public, as_of));
        kept.keep(&CityAsked { question, governance, as_of, viewer }, oversight(), folded);
    }

    fn found(kept: &KeptAnswers, question: &CityQuestion, as_of: AsOf, viewer: Viewer) -> bool {
        let governance = &Governance::default();
        kept.find(&CityAsked { question, governance, as_of, viewer }).is_some()
    }

    #[test]
    fn an_answer_is_found_for_its_own_question_sight_and_instants() {
        let (kept, question) = (KeptAnswers::default(), CityQuestion::Oversight);
        keep(&kept, &question, at(1_000, 7), COSTLY);
        let later = at(2_000, 9);
        assert!(found(&kept, &question, at(1_000, 7), by(Sight::Public, later)), "counts have no bound");
        let list = CityQuestion::Roll(ListCode::parse("a.b").unwrap());
        for (question, as_of, sight) in [
            (&question, at(1_001, 7), Sight::Public),
            (&question, at(1_000, 8), Sight::Public),
            (&question, at(1_000, 7), Sight::Shared),
            (&list, at(1_000, 7), Sight::Public),
        ] {
            assert!(!found(&kept, question, as_of, by(sight, later)));
        }
        // What the public sees of a list follows from the moment of asking.
        keep(&kept, &list, at(1_000, 7), COSTLY);
        assert!(found(&kept, &list, at(1_000, 7), by(Sight::Public, at(1_000, 7))));
        assert!(!found(&kept, &list, at(1_000, 7), by(Sight::Public, at(1_001, 7))));
        assert!(!found(&kept, &list, at(1_000, 7), by(Sight::Public, at(1_000, 8))));
    }

    #[test]
    fn what_is_public_at_a_moment_is_shown_for_two_seconds_of_the_same_day() {
        let midnight = 16 * 3_600_000_000 - 1;
        let list = CityQuestion::Roll(ListCode::parse("a.b").unwrap());
        let fresh = i64::try_from(FRESH.as_micros()).unwrap();
        // Both instants are named: only the moment of asking is another.
        let named = Open { valid_at: false, known_at: false };
        for (files, lags) in [(COSTLY, true), (COSTLY - 1, false)] {
            let kept = KeptAnswers::default();
            let (governance, as_of) = (&Governance::default(), at(1_000, 3));
            let folded = Folded { files, took: Duration::ZERO, newest: false };
            let viewer = by(Sight::Public, at(midnight - 100, 7));
            kept.keep(&CityAsked { question: &list, governance, as_of, viewer }, oversight(), folded);
            let shown = |micros, known| {
                let kept = kept.instants(&list, as_of, named, by(Sight::Public, at(micros, known)));
                assert!(kept.is_none_or(|kept| kept == (as_of, viewer)));
                kept.is_some()
            };
            assert!(shown(midnight - 100, 7) && shown(midnight, 7));
            assert!(!shown(midnight + 1, 7), "what ends with a day has ended");
            assert!(!shown(midnight - 101, 7) && !shown(midnight, 6), "another moment is before it");
            assert_eq!(shown(midnight, 8), lags);
            assert!(fresh > 100 && !shown(midnight - 100 + fresh + 1, 7));
        }
    }

    #[test]
    fn instants_that_are_open_are_those_of_a_moment_ago() {
        let (costly, cheap, question) =
            (KeptAnswers::default(), KeptAnswers::default(), CityQuestion::Oversight);
        keep(&costly, &question, at(1_000, 7), COSTLY);
        keep(&cheap, &question, at(1_000, 7), COSTLY - 1);
        let asked = |kept: &KeptAnswers, micros, known, (valid_at, known_at)| {
            let (as_of, open) = (at(micros, known), Open { valid_at, known_at });
            kept.instants(&question, as_of, open, by(Sight::Public, as_of)).is_some()
        };
        let (named, now, all, both) = ((false, false), (true, false), (false, true), (true, true));
        let later = 1_000 + i64::try_from(FRESH.as_micros()).unwrap();
        for kept in [&costly, &cheap] {
            assert!(
                asked(kept, 1_000, 7, named) && asked(kept, later, 7, now) && asked(kept, later, 7, both)
            );
            assert!(!asked(kept, later + 1, 7, both), "two seconds and no longer");
            assert!(!asked(kept, later, 7, all) && !asked(kept, 999, 7, both), "another instant is named");
            assert!(!asked(kept, 1_000, 8, now) && !asked(kept, 1_000, 6, both), "another size is named");
        }
        assert!(asked(&costly, 1_000, 8, all) && asked(&costly, later, 9, both));
        assert!(!asked(&cheap, 1_000, 8, all), "what costs little covers what was just appended");
        // Whoever asks about the past answers for nobody who asks about now.
        let past = Folded { files: COSTLY, took: Duration::ZERO, newest: false };
        let named = KeptAnswers::default();
        keep_as(&named, &question, at(1_000, 3), past);
        assert!(!asked(&named, 1_000, 7, both) && asked(&named, 1_000, 3, both));
        keep(&costly, &question, at(1_000, 8), COSTLY);
        let (as_of, open) = (at(1_000, 9), Open { valid_at: false, known_at: true });
        let newest = costly.instants(&question, as_of, open, by(Sight::Public, as_of));
        assert_eq!(newest.map(|(as_of, _)| as_of), Some(at(1_000, 8)));
    }

    #[test]
    fn the_oldest_goes_first_and_their_number_is_bounded() {
        let (kept, question) = (KeptAnswers::default(), CityQuestion::Oversight);
        let most = i64::try_from(MOST / 2_000).unwrap();
        for micros in 0..=most {
            keep(&kept, &question, at(micros, 1), 0);
        }
        let viewer = by(Sight::Public, at(0, 1));
        assert!(!found(&kept, &question, at(0, 1), viewer));
        assert!(found(&kept, &question, at(1, 1), viewer));
        assert_eq!(as_u64(kept.lock().len()), most.unsigned_abs());
    }
}
