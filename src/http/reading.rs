//! What the routes that read have in common: where they run, what stands in their paths, and as whom one reads.

use super::Shared;
use super::gate::Asking;
use super::params::{Params, segment};
use super::places::{KEPT_PAGE, Weight};
use super::problem::{Problem, ProblemKind};
use crate::query::{Known, Open, Reading};
use crate::words::say;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use ledger_spec::casefile::{AsOf, Viewer};
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::Question;
use ledger_spec::time::ValidTime;
use std::sync::Arc;
use tlog::position::EntryIndex;
use utoipa::IntoParams;

pub(super) const OCTETS: &str = "application/octet-stream";
pub(super) const NDJSON: &str = "application/x-ndjson";
pub(super) const PLAIN: &str = "text/plain; charset=utf-8";

/// A segment of a path, not yet read.
pub(super) type Text = Result<Path<String>, PathRejection>;

/// The two instants of a question, as its query names them, and the moment at which it is asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Instants {
    /// When the facts hold: an RFC 3339 instant, or a day, which means its end in UTC+08:00; now where it is absent
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?$")]
    valid_at: ValidTime,
    /// What was known: a number of entries, an RFC 3339 instant, or a day; all where it is absent
    #[param(value_type = Option<String>, pattern = "^(0|[1-9][0-9]{0,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$")]
    known_at: Known,
    #[param(ignore)]
    asked_at: ValidTime,
}

/// A page of a subject's answer, as its query names it. [`Params::page`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // it is what the document says
pub(super) struct SubjectPage {
    /// The cursor: `next` of the page before. Lines come after this entry in the log, whatever it is
    #[param(value_type = Option<u64>, minimum = 0, maximum = 9007199254740991_i64)]
    after: u64,
    /// Most lines on the page, over all of the answer's lists together; 100 where it is absent
    #[param(value_type = Option<u64>, minimum = 1, maximum = 1000)]
    limit: u64,
}

/// A page of a list or of its departures, as its query names it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // it is what the document says
pub(super) struct ListPage {
    /// The cursor: `next` of the page before. Of a list, the entry of its last line; of departures, how many come before
    #[param(value_type = Option<u64>, minimum = 0, maximum = 9007199254740991_i64)]
    after: u64,
    /// Most lines on the page; 100 where it is absent
    #[param(value_type = Option<u64>, minimum = 1, maximum = 10000)]
    limit: u64,
}

/// A subject in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SubjectPath {
    /// The subject; a person or household is asked about by `POST /v1/questions/{view}`
    #[param(inline)]
    pub(super) id: SubjectId,
}

/// A list in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ListPath {
    /// The list's code in the catalogue
    #[param(inline, max_length = 64)]
    pub(super) code: ListCode,
}

impl SubjectPage {
    /// Most lines on a page.
    pub(super) const MOST: u64 = 1_000;
}

impl ListPage {
    /// Most lines on a page.
    pub(super) const MOST: u64 = 10_000;
}

