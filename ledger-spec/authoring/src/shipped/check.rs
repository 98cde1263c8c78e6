//! What holds between the tables of a catalogue: every name names something, versions follow one another,
//! and everything rests on an instrument in force.

use super::toml_text::Table;
use super::{ShippedAuthority, ShippedError, ShippedFault, ShippedItem, Succession, value_fault};
use ledger_spec::definition::{
    BAN, BasisSource, Definition, Direction, Ends, HEARD, ItemKind, Pattern, RecordType, Scheme, Status,
};
use ledger_spec::id::{AuthorityId, CatalogueItem};
use ledger_spec::time::Date;
use std::collections::BTreeMap;

type Read<'d, 't, T> = (T, Table<'d, 't>);

/// All that is wrong between items, which come by sort, code and time.
pub(super) fn items(items: &[Read<'_, '_, ShippedItem>]) -> Vec<ShippedError> {
    let mut faults = Vec::new();
    faults.extend(items.iter().filter_map(|(one, table)| interval(one.effective, one.repealed, table)));
    faults.extend(items.windows(2).filter_map(successive));
    faults.extend(calendars(items));
    let codes = Codes::of(items);
    for (one, table) in items {
        references(one, table, &codes, &mut faults);
        faults.extend(heard(one, table, items));
        grounded(one, table, items, &codes, &mut faults);
    }
    faults
}

/// All that is wrong with the authorities and their successions.
pub(super) fn authorities(
    items: &[Read<'_, '_, ShippedItem>],
    authorities: &[Read<'_, '_, ShippedAuthority>],
    successions: &[Read<'_, '_, Succession>],
) -> Vec<ShippedError> {
    let mut faults = Vec::new();
    let codes = Codes::of(items);
    for (at, (one, table)) in authorities.iter().enumerate() {
        faults.extend(interval(one.enrolled, one.until, table));
        if let Some((first, _)) = authorities.iter().take(at).find(|(known, _)| known.id == one.id) {
            let (item, first) = (one.id.to_string(), first.place.clone());
            faults.push(table.error("id", ShippedFault::Duplicate { item, first }));
        }
        let competence = &one.capacity.competence;
        for (field, patterns, sort) in [
            ("types", &competence.types, ItemKind::Type),
            ("lists", &competence.lists, ItemKind::List),
            ("measures", &competence.measures, ItemKind::Measure),
            ("ratings", &competence.ratings, ItemKind::Rating),
            ("points", &competence.points, ItemKind::Points),
        ] {
            codes.covered(table, field, patterns, &[sort], &mut faults);
        }
    }
    for (one, table) in successions {
        let known = |id: &AuthorityId| authorities.iter().find(|(known, _)| known.id == *id);
        if known(&one.to).is_none() {
            faults.push(unknown(table, "to", &one.to, "is no authority of these files"));
        }
        for (at, id) in one.from.iter().enumerate() {
            let field = format!("from[{at}]");
            match known(id) {
                None => faults.push(unknown(table, &field, id, "is no authority of these files")),
                Some((ended, _)) if ended.until != Some(one.on) => {
                    let problem = format!("does not act until {}", one.on);
                    faults.push(unknown(table, &field, id, &problem));
                }
                Some(_) => {}
            }
        }
    }
    faults
}

/// The codes of each sort.
struct Codes<'a>(BTreeMap<ItemKind, Vec<&'a str>>);

impl<'a> Codes<'a> {
    fn of(items: &'a [Read<'_, '_, ShippedItem>]) -> Self {
        let mut codes: BTreeMap<ItemKind, Vec<&str>> = BTreeMap::new();
        for (one, _) in items {
            codes.entry(ItemKind::of(&one.item)).or_default().push(one.item.code());
        }
        Self(codes)
    }

    fn any(&self, sorts: &[ItemKind], fits: impl Fn(&str) -> bool) -> bool {
        sorts.iter().filter_map(|sort| self.0.get(sort)).flatten().any(|code| fits(code))
    }

    /// Each pattern covers something of these sorts.
    fn covered(
        &self,
        table: &Table<'_, '_>,
        field: &str,
        patterns: &[Pattern],
        sorts: &[ItemKind],
        faults: &mut Vec<ShippedError>,
    ) {
        for (at, pattern) in patterns.iter().enumerate() {
            if !self.any(sorts, |code| pattern.covers(code)) {
                let names: Vec<_> = sorts.iter().map(|sort| sort.name()).collect();
                let problem = format!("covers no {}", names.join(", "));
                faults.push(unknown(table, &format!("{field}[{at}]"), pattern.as_str(), &problem));
            }
        }
    }

