//! Splitting: which fields of an event travel beside it, and taking them out of a body that was written with them (D15).
//!
//! Pure: salts are the caller's, drawn at random or made so that the same row makes the same event again.

use ledger_spec::catalogue::Catalogue;
use ledger_spec::event::{DisclosedField, Kind, Salt, StepKind};
use ledger_spec::id::{ListCode, SubjectId, TypeCode};
use ledger_spec::projection::{CatalogueAt, ListLine, TypeLine};
use ledger_spec::time::{Date, ValidTime};
use serde_json::Value;
use std::collections::BTreeMap;
use tlog::position::TreeSize;

/// The personal columns of a list: of every row, and of rows about natural persons.
type Columns = (Vec<String>, Vec<String>);

/// What the catalogue says is personal.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PersonalFields {
    types: BTreeMap<String, Vec<String>>,
    lists: BTreeMap<String, Columns>,
}

impl PersonalFields {
    /// By the catalogue at two instants, as a ledger answers it.
    #[must_use]
    pub fn of(catalogue: &CatalogueAt) -> Self {
        let of_type = |one: &TypeLine| (one.item.code.clone(), one.personal.clone());
        let of_list =
            |one: &ListLine| (one.item.code.clone(), (one.personal.clone(), one.personal_of_persons.clone()));
        Self {
            types: catalogue.types.iter().map(of_type).collect(),
            lists: catalogue.lists.iter().map(of_list).collect(),
        }
    }

    /// Whether it is the catalogue that says what is personal in events of this kind.
    #[must_use]
    pub const fn are_by_catalogue(kind: Kind) -> bool {
        matches!(
            kind,
            Kind::RecordFiled
                | Kind::ListingEntered
                | Kind::Step(StepKind::RecordCorrected | StepKind::ListingCorrected)
        )
    }

    /// The paths of those that an event of this kind about this subject has to have beside it, as far as they can be.
    #[must_use]
    pub fn names(&self, kind: Kind, subject: &SubjectId, body: &Value) -> Vec<String> {
        let code = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
        let of_type = || self.types.get(code("type")).map_or_else(Vec::new, Vec::clone);
        let of_list = || self.lists.get(code("list")).map_or_else(Columns::default, Columns::clone);
        names(kind, subject, of_type, of_list)
    }
}

/// The day whose catalogue counts for an event: that of its body's decision, else its own.
#[must_use]
pub fn day_that_counts(valid_from: ValidTime, body: &Value) -> Date {
    let decided = body.get("decision").and_then(|decision| decision.get("date")).and_then(Value::as_str);
    decided.and_then(|day| Date::parse(day).ok()).unwrap_or_else(|| valid_from.date())
}

/// The same by the catalogue itself, as of the day of the body's decision, else of the event.
#[must_use]
pub fn personal_by(
    catalogue: &Catalogue,
    kind: Kind,
    subject: &SubjectId,
    valid_from: ValidTime,
    body: &Value,
) -> Vec<String> {
    const ALL: TreeSize = TreeSize::new(u64::MAX);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let day = day_that_counts(valid_from, body).start_of_day();
    let of_type = || {
        let code = TypeCode::parse(&text(body.get("type"))).ok();
        let held = code.and_then(|code| catalogue.types.at(&code, day, ALL).cloned());
        let fields = held.iter().flat_map(|held| &held.fields).filter(|field| field.personal);
        fields.map(|field| field.name.clone()).collect()
    };
    let of_list = || {
        let code = ListCode::parse(&text(body.get("list"))).ok();
        let held = code.and_then(|code| catalogue.lists.at(&code, day, ALL).cloned());
        held.map(|held| (held.personal.clone(), held.personal_of_persons.clone())).unwrap_or_default()
    };
    names(kind, subject, of_type, of_list)
}

fn names(
    kind: Kind,
    subject: &SubjectId,
    of_type: impl FnOnce() -> Vec<String>,
    of_list: impl FnOnce() -> Columns,
) -> Vec<String> {
    let natural = subject.is_natural();
    match kind {
        Kind::SubjectRegistered | Kind::SubjectAmended if natural => vec!["name".to_owned()],
        Kind::RecordFiled | Kind::Step(StepKind::RecordCorrected) => {
            of_type().iter().map(|name| format!("details.{name}")).collect()
        }
        Kind::ListingEntered | Kind::Step(StepKind::ListingCorrected) => {
            let (always, of_persons) = of_list();
            let of_persons = of_persons.into_iter().filter(|_| natural);
            always.into_iter().chain(of_persons).map(|column| format!("row.{column}")).collect()
        }
        _ => Vec::new(),
    }
}

/// Takes the fields of these paths out of a body, as far as they are texts that stand there, and gives the disclosures that
/// travel beside the event instead. `salt` makes each one's salt of its path.
pub fn split<E>(
    body: &mut Value,
    names: &[String],
    salt: &mut dyn FnMut(&str) -> Result<Salt, E>,
) -> Result<Vec<DisclosedField>, E> {
    let mut fields = Vec::new();
    for name in names {
        let (outer, inner) = name.split_once('.').map_or((name.as_str(), None), |(o, i)| (o, Some(i)));
        let taken = match inner {
            None => take(Some(&mut *body), outer),
            Some(inner) => take(body.get_mut(outer), inner),
        };
        if let Some(value) = taken {
            fields.push(DisclosedField::new(&salt(name)?, name, &value));
        }
    }
    Ok(fields)
}

/// A text out of an object; anything else stays where it is, for the ledger to refuse.
fn take(object: Option<&mut Value>, name: &str) -> Option<String> {
    let object = object?.as_object_mut()?;
    object.get(name)?.as_str()?;
    match object.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn personal_texts_leave_the_body_and_nothing_else_does() {
        let mut body = json!({ "row": { "名称": "某公司", "负责人.甲": "张三" }, "details": { "n": 1 }, "name": "李四" });
        let names = ["row.负责人.甲", "row.地址", "details.n", "name"].map(str::to_owned);
        let mut salted = Vec::new();
        let mut salt = |name: &str| {
            salted.push(name.to_owned());
            Ok::<_, ()>(Salt::from_bytes([7; Salt::LEN]))
        };
        let fields = split(&mut body, &names, &mut salt).unwrap();
        let found: Vec<_> = fields.iter().map(|field| (field.name(), field.value())).collect();
        assert_eq!(found, [("row.负责人.甲", "张三"), ("name", "李四")]);
        assert_eq!(body, json!({ "row": { "名称": "某公司" }, "details": { "n": 1 } }));
        assert_eq!(salted, ["row.负责人.甲", "name"]);
    }
}
