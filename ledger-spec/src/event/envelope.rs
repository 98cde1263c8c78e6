//! The way in: a DSSE envelope becomes a [`SignedEvent`], and that a [`VerifiedEvent`].
//!
//! Each type has one maker, so that nothing reaches admission whose bytes were not read and whose
//! signatures were not checked. What the signatures are allowed to say is admission's business.

use super::disclosed::DisclosureError;
use crate::entry::{Entry, EntrySignature};
use crate::event::{Event, EventError};
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::json::{Json, JsonError};
use crate::wording::Words;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use tlog::defect::OrDefect as _;
use tlog::key::{Check, KeyError, PublicKey, SecretKey};

/// The payload type of every event.
pub const PAYLOAD_TYPE: &str = "application/vnd.credit-ledger.event+json";
/// What the pre-authentication encoding of every event begins with: version, length of the type, type.
const HEAD: &[u8] = b"DSSEv1 40 application/vnd.credit-ledger.event+json ";
/// How many signatures an envelope may carry.
pub const MAX_SIGNATURES: usize = 4;
/// Longest envelope: the event in base64, four signatures, and room for white space.
pub const MAX_ENVELOPE: usize = 72 * 1024;

/// Why bytes are not an envelope that can be verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Longer than [`MAX_ENVELOPE`].
    #[error("envelope of {found} bytes where at most {expected} are accepted")]
    TooLong {
        /// Length found.
        found: usize,
        /// [`MAX_ENVELOPE`].
        expected: usize,
    },
    /// Not JSON as this ledger reads it.
    #[error("envelope: {0}")]
    Json(#[from] JsonError),
    /// A field of the envelope.
    #[error("envelope: {0}")]
    Field(#[from] FieldError),
    /// The event inside.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A signature or its key; `position` counts from 0.
    #[error("signature {position}: {fault}")]
    Signature {
        /// Which signature.
        position: usize,
        /// What is wrong.
        fault: KeyError,
    },
    /// What was sent beside the envelope.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
}

/// An event that was read, with signatures that nobody has checked yet.
#[derive(Clone, Debug)]
#[must_use = "signatures that were only read are claims: verify them"]
pub struct SignedEvent {
    // An event is some hundreds of bytes, and is handed on a dozen times before it is an entry.
    event: Box<Event>,
    message: Message,
    signatures: Vec<(PublicKey, [u8; 64])>,
}

/// An event whose every signature holds over its exact bytes.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifiedEvent {
    event: Box<Event>,
    message: Message,
    signatures: Vec<(PublicKey, [u8; 64])>,
}

/// [`PublicKey::parse`], or something that gives the same answers faster.
pub type KeyParser<'a> = &'a mut dyn FnMut([u8; 32]) -> Result<PublicKey, KeyError>;

/// DSSE's pre-authentication encoding of an event: what its signatures sign (DSSE v1, protocol).
#[must_use]
pub fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    Message::of(payload).encoded
}

/// A key's bytes and a signature, as an envelope has them.
type RawSignature = ([u8; 32], [u8; 64]);

/// An event's bytes within what is signed, so that they are held once.
#[derive(Clone, Debug)]
struct Message {
    /// The pre-authentication encoding, which ends with the payload.
    encoded: Vec<u8>,
    /// Where the payload begins.
    payload: usize,
}

impl Message {
    fn of(payload: &[u8]) -> Self {
        let length = payload.len().to_string();
        let encoded = [HEAD, length.as_bytes(), b" ", payload].concat();
        Self { payload: encoded.len() - payload.len(), encoded }
    }

    fn payload(&self) -> &[u8] {
        self.encoded.get(self.payload..).or_defect("what is signed ends with the payload")
    }
}

