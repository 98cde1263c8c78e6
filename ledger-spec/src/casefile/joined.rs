//! The files of several streams of one subject as one: what is asked about it does not care in which they stand.

use super::{CaseFile, Head, Item, ItemNumber};
use std::borrow::Cow;
use tlog::defect::OrDefect as _;

impl CaseFile {
    /// The file that holds the events of all of these, in the log's order. Streams share no event, and none refers to
    /// another's. Its head is no stream's: the last entry of all, and how many events there are.
    #[must_use]
    pub fn joined<'a>(files: impl IntoIterator<Item = &'a Self>) -> Cow<'a, Self> {
        let mut files: Vec<&Self> = files.into_iter().filter(|file| !file.is_empty()).collect();
        match (files.pop(), files.as_slice()) {
            (None, _) => Cow::Borrowed(Self::empty()),
            (Some(only), []) => Cow::Borrowed(only),
            (Some(last), _) => {
                files.push(last);
                Cow::Owned(join(&files))
            }
        }
    }
}

fn join(files: &[&CaseFile]) -> CaseFile {
    let mut order: Vec<(usize, ItemNumber, &Item)> = Vec::new();
    for (of, file) in files.iter().enumerate() {
        order.extend(file.items().map(|(number, item)| (of, number, item)));
    }
    order.sort_by_key(|(_, _, item)| item.entry);
    // Where each file's events come to stand.
    let mut places: Vec<Vec<(ItemNumber, ItemNumber)>> = vec![Vec::new(); files.len()];
    let mut joined = CaseFile::with_capacity(order.len());
    for (at, (of, number, item)) in order.into_iter().enumerate() {
        let here = ItemNumber(u32::try_from(at).or_defect("no memory holds a stream of so many events"));
        let moved = places.get_mut(of).or_defect("there are places for every file");
        moved.push((number, here));
        let find = |number: ItemNumber| {
            let found = moved.binary_search_by_key(&number, |(from, _)| *from).ok()?;
            moved.get(found).map(|(_, to)| *to)
        };
        let fact =
            item.fact.clone().map(&find).or_defect("a fact refers to what stands before it in its file");
        let Item { id, entry, recorded_at, issuer, ref signers, from, fields, .. } = *item;
        let signers = signers.clone();
        joined.push(Item {
            id,
            entry,
            recorded_at,
            issuer,
            signers,
            from,
            fields,
            fact,
            followed: Vec::new(),
        });
    }
    joined.head = joined.items.last().map(|last| Head { last: last.entry, version: joined.count() });
    joined
}
