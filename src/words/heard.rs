//! What a text in English says, found by the wordings that it is of.
//!
//! Errors of the log, of its files and of libraries say what they say in English, as logs and evidence have it. Where
//! people read it, it is found again among the wordings, part by part, and said in their language. That each error
//! of this workspace has its wording is held by a test (`tests/it/house_words.rs`).

use super::{ALL, say};
use ledger_spec::wording::{Wording, Words};
use tlog::defect::OrDefect as _;

/// How many letters a wording has to begin with, so that a text that fits is of it and not like it by chance.
const ENOUGH: usize = 4;
/// How many it has to have in all, where it begins with a part.
const ENOUGH_WITHIN: usize = 7;
/// How deep parts are looked into: errors nest less.
const DEEPEST: usize = 8;

/// What this says, where it or what it begins with is of a wording.
pub(super) fn of(text: &str) -> Option<Words> {
    within(text, DEEPEST)
}

fn within(text: &str, deeper: usize) -> Option<Words> {
    let deeper = deeper.checked_sub(1)?;
    let of_wording = |wording: &'static Wording| {
        let (begin, _) = wording.en.split_once('{').unwrap_or((wording.en, ""));
        let (begins, said) = (letters(begin) >= ENOUGH, letters(wording.en));
        let fits = wording.en == text || wording.en.contains('{') && (begins || said >= ENOUGH_WITHIN);
        fits.then(|| Some(((begins, said, wording.en.len()), wording, parts(wording.en, text)?))).flatten()
    };
    // One that the text begins with, before one that is in its middle; and the one that says most of it by itself. What
    // rules find and expect stands within faults, and is looked for last.
    let [refusals, others @ ..] = ALL;
    let best = |table: &mut dyn Iterator<Item = &'static Wording>| {
        table.filter_map(of_wording).max_by_key(|(rank, ..)| *rank)
    };
    let found = best(&mut others.into_iter().flatten()).or_else(|| best(&mut refusals.iter()));
    if let Some((_, wording, parts)) = found {
        let parts = parts.into_iter().map(|part| part_of(part, deeper)).collect();
        return Some(Words::phrase(wording, parts));
    }
    // A file, an address or a field, and what is wrong with it.
    let (place, fault) = text.split_once(": ").filter(|(place, _)| !is_said(place))?;
    within(fault, deeper).map(|fault| say!("{}: {}", Words::data(place), fault))
}

/// A part of a text: data, unless it is something that is said.
fn part_of(text: &str, deeper: usize) -> Words {
    let foreign = || if is_said(text) { say!("{}", Words::data(text)) } else { Words::data(text) };
    within(text, deeper).unwrap_or_else(foreign)
}

fn letters(text: &str) -> usize {
    text.chars().filter(char::is_ascii_alphabetic).count()
}

/// Words that sentences have, and lists of codes have not.
const JOINING: [&str; 24] = [
    "a", "an", "and", "are", "at", "be", "by", "cannot", "could", "expected", "failed", "for", "found", "in",
    "is", "no", "not", "of", "on", "or", "the", "to", "was", "with",
];

/// Whether something is said here: two words of letters, one of which joins others.
fn is_said(text: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let words = || text.split_ascii_whitespace().map(|word| word.trim_matches([',', ':', ';', '.']));
    words().filter(is_word).count() > 1 && words().any(|word| JOINING.contains(&word))
}

/// The parts of a text, in the order in which the template numbers them, if it is of the template.
fn parts<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let (mut rest, mut numbered) = (text, Vec::new());
    let (before, mut template) = template.split_once('{').unwrap_or((template, ""));
    rest = rest.strip_prefix(before)?;
    while let Some((number, after)) = template.split_once('}') {
        let number = match number {
            "" => numbered.len(),
            number => number.parse().or_defect("templates number their parts"),
        };
        let (literal, next) = after.split_once('{').unwrap_or((after, ""));
        let is_last = !after.contains('{');
        let end = match literal {
            "" if is_last => rest.len(),
            literal if is_last => rest.strip_suffix(literal)?.len(),
            literal => rest.find(literal)?,
        };
        let (part, behind) = rest.split_at_checked(end)?;
        numbered.push((number, part));
        rest = behind.get(literal.len()..)?;
        template = next;
    }
    numbered.sort_by_key(|(number, _)| *number);
    rest.is_empty().then(|| numbered.into_iter().map(|(_, part)| part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_spec::wording::Language;

    #[test]
    fn a_template_gives_back_its_parts() {
        assert_eq!(parts("nothing", "nothing"), Some(vec![]));
        assert_eq!(parts("entry {}: {}", "entry 7: a: b"), Some(vec!["7", "a: b"]));
        assert_eq!(parts("{} of {} failed: {}", "read of log failed: x"), Some(vec!["read", "log", "x"]));
        assert_eq!(parts("{1} before {0}", "a before b"), Some(vec!["b", "a"]));
        assert_eq!(parts("{} bytes", "7 bytes"), Some(vec!["7"]));
        for (template, text) in [("nothing", "nothings"), ("entry {}: {}", "entry 7"), ("{} bytes", "7 bits")]
        {
            assert_eq!(parts(template, text), None, "{text}");
        }
    }

    #[test]
    fn what_is_said_within_is_heard_too() {
        for (english, chinese) in [
            (
                "log/0.seg at byte 77 (entry 1): entry frame: found checksum 0x1 where 0x2 is computed, expected a whole frame",
                "log/0.seg 第 77 字节处（第 1 号条目）的条目帧：实为校验和为 0x1，计算结果为 0x2，应为完整的帧",
            ),
            (
                "open of nowhere failed: No such file or directory (os error 2)",
                "nowhere 的打开操作失败：文件或目录不存在（系统错误 2）",
            ),
            (
                "http://127.0.0.1:1: checkpoint: note is not UTF-8 at byte 0",
                "http://127.0.0.1:1：检查点：签名文本第 0 字节处不是有效的 UTF-8",
            ),
            ("index: the other thing broke", "索引：“the other thing broke”（原始信息）"),
            ("x.toml:3: field a.b: \"c\" is not one of d e", "x.toml:3：字段 a.b：\"c\" 不是下列之一：d e"),
            ("x.toml: one of positive neutral", "x.toml：下列之一：positive neutral"),
            (
                "damaged: log/0.seg at byte 7: frame: found nothing, expected a whole one; the segments can give it back: run `rebuild`",
                "已损坏：log/0.seg 第 7 字节处的帧：实为无，应为完整的一项；可以由日志分段恢复：请运行 `rebuild`",
            ),
        ] {
            assert_eq!(of(english).unwrap().text(Language::Zh), chinese);
            assert_eq!(of(english).unwrap().text(Language::En), english);
        }
        assert_eq!(of("something else broke"), None);
        assert_eq!(of("7"), None);
    }
}
