//! Envelopes whose signatures are checked together: each has its own verdict, the one that it has alone.

#![allow(clippy::unwrap_used, clippy::panic)]

use ledger_spec::event::envelope::{EnvelopeError, SignedEvent, VerifiedEvent, pre_authentication_encoding};
use serde_json::Value;
use tlog::bytes::from_base64;
use tlog::key::{KeyError, PublicKey};

/// The vectors' envelopes: some cannot be read, some have several signatures of which one does not hold.
#[test]
fn envelopes_that_are_verified_together_get_the_answers_that_they_get_alone() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/envelope");
    let read = |file: std::fs::DirEntry| {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
        case["input"]["text"].as_str().unwrap().to_owned()
    };
    let envelopes: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect();
    let read = |envelope: &String| SignedEvent::from_envelope(envelope.as_bytes());
    let bytes = |verified: VerifiedEvent| verified.bytes().to_vec();
    // The reference, one signature after the other, is ed25519-dalek's own check.
    let alone = |envelope: &String| {
        let event = read(envelope)?;
        let text: Value = serde_json::from_str(envelope).unwrap();
        let message = pre_authentication_encoding(&decoded(&text["payload"]));
        for (position, one) in text["signatures"].as_array().unwrap().iter().enumerate() {
            let key = PublicKey::bytes_from_id(one["keyid"].as_str().unwrap()).unwrap();
            let signature = decoded(&one["sig"]).try_into().unwrap();
            let checked = PublicKey::parse(key).unwrap().verify(&message, &signature);
            checked.map_err(|fault| EnvelopeError::Signature { position, fault })?;
        }
        event.verify().map(bytes)
    };
    let expected: Vec<_> = envelopes.iter().map(alone).collect();
    let bad = |position| Err(EnvelopeError::Signature { position, fault: KeyError::BadSignature });
    assert!(expected.contains(&bad(1)) && expected.iter().any(Result::is_ok), "{expected:?}");
    for first in 0..envelopes.len() {
        let turned = |at: usize| (first + at) % envelopes.len();
        let together = (0..5 * envelopes.len()).map(|at| read(&envelopes[turned(at)])).collect();
        let verdicts = SignedEvent::verify_each(together);
        assert_eq!(verdicts.len(), 5 * envelopes.len());
        for (at, verdict) in verdicts.into_iter().enumerate() {
            assert_eq!(verdict.map(bytes), expected[turned(at)]);
        }
    }
}

/// DSSE allows both alphabets.
fn decoded(text: &Value) -> Vec<u8> {
    from_base64(&text.as_str().unwrap().replace('-', "+").replace('_', "/")).unwrap()
}
