//! A blocking HTTP client of a ledger's server.

use super::failure::Failure;
use super::locale::spoken;
use crate::api::{AppendedLine, LastLine, Resolved};
use crate::signing::{Signing, Stated};
use crate::tile_client;
use crate::words::{quoted, say, told};
use ledger_spec::audit::Opening;
use ledger_spec::identity::{MAX_NUMBERS, PseudonymScheme, ResolveRequest};
use ledger_spec::request::Purpose;
use ledger_spec::wording::Words;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;
use ureq::http::Response;
use ureq::{Agent, RequestBuilder};

/// Events in one request: enough to share one fsync, few enough to be answered soon.
pub(super) const BATCH: usize = 256;
/// Most bytes of one request's body.
const BATCH_BYTES: usize = 8 << 20;
/// Longest answer that is read.
const MAX_ANSWER: u64 = 512 << 20;
/// What answers are in the reader's language by.
const ACCEPT_LANGUAGE: &str = "accept-language";
/// How often a server that is too busy is asked again.
const PATIENCE: usize = 120;

/// A server.
pub(super) struct Client {
    agent: Agent,
    base: String,
    signing: Option<Signing>,
}

/// A request in the language of who asks, with these fields.
fn spoken_with<B>(request: RequestBuilder<B>, fields: Vec<(&str, String)>) -> RequestBuilder<B> {
    let request = request.header(ACCEPT_LANGUAGE, spoken().tag());
    fields.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// Why an event, or a request, was refused (RFC 9457).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) detail: Option<String>,
    pub(super) advice: String,
    pub(super) rule: Option<String>,
    pub(super) field: Option<String>,
    pub(super) found: Option<String>,
    pub(super) expected: Option<String>,
}

impl Problem {
    /// Why the event of a line is not in the ledger.
    pub(super) fn of(line: &AppendedLine) -> Self {
        let read = line.problem.as_ref().map(|problem| serde_json::from_str(problem.get()));
        // A server that says nothing, or something else, leaves its words empty.
        read.and_then(Result::ok).unwrap_or_default()
    }

    /// The problem on one line: what kind it is, what was found, what to do. A server says these in the language that it
    /// was asked in.
    pub(super) fn in_words(&self) -> Words {
        let detail = match (&self.detail, &self.field) {
            (Some(detail), _) => Some(Words::data(detail)),
            (None, Some(field)) => {
                let data = |text: &Option<String>| text.as_ref().map(Words::data);
                let found = data(&self.found).unwrap_or_else(|| say!("absent"));
                let expected = data(&self.expected).unwrap_or_else(|| say!("another value"));
                Some(say!("{} is {}; expected {}", Words::data(field), found, expected))
            }
            (None, None) => None,
        };
        let title = if self.title.is_empty() { &self.kind } else { &self.title };
        let title = match &self.rule {
            Some(rule) => say!("{} ({})", Words::data(title), Words::data(rule)),
            None => Words::data(title),
        };
        let said = match detail {
            Some(detail) => say!("{}: {}", title, detail),
            None => title,
        };
        match self.advice.as_str() {
            "" => said,
            advice => say!("{}. What to do: {}", said, Words::data(advice)),
        }
    }

    /// Whether it says nothing, as where whoever answered was no ledger.
    fn is_silent(&self) -> bool {
        self.kind.is_empty() && self.title.is_empty() && self.detail.is_none()
    }
}

impl Client {
    /// A client of the server at `url`, such as `http://127.0.0.1:8413`.
    pub(super) fn new(url: &str) -> Result<Self, Failure> {
        let (agent, base) =
            tile_client::agent(url).map_err(|error| Failure::usage(say!("--url: {}", told(&error))))?;
        Ok(Self { agent, base, signing: None })
    }

    /// The same, which signs each question.
    pub(super) fn signing(self, signing: Signing) -> Self {
        Self { signing: Some(signing), ..self }
    }

    /// A path's text, asked for with a body of JSON where there is one.
    pub(super) fn ask_text(&self, path: &str, body: Option<&str>) -> Result<String, Failure> {
        let bytes = self.ask(path, body)?;
        String::from_utf8(bytes)
            .map_err(|_| Failure::unreachable(say!("{}: the answer is not UTF-8", Words::data(path))))
    }