/// Signs an event's bytes and gives the envelope's JSON text, on one line.
#[must_use]
pub fn seal(payload: &[u8], signers: &[&SecretKey]) -> String {
    let message = pre_authentication_encoding(payload);
    let signatures: Vec<_> = signers
        .iter()
        .map(|signer| {
            let sig = STANDARD.encode(signer.sign(&message));
            format!(r#"{{"keyid":"{}","sig":"{sig}"}}"#, signer.public().id())
        })
        .collect();
    let payload = STANDARD.encode(payload);
    format!(
        r#"{{"payload":"{payload}","payloadType":"{PAYLOAD_TYPE}","signatures":[{}]}}"#,
        signatures.join(",")
    )
}

impl SignedEvent {
    /// Reads an envelope's JSON and the event in it.
    pub fn from_envelope(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Self::from_envelope_with(bytes, &mut PublicKey::parse)
    }

    /// The same, where `parse` remembers keys that were parsed before: decompressing a key costs about
    /// a tenth of verifying a signature under it.
    pub fn from_envelope_with(bytes: &[u8], parse: KeyParser<'_>) -> Result<Self, EnvelopeError> {
        let (payload, raw) = read_envelope(bytes)?;
        Self::new(&payload, raw.into_iter(), parse)
    }

    /// Reads the event of an entry back, as auditors do.
    pub fn from_entry(entry: &Entry) -> Result<Self, EnvelopeError> {
        Self::from_parts_with(&entry.event, &entry.signatures, &mut PublicKey::parse)
    }

    /// The same from an entry's parts, where `parse` remembers keys.
    pub fn from_parts_with(
        event: &[u8],
        signatures: &[EntrySignature],
        parse: KeyParser<'_>,
    ) -> Result<Self, EnvelopeError> {
        let found = signatures.len();
        if found == 0 || found > MAX_SIGNATURES {
            let fault = FieldFault::Range {
                found: found.to_string(),
                min: 1,
                max: 4, // MAX_SIGNATURES
                unit: "items",
            };
            return Err(FieldError { field: "signatures".into(), fault }.into());
        }
        let raw = signatures.iter().map(|signature| match signature {
            EntrySignature::Ed25519 { key, signature } => (*key, *signature),
        });
        Self::new(event, raw, parse)
    }

    pub(super) fn new(
        bytes: &[u8],
        raw: impl Iterator<Item = ([u8; 32], [u8; 64])>,
        parse: KeyParser<'_>,
    ) -> Result<Self, EnvelopeError> {
        let event = Box::new(Event::parse(bytes)?);
        let mut signatures = Vec::with_capacity(1);
        for (position, (key, signature)) in raw.enumerate() {
            let key = parse(key).map_err(|fault| EnvelopeError::Signature { position, fault })?;
            signatures.push((key, signature));
        }
        Ok(Self { event, message: Message::of(bytes), signatures })
    }

    /// The event as read; nothing is known yet about who signed it.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The signatures as an entry holds them; nothing of them is checked.
    #[must_use]
    pub fn entry_signatures(&self) -> Vec<EntrySignature> {
        entry_signatures(&self.signatures)
    }

    /// Checks every signature strictly.
    pub fn verify(self) -> Result<VerifiedEvent, EnvelopeError> {
        let checks: Vec<_> = self.checks().collect();
        let verdicts = PublicKey::verify_each(&checks);
        self.judged(verdicts.into_iter())
    }

    /// The same for many events, each with the answer that it would get alone: for admission. What could
    /// not be read keeps its error and its place.
    pub fn verify_each(read: Vec<Result<Self, EnvelopeError>>) -> Vec<Result<VerifiedEvent, EnvelopeError>> {
        let checks: Vec<_> = read.iter().flatten().flat_map(Self::checks).collect();
        let mut verdicts = PublicKey::verify_each(&checks).into_iter();
        read.into_iter().map(|event| event?.judged(&mut verdicts)).collect()
    }

    fn checks(&self) -> impl Iterator<Item = Check<'_>> {
        self.signatures.iter().map(|(key, signature)| (key, self.message.encoded.as_slice(), signature))
    }

    /// Takes a verdict for each signature. One that is missing is a signature that was not checked.
    fn judged(self, verdicts: impl Iterator<Item = bool>) -> Result<VerifiedEvent, EnvelopeError> {
        let mut checked = 0;
        let mut bad = None;
        for holds in verdicts.take(self.signatures.len()) {
            bad = bad.or((!holds).then_some(checked));
            checked += 1;
        }
        match bad.or((checked < self.signatures.len()).then_some(checked)) {
            Some(position) => Err(EnvelopeError::Signature { position, fault: KeyError::BadSignature }),
            None => Ok(self.verified()),
        }
    }

    /// Checks the signatures of many events at once, for audits, as [`PublicKey::verify_batch`] does; where
    /// that fails, each by itself, and names the first event (by position) whose signature does not hold.
    pub fn verify_all(events: Vec<Self>) -> Result<Vec<VerifiedEvent>, (usize, EnvelopeError)> {
        let mut slices = Vec::with_capacity(events.len());
        let mut signatures = Vec::with_capacity(events.len());
        let mut keys = Vec::with_capacity(events.len());
        for event in &events {
            for (key, signature) in &event.signatures {
                slices.push(event.message.encoded.as_slice());
                signatures.push(*signature);
                keys.push(*key);
            }
        }
        if PublicKey::verify_batch(&slices, signatures, keys) {
            return Ok(events.into_iter().map(Self::verified).collect());
        }
        events.into_iter().enumerate().map(|(at, event)| event.verify().map_err(|e| (at, e))).collect()
    }

    fn verified(self) -> VerifiedEvent {
        VerifiedEvent { event: self.event, message: self.message, signatures: self.signatures }
    }
}

