//! Problems as RFC 9457 has them: what is wrong, by which rule and law, and what to do about it.
//!
//! Handlers give a [`Problem`] back; its words are chosen at the edge, where the reader's language is
//! known. The table of all problems is in `table.rs`.

mod due_process;
mod refused_requests;
mod request;
mod row;
mod table;

pub use table::ProblemKind;

use crate::keeper::KeeperError;
use crate::log::ReadError;
use crate::query::QueryError;
use crate::sequencer::{SubmitError, WriteError};
use crate::streams::StreamError;
use crate::words::{say, told};
use axum::body::Body;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use ledger_spec::admission::Refusal;
use ledger_spec::entry::StreamVersion;
use ledger_spec::event::envelope::EnvelopeError;
use ledger_spec::event::{DisclosureError, EventError};
use ledger_spec::id::IdError;
use ledger_spec::json::JsonError;
use ledger_spec::json::fields::{FieldError, FieldFault};
use ledger_spec::projection::Unanswered;
use ledger_spec::rule::RequestRule;
use ledger_spec::time::TimeError;
use ledger_spec::wording::{Language, Words, of_fault, of_text};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tlog::defect::OrDefect as _;
use tlog::position::EntryIndex;
use utoipa::ToSchema;

/// The media type of every problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What is wrong, without words yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    field: Option<String>,
    found: Option<Words>,
    expected: Option<Words>,
    head: Option<StreamVersion>,
}

/// An RFC 9457 problem as answers write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemAnswer<'a> {
    /// What kind of problem it is: stable, and listed in `/docs`.
    #[serde(rename = "type")]
    #[schema(pattern = "^urn:credit-ledger:problem:[a-z0-9-]+$")]
    pub problem_type: String,
    /// The kind in a few words.
    pub title: &'a str,
    /// The HTTP status that goes with it.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What was found in this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The rule that refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// The law that the rule rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<&'static str>,
    /// The field or parameter that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'a str>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What would have been accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The version of the subject's stream, where the event had seen another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<u64>,
    /// What to do.
    pub advice: &'a str,
}

impl Problem {
    /// A problem of a kind, with nothing more to say.
    pub const fn new(kind: ProblemKind) -> Self {
        Self { kind, field: None, found: None, expected: None, head: None }
    }

    /// The same, about a field or parameter.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, with what was found.
    pub fn found(mut self, found: impl Into<Words>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// The same, with what would have been accepted.
    pub fn expected(mut self, expected: impl Into<Words>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// A query parameter that cannot be read.
    pub fn parameter(name: &str, found: impl Into<Words>, expected: impl Into<Words>) -> Self {
        Self::new(ProblemKind::InvalidParameter).field(name).found(found).expected(expected)
    }

    /// The event stood in this entry and is erased.
    pub fn erased(entry: EntryIndex) -> Self {
        Self::new(ProblemKind::Erased).field("id").found(say!("an event that stood in entry {}", entry))
    }

    /// A rule's refusal; `head` is the stream's version where the event had seen another.
    pub fn refused(refusal: &Refusal, head: Option<StreamVersion>) -> Self {
        let problem = Self::new(ProblemKind::Rule(refusal.rule)).field(refusal.field);
        Self { head, ..problem.found(&refusal.found).expected(&refusal.expected) }
    }

    /// What kind of problem it is.
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).or_defect("every kind of problem has a status of HTTP")
    }

