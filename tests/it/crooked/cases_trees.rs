//! Cheats with what is signed and published over the entries: checkpoints, tiles and bundles; and with
//! what was shown before. The entries themselves are right, one by one.

use super::cases_entries::inserted;
use super::folder::levels;
use super::forge::{
    Forged, LEN, MARK, OPERATOR, ORIGIN, chained, honest, key, linked, note, operator, penalty, put, root,
};
use super::site::{bundle_of, files, path};
use super::{Case, Cheat, Sight};
use ledger_spec::entry::Entry;
use ledger_spec::time::RecordedTime;
use tlog::bytes::to_base64;
use tlog::hash::TreeHash;

pub const CASES: &[Case] = &[
    Case("signs over more entries than exist", too_many, Sight::all(&["320|tile 0/001.p/64"])),
    Case(
        "signs over as many entries as 64 bits count",
        all_there_are,
        Sight::all(&["18446744073709551615|0/001"]),
    ),
    Case("signs over fewer entries than exist", too_few, Sight::folder(&["300"])),
    Case("signs the root of another tree", other_root, Sight::all(&["root"])),
    Case("signs the root of nothing", empty_root, Sight::all(&["root"])),
    Case("signs another ledger's origin", other_origin, Sight::all(&["checkpoint", "credit.other.example"])),
    Case(
        "signs in another ledger's name",
        other_name,
        Sight::all(&["checkpoint", "no signature of a known key"]),
    ),
    Case(
        "signs with another key of the name",
        other_key,
        Sight::all(&["checkpoint", "no signature of a known key"]),
    ),
    Case(
        "signs with another key of the id",
        other_key_same_id,
        Sight::all(&["checkpoint", "signature of known key"]),
    ),
    Case("leaves the checkpoint unsigned", unsigned, Sight::all(&["checkpoint"])),
    Case(
        "founds another ledger of the name",
        founds_anew,
        Sight::all(&["operator's key|no signature of a known key"]),
    ),
    Case("names another operator in entry 0", other_operator, Sight::all(&["entry 0", "operator's key"])),
    Case("shows a tile that lies", tile_lies, Sight::all(&["level-0|tile 0/000"])),
    Case("shows an upper tile that lies", upper_tile_lies, Sight::all(&["level-8|tile 1/000"])),
    Case("shows a partial tile that lies", partial_tile_lies, Sight::all(&["level-0|tile 0/001"])),
    Case("shows a full tile unlike its partial", full_unlike_partial, Sight::old(&["level-0|tile 0/000"])),
    Case("shows a short tile", short_tile, Sight::all(&["level-0|tile 0/000"])),
    Case("shows a bundle that lies", bundle_lies, Sight::all(&["entry 152|entry 151|tile/entries/000"])),
    Case(
        "shows a last entry that lies",
        last_entry_lies,
        Sight::all(&["entry 319|entry 320|tile/entries/001"]),
    ),
    Case("shows a bundle with a long length", long_length, Sight::site(&["tile/entries/000"])),
    Case("shows a bundle with a short length", short_length, Sight::site(&["tile/entries/000"])),
    Case("shows a bundle with an entry too many", long_bundle, Sight::site(&["tile/entries/001"])),
    Case("shows a bundle with an entry too few", short_bundle, Sight::site(&["tile/entries/001"])),
    Case("forks, from an entry on", forks, Sight::memory(&["320"])),
    Case("forks, and goes on", forks_and_grows, Sight::memory(&["300", "320|the checkpoint says"])),
    Case("drops the last hour", drops_last_hour, Sight::memory(&["260", "320"])),
    Case(
        "drops the last hour, and goes on",
        drops_and_grows,
        Sight::memory(&["310", "320|the checkpoint says"]),
    ),
    Case("signs a smaller tree later", smaller_later, Sight::memory(&["319", "320"])),
    Case("signs an empty tree later", empty_later, Sight::memory(&["320"])),
    Case("drops an entry, remakes all", drops_all_remade, Sight::memory(&["300", "319|the checkpoint says"])),
    Case(
        "inserts an entry, remakes all",
        inserts_all_remade,
        Sight::memory(&["300", "321|the checkpoint says"]),
    ),
    Case(
        "changes a recorded time, remakes all",
        retimes_all_remade,
        Sight::memory(&["300", "320|the checkpoint says"]),
    ),
    Case(
        "reorders two, remakes all",
        reorders_all_remade,
        Sight::memory(&["300", "320|the checkpoint says"]),
    ),
];

