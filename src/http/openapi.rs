//! The OpenAPI 3.1 document, made from the handlers and types themselves.
//!
//! What every operation can answer beyond its own (problems, by status) is added here from the table
//! of problems, so that it stands in one place.

use super::problem::{PROBLEM_JSON, ProblemAnswer, ProblemKind};
use super::{Language, docs, events, feed, metrics, reads, tiles, views, witnesses};
use crate::api::{AppendedLine, LastLine};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

/// A DSSE v1 envelope around one event.
#[derive(Serialize, ToSchema)]
pub(super) struct Envelope {
    /// The event's exact bytes, in base64.
    #[schema(
        min_length = 4,
        max_length = 65536,
        pattern = "^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
    )]
    payload: String,
    /// `application/vnd.credit-ledger.event+json`
    #[serde(rename = "payloadType")]
    #[schema(pattern = "^application/vnd\\.credit-ledger\\.event\\+json$")]
    payload_type: String,
    /// One to four signatures over the pre-authentication encoding.
    #[schema(min_items = 1, max_items = 4)]
    signatures: Vec<EnvelopeSignature>,
}

/// One signature of an envelope.
#[derive(Serialize, ToSchema)]
pub(super) struct EnvelopeSignature {
    /// The Ed25519 public key, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    keyid: String,
    /// R ‖ S, in base64.
    #[schema(pattern = "^[A-Za-z0-9+/]{86}==$")]
    sig: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "credit-ledger",
        description = "A public credit-record ledger in which every alteration, omission or early deletion can be proven.",
    ),
    paths(
        events::append,
        reads::standing,
        reads::history,
        views::subject,
        reads::list,
        views::departures,
        views::indicators,
        views::oversight,
        views::directory,
        reads::entry,
        reads::entry_raw,
        reads::receipt,
        reads::authorities,
        reads::catalogue,
        feed::feed,
        reads::consistency,
        witnesses::checkpoint,
        witnesses::witnessed,
        tiles::tile,
        reads::healthz,
        reads::readyz,
        metrics::show,
        docs::openapi_json,
        docs::page,
    ),
    components(schemas(Envelope, EnvelopeSignature, AppendedLine, LastLine, ProblemAnswer))
)]
struct Document;

/// The document, as `/openapi.json` answers it.
pub fn document() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let operations = item.as_object_mut().into_iter().flatten();
        for (method, operation) in operations {
            if let Some(operation) = operation.as_object_mut() {
                parameters(operation);
                problems(operation, method, path);
            }
        }
    }
    document
}

/// A parameter that may be absent is not one that may be null.
fn parameters(operation: &mut Map<String, Value>) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let Some(kind) = parameter.pointer_mut("/schema/type") else { continue };
        if let Some(named) = kind.as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null")) {
            *kind = named.clone();
        }
    }
}

/// Adds a response for every status that a problem of this operation can have.
fn problems(operation: &mut Map<String, Value>, method: &str, path: &str) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for kind in ProblemKind::all().filter(|kind| answers(*kind, method, path)) {
        by_status.entry(kind.status()).or_default().push(kind.slug());
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (status, slugs) in by_status {
        let description = format!("A problem: {}", slugs.join(", "));
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        responses[status.to_string()] =
            json!({"description": description, "content": {PROBLEM_JSON: {"schema": schema}}});
    }
}

/// Whether an operation can answer with a kind of problem.
fn answers(kind: ProblemKind, method: &str, path: &str) -> bool {
    use ProblemKind::{
        CheckCharacter, Damaged, Internal, InvalidParameter, MalformedIdentifier, MethodNotAllowed, NotFound,
        NotPublic, NotWitnessed, Stopping, Timeout, WriterStopped,
    };
    let writes = method == "post";
    match kind {
        InvalidParameter | MethodNotAllowed | Internal | Timeout => true,
        MalformedIdentifier | CheckCharacter => writes || path.contains('{'),
        NotFound => path.contains('{'),
        NotWitnessed => path == "/checkpoint/witnessed",
        NotPublic => ["/entries/", "/lists/", "/tile/"].iter().any(|part| path.contains(part)),
        Damaged => writes || path.contains('{'),
        Stopping | WriterStopped => writes || path == "/readyz",
        _ => writes,
    }
}

/// The problems of a status and their titles, for `/docs`.
pub(super) fn problem_rows(language: Language) -> Vec<[String; 5]> {
    let row = |kind: ProblemKind| {
        [
            kind.urn(),
            kind.status().to_string(),
            kind.rule().map_or("", |rule| rule.id()).to_owned(),
            kind.title(language).to_owned(),
            kind.advice(language).to_owned(),
        ]
    };
    ProblemKind::all().map(row).collect()
}
