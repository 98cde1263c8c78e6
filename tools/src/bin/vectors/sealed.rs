//! Vectors of sealed entries and of what opens them.

use crate::base::{self, Making};
use crate::case::Case;
use ledger_spec::entry::{ChainHash, Link, StreamVersion};
use ledger_spec::event::Kind;
use ledger_spec::event::envelope::{SignedEvent, VerifiedEvent};
use ledger_spec::sealed::{
    Algorithm, AuditorOpening, Content, ContentSalt, Hashing, LinkPlace, LinkSalt, NoRandomness, Opening,
    Place, Randomness, SealedEntry, SealedLinks, StreamTag,
};
use ledger_spec::time::RecordedTime;
use serde_json::{Value, json};
use tlog::bytes::to_hex;
use tlog::checkpoint::Origin;
use tlog::position::EntryIndex;

pub const HASHING: Hashing = Hashing::Sha256;
/// A list of the ledger that other cases build on.
const LIST: &str = "market.serious";
/// The entry that most cases seal.
pub const INDEX: u64 = 5000;

pub fn origin() -> Origin {
    Origin::parse(base::ORIGIN).unwrap()
}

/// Bytes in which no two salts are alike: the number of each byte, changed by a seed.
pub fn randomness(seed: u8) -> Randomness {
    Randomness::filled::<NoRandomness>(|bytes| {
        bytes.iter_mut().zip(1u8..).for_each(|(byte, at)| *byte = at ^ seed);
        Ok(())
    })
    .unwrap()
}

fn verified(making: &Making) -> VerifiedEvent {
    SignedEvent::from_envelope(making.envelope().as_bytes()).unwrap().verify().unwrap()
}

/// An event that stands in two streams.
fn complaint() -> VerifiedEvent {
    let body = json!({ "ground": "广告不实" });
    verified(&Making::new(90, Kind::ComplaintFiled, base::DEPARTMENT, base::FIRM, body))
}

/// An event that stands in three.
fn notified() -> VerifiedEvent {
    let body = json!({ "list": LIST, "served_on": "2025-11-01", "reason": "拒不履行" });
    verified(&Making::new(91, Kind::ListingNotified, base::COURT, base::FIRM, body))
}

/// Links as admission makes them.
fn links(count: usize) -> Vec<Link> {
    let link = |previous: Option<u64>, version| Link {
        previous: previous.map(EntryIndex::new),
        version: StreamVersion::new(version),
    };
    [link(Some(17), 2), link(Some(4999), 40), link(None, 1)][..count].to_vec()
}

pub fn opening(event: &VerifiedEvent, seed: u8) -> AuditorOpening {
    let count = event.event().streams().len();
    let links = SealedLinks::of(HASHING, event.event(), &links(count)).unwrap();
    let Randomness { content: content_salt, links: link_salts, key: _ } = randomness(seed);
    AuditorOpening { content_salt, link_salts, links, content: Content::of(event).encode().unwrap() }
}

fn copy(of: &AuditorOpening) -> AuditorOpening {
    AuditorOpening {
        content_salt: ContentSalt::copied(of.content_salt.expose()),
        link_salts: of.link_salts.each_ref().map(|salt| LinkSalt::copied(salt.expose())),
        links: of.links,
        content: of.content.clone(),
    }
}

pub fn entry(of: &AuditorOpening, origin: &Origin, index: u64) -> SealedEntry {
    let index = EntryIndex::new(index);
    SealedEntry {
        index,
        recorded_at: RecordedTime::from_micros(1_764_550_800_000_000),
        previous: ChainHash::from_bytes([9; 32]),
        algorithm: Algorithm::Sha256,
        commitment: of.commitment(HASHING, &Place { origin, index }),
    }
}

fn ask(entry: &SealedEntry, opening: &Opening) -> Value {
    json!({
        "operation": "opening",
        "origin": base::ORIGIN,
        "entry": to_hex(&entry.encode()),
        "opening": to_hex(&opening.encode()),
    })
}

/// The input with another value in a field.
fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

fn accepted(name: &str, about: &str, input: Value) -> Case {
    Case::accepted("sealed", name, about, input)
}

fn refused(name: &str, about: &str, input: Value) -> Case {
    Case::refused("sealed", name, about, input)
}

pub fn cases() -> Vec<Case> {
    let mut cases = entries();
    cases.extend(openings());
    cases.extend(forms());
    cases.extend(elsewhere());
    cases.extend(cheats());
    cases
}

fn entries() -> Vec<Case> {
    let bytes = entry(&opening(&complaint(), 0), &origin(), INDEX).encode();
    let ask = |bytes: &[u8]| json!({ "operation": "entry", "hex": to_hex(bytes) });
    let changed = |at: usize, byte: u8| {
        let mut bytes = bytes;
        bytes[at] = byte;
        ask(&bytes)
    };
    vec![
        accepted("entry", "82 bytes", ask(&bytes)),
        accepted("entry-sm3", "algorithm 2 is kept for SM3: read, not verifiable", changed(49, 2)),
        accepted("entry-unknown-algorithm", "another algorithm is unverifiable, no damage", changed(49, 200)),
        refused("entry-short", "a byte is missing", ask(&bytes[..81])),
        refused("entry-long", "a byte too many", ask(&[bytes.as_slice(), &[0]].concat())),
        refused("entry-version-3", "a version that is not known", changed(0, 3)),
        refused("entry-version-1", "its bytes under the version of clear entries", changed(0, 1)),
        refused("entry-empty", "no bytes", ask(&[])),
    ]
}