    /// The problem in words.
    pub fn in_words(&self, language: Language) -> ProblemAnswer<'_> {
        let rule = self.kind.rule();
        ProblemAnswer {
            problem_type: self.kind.urn(),
            title: self.kind.title(language),
            status: self.kind.status(),
            detail: self.detail(language),
            rule: self.kind.rule_id(),
            legal_basis: rule.and_then(|rule| rule.cited(language)),
            field: self.field.as_deref(),
            found: self.found.as_ref().map(|words| words.text(language)),
            expected: self.expected.as_ref().map(|words| words.text(language)),
            head: self.head.map(StreamVersion::get),
            advice: self.kind.advice(language),
        }
    }

    /// The problem in words, as JSON.
    pub fn to_json(&self, language: Language) -> String {
        serde_json::to_string(&self.in_words(language)).or_defect("a problem of texts and numbers is JSON")
    }

    /// The same as a part of a greater answer.
    pub fn to_raw_json(&self, language: Language) -> Box<RawValue> {
        to_raw_value(&self.in_words(language)).or_defect("a problem of texts and numbers is JSON")
    }

    /// The answer in the reader's language.
    pub fn to_response(&self, language: Language) -> Response<Body> {
        let mut response = Response::new(Body::from(self.to_json(language)));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        match self.kind {
            ProblemKind::QueueFull => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            ProblemKind::Overloaded => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            ProblemKind::Behind | ProblemKind::Stopping | ProblemKind::Timeout => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            // As long as a request is remembered at most.
            ProblemKind::Request(RequestRule::Few) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("150"));
            }
            ProblemKind::Request(RequestRule::Signed | RequestRule::Holds) => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Signature"));
            }
            ProblemKind::ReadingSlowed => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("10"));
            }
            ProblemKind::TooManyCodes => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
            }
            ProblemKind::SessionOver => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            // RFC 9110 §11.6.1 wants the scheme named: what authenticates here is the envelope.
            ProblemKind::BadSignature => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("DSSE"));
            }
            _ => {}
        }
        response
    }

    fn detail(&self, language: Language) -> Option<String> {
        let field = self.field.as_deref();
        let colon = language.pick("，", ": ");
        let said = |words: &Option<Words>| words.as_ref().map(|words| words.text(language));
        let sentence = match (language, said(&self.found), said(&self.expected)) {
            (_, None, None) => return field.map(str::to_owned),
            (Language::Zh, Some(found), Some(expected)) => {
                format!("实际情况：{found}；要求：{expected}")
            }
            (Language::Zh, Some(found), None) => format!("实际情况：{found}"),
            (Language::Zh, None, Some(expected)) => format!("要求：{expected}"),
            (Language::En, Some(found), Some(expected)) => format!("found {found}; expected {expected}"),
            (Language::En, Some(found), None) => format!("found {found}"),
            (Language::En, None, Some(expected)) => format!("expected {expected}"),
        };
        Some(match field {
            Some(field) if !field.is_empty() => format!("{field}{colon}{sentence}"),
            _ => sentence,
        })
    }
}

/// The problem travels beside an empty answer of its status; the edge puts it into words.
impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<&EnvelopeError> for Problem {
    fn from(error: &EnvelopeError) -> Self {
        match error {
            EnvelopeError::TooLong { found, expected } => {
                Self::new(ProblemKind::EnvelopeTooLong).found(bytes(*found)).expected(at_most(*expected))
            }
            EnvelopeError::Json(error) => Self::from(error),
            EnvelopeError::Field(error) => Self::from(error),
            EnvelopeError::Event(EventError::TooLong { found, expected }) => {
                Self::new(ProblemKind::EventTooLong).found(bytes(*found)).expected(at_most(*expected))
            }
            EnvelopeError::Event(EventError::Json(error)) => Self::from(error).field("payload"),
            EnvelopeError::Event(EventError::Field(error)) => Self::from(error),
            EnvelopeError::Event(EventError::UnknownKind { found }) => {
                let known: Vec<_> = ledger_spec::event::Kind::all().map(|kind| kind.name()).collect();
                let expected = say!("one of {}", Words::data(known.join(" ")));
                Self::new(ProblemKind::UnknownKind).field("kind").found(Words::data(found)).expected(expected)
            }
            EnvelopeError::Signature { position, fault } => Self::new(ProblemKind::BadSignature)
                .field(format!("signatures[{position}]"))
                .found(of_fault(fault))
                .expected(say!(
                    "an Ed25519 signature over the DSSE pre-authentication encoding, strictly verified"
                )),
            EnvelopeError::Disclosure(error) => Self::from(error),
            other => Self::new(ProblemKind::InvalidValue).found(of_fault(other)),
        }
    }
}

