//! Signed requests: HTTP message signatures (RFC 9421) in the one profile that is read here.
//!
//! The head of a request, as it came, becomes a [`SignedRequest`] (read, and a claim), that a [`VerifiedRequest`] (its
//! signature holds, at a moment that is given), and its body a [`SignedBody`]. Each type has one maker, so that nothing
//! is answered as somebody's whose signature nobody has checked. Whose key it is, and what that may ask, is
//! [`admission`](crate::admission)'s; that no request is answered twice, whoever answers keeps.
//!
//! The signature is over the head alone, which holds the body's digest: who signed is known before a byte of the body is
//! read. What is refused names its rule, what was found and what would have been accepted.

mod base;
mod case;
mod new;
mod purpose;
mod read;
mod structured;

pub use base::signature_base;
pub use case::Case;
pub use new::NewRequest;
pub use purpose::Purpose;

use crate::rule::RequestRule;
use crate::time::{Date, RecordedTime};
use crate::wording::{Words, of_fault, say};
use sha2::{Digest as _, Sha256};
use tlog::bytes::to_hex;
use tlog::defect::OrDefect as _;
use tlog::key::PublicKey;

/// Longest life of a request, from its creation until it expires, in seconds.
pub const MAX_LIFETIME: u64 = 120;
/// How far the clocks of who asks and who answers may lie apart, in seconds.
pub const MAX_SKEW: u64 = 30;
/// For how long a request may be answered at most, by the clock of who answers, in seconds: nothing answered is older.
pub const REMEMBERED: u64 = MAX_LIFETIME + MAX_SKEW;
/// How long a nonce is, in bytes.
pub const NONCE: core::ops::RangeInclusive<usize> = 16..=64;
/// The signature's tag: it was made for a ledger, and not for another service that knows the key.
pub const TAG: &str = "credit-ledger";
/// The algorithm, by its name in the registry of RFC 9421.
pub const ALGORITHM: &str = "ed25519";

/// What every signature covers.
const ALWAYS: [&str; 4] = ["@method", "@authority", "@path", "@query"];
const DIGEST: &str = "content-digest";
const PURPOSE: &str = "credit-purpose";
const CASE: &str = "credit-case";
const VISIBLE_FROM: &str = "credit-visible-from";
const INPUT: &str = "signature-input";
const SIGNATURE: &str = "signature";
const SECOND: u64 = 1_000_000;

/// The head of a request as it came.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a str,
    /// The path of the target, not decoded.
    pub path: &'a str,
    /// Its query without the question mark, not decoded; `None` where there is none.
    pub query: Option<&'a str>,
    /// The fields, their names in lower case; a field that came on several lines stands there as often.
    pub fields: &'a [(&'a str, &'a [u8])],
}

/// A request that is not answered, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({}): {field} is {found}; expected {expected}", rule.id(), rule.slug())]
#[must_use]
pub struct RequestRefusal {
    /// The rule that refuses.
    pub rule: RequestRule,
    /// The field, component or parameter that it is about.
    pub field: &'static str,
    /// What was found.
    pub found: Words,
    /// What would have been accepted.
    pub expected: Words,
}

/// A request whose head was read, with a signature that nobody has checked yet.
#[derive(Clone, Debug)]
#[must_use = "a signature that was only read is a claim: verify it"]
pub struct SignedRequest(VerifiedRequest);

/// A request whose signature holds over its head, at the moment at which that was asked.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifiedRequest {
    key: PublicKey,
    created: u64,
    expires: u64,
    nonce: Vec<u8>,
    digest: Option<[u8; 32]>,
    purpose: Option<Purpose>,
    case: Option<Case>,
    visible_from: Option<Date>,
    base: String,
    signature: [u8; 64],
}

/// The body of a verified request: the bytes whose digest was signed.
#[derive(Clone, Copy)]
#[must_use]
pub struct SignedBody<'b>(&'b [u8]);

impl SignedRequest {
    /// The signature base: what the signature is over.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// R10 and R12: the request is of `now`, and its signature holds strictly under the key that it names. Costs one
    /// strict verification, whosever the key is.
    pub fn verify(self, now: RecordedTime) -> Result<VerifiedRequest, RequestRefusal> {
        let Self(stated) = self;
        stated.fresh_at(now)?;
        match stated.key.verify(stated.base.as_bytes(), &stated.signature) {
            Ok(()) => Ok(stated),
            Err(fault) => {
                let expected =
                    say!("an Ed25519 signature over the signature base (RFC 9421), strictly verified");
                Err(refuse(RequestRule::Holds, SIGNATURE, of_fault(fault), expected))
            }
        }
    }
}

