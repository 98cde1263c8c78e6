//! `POST /v1/events`: one envelope or many, verified in parallel before the queue.
//!
//! A line that cannot be read or verified does not spoil the others, unless the batch is atomic.
//! Nothing waits here for room in the queue: a full one is answered at once.

use super::params::Params;
use super::places::{LONG, Weight, joined};
use super::problem::{Problem, ProblemKind};
use super::{Edge, Shared};
use crate::api::{Admissible, AppendAnswer, AppendOrDryRun, AppendedLine, LastLine, LineStatus, Proof};
use crate::query::Reading;
use crate::sequencer::{self, BatchOutcome, EventOutcome, WriteError};
use crate::snapshot::Snapshot;
use crate::words::say;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use ledger_spec::admission::of_known_keys;
use ledger_spec::authority::Directory;
use ledger_spec::event::envelope::EnvelopeError;
use ledger_spec::event::{SentEvent, WholeEvent};
use ledger_spec::id::{StreamKey, SubjectStream};
use ledger_spec::projection::as_raw;
use ledger_spec::wording::Words;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tlog::bytes::to_base64;
use tlog::defect::{OrDefect as _, defect};
use tlog::position::EntryIndex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// The fewest events that are worth a thread of their own: verifying one takes some 40 µs.
const EVENTS_PER_THREAD: usize = 16;
/// What a batch that is not atomic does with each event.
const ATTEMPTED: &str = "without atomic every event is attempted";
/// Bytes of answer for a placed line.
const LINE_BYTES: usize = 200;

/// What a body holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One envelope.
    One,
    /// One envelope a line.
    Many,
}

/// One line of a batch.
struct Line {
    /// Its number in the body, from 1.
    number: usize,
    /// Where it stands.
    bytes: Range<usize>,
}

/// What became of a line before the queue.
type Checked = Result<WholeEvent, Box<Problem>>;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(append))
}

/// An envelope whose signatures nobody has checked yet.
type Read = Result<SentEvent, EnvelopeError>;

/// Appends one signed event, or many.
#[utoipa::path(
    post,
    path = "/v1/events",
    operation_id = "appendEvents",
    tag = "append",
    params(
        ("atomic" = Option<String>, Query, pattern = "^(true|false)$",
            description = "`true`: all lines are placed or none"),
        ("dry_run" = Option<String>, Query, pattern = "^(true|false)$",
            description = "`true`: every rule is asked and nothing is appended"),
        ("receipts" = Option<String>, Query, pattern = "^full$",
            description = "`full`: each placed line of a batch carries its receipt"),
    ),
    request_body(
        description = "A DSSE envelope, or one envelope a line",
        content(
            (super::envelope::Envelope = "application/json"),
            (String = "application/x-ndjson"),
        ),
    ),
    responses(
        (status = 201, description = "The event is in the ledger, durably", body = AppendAnswer),
        (status = 200, description = "The same event stood there before, or a dry run would let it in (application/json); or one `AppendedLine` a line, in order, and at last a `LastLine` with the checkpoint that covers them (application/x-ndjson)",
            content(
                (AppendOrDryRun = "application/json"),
                (String = "application/x-ndjson"),
            )),
    ),
)]
async fn append(
    State(shared): State<Arc<Shared>>,
    Extension(edge): Extension<Edge>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let params = Params::read(parts.uri.query(), &["atomic", "receipts", "dry_run"])?;
    let atomic = params.word("atomic", &["true", "false"])? == Some("true");
    let receipts = params.word("receipts", &["full"])?.is_some();
    let dry_run = params.word("dry_run", &["true", "false"])? == Some("true");
    if receipts && dry_run {
        return Err(Problem::parameter(
            "receipts",
            Words::data("full"),
            say!("no receipts where dry_run=true: nothing is appended"),
        ));
    }
    let form = form(&parts.headers)?;
    let body = read_body(&parts.headers, body, shared.app.settings.max_body_bytes).await?;
    match form {
        Form::One if dry_run => check_one(&shared, &body).await,
        Form::Many if dry_run => check_many(&shared, edge, body, atomic).await,
        Form::One => one(&shared, &body).await,
        Form::Many => many(&shared, edge, body, atomic, receipts).await,
    }
}

