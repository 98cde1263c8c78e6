//! What a fuzzer runs of requests: their signed heads, and what they ask.

// Failing is how these functions speak.
#![allow(clippy::unwrap_used)]

use ledger_spec::identity::{MAX_NUMBERS, PseudonymScheme, ResolveRequest};
use ledger_spec::request::{Case, NewRequest, Purpose, RequestHead, SignedRequest};
use ledger_spec::sealed::Kek;
use ledger_spec::time::RecordedTime;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;

const MADE: RecordedTime = RecordedTime::from_micros(1_764_550_840_000_000);

/// Requests to resolve numbers: what is read holds numbers, and no error repeats one.
pub fn resolve(data: &[u8]) {
    match ResolveRequest::parse(data) {
        Ok(asked) => assert!((1..=MAX_NUMBERS).contains(&asked.numbers.len())),
        Err(error) => assert!(!error.to_string().contains("11010519491231")),
    }
    let _ = std::str::from_utf8(data).map(Kek::parse);
}

/// Heads of signed requests, a line of method and target and one for each field: of what is read the base has a line for
/// each component, and its parameters, sent as they stand in it, are read to the same base.
pub fn request(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some((method, target)) =
        lines.next().and_then(|line| std::str::from_utf8(line).ok()?.split_once(' '))
    else {
        return;
    };
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let field = |line: &'_ [u8]| -> Option<(String, Vec<u8>)> {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        Some((std::str::from_utf8(name).ok()?.to_ascii_lowercase(), value[1..].to_vec()))
    };
    let mut fields: Vec<_> = lines.filter_map(field).collect();
    let Some(base) = base_of(method, path, query, &fields) else { return };
    let (components, params) = base.rsplit_once("\n\"@signature-params\": ").unwrap();
    assert!((4..=7).contains(&components.lines().count()) && base.is_ascii());
    for (name, value) in &mut fields {
        if name == "signature-input" {
            let (label, _) = std::str::from_utf8(value).unwrap().split_once('=').unwrap();
            *value = format!("{label}={params}").into_bytes();
        }
    }
    assert_eq!(base_of(method, path, query, &fields), Some(base));
}

fn base_of(method: &str, path: &str, query: Option<&str>, fields: &[(String, Vec<u8>)]) -> Option<String> {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let signed = SignedRequest::parse(&RequestHead { method, path, query, fields: &fields }).ok()?;
    let base = signed.base().to_owned();
    if let Ok(verified) = signed.verify(MADE) {
        assert!(verified.created() < verified.expires());
        let _ = verified.body(base.as_bytes());
    }
    Some(base)
}

/// What [`resolve`] can start from: two numbers.
pub fn numbers() -> Vec<u8> {
    let origin = Origin::parse("a.example").unwrap();
    let numbers = ["11010519491231002X", "440301198001011002"];
    ResolveRequest::body(&origin, PseudonymScheme::Household, &numbers).as_bytes().to_vec()
}

/// What [`request`] can start from: one of each kind.
pub fn heads() -> Vec<Vec<u8>> {
    let case = Case::parse("（2026）1").unwrap();
    let get = NewRequest {
        method: "GET",
        authority: "a.example",
        path: "/v1/entries/7",
        query: Some("valid_at=2026-01-01"),
        body: None,
        purpose: Some(Purpose::Audit),
        case: Some(&case),
        visible_from: None,
    };
    let post = NewRequest { method: "POST", query: None, body: Some(b"{}"), case: None, ..get };
    let head = |new: NewRequest<'_>| {
        let target = new.query.map_or_else(|| new.path.to_owned(), |query| format!("{}?{query}", new.path));
        let mut text = format!("{} {target}\nhost: {}", new.method, new.authority);
        for (name, value) in new.sign(&SecretKey::from_seed(&[5; 32]), MADE, &[7; 16]) {
            text += &format!("\n{name}: {value}");
        }
        text.into_bytes()
    };
    vec![head(get), head(post)]
}
