//! Body of `access.read`, which stands in access journals alone: that somebody was shown more than everybody is.

use crate::definition::Sight;
use crate::id::{AuthorityId, EventId};
use crate::json::fields::{FieldError, Fields};
use crate::request::{RequestRefusal, SignedRequest, VerifiedRequest};
use crate::time::{RecordedTime, ValidTime};
use tlog::bytes::from_base64url_exact;
use tlog::position::EntryIndex;

/// `access.read`: somebody was shown the subject by a sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRead {
    /// Who.
    pub by: Looker,
    /// By which sight it was answered.
    pub sight: Sight,
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looker {
    /// An authority.
    Authority(SignedLook),
    /// The subject itself, which has no key: that rests on a window's signed event, and on the word of who keeps the journal.
    Subject {
        /// The window's event that says that it was looked at who stood there, in the ledger.
        verified: EventId,
        /// What was asked: path and query.
        question: String,
    },
}

/// What an authority asked. The request stands there as it signed it, so that who asked, what, for which purpose and in which
/// matter rests on that key and not on who keeps the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLook {
    /// Whose key signed.
    pub reader: AuthorityId,
    /// The signature base of the request (RFC 9421).
    pub request: String,
    /// The signature over it.
    pub signature: [u8; 64],
    /// Whether what lies in the reader's own competence was shown beyond the sight.
    pub own: bool,
    /// The entry of the consent by which more was shown, in the ledger.
    pub consent: Option<EntryIndex>,
}

impl AccessRead {
    /// Longest signature base.
    pub const MAX_REQUEST: usize = 8_192;

    pub(super) fn parse(fields: &mut Fields) -> Result<Self, FieldError> {
        let by = if fields.has("verified") {
            Looker::Subject {
                verified: fields.parsed("verified", EventId::parse)?,
                question: fields.text("question", Self::MAX_REQUEST)?,
            }
        } else {
            Looker::Authority(SignedLook {
                reader: fields.parsed("reader", AuthorityId::parse)?,
                request: fields.text("request", Self::MAX_REQUEST)?,
                signature: fields.parsed("signature", from_base64url_exact::<64>)?,
                own: fields.flag("own")?,
                consent: fields.optional_number("consent", 0, super::MAX_JSON_INTEGER)?.map(EntryIndex::new),
            })
        };
        Ok(Self { by, sight: fields.parsed("sight", Sight::parse_word)? })
    }
}

impl SignedLook {
    /// The request, read again from what was signed of it: the signature holds, and it was of the time `asked_at`, which is
    /// the event's own.
    pub fn verified(&self, asked_at: ValidTime) -> Result<VerifiedRequest, RequestRefusal> {
        // A time before 1970 is that of no request.
        let asked_at = RecordedTime::from_micros(asked_at.micros().max(0).unsigned_abs());
        SignedRequest::from_base(&self.request, &self.signature)?.verify(asked_at)
    }
}
