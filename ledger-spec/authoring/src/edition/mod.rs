//! From the states of a list to the events between them.
//!
//! Many registers only ever publish their current list. Given who is on the list and the rows that
//! the next edition shows, [`difference`] says which entries leave, which rows come new, and with which
//! order keys, so that the members sorted by (order, entry) are the edition's rows in its own order.
//! Pure: files are read, members fetched and events signed elsewhere.

mod order;

use crate::mapping::derived_id;
use ledger_spec::id::{EventId, ListCode, SubjectId};
use ledger_spec::time::ValidTime;
use order::keys_between;
use std::collections::{HashMap, VecDeque};

/// One entry that is on the list before the edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRow {
    /// The `listing.entered` event.
    pub listing: EventId,
    /// Whom it is about.
    pub subject: SubjectId,
    /// Its values, in the list's order of columns.
    pub row: Vec<String>,
    /// Its order key, if it has one.
    pub order: Option<String>,
}

/// What leads from the members to the edition.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EditionDifference {
    /// Positions, among the members given, of those that leave.
    pub removed: Vec<usize>,
    /// The rows that come new, in the edition's order.
    pub entered: Vec<NewRow>,
    /// Whether the members will stand in the edition's order. They do not where rows that stay
    /// changed places among themselves: a row keeps the place it was entered at.
    pub in_order: bool,
}

/// A row that comes new onto the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// Its position among the edition's rows.
    pub position: usize,
    /// Which of the edition's equal rows it is, from 1.
    pub occurrence: u64,
    /// Its order key.
    pub order: String,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The place between two neighbours was divided so often that no key is short enough any more.
    #[error("row {position}: order key of {found} characters where at most {expected} are accepted")]
    OrderTooLong {
        /// The row's position in the edition, from 0.
        position: usize,
        /// The key's length.
        found: usize,
        /// Longest key of `listing.entered`.
        expected: usize,
    },
}

/// Longest order key that `listing.entered` takes.
const MAX_ORDER: usize = 128;

impl EditionDifference {
    /// Whether the edition shows what is on the list already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.entered.is_empty()
    }
}

/// Plans an edition: `members` as they stand, in the list's order, and the edition's `rows`. Equal
/// rows are counted: as many of them stay as the edition shows.
pub fn difference(members: &[StandingRow], rows: &[Vec<String>]) -> Result<EditionDifference, PlanError> {
    let mut waiting: HashMap<&[String], VecDeque<usize>> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        waiting.entry(&member.row).or_default().push_back(at);
    }
    let mut needed: HashMap<&[String], usize> = HashMap::new();
    for row in rows {
        *needed.entry(row).or_default() += 1;
    }
    let mut seen: HashMap<&[String], u64> = HashMap::new();
    let mut last = 0;
    // For each row of the edition: the member that it is, or the number of its occurrence.
    let mut matched: Vec<Result<usize, u64>> = Vec::with_capacity(rows.len());
    for row in rows {
        let occurrence = seen.entry(row).or_default();
        *occurrence += 1;
        let still_needed = needed.entry(row).or_default();
        let member = waiting.get_mut(row.as_slice()).and_then(|equal| {
            // Of equal rows more than needed, those that stand too early are the ones that leave.
            let spare = equal.len().saturating_sub(*still_needed);
            let at = equal.iter().take(spare + 1).position(|at| *at >= last).unwrap_or(0);
            equal.remove(at)
        });
        *still_needed -= 1;
        last = member.unwrap_or(last);
        matched.push(member.ok_or(*occurrence));
    }
    let mut removed: Vec<usize> = waiting.into_values().flatten().collect();
    removed.sort_unstable();
    let entered = place(members, &matched)?;
    let in_order = is_in_order(members, &matched, &entered);
    Ok(EditionDifference { removed, entered, in_order })
}

/// The id of the event that enters a row on a day: the same each time the edition is imported.
pub fn entering_id(list: &ListCode, from: ValidTime, row: &[String], occurrence: u64) -> EventId {
    let (from_text, occurrence) = (from.to_string(), occurrence.to_string());
    let head = [list.as_str(), from_text.as_str(), "entered", occurrence.as_str()];
    derived_id(from, head.into_iter().chain(row.iter().map(String::as_str)))
}

