//! Digits that are not written as ASCII, and which they are.

/// Sets of digits: where one ends and another begins, a mark or a word may stand right behind a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// ASCII.
    Plain,
    /// Ideographs.
    Ideograph,
    /// All other scripts, and digits in circles, brackets, and raised or lowered.
    Other,
}

/// The first of the characters in a row that go up to nine, and its value: Unicode's decimal digits (`Nd`) but for those
/// of mathematics, and its digits in circles, brackets, and raised or lowered (`No`), as of Unicode 17.
const ROWS: [(u32, u8); 82] = [
    (0x660, 0),
    (0x6f0, 0),
    (0x7c0, 0),
    (0x966, 0),
    (0x9e6, 0),
    (0xa66, 0),
    (0xae6, 0),
    (0xb66, 0),
    (0xbe6, 0),
    (0xc66, 0),
    (0xce6, 0),
    (0xd66, 0),
    (0xde6, 0),
    (0xe50, 0),
    (0xed0, 0),
    (0xf20, 0),
    (0x1040, 0),
    (0x1090, 0),
    (0x1369, 1),
    (0x17e0, 0),
    (0x1810, 0),
    (0x1946, 0),
    (0x19d0, 0),
    (0x1a80, 0),
    (0x1a90, 0),
    (0x1b50, 0),
    (0x1bb0, 0),
    (0x1c40, 0),
    (0x1c50, 0),
    (0x2074, 4),
    (0x2080, 0),
    (0x2460, 1),
    (0x2474, 1),
    (0x2488, 1),
    (0x24f5, 1),
    (0x2776, 1),
    (0x2780, 1),
    (0x278a, 1),
    (0xa620, 0),
    (0xa8d0, 0),
    (0xa900, 0),
    (0xa9d0, 0),
    (0xa9f0, 0),
    (0xaa50, 0),
    (0xabf0, 0),
    (0x1_04a0, 0),
    (0x1_0d30, 0),
    (0x1_0d40, 0),
    (0x1_0e60, 1),
    (0x1_1052, 1),
    (0x1_1066, 0),
    (0x1_10f0, 0),
    (0x1_1136, 0),
    (0x1_11d0, 0),
    (0x1_12f0, 0),
    (0x1_1450, 0),
    (0x1_14d0, 0),
    (0x1_1650, 0),
    (0x1_16c0, 0),
    (0x1_16d0, 0),
    (0x1_16da, 0),
    (0x1_1730, 0),
    (0x1_18e0, 0),
    (0x1_1950, 0),
    (0x1_1bf0, 0),
    (0x1_1c50, 0),
    (0x1_1d50, 0),
    (0x1_1da0, 0),
    (0x1_1de0, 0),
    (0x1_1f50, 0),
    (0x1_6a60, 0),
    (0x1_6ac0, 0),
    (0x1_6b50, 0),
    (0x1_6d70, 0),
    (0x1_ccf0, 0),
    (0x1_e140, 0),
    (0x1_e2f0, 0),
    (0x1_e4f0, 0),
    (0x1_e5f1, 0),
    (0x1_e950, 0),
    (0x1_f101, 0),
    (0x1_fbf0, 0),
];
/// The mathematical digits: rows from zero to nine, one after the other.
const MATHEMATICAL: (u32, u32) = (0x1_d7ce, 0x1_d7ff);
/// Zeros and others that stand in no row.
const ALONE: [(char, u8); 7] = [('⁰', 0), ('¹', 1), ('²', 2), ('³', 3), ('⓪', 0), ('⓿', 0), ('\u{1f100}', 0)];

/// The value of a digit, and its form.
pub(super) fn digit(c: char) -> Option<(u8, Form)> {
    match c {
        '0'..='9' => value_from('0', c).map(|value| (value, Form::Plain)),
        '\0'..='\u{7f}' => None,
        '〇'..='\u{9fff}' => ideograph(c).map(|value| (value, Form::Ideograph)),
        _ => other(c).map(|value| (value, Form::Other)),
    }
}

fn ideograph(c: char) -> Option<u8> {
    const VALUES: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    /// As amounts are written that nobody is to change.
    const CAPITALS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    let among = |values: &[char; 10]| values.iter().position(|known| *known == c);
    let at = among(&VALUES).or_else(|| among(&CAPITALS));
    at.and_then(|at| u8::try_from(at).ok())
}

fn other(c: char) -> Option<u8> {
    let code = u32::from(c);
    if let Some((_, value)) = ALONE.iter().find(|(known, _)| *known == c) {
        return Some(*value);
    }
    if (MATHEMATICAL.0..=MATHEMATICAL.1).contains(&code) {
        return u8::try_from((code - MATHEMATICAL.0) % 10).ok();
    }
    let in_row = |(first, value): &(u32, u8)| {
        let value = u32::from(*value) + code.checked_sub(*first)?;
        u8::try_from(value).ok().filter(|value| *value < 10)
    };
    ROWS.iter().find_map(in_row)
}

fn value_from(zero: char, c: char) -> Option<u8> {
    u32::from(c).checked_sub(u32::from(zero)).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_form_have_their_value() {
        for (digits, form) in [
            ("0123456789", Form::Plain),
            ("〇一二三四五六七八九", Form::Ideograph),
            ("零壹贰叁肆伍陆柒捌玖", Form::Ideograph),
            ("⓪①②③④⑤⑥⑦⑧⑨", Form::Other),
            ("⁰¹²³⁴⁵⁶⁷⁸⁹", Form::Other),
            ("⓿❶❷❸❹❺❻❼❽❾", Form::Other),
            ("٠١٢٣٤٥٦٧٨٩", Form::Other),
            ("०१२३४५६७८९", Form::Other),
            ("༠༡༢༣༤༥༦༧༨༩", Form::Other),
            ("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", Form::Other),
            ("𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿", Form::Other),
        ] {
            for (at, c) in digits.chars().enumerate() {
                assert!(digit(c).is_some_and(|(value, of)| usize::from(value) == at && of == form), "{c}");
            }
        }
        assert!("a-十百⑩年⁄ⅠX（".chars().all(|c| digit(c).is_none()));
    }
}
