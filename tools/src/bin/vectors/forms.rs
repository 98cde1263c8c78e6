//! Cases of single forms: identifiers, times, keys, events, envelopes.

use super::case::Case;
use super::kinds::an_event;
use crate::base::{DEPARTMENT, FIRM, Making, WITH_TORSION, event_id, filing, key, key_of, public};
use ledger_spec::event::Kind;
use ledger_spec::event::envelope::{PAYLOAD_TYPE, pre_authentication_encoding, seal};
use serde_json::{Value, json};
use tlog::bytes::{to_base64, to_hex};

pub fn cases() -> Vec<Case> {
    let mut cases = identifiers();
    cases.extend(keys());
    cases.extend(good_events());
    cases.extend(bad_events());
    cases.extend(envelopes());
    cases
}

fn identifiers() -> Vec<Case> {
    let hash = "0123456789abcdef".repeat(4);
    let upper = hash.to_uppercase();
    let id = event_id(1).to_string();
    let long = "a".repeat(65);
    // name, form, text, what it shows, accepted
    let table: &[(&str, &str, &str, &str, bool)] = &[
        ("uscc", "subject", FIRM, "a GB 32100 code with its check character", true),
        (
            "uscc-letters",
            "subject",
            "uscc:91350100M000100Y43",
            "the standard's own example: letters where they may stand",
            true,
        ),
        ("uscc-wrong-check", "subject", "uscc:914403001922038215", "another check character", false),
        (
            "uscc-zeros",
            "subject",
            "uscc:000000000000000000",
            "no department of the table, though the check holds",
            false,
        ),
        ("uscc-department", "subject", "uscc:B14403001922038214", "no department of the table", false),
        (
            "uscc-class",
            "subject",
            "uscc:94440300192203821W",
            "no class of body that the department registers",
            false,
        ),
        (
            "uscc-agriculture",
            "subject",
            "uscc:N2430381192203821U",
            "a village's collective: a letter as department",
            true,
        ),
        ("uscc-letter-i", "subject", "uscc:91440300192203821I", "I, O, S, V and Z stand in no code", false),
        ("uscc-lower-case", "subject", "uscc:91350100m000100y43", "letters are capitals", false),
        ("uscc-short", "subject", "uscc:91440300192203821", "17 characters", false),
        ("uscc-full-width", "subject", "uscc:９14403001922038216", "a full-width digit", false),
        ("person", "subject", &format!("person:{hash}"), "a keyed hash in lower-case hex", true),
        ("person-upper-case", "subject", &format!("person:{upper}"), "upper-case hex", false),
        (
            "person-number",
            "subject",
            "person:11010519491231002X",
            "a resident number where a pseudonym belongs",
            false,
        ),
        ("household", "subject", &format!("household:{hash}"), "a household's pseudonym", true),
        (
            "person-second-epoch",
            "subject",
            &format!("person:{hash}.02"),
            "a pseudonym of the second key",
            true,
        ),
        ("person-last-epoch", "subject", &format!("person:{hash}.99"), "one of the last", true),
        (
            "person-first-epoch",
            "subject",
            &format!("person:{hash}.01"),
            "the first epoch is not written",
            false,
        ),
        ("person-epoch-short", "subject", &format!("person:{hash}.2"), "an epoch has two digits", false),
        ("person-epoch-long", "subject", &format!("person:{hash}.100"), "and no more", false),
        ("place-6", "subject", "place:430381", "a county", true),
        ("place-9", "subject", "place:430381001", "a town", true),
        ("place-12", "subject", "place:430381001002", "a village", true),
        ("place-7", "subject", "place:4303810", "no place has 7 digits", false),
        ("ext", "subject", "ext:jp-houjin:1234567890123", "a subject of another register", true),
        ("ext-no-code", "subject", "ext:jp-houjin:", "a register without a code", false),
        ("ext-slash", "subject", "ext:jp:a/b", "a code with a slash", false),
        (
            "authority-subject",
            "subject",
            "authority:market-regulation.430381",
            "an authority as a subject",
            true,
        ),
        ("catalogue-type", "subject", "catalogue:type.penalty.fine", "a record type", true),
        ("catalogue-measure", "subject", "catalogue:measure.travel.ban", "a measure", true),
        ("catalogue-list", "subject", "catalogue:list.market.serious", "a list", true),
        ("catalogue-sort", "subject", "catalogue:score.travel.ban", "no such sort of item", false),
        ("ledger", "subject", "ledger", "the ledger itself", true),
        (
            "unknown-scheme",
            "subject",
            "lei:5493001KJTIIGC8Y1R12",
            "a scheme that the ledger does not know",
            false,
        ),
        ("no-scheme", "subject", "914403001922038216", "a bare code", false),
        ("authority", "authority", "court.430381", "words joined by dots", true),
        ("authority-upper-case", "authority", "Court", "capitals", false),
        ("authority-double-dot", "authority", "court..430381", "an empty word", false),
        ("authority-long", "authority", &long, "65 bytes", false),
        ("type-one-word", "type", "penalty", "a code has two words or more", false),
        ("list", "list", "mhlw.labour-violations", "a list's code", true),
        ("event-id", "event", &id, "a UUID of version 7", true),
        ("event-id-version-4", "event", "9c5b94b1-35ad-49bb-b118-8e8fc24abf80", "a UUID of version 4", false),
        ("event-id-upper-case", "event", &id.to_uppercase().replace('0', "A"), "upper-case hex", false),
        ("resident-number", "resident-number", "11010519491231002X", "the standard's own example", true),
        (
            "resident-number-wrong-check",
            "resident-number",
            "110105194912310021",
            "another check character",
            false,
        ),
        (
            "resident-number-no-date",
            "resident-number",
            "11010519490229002X",
            "born on 29 February 1949",
            false,
        ),
        ("origin", "origin", "credit.xiangxiang.example/ledger", "a schemeless URL", true),
        ("origin-space", "origin", "credit example", "a space", false),
        ("origin-plus", "origin", "credit+example", "a plus", false),
        ("time", "valid-time", "2026-11-01T00:00:00+08:00", "an instant at +08:00", true),
        ("time-utc", "valid-time", "1970-01-01T00:00:00.5Z", "an instant in UTC with a fraction", true),
        ("time-first", "valid-time", "1900-01-01T00:00:00+08:00", "the first instant", true),
        ("time-last", "valid-time", "2199-12-31T23:59:59.999999+08:00", "the last instant", true),
        (
            "time-too-late",
            "valid-time",
            "2199-12-31T16:00:00Z",
            "the next instant but one: 2200 in civil time",
            false,
        ),
        ("time-no-offset", "valid-time", "2026-11-01T00:00:00", "no offset", false),
        (
            "time-unknown-offset",
            "valid-time",
            "2026-11-01T00:00:00-00:00",
            "an offset that says unknown",
            false,
        ),
        ("time-leap-second", "valid-time", "2016-12-31T23:59:60Z", "a leap second", false),
        ("time-seven-digits", "valid-time", "2026-11-01T00:00:00.1234567Z", "less than a microsecond", false),
        ("time-lower-case", "valid-time", "2026-11-01t00:00:00z", "lower-case letters", false),
        ("date", "date", "2024-02-29", "a leap day", true),
        ("date-none", "date", "2026-02-29", "a day in no calendar", false),
        ("recorded-time", "recorded-time", "2025-12-01T09:00:00+08:00", "when an entry was committed", true),
        ("recorded-time-negative", "recorded-time", "1969-12-31T23:59:59Z", "before 1970", false),
    ];
    let case = |&(name, form, text, about, good): &(&str, &str, &str, &str, bool)| {
        let make = if good { Case::accepted } else { Case::refused };
        make("identifier", name, about, json!({ "form": form, "text": text }))
    };
    table.iter().map(case).collect()
}

