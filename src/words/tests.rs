//! Every wording of the program is whole in both languages, and errors are told by theirs.

use super::*;
use ledger_spec::wording::Language;

fn is_chinese(c: char) -> bool {
    ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// The English words of all wordings: none of them stands in a Chinese one.
fn english() -> std::collections::BTreeSet<&'static str> {
    let texts = ALL.into_iter().flatten().map(|wording| wording.en);
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()));
    words.filter(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase())).collect()
}

/// What stands in Chinese as it is: options, fields, paths and media types. They have their marks, but for these.
const KEPT: [&str; 10] =
    ["true", "false", "json", "check", "eligibility", "salt", "private", "effective", "localhost", "systemd"];

#[test]
fn every_wording_is_whole_in_both_languages() {
    let (english, mut wrong) = (english(), Vec::new());
    for Wording { en, zh } in
        [http::HTTP, cli::CLI, results::RESULTS, faults::FAULTS, damage::DAMAGE].into_iter().flatten()
    {
        // A day as tables write it is an example.
        assert!(!en.replace("2017年5月1日", "").chars().any(is_chinese), "{en}");
        assert!(
            zh.chars().any(is_chinese) || !en.chars().any(|c| c.is_ascii_alphabetic()) || *en == *zh,
            "{zh}"
        );
        assert_eq!(en.matches('{').count(), zh.matches('{').count(), "{en} / {zh}");
        let is_part = |c: char| c.is_ascii_alphanumeric() || "._:-/=+<>{}*`".contains(c);
        let mut rest = (*zh).to_owned();
        while let Some((before, from)) = rest.split_once('（')
            && let Some((_, after)) = from.split_once('）')
        {
            rest = format!("{before} {after}");
        }
        let mut words = rest.split(|c: char| !is_part(c)).filter(|word| !KEPT.contains(word));
        wrong.extend(words.find(|word| english.contains(word)).map(|word| format!("{word} in {zh}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_english_stands_once() {
    let mut seen = std::collections::BTreeSet::new();
    for Wording { en, .. } in ALL.into_iter().flatten() {
        assert!(seen.insert(*en), "twice: {en}");
    }
}

#[test]
fn errors_are_told_by_their_words() {
    let error = ledger_spec::id::SubjectId::parse("uscc:914403001922038217").unwrap_err();
    assert_eq!(told(&error).text(Language::En), error.to_string());
    assert!(told(&error).text(Language::Zh).starts_with("统一社会信用代码的校验码为"));
    let absent = io::Error::from(ErrorKind::NotFound);
    assert_eq!(told(&absent).text(Language::Zh), "文件或目录不存在");
    // What is said in no wording is shown as it was said, and as that.
    assert_eq!(told(&"odd").text(Language::Zh), "“odd”（原始信息）");
    assert_eq!(told(&"odd").text(Language::En), "odd");
}