impl Instants {
    /// The parameters' names.
    pub(super) const NAMES: [&'static str; 2] = ["valid_at", "known_at"];
    /// The same with those of a page.
    pub(super) const PAGED: [&'static str; 4] = ["valid_at", "known_at", "after", "limit"];

    /// The instants that a query names; the present where it names none.
    pub(super) fn read(params: &Params, shared: &Shared, reading: &Reading<'_>) -> Result<Self, Problem> {
        let asked_at = shared.now()?;
        let (valid_at, known_at) = params.instants(asked_at, reading.snapshot().size())?;
        Ok(Self { valid_at, known_at, asked_at })
    }

    /// Which of them the query does not name.
    fn open(&self, params: &Params) -> Open {
        Open { valid_at: params.get("valid_at").is_none(), known_at: self.known_at == Known::Everything }
    }

    /// The instants as they are asked for.
    pub(super) fn as_of(&self, reading: &Reading<'_>) -> Result<AsOf, Problem> {
        Ok(reading.as_of(self.valid_at, self.known_at)?)
    }
}

impl SubjectPath {
    /// The subject that a path names.
    pub(super) fn read(path: Text) -> Result<Self, Problem> {
        Self::parse(&segment(path)?)
    }

    /// The subject of this text in a path: no person or household, since others see paths and keep them.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let id = SubjectId::parse(text).map_err(|error| Problem::from(&error).field("id"))?;
        if id.is_natural() {
            let expected = say!("POST /v1/questions/… with the subject in the body");
            return Err(Problem::new(ProblemKind::PersonInPath).field("id").expected(expected));
        }
        Ok(Self { id })
    }
}

impl ListPath {
    /// The list that a path names.
    pub(super) fn read(path: Text) -> Result<Self, Problem> {
        let code = ListCode::parse(&segment(path)?).map_err(|error| Problem::from(&error).field("code"))?;
        Ok(Self { code })
    }
}

impl Shared {
    /// The moment of asking.
    pub(super) fn now(&self) -> Result<ValidTime, Problem> {
        // A clock past the year 2199 is no clock.
        ValidTime::at_recorded((self.app.clock)()).map_err(|_| Problem::new(ProblemKind::Internal))
    }
}

/// Reads of the log may wait for the disk, so they run beside the threads that answer, in the places of light
/// questions; each has one snapshot.
pub(super) async fn read<A: IntoResponse>(
    shared: Arc<Shared>,
    answer: impl FnOnce(&Shared, &Reading<'_>) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let place = shared.places.light.take().await?;
    let read = move || answer(&shared, &Reading::new(&shared.app.snapshots)).map(IntoResponse::into_response);
    place.run(read).await?
}

/// The same of what is about no subject in particular and is not for everybody: it leaves once it is written down who asked.
pub(super) async fn read_of_many<A: IntoResponse>(
    shared: Arc<Shared>,
    asking: &Asking,
    answer: impl FnOnce(&Shared, &Reading<'_>) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let answered = read(shared.clone(), answer).await;
    asking.leave(&shared, answered, Ok).await
}

/// The same for an answer about a subject, in the places of questions of its weight; it leaves at an even time.
pub(super) async fn read_about_subject<A: IntoResponse>(
    shared: Arc<Shared>,
    asking: &Asking,
    weight: Weight,
    answer: impl FnOnce(&Shared, &Reading<'_>) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let answer =
        |shared: &Shared, reading: &Reading<'_>| answer(shared, reading).map(IntoResponse::into_response);
    find_about_subject(shared, asking, weight, answer, |_, answered| Ok(answered)).await
}

/// The same where what is answered is made of what was found only once the look was written down.
pub(super) async fn find_about_subject<F: Send + 'static>(
    shared: Arc<Shared>,
    asking: &Asking,
    weight: Weight,
    find: impl FnOnce(&Shared, &Reading<'_>) -> Result<F, Problem> + Send + 'static,
    answer: impl FnOnce(&Shared, F) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let asked = shared.clone();
    let find = move || find(&asked, &Reading::new(&asked.app.snapshots));
    let found = async { shared.places.of_subject(weight).await?.run(find).await? };
    let answer = |found| answer(&shared, found);
    shared.even_times.leave(async { asking.leave(&shared, found.await, answer).await }).await
}

/// The same for a question about one entry, at an even time however long its subject is. Who may see it depends on its
/// subject's case, so it weighs what that does; which subject it is stands in the entry.
pub(super) async fn read_about_entry<A: IntoResponse>(
    shared: Arc<Shared>,
    asking: &Asking,
    index: EntryIndex,
    answer: impl FnOnce(&Shared, &Reading<'_>) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let (looked, asked) = (shared.clone(), shared.clone());
    let look = move || {
        let reading = Reading::new(&looked.app.snapshots);
        // What is wrong with the entry, or that there is none, is the answer's to say.
        let Ok(found) = reading.any_entry(index) else {
            return answer(&looked, &reading).map(|answered| Ok(answered.into_response()));
        };
        let subject = found.event.subject;
        if Weight::of_subject(&looked, &subject) == Weight::Long {
            return Ok(Err(answer));
        }
        answer(&looked, &reading).map(|answered| Ok(answered.into_response()))
    };
    let answered = async {
        match shared.places.light.take().await?.run(look).await?? {
            Ok(answered) => Ok(answered),
            Err(answer) => {
                let place = shared.places.long.in_turn().await?;
                let read = move || answer(&asked, &Reading::new(&asked.app.snapshots));
                place.run(move || read().map(IntoResponse::into_response)).await?
            }
        }
    };
    shared.even_times.leave(async { asking.leave(&shared, answered.await, Ok).await }).await
}

/// Answers a question at the instants that the query names besides what else it may name.
pub(super) async fn read_at<A: IntoResponse>(
    shared: Arc<Shared>,
    asking: Asking,
    params: Params,
    question: Question,
    answer: impl FnOnce(&Reading<'_>, &Question, AsOf, Viewer) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    if question.city().is_some() {
        return read_about_many(shared, asking, params, question, answer).await;
    }
    let (weight, asker) = (Weight::of(&shared, &question), asking.clone());
    read_about_subject(shared, &asking, weight, move |shared, reading| {
        let instants = Instants::read(&params, shared, reading)?;
        let viewer = asker.of_question((shared, reading), &question, instants.asked_at)?;
        answer(reading, &question, instants.as_of(reading)?, viewer)
    })
    .await
}

/// The same for a question about many subjects: a page of an answer that is kept does not wait for those that are
/// folded.
async fn read_about_many<A: IntoResponse>(
    shared: Arc<Shared>,
    asking: Asking,
    params: Params,
    question: Question,
    answer: impl FnOnce(&Reading<'_>, &Question, AsOf, Viewer) -> Result<A, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let kept = is_kept(&shared, &asking, &params, &question)?;
    let weight = if kept { Weight::Kept } else { Weight::of(&shared, &question) };
    let asker = asking.clone();
    // A page of one member is an answer about a subject.
    read_about_subject(shared, &asking, weight, move |shared, reading| {
        // Now is when it is folded, and not when it began to wait; meanwhile somebody else's may have been kept.
        let instants = Instants::read(&params, shared, reading)?;
        let viewer = asker.of_question((shared, reading), &question, instants.asked_at)?;
        let as_of = instants.as_of(reading)?;
        let kept = reading.kept_instants(&question, as_of, instants.open(&params), viewer);
        let (as_of, viewer) = kept.unwrap_or((as_of, viewer));
        answer(reading, &question, as_of, viewer)
    })
    .await
}

/// Whether a small page is asked for, of an answer that is kept: said without a look at the log.
fn is_kept(shared: &Shared, asking: &Asking, params: &Params, question: &Question) -> Result<bool, Problem> {
    let reading = Reading::new(&shared.app.snapshots);
    let instants = Instants::read(params, shared, &reading)?;
    let viewer = asking.of_question((shared, &reading), question, instants.asked_at)?;
    let looks = matches!(instants.known_at, Known::At(_)) || question.is_of_whole_days(viewer.sight);
    if looks || question.page_limit() > KEPT_PAGE {
        return Ok(false);
    }
    let (as_of, open) = (instants.as_of(&reading)?, instants.open(params));
    Ok(reading.kept_instants(question, as_of, open, viewer).is_some())
}

/// Answers a question as who asks may have it, at the two instants, which are all that the query may name.
pub(super) async fn ask(
    shared: Arc<Shared>,
    asking: Asking,
    RawQuery(query): RawQuery,
    question: Question,
) -> Result<Response, Problem> {
    ask_with(shared, asking, Params::read(query.as_deref(), &Instants::NAMES)?, question).await
}

/// The same where the query names more, which the question holds already.
pub(super) async fn ask_with(
    shared: Arc<Shared>,
    asking: Asking,
    params: Params,
    question: Question,
) -> Result<Response, Problem> {
    let answer = |reading: &Reading<'_>, question: &Question, as_of, viewer| {
        Ok(Json(reading.ask(question, as_of, viewer)?))
    };
    read_at(shared, asking, params, question, answer).await
}

/// Whether `Accept` names the media type itself.
pub(super) fn accepts(headers: &HeaderMap, media: &str) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(','));
    ranges.any(|range| range.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(media)))
}
