//! The one place that turns a request into who reads, and the one place that has a look written down before its answer
//! leaves. No other file of the front door names a sight; a test holds that, and each route's gate.
//!
//! A request without a signature is everybody's and is answered as ever. A signed one is verified, is for this server's
//! own host, is taken once, and is then granted what the readers' table says, or refused. So is one by a session, for the
//! subject whose session it is.

use super::Shared;
use super::problem::{Problem, ProblemKind};
use super::signed;
use crate::codes::Given;
use crate::journal::{Look, Looking};
use crate::query::Reading;
use axum::extract::FromRequestParts;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING,
};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use ledger_spec::admission::Reader;
use ledger_spec::casefile::{AsOf, Named, Viewer};
use ledger_spec::definition::Scheme;
use ledger_spec::governance::Governance;
use ledger_spec::id::{AuthorityId, CatalogueItem, EventId, SubjectId};
use ledger_spec::projection::{CaseFileSource as _, Question, named_matter, session_matter};
use ledger_spec::readers::{Asked, Granted, Look as Wanted, Matter, Readers, Who};
use ledger_spec::request::{Purpose, RequestRefusal, VerifiedRequest};
use ledger_spec::rule::RequestRule;
use ledger_spec::time::{RecordedTime, ValidTime};
use ledger_spec::wording::{Joint, Words};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use tlog::position::EntryIndex;
use tokio::time::Instant;
use utoipa::IntoParams;

/// What is never kept by whoever stands between.
pub(super) const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

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

/// Who asks: everybody, whoever signed, or a subject by its session.
#[derive(Clone)]
pub(super) struct Asking(Arc<Asker>);

struct Asker {
    by: By,
    /// The look that was granted, once one was, and when its answer may leave where not at once.
    look: OnceLock<(Look, Option<Instant>)>,
}

enum By {
    Everybody,
    /// What somebody signed, and when it was taken: of that time is the look.
    Signed(VerifiedRequest, RecordedTime),
    /// What a session opens, what is asked, and when.
    Session(Arc<Given>, String, RecordedTime),
}

impl FromRequestParts<Arc<Shared>> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let by = match (is_signed(&parts.headers), parts.headers.contains_key(AUTHORIZATION)) {
            (true, true) => return Err(Problem::new(ProblemKind::TwoAuthorizations)),
            (true, false) => {
                shared.is_its_host(parts)?;
                let snapshot = shared.app.snapshots.latest();
                let (request, _, taken) = signed::reader(shared, parts, &snapshot.governance).await?;
                // What reads no body is sent none.
                if parts.method == Method::GET || parts.method == Method::HEAD {
                    let length = parts.headers.get(CONTENT_LENGTH).map_or(&b"0"[..], HeaderValue::as_bytes);
                    let sent = length != b"0" || parts.headers.contains_key(TRANSFER_ENCODING);
                    let body: &[u8] = if sent { b"a body" } else { b"" };
                    request.body(body).map(drop).map_err(|refusal| Problem::from(&refusal))?;
                }
                By::Signed(request, taken)
            }
            (false, true) => shared.session(parts)?,
            (false, false) => By::Everybody,
        };
        Ok(Self(Arc::new(Asker { by, look: OnceLock::new() })))
    }
}

/// Whether a request says that it is signed: by either of the two fields, so that none is answered as everybody's
/// whose other field was lost on the way.
pub(super) fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key("signature") || headers.contains_key("signature-input")
}

/// Whether somebody says who asks, by a signature or by a session.
pub(super) fn is_by_somebody(headers: &HeaderMap) -> bool {
    is_signed(headers) || headers.contains_key(AUTHORIZATION)
}

/// What `Authorization: Bearer` holds, where it stands there once and nothing else does.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    let (scheme, token) = field.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// An answer to who says who asks is theirs alone.
pub(super) fn keep_private(response: &mut Response) {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(PRIVATE);
}

impl Shared {
    /// The session that a request names.
    fn session(&self, parts: &Parts) -> Result<By, Problem> {
        let now = (self.app.clock)();
        let given = bearer(&parts.headers).and_then(|token| self.codes.session(token, now));
        let given = given.ok_or_else(|| Problem::new(ProblemKind::SessionOver))?;
        let question = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        Ok(By::Session(given, question, now))
    }

