//! Cheats with what opens the entries: what is shown of the past is another than what was committed to, or what was committed
//! to is not what the event says. The log itself is right, byte for byte: who opens nothing sees nothing, and says so.

use super::forge::{Forged, LATE_KEY, LEN, LISTED, MARK, ORIGIN, honest, index};
use super::{Case, Cheat, Sight, fault, runners};
use crate::people;
use ledger_spec::entry::{ChainHash, Entry, StreamVersion};
use ledger_spec::sealed::{
    Algorithm, AuditorOpening, Content, Hashing, LinkPlace, LogEntry, Opening, Place, SealedEntry, StreamTag,
};
use tlog::checkpoint::Origin;

const HASHING: Hashing = Hashing::Sha256;

pub const CASES: &[Case] = &[
    // What is shown is not what the entry commits to.
    Case("swaps two secrets of an entry", swaps_secrets, Sight::all(&["entry 151", "commitment"])),
    Case("opens an entry with another's opening", of_another_index, Sight::all(&["entry 151", "commitment"])),
    Case(
        "opens an entry with another attempt's",
        of_another_attempt,
        Sight::all(&["entry 151", "commitment"]),
    ),
    Case("shows other words than were committed to", other_words, Sight::all(&["entry 151", "commitment"])),
    Case(
        "shows a link in place of the whole",
        link_alone,
        Sight::all(&["entry 151", "another form|no frame"]),
    ),
    Case(
        "shows the content in place of the whole",
        content_alone,
        Sight::all(&["entry 151", "another form|no frame"]),
    ),
    // What was committed to is not what the event says.
    Case("commits to a link of another stream", another_stream, Sight::all(&["entry 151", "stream"])),
    Case("commits to the issuer's link of another", anothers_issuer, Sight::all(&["entry 151", "stream"])),
    Case(
        "commits to another event's id",
        another_event,
        Sight::all(&["entry 151", "link to the subject: event"]),
    ),
    Case("commits to a list's link too many", a_list_too_many, Sight::all(&["entry 151", "3 links"])),
    Case("commits to another list than the event's", another_list, Sight::all(&["entry 130", "stream"])),
    Case("commits to a link to itself", to_itself, Sight::all(&["entry 151", "before"])),
    Case("commits to bytes that are no event", no_event, Sight::all(&["entry 151", "content"])),
    Case("seals what is to stand in the clear", seals_the_clear, Sight::all(&["entry 200", "clear"])),
];

/// What opens an entry of the honest ledger.
fn opening(at: usize) -> AuditorOpening {
    let Forged { openings, .. } = Forged::honest(LEN);
    Opening::decode(openings[at].as_ref().unwrap()).unwrap().into_auditor().unwrap()
}

/// The honest ledger, of which something else is said to open an entry.
fn shown(at: usize, opening: &Opening) -> Forged {
    let mut forged = Forged::honest(LEN);
    forged.openings[at] = Some(opening.encode().to_vec());
    forged
}

fn swaps_secrets() -> Cheat {
    let mut opening = opening(MARK);
    opening.link_salts.swap(0, 1);
    Cheat::of(shown(MARK, &Opening::Auditor(opening)))
}

fn of_another_index() -> Cheat {
    Cheat::of(shown(MARK, &Opening::Auditor(opening(MARK + 1))))
}

/// The same event at the same index, and secrets that were drawn for nothing.
pub fn of_another_attempt() -> Cheat {
    let mut other = opening(MARK);
    let drawn = people::randomness(9_500);
    (other.content_salt, other.link_salts) = (drawn.content, drawn.links);
    Cheat::of(shown(MARK, &Opening::Auditor(other)))
}

/// A grave record shown as a light one: the opening is right in every other way.
pub fn other_words() -> Cheat {
    let mut opening = opening(MARK);
    let mut content = Content::decode(&opening.content).unwrap();
    let text = String::from_utf8(content.event.clone()).unwrap();
    content.event = text.replace("general", "serious").into_bytes();
    assert_ne!(content.event, text.as_bytes());
    opening.content = content.encode().unwrap();
    Cheat::of(shown(MARK, &Opening::Auditor(opening)))
}

fn link_alone() -> Cheat {
    Cheat::of(shown(MARK, &Opening::Link(opening(MARK).of_link(HASHING, LinkPlace::Issuer))))
}