    /// A path's JSON.
    pub(super) fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        serde_json::from_slice(&self.get_bytes(path)?).map_err(|error| {
            Failure::unreachable(say!(
                "{}: another answer than expected: {}",
                Words::data(path),
                told(&error)
            ))
        })
    }

    /// A path's bytes.
    pub(super) fn get_bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.ask(path, None)
    }

    fn ask(&self, path: &str, body: Option<&str>) -> Result<Vec<u8>, Failure> {
        let signing = self.signing.as_ref().map(|signing| (&*signing.key, &signing.stated));
        self.ask_by(signing, path, body)
    }

    /// The same, signed with a key, anew for each try, where there is one.
    fn ask_by(
        &self,
        signing: Option<(&SecretKey, &Stated)>,
        path: &str,
        body: Option<&str>,
    ) -> Result<Vec<u8>, Failure> {
        let url = format!("{}{path}", self.base);
        let mut early = signing.is_some();
        for _ in 0..PATIENCE {
            let fields = match signing {
                Some((key, stated)) => {
                    let method = if body.is_some() { "POST" } else { "GET" };
                    stated.fields(key, (method, &url), body).map_err(Failure::unreachable)?
                }
                None => Vec::new(),
            };
            let response = match body {
                None => spoken_with(self.agent.get(&url), fields).call(),
                Some(body) => {
                    let request = spoken_with(self.agent.post(&url), fields);
                    request.header("content-type", "application/json").send(body)
                }
            };
            let response = response.map_err(|error| self.unreachable(&error))?;
            let (status, wait) = (response.status().as_u16(), retry_after(&response));
            let bytes = self.body(response)?;
            match status {
                200 => return Ok(bytes),
                503 if is_overloaded(&bytes) => std::thread::sleep(wait),
                // A server answers nothing of the second in which it began.
                403 if early && is_of_kind(&bytes, ":request-not-fresh") => {
                    early = false;
                    std::thread::sleep(Duration::from_secs(1));
                }
                _ => return Err(refused(path, status, &bytes)),
            }
        }
        Err(self.too_busy())
    }

    /// Appends envelopes, one a line, and gives the answer for each. Waits where the server is busy.
    pub(super) fn append(
        &self,
        envelopes: &[String],
        atomic: bool,
        receipts: bool,
    ) -> Result<Vec<AppendedLine>, Failure> {
        let path = match (atomic, receipts) {
            (false, false) => "/v1/events",
            (true, false) => "/v1/events?atomic=true",
            (false, true) => "/v1/events?receipts=full",
            (true, true) => "/v1/events?atomic=true&receipts=full",
        };
        self.post(path, envelopes)
    }

    /// Asks what would become of envelopes, one a line; nothing is appended.
    pub(super) fn check(&self, envelopes: &[String]) -> Result<Vec<AppendedLine>, Failure> {
        self.post("/v1/events?dry_run=true", envelopes)
    }

    /// Has resident numbers, each of which was checked, resolved to subjects, in their order.
    pub(super) fn resolve(
        &self,
        origin: &Origin,
        key: &SecretKey,
        (scheme, numbers): (PseudonymScheme, &[String]),
    ) -> Result<Vec<String>, Failure> {
        let path = "/v1/identities";
        let stated = Stated { purpose: Some(Purpose::Filing), ..Stated::default() };
        let mut subjects = Vec::with_capacity(numbers.len());
        for numbers in numbers.chunks(MAX_NUMBERS) {
            let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
            let body = ResolveRequest::body(origin, scheme, &numbers);
            let bytes = self.ask_by(Some((key, &stated)), path, Some(&body))?;
            let answer: Resolved = serde_json::from_slice(&bytes).map_err(|error| {
                Failure::unreachable(say!(
                    "{}: another answer than expected: {}",
                    Words::data(path),
                    told(&error)
                ))
            })?;
            if answer.subjects.len() != numbers.len() {
                let (found, expected) = (answer.subjects.len(), numbers.len());
                return Err(Failure::unreachable(say!(
                    "{}: {} subjects for {} numbers",
                    Words::data(path),
                    Words::data(found),
                    Words::data(expected)
                )));
            }
            subjects.extend(answer.subjects);
        }
        Ok(subjects)
    }

    fn post(&self, path: &str, envelopes: &[String]) -> Result<Vec<AppendedLine>, Failure> {
        let body = envelopes.join("\n");
        for _ in 0..PATIENCE {
            let request = self
                .agent
                .post(format!("{}{path}", self.base))
                .header("content-type", "application/x-ndjson")
                .header("accept", "application/x-ndjson")
                .header(ACCEPT_LANGUAGE, spoken().tag());
            let response = request.send(&body).map_err(|error| self.unreachable(&error))?;
            let status = response.status().as_u16();
            let wait = retry_after(&response);
            let bytes = self.body(response)?;
            match status {
                200 => return read_lines(&bytes, envelopes.len()),
                429 => std::thread::sleep(wait),
                503 if is_overloaded(&bytes) => std::thread::sleep(wait),
                _ => return Err(refused(path, status, &bytes)),
            }
        }
        Err(self.too_busy())
    }

    fn too_busy(&self) -> Failure {
        Failure::unreachable(say!("{}: too busy for too long", Words::data(&self.base)))
    }

    fn body(&self, response: Response<ureq::Body>) -> Result<Vec<u8>, Failure> {
        let read = response.into_body().into_with_config().limit(MAX_ANSWER).read_to_vec();
        read.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        let why = match error {
            // A certificate that is not trusted comes as one of these too, and says more than its kind.
            ureq::Error::Io(error) if error.get_ref().is_none() => told(error),
            error => quoted(tile_client::reason(error)),
        };
        Failure::unreachable(say!("{}: {}", Words::data(&self.base), why))
    }
}