fn whole() -> Forged {
    Forged::honest(LEN)
}

/// The honest ledger under another checkpoint.
fn under(checkpoint: Vec<u8>) -> Cheat {
    Cheat::of(Forged { checkpoint, ..whole() })
}

fn too_many() -> Cheat {
    let forged = Forged { checkpoint: whole().checkpoint, ..Forged::honest(300) };
    // What a client asks for exists, and holds less.
    let (bundle, tile) = (bundle_of(&forged.entries[256..]), hashes(&levels(&forged.entries)[0][256..]));
    Cheat::of(forged).site(path("entries", 1, 64), bundle).site(path("0", 1, 64), tile)
}

fn all_there_are() -> Cheat {
    under(note(ORIGIN, usize::MAX, root(&whole().entries), &operator(ORIGIN, OPERATOR)))
}

/// The site shows what is signed, and the folder holds more.
fn too_few() -> Cheat {
    let shown = Forged::honest(300);
    let cheat = under(shown.checkpoint.clone());
    files(&shown).into_iter().fold(cheat, |cheat, (path, bytes)| cheat.site(path, bytes))
}

fn other_root() -> Cheat {
    let other = Forged::over(&remade(swapped()));
    under(other.checkpoint)
}

fn empty_root() -> Cheat {
    under(note(ORIGIN, LEN, TreeHash::empty_root(), &operator(ORIGIN, OPERATOR)))
}

fn other_origin() -> Cheat {
    let root = root(&whole().entries);
    under(note("credit.other.example/ledger", LEN, root, &operator(ORIGIN, OPERATOR)))
}

fn other_name() -> Cheat {
    let name = "credit.other.example/ledger";
    under(note(name, LEN, root(&whole().entries), &operator(name, OPERATOR)))
}

fn other_key() -> Cheat {
    under(note(ORIGIN, LEN, root(&whole().entries), &operator(ORIGIN, 9)))
}

/// The key id is four bytes of a hash: nobody may take it for a signature.
fn other_key_same_id() -> Cheat {
    let text = format!("{ORIGIN}\n{LEN}\n{}\n", root(&whole().entries));
    let id = operator(ORIGIN, OPERATOR).id();
    let signature = [id.as_bytes().as_slice(), &key(9).sign(text.as_bytes())].concat();
    under(format!("{text}\n— {ORIGIN} {}\n", to_base64(&signature)).into_bytes())
}

fn unsigned() -> Cheat {
    under(format!("{ORIGIN}\n{LEN}\n{}\n", root(&whole().entries)).into_bytes())
}

/// Right in itself, and signed by somebody else.
fn founds_anew() -> Cheat {
    let forged = refounded();
    let checkpoint = note(ORIGIN, LEN, root(&forged.entries), &operator(ORIGIN, 9));
    Cheat::of(Forged { checkpoint, ..forged })
}

/// The checkpoint is signed with the key that everybody knows, the opening with another.
fn other_operator() -> Cheat {
    Cheat::of(refounded())
}

fn refounded() -> Forged {
    let mut entries = honest().to_vec();
    let event = String::from_utf8(entries[0].event.clone()).unwrap();
    let public = |number: u8| key(number).public().to_base64url();
    let event = event.replace(&public(OPERATOR), &public(9));
    put(&mut entries[0], event.into_bytes(), &[9]);
    Forged::over(&chained(entries))
}

fn hashes(nodes: &[TreeHash]) -> Vec<u8> {
    nodes.iter().flat_map(|node| *node.as_bytes()).collect()
}

/// The honest ledger with one node of a level changed, in the folder and on the site.
fn lying_node(level: usize, index: usize) -> Cheat {
    let whole = whole();
    let mut levels = levels(&whole.entries);
    levels[level][index] = TreeHash::leaf(b"a lie");
    let tile = &levels[level][index / 256 * 256..];
    let tile = &tile[..tile.len().min(256)];
    let at = path(&(level / 8).to_string(), index / 256, tile.len());
    Cheat::of(whole).file(format!("tree/level-{level}"), hashes(&levels[level])).site(at, hashes(tile))
}

fn tile_lies() -> Cheat {
    lying_node(0, MARK)
}

fn upper_tile_lies() -> Cheat {
    lying_node(8, 0)
}

fn partial_tile_lies() -> Cheat {
    lying_node(0, 300)
}

fn full_unlike_partial() -> Cheat {
    Cheat { before: Some(Forged::honest(200)), ..tile_lies() }
}

