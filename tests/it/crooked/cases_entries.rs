//! Cheats with entries: their bytes, their order, chain, times, links and signatures.

use super::forge::{
    FIRST_RECORD, Forged, LISTED, MARK, MARKET, REVIEWED, REVOKED, SEEN, chained, honest, index, linked,
    penalty, put, rehashed,
};
use super::{Case, Cheat, Sight};
use ledger_spec::entry::StreamVersion;
use ledger_spec::entry::{Entry, EntrySignature, Link};
use ledger_spec::time::RecordedTime;

pub const CASES: &[Case] = &[
    Case("rewrites an entry, re-signs the tip", rewrites, Sight::all(&["entry 151", "signature 0"])),
    Case("rewrites an entry, leaves the chain", rewrites_alone, Sight::all(&["entry 152", "chain hash"])),
    Case("changes one bit of a signature", changes_a_signature, Sight::all(&["entry 151", "signature 0"])),
    Case("takes the only signature away", unsigns, Sight::all(&["entry 151", "signatures"])),
    Case("strips one of two signatures", strips, Sight::all(&["entry 60", "D08"])),
    Case("lets one key sign twice for two", doubles, Sight::all(&["entry 60", "L04", "each key once"])),
    Case("swaps two events' signatures", swaps_signatures, Sight::all(&["entry 151", "signature 0"])),
    Case("malleates a signature (S + L)", malleates, Sight::all(&["entry 151", "signature 0"])),
    Case("signs with a key of small order", small_order, Sight::all(&["entry 151", "small order"])),
    Case("drops an entry from the middle", drops, Sight::all(&["entry 151", "index"])),
    Case("drops an entry, remakes the chain", drops_rechained, Sight::all(&["entry 151", "link"])),
    Case("drops what a later issuer has seen", drops_seen, Sight::all(&["entry 180", "L09"])),
    Case("drops what a later entry refers to", drops_ground, Sight::all(&["entry 100", "L15"])),
    Case("inserts a backdated entry", inserts_backdated, Sight::all(&["entry 151", "recorded at"])),
    Case("inserts an entry, leaves the links", inserts, Sight::all(&["entry 152", "link"])),
    Case("sets a recorded time back", sets_back, Sight::all(&["entry 151", "recorded at"])),
    Case("records in the future, then back", into_the_future, Sight::all(&["entry 152", "recorded at"])),
    Case("reorders two entries", reorders, Sight::all(&["entry 151", "index"])),
    Case("reorders two, remakes the chain", reorders_rechained, Sight::all(&["entry 151", "link"])),
    Case("reorders a record and its end", reorders_ends, Sight::all(&["entry 100", "L15"])),
    Case("repeats an index", repeats_an_index, Sight::all(&["entry 152", "index", "151"])),
    Case("skips an index", skips_an_index, Sight::all(&["entry 151", "index", "152"])),
    Case("replays an entry's event", replays, Sight::all(&["entry 181", "id stands in entry 141"])),
    Case("cuts a stream's link", cuts_a_link, Sight::all(&["entry 151", "link"])),
    Case("skips a stream version", skips_a_version, Sight::all(&["entry 151", "link"])),
    Case("links to another stream's entry", links_elsewhere, Sight::all(&["entry 151", "link"])),
    Case("leaves a list's link out", leaves_a_link_out, Sight::all(&["entry 130", "link"])),
    Case("leaves bytes after an entry", trails, Sight::all(&["entry 151", "83 bytes"])),
    Case("cuts an entry short", shortens, Sight::all(&["entry 151", "81 bytes"])),
    Case("takes an unknown entry version", other_version, Sight::all(&["entry 151", "version 3"])),
    Case("duplicates a JSON key", duplicates_a_key, Sight::all(&["entry 151", "issuer"])),
    Case("begins an event with a BOM", begins_with_bom, Sight::all(&["entry 151", "event"])),
    Case("ends an event with a second brace", second_brace, Sight::all(&["entry 151", "event"])),
    Case("spells a key in another way", escapes_a_key, Sight::all(&["entry 151", "issuer"])),
];

