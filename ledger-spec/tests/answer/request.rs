//! Signed requests: a head and a body as they came, at a moment.

use super::{Answer, number, text};
use ledger_spec::request::{RequestHead, RequestRefusal, SignedRequest};
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use tlog::bytes::to_hex;

pub fn request(input: &Value) -> Answer {
    let fields: Vec<_> = input["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            let text = |at: usize| field[at].as_str().unwrap();
            (text(0), text(1).as_bytes())
        })
        .collect();
    let head = RequestHead {
        method: text(input, "method"),
        path: text(input, "path"),
        query: input.get("query").map(|query| query.as_str().unwrap()),
        fields: &fields,
    };
    let now = RecordedTime::from_micros(number(input, "now"));
    let refused =
        |refusal: RequestRefusal| json!({ "rule": refusal.rule.id(), "error": refusal.to_string() });
    let signed = SignedRequest::parse(&head).map_err(refused)?;
    let base = signed.base().to_owned();
    let verified = signed.verify(now).map_err(refused)?;
    let body = input.get("body").map_or("", |body| body.as_str().unwrap());
    let body = verified.body(body.as_bytes()).map_err(refused)?;
    Ok(json!({
        "key": verified.key().id(),
        "base": base,
        "created": verified.created().micros(),
        "expires": verified.expires().micros(),
        "mark": to_hex(&verified.mark()),
        "purpose": verified.purpose().map(|purpose| purpose.name()),
        "case": verified.case().map(|case| case.as_str()),
        "body": body.bytes().len(),
    }))
}