fn keys() -> Vec<Case> {
    let (secret, message) = (key(4), b"message".as_slice());
    let good = to_hex(&secret.sign(message));
    let with = |signature: &str| json!({ "key": secret.public().id(), "message": to_hex(message), "signature": signature });
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut unreduced = [0xff; 32];
    (unreduced[0], unreduced[31]) = (0xf0, 0x7f);
    let bare = |key: &[u8; 32]| json!({ "key": to_hex(key) });
    let to_enrol = |key: &[u8; 32]| json!({ "key": to_hex(key), "enrol": true });
    vec![
        Case::accepted("key", "signature", "a signature that holds strictly", with(&good)),
        Case::refused(
            "key",
            "other-signature",
            "the signature of another message",
            with(&to_hex(&secret.sign(b"x"))),
        ),
        Case::refused(
            "key",
            "unreduced-s",
            "S + L in place of S: a second signature of the same message",
            with(&to_hex(&plus_l(secret.sign(message)))),
        ),
        Case::refused("key", "small-order", "the neutral point: anybody can sign for it", bare(&identity)),
        Case::refused("key", "unreduced-y", "a second encoding of a point", bare(&unreduced)),
        Case::refused("key", "no-point", "32 bytes that are no point", bare(&[2; 32])),
        Case::accepted("key", "torsion", "a point of order 8 added to a key", bare(&WITH_TORSION)),
        Case::refused("key", "torsion-enrolled", "the same key, to be enrolled", to_enrol(&WITH_TORSION)),
        Case::accepted("key", "enrolled", "a key to be enrolled", to_enrol(secret.public().as_bytes())),
        Case::refused(
            "key",
            "small-order-enrolled",
            "the neutral point, to be enrolled",
            to_enrol(&identity),
        ),
    ]
}

