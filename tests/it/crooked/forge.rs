//! The forge: an honest ledger in memory, made by the pure crate's own rules with real keys, and the
//! tools with which its operator could remake it: new index, chain and links for entries that were
//! changed, roots over them, checkpoints under any key. What a cheat is, `cases` says.

use crate::people;
use ledger_spec::audit::{Auditor, GivenEntry, Scope, read_chunk};
use ledger_spec::entry::ChainHash;
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{Entry, EntrySignature, Link};
use ledger_spec::event::envelope::{pre_authentication_encoding, seal};
use ledger_spec::event::{Draft, Event, Kind};
use ledger_spec::id::{AuthorityId, Sealing, StreamKey, SubjectId};
use ledger_spec::sealed::{Hashing, Opening, Place, Sealed};
use ledger_spec::state::Ledger;
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::OnceLock;
use tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use tlog::hash::TreeHash;
use tlog::key::SecretKey;
use tlog::merkle::root_of;
use tlog::note::{KeyName, NoteSigner, SignedNote, VerifierKey};
use tlog::position::{EntryIndex, TreeSize};

/// Origin of the ledger.
pub const ORIGIN: &str = people::ORIGIN;
/// How many entries the honest ledger has: a full tile of 256, and a partial one.
pub const LEN: usize = 320;

// The keys, each a seed of 32 bytes of its number.
/// The operator's: all that a crooked operator holds.
pub const OPERATOR: u8 = 1;
const REGISTRAR: u8 = 2;
/// The credit office's, which keeps the catalogue and may file nothing.
pub const STEWARD: u8 = 3;
/// The market regulator's.
pub const MARKET: u8 = 4;
/// The market regulator's legal department, whose signature some records need beside.
pub const LEGAL: u8 = 5;
/// The market regulator's, lost and revoked by an entry before [`FIRST_RECORD`].
pub const LOST: u8 = 6;
/// The water office's, whose competence is narrow.
pub const WATER: u8 = 7;
/// The water office's, added only by the entry [`LATE_KEY`].
pub const LATE: u8 = 8;

// Places in the honest ledger.
/// From here on there are records; before, what makes the ledger usable.
pub const FIRST_RECORD: usize = 11;
/// A record with two signatures.
pub const REVIEWED: usize = 60;
/// A record, revoked by the entry after it.
pub const REVOKED: usize = 100;
/// An entry on the list, and the next one.
pub const LISTED: [usize; 2] = [120, 130];
/// An ordinary record of the market regulator: the mark of most cheats. The entries beside it are
/// ordinary too.
pub const MARK: usize = 151;
/// A record whose issuer says which version of the subject's stream it has seen, and the record before
/// it in that stream.
pub const SEEN: [usize; 2] = [141, 181];
/// The entry that adds the key [`LATE`].
pub const LATE_KEY: usize = 200;

/// A secret key.
pub fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

/// The operator's key as the verifier has it.
pub fn vkey() -> VerifierKey {
    operator(ORIGIN, OPERATOR).verifier_key()
}

/// A signer of notes under a name.
pub fn operator(name: &str, number: u8) -> NoteSigner {
    NoteSigner::from_seed(KeyName::parse(name).unwrap(), &[number; 32])
}

/// Something that an authority states, and who signs it.
#[derive(Clone)]
pub struct Said {
    pub origin: &'static str,
    pub id: u64,
    pub kind: &'static str,
    pub issuer: &'static str,
    pub subject: String,
    pub valid_from: &'static str,
    pub seen: Option<u64>,
    pub body: Value,
    pub keys: Vec<u8>,
}

