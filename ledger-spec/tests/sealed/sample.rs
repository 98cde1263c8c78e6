//! An event that is sealed, and what opens it.

use ledger_spec::entry::{ChainHash, Link, StreamVersion};
use ledger_spec::event::envelope::{SignedEvent, VerifiedEvent, seal};
use ledger_spec::event::{Draft, Kind, Salt};
use ledger_spec::id::{AuthorityId, EventId, SubjectId};
use ledger_spec::sealed::{
    Algorithm, AuditorOpening, Content, ContentSalt, Hashing, LinkSalt, NoRandomness, Place, Randomness,
    SealedEntry, SealedLinks,
};
use ledger_spec::time::{RecordedTime, ValidTime};
use serde_json::{Value, json};
use tlog::checkpoint::Origin;
use tlog::key::SecretKey;
use tlog::position::EntryIndex;

pub const HASHING: Hashing = Hashing::Sha256;

pub fn origin() -> Origin {
    Origin::parse("credit.example/ledger").unwrap()
}

/// Bytes that no two salts share.
pub fn randomness(seed: u8) -> Randomness {
    Randomness::filled::<NoRandomness>(|bytes| {
        bytes.iter_mut().zip(1u8..).for_each(|(byte, at)| *byte = at ^ seed);
        Ok(())
    })
    .unwrap()
}

pub fn event(id: u8, kind: Kind, body: Value) -> VerifiedEvent {
    let draft = Draft {
        origin: &origin(),
        id: EventId::from_parts(1_760_000_000_000, [id; 10]),
        kind,
        issuer: &AuthorityId::parse("court.430381").unwrap(),
        subject: &SubjectId::parse("uscc:914403001922038216").unwrap(),
        valid_from: ValidTime::parse("2025-11-01T00:00:00+08:00").unwrap(),
        seen_version: None,
        salt: Salt::from_bytes([id; Salt::LEN]),
        body,
    };
    let envelope = seal(&draft.to_bytes().unwrap(), &[&SecretKey::from_seed(&[7; 32])]);
    SignedEvent::from_envelope(envelope.as_bytes()).unwrap().verify().unwrap()
}

/// An event that stands in three streams.
pub fn listed() -> VerifiedEvent {
    event(
        1,
        Kind::ListingNotified,
        json!({ "list": "court.unpaid", "served_on": "2025-11-01", "reason": "x" }),
    )
}

/// An event that stands in two.
pub fn complaint() -> VerifiedEvent {
    event(2, Kind::ComplaintFiled, json!({ "ground": "x" }))
}

/// Links as admission makes them for entry 9.
pub fn links(count: usize) -> Vec<Link> {
    let link = |previous: Option<u64>, version| Link {
        previous: previous.map(EntryIndex::new),
        version: StreamVersion::new(version),
    };
    [link(Some(5), 2), link(Some(8), 40), link(None, 1)][..count].to_vec()
}

pub struct Sealed {
    pub entry: SealedEntry,
    pub opening: AuditorOpening,
}

pub fn entry(opening: &AuditorOpening, origin: &Origin, index: u64) -> SealedEntry {
    let index = EntryIndex::new(index);
    SealedEntry {
        index,
        recorded_at: RecordedTime::from_micros(1_764_000_000_000_000),
        previous: ChainHash::from_bytes([9; 32]),
        algorithm: Algorithm::Sha256,
        commitment: opening.commitment(HASHING, &Place { origin, index }),
    }
}

pub fn sealed(event: &VerifiedEvent, seed: u8) -> Sealed {
    let count = event.event().streams().len();
    let links = SealedLinks::of(HASHING, event.event(), &links(count)).unwrap();
    let Randomness { content: content_salt, links: link_salts, key: _ } = randomness(seed);
    let content = Content::of(event).encode().unwrap();
    let opening = AuditorOpening { content_salt, link_salts, links, content };
    Sealed { entry: entry(&opening, &origin(), 9), opening }
}

/// The same opening once more.
pub fn copy(of: &AuditorOpening) -> AuditorOpening {
    AuditorOpening {
        content_salt: ContentSalt::copied(of.content_salt.expose()),
        link_salts: of.link_salts.each_ref().map(|salt| LinkSalt::copied(salt.expose())),
        links: of.links,
        content: of.content.clone(),
    }
}
