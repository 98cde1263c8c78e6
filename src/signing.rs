//! Requests that are signed for a ledger's server (RFC 9421): by what a client shows who asks, for which purpose, in which
//! matter.

use crate::clock;
use ledger_spec::request::{Case, NewRequest, Purpose};
use ledger_spec::time::Date;
use std::fmt;
use std::sync::Arc;
use tlog::key::SecretKey;
use ureq::http::Uri;

/// With what questions are signed, so that more is answered than everybody may know.
#[derive(Clone)]
pub struct Signing {
    /// The key of the authority that asks.
    pub key: Arc<SecretKey>,
    /// What it says of its asking.
    pub stated: Stated,
}

/// What is said of an asking.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// What for.
    pub purpose: Option<Purpose>,
    /// In which matter.
    pub case: Option<Case>,
    /// From which day on the subject is told of it.
    pub visible_from: Option<Date>,
}

/// Why a request could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// Nothing that can be asked.
    #[error("{0}: no address of a server")]
    Address(String),
    /// The system gives no randomness.
    #[error("randomness: {0}")]
    Randomness(String),
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").field("stated", &self.stated).finish_non_exhaustive()
    }
}

impl Stated {
    /// The fields that sign a request to this address with a key, made now, and the host that it is signed for. A server takes each once:
    /// whoever asks again signs again.
    pub fn fields(
        &self,
        key: &SecretKey,
        (method, url): (&str, &str),
        body: Option<&str>,
    ) -> Result<Vec<(&'static str, String)>, SigningError> {
        let address = || SigningError::Address(url.to_owned());
        let target: Uri = url.parse().map_err(|_| address())?;
        // As `Host` has it: whoever else stands in the address is not sent.
        let host = target.host().ok_or_else(address)?;
        let authority = target.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let new = NewRequest {
            method,
            authority: &authority,
            path: target.path(),
            query: target.query(),
            body: body.map(str::as_bytes),
            purpose: self.purpose,
            case: self.case.as_ref(),
            visible_from: self.visible_from,
        };
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| SigningError::Randomness(error.to_string()))?;
        let mut fields = new.sign(key, clock::now(), &nonce);
        fields.push(("host", authority));
        Ok(fields)
    }
}