/// Splits envelopes into requests, in order.
pub(super) fn batches(envelopes: &[String]) -> impl Iterator<Item = &[String]> {
    let mut rest = envelopes;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = rest.iter().take(BATCH).take_while(|envelope| {
            bytes += envelope.len();
            bytes <= BATCH_BYTES
        });
        let count = fits.count().max(1).min(rest.len());
        let (batch, after) = rest.split_at(count);
        rest = after;
        (!batch.is_empty()).then_some(batch)
    })
}

/// A text as one part of a path or query.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn retry_after(response: &Response<ureq::Body>) -> Duration {
    let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    Duration::from_secs(header.and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, 10))
}

/// The answers of a batch, one for each event; the last line, which names the checkpoint, answers none.
fn read_lines(bytes: &[u8], expected: usize) -> Result<Vec<AppendedLine>, Failure> {
    let mut lines = Vec::with_capacity(expected);
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            // Not an untagged enum of both: such a one cannot keep a problem as it was written.
            Err(_) if serde_json::from_slice::<LastLine>(line).is_ok() => {}
            Err(error) => {
                return Err(Failure::unreachable(say!("another answer than expected: {}", told(&error))));
            }
        }
    }
    if lines.len() != expected {
        let found = lines.len();
        return Err(Failure::unreachable(say!(
            "{} answers to {} events",
            Words::data(found),
            Words::data(expected)
        )));
    }
    Ok(lines)
}

/// Whether a problem asks to come again because too many others ask: nothing was done then.
fn is_overloaded(body: &[u8]) -> bool {
    is_of_kind(body, ":overloaded")
}

/// Whether an answer is a problem whose type ends so.
fn is_of_kind(body: &[u8], end: &str) -> bool {
    serde_json::from_slice::<Problem>(body).is_ok_and(|problem| problem.kind.ends_with(end))
}

/// A refusal of a whole request: the caller's fault or the server's.
fn refused(path: &str, status: u16, body: &[u8]) -> Failure {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let path = Words::data(path);
    let message = match problem.is_silent() {
        true => say!("{}: status {}", path, status),
        false => say!("{}: {}", path, problem.in_words()),
    };
    if (400..500).contains(&status) { Failure::wrong(message) } else { Failure::unreachable(message) }
}

/// The ledger that a server serves, as its entry 0 says.
pub(super) fn opening_of(client: &Client) -> Result<Opening, Failure> {
    let bytes = client.get_bytes("/v1/entries/0/raw")?;
    Opening::read(&bytes).map_err(|error| Failure::wrong(say!("entry 0: {}", told(&error))))
}

/// The origin of the ledger that a server serves.
pub(super) fn origin_of(client: &Client) -> Result<Origin, Failure> {
    Ok(opening_of(client)?.origin)
}
