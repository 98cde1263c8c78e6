//! A ledger's folder from making to closing: what is written is there again, by whatever way it is
//! opened, and the index is believed only when it may be.

use crate::people;
use crate::support::Folder;
use credit_ledger::audit::AuditFailure;
use credit_ledger::ledger::{LedgerError, OpenLedger};
use credit_ledger::log;
use credit_ledger::progress::Unwatched;
use credit_ledger::query::{self, Known, Reading};
use credit_ledger::sealed_files::SealedOpenError;
use credit_ledger::sequencer::{Appended, EventOutcome};
use credit_ledger::storage::FileDisk;
use ledger_spec::casefile::Sight;
use ledger_spec::id::SubjectId;
use ledger_spec::projection::{Answer, Page, Question, State, SubjectAnswer, SubjectQuestion};
use ledger_spec::time::ValidTime;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tlog::note::{KeyName, NoteSigner, SignedNote};
use tlog::position::EntryIndex;

const SUBJECT: &str = "ext:test:a";

/// A fresh ledger in a folder of its own, set up, with `count` penalties about `count` subjects.
fn folder(name: &str, count: u64) -> Folder {
    let dir = Folder::absent(name);
    credit_ledger::ledger::create(&dir, &people::founding()).unwrap();
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    submit(&ledger, &people::setup(), false);
    let penalties: Vec<_> = (0..count).map(|n| people::penalty(100 + n, &format!("ext:test:{n}"))).collect();
    submit(&ledger, &penalties, false);
    submit(&ledger, &[people::penalty(50, SUBJECT)], false);
    close(ledger);
    dir
}

fn submit(ledger: &OpenLedger, envelopes: &[String], atomic: bool) -> Vec<EventOutcome> {
    let events = envelopes.iter().map(|envelope| people::whole(envelope)).collect();
    let answer = ledger.sequencer.submit(events, atomic).unwrap();
    answer.blocking_recv().unwrap().unwrap().outcomes
}

fn close(ledger: OpenLedger) {
    let OpenLedger { sequencer, writer, .. } = ledger;
    drop(sequencer);
    writer.join().unwrap();
}

fn audited(dir: &Path) -> u64 {
    credit_ledger::audit::audit(dir, None, &Unwatched).unwrap().size.get()
}

fn placed(outcome: &EventOutcome) -> Appended {
    match outcome {
        EventOutcome::Appended(placed) => *placed,
        other => panic!("{other:?}"),
    }
}