    /// R25: the request is for a host of this server's own, by `hosts` in `ledger.toml`; where it names none, this machine
    /// by the port at which it answers.
    fn is_its_host(&self, parts: &Parts) -> Result<(), Problem> {
        // What is signed is the field. A target that names a host of its own is for that, whatever the field says (RFC 9112
        // §3.2.2): so both are this server's, or what was signed for another ledger is answered here.
        let field = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let named = [Some(field), parts.uri.authority().map(Authority::as_str)];
        let mut named = named.into_iter().flatten().map(|host| host.trim().to_ascii_lowercase());
        let Some(host) = named.find(|host| !self.hosts.contains(host)) else { return Ok(()) };
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
        Asked::Subject(subject) | Asked::Entry(subject) | Asked::Accesses(subject) | Asked::Code(subject) => {
            subject.clone()
        }
        Asked::List(list) => SubjectId::Catalogue(CatalogueItem::List(list.clone())),
        Asked::Counts | Asked::Openings | Asked::Identities | Asked::Open => SubjectId::Ledger,
    }
}

impl Asking {
    /// R13: the body is the one that was signed, where one signed.
    pub(super) fn signed_body(&self, body: &[u8]) -> Result<(), Problem> {
        let By::Signed(signed, _) = &self.0.by else { return Ok(()) };
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

    /// R01: what is nobody's to ask who does not say who asks.
    pub(super) fn by_somebody(&self) -> Result<(), Problem> {
        match self.0.by {
            By::Signed(..) | By::Session(..) => Ok(()),
            By::Everybody => Err(Problem::from(&RequestRefusal::unsigned())),
        }
    }

    /// What a code opens that who asks may give to a subject.
    pub(super) fn of_code(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        subject: &SubjectId,
        asked_at: ValidTime,
    ) -> Result<Given, Problem> {
        let event = match &self.0.by {
            By::Signed(request, _) => request.case().and_then(|case| EventId::parse(case.as_str()).ok()),
            By::Everybody | By::Session(..) => None,
        };
        let viewer = self.viewer((shared, reading), Asked::Code(subject), asked_at)?;
        let known = reading.snapshot().size();
        let named = Named::read_by(viewer.names, |name| reading.case_file(name), subject, known)?;
        let names = named.names().to_vec();
        match (&self.0.by, event) {
            (By::Signed(request, _), Some(verified)) => {
                Ok(Given { subject: subject.clone(), names, verified, request: request.clone() })
            }
            _ => Err(Problem::from(&RequestRefusal::unsigned())),
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

    /// That it is granted what opens the sealed entries.
    pub(super) fn of_openings(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        asked_at: ValidTime,
    ) -> Result<(), Problem> {
        self.viewer((shared, reading), Asked::Openings, asked_at).map(drop)
    }

    /// Whose request for pseudonyms is granted.
    pub(super) fn of_identities(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        asked_at: ValidTime,
    ) -> Result<&AuthorityId, Problem> {
        self.viewer((shared, reading), Asked::Identities, asked_at)?;
        match self.0.look.get().map(|(look, _)| &look.by) {
            Some(Looking::Authority { reader, .. }) => Ok(reader),
            // The table has no row for a subject, and who is nobody has signed nothing.
            Some(Looking::Subject { .. }) | None => Err(Problem::from(&RequestRefusal::unsigned())),
        }
    }

    /// Who reads an entry. Of one that is about no subject, and of one that is not there, nobody is told more than everybody.
    pub(super) fn of_entry(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        index: EntryIndex,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        let is_by_somebody = !matches!(self.0.by, By::Everybody);
        let found = is_by_somebody.then(|| reading.any_entry(index).ok()).flatten();
        let subject = found.as_ref().map(|found| &found.event.subject);
        let asked = match subject.filter(|subject| Scheme::of(subject).is_some()) {
            Some(subject) => Asked::Entry(subject),
            None => Asked::Open,
        };
        self.viewer((shared, reading), asked, asked_at)
    }

    /// The one function that decides who reads: everybody, or what the table grants to who signed, or to the subject of a
    /// session. What is more than everybody sees is only granted where it can be written down.
    fn viewer(
        &self,
        (shared, reading): (&Shared, &Reading<'_>),
        asked: Asked<'_>,
        asked_at: ValidTime,
    ) -> Result<Viewer, Problem> {
        let moment = AsOf { valid_at: asked_at, known: reading.snapshot().size() };
        let governance = &reading.snapshot().governance;
        // Who says nothing of himself is asked for no moment of the clock before his turn.
        let now = || (shared.app.clock)();
        let (granted, by, at) = match &self.0.by {
            By::Everybody => return Ok(Granted::PUBLIC.viewer(moment)),
            By::Signed(signed, taken) => {
                let reader =
                    Reader::of(signed, governance, now()).map_err(|refusal| Problem::from(&refusal))?;
                let granted = of_signed(signed, reader, (reading, moment), asked)?;
                let (reader, request) = (reader.authority().id.clone(), signed.clone());
                (granted, Looking::Authority { reader, request }, *taken)
            }
            By::Session(given, question, taken) => {
                // What the window's key opened ends with it.
                if !may_give(given, governance, now()) {
                    return Err(Problem::new(ProblemKind::SessionOver));
                }
                let granted = of_session(given, (reading, moment), asked)?;
                let (verified, question) = (given.verified, question.clone());
                (granted, Looking::Subject { verified, question }, *taken)
            }
        };
        if granted.is_more_than_public() {
            if shared.app.journal.is_none() {
                return Err(Problem::new(ProblemKind::NotJournalled));
            }
            let (about, sight, beyond) = (looked_at(asked), granted.sight(), granted.beyond());
            // Once for a request, and before anything is done for it.
            if self.0.look.get().is_none() {
                let look = Look { at, by, about, sight, beyond };
                let turn = shared.paces.turn(shared, &look)?;
                self.0.look.get_or_init(|| (look, turn));
            }
        }
        Ok(granted.viewer(moment))
    }

    /// Has the look written down, if one was granted, and lets the answer leave then: not before, and not without. What is made
    /// of what was found is made then too.
    pub(super) async fn leave<T>(
        &self,
        shared: &Shared,
        found: Result<T, Problem>,
        answer: impl FnOnce(T) -> Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let Some((look, turn)) = self.0.look.get() else { return found.and_then(answer) };
        let not_journalled = || Problem::new(ProblemKind::NotJournalled);
        let journal = shared.app.journal.as_ref().ok_or_else(not_journalled)?;
        journal.record(look).await.map_err(|_| not_journalled())?;
        if let Some(turn) = turn {
            tokio::time::sleep_until(*turn).await;
        }
        found.and_then(answer).map(|mut response| {
            response.headers_mut().insert(CACHE_CONTROL, PRIVATE);
            response
        })
    }
}

/// What the table grants to who signed.
fn of_signed(
    signed: &VerifiedRequest,
    reader: Reader<'_>,
    (reading, moment): (&Reading<'_>, AsOf),
    asked: Asked<'_>,
) -> Result<Granted, Problem> {
    let (purpose, case) = (signed.purpose(), signed.case());
    let event = case.and_then(|case| EventId::parse(case.as_str()).ok());
    let named = match (asked.subject(), event) {
        (Some(subject), Some(event)) => named_matter(reading, subject, &event, moment)?,
        _ => Matter::Other,
    };
    let (named, visible_from) = (&named, signed.visible_from());
    let who = Who::Authority(reader);
    granted(&Wanted { who, purpose, case, asked, named, visible_from, now: moment.valid_at })
}

/// What the table grants to the subject of a session, by whichever of the names that the window looked at it asks about itself.
fn of_session(
    given: &Given,
    (reading, moment): (&Reading<'_>, AsOf),
    asked: Asked<'_>,
) -> Result<Granted, Problem> {
    let named = session_matter(reading, (&given.subject, &given.verified), &given.names, moment)?;
    if named == Matter::Other {
        return Err(Problem::new(ProblemKind::SessionOver));
    }
    // What was linked to it since, the window did not look at.
    let is_known = |name: &SubjectId| {
        given.names.contains(name) || given.names.iter().any(|known| known.renewal(name).is_some())
    };
    let own = Named::of(|name| reading.case_file(name), &given.subject, moment.known)?;
    let by_other_name = asked.subject().filter(|asked| own.names().contains(asked) && is_known(asked));
    let (who, purpose) = (Who::Subject(by_other_name.unwrap_or(&given.subject)), Some(Purpose::OwnFile));
    let now = moment.valid_at;
    granted(&Wanted { who, purpose, case: None, asked, named: &named, visible_from: None, now })
}

/// Whether who gave a code may still give one: what it opened ends with that.
pub(super) fn may_give(given: &Given, governance: &Governance, now: RecordedTime) -> bool {
    let reader = Reader::of(&given.request, governance, now);
    reader.is_ok_and(|reader| Readers::shipped().may_give_codes(Who::Authority(reader)))
}

fn granted(wanted: &Wanted<'_>) -> Result<Granted, Problem> {
    Readers::shipped().sight(wanted).map_err(|refusal| Problem::from(&refusal))
}