/// The id of the event that takes an entry off the list on a day.
pub fn removal_id(list: &ListCode, from: ValidTime, listing: &EventId) -> EventId {
    let (from_text, listing) = (from.to_string(), listing.to_string());
    derived_id(from, [list.as_str(), from_text.as_str(), "removed", listing.as_str()].into_iter())
}

/// Gives each new row a key between those of the nearest rows that stay and keep their order.
fn place(members: &[StandingRow], matched: &[Result<usize, u64>]) -> Result<Vec<NewRow>, PlanError> {
    let keys: Vec<Option<&str>> = matched
        .iter()
        .map(|row| {
            let key = members.get(*row.as_ref().ok()?)?.order.as_deref()?;
            order::is_key(key).then_some(key)
        })
        .collect();
    let anchors = longest_rising(&keys);
    let mut entered = Vec::new();
    let mut from = 0;
    let mut before = None;
    for end in anchors.into_iter().map(Some).chain([None]) {
        let upto = end.unwrap_or(matched.len());
        let after = end.and_then(|at| keys[at]);
        let gap: Vec<(usize, u64)> =
            (from..upto).filter_map(|at| matched[at].err().map(|occurrence| (at, occurrence))).collect();
        for ((position, occurrence), order) in gap.iter().copied().zip(keys_between(before, after, gap.len()))
        {
            let found = order.len();
            if found > MAX_ORDER {
                return Err(PlanError::OrderTooLong { position, found, expected: MAX_ORDER });
            }
            entered.push(NewRow { position, occurrence, order });
        }
        (from, before) = (upto + 1, after);
    }
    Ok(entered)
}