fn short_tile() -> Cheat {
    let nodes = levels(&whole().entries);
    Cheat::of(whole())
        .file("tree/level-0".to_owned(), hashes(&nodes[0][..LEN - 1]))
        .site(path("0", 0, 256), hashes(&nodes[0][..255]))
}

/// Another entry where the checkpoint, the folder's tree and the site's tiles are the honest ones.
fn lying_entry(at: usize) -> Cheat {
    let (honest, mut lying) = (whole(), honest().to_vec());
    let micros = lying[at].recorded_at.micros();
    lying[at].recorded_at = RecordedTime::from_micros(micros + 1);
    let mut cheat = Cheat::of(Forged { checkpoint: honest.checkpoint.clone(), ..Forged::over(&lying) });
    for (level, nodes) in levels(&honest.entries).iter().enumerate() {
        cheat = cheat.file(format!("tree/level-{level}"), hashes(nodes));
    }
    let tiles = files(&honest).into_iter().filter(|(path, _)| !path.starts_with("tile/entries/"));
    tiles.fold(cheat, |cheat, (path, bytes)| cheat.site(path, bytes))
}

fn bundle_lies() -> Cheat {
    lying_entry(MARK)
}

fn last_entry_lies() -> Cheat {
    lying_entry(LEN - 1)
}

fn long_length() -> Cheat {
    first_length(1)
}

fn short_length() -> Cheat {
    first_length(-1)
}

fn first_length(by: i16) -> Cheat {
    let whole = whole();
    let mut bundle = bundle_of(&whole.entries[..256]);
    let length = u16::from_be_bytes([bundle[0], bundle[1]]).checked_add_signed(by).unwrap();
    bundle[..2].copy_from_slice(&length.to_be_bytes());
    Cheat::of(whole).site(path("entries", 0, 256), bundle)
}

fn long_bundle() -> Cheat {
    let whole = whole();
    let mut entries = whole.entries[256..].to_vec();
    entries.push(entries[0].clone());
    Cheat::of(whole).site(path("entries", 1, 64), bundle_of(&entries))
}

fn short_bundle() -> Cheat {
    let whole = whole();
    let bundle = bundle_of(&whole.entries[256..LEN - 1]);
    Cheat::of(whole).site(path("entries", 1, 64), bundle)
}

/// Right in itself: index, chain and links remade.
fn remade(entries: Vec<Entry>) -> Vec<Entry> {
    chained(linked(entries))
}

/// The honest ledger with other statements from an entry on, each signed by the department that makes it.
fn forked(from: usize, size: usize) -> Forged {
    let mut entries = honest()[..size].to_vec();
    for (at, entry) in entries.iter_mut().enumerate().skip(from) {
        let id = 9_000 + u64::try_from(at).unwrap();
        penalty(id, "ext:firm:31").put_into(entry);
    }
    Forged::over(&remade(entries))
}

fn after(known: usize, then: Forged) -> Cheat {
    Cheat { before: Some(Forged::honest(known)), ..Cheat::of(then) }
}

fn forks() -> Cheat {
    after(LEN, forked(290, LEN))
}

fn forks_and_grows() -> Cheat {
    after(300, forked(290, LEN))
}

fn drops_last_hour() -> Cheat {
    after(LEN, Forged::honest(LEN - 60))
}

fn drops_and_grows() -> Cheat {
    after(310, forked(LEN - 60, LEN))
}

fn smaller_later() -> Cheat {
    after(LEN, Forged::honest(LEN - 1))
}

fn empty_later() -> Cheat {
    after(LEN, Forged::honest(0))
}

fn drops_all_remade() -> Cheat {
    let mut entries = honest().to_vec();
    entries.remove(MARK);
    after(300, Forged::over(&remade(entries)))
}

fn inserts_all_remade() -> Cheat {
    after(300, Forged::over(&remade(inserted())))
}

fn retimes_all_remade() -> Cheat {
    after(
        300,
        Forged::changed(MARK, |entry| {
            let micros = entry.recorded_at.micros();
            entry.recorded_at = RecordedTime::from_micros(micros + 1);
        }),
    )
}

fn reorders_all_remade() -> Cheat {
    after(300, Forged::over(&remade(swapped())))
}

/// Two neighbours in each other's place, recorded at the times of the places.
fn swapped() -> Vec<Entry> {
    let mut entries = honest().to_vec();
    let times = [entries[MARK].recorded_at, entries[MARK + 1].recorded_at];
    entries.swap(MARK, MARK + 1);
    [entries[MARK].recorded_at, entries[MARK + 1].recorded_at] = times;
    entries
}
