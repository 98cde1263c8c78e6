//! The one place that turns a request into who reads, and the one place that has a look written down before its answer
//! leaves. No other file of the front door names a sight; a test holds that, and each route's gate.
//!
//! A request without a signature is everybody's and is answered as ever. A signed one is verified, is for this server's
//! own host, is taken once, and is then granted what the readers' table says, or refused.

use super::Shared;
use super::problem::{Problem, ProblemKind};
use super::signed;
use crate::journal::Look;
use crate::query::Reading;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HOST, HeaderValue};
use axum::http::request::Parts;
use axum::response::Response;
use ledger_spec::admission::Reader;
use ledger_spec::casefile::{AsOf, Viewer};
use ledger_spec::definition::Scheme;
use ledger_spec::id::{CatalogueItem, EventId, SubjectId};
use ledger_spec::projection::{Question, given_consent};
use ledger_spec::readers::{Asked, Granted, Look as Wanted, Readers, Who};
use ledger_spec::request::{Purpose, RequestRefusal, VerifiedRequest};
use ledger_spec::rule::RequestRule;
use ledger_spec::time::{RecordedTime, ValidTime};
use ledger_spec::wording::{Joint, Words};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use tlog::position::EntryIndex;
use utoipa::IntoParams;

/// What is never kept by whoever stands between.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// The fields by which more is asked for than everybody may know. They are read by the specification.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // it is what the document says
pub(super) struct SignedWhereMore {
    /// Where more is asked for than everybody may know: what the signature covers, and its six parameters (RFC 9421)
    #[param(rename = "Signature-Input", max_length = 2048)]
    signature_input: Option<String>,
    /// With it: the Ed25519 signature over the signature base (RFC 9421)
    #[param(rename = "Signature", max_length = 2048)]
    signature: Option<String>,
    /// With it, where there is a body: the body's SHA-256 (RFC 9530)
    #[param(rename = "Content-Digest", max_length = 2048)]
    content_digest: Option<String>,
    /// With it: what it is asked for, one of the purposes of the specification
    #[param(rename = "Credit-Purpose", pattern = "^[a-z0-9.-]{1,64}$")]
    credit_purpose: Option<String>,
    /// With it: the matter that it is asked in
    #[param(rename = "Credit-Case", max_length = 2048)]
    credit_case: Option<String>,
    /// With both: the day from which on the subject is told of the look, where not at once
    #[param(rename = "Credit-Visible-From", format = Date)]
    credit_visible_from: Option<String>,
}

/// Who asks: everybody, or whoever signed.
#[derive(Clone)]
pub(super) struct Asking(Arc<Asker>);

struct Asker {
    /// What somebody signed, and when it was taken: of that time is the look.
    signed: Option<(VerifiedRequest, RecordedTime)>,
    /// The look that was granted, once one was.
    look: OnceLock<Look>,
}

impl FromRequestParts<Arc<Shared>> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let signed = if is_signed(&parts.headers) {
            shared.is_its_host(&parts.headers)?;
            let snapshot = shared.app.snapshots.latest();
            let (request, _, taken) = signed::reader(shared, parts, &snapshot.governance).await?;
            Some((request, taken))
        } else {
            None
        };
        Ok(Self(Arc::new(Asker { signed, look: OnceLock::new() })))
    }
}

/// Whether a request says that it is signed: by either of the two fields, so that none is answered as everybody's
/// whose other field was lost on the way.
pub(super) fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key("signature") || headers.contains_key("signature-input")
}

/// An answer to a signed request is its signer's alone.
pub(super) fn keep_private(response: &mut Response) {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(PRIVATE);
}

impl Shared {
    /// R25: the request is for a host of this server's own, by `hosts` in `ledger.toml`; where it names none, this machine
    /// by the port at which it answers.
    fn is_its_host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let host = host.trim().to_ascii_lowercase();
        if self.hosts.contains(&host) {
            return Ok(());
        }
        let expected = Words::several(self.hosts.iter().map(Words::data), Joint::Or);
        let (rule, found) = (RequestRule::OwnHost, Words::data(host.chars().take(64).collect::<String>()));
        Err(Problem::from(&RequestRefusal { rule, field: "host", found, expected }))
    }
}

/// The hosts by which a server that answers on this address is asked where no others are named: this machine's own.
pub(super) fn own_hosts(named: &[String], port: u16) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let near = [IpAddr::from([127, 0, 0, 1]).to_string(), "localhost".to_owned(), "[::1]".to_owned()];
    near.map(|host| format!("{host}:{port}")).into()
}

/// What is asked of whom records are about; of authorities, the catalogue and the ledger everybody may know the whole.
fn about(subject: &SubjectId) -> Asked<'_> {
    if Scheme::of(subject).is_some() { Asked::Subject(subject) } else { Asked::Open }
}

