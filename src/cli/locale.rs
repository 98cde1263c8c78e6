//! In which language the program speaks to whoever runs it.

use clap::ValueEnum as _;
use clap::builder::PossibleValue;
use ledger_spec::wording::Language;
use std::ffi::OsString;
use std::sync::OnceLock;

/// What `--lang` says, where it is given.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// Speaks the language that `--lang` names among these arguments, from now on and whatever else is wrong with them.
pub(super) fn choose(arguments: impl Iterator<Item = OsString>) {
    let mut arguments = arguments.filter_map(|argument| Some(argument.to_str()?.to_owned()));
    while let Some(argument) = arguments.next() {
        let named = match argument.strip_prefix("--lang") {
            Some("") => arguments.next(),
            Some(named) => named.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        // What is none is told of when the arguments are read.
        if let Some(Ok(lang)) = named.map(|name| Lang::from_str(&name, false)) {
            speak(lang);
        }
    }
}

/// Speaks this language from now on. What was chosen before stays.
pub(super) fn speak(Lang(language): Lang) {
    let _ = CHOSEN.set(language);
}

/// The language of whoever runs the program: what `--lang` says, else `LC_ALL`, `LC_MESSAGES` or `LANG`, in this order.
pub(super) fn spoken() -> Language {
    CHOSEN.get().copied().unwrap_or_else(of_environment)
}

fn of_environment() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    if set.is_some_and(|value| value.starts_with("zh")) { Language::Zh } else { Language::En }
}

/// A language as an option names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lang(pub(super) Language);

impl clap::ValueEnum for Lang {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Language::Zh), Self(Language::En)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self.0 {
            Language::Zh => PossibleValue::new("zh").help("中文"),
            Language::En => PossibleValue::new("en").help("English"),
        })
    }
}
