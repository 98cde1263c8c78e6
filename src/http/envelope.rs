//! What an append takes, for the OpenAPI document: envelopes themselves are read by the specification.

use serde::Serialize;
use utoipa::ToSchema;

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
    /// The personal fields that travel beside the event: base64url of `[salt, name, value]` each, all whose SHA-256 stands
    /// in the event's `private`, in any order. No part of DSSE: whoever verifies the envelope takes it away.
    #[schema(required = false, max_items = 64)]
    disclosures: Vec<String>,
}

/// A DSSE v1 envelope around a request to resolve resident numbers.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestEnvelope {
    /// The request's exact bytes, in base64.
    #[schema(
        min_length = 4,
        max_length = 327680,
        pattern = "^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
    )]
    payload: String,
    /// `application/vnd.credit-ledger.resolve+json`
    #[serde(rename = "payloadType")]
    #[schema(pattern = "^application/vnd\\.credit-ledger\\.resolve\\+json$")]
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
