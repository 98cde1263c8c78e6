//! Subjects with very many events, and lists with very many members: what is kept for them, and made side by side, is
//! what the log says.

use crate::people::{self, LIST, department};
use crate::support::Folder;
use credit_ledger::ledger::OpenLedger;
use credit_ledger::log;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::{Known, Reading};
use credit_ledger::sequencer::EventOutcome;
use credit_ledger::snapshot::{Snapshot, Snapshots};
use credit_ledger::storage::FileDisk;
use ledger_spec::casefile::Sight;
use ledger_spec::event::envelope::seal;
use ledger_spec::id::{ListCode, SubjectId};
use ledger_spec::projection::{Page, Question, SubjectQuestion};
use ledger_spec::time::ValidTime;
use serde_json::json;
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use tlog::defect::{as_u64, as_usize};
use tlog::position::{EntryIndex, TreeSize};

/// More events than are folded anew for each page, and more members than one thread makes lines of.
const MANY: u64 = 1_100;
const SUBJECT: &str = "ext:test:long";

fn open(dir: &Path) -> OpenLedger {
    credit_ledger::ledger::open(dir, &Unwatched).unwrap()
}

fn filled(name: &str, envelopes: impl Iterator<Item = String>) -> Folder {
    let dir = Folder::absent(name);
    credit_ledger::ledger::create(&dir, &people::founding()).unwrap();
    let ledger = open(&dir);
    append(&ledger, people::setup());
    append(&ledger, envelopes.collect());
    close(ledger);
    dir
}

fn append(ledger: &OpenLedger, envelopes: Vec<String>) {
    for some in envelopes.chunks(256) {
        let events = some.iter().map(|envelope| people::whole(envelope)).collect();
        let answer = ledger.sequencer.submit(events, true).unwrap().blocking_recv().unwrap().unwrap();
        assert!(answer.outcomes.iter().all(|outcome| matches!(outcome, EventOutcome::Appended(_))));
    }
}

fn close(ledger: OpenLedger) {
    let OpenLedger { sequencer, writer, keeper, snapshots, lock, .. } = ledger;
    drop((sequencer, snapshots));
    writer.join().unwrap();
    drop((keeper, lock));
}

fn answer(snapshots: &Snapshots, at: Option<&Arc<Snapshot>>, question: &Question, known: Known) -> String {
    let valid_at = ValidTime::parse("2026-11-01T00:00:00+08:00").unwrap();
    let reading = at.map_or_else(|| Reading::new(snapshots), |at| Reading::at(snapshots, at));
    let as_of = reading.as_of(valid_at, known).unwrap();
    serde_json::to_string(
        &reading.ask(question, as_of, reading.viewer(Sight::Shared, valid_at)).unwrap().answer,
    )
    .unwrap()
}

fn records(after: Option<u64>, limit: usize) -> Question {
    let after = after.map(tlog::position::EntryIndex::new);
    let page = Page { after, limit: NonZeroUsize::new(limit) };
    let subject = SubjectId::parse(SUBJECT).unwrap();
    Question::Subject { subject, what: SubjectQuestion::Records, page }
}

#[test]
fn the_file_of_a_long_stream_is_what_the_log_says_however_often_and_whenever_one_asks() {
    let dir = filled("long-subject", (0..MANY).map(|n| people::penalty(10_000 + n, SUBJECT)));
    let ledger = open(&dir);
    let before = ledger.snapshots.latest();
    let size = before.size().get();
    let sizes = |most: u64| [most, most - 1, most / 2, 6, 0].map(|size| Known::Size(TreeSize::new(size)));
    let same_as_the_log = |most: u64| {
        let alone = credit_ledger::ledger::open_to_read(&dir, &Unwatched).unwrap();
        for known in sizes(most) {
            for question in [records(None, 7), records(Some(size - 3), 7), records(None, 5_000)] {
                let expected = answer(&alone.snapshots, None, &question, known);
                for _ in 0..2 {
                    assert_eq!(answer(&ledger.snapshots, None, &question, known), expected);
                }
            }
        }
    };
    same_as_the_log(size);
    let shown = answer(&ledger.snapshots, Some(&before), &records(None, 5_000), Known::Everything);
    for n in 0..3 {
        append(&ledger, vec![people::penalty(20_000 + n, SUBJECT)]);
        same_as_the_log(size + n + 1);
        // Whoever took a snapshot before stays with it.
        let then = answer(&ledger.snapshots, Some(&before), &records(None, 5_000), Known::Everything);
        assert_eq!(then, shown);
    }
    // More than is read from the log for a file that is kept.
    append(&ledger, (0..MANY / 2).map(|n| people::penalty(30_000 + n, SUBJECT)).collect());
    same_as_the_log(size + 3 + MANY / 2);
    close(ledger);
    credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap();
}

