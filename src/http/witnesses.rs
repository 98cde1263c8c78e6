//! The checkpoint with what witnesses say of it, and how they are.

use super::Shared;
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use std::fmt::Write as _;
use std::sync::Arc;

const HEADERS: [(axum::http::HeaderName, &str); 2] =
    [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=1")];

/// The newest signed checkpoint (C2SP tlog-checkpoint), with the cosignatures that it has so far.
#[utoipa::path(
    get,
    path = "/checkpoint",
    operation_id = "getCheckpoint",
    tag = "read",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")),
)]
pub(super) async fn checkpoint(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let published = shared.app.snapshots.latest();
    let cosigned = shared.app.witnesses.as_ref().and_then(|all| all.cosigned(&published.checkpoint));
    let text = cosigned.map_or_else(|| published.checkpoint_text(), |signed| signed.to_string());
    Ok((HEADERS, text).into_response())
}

/// The newest checkpoint whose cosignatures meet the ledger's policy (C2SP tlog-policy).
#[utoipa::path(
    get,
    path = "/checkpoint/witnessed",
    operation_id = "getWitnessedCheckpoint",
    tag = "read",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")),
)]
pub(super) async fn witnessed(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let witnessed = shared.app.witnesses.as_ref().and_then(|all| all.witnessed());
    let signed = witnessed.ok_or_else(|| Problem::new(ProblemKind::NotWitnessed))?;
    Ok((HEADERS, signed.to_string()).into_response())
}

/// How the witnesses are, a line each, for `/readyz`.
pub(super) fn words(shared: &Shared) -> String {
    let Some(all) = &shared.app.witnesses else { return String::new() };
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = match all.witnessed() {
        Some(signed) => writeln!(text, "witnessed: {} entries", signed.checkpoint().size()),
        None => writeln!(text, "witnessed: nothing meets the policy yet"),
    };
    for (name, state) in all.states() {
        let how = match (&state.alarm, &state.failing) {
            (Some(alarm), _) => format!("ALARM: {alarm}"),
            (None, Some(failing)) => format!("failing: {failing}"),
            (None, None) => "well".to_owned(),
        };
        let _ = writeln!(text, "witness {name}: {} entries, {how}", state.size);
    }
    text
}

/// A metric: its name, what it says, and a value for each set of labels.
type Gauge = (&'static str, &'static str, Vec<(String, u64)>);

/// The same in numbers, for `/metrics`.
pub(super) fn gauges(shared: &Shared) -> Vec<Gauge> {
    let Some(all) = &shared.app.witnesses else { return Vec::new() };
    let now = (shared.app.clock)().micros() / 1_000_000;
    let (states, witnessed) = (all.states(), all.witnessed());
    let each = |value: &dyn Fn(&crate::witness::WitnessState) -> u64| -> Vec<(String, u64)> {
        states.iter().map(|(name, state)| (format!(r#"{{witness="{name}"}}"#), value(state))).collect()
    };
    let age = |at: Option<u64>| at.map_or(u64::MAX, |at| now.saturating_sub(at));
    let size = witnessed.as_ref().map_or(0, |signed| signed.checkpoint().size().get());
    let at = witnessed.as_ref().and_then(|signed| all.time_of(signed));
    vec![
        (
            "credit_ledger_witness_size",
            "entries that a witness has cosigned",
            each(&|state| state.size.get()),
        ),
        ("credit_ledger_witness_age_seconds", "since a witness cosigned last", each(&|state| age(state.at))),
        (
            "credit_ledger_witness_failures",
            "submissions without a cosignature",
            each(&|state| state.failures),
        ),
        (
            "credit_ledger_witness_up",
            "1 while a witness answers well",
            each(&|state| u64::from(state.failing.is_none() && state.alarm.is_none())),
        ),
        (
            "credit_ledger_witness_alarm",
            "1 once a witness contradicts this ledger",
            each(&|state| u64::from(state.alarm.is_some())),
        ),
        (
            "credit_ledger_witnessed_size",
            "entries under the witnessed checkpoint",
            vec![(String::new(), size)],
        ),
        (
            "credit_ledger_witnessed_age_seconds",
            "since the witnessed checkpoint was cosigned",
            vec![(String::new(), age(at))],
        ),
    ]
}