impl VerifiedRequest {
    /// The key that signed.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// When it was made, by the signer's clock: a whole second.
    #[must_use]
    pub const fn created(&self) -> RecordedTime {
        RecordedTime::from_micros(self.created.saturating_mul(SECOND))
    }

    /// Until when it may be answered, by the signer's clock.
    #[must_use]
    pub const fn expires(&self) -> RecordedTime {
        RecordedTime::from_micros(self.expires.saturating_mul(SECOND))
    }

    /// What it is asked for.
    #[must_use]
    pub const fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }

    /// The matter that it is asked in.
    #[must_use]
    pub const fn case(&self) -> Option<&Case> {
        self.case.as_ref()
    }

    /// The day from which on the subject is told of the look, where not at once.
    #[must_use]
    pub const fn visible_from(&self) -> Option<Date> {
        self.visible_from
    }

    /// What was asked: path and query, as they were signed.
    #[must_use]
    pub fn target(&self) -> String {
        let query = self.component("@query");
        [self.component("@path"), if query == "?" { "" } else { query }].concat()
    }

    /// The value of a component that every signature covers.
    fn component(&self, name: &str) -> &str {
        let mut lines = self.base.split('\n');
        let value = lines.find_map(|line| line.strip_prefix('"')?.strip_prefix(name)?.strip_prefix("\": "));
        value.or_defect("R03: it is covered")
    }

    /// What was signed, and the signature: whoever keeps both can show who asked.
    #[must_use]
    pub fn signed(&self) -> (&str, &[u8; 64]) {
        (&self.base, &self.signature)
    }

    /// What tells this request from all others: the hash of the key and the nonce. Whoever answers keeps it for
    /// [`REMEMBERED`] seconds.
    #[must_use]
    pub fn mark(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("credit-ledger v1 request mark");
        hasher.update(self.key.as_bytes()).update(&self.nonce);
        *hasher.finalize().as_bytes()
    }

    /// R10: made at most [`MAX_SKEW`] after `now`, and expired at most as long before it.
    pub fn fresh_at(&self, now: RecordedTime) -> Result<(), RequestRefusal> {
        let skew = MAX_SKEW * SECOND;
        let earliest = self.created().micros().saturating_sub(skew);
        let latest = self.expires().micros().saturating_add(skew);
        if (earliest..=latest).contains(&now.micros()) {
            return Ok(());
        }
        let text = |time: RecordedTime| Words::data(time.to_text());
        let found = say!("made at {}, to expire at {}", text(self.created()), text(self.expires()));
        let expected = say!("a request of now, {}, give or take {} seconds", text(now), MAX_SKEW);
        let field = if now.micros() < earliest { "created" } else { "expires" };
        Err(refuse(RequestRule::Fresh, field, found, expected))
    }

    /// R13: `bytes` are the body whose digest was signed; without a digest there is none.
    pub fn body<'b>(&self, bytes: &'b [u8]) -> Result<SignedBody<'b>, RequestRefusal> {
        let Some(expected) = &self.digest else {
            if bytes.is_empty() {
                return Ok(SignedBody(bytes));
            }
            let found = say!("a body of {} bytes, whose digest is not signed", bytes.len());
            return Err(refuse(
                RequestRule::Body,
                DIGEST,
                found,
                say!("the body's SHA-256, signed (RFC 9530)"),
            ));
        };
        let found: [u8; 32] = Sha256::digest(bytes).into();
        if found == *expected {
            return Ok(SignedBody(bytes));
        }
        let digest = |bytes: &[u8; 32]| say!("a body of the digest {}", Words::data(to_hex(bytes)));
        Err(refuse(RequestRule::Body, DIGEST, digest(&found), digest(expected)))
    }
}

impl<'b> SignedBody<'b> {
    /// The bytes.
    #[must_use]
    pub const fn bytes(self) -> &'b [u8] {
        self.0
    }
}

/// A body may name persons.
impl core::fmt::Debug for SignedBody<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SignedBody({} bytes)", self.0.len())
    }
}

fn refuse(
    rule: RequestRule,
    field: &'static str,
    found: impl Into<Words>,
    expected: impl Into<Words>,
) -> RequestRefusal {
    RequestRefusal { rule, field, found: found.into(), expected: expected.into() }
}

#[cfg(test)]
mod tests;