/// The signature with the group's order added to S (RFC 8032 §5.1.7 demands S < L).
pub fn plus_l(mut signature: [u8; 64]) -> [u8; 64] {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0_u16;
    for (s, l) in signature[32..].iter_mut().zip(L) {
        let sum = u16::from(*s) + u16::from(l) + carry;
        *s = u8::try_from(sum & 0xff).unwrap();
        carry = sum >> 8;
    }
    signature
}

fn text_of(making: &Making) -> String {
    String::from_utf8(making.bytes()).unwrap()
}

fn good_events() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut seen = filing(32);
    seen.seen_version = Some(7);
    let private =
        text_of(&seen).replacen("\"body\"", &format!("\"private\":[\"{}\"],\"body\"", public(7)), 1);
    cases.push(Case::accepted(
        "event",
        "optional-fields",
        "seen_version and private digests",
        json!({ "text": private }),
    ));
    let spaced = text_of(&filing(33)).replacen("{\"origin\"", "\n { \"origin\"", 1);
    let rare = text_of(&an_event(Kind::SubjectAmended)).replacen("某某集团", "葛\u{e0100}䶮𰻝集团", 1);
    cases.push(Case::accepted(
        "event",
        "name-of-rare-characters",
        "rare ideographs, one with a registered variant",
        json!({ "text": rare }),
    ));
    cases.push(Case::accepted(
        "event",
        "white-space",
        "white space is signed like all else",
        json!({ "text": spaced }),
    ));
    cases
}