fn states(snapshots: &credit_ledger::snapshot::Snapshots) -> Vec<State> {
    let reading = Reading::new(snapshots);
    let valid_at = ValidTime::parse("2026-06-01T00:00:00+08:00").unwrap();
    let as_of = reading.as_of(valid_at, Known::Everything).unwrap();
    let subject = SubjectId::parse(SUBJECT).unwrap();
    let (what, page) = (SubjectQuestion::Standing, Page::default());
    let question = Question::Subject { subject, what, page };
    match reading.ask(&question, as_of, reading.viewer(Sight::Public, valid_at)).unwrap().answer {
        Answer::Subject(SubjectAnswer::Standing(standing)) => {
            standing.states.iter().map(|line| line.state).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_is_there_again() {
    let dir = folder("again", 40);
    assert_eq!(audited(&dir), 46);
    // With the index from sled, with one made anew, and without any lock.
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    assert_eq!(states(&ledger.snapshots), [State::RecordInForce]);
    let streams = ledger.snapshots.streams().index().streams();
    let beside = credit_ledger::ledger::open_to_read(&dir, &Unwatched).unwrap();
    assert_eq!(states(&beside.snapshots), [State::RecordInForce]);
    assert_eq!(beside.snapshots.streams().index().streams(), streams);
    assert!(credit_ledger::ledger::open(&dir, &Unwatched).is_err(), "the folder is locked");
    close(ledger);
    fs::remove_dir_all(dir.join("index")).unwrap();
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    assert_eq!(ledger.snapshots.streams().index().streams(), streams);
    assert_eq!(states(&ledger.snapshots), [State::RecordInForce]);
    close(ledger);
    assert_eq!(credit_ledger::ledger::rebuild(&dir, &Unwatched).unwrap(), 46);
    assert_eq!(audited(&dir), 46);
}

#[test]
fn a_damaged_index_is_made_anew_and_believed_only_then() {
    let dir = folder("index", 300);
    let mut damaged = 0;
    for file in fs::read_dir(dir.join("index")).unwrap().map(|file| file.unwrap().path()) {
        if !file.is_file() {
            continue;
        }
        let good = fs::read(&file).unwrap();
        for at in (0..good.len()).step_by((good.len() / 8).max(1)) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(&file, &bad).unwrap();
            let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
            assert_eq!(
                ledger.snapshots.streams().index().streams(),
                301 + 5 + 4 + 1,
                "{} at {at}",
                file.display()
            );
            assert_eq!(states(&ledger.snapshots), [State::RecordInForce]);
            close(ledger);
            damaged += 1;
            if !file.exists() {
                break;
            }
        }
    }
    assert!(damaged > 8, "{damaged} places");
    assert_eq!(audited(&dir), 306);
}

#[test]
fn the_same_event_again_gets_the_first_receipt_and_another_under_its_id_is_refused() {
    let dir = folder("repeat", 1);
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let first = placed(&submit(&ledger, &[people::penalty(7, SUBJECT)], false)[0]);
    assert!(!first.repeat);
    let again = placed(&submit(&ledger, &[people::penalty(7, SUBJECT)], false)[0]);
    assert_eq!(again, Appended { repeat: true, ..first });
    // Both in one batch, before either is written.
    let both = submit(&ledger, &[people::penalty(8, SUBJECT), people::penalty(8, SUBJECT)], false);
    assert_eq!(placed(&both[1]), Appended { repeat: true, ..placed(&both[0]) });
    let other = people::event(7, "subject.registered", "department", SUBJECT, serde_json::json!({}));
    let other = ledger_spec::event::envelope::seal(&other, &[&people::department()]);
    let refused = submit(&ledger, &[other], false);
    assert!(
        matches!(&refused[0], EventOutcome::Refused { refusal, .. } if refusal.rule.slug() == "id-reused"),
        "{refused:?}"
    );
    close(ledger);
    assert_eq!(audited(&dir), 9);
}

#[test]
fn an_atomic_submission_is_whole_or_absent() {
    let dir = folder("atomic", 1);
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let size = ledger.snapshots.latest().size();
    let wrong = people::penalty(21, "place:430381");
    let batch = [people::penalty(20, SUBJECT), wrong, people::penalty(22, SUBJECT)];
    let outcomes = submit(&ledger, &batch, true);
    assert!(
        matches!(
            outcomes[..],
            [EventOutcome::NotAttempted, EventOutcome::Refused { .. }, EventOutcome::NotAttempted]
        ),
        "{outcomes:?}"
    );
    assert_eq!(ledger.snapshots.latest().size(), size);
    // A repeat of what is taken back is taken back too; a repeat of what stood before is not.
    let wrong = people::penalty(21, "place:430381");
    let twice =
        [people::penalty(50, SUBJECT), people::penalty(20, SUBJECT), people::penalty(20, SUBJECT), wrong];
    let outcomes = submit(&ledger, &twice, true);
    assert!(placed(&outcomes[0]).repeat);
    assert!(
        matches!(
            outcomes[1..],
            [EventOutcome::NotAttempted, EventOutcome::NotAttempted, EventOutcome::Refused { .. }]
        ),
        "{outcomes:?}"
    );
    assert_eq!(ledger.snapshots.latest().size(), size);
    // What was taken back can be placed, and links to what stood before.
    let placed_after = placed(&submit(&ledger, &[people::penalty(20, SUBJECT)], true)[0]);
    assert_eq!(placed_after.index, size.next_index());
    assert_eq!(placed_after.version.get(), 2);
    close(ledger);
    assert_eq!(audited(&dir), size.get() + 1);
}

#[test]
fn a_damaged_entry_is_never_answered_from() {
    let dir = folder("damage", 3);
    let segment = dir.join("log/00000000000000000000.seg");
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let failure = credit_ledger::audit::audit(&dir, None, &Unwatched).unwrap_err();
    assert!(failure.to_string().contains("00000000000000000000.seg"), "{failure}");
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched);
    if let Ok(ledger) = ledger {
        let read: Vec<_> = (0..9)
            .map(|at| Reading::new(&ledger.snapshots).any_entry(EntryIndex::new(at)).map(|_| ()))
            .collect();
        assert!(
            read.iter()
                .any(|answer| matches!(answer, Err(query::QueryError::Read(log::ReadError::Damaged(_))))),
            "{read:?}"
        );
        close(ledger);
    }
}

#[test]
fn an_audit_with_a_key_refuses_a_ledger_that_entry_0_gives_to_another() {
    let dir = folder("other-key", 1);
    let ledger = credit_ledger::ledger::open(&dir, &Unwatched).unwrap();
    let right = ledger.vkey.clone();
    close(ledger);
    assert!(credit_ledger::audit::audit(&dir, Some(right), &Unwatched).unwrap().key_given);
    // A checkpoint over the same entries, signed by somebody else under the same name.
    let name = KeyName::parse(people::ORIGIN).unwrap();
    let other = NoteSigner::from_seed(name, &[9; 32]);
    let note = SignedNote::parse(&fs::read(dir.join("checkpoint")).unwrap()).unwrap();
    let signed = SignedNote::sign(note.text().to_owned(), &[&other]).unwrap();
    fs::write(dir.join("checkpoint"), signed.to_string()).unwrap();
    let found = credit_ledger::audit::audit(&dir, Some(other.verifier_key()), &Unwatched);
    let Err(AuditFailure::OtherKey { found, expected }) = found else { panic!("{found:?}") };
    assert_eq!(expected, other.verifier_key().to_string());
    assert_ne!(found, expected);
}

#[test]
fn a_folder_without_entry_0_is_no_ledger() {
    let dir = folder("empty", 0);
    // All that a ledger has but entries.
    for name in ["log", "tree", "index"] {
        fs::remove_dir_all(dir.join(name)).unwrap();
    }
    fs::remove_file(dir.join("checkpoint")).unwrap();
    let unopened = credit_ledger::ledger::open_to_read(&dir, &Unwatched).map(drop).unwrap_err();
    assert!(matches!(unopened, LedgerError::Disk(_)), "{unopened}");
    let signer = NoteSigner::from_seed(KeyName::parse(people::ORIGIN).unwrap(), &people::operator());
    let disk = Arc::new(FileDisk::open(&dir).unwrap());
    log::Log::create(disk, signer, log::LogConfig::default()).unwrap().close().unwrap();
    // What opens entries that no log holds is damage, after a clean stop.
    let refused = credit_ledger::ledger::open(&dir, &Unwatched).map(drop).unwrap_err();
    let LedgerError::Beside(SealedOpenError::Damaged(damage)) = refused else { panic!("{refused}") };
    assert_eq!(damage.file, "sealed/000000000000.000000000000.body");
    for file in fs::read_dir(dir.join("sealed")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    assert!(!dir.join("running").exists(), "a start that is refused leaves a clean stop as it is");
    let refused = credit_ledger::ledger::open(&dir, &Unwatched).map(drop).unwrap_err();
    assert!(matches!(refused, LedgerError::Empty), "{refused}");
    let unread = credit_ledger::ledger::open_to_read(&dir, &Unwatched).map(drop).unwrap_err();
    assert!(matches!(unread, LedgerError::Log(_)), "{unread}");
    assert!(credit_ledger::audit::audit(&dir, None, &Unwatched).is_err());
}
