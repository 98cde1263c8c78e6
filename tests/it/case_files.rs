//! The store of case files: the same answers as a fold of the whole log in memory, whatever happens to its folder.

use crate::memory_disk::Prng;
use crate::people::{self, LIST};
use crate::projections::{city, everything_at};
use crate::support::Folder;
use credit_ledger::ledger::OpenLedger;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::{Known, QueryError, Reading};
use credit_ledger::sequencer::EventOutcome;
use credit_ledger::snapshot::{Snapshot, Snapshots};
use ledger_spec::casefile::Sight;
use ledger_spec::event::envelope::seal;
use ledger_spec::id::{AuthorityId, ListCode, Sealing, StreamKey, SubjectId, SubjectStream};
use ledger_spec::projection::{Page, Question, SubjectQuestion};
use ledger_spec::time::ValidTime;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tlog::defect::{as_u64, as_usize};
use tlog::position::TreeSize;

/// Penalties of many subjects, beside what the city knows: enough that a fold is parted.
const PENALTIES: u64 = 300;

/// A ledger with the city's events, penalties, and members of a list who come and go.
fn filled(name: &str) -> Folder {
    let dir = Folder::absent(name);
    credit_ledger::ledger::create(&dir, &people::founding()).unwrap();
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let mut envelopes: Vec<_> = people::setup();
    envelopes.extend(city());
    envelopes.extend((0..PENALTIES).map(|n| people::penalty(1_000 + n, &format!("ext:test:{}", n % 40))));
    append(&ledger, &envelopes);
    // All or none: what was planned before an event that is refused is taken back, from what is handed over too.
    let taken_back = [people::penalty(3_000, "ext:test:1"), people::penalty(3_001, "place:430381")];
    let events = taken_back.iter().map(|envelope| people::whole(envelope)).collect();
    let answer = ledger.sequencer.submit(events, true).unwrap().blocking_recv().unwrap().unwrap();
    assert!(matches!(answer.outcomes[1], EventOutcome::Refused { .. }), "{:?}", answer.outcomes);
    append(&ledger, &[people::penalty(3_002, "ext:test:2")]);
    assert_eq!(covered(&ledger.snapshots), ledger.snapshots.latest().size());
    close(ledger);
    dir
}

fn append(ledger: &OpenLedger, envelopes: &[String]) {
    for some in envelopes.chunks(64) {
        let events = some.iter().map(|envelope| people::whole(envelope)).collect();
        let answer = ledger.sequencer.submit(events, true).unwrap().blocking_recv().unwrap().unwrap();
        let placed = |outcome: &EventOutcome| matches!(outcome, EventOutcome::Appended(_));
        assert!(answer.outcomes.iter().all(placed), "{:?}", answer.outcomes);
    }
}

fn close(ledger: OpenLedger) {
    let OpenLedger { sequencer, writer, keeper, snapshots, lock, .. } = ledger;
    drop((sequencer, snapshots));
    writer.join().unwrap();
    drop((keeper, lock));
}

/// What a fold of the whole log in memory says at random instants is what the store says.
fn equals_the_fold(dir: &Path, seed: u64, rounds: usize) {
    let ledger = credit_ledger::ledger::open(dir, &Unwatched).unwrap();
    let alone = credit_ledger::ledger::open_to_read(dir, &Unwatched).unwrap();
    let (mut rng, size) = (Prng::new(seed), as_usize(ledger.snapshots.latest().size().get()));
    let year = |rng: &mut Prng| format!("20{}-{:02}-15T12:00:00+08:00", 25 + rng.below(6), 1 + rng.below(12));
    for _ in 0..rounds {
        let valid_at = ValidTime::parse(&year(&mut rng)).unwrap();
        let known = Known::Size(TreeSize::new(as_u64(1 + rng.below(size))));
        let stored = everything_at(&ledger.snapshots, valid_at, known);
        assert!(stored == everything_at(&alone.snapshots, valid_at, known), "{valid_at} {known:?}");
        assert!(stored == everything_at(&ledger.snapshots, valid_at, known), "asked again");
    }
    close(ledger);
    credit_ledger::audit::audit(dir, None, &Unwatched).unwrap();
}

fn store(dir: &Path) -> PathBuf {
    dir.join("case-files")
}

/// The store's files, largest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).unwrap().len()));
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Waits until everything published is covered.
fn covered(snapshots: &Snapshots) -> TreeSize {
    snapshots.case_files().wait_for(snapshots.latest().size(), Duration::from_secs(60))
}