fn rewrites() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| {
        let text = String::from_utf8(entry.event.clone()).unwrap();
        entry.event = text.replace("general", "serious").into_bytes();
        assert_ne!(entry.event, text.as_bytes());
    }))
}

fn rewrites_alone() -> Cheat {
    let mut entries = honest().to_vec();
    later(&mut entries[MARK], 1);
    Cheat::of(Forged::over(&entries))
}

/// Moves a recorded time by some microseconds.
fn later(entry: &mut Entry, micros: u64) {
    entry.recorded_at = RecordedTime::from_micros(entry.recorded_at.micros() + micros);
}

fn changes_a_signature() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| with_signature(entry, |_, signature| signature[3] ^= 1)))
}

fn with_signature(entry: &mut Entry, change: impl FnOnce(&mut [u8; 32], &mut [u8; 64])) {
    let Some(EntrySignature::Ed25519 { key, signature }) = entry.signatures.first_mut() else { panic!() };
    change(key, signature);
}

fn unsigns() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| entry.signatures.clear()))
}

fn strips() -> Cheat {
    Cheat::of(Forged::changed(REVIEWED, |entry| entry.signatures.truncate(1)))
}

fn doubles() -> Cheat {
    Cheat::of(Forged::changed(REVIEWED, |entry| entry.signatures[1] = entry.signatures[0].clone()))
}

fn swaps_signatures() -> Cheat {
    let mut entries = honest().to_vec();
    let (first, second) = entries.split_at_mut(MARK + 1);
    std::mem::swap(&mut first[MARK].signatures, &mut second[0].signatures);
    Cheat::of(Forged::over(&chained(entries)))
}

/// Adds the group's order to S: the equation still holds, and the bytes are others (RFC 8032 §8.4).
fn malleates() -> Cheat {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    Cheat::of(Forged::changed(MARK, |entry| {
        with_signature(entry, |_, signature| {
            let mut carry = 0;
            for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
                let sum = u16::from(*byte) + u16::from(order) + carry;
                [*byte, _] = sum.to_le_bytes();
                carry = sum >> 8;
            }
            assert_eq!(carry, 0);
        });
    }))
}

/// The neutral point as key and as R, and S = 0: whoever does not look holds this for a signature of
/// anything.
fn small_order() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| {
        with_signature(entry, |key, signature| {
            (*key, *signature) = ([0; 32], [0; 64]);
            (key[0], signature[0]) = (1, 1);
        });
    }))
}

fn drops() -> Cheat {
    Cheat::of(Forged::over(&without(MARK)))
}

fn without(at: usize) -> Vec<Entry> {
    let mut entries = honest().to_vec();
    entries.remove(at);
    entries
}

fn drops_rechained() -> Cheat {
    Cheat::of(Forged::over(&chained(without(MARK))))
}

fn drops_seen() -> Cheat {
    Cheat::of(Forged::over(&chained(linked(without(SEEN[0])))))
}

fn drops_ground() -> Cheat {
    Cheat::of(Forged::over(&chained(linked(without(REVOKED)))))
}

fn inserts_backdated() -> Cheat {
    let mut entries = inserted();
    entries[MARK].recorded_at = entries[MARK - 20].recorded_at;
    Cheat::of(Forged::over(&chained(linked(entries))))
}

fn inserts() -> Cheat {
    let mut entries = inserted();
    let whole = linked(entries.clone());
    entries[MARK].links = whole[MARK].links.clone();
    Cheat::of(Forged::over(&chained(entries)))
}

/// The honest entries and one more that a department has signed, and nobody has shown so far.
pub fn inserted() -> Vec<Entry> {
    let mut entries = honest().to_vec();
    let mut more = entries[MARK].clone();
    penalty(9_000, "ext:firm:31").put_into(&mut more);
    entries.insert(MARK, more);
    entries
}