async fn one(shared: &Arc<Shared>, body: &[u8]) -> Result<Response, Problem> {
    // One signature is checked where the request runs: requests run on all cores anyway.
    let keys = shared.app.snapshots.latest().governance.directory.clone();
    let event =
        check(body, &keys).inspect_err(|problem| shared.metrics.refused(problem.kind())).map_err(|p| *p)?;
    let BatchOutcome { outcomes, published } = submit(shared, vec![event], false).await?;
    match outcome(&mut outcomes.into_iter()) {
        EventOutcome::Appended(placed) => {
            shared.metrics.placed(&placed);
            let proof = proof(shared, placed.index, &published)?;
            let status = if placed.repeat { StatusCode::OK } else { StatusCode::CREATED };
            Ok((status, Json(AppendOrDryRun::Appended(AppendAnswer::of(&placed, proof)))).into_response())
        }
        EventOutcome::Refused { refusal, head } => {
            let problem = Problem::refused(&refusal, head);
            shared.metrics.refused(problem.kind());
            Err(problem)
        }
        EventOutcome::Erased(entry) => Err(Problem::erased(entry)),
        EventOutcome::NotAttempted => defect(ATTEMPTED),
    }
}

/// Asks every rule about one event and appends nothing.
async fn check_one(shared: &Arc<Shared>, body: &[u8]) -> Result<Response, Problem> {
    let keys = shared.app.snapshots.latest().governance.directory.clone();
    let event = check(body, &keys).map_err(|problem| *problem)?;
    match outcome(&mut admissible(shared, vec![event], false).await?.into_iter()) {
        EventOutcome::Appended(placed) => {
            Ok(Json(AppendOrDryRun::Admissible(Admissible::of(&placed))).into_response())
        }
        EventOutcome::Refused { refusal, head } => Err(Problem::refused(&refusal, head)),
        EventOutcome::Erased(entry) => Err(Problem::erased(entry)),
        EventOutcome::NotAttempted => defect(ATTEMPTED),
    }
}

/// The same for one envelope a line, each as if those before it that pass had been appended.
async fn check_many(
    shared: &Arc<Shared>,
    edge: Edge,
    body: Bytes,
    atomic: bool,
) -> Result<Response, Problem> {
    let lines = lines(&body, shared.app.settings.max_batch_events)?;
    let numbers: Vec<_> = lines.iter().map(|line| line.number).collect();
    let checked = check_all(shared, body, lines).await?;
    let (mut events, mut slots) = (Vec::with_capacity(checked.len()), Vec::with_capacity(checked.len()));
    for line in checked {
        slots.push(line.map(|event| events.push(event)));
    }
    let spoilt = atomic && slots.iter().any(Result::is_err);
    let outcomes = if spoilt {
        events.iter().map(|_| EventOutcome::NotAttempted).collect()
    } else {
        admissible(shared, events, atomic).await?
    };
    let mut outcomes = outcomes.into_iter();
    let mut answer = Answer::new(slots.len(), edge);
    for (number, slot) in numbers.into_iter().zip(slots) {
        let problem = match slot.map(|()| outcome(&mut outcomes)) {
            Ok(EventOutcome::Appended(placed)) => {
                answer.push(&AppendedLine::of_status(number, LineStatus::of_check(&placed)));
                continue;
            }
            Ok(EventOutcome::Refused { refusal, head }) => Problem::refused(&refusal, head),
            Ok(EventOutcome::Erased(entry)) => Problem::erased(entry),
            Ok(EventOutcome::NotAttempted) => {
                answer.push(&AppendedLine::of_status(number, LineStatus::NotAttempted));
                continue;
            }
            Err(problem) => *problem,
        };
        answer.refused(number, &problem);
    }
    Ok(answer.finish(&shared.app.snapshots.latest()))
}

async fn admissible(
    shared: &Arc<Shared>,
    events: Vec<WholeEvent>,
    atomic: bool,
) -> Result<Vec<EventOutcome>, Problem> {
    let weight = match events.as_slice() {
        // How much stands about the subject is nothing to whoever may not sign here.
        [one] if of_known_keys(one.verified(), &shared.app.snapshots.latest().governance).is_err() => {
            Weight::Light
        }
        [one] => Weight::of_subject(shared, &one.event().subject),
        _ => Weight::Heavy,
    };
    let place = shared.places.of(weight).take().await?;
    let (snapshots, now) = (shared.app.snapshots.clone(), (shared.app.clock)());
    let asked = place.run(move || sequencer::dry_run(&snapshots, now, events, atomic)).await?;
    asked.map_err(|error| Problem::from(&error))
}

/// The outcome of the next event: whoever was handed events says of each what became of it.
fn outcome(outcomes: &mut impl Iterator<Item = EventOutcome>) -> EventOutcome {
    outcomes.next().or_defect("every event that was handed over has its outcome")
}

