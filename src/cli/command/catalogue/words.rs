//! What the commands print: for people, or one JSON value a line.

use crate::cli::failure::Failure;
use crate::cli::talk;
use ledger_authoring::shipped::{AdoptedItem, Adoption, Late, Shipped, ShippedError};
use ledger_spec::definition::Confidence;
use ledger_spec::event::Change;
use serde_json::json;

/// How many tables of each sort there are.
pub(super) fn put_counts(shipped: &Shipped, json: bool) -> Result<(), Failure> {
    let authorities = &shipped.authorities;
    let unsure = authorities.iter().filter(|one| one.confidence == Confidence::Unsure).count();
    let mut rows: Vec<_> =
        shipped.counts().iter().map(|count| (count.sort.name(), count.tables, count.unsure)).collect();
    rows.push(("authority", authorities.len(), unsure));
    for (sort, tables, unsure) in rows {
        if json {
            talk::put_json(&json!({ "sort": sort, "tables": tables, "unsure": unsure }))?;
        } else {
            talk::put_line(&format!("{sort:<10} {tables:>4}, of which unsure {unsure}"))?;
        }
    }
    Ok(())
}

/// All that is wrong, a line each.
pub(super) fn put_faults(faults: &[ShippedError], json: bool) -> Result<(), Failure> {
    for one in faults {
        if json {
            let place = &one.place;
            talk::put_json(&json!({
                "fault": one.fault.to_string(), "file": &*place.file, "line": place.line,
            }))?;
        } else {
            talk::put_line(&one.to_string())?;
        }
    }
    Ok(())
}

/// What adopting would do, a line each.
pub(super) fn put_plan(plan: &Adoption<'_>, json: bool) -> Result<(), Failure> {
    for planned in &plan.changes {
        if json { talk::put_json(&change_json(planned))? } else { talk::put_line(&change_line(planned))? }
    }
    for late in &plan.late {
        if json { talk::put_json(&late_json(late))? } else { talk::put_line(&late_line(late))? }
    }
    Ok(())
}

/// The numbers of a plan.
pub(super) fn summary(plan: &Adoption<'_>) -> String {
    format!(
        "{} new, {} amended, {} repealed, {} late; {} as they are",
        plan.count(Change::Adopted),
        plan.count(Change::Amended),
        plan.count(Change::Repealed),
        plan.late.len(),
        plan.unchanged
    )
}

/// Why a table cannot be adopted.
fn late_line(late: &Late<'_>) -> String {
    format!(
        "late      {} from {}, when the ledger's newest counts from {} ({})",
        late.table.item,
        late.effective,
        late.newest.date(),
        late.table.place
    )
}

fn change_line(planned: &AdoptedItem<'_>) -> String {
    let fields = match planned.fields.as_slice() {
        [] => String::new(),
        fields => format!(": {}", fields.join(", ")),
    };
    let title = planned.table.definition.title().map(|title| format!("  {}", title.zh)).unwrap_or_default();
    format!("{:<9} {} from {}{fields}{title}", word(planned.change), planned.item(), planned.effective)
}

const fn word(change: Change) -> &'static str {
    match change {
        Change::Adopted => "new",
        Change::Amended => "amended",
        Change::Repealed => "repealed",
    }
}

fn change_json(planned: &AdoptedItem<'_>) -> serde_json::Value {
    let title = planned.table.definition.title();
    json!({
        "change": word(planned.change),
        "subject": planned.subject().to_string(),
        "kind": planned.kind().name(),
        "effective": planned.effective.to_string(),
        "fields": planned.fields,
        "title": title.map(|title| json!({ "zh": title.zh, "en": title.en })),
        "file": &*planned.table.place.file,
        "line": planned.table.place.line,
    })
}

fn late_json(late: &Late<'_>) -> serde_json::Value {
    json!({
        "change": "late",
        "subject": format!("catalogue:{}", late.table.item),
        "effective": late.effective.to_string(),
        "newest": late.newest.to_string(),
        "file": &*late.table.place.file,
        "line": late.table.place.line,
    })
}
