//! An event as it is sent: an envelope, and beside its members the fields that travel beside the event.

use super::disclosed::{DisclosedFields, DisclosureError, MAX_DISCLOSED, MAX_FIELDS};
use super::envelope::{EnvelopeError, KeyParser, MAX_ENVELOPE, SignedEvent, VerifiedEvent};
use super::envelope::{envelope_of, seal};
use crate::event::Event;
use crate::json::Json;
use crate::json::fields::{FieldFault, Fields};
use serde_json::to_string;
use tlog::defect::OrDefect as _;
use tlog::key::{PublicKey, SecretKey};

/// Longest event as it is sent: the envelope, its disclosures, and room for white space.
pub const MAX_SENT: usize = MAX_ENVELOPE + MAX_DISCLOSED + 8 * 1024;

/// An event with all fields that it names, with signatures that nobody has checked yet.
#[derive(Clone, Debug)]
#[must_use = "signatures that were only read are claims: verify them"]
pub struct SentEvent {
    signed: SignedEvent,
    fields: DisclosedFields,
}

/// An event whose every signature holds, with all fields that it names in `private`: what may be put to admission.
#[derive(Clone, Debug)]
#[must_use]
pub struct WholeEvent {
    event: VerifiedEvent,
    fields: DisclosedFields,
}

/// Signs an event's bytes and gives what is sent of it and of its fields, on one line.
#[must_use]
pub fn seal_with(payload: &[u8], fields: &[super::DisclosedField], signers: &[&SecretKey]) -> String {
    let mut sent = seal(payload, signers);
    if fields.is_empty() {
        return sent;
    }
    let texts: Vec<_> = fields.iter().map(super::DisclosedField::text).collect();
    // An envelope ends with the brace that closes it.
    sent.truncate(sent.len() - 1);
    let texts = to_string(&texts).or_defect("texts are JSON");
    sent + ",\"disclosures\":" + &texts + "}"
}

impl SentEvent {
    /// Reads what was sent: a DSSE envelope that may have a member `disclosures`.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Self::read_with(bytes, &mut PublicKey::parse)
    }

    /// The same, where `parse` remembers keys.
    pub fn read_with(bytes: &[u8], parse: KeyParser<'_>) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_SENT {
            return Err(EnvelopeError::TooLong { found: bytes.len(), expected: MAX_SENT });
        }
        let mut members = Fields::of("", Json::parse(bytes)?)?;
        let mut texts = Vec::new();
        for (path, item) in members.array("disclosures", 0, MAX_FIELDS)? {
            texts.push(Fields::item(path, item, |text| Ok::<_, FieldFault>(text.to_owned()))?);
        }
        let (payload, raw) = envelope_of(&mut members)?;
        members.finish()?;
        let signed = SignedEvent::new(&payload, raw.into_iter(), parse)?;
        let fields = DisclosedFields::of(&signed.event().private, &texts)?;
        Ok(Self { signed, fields })
    }

    /// Checks every signature strictly.
    pub fn verify(self) -> Result<WholeEvent, EnvelopeError> {
        let Self { signed, fields } = self;
        Ok(WholeEvent { event: signed.verify()?, fields })
    }

    /// The same for many events, each with the answer that it would get alone. What could not be read keeps its error and
    /// its place.
    pub fn verify_each(read: Vec<Result<Self, EnvelopeError>>) -> Vec<Result<WholeEvent, EnvelopeError>> {
        let (mut signed, mut beside) = (Vec::with_capacity(read.len()), Vec::with_capacity(read.len()));
        for one in read {
            let (event, fields) = match one {
                Ok(Self { signed, fields }) => (Ok(signed), fields),
                Err(error) => (Err(error), DisclosedFields::none()),
            };
            signed.push(event);
            beside.push(fields);
        }
        let verified = SignedEvent::verify_each(signed).into_iter().zip(beside);
        verified.map(|(event, fields)| event.map(|event| WholeEvent { event, fields })).collect()
    }
}

impl WholeEvent {
    /// An event that is to have no fields beside it.
    ///
    /// # Errors
    ///
    /// Where it names some.
    pub fn alone(event: VerifiedEvent) -> Result<Self, DisclosureError> {
        let fields = DisclosedFields::of(&event.event().private, &[])?;
        Ok(Self { event, fields })
    }

    /// What the event says.
    #[must_use]
    pub fn event(&self) -> &Event {
        self.event.event()
    }

    /// The event with its signatures.
    pub const fn verified(&self) -> &VerifiedEvent {
        &self.event
    }

    /// The fields that travel beside it.
    pub const fn fields(&self) -> &DisclosedFields {
        &self.fields
    }

    /// Both, taken apart.
    pub fn into_parts(self) -> (VerifiedEvent, DisclosedFields) {
        (self.event, self.fields)
    }
}