impl Said {
    /// A statement signed with the issuer's usual key.
    pub fn new(id: u64, kind: &'static str, issuer: &'static str, subject: &str, body: Value) -> Self {
        let keys = vec![match issuer {
            "operator" => OPERATOR,
            "registrar" => REGISTRAR,
            "steward" => STEWARD,
            "market" => MARKET,
            _ => WATER,
        }];
        let (origin, valid_from, seen) = (ORIGIN, "2026-01-01T00:00:00+08:00", None);
        Self { origin, id, kind, issuer, subject: subject.to_owned(), valid_from, seen, body, keys }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let draft = Draft {
            origin: &Origin::parse(self.origin).unwrap(),
            id: people::id(self.id),
            kind: Kind::parse(self.kind).unwrap(),
            issuer: &AuthorityId::parse(self.issuer).unwrap(),
            subject: &SubjectId::parse(&self.subject).unwrap(),
            valid_from: ValidTime::parse(self.valid_from).unwrap(),
            seen_version: self.seen.map(StreamVersion::new),
            salt: people::salt(self.id),
            body: self.body.clone(),
        };
        draft.to_bytes().unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Puts the statement, signed, in the place of an entry's own: time and links stay.
    pub fn put_into(&self, entry: &mut Entry) {
        put(entry, self.bytes(), &self.keys);
    }
}

/// Puts any bytes, signed with any keys, in the place of an entry's event.
pub fn put(entry: &mut Entry, event: Vec<u8>, keys: &[u8]) {
    entry.signatures = keys.iter().map(|number| sign(&event, &key(*number))).collect();
    entry.event = event;
}

/// A signature over an event's bytes as an entry holds it.
pub fn sign(event: &[u8], key: &SecretKey) -> EntrySignature {
    let signature = key.sign(&pre_authentication_encoding(event));
    EntrySignature::Ed25519 { key: *key.public().as_bytes(), signature }
}

/// A penalty by the market regulator.
pub fn penalty(id: u64, subject: &str) -> Said {
    Said::new(id, "record.filed", "market", subject, people::negative(&format!("测罚字〔2026〕{id}号")))
}

/// The same of a type.
pub fn record(id: u64, issuer: &'static str, subject: &str, record_type: &str) -> Said {
    let mut said = penalty(id, subject);
    said.body["type"] = record_type.into();
    Said::new(id, "record.filed", issuer, subject, said.body)
}

/// The entries of the honest ledger, made once.
pub fn honest() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let first = RecordedTime::parse("2026-02-01T09:00:00+08:00").unwrap().micros();
        let mut ledger = Ledger::default();
        let enter = |at: usize| {
            let said = history(at);
            let keys: Vec<_> = said.keys.iter().map(|number| key(*number)).collect();
            let envelope = seal(&said.bytes(), &keys.iter().collect::<Vec<_>>());
            let minute = u64::try_from(at).unwrap() * 60_000_000;
            let time = RecordedTime::from_micros(first + minute);
            let entered = ledger.enter(people::verified(&envelope), time, people::randomness(id_of(at)));
            entered.unwrap_or_else(|error| panic!("entry {at}: {error}")).entry
        };
        (0..LEN).map(enter).collect()
    })
}

/// What each entry of the honest ledger says.
fn history(at: usize) -> Said {
    let id = u64::try_from(at).unwrap();
    if let Some(said) = founding(at) {
        return said;
    }
    let firm = format!("ext:firm:{}", at % 40);
    match at {
        REVIEWED => {
            let mut said = record(id, "market", &firm, "base.reviewed");
            said.keys = vec![MARKET, LEGAL];
            said
        }
        REVOKED => penalty(id, "ext:case:1"),
        _ if at == REVOKED + 1 => {
            let decision = json!({"number": "测撤〔2026〕1号", "date": "2026-01-01"});
            let body =
                json!({"record": people::id(id - 1).to_string(), "reason": "annulled", "decision": decision});
            Said::new(id, "record.revoked", "market", "ext:case:1", body)
        }
        _ if LISTED.contains(&at) => {
            let body = json!({"list": "test.list", "row": {"name": "某公司", "reason": "测试"}});
            Said::new(id, "listing.entered", "market", &firm, body)
        }
        // The firm's records before: 21, 61, 101 (another subject), 141.
        _ if at == SEEN[1] => Said { seen: Some(3), ..penalty(id, &firm) },
        LATE_KEY => {
            let body = json!({"key": key(LATE).public().to_base64url()});
            Said::new(id, "authority.key_added", "registrar", "authority:water", body)
        }
        _ if at.is_multiple_of(5) => record(id, "water", &firm, "water.arrears"),
        _ => penalty(id, &firm),
    }
}

