//! Writing an event: for those who issue events. The ledger itself only reads.

use super::{DisclosedField, Event, EventError, Kind, Salt};
use crate::entry::StreamVersion;
use crate::id::{AuthorityId, EventId, Sealing, SubjectId};
use crate::time::ValidTime;
use tlog::bytes::to_base64url;
use tlog::checkpoint::Origin;
use tlog::defect::OrDefect as _;

/// An event before it has bytes.
#[derive(Clone, Debug)]
#[must_use]
pub struct Draft<'a> {
    /// The ledger.
    pub origin: &'a Origin,
    /// The issuer's name for the event.
    pub id: EventId,
    /// Its kind.
    pub kind: Kind,
    /// Who states it.
    pub issuer: &'a AuthorityId,
    /// Whom it is about.
    pub subject: &'a SubjectId,
    /// From when it holds.
    pub valid_from: ValidTime,
    /// The stream's version that the issuer has seen, where it insists on it.
    pub seen_version: Option<StreamVersion>,
    /// Fresh for each event; written where events of the kind are sealed.
    pub salt: Salt,
    /// The body, an object as the kind has it.
    pub body: serde_json::Value,
}

/// Field order of the events that this code writes; readers accept any.
#[derive(serde::Serialize)]
struct Written<'a> {
    origin: String,
    id: String,
    kind: &'a str,
    issuer: String,
    subject: String,
    valid_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_version: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    private: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    body: &'a serde_json::Value,
}

impl Draft<'_> {
    /// The event's bytes, read back once so that what is signed can be read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EventError> {
        self.to_bytes_with(&[])
    }

    /// The same of an event with fields that travel beside it. Their digests ascend, so that the order says nothing of what
    /// they are.
    pub fn to_bytes_with(&self, fields: &[DisclosedField]) -> Result<Vec<u8>, EventError> {
        let mut private: Vec<_> = fields.iter().map(DisclosedField::digest).collect();
        private.sort_unstable();
        let written = Written {
            origin: self.origin.to_string(),
            id: self.id.to_string(),
            kind: self.kind.name(),
            issuer: self.issuer.to_string(),
            subject: self.subject.to_string(),
            valid_from: self.valid_from.to_string(),
            seen_version: self.seen_version.map(StreamVersion::get),
            private: private.iter().map(|digest| to_base64url(digest)).collect(),
            salt: (self.kind.sealing() == Sealing::Sealed).then(|| self.salt.to_string()),
            body: &self.body,
        };
        let bytes = serde_json::to_vec(&written).or_defect("strings and a JSON value serialise");
        Event::parse(&bytes)?;
        Ok(bytes)
    }
}
