//! How an article of an instrument is cited: its number in the catalogue's data is digits, as everybody types them.

use super::Name;

impl Name {
    /// The instrument of this title, with an article of it.
    pub(crate) fn at_article(&self, article: &str) -> Self {
        let Self { zh, en } = self;
        match chinese_number(article) {
            Some(number) => {
                Self { zh: format!("{zh}第{number}条"), en: format!("{en}, article {article}") }
            }
            None => Self { zh: format!("{zh} {article}"), en: format!("{en}, {article}") },
        }
    }
}

/// Whether somebody cites the article of this number, in digits or as laws write it, or a paragraph or an item of it.
pub(crate) fn is_article(number: &str, cited: &str) -> bool {
    let within = |rest: &str| rest.is_empty() || rest.starts_with(['(', '（', '第']) && !rest.contains('条');
    let names = |number: &str| match (cited.strip_prefix('第'), cited.strip_prefix(number)) {
        // Whoever says which one it is says of what.
        (Some(cited), _) => {
            cited.strip_prefix(number).and_then(|rest| rest.strip_prefix('条')).is_some_and(within)
        }
        (None, Some(rest)) => within(rest.strip_prefix('条').unwrap_or(rest)),
        (None, None) => false,
    };
    names(number) || chinese_number(number).is_some_and(|written| names(&written))
}

/// Whether a text is the number of an article, in digits.
pub(super) fn is_number(digits: &str) -> bool {
    chinese_number(digits).is_some()
}

/// A number from 1 to 9999 as laws write it, from its digits.
fn chinese_number(digits: &str) -> Option<String> {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    const UNITS: [&str; 4] = ["", "十", "百", "千"];
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if !plain || digits.is_empty() || digits.len() > UNITS.len() {
        return None;
    }
    // All are ASCII digits.
    let values: Vec<usize> = digits.bytes().map(|digit| usize::from(digit - b'0')).collect();
    let mut number = String::new();
    for (at, value) in values.iter().enumerate() {
        let unit = UNITS.get(values.len() - 1 - at)?;
        if *value == 0 {
            // Zeros between others are said once, and those at the end not at all.
            let goes_on = values.iter().skip(at).any(|later| *later != 0);
            if goes_on && !number.ends_with('零') {
                number.push('零');
            }
            continue;
        }
        // Ten to nineteen begin with the ten itself.
        if !(*unit == "十" && *value == 1 && number.is_empty()) {
            number.push(*DIGITS.get(*value)?);
        }
        number.push_str(unit);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_known_however_it_is_cited() {
        for cited in [
            "16",
            "16(2)",
            "第十六条",
            "第十六条第二款",
            "16（一）",
            "第16条",
            "16条",
            "十六",
            "十六条第一款",
        ] {
            assert!(is_article("16", cited), "{cited}");
        }
        for cited in [
            "1",
            "20",
            "160",
            "16,20",
            "第十六条、第二十条",
            "第六条",
            "第十六",
            "第16",
            "十",
            "十六、二十",
            "",
        ] {
            assert!(!is_article("16", cited), "{cited}");
        }
    }

    #[test]
    fn an_article_is_cited_as_its_law_writes_it() {
        for (digits, said) in [
            ("1", "一"),
            ("10", "十"),
            ("17", "十七"),
            ("20", "二十"),
            ("77", "七十七"),
            ("100", "一百"),
            ("105", "一百零五"),
            ("110", "一百一十"),
            ("221", "二百二十一"),
            ("1005", "一千零五"),
            ("1260", "一千二百六十"),
        ] {
            assert_eq!(chinese_number(digits).as_deref(), Some(said));
        }
        for none in ["", "0", "07", "3.2-2(2)", "十七", "10000"] {
            assert_eq!(chinese_number(none), None, "{none}");
        }
        let law = Name { zh: "政府采购法".into(), en: "Government Procurement Law".into() };
        let cited = law.at_article("77");
        assert_eq!(
            (cited.zh.as_str(), cited.en.as_str()),
            ("政府采购法第七十七条", "Government Procurement Law, article 77")
        );
        assert_eq!(law.at_article("附则").zh, "政府采购法 附则");
    }
}
