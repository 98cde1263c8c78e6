//! What is made here is read here, and what a request says of itself. Each refusal has a vector.

use super::*;
use tlog::key::SecretKey;

const NOW: RecordedTime = RecordedTime::from_micros(1_764_550_840_250_000);

fn made(body: Option<&[u8]>, nonce: u8) -> VerifiedRequest {
    let key = SecretKey::from_seed(&[5; 32]);
    let new = NewRequest {
        method: "POST",
        authority: "Credit.Example",
        path: "/v1/identities",
        query: None,
        body,
        purpose: Some(Purpose::Audit),
        case: None,
        visible_from: None,
    };
    let fields = new.sign(&key, NOW, &[nonce; 16]);
    let mut read: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    read.push(("host", b"credit.example"));
    let head = RequestHead { method: new.method, path: new.path, query: new.query, fields: &read };
    SignedRequest::parse(&head).unwrap().verify(NOW).unwrap()
}

#[test]
fn what_is_made_here_is_read_here() {
    let read = made(Some(b"{}"), 7);
    assert_eq!(read.key(), &SecretKey::from_seed(&[5; 32]).public());
    assert_eq!(read.purpose(), Some(Purpose::Audit));
    assert_eq!((read.case(), read.created()), (None, RecordedTime::from_micros(1_764_550_840_000_000)));
    assert_eq!(read.body(b"{}").unwrap().bytes(), b"{}");
    assert_eq!(format!("{:?}", read.body(b"{}").unwrap()), "SignedBody(2 bytes)");
    assert_eq!(read.body(b"{} ").unwrap_err().rule, RequestRule::Body);
    assert!(made(None, 7).body(b"").is_ok());
}

#[test]
fn a_mark_is_of_the_key_and_the_nonce() {
    assert_eq!(made(Some(b"a"), 7).mark(), made(None, 7).mark());
    assert_ne!(made(None, 7).mark(), made(None, 8).mark());
}

#[test]
fn a_request_is_answered_no_longer_than_it_is_remembered() {
    let read = made(None, 7);
    let at = |seconds: u64| read.fresh_at(RecordedTime::from_micros(seconds * 1_000_000)).is_ok();
    let made_at = 1_764_550_840;
    assert_eq!([made_at - 31, made_at - 30, made_at + 90, made_at + 91].map(at), [false, true, true, false]);
    const { assert!(MAX_LIFETIME + MAX_SKEW <= REMEMBERED) };
}
