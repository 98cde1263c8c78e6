//! The log as tiles (C2SP tlog-tiles), read by our own client and by Cloudflare's `tlog_tiles`, which checks
//! every tile against the signed root.

use crate::http_server::{NDJSON, Server};
use crate::people;
use tlog::hash::TreeHash;
use tlog::merkle::root_of;
use tlog::note::VerifierKey;
use tlog::position::TreeSize;
use tlog::tile::{TileId, TileKind};
use tlog_tiles::{HashReader as _, Tile, TileHashReader, TileReader};

/// Reads tiles as somebody else's client does.
struct TileClient<'a>(&'a Server);

impl TileReader for TileClient<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            // The height, which their paths name, is always 8 here.
            let path = tile.path().replacen("tile/8/", "/tile/", 1);
            let answer = self.0.get(&path);
            assert_eq!(answer.status, 200, "{path}");
            answer.body
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn fill(server: &Server, numbers: std::ops::Range<u64>) {
    let body: String = numbers.map(|n| people::penalty(n, &format!("ext:test:{n}")) + "\n").collect();
    let answer = server.post(NDJSON, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn vkey(server: &Server) -> &VerifierKey {
    &server.vkey
}

#[test]
fn every_tile_of_every_width_is_what_the_entries_say() {
    let server = Server::start("tiles", |_| {});
    fill(&server, 0..900);
    let size = server.snapshots.log().size();
    assert_eq!(size, TreeSize::new(905));
    let mut leaves = Vec::new();
    for tile in TileId::all(TileKind::Entries, 0, size) {
        let answer = server.get(&format!("/tile/{tile}"));
        assert_eq!(answer.status, 200, "{tile}");
        leaves.extend(tile.entries(&answer.body).unwrap().into_iter().map(TreeHash::leaf));
    }
    assert_eq!(root_of(&leaves), server.snapshots.latest().root());
    // Of every width that was once published, and of every other.
    for width in [1_usize, 5, 6, 100, 255] {
        for kind in ["0", "entries"] {
            let answer = server.get(&format!("/tile/{kind}/001.p/{width}"));
            let tile = TileId::parse(&format!("{kind}/001.p/{width}")).unwrap();
            let found = match kind {
                "0" => tile.hashes(&answer.body).unwrap(),
                _ => tile.entries(&answer.body).unwrap().into_iter().map(TreeHash::leaf).collect(),
            };
            assert_eq!(found, leaves[256..256 + width], "{tile}");
        }
    }
    let upper = TileId::parse("1/000.p/3").unwrap();
    let roots: Vec<_> = leaves[..768].chunks(256).map(root_of).collect();
    assert_eq!(upper.hashes(&server.get("/tile/1/000.p/3").body).unwrap(), roots);
    assert_eq!(server.finish(), 905);
}

#[test]
fn a_client_that_is_not_ours_proves_every_leaf_from_the_tiles() {
    let server = Server::start("tiles-other", |_| {});
    fill(&server, 0..600);
    let note = server.get("/checkpoint");
    assert!(note.head.contains("content-type: text/plain; charset=utf-8"), "{}", note.head);
    assert!(note.head.contains("cache-control: public, max-age=1"), "{}", note.head);
    let note = signed_note::Note::from_bytes(&note.body).unwrap();
    let key = signed_note::StandardVerifier::new(&vkey(&server).to_string()).unwrap();
    note.verify(&signed_note::VerifierList::new(vec![Box::new(key)])).unwrap();
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    let remote = TileClient(&server);
    let reader = TileHashReader::new(checkpoint.size(), *checkpoint.hash(), &remote);
    let indexes: Vec<u64> = (0..checkpoint.size()).map(|n| tlog_tiles::stored_hash_index(0, n)).collect();
    let hashes = reader.read_hashes(&indexes).unwrap();
    let entry = server.snapshots.log().entry(tlog::position::EntryIndex::new(300)).unwrap();
    assert_eq!(hashes[300], tlog_tiles::record_hash(entry.bytes()));
    // Its proof from any size to the newest is the one that we give.
    for from in [1, 5, 256, 257, 600, 605] {
        let proof = tlog_tiles::prove_tree(605, from, &reader).unwrap();
        let ours = server.get(&format!("/v1/consistency?from={from}&to=605")).json();
        let theirs: Vec<String> = proof.iter().map(|hash| tlog::bytes::to_hex(&hash.0)).collect();
        assert_eq!(ours["proof"], serde_json::json!(theirs), "{from}");
        let root = tlog::bytes::from_hex(ours["from_root"].as_str().unwrap()).unwrap();
        tlog_tiles::check_tree(&proof, 605, *checkpoint.hash(), from, tlog_tiles::Hash(root)).unwrap();
    }
    assert_eq!(server.get("/v1/consistency?from=0&to=9").json()["proof"], serde_json::json!([]));
    for wrong in ["", "?from=606", "?from=9&to=8", "?from=0&to=606", "?from=-1", "?from=1&from=1"] {
        let answer = server.get(&format!("/v1/consistency{wrong}"));
        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameter"), "{wrong}");
    }
    server.finish();
}

#[test]
fn tiles_say_what_they_are_for_how_long_and_are_zipped_for_whoever_can_read_that() {
    let server = Server::start("tiles-heads", |_| {});
    fill(&server, 0..300);
    for path in ["/tile/0/000", "/tile/0/001.p/49", "/tile/1/000.p/1", "/tile/entries/000"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        for header in
            ["content-type: application/octet-stream", "cache-control: public, max-age=31536000, immutable"]
        {
            assert!(answer.head.contains(header), "{path}: {}", answer.head);
        }
        assert!(!answer.head.contains("content-encoding"), "{path}: {}", answer.head);
    }
    let plain = server.get("/tile/entries/000").body;
    for accepted in ["gzip", "br, gzip;q=0.5", "identity, x-gzip"] {
        let zipped = server.get_with("/tile/entries/000", &format!("accept-encoding: {accepted}\r\n"));
        assert!(zipped.head.contains("content-encoding: gzip"), "{}", zipped.head);
        assert!(zipped.head.contains("vary: accept-encoding"), "{}", zipped.head);
        // Of a sealed entry only what is neither hash nor commitment packs.
        assert!(zipped.body.len() * 10 < plain.len() * 9, "{} of {}", zipped.body.len(), plain.len());
        assert!(
            zipped.head.contains("cache-control: public, max-age=31536000, immutable"),
            "{}",
            zipped.head
        );
        assert_eq!(zipped.head.matches("content-encoding").count(), 1, "{}", zipped.head);
        assert_eq!(zipped.unzipped(), plain);
    }
    for refused in ["identity", "gzip;q=0", "br"] {
        let answer = server.get_with("/tile/entries/000", &format!("accept-encoding: {refused}\r\n"));
        assert!(!answer.head.contains("content-encoding"), "{refused}");
    }
    // Hashes do not pack: they are sent as they are, to everybody alike.
    let hashes = server.get_with("/tile/0/000", "accept-encoding: gzip\r\n");
    assert_eq!(hashes.body.len(), 256 * 32);
    assert!(!hashes.head.contains("content-encoding") && !hashes.head.contains("vary"), "{}", hashes.head);
    server.finish();
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = Server::start("tiles-none", |_| {});
    fill(&server, 0..300);
    for path in [
        "0/001",
        "0/001.p/50",
        "0/002",
        "1/000",
        "1/000.p/2",
        "2/000.p/1",
        "entries/001",
        "entries/001.p/50",
        "entries/000.p/0",
        "entries/000.p/256",
        "0/0",
        "00/000",
        "8/000",
        "data/000",
        "0/x000/000",
        "0/",
        "x",
        "0/000.p/01",
        "entries/000/",
        "0/000.gz",
        "entries/%ff",
    ] {
        let answer = server.get(&format!("/tile/{path}"));
        let slug = answer.problem();
        assert!((answer.status, slug.as_str()) == (404, "not-found") || path.contains('%'), "{path}: {slug}");
    }
    assert_eq!(server.get("/tile").status, 404);
    assert_eq!(server.get("/tile/0/000?x=1").status, 400);
    server.finish();
}