    /// The instrument is defined.
    fn instrument(
        &self,
        table: &Table<'_, '_>,
        field: &str,
        code: &str,
        faults: &mut Vec<ShippedError>,
    ) -> bool {
        let known = self.any(&[ItemKind::Basis], |known| known == code);
        if !known {
            faults.push(unknown(table, field, code, "is no instrument of these files"));
        }
        known
    }
}

fn references(one: &ShippedItem, table: &Table<'_, '_>, codes: &Codes<'_>, faults: &mut Vec<ShippedError>) {
    match &one.definition {
        Definition::List(list) => {
            codes.covered(table, "types", &list.types, &[ItemKind::Type], faults);
            ends(table, list.ends.as_ref(), list.status, codes, faults);
            let has_term = list.ends.as_ref().is_none_or(|ends| ends.by.has_term());
            let terms = list.months.is_some() || !list.items.is_empty();
            if has_term != terms && list.ends.is_some() {
                let expected =
                    if has_term { "months, since it ends by a term" } else { "no months: it ends otherwise" };
                faults.push(table.error("months", value_fault("months", "what it has", expected)));
            }
        }
        Definition::Measure(measure) => {
            let sorts = [ItemKind::Type, ItemKind::List, ItemKind::Rating];
            codes.covered(table, "rests_on", &measure.rests_on, &sorts, faults);
            ends(table, measure.ends.as_ref(), measure.status, codes, faults);
            if measure.direction == Direction::Ban && measure.heard.is_none() {
                let expected = "whether a hearing may be asked for before such a ban";
                faults.push(table.error("heard", value_fault("heard", "absent", expected)));
            }
        }
        Definition::Points(scheme) => {
            for (at, threshold) in scheme.thresholds.iter().enumerate() {
                if !codes.any(&[ItemKind::List, ItemKind::Measure], |code| code == threshold.proposes) {
                    let field = format!("thresholds[{at}].proposes");
                    faults.push(unknown(table, &field, &threshold.proposes, "is no list and no measure"));
                }
            }
        }
        Definition::Rating(scheme) => {
            for (at, grade) in scheme.public_grades.iter().enumerate() {
                if !scheme.grades.iter().any(|known| known.grade == *grade) {
                    let field = format!("public_grades[{at}]");
                    let fault = value_fault(&field, grade, "a grade of the scheme");
                    faults.push(table.error(&field, fault));
                }
            }
        }
        Definition::Procedure(procedure) => {
            for (at, period) in procedure.periods.iter().enumerate() {
                let field = format!("periods[{at}].instrument");
                codes.instrument(table, &field, period.instrument.as_str(), faults);
            }
        }
        Definition::Basis(instrument) => {
            let sorts =
                [ItemKind::Type, ItemKind::List, ItemKind::Measure, ItemKind::Rating, ItemKind::Points];
            codes.covered(table, "covers", &instrument.covers, &sorts, faults);
        }
        Definition::Type(adopted) => retention(table, adopted, codes, faults),
        Definition::Calendar(_) => {}
    }
}

/// It says when its records may be erased, by an instrument that is known, or that no law says it; and of whom the law
/// speaks, its records may be.
fn retention(table: &Table<'_, '_>, adopted: &RecordType, codes: &Codes<'_>, faults: &mut Vec<ShippedError>) {
    let Some(rules) = &adopted.retention else {
        let expected = "when its records may be erased, by which law, or [] where no law says it";
        faults.push(table.error("retention", value_fault("retention", "absent", expected)));
        return;
    };
    let natural = [Scheme::Person, Scheme::Household];
    for (at, rule) in rules.iter().enumerate() {
        codes.instrument(table, &format!("retention[{at}].instrument"), rule.instrument.as_str(), faults);
        if rule.persons && !adopted.subjects.iter().any(|scheme| natural.contains(scheme)) {
            let field = format!("retention[{at}].persons");
            faults.push(table.error(&field, value_fault(&field, "true", "a type about natural persons")));
        }
    }
}

