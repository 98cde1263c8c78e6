//! Openings: round trips, every bit, and the cheats.

use crate::sample::{HASHING, Sealed, complaint, copy, entry, event, listed, origin, randomness, sealed};
use ledger_spec::entry::{Link, StreamVersion};
use ledger_spec::event::{Event, Kind};
use ledger_spec::id::{EventId, Sealing, StreamKey};
use ledger_spec::sealed::{
    Algorithm, AuditorOpening, Content, ContentError, ContentOpening, LinkError, LinkPlace, OpenError,
    Opening, OpeningFormError, Part, SealedEntry, SealedLinks, StreamTag, TaggedLink, Unverifiable,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tlog::checkpoint::Origin;
use tlog::key::PublicKey;
use tlog::position::EntryIndex;

/// Opens an entry by whatever form the opening has.
fn open(opening: &Opening, entry: &SealedEntry, origin: &Origin) -> Result<(), OpenError> {
    match opening {
        Opening::Content(opening) => opening.open(entry, origin, &mut PublicKey::parse).map(|_| ()),
        Opening::Link(opening) => opening.open(entry, origin).map(|_| ()),
        Opening::Auditor(opening) => opening.open(entry, origin, &mut PublicKey::parse).map(|_| ()),
        Opening::Remains(remains) => remains.open(entry, origin).map(|_| ()),
    }
}

/// Every opening that there is of one entry.
fn every(of: &AuditorOpening) -> Vec<Opening> {
    let links = LinkPlace::ALL.map(|at| Opening::Link(of.of_link(HASHING, at)));
    let left = LinkPlace::ALL.map(|at| Opening::Link(of.remains(HASHING).of_link(HASHING, at)));
    let whole = [
        Opening::Content(of.of_content(HASHING)),
        Opening::Auditor(copy(of)),
        Opening::Remains(of.remains(HASHING)),
    ];
    links.into_iter().chain(left).chain(whole).collect()
}

fn commits_to_another(found: Result<(), OpenError>) -> bool {
    matches!(found, Err(OpenError::Commitment { found, expected }) if found != expected)
}

#[test]
fn every_form_opens_its_entry_and_reads_back_in_both_encodings() {
    for event in [listed(), complaint()] {
        let Sealed { entry, opening } = sealed(&event, 0);
        for opening in every(&opening) {
            open(&opening, &entry, &origin()).unwrap();
            let bytes = opening.encode();
            let again = Opening::decode(&bytes).unwrap();
            assert_eq!(again.encode(), bytes);
            let json = opening.to_json();
            assert_eq!(Opening::from_json(json.as_bytes()).unwrap().encode(), bytes);
            assert_eq!(Opening::from_json(json.as_bytes()).unwrap().to_json(), json);
            open(&again, &entry, &origin()).unwrap();
            // Salts count up (`randomness`): whatever is printed of one has this in it.
            assert!(!format!("{opening:?}").contains("61, 62, 63, 64"), "no salt is printed");
            assert!(!format!("{opening:?}").contains("1, 2, 3, 4"), "no salt is printed");
        }
    }
}

#[test]
fn what_is_opened_says_what_was_sealed() {
    let event = listed();
    let Sealed { entry, opening } = sealed(&event, 0);
    let body = opening.open(&entry, &origin(), &mut PublicKey::parse).unwrap();
    assert_eq!((body.event(), body.entry(), body.links()), (event.event(), &entry, &opening.links));
    let (_, links, signed) = body.into_parts();
    assert_eq!(signed.verify().unwrap().bytes(), event.bytes());
    assert_eq!(links.event, event.event().id);
    let content = opening.of_content(HASHING).open(&entry, &origin(), &mut PublicKey::parse).unwrap();
    assert_eq!((content.event(), content.entry()), (event.event(), &entry));
    assert_eq!(content.into_signed().verify().unwrap().bytes(), event.bytes());
    let left = opening.remains(HASHING).open(&entry, &origin()).unwrap();
    assert_eq!((left.links(), left.entry()), (&opening.links, &entry));
    for (at, stream) in LinkPlace::ALL.into_iter().zip(event.event().streams()) {
        let link = opening.of_link(HASHING, at).open(&entry, &origin()).unwrap();
        assert_eq!((*link.link(), link.entry()), (opening.links.at(at), &entry));
        link.check_stream(&stream).unwrap();
    }
}

#[test]
fn an_opening_of_another_index_log_entry_or_time_of_sealing_is_refused() {
    let Sealed { entry: mine, opening } = sealed(&listed(), 0);
    let other_log = Origin::parse("credit.example/ledgeq").unwrap();
    let others = [
        sealed(&listed(), 1).entry,
        sealed(&complaint(), 0).entry,
        SealedEntry { index: EntryIndex::new(10), ..mine },
    ];
    for opening in every(&opening) {
        assert!(commits_to_another(open(&opening, &mine, &other_log)));
        for entry in &others {
            assert!(commits_to_another(open(&opening, entry, &origin())));
        }
    }
    // What it does not bind is bound by the entry's own bytes: chain and tree.
    let later = SealedEntry { recorded_at: ledger_spec::time::RecordedTime::from_micros(1), ..mine };
    assert!(every(&opening).iter().all(|opening| open(opening, &later, &origin()).is_ok()));
}

#[test]
fn an_algorithm_that_is_not_computed_is_unverifiable_and_no_damage() {
    let Sealed { entry, opening } = sealed(&listed(), 0);
    for code in (0..=u8::MAX).filter(|&code| code != 1) {
        let entry = SealedEntry { algorithm: Algorithm::of(code), ..entry };
        for opening in every(&opening) {
            let unverifiable = OpenError::Unverifiable(Unverifiable { found: code, expected: 1 });
            assert_eq!(open(&opening, &entry, &origin()), Err(unverifiable));
        }
    }
}

/// A bit of an opening changed: read and refused, or not read; never opened, and never by an error of another part.
#[test]
fn every_bit_of_every_opening_counts() {
    let Sealed { entry, opening } = sealed(&listed(), 0);
    for opening in every(&opening) {
        let bytes = opening.encode();
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            match Opening::decode(&changed) {
                Ok(read) => {
                    assert!(commits_to_another(open(&read, &entry, &origin())), "bit {bit} of {opening:?}");
                    assert_eq!(*read.encode(), changed);
                }
                Err(OpeningFormError::Form { .. }) => assert!(bit < 8),
                Err(OpeningFormError::LinkNumber { .. }) => assert!((8..16).contains(&bit) || bit < 8),
                // The form, the number of a link, the length of the content.
                Err(OpeningFormError::Length { found, expected }) => assert_ne!(found, expected),
                Err(OpeningFormError::TooLong { expected, .. }) => assert_eq!(expected, Content::MAX_LEN),
                Err(OpeningFormError::Link(LinkError::Version { .. } | LinkError::EventId(_))) => {}
                Err(other) => panic!("bit {bit}: {other}"),
            }
        }
        for cut in 0..bytes.len() {
            assert!(Opening::decode(&bytes[..cut]).is_err());
        }
        assert!(Opening::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
}

/// Content is never empty: neither form reads an opening with none, so that what one reads the other does too.
#[test]
fn an_opening_without_content_is_none() {
    let Sealed { opening, .. } = sealed(&listed(), 0);
    let content = ContentOpening { content: Vec::new(), ..opening.of_content(HASHING) };
    let auditor = AuditorOpening { content: Vec::new(), ..copy(&opening) };
    for opening in [Opening::Content(content), Opening::Auditor(auditor)] {
        assert_eq!(Opening::decode(&opening.encode()).err(), Some(OpeningFormError::NoContent));
        let json = Opening::from_json(opening.to_json().as_bytes()).unwrap_err().to_string();
        assert!(json.contains("field content: 0 is outside 1 to"), "{json}");
    }
}

#[test]
fn every_bit_of_the_commitment_and_of_the_place_counts() {
    let Sealed { entry, opening } = sealed(&complaint(), 0);
    let bytes = entry.encode();
    // Index and commitment; what stands between is the chain's.
    for bit in (8..72).chain(400..656) {
        let mut changed = bytes;
        changed[bit / 8] ^= 1 << (bit % 8);
        let changed = SealedEntry::decode(&changed).unwrap();
        for opening in every(&opening) {
            assert!(commits_to_another(open(&opening, &changed, &origin())), "bit {bit}");
        }
    }
}

#[test]
fn swapped_secrets_open_nothing() {
    let Sealed { entry, opening } = sealed(&listed(), 0);
    let mut links = copy(&opening);
    links.link_salts.swap(0, 1);
    assert!(commits_to_another(open(&Opening::Auditor(links), &entry, &origin())));
    let fresh = AuditorOpening { content_salt: randomness(1).content, ..copy(&opening) };
    assert!(commits_to_another(open(&Opening::Auditor(fresh), &entry, &origin())));
    let mut parts = opening.of_content(HASHING);
    parts.links.swap(1, 2);
    assert!(commits_to_another(open(&Opening::Content(parts), &entry, &origin())));
    let mut link = opening.of_link(HASHING, LinkPlace::Issuer);
    link.others.swap(0, 1);
    assert!(commits_to_another(open(&Opening::Link(link), &entry, &origin())));
    let remains = opening.remains(HASHING);
    let remains = ledger_spec::sealed::Remains { content: Part::from_bytes([0; 32]), ..remains };
    assert!(commits_to_another(open(&Opening::Remains(remains), &entry, &origin())));
}

/// What an operator who cheats commits to: an entry that the opening opens, whatever stands in it.
fn cheat(change: impl FnOnce(&mut AuditorOpening)) -> Result<(), OpenError> {
    let Sealed { mut opening, .. } = sealed(&listed(), 0);
    change(&mut opening);
    let entry = entry(&opening, &origin(), 9);
    open(&Opening::Auditor(opening), &entry, &origin())
}

fn links_fault(found: Result<(), OpenError>) -> LinkError {
    match found {
        Err(OpenError::Links(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn links_that_do_not_follow_from_the_event_are_refused() {
    let tag = |stream: &str| StreamTag::of(HASHING, &StreamKey::parse(stream).unwrap());
    let (subject, issuer, list) =
        (tag("uscc:914403001922038216"), tag("issuer:court.430381"), tag("list:court.unpaid"));
    let other = tag("place:430381");
    let fault = |at, expected| LinkError::Stream { at, found: other, expected };
    let found = links_fault(cheat(|opening| opening.links.subject.tag = other));
    assert_eq!(found, fault(LinkPlace::Subject, subject));
    let found = links_fault(cheat(|opening| opening.links.issuer.tag = other));
    assert_eq!(found, fault(LinkPlace::Issuer, issuer));
    let found = links_fault(cheat(|opening| opening.links.list.as_mut().unwrap().tag = other));
    assert_eq!(found, fault(LinkPlace::List, list));
    let found = links_fault(cheat(|opening| opening.links.list = None));
    assert_eq!(found, LinkError::Count { found: 2, expected: 3 });
    let id = EventId::from_parts(1, [9; 10]);
    let found = links_fault(cheat(|opening| opening.links.event = id));
    assert_eq!(found, LinkError::Event { found: id, expected: listed().event().id });
    // The event of another entry in the place of its own, and a list where the event names none.
    let content = Content::of(&complaint()).encode().unwrap();
    let found = links_fault(cheat(|opening| opening.content = content));
    assert_eq!(found, LinkError::Count { found: 3, expected: 2 });
}

#[test]
fn links_that_no_entry_at_the_place_can_have_are_refused() {
    for (at, ahead) in [(LinkPlace::Subject, 9), (LinkPlace::Issuer, 10), (LinkPlace::List, 1 << 40)] {
        let Sealed { mut opening, .. } = sealed(&listed(), 0);
        let link = Link { previous: Some(EntryIndex::new(ahead)), version: StreamVersion::new(3) };
        match at {
            LinkPlace::Subject => opening.links.subject.link = link,
            LinkPlace::Issuer => opening.links.issuer.link = link,
            LinkPlace::List => opening.links.list.as_mut().unwrap().link = link,
        }
        let entry = entry(&opening, &origin(), 9);
        let fault = LinkError::Ahead { at, found: EntryIndex::new(ahead), expected: EntryIndex::new(9) };
        for opening in every(&opening) {
            let touched = match &opening {
                Opening::Content(_) => false,
                Opening::Link(opening) => opening.link.at() == at,
                Opening::Auditor(_) | Opening::Remains(_) => true,
            };
            let expected = if touched { Err(OpenError::Links(fault)) } else { Ok(()) };
            assert_eq!(open(&opening, &entry, &origin()), expected);
        }
    }
}

#[test]
fn links_that_are_none_are_not_read() {
    let bytes = sealed(&listed(), 0).opening.links.encode();
    let changed = |at: usize, with: &[u8]| {
        let mut bytes = bytes;
        bytes[at..at + with.len()].copy_from_slice(with);
        SealedLinks::decode(&bytes)
    };
    let version = |at, version, previous| Err(LinkError::Version { at, version, previous });
    assert_eq!(changed(40, &[0; 8]), version(LinkPlace::Subject, 0, Some(5)));
    assert_eq!(changed(40, &1u64.to_le_bytes()), version(LinkPlace::Subject, 1, Some(5)));
    assert_eq!(changed(96, &[255; 8]), version(LinkPlace::Issuer, 40, None));
    assert_eq!(changed(144, &[0; 8]), version(LinkPlace::List, 1, Some(0)));
    for (start, at) in [(0, LinkPlace::Subject), (64, LinkPlace::Issuer), (112, LinkPlace::List)] {
        assert_eq!(changed(start, &[0; 32]), Err(LinkError::NoTag { at }));
    }
    assert_eq!(changed(112, &[0; 48]).unwrap().list, None);
    assert!(matches!(changed(48, &[0; 16]), Err(LinkError::EventId(fault)) if fault.version == 0));
}

#[test]
fn a_link_opening_of_another_stream_says_so() {
    let Sealed { entry, opening } = sealed(&complaint(), 0);
    let subject = StreamKey::parse("uscc:914403001922038216").unwrap();
    let issuer = StreamKey::parse("issuer:court.430381").unwrap();
    let link = opening.of_link(HASHING, LinkPlace::Issuer).open(&entry, &origin()).unwrap();
    let (found, expected) = (StreamTag::of(HASHING, &issuer), StreamTag::of(HASHING, &subject));
    let fault = LinkError::Stream { at: LinkPlace::Issuer, found, expected };
    assert_eq!(link.check_stream(&subject), Err(fault));
    let absent = opening.of_link(HASHING, LinkPlace::List).open(&entry, &origin()).unwrap();
    assert_eq!(absent.check_stream(&subject), Err(LinkError::NoTag { at: LinkPlace::List }));
}

#[test]
fn content_that_is_none_or_stands_in_the_clear_is_refused() {
    assert!(matches!(
        cheat(|opening| opening.content.push(0)),
        Err(OpenError::Content(ContentError::Trailing { found: 1 }))
    ));
    let unsigned = Content { signatures: Vec::new(), event: listed().bytes().to_vec() };
    assert!(matches!(
        cheat(|opening| opening.content = unsigned.encode().unwrap()),
        Err(OpenError::Event(_))
    ));
    let clear =
        std::str::from_utf8(listed().bytes()).unwrap().replace("uscc:914403001922038216", "place:430381");
    let mut clear: Value = serde_json::from_str(&clear).unwrap();
    clear.as_object_mut().unwrap().remove("salt");
    clear["kind"] = json!("population.declared");
    clear["body"] = json!({ "indicator": "J1", "count": 1, "source": "x", "date": "2025-11-01" });
    let clear = clear.to_string().into_bytes();
    assert_eq!(Event::parse(&clear).unwrap().kind(), Kind::PopulationDeclared);
    let content = Content { event: clear, ..Content::of(&listed()) };
    assert!(matches!(
        cheat(|opening| opening.content = content.encode().unwrap()),
        Err(OpenError::Kind { found: "population.declared" })
    ));
}

#[test]
fn the_closed_list_of_what_stands_in_the_clear() {
    let clear = |name: &str| {
        ["ledger.", "authority.", "catalogue."].iter().any(|group| name.starts_with(group))
            || ["migration.opened", "migration.closed", "population.declared"].contains(&name)
    };
    for kind in Kind::all() {
        let expected = if clear(kind.name()) { Sealing::Clear } else { Sealing::Sealed };
        assert_eq!(kind.sealing(), expected, "{}", kind.name());
    }
}

#[test]
fn json_is_read_in_one_way() {
    let opening = sealed(&listed(), 0).opening;
    for opening in every(&opening) {
        let json = opening.to_json();
        let value: Value = serde_json::from_str(&json).unwrap();
        for name in value.as_object().unwrap().keys() {
            let mut without = value.clone();
            without.as_object_mut().unwrap().remove(name);
            let refused = Opening::from_json(without.to_string().as_bytes()).unwrap_err();
            let OpeningFormError::Field(error) = &refused else { panic!("{refused}") };
            assert!(error.to_string().ends_with("is missing") || name.starts_with("link"), "{error}");
            let mut padded = value.clone();
            padded[name] = json!(format!("{}=", value[name].as_str().unwrap()));
            assert!(matches!(
                Opening::from_json(padded.to_string().as_bytes()),
                Err(OpeningFormError::Field(_))
            ));
            let mut short = value.clone();
            short[name] = json!("AAAA");
            assert!(Opening::from_json(short.to_string().as_bytes()).is_err() || name == "content");
        }
        let mut more = value.clone();
        more["k"] = json!("");
        assert!(matches!(Opening::from_json(more.to_string().as_bytes()), Err(OpeningFormError::Field(_))));
        let twice = json.replacen('{', "{\"form\":\"link\",", 1);
        assert!(matches!(Opening::from_json(twice.as_bytes()), Err(OpeningFormError::Json(_))));
    }
}

#[test]
fn as_many_links_as_streams() {
    let event = listed();
    for found in [0, 1, 2] {
        let made = SealedLinks::of(HASHING, event.event(), &crate::sample::links(found));
        assert_eq!(made, Err(LinkError::Count { found, expected: 3 }));
    }
    let made = SealedLinks::of(HASHING, complaint().event(), &crate::sample::links(3));
    assert_eq!(made, Err(LinkError::Count { found: 3, expected: 2 }));
}

fn tagged() -> impl Strategy<Value = TaggedLink> {
    let previous = prop_oneof![Just(None), (0..u64::MAX).prop_map(Some)];
    (any::<[u8; 32]>(), previous, 2..=u64::MAX).prop_map(|(tag, previous, version)| TaggedLink {
        tag: StreamTag::from_bytes(tag),
        link: Link {
            previous: previous.map(EntryIndex::new),
            version: StreamVersion::new(previous.map_or(1, |_| version)),
        },
    })
}

proptest! {
    #[test]
    fn any_links_read_back(
        subject in tagged(), id in any::<[u8; 10]>(), issuer in tagged(), list in proptest::option::of(tagged()),
    ) {
        let links = SealedLinks { subject, event: EventId::from_parts(7, id), issuer, list };
        prop_assert_eq!(SealedLinks::decode(&links.encode()), Ok(links));
    }

    #[test]
    fn any_content_opens_at_any_place_and_nowhere_else(
        ground in "[a-z]{1,200}", index in 41u64..1 << 50, other in 41u64..1 << 50, seed in any::<u8>(),
    ) {
        let event = event(3, Kind::ComplaintFiled, json!({ "ground": ground }));
        let Sealed { opening, .. } = sealed(&event, seed & 0x3f);
        let entry = entry(&opening, &origin(), index);
        for opening in every(&opening) {
            prop_assert_eq!(open(&opening, &entry, &origin()), Ok(()));
            let moved = SealedEntry { index: EntryIndex::new(other), ..entry };
            prop_assert!(index == other || commits_to_another(open(&opening, &moved, &origin())));
        }
    }

    #[test]
    fn whatever_is_read_encodes_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(opening) = Opening::decode(&bytes) {
            prop_assert_eq!(&*opening.encode(), &bytes);
        }
    }
}
