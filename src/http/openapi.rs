//! The OpenAPI 3.1 document, made from the routes, the handlers and the types themselves.
//!
//! What every operation can answer beyond its own (problems, by status) is added here from the table
//! of problems, so that it stands in one place.

use super::problem::{PROBLEM_JSON, ProblemKind};
use ledger_spec::rule::Rule;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tlog::defect::OrDefect as _;

/// How the document calls the session of a subject.
const SESSION: &str = "session";

/// Finishes the document that the routes make.
pub(super) fn finished(document: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).or_defect("an OpenAPI document is JSON");
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let operations = item.as_object_mut().into_iter().flatten();
        for (method, operation) in operations {
            if let Some(operation) = operation.as_object_mut() {
                parameters(operation);
                sessions(operation, method, path);
                problems(operation, method, path);
            }
        }
    }
    let of_session = "The session of a subject, that a one-time code was exchanged for";
    document["components"]["securitySchemes"] =
        json!({ SESSION: { "type": "http", "scheme": "bearer", "description": of_session } });
    document
}

/// By whose session an operation may be asked, or has to be.
fn sessions(operation: &mut Map<String, Value>, method: &str, path: &str) {
    let by_session = json!({ SESSION: [] });
    let security = match (method, path) {
        ("delete", _) => json!([by_session]),
        (_, "/v1/codes") => return,
        _ if reads_more(path) || path == "/v1/accesses" => json!([{}, by_session]),
        _ => return,
    };
    operation.insert("security".to_owned(), security);
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
        Behind, CheckCharacter, CodeRefused, Damaged, IdentitiesSpent, Internal, InvalidParameter,
        KnownElsewhere, MalformedIdentifier, MethodNotAllowed, NotFound, NotJournalled, NotPublic,
        NotWitnessed, Overloaded, ReadingSlowed, Request, SessionOver, Stopping, Timeout, TooManyCodes,
        TwoAuthorizations, WriterStopped,
    };
    let writes = method == "post";
    match kind {
        InvalidParameter | MethodNotAllowed | Internal | Timeout => true,
        MalformedIdentifier | CheckCharacter => writes || path.contains('{'),
        NotFound => path.contains('{'),
        Overloaded | Stopping => path.starts_with("/v1/") || is_of_the_log(path) || path == "/readyz",
        Behind => ["/lists/", "/indicators/", "/oversight"].iter().any(|part| path.contains(part)),
        NotWitnessed => path == "/checkpoint/witnessed",
        NotPublic => ["/entries/", "/lists/", "/tile/", "/openings/"].iter().any(|part| path.contains(part)),
        Damaged => path.starts_with("/v1/") || is_of_the_log(path),
        IdentitiesSpent => path == "/v1/identities",
        Request(_) => reads_more(path),
        ProblemKind::Rule(Rule::KeyInForce | Rule::Acting) => writes || reads_more(path),
        CodeRefused | TooManyCodes => method == "post" && path == "/v1/sessions",
        SessionOver => reads_more(path) || method == "delete",
        TwoAuthorizations => reads_more(path),
        NotJournalled => reads_more(path) || method == "post" && path == "/v1/sessions",
        ReadingSlowed => reads_more(path),
        WriterStopped | KnownElsewhere => writes || path == "/readyz",
        _ => writes,
    }
}

/// Whether the log's own bytes, or what opens them, are answered there.
fn is_of_the_log(path: &str) -> bool {
    ["/tile/", "/access/tile/", "/openings/", "/access/openings/"].iter().any(|log| path.starts_with(log))
}

/// Whether more than everybody may know is answered there to who signs: the routes that pass the gate.
fn reads_more(path: &str) -> bool {
    const GATED: [&str; 13] = [
        "/v1/subjects/",
        "/v1/questions/",
        "/v1/lists/",
        "/v1/indicators/",
        "/v1/oversight",
        "/v1/directory",
        "/v1/catalogue",
        "/v1/entries/",
        "/v1/codes",
        "/v1/accesses",
        "/v1/identities",
        "/openings/",
        "/access/openings/",
    ];
    GATED.iter().any(|gated| path.starts_with(gated)) && !path.ends_with("/raw")
}
