//! Order keys: texts of `0`-`9`, `a`-`z` that sort bytewise, with room for more between any two.
//!
//! A key is read as a fraction in base 36 and never ends in `0`, so that bytewise order and the order
//! of the fractions are the same and there is always something smaller.

use tlog::defect::{OrDefect as _, as_u64};

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const BASE: u128 = 36;
/// New keys take the first quarter of the room there is: rows mostly come at the end of a section, and
/// halving what is left each time would spend a digit every five times.
const SHARE: u128 = 4;
/// Least distance between new keys, so that the next row between two of them costs no digit.
const LEAST: u128 = 4;
/// How many digits are looked at together. 36^12 places are enough for any edition.
const WINDOW: usize = 12;

/// Whether a text is a key that this code can place others beside.
pub(super) fn is_key(text: &str) -> bool {
    digits(text).last().is_some_and(|last| *last != 0) && text.bytes().all(|byte| DIGITS.contains(&byte))
}

/// `count` rising keys strictly between two keys; an absent bound is open. `after` must be greater
/// than `before`.
pub(super) fn keys_between(before: Option<&str>, after: Option<&str>, count: usize) -> Vec<String> {
    if count == 0 {
        return Vec::new();
    }
    let low = before.map(digits).unwrap_or_default();
    let high = after.map(digits);
    let (prefix, low, high) = narrow(&low, high.as_deref());
    let places = u128::from(as_u64(count));
    // A new list is spread over all the room, with as much between the rows as at either end.
    let shares = if before.is_none() && after.is_none() { places + 1 } else { SHARE * places };
    let step_at = |width| {
        let (first, last) = window(&low, high.as_deref(), width);
        (first, last, (last - first) / shares)
    };
    let width = (1..WINDOW).find(|width| step_at(*width).2 >= LEAST).unwrap_or(WINDOW);
    let (first, last, step) = step_at(width);
    // With no row before, the next ones are as likely to come before these: leave the room there.
    let start = if before.is_none() && after.is_some() { last - step * (places + 1) } else { first };
    (1..=places).map(|n| written(&prefix, start + step * n, width)).collect()
}

/// Splits off the digits that all keys between the two begin with, until the next digits leave at
/// least one digit between them.
fn narrow(low: &[u8], high: Option<&[u8]>) -> (Vec<u8>, Vec<u8>, Option<Vec<u8>>) {
    let mut prefix = Vec::new();
    let (mut low, mut high) = (low, high);
    loop {
        let below = u16::from(low.first().copied().unwrap_or(0));
        let above = high.map_or(36, |high| u16::from(high.first().copied().unwrap_or(0)));
        if above >= below + 2 {
            return (prefix, low.to_vec(), high.map(<[u8]>::to_vec));
        }
        let low_rest = rest(low);
        let high_rest = high.map_or(&[][..], rest);
        let step_into_high = above == below
            || (!high_rest.is_empty()
                && u16::from(high_rest[0]) > 36 - u16::from(low_rest.first().copied().unwrap_or(0)));
        if step_into_high {
            prefix.push(u8::try_from(above).or_defect("a digit, or one more than the last"));
            low = if above == below { low_rest } else { &[] };
            high = Some(high_rest);
        } else {
            prefix.push(u8::try_from(below).or_defect("a digit"));
            low = low_rest;
            high = None;
        }
    }
}

/// The digits after the first; what has none goes on with none.
fn rest(digits: &[u8]) -> &[u8] {
    digits.split_first().map_or(&[], |(_, rest)| rest)
}

/// Both bounds as whole numbers of `width` digits. The lower is cut short, so that a number above it
/// is above the bound; so is the upper, so that a number below it is below the bound.
fn window(low: &[u8], high: Option<&[u8]>, width: usize) -> (u128, u128) {
    let number = |digits: &[u8]| {
        (0..width).fold(0, |sum, at| sum * BASE + u128::from(digits.get(at).copied().unwrap_or(0)))
    };
    let open = (0..width).fold(1, |product, _| product * BASE);
    (number(low), high.map_or(open, number))
}

fn written(prefix: &[u8], mut number: u128, width: usize) -> String {
    let mut all = prefix.to_vec();
    let mut tail = Vec::with_capacity(width);
    for _ in 0..width {
        tail.push(u8::try_from(number % BASE).or_defect("a digit"));
        number /= BASE;
    }
    all.extend(tail.iter().rev());
    while all.last() == Some(&0) {
        all.pop();
    }
    let letter = |digit: &u8| DIGITS.get(usize::from(*digit)).or_defect("a digit");
    all.iter().map(|digit| char::from(*letter(digit))).collect()
}

/// The digits of a key; characters that are none count as 0, which [`is_key`] keeps out.
fn digits(text: &str) -> Vec<u8> {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            _ => 0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: Option<&str>, after: Option<&str>, count: usize) -> Vec<String> {
        let keys = keys_between(before, after, count);
        assert_eq!(keys.len(), count);
        let mut all: Vec<&str> = before.into_iter().collect();
        all.extend(keys.iter().map(String::as_str));
        all.extend(after);
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert!(keys.iter().all(|key| is_key(key)), "{keys:?}");
        keys
    }

    #[test]
    fn there_is_always_room() {
        for (before, after) in [
            (None, None),
            (None, Some("1")),
            (None, Some("0001")),
            (Some("z"), None),
            (Some("zzzz"), None),
            (Some("a"), Some("b")),
            (Some("azzzzzzzzzzzzzzzzzzz"), Some("b")),
            (Some("a"), Some("a1")),
            (Some("a"), Some("a00000000000000001")),
            (Some("a1"), Some("b1")),
            (Some("az"), Some("bz")),
        ] {
            for count in [1, 2, 35, 36, 400] {
                check(before, after, count);
            }
        }
    }

    #[test]
    fn keys_grow_slowly_under_insertions_at_one_place() {
        for rising in [true, false] {
            let (mut low, mut high) = ("i".to_owned(), "j".to_owned());
            for _ in 0..200 {
                let key = check(Some(&low), Some(&high), 1).remove(0);
                *(if rising { &mut low } else { &mut high }) = key;
            }
            let longest = low.len().max(high.len());
            assert!(longest <= if rising { 24 } else { 90 }, "{longest} {rising}");
        }
    }

    #[test]
    fn what_is_no_key() {
        for text in ["", "a0", "A", "a-", "0"] {
            assert!(!is_key(text), "{text}");
        }
        assert!(is_key("0a1"));
    }
}
