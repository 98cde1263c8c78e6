//! Cases of pseudonyms: what a resident number is named by under an identity key.

use super::case::Case;
use serde_json::{Value, json};
use tlog::bytes::to_hex;

/// The example of GB 11643 itself.
const NUMBER: &str = "11010519491231002X";

fn named(scheme: &str, key: u8, number: &str) -> Value {
    json!({ "identity_key": to_hex(&[key; 32]), "scheme": scheme, "number": number })
}

pub fn cases() -> Vec<Case> {
    let accepted = |name, about, input| Case::accepted("pseudonym", name, about, input);
    let refused = |name, about, input| Case::refused("pseudonym", name, about, input);
    vec![
        accepted("person", "a person", named("person", 3, NUMBER)),
        accepted("household", "the household whose head has this number", named("household", 3, NUMBER)),
        accepted("another-key", "the same person under another key", named("person", 4, NUMBER)),
        refused("check-character", "no resident number", named("person", 3, "110105194912310021")),
        refused("another-scheme", "a scheme that has no pseudonyms", named("uscc", 3, NUMBER)),
    ]
}
