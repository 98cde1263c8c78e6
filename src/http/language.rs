//! Which of the two languages an answer's words are in, by `Accept-Language` (RFC 9110 §12.5.4).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use ledger_spec::wording::Language;
use tlog::defect::OrDefect as _;

/// The language to answer in: the one with the higher weight, Chinese where both have the same
/// and Chinese stands first.
pub fn asked_for(headers: &HeaderMap) -> Language {
    let mut best = (0, Language::En);
    let values = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().or_defect("a text that is split has a first part");
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
        let primary = tag.split_once('-').map_or(tag, |(primary, _)| primary);
        let language = match primary.to_ascii_lowercase().as_str() {
            "zh" => Language::Zh,
            "en" => Language::En,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

/// A weight `0` to `1` with up to three decimals (RFC 9110 §12.4.2), in thousandths; what is none
/// counts as 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().or_defect("three digits are a number");
    match whole {
        "1" if fraction == 0 => 1000,
        "0" => fraction,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_weight_wins() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, text.parse().unwrap());
            asked_for(&headers)
        };
        assert_eq!(asked_for(&HeaderMap::new()), Language::En);
        for (text, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en-GB, zh;q=0.5", Language::En),
            ("en;q=0.4, ZH-Hant;q=0.45", Language::Zh),
            ("fr, de;q=0.9", Language::En),
            ("fr, zh;q=0.001", Language::Zh),
            ("zh;q=0", Language::En),
            ("zh;q=2", Language::En),
            ("*", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(of(text), language, "{text}");
        }
    }
}