fn sets_back() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| entry.recorded_at = honest()[MARK - 2].recorded_at))
}

fn into_the_future() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| later(entry, 365 * 86_400_000_000)))
}

fn reorders() -> Cheat {
    Cheat::of(Forged::over(&rehashed(swapped(MARK))))
}

/// Two neighbours in each other's place, recorded at the times of the places.
fn swapped(at: usize) -> Vec<Entry> {
    let mut entries = honest().to_vec();
    entries.swap(at, at + 1);
    entries[at].recorded_at = honest()[at].recorded_at;
    entries[at + 1].recorded_at = honest()[at + 1].recorded_at;
    entries
}

fn reorders_rechained() -> Cheat {
    Cheat::of(Forged::over(&chained(swapped(MARK))))
}

fn reorders_ends() -> Cheat {
    Cheat::of(Forged::over(&chained(linked(swapped(REVOKED)))))
}

fn repeats_an_index() -> Cheat {
    let mut entries = honest().to_vec();
    entries[MARK + 1].index = index(MARK);
    Cheat::of(Forged::over(&rehashed(entries)))
}

fn skips_an_index() -> Cheat {
    let mut entries = honest().to_vec();
    for (at, entry) in entries.iter_mut().enumerate().skip(MARK) {
        entry.index = index(at + 1);
    }
    Cheat::of(Forged::over(&rehashed(entries)))
}

fn replays() -> Cheat {
    Cheat::of(Forged::changed(SEEN[1], |entry| {
        entry.event.clone_from(&honest()[SEEN[0]].event);
        entry.signatures.clone_from(&honest()[SEEN[0]].signatures);
    }))
}

fn cuts_a_link() -> Cheat {
    let link = Link { previous: None, version: StreamVersion::new(1) };
    Cheat::of(Forged::changed(MARK, |entry| entry.links[0] = link))
}

fn skips_a_version() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| entry.links[0].version = entry.links[0].version.next()))
}

fn links_elsewhere() -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| entry.links[0].previous = Some(index(FIRST_RECORD))))
}

fn leaves_a_link_out() -> Cheat {
    Cheat::of(Forged::changed(LISTED[1], |entry| entry.links.truncate(2)))
}

fn trails() -> Cheat {
    bytes(|entry| entry.push(0))
}

fn shortens() -> Cheat {
    bytes(|entry| entry.truncate(entry.len() - 1))
}

fn other_version() -> Cheat {
    bytes(|entry| entry[0] = 3)
}

/// The bytes of one entry changed, under a tree over them; the chain after them is not remade, since
/// what cannot be read is met first.
fn bytes(change: impl FnOnce(&mut Vec<u8>)) -> Cheat {
    let mut forged = Forged::honest(honest().len());
    change(&mut forged.entries[MARK]);
    let Forged { entries, openings, .. } = forged;
    Cheat::of(Forged { openings, ..Forged::over_bytes(entries) })
}

fn duplicates_a_key() -> Cheat {
    text(|event| event.replacen(r#""issuer":"#, r#""issuer":"water","issuer":"#, 1))
}

fn begins_with_bom() -> Cheat {
    text(|event| format!("\u{feff}{event}"))
}

fn second_brace() -> Cheat {
    text(|event| format!("{event}}}"))
}

/// The same key again, in escapes: who compares before resolving sees two keys.
fn escapes_a_key() -> Cheat {
    text(|event| event.replacen(r#""issuer":"#, r#""\u0069ssuer":"water","issuer":"#, 1))
}

/// An event that a department has signed as it stands, and that ought not to have been taken.
fn text(change: impl FnOnce(&str) -> String) -> Cheat {
    Cheat::of(Forged::changed(MARK, |entry| {
        let text = String::from_utf8(entry.event.clone()).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text);
        put(entry, changed.into_bytes(), &[MARKET]);
    }))
}