impl From<&DisclosureError> for Problem {
    fn from(error: &DisclosureError) -> Self {
        let named =
            || say!("the disclosures that `private` names, each once and as it was when it was signed");
        let at = |kind, position: &usize| Self::new(kind).field(format!("disclosures[{position}]"));
        match error {
            DisclosureError::Malformed { position, fault } => {
                let expected =
                    say!("base64url of a JSON array of salt (16 bytes in base64url), name and value, texts");
                at(ProblemKind::MalformedDisclosure, position).found(fault.words()).expected(expected)
            }
            DisclosureError::TooLong { found, expected } => Self::new(ProblemKind::DisclosuresTooLong)
                .field("disclosures")
                .found(bytes(*found))
                .expected(at_most(*expected)),
            DisclosureError::Doubled { position, first, name } => {
                let found = say!("a second one of {}, which disclosures[{}] is of", Words::data(name), first);
                at(ProblemKind::DisclosureDoubled, position).found(found).expected(say!("each field once"))
            }
            DisclosureError::Superfluous { position, found, expected } => {
                let found = say!(
                    "one of the digest {}, beside {} that the event names",
                    Words::data(found),
                    expected
                );
                at(ProblemKind::DisclosureSuperfluous, position).found(found).expected(named())
            }
            DisclosureError::Altered { position, found } => {
                let found = say!("one of the digest {}", Words::data(found));
                at(ProblemKind::DisclosureAltered, position).found(found).expected(named())
            }
            DisclosureError::Missing { expected } => Self::new(ProblemKind::DisclosureMissing)
                .field("disclosures")
                .found(say!("none of this digest"))
                .expected(say!("one of the digest {}", Words::data(expected))),
            other => Self::new(ProblemKind::MalformedDisclosure).field("disclosures").found(of_fault(other)),
        }
    }
}

impl From<&JsonError> for Problem {
    fn from(error: &JsonError) -> Self {
        let (kind, expected) = match error {
            JsonError::Utf8 { .. } => (ProblemKind::InvalidUtf8, say!("UTF-8")),
            JsonError::Truncated { .. } => (ProblemKind::TruncatedBody, say!("a whole JSON value")),
            JsonError::DuplicateKey { .. } => {
                (ProblemKind::DuplicateKey, say!("each key once in one object"))
            }
            JsonError::Number { .. } => (ProblemKind::NumberOutOfRange, say!("a whole number of 64 bits")),
            JsonError::TooDeep { .. } => (ProblemKind::MalformedJson, say!("a value that nests less deep")),
            JsonError::TooManyKeys { .. } => {
                (ProblemKind::MalformedJson, say!("an object of as many keys as are read"))
            }
            _ => (ProblemKind::MalformedJson, say!("JSON (RFC 8259)")),
        };
        Self::new(kind).found(error.words()).expected(expected)
    }
}

impl From<&FieldError> for Problem {
    fn from(error: &FieldError) -> Self {
        let problem = match &error.fault {
            FieldFault::Missing => Self::new(ProblemKind::MissingField),
            FieldFault::Unknown => Self::new(ProblemKind::UnknownField),
            FieldFault::Type { found, expected } => {
                Self::new(ProblemKind::WrongType).found(of_text(found)).expected(of_text(expected))
            }
            FieldFault::Range { found, min, max, unit } => {
                let kind =
                    if unit.is_empty() { ProblemKind::NumberOutOfRange } else { ProblemKind::InvalidValue };
                let found = Words::data(found);
                let (found, expected) = match *unit {
                    "" => (found, say!("{} to {}", min, max)),
                    unit => {
                        (say!("{} {}", found, of_text(unit)), say!("{} to {} {}", min, max, of_text(unit)))
                    }
                };
                Self::new(kind).found(found).expected(expected)
            }
            FieldFault::Value { found, expected } => {
                Self::new(ProblemKind::InvalidValue).found(Words::data(found)).expected(expected)
            }
            FieldFault::Id(error) => Self::from(error),
            FieldFault::Time(error) => Self::from(error),
            other => Self::new(ProblemKind::InvalidValue).found(other.words()),
        };
        problem.field(&error.field)
    }
}

impl From<&IdError> for Problem {
    fn from(error: &IdError) -> Self {
        match error {
            IdError::CheckCharacter { found, expected, .. } => {
                Self::new(ProblemKind::CheckCharacter).found(found).expected(expected)
            }
            other => Self::new(ProblemKind::MalformedIdentifier).found(other.words()),
        }
    }
}