#[test]
fn damage_in_what_came_since_a_file_was_kept_is_damage_of_what_shows_it_alone() {
    let dir = filled("long-damaged", (0..MANY).map(|n| people::penalty(10_000 + n, SUBJECT)));
    let ledger = open(&dir);
    let page = || answer(&ledger.snapshots, None, &records(None, 1), Known::Everything);
    let before = page();
    append(&ledger, (0..3).map(|n| people::penalty(20_000 + n, SUBJECT)).collect());
    let size = ledger.snapshots.latest().size();
    ledger.snapshots.case_files().wait_for(size, std::time::Duration::from_secs(60));
    let disk = FileDisk::open(&dir).unwrap();
    let (file, at) = log::position_of(&disk, EntryIndex::new(size.get() - 2)).unwrap();
    let segment = std::fs::OpenOptions::new().read(true).write(true).open(dir.join(file)).unwrap();
    let mut byte = [0];
    segment.read_exact_at(&mut byte, at + 300).unwrap();
    segment.write_all_at(&[byte[0] ^ 1], at + 300).unwrap();
    for _ in 0..2 {
        assert_eq!(page(), before, "the first page shows nothing that is damaged");
    }
    segment.write_all_at(&byte, at + 300).unwrap();
    close(ledger);
    credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap();
}

#[test]
fn what_pages_of_events_leave_out_is_counted_once() {
    let narrowed = |n: u64| {
        let disclosure = if n.is_multiple_of(3) { "public" } else { "restricted" };
        let mut body = people::negative(&format!("第{n}号"));
        body["disclosure"] = disclosure.into();
        if disclosure == "restricted" {
            body["narrowed_by"] = json!({ "instrument": "law.one", "article": "1" });
        }
        seal(&people::event(10_000 + n, "record.filed", "department", SUBJECT, body), &[&department()])
    };
    let law = json!({ "title": people::name(), "level": "law", "narrows": ["*"], "narrows_by": ["1"], "confidence": "U" });
    let law = people::event(9_999, "catalogue.basis_registered", "steward", "catalogue:basis.law.one", law);
    let law = seal(&law, &[&people::steward()]);
    let dir = filled("withheld", std::iter::once(law).chain((0..30).map(narrowed)));
    let ledger = open(&dir);
    let now = ValidTime::parse("2026-11-01T00:00:00+08:00").unwrap();
    let subject = SubjectId::parse(SUBJECT).unwrap();
    for limit in [1, 3, 7, 500] {
        let (mut shown, mut withheld, mut before) = (0, 0, None);
        loop {
            let reading = Reading::new(&ledger.snapshots);
            let page = reading.events(&subject, before, limit, reading.viewer(Sight::Shared, now)).unwrap();
            shown += page.events.len();
            withheld += page.withheld.unwrap();
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!((shown, withheld), (10, 20), "pages of {limit}");
    }
    close(ledger);
    credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap();
}

#[test]
fn a_whole_list_is_its_pages_put_together() {
    let entering = |n: u64| {
        let body = json!({ "list": LIST, "row": { "name": format!("第{n}号"), "reason": "三" } });
        let subject = format!("ext:test:m{n}");
        seal(&people::event(10_000 + n, "listing.entered", "department", &subject, body), &[&department()])
    };
    let dir = filled("long-list", (0..MANY).map(entering));
    let ledger = open(&dir);
    let size = ledger.snapshots.latest().size();
    ledger.snapshots.case_files().wait_for(size, std::time::Duration::from_secs(60));
    let members = |after: Option<u64>, limit: Option<usize>| {
        let after = after.map(tlog::position::EntryIndex::new);
        let page = Page { after, limit: limit.and_then(NonZeroUsize::new) };
        let question = Question::Edition { list: ListCode::parse(LIST).unwrap(), page };
        let answer = answer(&ledger.snapshots, None, &question, Known::Everything);
        let edition: serde_json::Value = serde_json::from_str(&answer).unwrap();
        (edition["members"].as_array().unwrap().clone(), edition["next"].as_u64())
    };
    let (whole, next) = members(None, None);
    assert_eq!((as_u64(whole.len()), next), (MANY, None));
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = members(after, Some(as_usize(MANY) / 7));
        pages.extend(page);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert!(pages == whole);
    let named = |n: u64| whole[as_usize(n)]["row"]["name"] == format!("第{n}号");
    assert!((0..MANY).all(named), "in the order in which they were entered");
    close(ledger);
    credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap();
}