fn bad_events() -> Vec<Case> {
    let good = text_of(&filing(25));
    // name, what it shows, text to replace, replacement
    let table: &[(&str, &str, &str, &str)] = &[
        ("unknown-field", "a field that no event has", "{\"origin\"", "{\"note\":\"x\",\"origin\""),
        ("unknown-body-field", "a field that the kind's body has not", "\"type\":", "\"amount\":5,\"type\":"),
        ("duplicate-key", "one key twice", "{\"origin\"", "{\"kind\":\"record.filed\",\"origin\""),
        (
            "duplicate-key-escaped",
            "one key twice, once with an escape",
            "{\"origin\"",
            "{\"k\\u0069nd\":\"record.filed\",\"origin\"",
        ),
        (
            "duplicate-key-deep",
            "one key twice inside the body",
            "\"number\":",
            "\"date\":\"2025-10-29\",\"number\":",
        ),
        ("float", "a number with a fraction", "\"body\"", "\"seen_version\":1.0,\"body\""),
        ("exponent", "a number with an exponent", "\"body\"", "\"seen_version\":1e3,\"body\""),
        (
            "number-out-of-range",
            "a version that not every JSON reader holds",
            "\"body\"",
            "\"seen_version\":9007199254740992,\"body\"",
        ),
        ("negative-version", "a negative version", "\"body\"", "\"seen_version\":-1,\"body\""),
        ("number-as-text", "a number in quotes", "\"body\"", "\"seen_version\":\"1\",\"body\""),
        ("null", "null where a field may be absent", "\"body\"", "\"seen_version\":null,\"body\""),
        ("unknown-kind", "a kind without rules", "record.filed", "record.burnt"),
        ("missing-field", "no issuer", "\"issuer\":\"market-regulation.430381\",", ""),
        ("missing-body-field", "a record without a type", ",\"type\":\"penalty.fine\"", ""),
        ("bad-time", "a time without offset", "00:00:00+08:00", "00:00:00"),
        ("bad-subject", "a code with another check character", "922038216", "922038215"),
        ("bad-word", "a severity that is none", "\"minor\"", "\"small\""),
        ("empty-text", "an empty summary", "罚款五千元", ""),
        ("control-character", "a tab in a text", "罚款五千元", "罚款\\t五千元"),
        (
            "private-twice",
            "one digest twice",
            "\"body\"",
            "\"private\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"],\"body\"",
        ),
        (
            "private-padded",
            "a digest with padding",
            "\"body\"",
            "\"private\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"],\"body\"",
        ),
        ("body-not-object", "a list as body", "\"body\":{", "\"body\":[],\"x\":{"),
        (
            "trailing",
            "text after the event",
            "\"valid_from\":\"2025-11-01T00:00:00+08:00\"",
            "\"valid_from\":\"2025-11-01T00:00:00+08:00\"}{\"x\":1",
        ),
        ("lone-surrogate", "half of a character", "罚款五千元", "\\ud800"),
    ];
    let mut cases = Vec::new();
    for (name, about, from, to) in table {
        assert!(good.contains(from), "{name}: {from} stands in {good}");
        cases.push(Case::refused("event", name, about, json!({ "text": good.replacen(from, to, 1) })));
    }
    let truncated = &good[..good.len() - 1];
    cases.push(Case::refused(
        "event",
        "truncated",
        "the last brace is missing",
        json!({ "text": truncated }),
    ));
    cases.push(Case::refused("event", "empty", "no bytes", json!({ "text": "" })));
    cases.push(Case::refused("event", "array", "an array", json!({ "text": "[]" })));
    let latin = [good.as_bytes(), b"\xff"].concat();
    cases.push(Case::refused(
        "event",
        "invalid-utf-8",
        "a byte that is no UTF-8",
        json!({ "hex": to_hex(&latin) }),
    ));
    let mark = ["\u{feff}".as_bytes(), good.as_bytes()].concat();
    cases.push(Case::refused(
        "event",
        "byte-order-mark",
        "a byte order mark before the event",
        json!({ "hex": to_hex(&mark) }),
    ));
    let deep = format!("{}{}", "[".repeat(17), "]".repeat(17));
    let deep = good.replacen("{\"origin\"", &format!("{{\"note\":{deep},\"origin\""), 1);
    cases.push(Case::refused("event", "too-deep", "18 levels of nesting", json!({ "text": deep })));
    let long = good.replacen("{\"origin\"", &format!("{{{}\"origin\"", " ".repeat(48 * 1024)), 1);
    cases.push(Case::refused("event", "too-long", "more than 48 KiB", json!({ "text": long })));
    cases
}

