//! A projection's answer: what was asked, and what the specification answers, as it stands there.

use ledger_spec::casefile::{Asked, Sight};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An answer at two instants. Its other members are the projection's own (specification, "Projections").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewAnswer {
    /// The subject asked about, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The place asked about, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The valid instant, RFC 3339.
    #[schema(format = DateTime)]
    pub valid_at: String,
    /// What was known: so many entries.
    #[schema(minimum = 0)]
    pub known_at: u64,
    /// As whom one reads: `public`, `shared`, `restricted` or `court`.
    pub sight: &'static str,
    /// The projection.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub answer: Map<String, Value>,
    /// The signed checkpoint that the answer was computed at.
    pub checkpoint: String,
}

impl ViewAnswer {
    /// The answer about `what` (`subject`, `place` or nothing) with this id.
    pub fn of(what: &str, id: &str, asked: Asked, sight: Sight, answer: Value, checkpoint: &str) -> Self {
        let about = |name: &str| (what == name).then(|| id.to_owned());
        let answer = match answer {
            Value::Object(members) => members,
            other => Map::from_iter([("answer".to_owned(), other)]),
        };
        Self {
            subject: about("subject"),
            place: about("place"),
            valid_at: asked.valid_at.to_string(),
            known_at: asked.known.get(),
            sight: sight.name(),
            answer,
            checkpoint: checkpoint.to_owned(),
        }
    }
}
