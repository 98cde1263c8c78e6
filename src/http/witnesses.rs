//! The checkpoint with what witnesses say of it, and how they are.

use super::Shared;
use super::params::Params;
use super::problem::{Problem, ProblemKind};
use crate::witness::WitnessState;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A value for each witness.
type Gauges = Family<Witness, Gauge<u64, AtomicU64>>;

const HEADERS: [(axum::http::HeaderName, &str); 2] =
    [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=1")];

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(checkpoint)).routes(routes!(witnessed))
}

/// The newest signed checkpoint (C2SP tlog-checkpoint), with the cosignatures that it has so far.
#[utoipa::path(
    get,
    path = "/checkpoint",
    operation_id = "getCheckpoint",
    tag = "read",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")),
)]
async fn checkpoint(
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
async fn witnessed(
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
            (None, None) if !state.heard => "not heard of yet".to_owned(),
            (None, None) => "well".to_owned(),
        };
        let _ = writeln!(text, "witness {name}: {} entries, {how}", state.size);
    }
    text
}

/// One witness.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Witness {
    witness: String,
}

/// The same in numbers, for `/metrics`.
pub(super) fn gauges(shared: &Shared, registry: &mut Registry) {
    let Some(all) = &shared.app.witnesses else { return };
    let now = (shared.app.clock)().micros() / 1_000_000;
    each(&all.states(), now, registry);
    let Some(signed) = all.witnessed() else { return };
    let size = signed.checkpoint().size().get();
    registry.register("witnessed_size", "Entries under the witnessed checkpoint", ConstGauge::new(size));
    if let Some(at) = all.time_of(&signed) {
        let age = ConstGauge::new(now.saturating_sub(at));
        let help = "Since the witnessed checkpoint was cosigned";
        registry.register_with_unit("witnessed_age", help, Unit::Seconds, age);
    }
}

/// What is known of each witness. What one has never done has no sample: no size and no age before it
/// cosigned, and neither up nor down before it was heard of.
fn each(states: &[(String, WitnessState)], now: u64, registry: &mut Registry) {
    let (size, age) = (Gauges::default(), Gauges::default());
    let (failures, up, alarm) = (Family::<Witness, Counter>::default(), Gauges::default(), Gauges::default());
    for (name, state) in states {
        let label = Witness { witness: name.clone() };
        if let Some(at) = state.at {
            size.get_or_create(&label).set(state.size.get());
            age.get_or_create(&label).set(now.saturating_sub(at));
        }
        if state.heard {
            let well = state.failing.is_none() && state.alarm.is_none();
            up.get_or_create(&label).set(u64::from(well));
        }
        failures.get_or_create(&label).inc_by(state.failures);
        alarm.get_or_create(&label).set(u64::from(state.alarm.is_some()));
    }
    registry.register("witness_size", "Entries that a witness has cosigned", size);
    registry.register_with_unit("witness_age", "Since a witness cosigned last", Unit::Seconds, age);
    registry.register("witness_failures", "Submissions without a cosignature", failures);
    registry.register("witness_up", "1 while a witness answers well, 0 while it does not", up);
    registry.register("witness_alarm", "1 once a witness contradicts this ledger", alarm);
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use tlog::position::TreeSize;

    #[test]
    fn names_are_escaped_and_what_never_happened_has_no_sample() {
        let cosigned =
            WitnessState { size: TreeSize::new(7), at: Some(40), heard: true, ..Default::default() };
        let down =
            WitnessState { failures: 3, failing: Some("gone".into()), heard: true, ..Default::default() };
        let states = [
            ("a\"b\\c\nd".to_owned(), cosigned),
            ("down".to_owned(), down),
            ("new".to_owned(), WitnessState::default()),
        ];
        let (mut registry, mut text) = (Registry::with_prefix("credit_ledger"), String::new());
        each(&states, 45, &mut registry);
        encode(&mut text, &registry).unwrap();
        let mut samples: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        samples.sort_unstable();
        let expected = [
            r#"credit_ledger_witness_age_seconds{witness="a\"b\\c\nd"} 5"#,
            r#"credit_ledger_witness_alarm{witness="a\"b\\c\nd"} 0"#,
            r#"credit_ledger_witness_alarm{witness="down"} 0"#,
            r#"credit_ledger_witness_alarm{witness="new"} 0"#,
            r#"credit_ledger_witness_failures_total{witness="a\"b\\c\nd"} 0"#,
            r#"credit_ledger_witness_failures_total{witness="down"} 3"#,
            r#"credit_ledger_witness_failures_total{witness="new"} 0"#,
            r#"credit_ledger_witness_size{witness="a\"b\\c\nd"} 7"#,
            r#"credit_ledger_witness_up{witness="a\"b\\c\nd"} 1"#,
            r#"credit_ledger_witness_up{witness="down"} 0"#,
        ];
        assert_eq!(samples, expected);
    }
}
