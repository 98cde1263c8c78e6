//! What whoever takes a ledger's folder away, and has not its master key, finds in it: every byte is looked at.

use crate::erasure::{self, OTHER, SUBJECT};
use crate::http_server::{JSON, PATIENCE, Server};
use crate::people::{self, LIST, department, event};
use crate::projections::city;
use crate::support::Folder;
use crate::walk;
use credit_ledger::case_files::{DiskCaseFiles, StoreDoubt, StoreKeys};
use credit_ledger::ledger::Settings;
use credit_ledger::sealed_files::SealedReader;
use credit_ledger::storage::FileDisk;
use ledger_spec::entry::ChainHash;
use ledger_spec::event::envelope::seal;
use ledger_spec::id::Sealing;
use ledger_spec::sealed::{Hashing, StoreKey, StreamTag};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::position::TreeSize;

const PERSON: &str = "person:5e1f9a0c7d3b4826e1f05a9b8c7d6e4f30214365870a9bcdef0123456789abcd";

/// What must not be found: what it is, by its bytes.
type Secrets = BTreeMap<Vec<u8>, String>;

/// The shortest piece that is looked for: what is shorter is found by chance.
const SHORTEST: usize = 8;

/// What sealed events say, in every form in which something derived from them could have it, but for what events in the
/// clear or the settings of the ledger in `dir` say too.
fn secrets(dir: &Path, envelopes: &[String]) -> Secrets {
    let mut secrets = Secrets::new();
    let mut clear = std::fs::read_to_string(dir.join("ledger.toml")).unwrap();
    for envelope in envelopes {
        let verified = people::verified(envelope);
        let (event, text) = (verified.event(), std::str::from_utf8(verified.bytes()).unwrap());
        if event.subject_stream().sealing == Sealing::Clear {
            clear += text;
            continue;
        }
        let mut told = |bytes: &[u8], what: String| secrets.insert(bytes.to_vec(), what);
        told(event.id.as_bytes(), format!("the id of {text}"));
        for stream in event.streams() {
            let tag = StreamTag::of(Hashing::Sha256, &stream);
            told(tag.as_bytes(), format!("the tag of {stream}"));
        }
        let mut texts = Vec::new();
        strings(&serde_json::from_str(text).unwrap(), &mut texts);
        for text in texts {
            told(text.as_bytes(), text.clone());
            if let Some(hex) = text.strip_prefix("person:") {
                told(&tlog::bytes::from_hex::<32>(hex).unwrap(), format!("the bytes of {text}"));
            }
        }
    }
    secrets.retain(|bytes, _| {
        bytes.len() >= SHORTEST && std::str::from_utf8(bytes).map_or(true, |text| !clear.contains(text))
    });
    secrets
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| strings(one, found)),
        Value::Object(fields) => fields.values().for_each(|one| strings(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Each secret that stands in a file of the folder, and where.
fn found(folder: &Path, secrets: &Secrets) -> Vec<(PathBuf, String)> {
    let mut by_beginning: HashMap<&[u8], Vec<(&[u8], &String)>> = HashMap::new();
    for (bytes, what) in secrets {
        by_beginning.entry(&bytes[..SHORTEST]).or_default().push((bytes, what));
    }
    let mut found = Vec::new();
    for file in walk::files(folder, "") {
        let bytes = std::fs::read(&file).unwrap();
        // Room that was made before it is needed is zeros.
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let bytes = &bytes[..end];
        for (at, window) in bytes.windows(SHORTEST).enumerate() {
            let begun = by_beginning.get(window).into_iter().flatten();
            let whole = begun.filter(|(secret, _)| bytes[at..].starts_with(secret));
            found.extend(whole.map(|(_, what)| (file.clone(), (*what).clone())));
        }
    }
    found
}

/// Appends to a server, and waits until everything derived from it is stored.
fn append(server: &Server, envelopes: &[String]) {
    for envelope in envelopes {
        let answer = server.post(JSON, envelope);
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    settled(server);
}

fn settled(server: &Server) {
    let size = server.snapshots.latest().size();
    assert_eq!(server.snapshots.case_files().wait_for(size, PATIENCE), size);
}

/// The ledger's store key as it is now.
fn store_key(dir: &Path) -> StoreKey {
    let settings = Settings::read(dir).unwrap();
    let kek = settings.kek(dir).unwrap();
    let disk = Arc::new(FileDisk::open(dir).unwrap());
    let files = SealedReader::open(disk, &settings.origin, &kek).unwrap();
    files.with_root(|root| StoreKey::copied(root.store.expose()))
}

/// Opens a ledger's stored case files under a key, and says what they cover, or why they were thrown away.
fn opened(dir: &Path, key: &StoreKey) -> Result<TreeSize, StoreDoubt> {
    let key = StoreKey::copied(key.expose());
    let keys: StoreKeys = Arc::new(move || StoreKey::copied(key.expose()));
    let mut covered = TreeSize::EMPTY;
    let path = dir.join("case-files");
    // Whatever it covers is another log than this: that it says so shows that it was read.
    let (_, doubt) = DiskCaseFiles::open(&path, 1 << 20, keys, |size| {
        covered = size;
        None::<ChainHash>
    })
    .unwrap();
    match doubt {
        Some(StoreDoubt::OtherLog) => Ok(covered),
        Some(doubt) => Err(doubt),
        None => panic!("it was believed"),
    }
}

fn copy(from: &Path, to: &Path) {
    for file in walk::files(from, "") {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(file, target).unwrap();
    }
}

/// Events of every sort, about firms, a person and others.
fn events() -> Vec<String> {
    let listed = json!({ "list": LIST, "row": { "name": "湘湘商贸有限公司", "reason": "拒不履行判决" } });
    let listed = event(210, "listing.entered", "department", "ext:test:listed-firm", listed);
    let mut events: Vec<_> = people::setup().into_iter().chain(city()).collect();
    events.push(seal(&listed, &[&department()]));
    events.extend((220..260).map(|n| people::penalty(n, &format!("ext:test:subject-{}", n % 7))));
    let consent = json!({ "scope": ["base.*"], "purpose": "办理食品经营许可" });
    let consent = event(270, "consent.granted", "department", PERSON, consent);
    events.push(seal(&consent, &[&department()]));
    events
}

#[test]
fn a_stolen_folder_names_nobody_and_tells_nothing() {
    let server = Server::start("theft", |_| {});
    let events = events();
    let setup = people::setup().len();
    append(&server, &events[setup..]);
    let secrets = secrets(server.folder(), &events);
    let named = |text: &str| secrets.contains_key(text.as_bytes());
    assert!(secrets.len() > 150, "{}", secrets.len());
    assert!(named(PERSON) && named("ext:test:subject-3") && named("湘湘商贸有限公司"));
    // While it runs, and after it was stopped, when the index is stored too.
    assert_eq!(found(server.folder(), &secrets), Vec::new());
    let dir = server.stop().folder();
    assert_eq!(found(&dir, &secrets), Vec::new());
    // The search finds what there is: as it would lie in a file of the store, were it in the clear.
    std::fs::write(dir.join("case-files/1/one"), format!("i{PERSON}\0")).unwrap();
    let seen = found(&dir, &secrets);
    assert!(
        seen.iter().all(|(file, what)| file.ends_with("one") && what == PERSON) && seen.len() == 1,
        "{seen:?}"
    );
}

#[test]
fn what_was_derived_from_the_erased_opens_under_no_key_that_is_left() {
    let server = erasure::served("theft-erasure", 0);
    let entries = erasure::filed(&server);
    append(&server, &[people::penalty(31, SUBJECT), people::penalty(32, OTHER)]);
    let (dir, before) = (server.folder().to_owned(), Folder::absent("theft-before"));
    let old_key = store_key(&dir);
    copy(&dir.join("case-files"), &before.join("case-files"));
    erasure::append(&server, &erasure::order(40, &[20, 21], &entries));
    erasure::erased(&server, &entries);
    settled(&server);
    append(&server, &[people::penalty(33, SUBJECT)]);
    let size = server.snapshots.latest().size();

    let note = json!({ "record": people::id(20).to_string(), "statement": "本单位已改正" });
    let [record, note] = [
        erasure::signed(20, "record.filed", SUBJECT, people::negative(erasure::WORDS)),
        erasure::signed(21, "record.annotated", SUBJECT, note),
    ];
    let kept = [31, 32, 33].map(|n| people::penalty(n, if n == 32 { OTHER } else { SUBJECT }));
    let secrets = secrets(&dir, &[&people::setup()[..], &[record, note], &kept[..]].concat());
    assert!(secrets.contains_key(erasure::WORDS.as_bytes()) && secrets.contains_key(SUBJECT.as_bytes()));
    let dir = server.stop().folder();
    assert_eq!(found(&dir, &secrets), Vec::new());

    // What was stored since is under the key of now and is whole; what a disk still holds of before is not, though whoever
    // has the key of then reads it: that is why it goes.
    let key = store_key(&dir);
    assert_ne!(key.expose(), old_key.expose());
    let again = |from: &Path| {
        let place = Folder::absent("theft-again");
        copy(&from.join("case-files"), &place.join("case-files"));
        place
    };
    assert_eq!(opened(&again(&dir), &key), Ok(size));
    assert!(opened(&again(&before), &old_key).is_ok_and(|covered| covered < size));
    for (store, key) in [(&*dir, &old_key), (&*before, &key)] {
        let place = again(store);
        assert_eq!(opened(&place, key), Err(StoreDoubt::OtherKey));
        // It is thrown away: there is an empty one in its place.
        assert_eq!(opened(&place, key), Err(StoreDoubt::Missing));
    }
    // A store under another's number is no other's.
    let renamed = again(&dir);
    let stores = renamed.join("case-files");
    let number = std::fs::read_dir(&stores).unwrap().next().unwrap().unwrap().path();
    std::fs::rename(number, stores.join("77")).unwrap();
    assert_eq!(opened(&renamed, &key), Err(StoreDoubt::OtherKey));
}