#[test]
fn every_answer_is_that_of_a_fold_of_the_whole_log() {
    let dir = filled("fold");
    equals_the_fold(&dir, 20_261_126, 12);
}

#[test]
fn a_store_that_is_missing_behind_or_of_another_log_is_made_again() {
    let dir = filled("doubt");
    fs::remove_dir_all(store(&dir)).unwrap();
    equals_the_fold(&dir, 1, 2);
    // Behind: as it was before more came.
    let older = Folder::absent("older-store");
    copy(&store(&dir), &older);
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    append(&ledger, &(0..50).map(|n| people::penalty(5_000 + n, "ext:test:b")).collect::<Vec<_>>());
    assert_eq!(covered(&ledger.snapshots), ledger.snapshots.latest().size());
    close(ledger);
    fs::remove_dir_all(store(&dir)).unwrap();
    copy(&older, &store(&dir));
    equals_the_fold(&dir, 2, 2);
    // Of another log, of the same length.
    let other = filled("other-log");
    let (there, here) = (store(&other), store(&dir));
    fs::remove_dir_all(&here).unwrap();
    copy(&there, &here);
    equals_the_fold(&dir, 3, 2);
}

#[test]
fn whatever_stands_in_the_stores_place_is_thrown_away() {
    let dir = filled("garbage");
    let place = store(&dir);
    fs::remove_dir_all(&place).unwrap();
    fs::write(&place, "no folder").unwrap();
    equals_the_fold(&dir, 4, 1);
    for name in [u64::MAX.to_string(), "77".to_owned(), "lock".to_owned()] {
        fs::write(place.join(&name), "no store").unwrap();
        equals_the_fold(&dir, 5, 1);
    }
    // A store after which none can be numbered.
    fs::remove_dir_all(&place).unwrap();
    fs::create_dir_all(place.join(u64::MAX.to_string())).unwrap();
    equals_the_fold(&dir, 6, 1);
    assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
}

#[test]
fn a_flipped_byte_anywhere_in_the_store_changes_no_answer() {
    let dir = filled("flipped");
    let sound = Folder::absent("sound");
    copy(&store(&dir), &sound);
    let mut rng = Prng::new(7);
    for file in files(&sound).into_iter().filter(|file| fs::metadata(file).unwrap().len() > 0).take(6) {
        fs::remove_dir_all(store(&dir)).unwrap();
        copy(&sound, &store(&dir));
        let damaged = store(&dir).join(file.strip_prefix(&*sound).unwrap());
        let mut bytes = fs::read(&damaged).unwrap();
        // The journal is allocated in full and mostly empty: what is written stands at its beginning.
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
        let at = rng.below(used + 1);
        bytes[at] ^= 0x10;
        fs::write(&damaged, bytes).unwrap();
        equals_the_fold(&dir, 11, 1);
    }
}

/// Takes the first row of every stream out of the store, which goes on to say that it covers everything. Whose rows they
/// are nobody sees who has only the folder.
fn lose_rows(dir: &Path) {
    let number = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let stores = fs::read_dir(store(dir)).unwrap().map(|item| item.unwrap().path());
    let db = fjall::Database::builder(stores.max_by_key(number).unwrap()).open().unwrap();
    let rows = db.keyspace("rows", fjall::KeyspaceCreateOptions::default).unwrap();
    let keys: Vec<_> = rows.prefix("i").map(|row| row.key().unwrap()).collect();
    let stream = |key: &[u8]| key[..17].to_vec();
    for run in keys.chunk_by(|a, b| stream(a) == stream(b)) {
        rows.remove(run[0].clone()).unwrap();
    }
}

fn penalties_of(snapshots: &Snapshots, subject: &str, valid_at: ValidTime) -> String {
    let subject = SubjectId::parse(subject).unwrap();
    let question = Question::Subject { subject, what: SubjectQuestion::Standing, page: Page::default() };
    let reading = Reading::new(snapshots);
    let as_of = reading.as_of(valid_at, Known::Everything).unwrap();
    serde_json::to_string(
        &reading.ask(&question, as_of, reading.viewer(Sight::Shared, valid_at)).unwrap().answer,
    )
    .unwrap()
}

