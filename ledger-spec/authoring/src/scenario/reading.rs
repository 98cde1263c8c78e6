//! As whom a question of a case file is asked: by a sight alone, or as an authority or the subject for a purpose, by the
//! readers' table.

use super::format::ReadBy;
use super::ledger::{ScenarioLedger, key};
use ledger_spec::admission::{NoReader, Reader};
use ledger_spec::casefile::{AsOf, Names};
use ledger_spec::id::{EventId, SubjectId};
use ledger_spec::projection::named_matter;
use ledger_spec::readers::{Asked, Granted, Look, Matter, Readers, Who};
use ledger_spec::request::{Case, NewRequest, Purpose, RequestHead, SignedRequest, VerifiedRequest};
use ledger_spec::time::{Date, RecordedTime};
use ledger_spec::wording::Words;

/// What the reader is granted; the inner error is the rule that refuses.
pub(super) fn granted(
    ledger: &ScenarioLedger,
    by: &ReadBy,
    case: Option<&str>,
    asked: Asked<'_>,
    moment: AsOf,
) -> Result<Result<Granted, String>, Words> {
    let unread = |field: &str, text: &str| {
        Words::both(
            format_args!("{field} = {text}, which is none"),
            format_args!("{text}（{field}），没有这种写法"),
        )
    };
    let case = match case {
        Some(text) => Some(Case::parse(text).ok_or_else(|| unread("case", text))?),
        None => None,
    };
    let purpose = match &by.purpose {
        Some(text) => Some(Purpose::parse(text).ok_or_else(|| unread("purpose", text))?),
        None => None,
    };
    let visible_from = match &by.visible_from {
        Some(text) => Some(Date::parse(text).map_err(|_| unread("visible_from", text))?),
        None => None,
    };
    let named = case.as_ref().and_then(|case| EventId::parse(case.as_str()).ok());
    let named = match (asked.subject(), named) {
        // A subject that asks has proved each of its names.
        _ if by.subject.is_some() => Matter::Session(Names::All),
        (Some(subject), Some(event)) => named_matter(ledger, subject, &event, moment).map_err(Words::data)?,
        _ => Matter::Other,
    };
    let now = RecordedTime::from_micros(moment.valid_at.micros().max(0).unsigned_abs());
    let (own, signed);
    let who = match (&by.by, &by.subject) {
        (Some(authority), None) => {
            signed = request_of(authority, now)?;
            match Reader::of(&signed, ledger.ledger.governance(), now) {
                Ok(reader) => Who::Authority(reader),
                Err(NoReader::Request(refusal)) => return Ok(Err(refusal.rule.id().to_owned())),
                Err(NoReader::Rule(refusal)) => return Ok(Err(refusal.rule.id().to_owned())),
            }
        }
        (None, Some(subject)) => {
            own = SubjectId::parse(subject).map_err(|_| unread("subject", subject))?;
            Who::Subject(&own)
        }
        _ => {
            return Err(Words::both(
                "a reader is `by` an authority, or the `subject`",
                "查阅人（reader）是 by 所指的单位或者 subject 所指的本人，二者择一",
            ));
        }
    };
    let look =
        Look { who, purpose, case: case.as_ref(), asked, named: &named, visible_from, now: moment.valid_at };
    Ok(Readers::shipped().sight(&look).map_err(|refusal| refusal.rule.id().to_owned()))
}

/// A request that the authority's first officer signs.
fn request_of(authority: &str, now: RecordedTime) -> Result<VerifiedRequest, Words> {
    let new = NewRequest {
        method: "GET",
        authority: "scenario.example",
        path: "/",
        query: None,
        body: None,
        purpose: None,
        case: None,
        visible_from: None,
    };
    let fields = new.sign(&key(authority, "a"), now, &[7; 16]);
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    fields.push(("host", b"scenario.example"));
    let head = RequestHead { method: new.method, path: new.path, query: new.query, fields: &fields };
    let verified = SignedRequest::parse(&head).and_then(|signed| signed.verify(now));
    verified.map_err(|refusal| refusal.expected)
}