fn founding(at: usize) -> Option<Said> {
    let id = u64::try_from(at).unwrap();
    let public = |number: u8| key(number).public().to_base64url();
    let enrol = |who: &str, role: &str, keys: &[u8], competence: Value| {
        let keys: Vec<_> = keys.iter().map(|number| public(*number)).collect();
        let body = json!({"name": people::name(), "roles": [role], "keys": keys, "competence": competence});
        Said::new(id, "authority.enrolled", "registrar", &format!("authority:{who}"), body)
    };
    let adopt = |kind, item: &str, more: &[(&str, Value)]| {
        let mut body = json!({
            "title": people::name(), "polarity": "negative", "disclosure": "public", "subjects": ["uscc", "ext"],
            "basis": [{"title": "测试依据"}], "confidence": "V",
        });
        for (name, value) in more {
            body[*name] = value.clone();
        }
        let said = Said::new(id, kind, "steward", &format!("catalogue:{item}"), body);
        Some(Said { valid_from: "2020-01-01T00:00:00+08:00", ..said })
    };
    let adopt_type = |item, more: &[(&str, Value)]| adopt("catalogue.type_adopted", item, more);
    match at {
        0 => {
            let registrar = json!({"id": "registrar", "name": people::name(), "key": public(REGISTRAR)});
            let operator = json!({"name": people::name(), "key": public(OPERATOR)});
            let body = json!({"spec_version": 1, "operator": operator, "registrars": [registrar]});
            Some(Said::new(id, "ledger.opened", "operator", "ledger", body))
        }
        1 => Some(enrol("steward", "steward", &[STEWARD], json!({}))),
        2 => {
            let of = json!({"types": ["base.*"], "lists": ["test.*"], "subjects": ["uscc", "ext", "person"]});
            Some(enrol("market", "department", &[MARKET, LEGAL, LOST], of))
        }
        3 => {
            let of = json!({"types": ["water.*"], "subjects": ["ext"]});
            Some(enrol("water", "department", &[WATER], of))
        }
        4 => adopt_type("type.base.penalty", &[("subjects", json!(["uscc", "ext", "person"]))]),
        5 => adopt_type("type.base.reviewed", &[("legal_review", true.into())]),
        6 => adopt_type("type.base.retired", &[]),
        7 => adopt(
            "catalogue.list_adopted",
            "list.test.list",
            &[("subjects", json!(["ext"])), ("columns", json!(["name", "reason"]))],
        ),
        8 => adopt_type("type.water.arrears", &[]),
        9 => {
            let body = json!({"key": public(LOST), "reason": "lost"});
            Some(Said::new(id, "authority.key_revoked", "registrar", "authority:market", body))
        }
        10 => {
            let (item, body) = ("catalogue:type.base.retired", json!({"reason": "the law has expired"}));
            let said = Said::new(id, "catalogue.type_repealed", "steward", item, body);
            Some(Said { valid_from: "2025-06-01T00:00:00+08:00", ..said })
        }
        _ => None,
    }
}

/// A ledger as an operator shows it: entries' bytes, what is said to open them, and a checkpoint.
#[derive(Clone)]
pub struct Forged {
    pub entries: Vec<Vec<u8>>,
    pub openings: Vec<Option<Vec<u8>>>,
    pub checkpoint: Vec<u8>,
}

impl Forged {
    /// Entries under a checkpoint that the operator signs over just them.
    pub fn over(entries: &[Entry]) -> Self {
        let (bytes, openings) = entries.iter().map(stored).unzip();
        Self { openings, ..Self::over_bytes(bytes) }
    }

    /// The same of bytes.
    pub fn over_bytes(entries: Vec<Vec<u8>>) -> Self {
        let checkpoint = note(ORIGIN, entries.len(), root(&entries), &operator(ORIGIN, OPERATOR));
        let openings = entries.iter().map(|_| None).collect();
        Self { entries, openings, checkpoint }
    }

    /// The first entries of the honest ledger.
    pub fn honest(size: usize) -> Self {
        Self::over(&honest()[..size])
    }

    /// The honest ledger, one entry changed and all after it remade to follow from it: index and chain.
    pub fn changed(at: usize, change: impl FnOnce(&mut Entry)) -> Self {
        let mut entries = honest().to_vec();
        change(&mut entries[at]);
        Self::over(&chained(entries))
    }

    /// The same, and the links are remade too.
    pub fn relinked(at: usize, change: impl FnOnce(&mut Entry)) -> Self {
        let mut entries = honest().to_vec();
        change(&mut entries[at]);
        Self::over(&chained(linked(entries)))
    }

