//! Every refusal is told wholly in one language: no English word stands in the Chinese, but for codes and data.

use ledger_spec::admission::Refusal;
use ledger_spec::wording::{Language, WORDINGS};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The words of all English wordings. What is data is none of them, but for codes, which Chinese has in brackets.
static ENGLISH: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let texts = WORDINGS.into_iter().flatten().map(|wording| wording.en);
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()));
    words.filter(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase())).collect()
});

pub fn whole(refusal: &Refusal) {
    for words in [&refusal.found, &refusal.expected] {
        let chinese = words.text(Language::Zh);
        let found = english_in(&chinese);
        assert_eq!(found, None, "{} {}: {chinese}", refusal.rule.id(), refusal.field);
    }
}

/// English in a Chinese text, outside of brackets and of identifiers.
fn english_in(chinese: &str) -> Option<String> {
    let mut rest = chinese.to_owned();
    while let Some((before, from)) = rest.split_once('（')
        && let Some((_, after)) = from.split_once('）')
    {
        rest = format!("{before} {after}");
    }
    // One word alone may be somebody's: a grade, a field. Two of them are a sentence.
    let words: Vec<&str> = rest.split(' ').collect();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut pairs = words.windows(2).filter(|pair| pair.iter().all(|word| is_word(word)));
    pairs.find(|pair| pair.iter().any(|word| ENGLISH.contains(word))).map(|pair| pair.join(" "))
}

#[test]
fn a_sentence_is_seen() {
    assert_eq!(english_in("属 a.b 的密钥，或者轻微（a minor one）"), None);
    assert_eq!(english_in("属 another key 的密钥"), Some("another key".to_owned()));
}