/// What a question asks about.
fn asked(question: &Question) -> Asked<'_> {
    match question {
        Question::Subject { subject, .. } => about(subject),
        Question::Edition { list, .. } | Question::Departures { list, .. } => Asked::List(list),
        Question::Indicators { .. } | Question::Oversight => Asked::Counts,
        Question::Directory | Question::Catalogue => Asked::Open,
    }
}

/// In whose stream of the journal a look stands.
fn looked_at(asked: Asked<'_>) -> SubjectId {
    match asked {
        // Authorities have no file: a journal knows none of them, and would take nothing in their streams.
        Asked::Accesses(SubjectId::Authority(_)) => SubjectId::Ledger,
        Asked::Subject(subject) | Asked::Entry(subject) | Asked::Accesses(subject) => subject.clone(),
        Asked::List(list) => SubjectId::Catalogue(CatalogueItem::List(list.clone())),
        Asked::Counts | Asked::Open => SubjectId::Ledger,
    }
}

impl Asking {
    /// R13: the body is the one that was signed, where one signed.
    pub(super) fn signed_body(&self, body: &[u8]) -> Result<(), Problem> {
        let Some((signed, _)) = &self.0.signed else { return Ok(()) };
        signed.body(body).map(drop).map_err(|refusal| Problem::from(&refusal))
    }

    /// Who reads the answer to a question.
    pub(super) fn of_question(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        question: &Question,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        self.viewer((shared, reading), asked(question), asked_at)
    }

    /// Who reads a subject's events.
    pub(super) fn of_subject(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        subject: &SubjectId,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        self.viewer((shared, reading), about(subject), asked_at)
    }

    /// R01: what is nobody's to ask without a signature.
    pub(super) fn by_somebody(&self) -> Result<(), Problem> {
        match self.0.signed {
            Some(_) => Ok(()),
            None => Err(Problem::from(&RequestRefusal::unsigned())),
        }
    }

    /// Who reads who looked at a subject.
    pub(super) fn of_accesses(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        subject: &SubjectId,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        self.viewer((shared, reading), Asked::Accesses(subject), asked_at)
    }

    /// Who reads an entry. Of one that is about no subject, and of one that is not there, nobody is told more than everybody.
    pub(super) fn of_entry(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        index: EntryIndex,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        let found = self.0.signed.as_ref().and_then(|_| reading.any_entry(index).ok());
        let subject = found.as_ref().map(|found| &found.event.subject);
        let asked = match subject.filter(|subject| Scheme::of(subject).is_some()) {
            Some(subject) => Asked::Entry(subject),
            None => Asked::Open,
        };
        self.viewer((shared, reading), asked, asked_at)
    }

    /// The one function that decides who reads: everybody, or what the table grants to who signed. What is more than
    /// everybody sees is only granted where it can be written down.
    fn viewer(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        asked: Asked<'_>,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        let moment = AsOf { valid_at: asked_at, known: reading.snapshot().size() };
        let Some((signed, taken)) = &self.0.signed else { return Ok(Granted::PUBLIC.viewer(moment)) };
        let now = (shared.app.clock)();
        let reader = Reader::of(signed, &reading.snapshot().governance, now)
            .map_err(|refusal| Problem::from(&refusal))?;
        let (purpose, case) = (signed.purpose(), signed.case());
        let named = case.filter(|_| purpose == Some(Purpose::ConsentedReport));
        let named = named.and_then(|case| EventId::parse(case.as_str()).ok());
        let consent = match (asked.subject(), named) {
            (Some(subject), Some(event)) => given_consent(reading, subject, &event, moment)?,
            _ => None,
        };
        let who = Who::Authority(reader);
        let (consent, visible_from) = (consent.as_ref(), signed.visible_from());
        let wanted = Wanted { who, purpose, case, asked, consent, visible_from, now: asked_at };
        let granted = Readers::shipped().sight(&wanted).map_err(|refusal| Problem::from(&refusal))?;
        if granted.is_more_than_public() {
            if shared.app.journal.is_none() {
                return Err(Problem::new(ProblemKind::NotJournalled));
            }
            self.0.look.get_or_init(|| Look {
                at: *taken,
                reader: reader.authority().id.clone(),
                request: signed.clone(),
                about: looked_at(asked),
                sight: granted.sight(),
                beyond: granted.beyond(),
            });
        }
        Ok(granted.viewer(moment))
    }

    /// Has the look written down, if one was granted, and lets the answer leave then: not before, and not without.
    pub(super) async fn leave(
        &self,
        shared: &Shared,
        answered: Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let Some(look) = self.0.look.get() else { return answered };
        let not_journalled = || Problem::new(ProblemKind::NotJournalled);
        let journal = shared.app.journal.as_ref().ok_or_else(not_journalled)?;
        journal.record(look).await.map_err(|_| not_journalled())?;
        answered.map(|mut response| {
            response.headers_mut().insert(CACHE_CONTROL, PRIVATE);
            response
        })
    }
}