impl VerifiedEvent {
    /// What the event says.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The event's exact bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.message.payload()
    }

    /// Who signed, in the envelope's order.
    #[must_use]
    pub fn signers(&self) -> impl ExactSizeIterator<Item = &PublicKey> {
        self.signatures.iter().map(|(key, _)| key)
    }

    /// The signatures as an entry holds them.
    #[must_use]
    pub fn entry_signatures(&self) -> Vec<EntrySignature> {
        entry_signatures(&self.signatures)
    }
}

fn entry_signatures(signatures: &[(PublicKey, [u8; 64])]) -> Vec<EntrySignature> {
    signatures
        .iter()
        .map(|(key, signature)| EntrySignature::Ed25519 { key: *key.as_bytes(), signature: *signature })
        .collect()
}

/// An envelope's payload, and its signatures with the keys that they name; nothing of them is checked.
fn read_envelope(bytes: &[u8]) -> Result<(Vec<u8>, Vec<RawSignature>), EnvelopeError> {
    if bytes.len() > MAX_ENVELOPE {
        return Err(EnvelopeError::TooLong { found: bytes.len(), expected: MAX_ENVELOPE });
    }
    let mut fields = Fields::of("", Json::parse(bytes)?)?;
    let read = envelope_of(&mut fields)?;
    fields.finish()?;
    Ok(read)
}

/// The same of members that were read; others may stand beside an envelope's.
pub(super) fn envelope_of(fields: &mut Fields<'_>) -> Result<(Vec<u8>, Vec<RawSignature>), EnvelopeError> {
    let found = fields.text("payloadType", 128)?;
    if found != PAYLOAD_TYPE {
        let fault = FieldFault::Value { found: shorten(&found), expected: Words::data(PAYLOAD_TYPE) };
        return Err(fields.error("payloadType", fault).into());
    }
    let payload = fields.text("payload", MAX_ENVELOPE)?;
    let payload = decode_base64(&payload).map_err(|fault| fields.error("payload", fault))?;
    let mut raw = Vec::new();
    for (path, item) in fields.array("signatures", 1, MAX_SIGNATURES)? {
        let mut one = Fields::of(&path, item)?;
        let key = one.parsed("keyid", PublicKey::bytes_from_id)?;
        let signature = one.text("sig", 128)?;
        let signature = decode_base64(&signature)
            .and_then(|bytes| {
                let found = bytes.len();
                let wrong = tlog::bytes::TextError::Length { found, expected: 64 };
                <[u8; 64]>::try_from(bytes).map_err(|_| wrong.into())
            })
            .map_err(|fault| one.error("sig", fault))?;
        one.finish()?;
        raw.push((key, signature));
    }
    Ok((payload, raw))
}

/// DSSE allows both base64 alphabets; each is read canonically, with padding.
fn decode_base64(text: &str) -> Result<Vec<u8>, FieldFault> {
    STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .map_err(|_| tlog::bytes::TextError::NotCanonical { expected: "base64" }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_the_pre_authentication_encoding_of_dsse() {
        for payload in [b"{}".as_slice(), &[b'x'; 1_234]] {
            let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
            assert_eq!(pre_authentication_encoding(payload), [head.as_bytes(), payload].concat());
            assert_eq!(Message::of(payload).payload(), payload);
        }
    }
}