fn envelopes() -> Vec<Case> {
    let making = filing(25);
    let (good, payload) = (making.envelope(), making.bytes());
    let signer = key(key_of(DEPARTMENT));
    let message = pre_authentication_encoding(&payload);
    let enveloped = |signature: &[u8], keyid: &str, kind: &str| {
        let signature = json!({ "keyid": keyid, "sig": to_base64(signature) });
        json!({ "payload": to_base64(&payload), "payloadType": kind, "signatures": [signature] }).to_string()
    };
    let id = signer.public().id();
    let accepted = |name: &str, about: &str, text: String| {
        Case::accepted("envelope", name, about, json!({ "text": text }))
    };
    let refused = |name: &str, about: &str, text: String| {
        Case::refused("envelope", name, about, json!({ "text": text }))
    };
    let five: Vec<_> = (1..=5).map(key).collect();
    let url_safe = good
        .replace('+', "-")
        .replace('/', "_")
        .replace("application_vnd.credit-ledger.event-json", PAYLOAD_TYPE);
    let raw = enveloped(&signer.sign(&payload), &id, PAYLOAD_TYPE);
    let mut cases = vec![
        accepted("one-signature", "the usual envelope", good.clone()),
        accepted(
            "four-signatures",
            "as many as there may be",
            seal(&payload, &five[..4].iter().collect::<Vec<_>>()),
        ),
        accepted("url-safe", "the other base64 alphabet, which DSSE allows", url_safe),
        refused("five-signatures", "more than four", seal(&payload, &five.iter().collect::<Vec<_>>())),
        refused("no-signature", "none", seal(&payload, &[])),
        refused("raw-payload-signed", "a signature over the event alone, not over DSSE's encoding", raw),
        refused(
            "other-payload-type",
            "another payload type",
            enveloped(&signer.sign(&message), &id, "application/json"),
        ),
        refused(
            "unreduced-s",
            "a signature with S + L",
            enveloped(&plus_l(signer.sign(&message)), &id, PAYLOAD_TYPE),
        ),
        refused(
            "other-key",
            "the signature of another key",
            enveloped(&key(9).sign(&message), &id, PAYLOAD_TYPE),
        ),
        refused("short-signature", "63 bytes", enveloped(&signer.sign(&message)[..63], &id, PAYLOAD_TYPE)),
        refused(
            "weak-key",
            "a key of small order",
            enveloped(&signer.sign(&message), &format!("01{}", "0".repeat(62)), PAYLOAD_TYPE),
        ),
        refused(
            "key-upper-case",
            "a key id in capitals",
            enveloped(&signer.sign(&message), &id.to_uppercase(), PAYLOAD_TYPE),
        ),
        refused("unknown-field", "a field that no envelope has", good.replacen('{', "{\"x\":1,", 1)),
        refused("duplicate-key", "two payloads", good.replacen('{', "{\"payload\":\"e30=\",", 1)),
        refused("bad-event", "an event that is none", seal(b"{}", &[&signer])),
        refused("changed-event", "an event changed after it was signed", changed(&good, &payload)),
    ];
    let unpadded = good.replacen(&to_base64(&payload), to_base64(&payload).trim_end_matches('='), 1);
    if unpadded != good {
        cases.push(refused("unpadded", "base64 without padding", unpadded));
    }
    // A second signature that fails spoils the first.
    let mut spoilt: Value = serde_json::from_str(&good).unwrap();
    let extra = json!({ "keyid": key(5).public().id(), "sig": to_base64(&key(9).sign(&message)) });
    spoilt["signatures"].as_array_mut().unwrap().push(extra);
    cases.push(refused("second-signature-bad", "one of two signatures does not hold", spoilt.to_string()));
    cases
}

fn changed(envelope: &str, payload: &[u8]) -> String {
    let other = String::from_utf8(payload.to_vec())
        .unwrap()
        .replacen("minor", "major", 1)
        .replacen("major", "general", 1);
    envelope.replacen(&to_base64(payload), &to_base64(other.as_bytes()), 1)
}
