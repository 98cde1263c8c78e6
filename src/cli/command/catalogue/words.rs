//! What the commands print: for people, or one JSON value a line.

use crate::cli::failure::Failure;
use crate::cli::locale::spoken;
use crate::cli::rows::aligned;
use crate::cli::talk;
use crate::words::{say, told};
use ledger_authoring::shipped::{AdoptedItem, Adoption, Late, Shipped, ShippedError};
use ledger_spec::definition::{Confidence, ItemKind};
use ledger_spec::event::Change;
use ledger_spec::wording::{Joint, Words};
use serde_json::json;

/// How many tables of each sort there are.
pub(super) fn put_counts(shipped: &Shipped, json: bool) -> Result<(), Failure> {
    let authorities = &shipped.authorities;
    let unsure = authorities.iter().filter(|one| one.confidence == Confidence::Unsure).count();
    let mut rows: Vec<_> =
        shipped.counts().iter().map(|count| (count.sort.name(), count.tables, count.unsure)).collect();
    rows.push(("authority", authorities.len(), unsure));
    if json {
        let one = |(sort, tables, unsure)| json!({ "sort": sort, "tables": tables, "unsure": unsure });
        return rows.into_iter().map(one).try_for_each(|one| talk::put_json(&one));
    }
    let header = [say!("sort"), say!("tables"), say!("of which unsure")];
    let rows = rows.into_iter().map(|(sort, tables, unsure)| {
        [sort_words(sort), Words::data(tables), Words::data(unsure)].map(|cell| cell.text(spoken())).into()
    });
    talk::put(&aligned(header.map(|cell| cell.text(spoken())).into(), rows))
}

/// A sort of tables by its name.
fn sort_words(sort: &'static str) -> Words {
    let known = ItemKind::ALL.into_iter().find(|kind| kind.name() == sort);
    known.map_or_else(|| Words::named(sort, "单位"), Words::from)
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
            talk::put_words(&told(one))?;
        }
    }
    Ok(())
}

/// What adopting would do, a line each.
pub(super) fn put_plan(plan: &Adoption<'_>, json: bool) -> Result<(), Failure> {
    for planned in &plan.changes {
        if json { talk::put_json(&change_json(planned))? } else { talk::put_words(&change_line(planned))? }
    }
    for late in &plan.late {
        if json { talk::put_json(&late_json(late))? } else { talk::put_words(&late_line(late))? }
    }
    Ok(())
}

/// The numbers of a plan.
pub(super) fn summary(plan: &Adoption<'_>) -> Words {
    say!(
        "{} new, {} amended, {} repealed, {} late; {} as they are",
        plan.count(Change::Adopted),
        plan.count(Change::Amended),
        plan.count(Change::Repealed),
        plan.late.len(),
        plan.unchanged
    )
}

/// Why a table cannot be adopted.
fn late_line(late: &Late<'_>) -> Words {
    say!(
        "{} {} from {}, when the ledger's newest counts from {} ({})",
        padded(&say!("late")),
        Words::data(&late.table.item),
        Words::data(late.effective),
        Words::data(late.newest.date()),
        Words::data(&late.table.place)
    )
}

fn change_line(planned: &AdoptedItem<'_>) -> Words {
    let fields = match planned.fields.as_slice() {
        [] => Words::data(""),
        fields => say!(": {}", Words::several(fields.iter().map(Words::data), Joint::And)),
    };
    let title = planned.table.definition.title();
    let title = title.map(|title| say!("{}{}", Words::data("  "), Words::both(&title.en, &title.zh)));
    let (item, from) = (Words::data(planned.item()), Words::data(planned.effective));
    let told = say!("{}{}", fields, title.unwrap_or_else(|| Words::data("")));
    say!("{} {} from {}{}", padded(&word(planned.change)), item, from, told)
}

/// What becomes of a table, as wide as the widest of these words: those of one language are all as long, or padded.
fn padded(word: &Words) -> Words {
    Words::data(format_args!("{:<9}", word.text(spoken())))
}

fn word(change: Change) -> Words {
    match change {
        Change::Adopted => say!("new"),
        Change::Amended => say!("amended"),
        Change::Repealed => say!("repealed"),
    }
}

fn change_json(planned: &AdoptedItem<'_>) -> serde_json::Value {
    let title = planned.table.definition.title();
    json!({
        "change": word(planned.change).to_string(),
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
