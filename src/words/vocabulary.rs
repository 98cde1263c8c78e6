//! Every word of a closed vocabulary that answers hold, with the member in which it stands, for who shows answers by their words.

use super::labels::{state_words, values};
use ledger_spec::casefile::{Cause, Life, Mark, Sight};
use ledger_spec::definition::{Disclosure, Domain, Polarity, Severity};
use ledger_spec::event::{Kind, Phase, ReportKind};
use ledger_spec::id::SubjectKind;
use ledger_spec::json::fields::FieldFault;
use ledger_spec::projection::State;
use ledger_spec::request::Purpose;
use ledger_spec::wording::Words;

/// A word, the member in which it stands, and what it is called.
type Said = (&'static str, &'static str, Words);

/// All of them.
pub fn vocabulary() -> Vec<Said> {
    let mut all = Vec::new();
    all.extend(Kind::all().map(|kind| ("kind", kind.name(), Words::both(kind.name(), kind.chinese()))));
    all.extend(Purpose::ALL.iter().map(|purpose| ("purpose", purpose.name(), Words::from(*purpose))));
    let states = State::WORDS.iter().filter_map(|word| Some((*word, State::parse_word(word).ok()?)));
    all.extend(states.map(|(word, state)| ("state", word, state_words(state))));
    all.extend(of("phase", Phase::WORDS, Phase::parse_word));
    all.extend(of("life", Life::WORDS, Life::parse_word));
    all.extend(of("cause", Cause::WORDS, Cause::parse_word));
    all.extend(of("mark", Mark::WORDS, Mark::parse_word));
    all.extend(of("severity", Severity::WORDS, Severity::parse_word));
    all.extend(of("polarity", Polarity::WORDS, Polarity::parse_word));
    all.extend(of("disclosure", Disclosure::WORDS, Disclosure::parse_word));
    all.extend(of("sight", Sight::WORDS, Sight::parse_word));
    all.extend(of("kind", SubjectKind::WORDS, SubjectKind::parse_word));
    all.extend(of("what", ReportKind::WORDS, ReportKind::parse_word));
    for member in ["bars", "domain", "what"] {
        all.extend(of(member, Domain::WORDS, Domain::parse_word));
    }
    all.extend(values());
    all
}

fn of<T>(
    member: &'static str,
    words: &'static [&'static str],
    parse: fn(&str) -> Result<T, FieldFault>,
) -> impl Iterator<Item = Said>
where
    Words: From<T>,
{
    words.iter().filter_map(move |word| Some((member, *word, parse(word).ok()?.into())))
}
