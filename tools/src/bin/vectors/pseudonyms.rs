//! Cases of pseudonyms: what a resident number is named by under the identity keys of a ledger.

use super::case::Case;
use serde_json::{Value, json};
use tlog::bytes::to_hex;

/// The example of GB 11643 itself.
const NUMBER: &str = "11010519491231002X";

fn named(scheme: &str, keys: &[u8], number: &str) -> Value {
    let keys: Vec<_> = keys.iter().map(|byte| to_hex(&[*byte; 32])).collect();
    json!({ "identity_keys": keys, "scheme": scheme, "number": number })
}

pub fn cases() -> Vec<Case> {
    let accepted = |name, about, input| Case::accepted("pseudonym", name, about, input);
    let refused = |name, about, input| Case::refused("pseudonym", name, about, input);
    vec![
        accepted("person", "a person", named("person", &[3], NUMBER)),
        accepted("household", "the household whose head has this number", named("household", &[3], NUMBER)),
        accepted("another-key", "the same person under another key", named("person", &[4], NUMBER)),
        accepted(
            "second-epoch",
            "the same person once there is a second key",
            named("person", &[3, 4], NUMBER),
        ),
        accepted("third-epoch", "a household under three keys", named("household", &[3, 4, 5], NUMBER)),
        refused("check-character", "no resident number", named("person", &[3], "110105194912310021")),
        refused("another-scheme", "a scheme that has no pseudonyms", named("uscc", &[3], NUMBER)),
    ]
}