async fn many(
    shared: &Arc<Shared>,
    edge: Edge,
    body: Bytes,
    atomic: bool,
    receipts: bool,
) -> Result<Response, Problem> {
    let lines = lines(&body, shared.app.settings.max_batch_events)?;
    let numbers: Vec<_> = lines.iter().map(|line| line.number).collect();
    let checked = check_all(shared, body, lines).await?;
    let spoilt = atomic && checked.iter().any(Result::is_err);
    let (mut events, mut slots) = (Vec::with_capacity(checked.len()), Vec::with_capacity(checked.len()));
    for line in checked {
        slots.push(line.map(|event| events.push(event)));
    }
    let BatchOutcome { outcomes, published } = if spoilt || events.is_empty() {
        let outcomes = events.iter().map(|_| EventOutcome::NotAttempted).collect();
        BatchOutcome { outcomes, published: shared.app.snapshots.latest() }
    } else {
        submit(shared, events, atomic).await?
    };
    let mut outcomes = outcomes.into_iter();
    let mut answer = Answer::new(slots.len(), edge);
    for (number, slot) in numbers.into_iter().zip(slots) {
        let outcome = match slot {
            Ok(()) => outcome(&mut outcomes),
            Err(problem) => {
                shared.metrics.refused(problem.kind());
                answer.refused(number, &problem);
                continue;
            }
        };
        match outcome {
            EventOutcome::Appended(placed) => {
                let proof = receipts.then(|| proof(shared, placed.index, &published)).transpose()?;
                shared.metrics.placed(&placed);
                answer.push(&AppendedLine::placed(number, &placed, proof));
            }
            EventOutcome::Refused { refusal, head } => {
                let problem = Problem::refused(&refusal, head);
                shared.metrics.refused(problem.kind());
                answer.refused(number, &problem);
            }
            EventOutcome::Erased(entry) => answer.refused(number, &Problem::erased(entry)),
            EventOutcome::NotAttempted => {
                answer.push(&AppendedLine::of_status(number, LineStatus::NotAttempted));
            }
        }
    }
    Ok(answer.finish(&published))
}

/// The answer of a batch, written line by line.
struct Answer {
    out: Vec<u8>,
    language: ledger_spec::wording::Language,
}

impl Answer {
    fn new(lines: usize, edge: Edge) -> Self {
        Self { out: Vec::with_capacity(lines * LINE_BYTES), language: edge.language }
    }

    fn push(&mut self, line: &impl Serialize) {
        serde_json::to_writer(&mut self.out, line).or_defect("a line of texts and numbers is JSON");
        self.out.push(b'\n');
    }

    fn refused(&mut self, line: usize, problem: &Problem) {
        let problem = problem.to_raw_json(self.language);
        self.push(&AppendedLine::refused(line, problem));
    }

    fn finish(mut self, published: &Snapshot) -> Response {
        self.push(&LastLine { checkpoint: published.checkpoint_text() });
        let mut response = Response::new(Body::from(self.out));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        response
    }
}

/// Reads one envelope; keys that the directory knows need no parsing again.
fn read(bytes: &[u8], keys: &Directory) -> Read {
    SentEvent::read_with(bytes, &mut |key| keys.public_key(key))
}

/// Reads and verifies one envelope.
fn check(bytes: &[u8], keys: &Directory) -> Checked {
    read(bytes, keys).and_then(SentEvent::verify).map_err(|error| Box::new(Problem::from(&error)))
}

/// Reads and verifies the lines on as many threads as there are cores, the signatures of each thread
/// together. Many batches at once take turns, so that they leave threads for whoever reads.
async fn check_all(shared: &Shared, body: Bytes, mut lines: Vec<Line>) -> Result<Vec<Checked>, Problem> {
    let (keys, threads) = (shared.app.snapshots.latest().governance.directory.clone(), shared.threads);
    let per_thread = lines.len().div_ceil(threads).max(EVENTS_PER_THREAD);
    let mut tasks = Vec::with_capacity(threads);
    while !lines.is_empty() {
        let rest = lines.split_off(per_thread.min(lines.len()));
        let (mine, body, keys) = (std::mem::replace(&mut lines, rest), body.clone(), keys.clone());
        let turn = shared.places.verifying.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Problem::new(ProblemKind::Stopping))?;
        tasks.push(tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let text = |line: Line| body.get(line.bytes).or_defect("a line stands where it was found");
            let line = |line| read(text(line), &keys);
            let verified = SentEvent::verify_each(mine.into_iter().map(line).collect());
            let told = |error| Box::new(Problem::from(&error));
            verified.into_iter().map(|event| event.map_err(told)).collect::<Vec<_>>()
        }));
    }
    let mut checked = Vec::new();
    for task in tasks {
        checked.append(&mut joined(task.await)?);
    }
    Ok(checked)
}

async fn submit(
    shared: &Arc<Shared>,
    events: Vec<WholeEvent>,
    atomic: bool,
) -> Result<BatchOutcome, Problem> {
    let sequencer = shared.app.sequencer.as_ref().ok_or_else(|| Problem::new(ProblemKind::Copy))?;
    fold_long_subjects(shared, &events).await?;
    let answer = sequencer.submit(events, atomic).map_err(|error| Problem::from(&error))?;
    // Nobody but a writer that panics leaves without an answer, and it may not have said so yet.
    let stopped = |_| Problem::from(sequencer.stopped().unwrap_or(&WriteError::Panicked));
    answer.await.map_err(stopped)?.map_err(|error| Problem::from(&error))
}