/// It says how what is made by it ends, by an instrument that is known: nothing that binds somebody is without an end that
/// the law gives.
fn ends(
    table: &Table<'_, '_>,
    ends: Option<&Ends>,
    status: Status,
    codes: &Codes<'_>,
    faults: &mut Vec<ShippedError>,
) {
    match ends {
        Some(ends) => {
            if let Some(instrument) = &ends.instrument {
                codes.instrument(table, "ends.instrument", instrument.as_str(), faults);
            }
        }
        None if matches!(status, Status::Active | Status::BasisRequired) => {
            faults.push(
                table.error("ends", value_fault("ends", "absent", "how it ends, and by which article")),
            );
        }
        None => {}
    }
}

/// A type whose records are bans is heard where a ban that is heard rests on it: what is imposed is what was decided.
fn heard(
    one: &ShippedItem,
    table: &Table<'_, '_>,
    items: &[Read<'_, '_, ShippedItem>],
) -> Option<ShippedError> {
    let Definition::Type(adopted) = &one.definition else { return None };
    if !adopted.has_tag(BAN) || adopted.has_tag(HEARD) {
        return None;
    }
    let code = one.item.code();
    let (measure, _) = items.iter().find(|(measure, _)| {
        matches!(&measure.definition, Definition::Measure(ban)
            if ban.heard == Some(true) && ban.rests_on.iter().any(|on| on.covers(code)))
    })?;
    let expected = format!("{HEARD}, as {} is", measure.item.code());
    Some(table.error("tags", value_fault("tags", BAN, &expected)))
}

/// Its instruments are known, and at least one is in force on its first day.
fn grounded(
    one: &ShippedItem,
    table: &Table<'_, '_>,
    items: &[Read<'_, '_, ShippedItem>],
    codes: &Codes<'_>,
    faults: &mut Vec<ShippedError>,
) {
    let Some(common) = one.definition.common() else { return };
    let (mut all_known, mut in_force) = (true, false);
    for (at, basis) in common.basis.iter().enumerate() {
        let BasisSource::Instrument(code) = &basis.source else { continue };
        all_known &= codes.instrument(table, &format!("basis[{at}].instrument"), code.as_str(), faults);
        in_force |= items.iter().any(|(known, _)| {
            matches!(&known.item, CatalogueItem::Basis(other) if other == code)
                && known.is_in_force(one.effective)
        });
    }
    if all_known && !in_force {
        faults.push(table.error("basis", ShippedFault::NotInForce { from: one.effective }));
    }
}

fn interval(from: Date, until: Option<Date>, table: &Table<'_, '_>) -> Option<ShippedError> {
    let until = until.filter(|until| *until <= from)?;
    let field = if table.name() == "authority" { "until" } else { "repealed" };
    Some(table.error(field, ShippedFault::Interval { from, until }))
}

/// A table that begins before the one of the same code before it has ended.
fn successive(pair: &[Read<'_, '_, ShippedItem>]) -> Option<ShippedError> {
    let [(before, _), (after, table)] = pair else { return None };
    if before.item != after.item || before.repealed.is_some_and(|end| end <= after.effective) {
        return None;
    }
    let (item, other) = (after.item.to_string(), before.place.clone());
    Some(if before.effective == after.effective {
        table.error("code", ShippedFault::Duplicate { item, first: other })
    } else {
        table.error("effective", ShippedFault::Overlap { item, from: after.effective, other })
    })
}

/// Calendars of the same year under different codes, for the same days.
fn calendars(items: &[Read<'_, '_, ShippedItem>]) -> Vec<ShippedError> {
    let mut faults = Vec::new();
    let mut known: Vec<(u16, &ShippedItem)> = Vec::new();
    for (one, table) in items {
        let Definition::Calendar(calendar) = &one.definition else { continue };
        let meets = |other: &ShippedItem| {
            other.item != one.item && (other.is_in_force(one.effective) || one.is_in_force(other.effective))
        };
        if let Some((_, other)) = known.iter().find(|(year, other)| *year == calendar.year && meets(other)) {
            let item = format!("the calendar of {}", calendar.year);
            let (from, other) = (one.effective, other.place.clone());
            faults.push(table.error("year", ShippedFault::Overlap { item, from, other }));
        }
        known.push((calendar.year, one));
    }
    faults
}

fn unknown(table: &Table<'_, '_>, field: &str, found: impl ToString, problem: &str) -> ShippedError {
    let (found, problem) = (found.to_string(), problem.to_owned());
    table.error(field, ShippedFault::Reference { field: field.to_owned(), found, problem })
}
