//! A stream's entries from its last to its first, as the links lead.

use crate::log::{Damage, LogReader, ReadError, Said};
use ledger_spec::entry::Link;
use tlog::position::EntryIndex;

/// The entries of a stream from its last to its first, as the links lead. An entry that leads nowhere or not
/// back is damage: it would leave out all that stands before it, or never end.
pub fn entries_backwards(
    reader: &LogReader,
    mut next: Option<EntryIndex>,
    link: usize,
) -> impl Iterator<Item = Result<Said, ReadError>> {
    std::iter::from_fn(move || {
        let index = next.take()?;
        Some(reader.said(index).and_then(|read| {
            let found = read.link(link);
            let back = found.filter(|link| link.previous.is_none_or(|previous| previous < index));
            next = back.ok_or_else(|| not_back(index, found))?.previous;
            Ok(read)
        }))
    })
}

fn not_back(index: EntryIndex, found: Option<Link>) -> ReadError {
    let found = found.and_then(|link| link.previous);
    ReadError::Damaged(Damage {
        file: "log".to_owned(),
        offset: 0,
        entry: Some(index),
        what: "entry's link to the one before it in a stream",
        found: found.map_or("no link".to_owned(), |previous| previous.to_string()),
        expected: "a link to an earlier entry, or to none".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{EncodedEntry, Log, LogConfig};
    use crate::storage::FileDisk;
    use ledger_spec::entry::{ChainHash, Entry, StreamVersion};
    use ledger_spec::time::RecordedTime;
    use std::sync::Arc;
    use tlog::note::{KeyName, NoteSigner};

    fn log() -> (Log, tempfile::TempDir) {
        let signer = NoteSigner::from_seed(KeyName::parse("a.example").unwrap(), &[1; 32]);
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(FileDisk::open(folder.path()).unwrap());
        let log = Log::create(disk, signer, LogConfig::default()).unwrap();
        (log, folder)
    }

    #[test]
    fn a_link_that_leads_nowhere_or_not_back_is_damage() {
        let index = EntryIndex::new(0);
        let to = |previous| vec![Link { previous, version: StreamVersion::NONE }];
        for (links, leads_back) in [(to(None), true), (to(Some(index)), false), (Vec::new(), false)] {
            let (recorded_at, previous) = (RecordedTime::from_micros(1), ChainHash::ZERO);
            let (signatures, event) = (Vec::new(), b"{}".to_vec());
            let entry = Entry { index, recorded_at, previous, links, signatures, event };
            let (mut log, _folder) = log();
            log.append(vec![EncodedEntry::new(&entry).unwrap()]).unwrap();
            let read: Vec<_> = entries_backwards(&log.reader(), Some(index), 0).collect();
            match read.as_slice() {
                [Ok(_)] => assert!(leads_back),
                [Err(ReadError::Damaged(damage))] => assert!(!leads_back, "{damage}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
