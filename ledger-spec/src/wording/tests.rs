//! Every wording is whole in both languages.

use super::*;
use std::collections::BTreeSet;

/// Names of formats and standards that are the same in Chinese.
const NAMES: [&str; 16] = [
    "JSON",
    "UTF",
    "SHA",
    "ASCII",
    "RFC",
    "GB",
    "DSSE",
    "Ed25519",
    "edwards25519",
    "base64url",
    "vkey",
    "false",
    "true",
    "hh",
    "mm",
    "uscc",
];

/// Whether a Chinese text has a word that is none: a run of letters that is no name of a format, no code in brackets
/// behind its Chinese name, and no identifier.
fn foreign(text: &str) -> Option<String> {
    let mut rest = text.to_owned();
    while let Some((before, from)) = rest.split_once('（')
        && let Some((_, after)) = from.split_once('）')
    {
        rest = format!("{before} {after}");
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._:[]`{}*+".contains(c);
    rest.split(|c: char| !is_part(c))
        .filter(|word| word.chars().filter(char::is_ascii_alphabetic).count() > 1)
        .filter(|word| !word.contains(['.', '_', ':', '[', '`']))
        .find(|word| !NAMES.iter().any(|name| word.trim_matches(['-', '{', '}']) == *name))
        .map(str::to_owned)
}

fn is_chinese(c: char) -> bool {
    ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// How many parts a template takes.
fn parts(template: &str) -> usize {
    let mut numbers = BTreeSet::new();
    for (at, from) in template.split('{').skip(1).enumerate() {
        let number = from.split_once('}').unwrap().0;
        numbers.insert(if number.is_empty() { at } else { number.parse().unwrap() });
    }
    assert!(numbers.iter().copied().eq(0..numbers.len()), "{template}");
    numbers.len()
}

#[test]
fn every_wording_is_whole_in_both_languages() {
    let mut seen = BTreeSet::new();
    for Wording { en, zh } in WORDINGS.into_iter().flatten() {
        assert!(!en.chars().any(is_chinese), "{en}");
        assert_eq!(foreign(zh), None, "{zh}");
        assert_eq!(parts(en), parts(zh), "{en} / {zh}");
        assert!(seen.insert(*en), "twice: {en}");
    }
}

#[test]
fn a_foreign_word_is_seen() {
    assert_eq!(foreign("请填写 body.decision 和摘要值（hash）"), None);
    assert_eq!(foreign("请填写 hash 摘要值"), Some("hash".to_owned()));
}

#[test]
fn parts_stand_where_their_language_has_them() {
    let said = say!("{}, a key of {}", Words::data("k1"), Words::data("office.1"));
    assert_eq!(said.text(Language::En), "k1, a key of office.1");
    assert_eq!(said.text(Language::Zh), "k1，属 office.1 的密钥");
    let several = Words::several([Words::named("minor", "轻微"), Words::named("serious", "严重")], Joint::Or);
    assert_eq!(several.text(Language::En), "minor or serious");
    assert_eq!(several.text(Language::Zh), "轻微（minor）或严重（serious）");
}