/// The positions of a longest run of strictly rising keys; rows without a key are passed over.
fn longest_rising(keys: &[Option<&str>]) -> Vec<usize> {
    let mut ends: Vec<(&str, usize)> = Vec::new();
    let mut came_from: Vec<Option<usize>> = vec![None; keys.len()];
    for (at, key) in keys.iter().enumerate() {
        let Some(key) = *key else { continue };
        let length = ends.partition_point(|(end, _)| *end < key);
        came_from[at] = length.checked_sub(1).map(|before| ends[before].1);
        if let Some(end) = ends.get_mut(length) {
            *end = (key, at);
        } else {
            ends.push((key, at));
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().map(|(_, at)| *at);
    while let Some(at) = next {
        run.push(at);
        next = came_from[at];
    }
    run.reverse();
    run
}

/// Whether the members, once the plan is carried out, stand as the edition's rows do.
fn is_in_order(members: &[StandingRow], matched: &[Result<usize, u64>], entered: &[NewRow]) -> bool {
    let mut new = entered.iter();
    // Rows that stay sort before new ones of the same key, as their entries are older.
    let places = matched.iter().map(|row| match row {
        Ok(at) => (members.get(*at).and_then(|member| member.order.as_deref()), *at),
        Err(_) => (new.next().map(|row| row.order.as_str()), usize::MAX),
    });
    places.is_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list in memory, kept the way the ledger keeps it.
    #[derive(Default)]
    struct Kept {
        members: Vec<StandingRow>,
        day: u64,
    }

    impl Kept {
        fn import(&mut self, rows: &[&str]) -> EditionDifference {
            let rows: Vec<Vec<String>> = rows.iter().map(|row| vec![(*row).to_owned()]).collect();
            let plan = difference(&self.members, &rows).unwrap();
            self.day += 1;
            let from = ValidTime::from_micros(i64::try_from(self.day).unwrap() * 86_400_000_000).unwrap();
            let list = ListCode::parse("a.list").unwrap();
            for at in plan.removed.iter().rev() {
                self.members.remove(*at);
            }
            for new in &plan.entered {
                self.members.push(StandingRow {
                    listing: entering_id(&list, from, &rows[new.position], new.occurrence),
                    subject: SubjectId::parse("ext:r:1").unwrap(),
                    row: rows[new.position].clone(),
                    order: Some(new.order.clone()),
                });
            }
            // Stable: equal keys stay in the order of their entries.
            self.members.sort_by(|a, b| a.order.cmp(&b.order));
            let ids: std::collections::HashSet<_> = self.members.iter().map(|m| m.listing).collect();
            assert_eq!(ids.len(), self.members.len(), "ids repeat");
            plan
        }

        fn shown(&self) -> Vec<&str> {
            self.members.iter().map(|member| member.row[0].as_str()).collect()
        }
    }

    #[test]
    fn editions_are_reproduced_row_for_row() {
        let mut kept = Kept::default();
        for rows in [
            vec!["b", "d", "f"],
            vec!["a", "b", "c", "d", "e", "f", "g"],
            vec!["a", "g"],
            vec!["x", "a", "b", "y", "g", "z"],
            vec![],
            vec!["z", "y", "x"],
            vec!["z", "z", "y", "z", "x", "x"],
            vec!["z", "y", "z", "x"],
        ] {
            let plan = kept.import(&rows);
            assert_eq!(kept.shown(), rows);
            assert!(plan.in_order);
            assert!(kept.import(&rows).is_empty());
        }
    }

    #[test]
    fn rows_that_changed_places_stay_where_they_were_and_the_plan_says_so() {
        let mut kept = Kept::default();
        kept.import(&["a", "b", "c", "d"]);
        let plan = kept.import(&["b", "c", "n", "a", "d"]);
        assert!(!plan.in_order);
        assert_eq!((plan.removed.len(), plan.entered.len()), (0, 1));
        assert_eq!(kept.shown(), ["a", "b", "c", "n", "d"]);
    }

    #[test]
    fn equal_rows_are_counted() {
        let mut kept = Kept::default();
        assert_eq!(kept.import(&["a", "a", "b"]).entered.len(), 3);
        let plan = kept.import(&["a", "b", "a", "a"]);
        assert_eq!((plan.removed.len(), plan.entered.len()), (0, 1));
        assert!(!plan.in_order, "the second a stands before b, and stays there");
        assert_eq!(kept.import(&["b"]).removed.len(), 3);
    }

    #[test]
    fn an_import_that_broke_off_goes_on_with_the_same_ids() {
        let list = ListCode::parse("a.list").unwrap();
        let from = ValidTime::from_micros(0).unwrap();
        let rows = vec![vec!["a".to_owned()]; 3];
        let whole = difference(&[], &rows).unwrap();
        let ids: Vec<_> =
            whole.entered.iter().map(|n| entering_id(&list, from, &rows[n.position], n.occurrence)).collect();
        let first = StandingRow {
            listing: ids[0],
            subject: SubjectId::parse("ext:r:1").unwrap(),
            row: rows[0].clone(),
            order: Some(whole.entered[0].order.clone()),
        };
        let rest = difference(&[first], &rows).unwrap();
        let rest: Vec<_> =
            rest.entered.iter().map(|n| entering_id(&list, from, &rows[n.position], n.occurrence)).collect();
        assert_eq!(rest, ids[1..]);
        assert_ne!(removal_id(&list, from, &ids[0]), removal_id(&list, from, &ids[1]));
    }

    #[test]
    fn members_without_an_order_are_passed_over() {
        let member = |row: &str, order: Option<&str>| StandingRow {
            listing: entering_id(&ListCode::parse("a.list").unwrap(), ValidTime::MIN, &[row.to_owned()], 1),
            subject: SubjectId::parse("ext:r:1").unwrap(),
            row: vec![row.to_owned()],
            order: order.map(str::to_owned),
        };
        let rows: Vec<Vec<String>> = ["a", "n", "b"].iter().map(|row| vec![(*row).to_owned()]).collect();
        let both = difference(&[member("a", None), member("b", None)], &rows).unwrap();
        assert!(!both.in_order && both.entered.len() == 1);
        let one = difference(&[member("a", None), member("b", Some("i"))], &rows).unwrap();
        assert!(one.in_order);
    }

    #[test]
    fn keys_stay_short_over_decades_of_editions() {
        // A section grows at its end and lapses at its start, between two others that stay.
        let mut kept = Kept::default();
        let names: Vec<String> = (0..3600).map(|n| format!("m{n}")).collect();
        for month in 0..240 {
            let mut rows = vec!["a"];
            rows.extend(names[month * 10..(month + 12) * 10].iter().map(String::as_str));
            rows.push("z");
            assert!(kept.import(&rows).in_order);
            assert_eq!(kept.shown(), rows);
        }
        let longest = kept.members.iter().filter_map(|m| m.order.as_ref()).map(String::len).max();
        assert!(longest <= Some(32), "{longest:?}");
    }
}
