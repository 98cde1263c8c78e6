//! Who asks: a request's signature, looked at before anything of its body, of the log or of a subject is read.

use super::Shared;
use super::problem::Problem;
use axum::http::request::Parts;
use ledger_spec::admission::{Governance, Reader};
use ledger_spec::request::{RequestHead, SignedRequest, VerifiedRequest};
use ledger_spec::time::RecordedTime;
use std::time::Duration;
use utoipa::IntoParams;

/// The fields that sign a request. They are read by the specification, not by a schema.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // it is what the document says
pub(super) struct SignatureFields {
    /// What the signature covers, and its six parameters (RFC 9421)
    #[param(rename = "Signature-Input", max_length = 2048)]
    signature_input: String,
    /// The Ed25519 signature over the signature base (RFC 9421)
    #[param(rename = "Signature", max_length = 2048)]
    signature: String,
    /// The SHA-256 of the body (RFC 9530); where there is a body it has to be there, and signed
    #[param(rename = "Content-Digest", max_length = 2048)]
    content_digest: Option<String>,
    /// What it is asked for: `filing`
    #[param(rename = "Credit-Purpose", pattern = "^[a-z0-9.-]{1,64}$")]
    credit_purpose: String,
    /// The matter that it is asked in; signed where it is there
    #[param(rename = "Credit-Case", max_length = 2048)]
    credit_case: Option<String>,
    /// The day from which on the subject is told of the look, where not at once; signed where it is there
    #[param(rename = "Credit-Visible-From", format = Date)]
    credit_visible_from: Option<String>,
}

/// The request of an enrolled authority, by its signature: R01 to R12 and R14 to R16, L05, L23. It is taken: who sends
/// the same again is refused, whatever becomes of this one.
///
/// With it the moment at which it was taken. What is dated ahead waits until its time has come, as far as it may lie ahead: so nothing is answered that is dated
/// after the answer, and the next process can refuse all that this one may have answered.
pub(super) async fn reader<'g>(
    shared: &Shared,
    parts: &Parts,
    governance: &'g Governance,
) -> Result<(VerifiedRequest, Reader<'g>, RecordedTime), Problem> {
    let fields: Vec<_> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let head = RequestHead {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query(),
        fields: &fields,
    };
    let mut now = (shared.app.clock)();
    let asked = SignedRequest::parse(&head).and_then(|signed| signed.verify(now));
    let asked = asked.map_err(|refusal| Problem::from(&refusal))?;
    let reader = Reader::of(&asked, governance, now).map_err(|refusal| Problem::from(&refusal))?;
    let ahead = asked.created().micros().saturating_sub(now.micros());
    if ahead > 0 {
        tokio::time::sleep(Duration::from_micros(ahead)).await;
        now = (shared.app.clock)();
    }
    let taken = shared.replays.take(&asked, now);
    taken.map_err(|refusal| Problem::from(&refusal))?;
    Ok((asked, reader, now))
}