fn openings() -> Vec<Case> {
    let mut cases = Vec::new();
    for (which, event) in [("two-streams", complaint()), ("three-streams", notified())] {
        let whole = opening(&event, 0);
        let entry = entry(&whole, &origin(), INDEX);
        let name = |form: &str| format!("opening-{form}-{which}");
        let content = Opening::Content(whole.of_content(HASHING));
        cases.push(accepted(&name("content"), "the event without its links", ask(&entry, &content)));
        for at in LinkPlace::ALL {
            let link = Opening::Link(whole.of_link(HASHING, at));
            let about = format!("the link to the {at} without the event or the other links");
            cases.push(accepted(&name(&format!("link-{at}")), &about, ask(&entry, &link)));
        }
        let remains = Opening::Remains(whole.remains(HASHING));
        cases.push(accepted(
            &name("remains"),
            "the links, after the event was erased",
            ask(&entry, &remains),
        ));
        let auditor = Opening::Auditor(whole);
        cases.push(accepted(&name("auditor"), "event and links", ask(&entry, &auditor)));
    }
    cases
}

fn forms() -> Vec<Case> {
    let whole = opening(&notified(), 0);
    let entry = entry(&whole, &origin(), INDEX);
    let (content, link) = (whole.of_content(HASHING), whole.of_link(HASHING, LinkPlace::Issuer));
    let every = [
        ("content", Opening::Content(content)),
        ("link", Opening::Link(link)),
        ("remains", Opening::Remains(whole.remains(HASHING))),
        ("auditor", Opening::Auditor(whole)),
    ];
    let mut cases = Vec::new();
    for (form, opening) in &every {
        let (bytes, text) = (opening.encode(), opening.to_json());
        let ask = |json: &str| {
            let mut input = with(ask(&entry, opening), "json", json!(json));
            input.as_object_mut().unwrap().remove("opening");
            input
        };
        let hex = |bytes: &[u8]| with(self::ask(&entry, opening), "opening", json!(to_hex(bytes)));
        cases.push(accepted(&format!("json-{form}"), "as JSON", ask(&text)));
        let more = text.replacen('{', r#"{"k":"","#, 1);
        cases.push(refused(&format!("json-{form}-more"), "a field that no form has", ask(&more)));
        let longer = [&bytes[..], &[0]].concat();
        cases.push(refused(&format!("form-{form}-long"), "a byte too many", hex(&longer)));
        let shorter = &bytes[..bytes.len() - 1];
        cases.push(refused(&format!("form-{form}-short"), "a byte is missing", hex(shorter)));
    }
    let (_, auditor) = &every[3];
    let (bytes, text) = (auditor.encode(), auditor.to_json());
    let changed = |at: usize, with_: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + with_.len()].copy_from_slice(with_);
        with(ask(&entry, auditor), "opening", json!(to_hex(&bytes)))
    };
    let json = |json: String| {
        let mut input = with(ask(&entry, auditor), "json", json!(json));
        input.as_object_mut().unwrap().remove("opening");
        input
    };
    cases.extend([
        refused("form-0", "a form that is not known", changed(0, &[0])),
        refused("form-5", "a form that is not known", changed(0, &[5])),
        refused("form-content-length", "content that promises too much", changed(321, &[255; 4])),
        refused("form-event-id", "an event id that is no UUID of version 7", changed(209, &[0; 16])),
        refused("json-padded", "base64 with padding", json(text.replacen(r#"","r1""#, r#"==","r1""#, 1))),
        refused("json-form", "a form that is not known", json(text.replacen("auditor", "everything", 1))),
        refused("json-missing", "a field is missing", json(text.replacen(r#""r1""#, r#""r4""#, 1))),
    ]);
    let (_, link) = &every[1];
    let mut bytes = link.encode().to_vec();
    bytes[1] = 4;
    let input = with(ask(&entry, link), "opening", json!(to_hex(&bytes)));
    cases.push(refused("form-link-4", "a link that no entry has", input));
    cases
}

/// Openings that are none of the entry's.
fn elsewhere() -> Vec<Case> {
    let whole = opening(&notified(), 0);
    let mine = entry(&whole, &origin(), INDEX);
    let content = Opening::Content(whole.of_content(HASHING));
    let issuer = Opening::Link(whole.of_link(HASHING, LinkPlace::Issuer));
    let absent = opening(&complaint(), 0);
    let absent_list = Opening::Link(absent.of_link(HASHING, LinkPlace::List));
    let moved = SealedEntry { index: EntryIndex::new(INDEX + 1), ..mine };
    let other_event = entry(&absent, &origin(), INDEX);
    let other_time = entry(&opening(&notified(), 1), &origin(), INDEX);
    let unverifiable = SealedEntry { algorithm: Algorithm::of(2), ..mine };
    let mut swapped = copy(&whole);
    swapped.link_salts.swap(0, 1);
    let mut parts = whole.of_content(HASHING);
    parts.links.swap(0, 1);
    let list = format!("list:{}", LIST);
    let court = format!("issuer:{}", base::COURT);
    vec![
        refused("another-index", "the same event at another index", ask(&moved, &content)),
        refused(
            "another-log",
            "another log",
            with(ask(&mine, &content), "origin", json!("credit.example/other")),
        ),
        refused("another-event", "the opening of another event", ask(&other_event, &content)),
        refused("another-attempt", "the same event, sealed again", ask(&other_time, &content)),
        refused("another-algorithm", "an algorithm that is not computed", ask(&unverifiable, &content)),
        refused("swapped-salts", "r1 and r2 swapped", ask(&mine, &Opening::Auditor(swapped))),
        refused("swapped-parts", "P1 and P2 swapped", ask(&mine, &Opening::Content(parts))),
        accepted(
            "stream",
            "a link of the stream that is asked about",
            with(ask(&mine, &issuer), "stream", json!(court)),
        ),
        refused(
            "another-stream",
            "a link of another stream",
            with(ask(&mine, &issuer), "stream", json!(list)),
        ),
        refused(
            "no-stream",
            "no link to a list",
            with(ask(&other_event, &absent_list), "stream", json!(list)),
        ),
    ]
}

/// What an operator who cheats commits to: the opening leads to the entry's commitment, and what stands in it is wrong.
fn cheats() -> Vec<Case> {
    let cheat = |name: &str, about: &str, change: &dyn Fn(&mut AuditorOpening)| {
        let mut whole = opening(&notified(), 0);
        change(&mut whole);
        let entry = entry(&whole, &origin(), INDEX);
        refused(name, about, ask(&entry, &Opening::Auditor(whole)))
    };
    let other = opening(&complaint(), 0);
    let ahead = Link { previous: Some(EntryIndex::new(INDEX)), version: StreamVersion::new(3) };
    let content_of = |event: Vec<u8>| {
        let content = Content { event, ..Content::of(&notified()) };
        content.encode().unwrap()
    };
    let clear = {
        let body = json!({ "indicator": "J1", "count": 1, "source": "x", "date": "2025-11-01" });
        Content::of(&verified(&Making::new(
            92,
            Kind::PopulationDeclared,
            base::STEWARD,
            "place:430381",
            body,
        )))
    };
    let clear_kind = {
        let whole = AuditorOpening { content: clear.encode().unwrap(), ..opening(&notified(), 0) };
        let content = Opening::Content(whole.of_content(HASHING));
        let about = "an event whose kind stands in the clear";
        refused("cheat-clear-kind", about, ask(&entry(&whole, &origin(), INDEX), &content))
    };
    let no_tag = {
        let mut whole = opening(&notified(), 0);
        whole.links.subject.tag = StreamTag::from_bytes([0; 32]);
        let remains = Opening::Remains(whole.remains(HASHING));
        refused(
            "form-link-no-tag",
            "a link without a stream",
            ask(&entry(&whole, &origin(), INDEX), &remains),
        )
    };
    vec![
        cheat("cheat-subject", "the subject's link is of another stream", &|whole| {
            whole.links.subject.tag = whole.links.issuer.tag;
        }),
        cheat("cheat-issuer", "the issuer's link is of another stream", &|whole| {
            whole.links.issuer.tag = whole.links.subject.tag;
        }),
        cheat("cheat-list", "the list's link is of another stream", &|whole| {
            whole.links.list = Some(whole.links.subject);
        }),
        cheat("cheat-list-left-out", "no link to the list that the event concerns", &|whole| {
            whole.links.list = None
        }),
        cheat("cheat-list-added", "a link to a list that the event does not concern", &|whole| {
            whole.content.clone_from(&other.content);
            whole.links.event = other.links.event;
        }),
        cheat("cheat-event-id", "another event's id", &|whole| whole.links.event = other.links.event),
        cheat("cheat-content", "content that is none", &|whole| whole.content.push(0)),
        cheat("cheat-no-event", "an event that is none", &|whole| whole.content = content_of(b"{}".to_vec())),
        clear_kind,
        cheat("form-link-version-0", "a link of version 0", &|whole| {
            whole.links.subject.link.version = StreamVersion::NONE;
        }),
        cheat("form-link-version-1", "version 1 with an entry before it", &|whole| {
            whole.links.subject.link.version = StreamVersion::new(1);
        }),
        cheat("form-link-no-entry-before", "version 2 without an entry before it", &|whole| {
            whole.links.subject.link.previous = None;
        }),
        no_tag,
        cheat("cheat-ahead", "a link to an entry that does not come before", &|whole| {
            whole.links.issuer.link = ahead;
        }),
    ]
}