    /// The same, and of these entries nothing is left but the links.
    pub fn without(mut self, entries: &[usize]) -> Self {
        for at in entries {
            let opening = Opening::decode(self.openings[*at].as_ref().unwrap()).unwrap();
            let Opening::Auditor(opening) = opening else { panic!("entry {at} is erased already") };
            let remains = Opening::Remains(opening.remains(Hashing::Sha256));
            self.openings[*at] = Some(remains.encode().to_vec());
        }
        self
    }

    /// Whether the pure audit finds nothing wrong.
    pub fn is_right(&self) -> bool {
        let mut auditor = Auditor::new(Scope::Opened);
        let given = self.entries.iter().zip(&self.openings).map(|(bytes, opening)| {
            let opening = opening.as_ref().map(|bytes| Opening::decode(bytes).unwrap());
            GivenEntry { opening, ..GivenEntry::blind(bytes) }
        });
        let read = read_chunk(&Origin::parse(ORIGIN).unwrap(), EntryIndex::new(0), given);
        read.is_ok_and(|entries| entries.into_iter().all(|entry| auditor.absorb(entry).is_ok()))
    }
}

/// Gives every entry the index of its place and the chain hash of the entry before it.
pub fn chained(mut entries: Vec<Entry>) -> Vec<Entry> {
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.index = index(at);
    }
    rehashed(entries)
}

/// Gives every entry the chain hash of the entry before it.
pub fn rehashed(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut previous = ChainHash::ZERO;
    for entry in &mut entries {
        entry.previous = previous;
        previous = ChainHash::of_entry(&stored(entry).0);
    }
    entries
}

/// What the log holds of an entry, and what opens it: sealed where its event is to be, as far as it can be.
pub fn stored(entry: &Entry) -> (Vec<u8>, Option<Vec<u8>>) {
    let event = Event::parse(&entry.event).ok().filter(|event| event.kind().sealing() == Sealing::Sealed);
    let origin = Origin::parse(ORIGIN).unwrap();
    let sealed = event.and_then(|event| {
        let (mut whole, streams) = (entry.clone(), event.streams().len());
        whole.links.extend((entry.links.len()..streams).filter_map(|_| entry.links.last().copied()));
        let mut sealed = Sealed::of(&origin, &whole, &event, people::randomness(entry.index.get())).ok()?;
        if entry.links.len() < streams {
            // The list's link is left out, and what was committed to is made to say so.
            sealed.opening.links.list = None;
            let place = Place { origin: &origin, index: entry.index };
            sealed.entry.commitment = sealed.opening.commitment(Hashing::Sha256, &place);
        }
        Some(sealed)
    });
    match sealed {
        Some(sealed) => (sealed.entry.encode().to_vec(), Some(sealed.opening.encoded().to_vec())),
        None => (entry.encode().unwrap(), None),
    }
}

fn id_of(at: usize) -> u64 {
    u64::try_from(at).unwrap()
}

/// An entry's index.
pub fn index(at: usize) -> EntryIndex {
    EntryIndex::new(u64::try_from(at).unwrap())
}

/// Gives every entry links to the entries that come before it in its streams.
pub fn linked(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut heads: HashMap<StreamKey, Link> = HashMap::new();
    for (at, entry) in entries.iter_mut().enumerate() {
        let Ok(event) = Event::parse(&entry.event) else { continue };
        let index = index(at);
        let link = |stream: StreamKey| {
            let head = heads.get(&stream).copied();
            let version = head.map_or(StreamVersion::new(1), |head| head.version.next());
            heads.insert(stream, Link { previous: Some(index), version });
            Link { previous: head.and_then(|head| head.previous), version }
        };
        entry.links = event.streams().into_iter().map(link).collect();
    }
    entries
}

/// The root of the tree over entries.
pub fn root(entries: &[Vec<u8>]) -> TreeHash {
    root_of(&entries.iter().map(|entry| TreeHash::leaf(entry)).collect::<Vec<_>>())
}

/// A signed checkpoint; the text's origin need not be the signer's name.
pub fn note(origin: &str, size: usize, root: TreeHash, signer: &NoteSigner) -> Vec<u8> {
    let size = TreeSize::new(u64::try_from(size).unwrap());
    let said = Checkpoint::new(Origin::parse(origin).unwrap(), size, root);
    let note = match SignedCheckpoint::sign(&said, signer) {
        Ok(signed) => signed.to_string(),
        // Our code signs no other's checkpoint; a crook's does.
        Err(_) => SignedNote::sign(said.to_string(), &[signer]).unwrap().to_string(),
    };
    note.into_bytes()
}