fn content_alone() -> Cheat {
    Cheat::of(shown(MARK, &Opening::Content(opening(MARK).of_content(HASHING))))
}

/// The honest ledger, where an entry commits to something else, which is shown as it was committed to. All after it is remade.
fn committed(at: usize, change: impl FnOnce(&mut AuditorOpening)) -> Cheat {
    let mut opening = opening(at);
    change(&mut opening);
    Cheat::of(sealed_as(at, opening))
}

/// The same of any entry.
fn sealed_as(at: usize, opening: AuditorOpening) -> Forged {
    let mut forged = Forged::honest(LEN);
    let origin = Origin::parse(ORIGIN).unwrap();
    let Entry { recorded_at, previous, .. } = honest()[at];
    let commitment = opening.commitment(HASHING, &Place { origin: &origin, index: index(at) });
    let sealed =
        SealedEntry { index: index(at), recorded_at, previous, algorithm: Algorithm::Sha256, commitment };
    forged.entries[at] = sealed.encode().to_vec();
    forged.openings[at] = Some(opening.encoded().to_vec());
    rechained(forged)
}

/// Every entry names the one before it, and the operator has signed the tree over them.
fn rechained(Forged { mut entries, openings, .. }: Forged) -> Forged {
    let mut previous = ChainHash::ZERO;
    for bytes in &mut entries {
        *bytes = match LogEntry::decode(bytes).unwrap() {
            LogEntry::Clear(entry) => Entry { previous, ..entry }.encode().unwrap(),
            LogEntry::Sealed(entry) => SealedEntry { previous, ..entry }.encode().to_vec(),
        };
        previous = ChainHash::of_entry(bytes);
    }
    Forged { openings, ..Forged::over_bytes(entries) }
}

fn another_stream() -> Cheat {
    committed(MARK, |opening| opening.links.subject.tag = subject_of(MARK + 1))
}

fn subject_of(at: usize) -> StreamTag {
    opening(at).links.subject.tag
}

fn anothers_issuer() -> Cheat {
    // An entry of the water office's, five from a multiple of five.
    let water = opening(MARK + 4).links.issuer.tag;
    committed(MARK, move |opening| opening.links.issuer.tag = water)
}

fn another_event() -> Cheat {
    let event = opening(MARK + 1).links.event;
    committed(MARK, move |opening| opening.links.event = event)
}

fn a_list_too_many() -> Cheat {
    let list = opening(LISTED[1]).links.list;
    assert!(list.is_some());
    committed(MARK, move |opening| opening.links.list = list)
}

fn another_list() -> Cheat {
    committed(LISTED[1], |opening| {
        let issuer = opening.links.issuer.tag;
        opening.links.list.as_mut().unwrap().tag = issuer;
    })
}

fn to_itself() -> Cheat {
    committed(MARK, |opening| {
        opening.links.issuer.link.previous = Some(index(MARK));
        assert_ne!(opening.links.issuer.link.version, StreamVersion::new(1));
    })
}

fn no_event() -> Cheat {
    committed(MARK, |opening| opening.content.push(0))
}

fn seals_the_clear() -> Cheat {
    let content = Content::of_entry(&honest()[LATE_KEY]).encode().unwrap();
    Cheat::of(sealed_as(LATE_KEY, AuditorOpening { content, ..opening(MARK) }))
}

#[test]
fn a_change_that_changes_nothing_leaves_the_ledger_right() {
    // Else every case of this table would be caught for what the forge does, and not for what it is about.
    assert!(sealed_as(MARK, opening(MARK)).is_right());
    assert_eq!(sealed_as(MARK, opening(MARK)).entries, Forged::honest(LEN).entries);
    assert!(shown(MARK, &Opening::Auditor(opening(MARK))).is_right());
}

#[test]
fn an_opening_of_what_stands_in_the_clear_is_no_opening() {
    // No folder has a place for it: whoever is served it sees it.
    let cheat = Cheat::of(shown(LATE_KEY, &Opening::Auditor(opening(MARK))));
    for run in [runners::audit_site, runners::follow, runners::python_site] {
        let ran = run(&cheat, &runners::Place::new());
        assert_eq!(fault(&ran, &["entry 200", "clear"]), None);
    }
}