/// Folds the files of long subjects that events are about, so that they are at hand when the writer needs them: it would
/// fold them where every append waits.
async fn fold_long_subjects(shared: &Arc<Shared>, events: &[WholeEvent]) -> Result<(), Problem> {
    let streams = shared.app.snapshots.streams();
    let latest = shared.app.snapshots.latest();
    // Nothing is read for whoever may not sign here.
    let known = events.iter().filter(|event| of_known_keys(event.verified(), &latest.governance).is_ok());
    let mut long: Vec<SubjectStream> = known.map(|event| event.event().subject_stream()).collect();
    let is_long = |stream: &SubjectStream| {
        let head = streams.index().head(&StreamKey::Subject(stream.clone()));
        head.is_some_and(|head| head.version.get() > LONG)
    };
    long.retain(is_long);
    if long.is_empty() {
        return Ok(());
    }
    long.sort_unstable();
    long.dedup();
    let turn = shared.places.folding.clone().acquire_owned().await;
    let turn = turn.map_err(|_| Problem::new(ProblemKind::Stopping))?;
    let snapshots = shared.app.snapshots.clone();
    let fold = move || {
        let (_turn, published) = (turn, snapshots.latest());
        for stream in long {
            // What cannot be read is told by whoever needs it.
            let _ = snapshots.streams().file(&stream, published.size(), &published.governance.directory);
        }
    };
    joined(tokio::task::spawn_blocking(fold).await)
}

fn proof(shared: &Shared, index: EntryIndex, published: &Arc<Snapshot>) -> Result<Proof, Problem> {
    let reading = Reading::at(&shared.app.snapshots, published);
    let (receipt, found) = (reading.receipt(index)?.to_string(), reading.any_entry(index)?);
    let entry = to_base64(found.entry.bytes());
    Ok(Proof { receipt, entry, opening: found.opening().map(|opening| as_raw(&opening)) })
}

/// The lines that are not empty.
fn lines(body: &[u8], max: usize) -> Result<Vec<Line>, Problem> {
    let (mut lines, mut start) = (Vec::new(), 0);
    for (at, line) in body.split(|byte| *byte == b'\n').enumerate() {
        let bytes = start..start + line.len();
        start = bytes.end + 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if lines.len() == max {
            let found = say!("more than {} lines", max);
            return Err(Problem::new(ProblemKind::BatchTooLarge)
                .found(found)
                .expected(say!("at most {}", max)));
        }
        lines.push(Line { number: at + 1, bytes });
    }
    if lines.is_empty() {
        return Err(Problem::new(ProblemKind::TruncatedBody)
            .found(say!("no line"))
            .expected(say!("an envelope a line")));
    }
    Ok(lines)
}

fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let refused = |found: Words| {
        let problem = Problem::new(ProblemKind::UnsupportedMediaType).found(found);
        Err(problem.expected(say!("application/json or application/x-ndjson")))
    };
    if let Some(encoding) = text(CONTENT_ENCODING)
        && !encoding.trim().eq_ignore_ascii_case("identity")
    {
        return refused(say!("a compressed body"));
    }
    let media = text(CONTENT_TYPE).unwrap_or_default();
    let media = media.split_once(';').map_or(media, |(media, _)| media).trim();
    match media.to_ascii_lowercase().as_str() {
        "application/json" => Ok(Form::One),
        "application/x-ndjson" => Ok(Form::Many),
        "" => refused(say!("no media type")),
        other => refused(Words::data(other.chars().take(100).collect::<String>())),
    }
}

/// The bytes of a body of JSON, at most so many.
pub(super) async fn json_body(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    match form(headers)? {
        Form::One => read_body(headers, body, max).await,
        Form::Many => {
            let problem =
                Problem::new(ProblemKind::UnsupportedMediaType).found(Words::data("application/x-ndjson"));
            Err(problem.expected(Words::data("application/json")))
        }
    }
}

/// The object of JSON that a body is. An array of its members is none.
pub(super) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    bytes.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(bytes).ok()).flatten()
}

async fn read_body(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(ProblemKind::BodyTooLarge).expected(say!("at most {} bytes", max));
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > max) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(match std::error::Error::source(&error) {
            Some(source) if source.is::<http_body_util::LengthLimitError>() => too_large(),
            _ => Problem::new(ProblemKind::TruncatedBody).expected(say!("as many bytes as announced")),
        }),
        Err(_) => Err(Problem::new(ProblemKind::BodyTimeout)),
    }
}