impl From<&TimeError> for Problem {
    fn from(error: &TimeError) -> Self {
        Self::new(ProblemKind::MalformedTime).found(error.words())
    }
}

impl From<&WriteError> for Problem {
    fn from(error: &WriteError) -> Self {
        if let WriteError::Contradicted(contradicted) = error {
            return Self::new(ProblemKind::KnownElsewhere).found(told(contradicted));
        }
        // What the disk said is for the operator's log, not for callers.
        Self::new(match error {
            WriteError::DiskFull => ProblemKind::DiskFull,
            WriteError::Closing => ProblemKind::Stopping,
            _ => ProblemKind::WriterStopped,
        })
    }
}

impl From<&SubmitError> for Problem {
    fn from(error: &SubmitError) -> Self {
        match error {
            SubmitError::QueueFull { queued, limit } => Self::new(ProblemKind::QueueFull)
                .found(say!("{} events waiting", queued))
                .expected(say!("at most {}", limit)),
            SubmitError::Stopped(error) => Self::from(error),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NoEntry { found, size } => {
                let expected = say!("an index below {}", size);
                Self::new(ProblemKind::NotFound).field("index").found(found).expected(expected)
            }
            QueryError::Unanswered(error) => error.into(),
            QueryError::NotForReader { index, .. } => {
                Self::new(ProblemKind::NotPublic).field("index").found(index)
            }
            QueryError::NoPublicEntry(index) => {
                let expected = say!("an entry that is public at the moment of asking");
                Self::new(ProblemKind::NotFound).field("index").found(index).expected(expected)
            }
            QueryError::Read(ReadError::Erased(index)) => Self::erased(index),
            QueryError::Blind | QueryError::Read(ReadError::Unopened(_)) => Self::new(ProblemKind::BlindCopy),
            QueryError::Read(error) | QueryError::CaseFiles(KeeperError::Read(error)) => damaged(&error),
            QueryError::CaseFiles(KeeperError::Event { index, error }) => {
                damaged(&format_args!("entry {index}: {error}"))
            }
            QueryError::CaseFiles(error) => damaged(&error),
            QueryError::Stream(error) => damaged(&error),
            QueryError::Fields { index, found } => damaged(&format_args!("entry {index}: {found}")),
            QueryError::Behind { found, expected } => Self::new(ProblemKind::Behind)
                .found(say!("{} entries taken in", found))
                .expected(say!("{}, which the question is about", expected)),
            QueryError::Look { index, .. } => damaged(&format_args!("entry {index} of the access journal")),
            QueryError::Event { index, error } => damaged(&format_args!("entry {index}: {error}")),
        }
    }
}

impl From<Unanswered> for Problem {
    fn from(error: Unanswered) -> Self {
        match error {
            Unanswered::NoList(code) => Self::new(ProblemKind::NotFound)
                .field("code")
                .found(code)
                .expected(say!("a list of /v1/catalogue")),
            Unanswered::NotForReader { .. } => Self::new(ProblemKind::NotPublic).field("code"),
            Unanswered::Cursor(_) => {
                let expected = say!(
                    "the entry of a line of this answer at these instants, public still: `next` of the page before"
                );
                Self::parameter("after", say!("another entry"), expected)
            }
        }
    }
}

impl From<&StreamError> for Problem {
    fn from(error: &StreamError) -> Self {
        damaged(error)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        damaged(&error)
    }
}

/// What is damaged goes to the operator's log; the caller hears that nothing is served from there.
fn damaged(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "the log cannot be read here; run `audit`");
    Problem::new(ProblemKind::Damaged)
}

fn bytes(count: usize) -> Words {
    say!("{} bytes", count)
}

fn at_most(count: usize) -> Words {
    say!("at most {} bytes", count)
}

/// The problems of a status and their titles, for `/docs`.
pub(in crate::http) fn problem_rows(language: Language) -> Vec<[String; 5]> {
    let row = |kind: ProblemKind| {
        [
            kind.urn(),
            kind.status().to_string(),
            kind.rule_id().unwrap_or_default().to_owned(),
            kind.title(language).to_owned(),
            kind.advice(language).to_owned(),
        ]
    };
    ProblemKind::all().map(row).collect()
}