#[test]
fn a_row_that_was_lost_changes_no_answer_and_the_store_is_made_again_while_the_ledger_runs() {
    let (dir, valid_at) = (filled("lost"), ValidTime::parse("2026-11-01T00:00:00+08:00").unwrap());
    let alone = credit_ledger::ledger::open_to_read(&dir, &Unwatched).unwrap();
    // A subject's answer sees it by where the log says that the stream ends; an answer about all, by the count of rows.
    for by_its_subject in [true, false] {
        lose_rows(&dir);
        let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
        if by_its_subject {
            let expected = penalties_of(&alone.snapshots, "ext:test:7", valid_at);
            assert_eq!(penalties_of(&ledger.snapshots, "ext:test:7", valid_at), expected);
        }
        let oversight = || {
            let reading = Reading::new(&ledger.snapshots);
            let as_of = reading.as_of(valid_at, Known::Everything).unwrap();
            reading.ask(&Question::Oversight, as_of, reading.viewer(Sight::Public, valid_at))
        };
        let begin = Instant::now();
        // Wrong it is never: until the rows are there again, it is no answer.
        let found = loop {
            match oversight() {
                Ok(answered) => break answered.answer,
                Err(QueryError::Behind { .. }) => assert!(begin.elapsed() < Duration::from_secs(60)),
                Err(other) => panic!("{other}"),
            }
        };
        let reading = Reading::new(&alone.snapshots);
        let as_of = reading.as_of(valid_at, Known::Everything).unwrap();
        let viewer = reading.viewer(Sight::Public, valid_at);
        let expected = reading.ask(&Question::Oversight, as_of, viewer).unwrap().answer;
        assert_eq!(serde_json::to_string(&found).unwrap(), serde_json::to_string(&expected).unwrap());
        close(ledger);
        equals_the_fold(&dir, 5, 1);
    }
}

#[test]
fn whoever_asks_at_an_older_snapshot_gets_the_stream_as_it_stood_then() {
    let dir = filled("older");
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let subject = SubjectStream::parse("ext:test:7").unwrap();
    let streams = ledger.snapshots.streams();
    let before = ledger.snapshots.latest();
    let file = |at: &Arc<Snapshot>| {
        let directory = &at.governance.directory;
        streams.file(&subject, at.size(), directory).unwrap()
    };
    let keys = [
        StreamKey::Subject(subject.clone()),
        StreamKey::Issuer(Sealing::Sealed, AuthorityId::parse("department").unwrap()),
        StreamKey::List(Sealing::Sealed, ListCode::parse(LIST).unwrap()),
    ];
    let heads = |at: &Arc<Snapshot>| keys.each_ref().map(|key| streams.head(key, at.size()).unwrap());
    let (first_file, first_heads) = (file(&before), heads(&before));
    let entering = |n: u64| {
        let body = json!({ "list": LIST, "row": { "name": "后来", "reason": "一" } });
        let event = people::event(8_000 + n, "listing.entered", "department", "ext:test:later", body);
        seal(&event, &[&people::department()])
    };
    for n in 0..3 {
        append(&ledger, &[people::penalty(9_000 + n, "ext:test:7"), entering(n)]);
        // Before and after the case files have taken it in.
        assert!(file(&before) == first_file && heads(&before) == first_heads);
        covered(&ledger.snapshots);
        assert!(file(&before) == first_file && heads(&before) == first_heads);
    }
    let now = ledger.snapshots.latest();
    assert_eq!(file(&now).len(), first_file.len() + 3);
    assert_eq!(heads(&now)[0].unwrap().version.get(), first_heads[0].unwrap().version.get() + 3);
    assert!(heads(&now).iter().zip(&first_heads).all(|(now, then)| now.unwrap().last > then.unwrap().last));
    close(ledger);
    credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap();
}

#[test]
fn a_member_is_on_the_list_as_soon_as_it_has_its_receipt() {
    let dir = filled("receipt");
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let valid_at = ValidTime::parse("2026-11-01T00:00:00+08:00").unwrap();
    for n in 0..20 {
        let body = json!({ "list": LIST, "row": { "name": format!("第{n}号"), "reason": "三" } });
        let subject = format!("ext:test:m{n}");
        let envelope = seal(
            &people::event(7_000 + n, "listing.entered", "department", &subject, body),
            &[&people::department()],
        );
        append(&ledger, &[envelope]);
        assert!(everything_at(&ledger.snapshots, valid_at, Known::Everything).contains(&format!("第{n}号")));
    }
    close(ledger);
    credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap();
}
