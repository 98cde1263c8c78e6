//! What an append and a request to resolve numbers take, for the OpenAPI document: they themselves are read by the
//! specification.

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

/// Resident numbers that are to be resolved.
#[derive(Serialize, ToSchema)]
pub(super) struct Numbers {
    /// The ledger that is asked: its origin.
    #[schema(min_length = 1, max_length = 255)]
    origin: String,
    /// `person`, or `household` where the numbers are those of heads of households.
    #[schema(pattern = "^(person|household)$")]
    scheme: String,
    /// Resident numbers (GB 11643), each checked by its last character.
    #[schema(min_items = 1, max_items = 10000)]
    numbers: Vec<String>,
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
