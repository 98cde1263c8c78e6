//! Answers about many subjects, kept for the instants that they were asked for.

use ledger_spec::casefile::{AsOf, Sight};
use ledger_spec::projection::{CityAnswer, CityQuestion};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most places of lists, departures and lines that all kept answers hold together: about a hundred bytes each.
const MOST: usize = 1_000_000;
/// How long an answer about now may be shown to others who ask about now, in microseconds: two seconds.
const FRESH: i64 = 2_000_000;

/// Answers that were folded, the last used last.
#[derive(Default)]
pub(super) struct KeptAnswers(Mutex<VecDeque<Kept>>);

struct Kept {
    question: CityQuestion,
    as_of: AsOf,
    sight: Sight,
    answer: Arc<CityAnswer>,
}

impl Kept {
    fn is(&self, question: &CityQuestion, sight: Sight) -> bool {
        self.question == *question && self.sight == sight
    }
}

impl KeptAnswers {
    pub(super) fn find(&self, question: &CityQuestion, as_of: AsOf, sight: Sight) -> Option<Arc<CityAnswer>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|one| one.is(question, sight) && one.as_of == as_of)?;
        let found = kept.remove(at)?;
        let answer = found.answer.clone();
        kept.push_back(found);
        Some(answer)
    }

    pub(super) fn since(&self, question: &CityQuestion, as_of: AsOf, sight: Sight) -> Option<AsOf> {
        let fresh = |then: AsOf| {
            let age = as_of.valid_at.micros().checked_sub(then.valid_at.micros());
            then.known == as_of.known && age.is_some_and(|age| (0..=FRESH).contains(&age))
        };
        let kept = self.lock();
        let found = kept.iter().rev().find(|one| one.is(question, sight) && fresh(one.as_of));
        found.map(|one| one.as_of)
    }

    pub(super) fn keep(&self, question: &CityQuestion, as_of: AsOf, sight: Sight, answer: Arc<CityAnswer>) {
        let mut kept = self.lock();
        kept.push_back(Kept { question: question.clone(), as_of, sight, answer });
        let mut held: usize = kept.iter().map(|one| size_of(&one.answer)).sum();
        // One that is too large by itself is not kept either: it was given to whoever asked.
        while held > MOST {
            let Some(oldest) = kept.pop_front() else { break };
            held -= size_of(&oldest.answer);
        }
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
    };
    lines.max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::id::ListCode;
    use ledger_spec::time::ValidTime;
    use tlog::defect::as_u64;
    use tlog::position::TreeSize;

    fn at(micros: i64, known: u64) -> AsOf {
        AsOf { valid_at: ValidTime::from_micros(micros).unwrap(), known: TreeSize::new(known) }
    }

    fn oversight() -> Arc<CityAnswer> {
        Arc::new(CityAnswer::Oversight(ledger_spec::projection::Oversight {
            authorities: Vec::new(),
            commitments: Vec::new(),
        }))
    }

    #[test]
    fn an_answer_is_shared_for_its_own_question_sight_and_size_and_not_for_long() {
        let (kept, question) = (KeptAnswers::default(), CityQuestion::Oversight);
        kept.keep(&question, at(1_000, 7), Sight::Public, oversight());
        assert!(kept.find(&question, at(1_000, 7), Sight::Public).is_some());
        let list = CityQuestion::Roll(ListCode::parse("a.b").unwrap());
        for (question, as_of, sight) in [
            (&question, at(1_001, 7), Sight::Public),
            (&question, at(1_000, 8), Sight::Public),
            (&question, at(1_000, 7), Sight::Shared),
            (&list, at(1_000, 7), Sight::Public),
        ] {
            assert!(kept.find(question, as_of, sight).is_none());
        }
        let since = |micros, known| kept.since(&question, at(micros, known), Sight::Public);
        assert_eq!(since(1_000 + FRESH, 7), Some(at(1_000, 7)));
        assert_eq!([since(1_001 + FRESH, 7), since(999, 7), since(1_001, 8)], [None; 3]);
    }

    #[test]
    fn the_oldest_goes_first_and_their_number_is_bounded() {
        let (kept, question) = (KeptAnswers::default(), CityQuestion::Oversight);
        let most = i64::try_from(MOST / 2_000).unwrap();
        for micros in 0..=most {
            kept.keep(&question, at(micros, 1), Sight::Public, oversight());
        }
        assert!(kept.find(&question, at(0, 1), Sight::Public).is_none());
        assert!(kept.find(&question, at(1, 1), Sight::Public).is_some());
        assert_eq!(as_u64(kept.lock().len()), most.unsigned_abs());
    }
}
