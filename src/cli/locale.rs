//! In which language the program speaks to whoever runs it.

use clap::builder::PossibleValue;
use ledger_spec::wording::Language;

/// The language of whoever runs the program: what `LC_ALL`, `LC_MESSAGES` or `LANG` say, in this order.
pub(super) fn spoken() -> Language {
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
