//! A ledger's folder as the log writes it, byte by byte, from entries that need not be right: segments
//! with their offsets, the tree's levels, the checkpoint, the settings. Written here a second time, from
//! the specification ("Files on disk"), so that a crook is not held back by our code's checks.

use super::forge::{Forged, OPERATOR, ORIGIN, operator};
use credit_ledger::ledger::{MasterKey, Settings};
use credit_ledger::sealed_files::{SealedFiles, SealedRecord};
use credit_ledger::storage::FileDisk;
use ledger_spec::entry::ChainHash;
use ledger_spec::sealed::{
    ContentSalt, FreshKey, Hashing, Kek, Opening, Place, Plain, RandomNonce, Remains, SealedEntry,
    SkeletonKey,
};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tlog::checkpoint::Origin;
use tlog::hash::TreeHash;

/// Entries in a batch, and the bytes from which on a segment gets no further one: small, so that there
/// are several of each.
const BATCH: usize = 24;
const SEGMENT: usize = 60_000;

/// Writes a ledger's folder.
pub fn write(dir: &Path, forged: &Forged) {
    for folder in ["log", "tree", "keys"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    let master = Some(MasterKey::File("master.key".into()));
    Settings { master, ..Settings::new(Origin::parse(ORIGIN).unwrap()) }.write(dir).unwrap();
    sealed(dir, forged);
    let secret = operator(ORIGIN, OPERATOR).secret_text();
    fs::write(dir.join("keys/operator.key"), format!("{}\n", secret.as_str())).unwrap();
    segments(dir, &forged.entries);
    for (level, nodes) in levels(&forged.entries).into_iter().enumerate() {
        let bytes: Vec<u8> = nodes.iter().flat_map(|node| *node.as_bytes()).collect();
        fs::write(dir.join(format!("tree/level-{level}")), bytes).unwrap();
    }
    fs::write(dir.join("checkpoint"), &forged.checkpoint).unwrap();
}

/// The complete nodes of every level of a tree, leaves first.
pub fn levels(entries: &[Vec<u8>]) -> Vec<Vec<TreeHash>> {
    let mut levels = Vec::new();
    let mut nodes: Vec<_> = entries.iter().map(|entry| TreeHash::leaf(entry)).collect();
    while !nodes.is_empty() {
        let above =
            nodes.as_chunks::<2>().0.iter().map(|[left, right]| TreeHash::node(left, right)).collect();
        levels.push(std::mem::replace(&mut nodes, above));
    }
    levels
}

fn segments(dir: &Path, entries: &[Vec<u8>]) {
    let (mut first, mut chain) = (0, ChainHash::ZERO);
    let mut segment = header(first, chain);
    let mut offsets = Vec::new();
    let put = |first: usize, segment: &[u8]| {
        fs::write(dir.join(format!("log/{first:020}.seg")), segment).unwrap();
    };
    for (number, batch) in entries.chunks(BATCH).enumerate() {
        let start = number * BATCH;
        if segment.len() >= SEGMENT {
            put(first, &segment);
            (first, segment) = (start, header(start, chain));
        }
        for entry in batch {
            offsets.extend(u64::try_from(segment.len()).unwrap().to_le_bytes());
            frame(&mut segment, u32::try_from(entry.len()).unwrap(), entry);
            chain = ChainHash::of_entry(entry);
        }
        let mut commit = number_of(start).to_vec();
        commit.extend(number_of(start + batch.len()));
        commit.extend(chain.as_bytes());
        frame(&mut segment, 0x8000_0030, &commit);
    }
    put(first, &segment);
    fs::write(dir.join("log/offsets"), offsets).unwrap();
}

/// What opens the sealed entries. What our writer checks of it is its order alone, so it holds no crook back.
fn sealed(dir: &Path, forged: &Forged) {
    let (kek, origin) = (Kek::filled(|key| key.fill(7)), Origin::parse(ORIGIN).unwrap());
    fs::write(dir.join("master.key"), format!("{}\n", kek.secret_text().as_str())).unwrap();
    let mut files = SealedFiles::create(Arc::new(FileDisk::open(dir).unwrap()), &origin, &kek).unwrap();
    // The root has as many identity keys as the log says.
    let rotated = |entry: &&Vec<u8>| entry.windows(23).any(|part| part == b"ledger.identity_rotated");
    for _ in forged.entries.iter().filter(rotated) {
        files.renew_identity(None).unwrap();
    }
    let records = forged.entries.iter().zip(&forged.openings).filter_map(|(entry, opening)| {
        let entry = SealedEntry::decode(entry).ok()?;
        let opening = Opening::decode(opening.as_ref()?).unwrap();
        files.reader().with_root(|root| record(&origin, &entry, opening, &root.skeleton))
    });
    let mut ascending: Vec<SealedRecord> = Vec::new();
    // Of two entries that say the same index, one is opened: more no file can hold.
    for record in records {
        if ascending.last().is_none_or(|last| last.index < record.index) {
            ascending.push(record);
        }
    }
    files.write(&ascending).unwrap();
}

/// What a folder keeps of an opening. Of a part alone there is no place for it: the crook keeps none.
fn record(origin: &Origin, entry: &SealedEntry, opening: Opening, key: &SkeletonKey) -> Option<SealedRecord> {
    let (index, place) = (entry.index, Place { origin, index: entry.index });
    let byte = |at: usize| u8::try_from(1 + (index.get() + u64::try_from(at).unwrap()) % 251).unwrap();
    let seal = |remains: &Remains| {
        remains.seal(key, RandomNonce(std::array::from_fn(byte)), &place, &entry.commitment)
    };
    let opening = match opening {
        Opening::Auditor(opening) => opening,
        Opening::Remains(remains) => {
            return Some(SealedRecord { index, content: None, skeleton: seal(&remains) });
        }
        Opening::Content(_) | Opening::Link(_) => return None,
    };
    let skeleton = seal(&opening.remains(Hashing::Sha256));
    let fresh = FreshKey::filled(|key| key.iter_mut().enumerate().for_each(|(at, to)| *to = byte(at)));
    let salt = ContentSalt::copied(opening.content_salt.expose());
    let plain = Plain { content: opening.content, disclosures: Vec::new() };
    let (payload, secret) = plain.seal(fresh, salt, &place, &entry.commitment).unwrap();
    Some(SealedRecord { index, content: Some((payload, secret)), skeleton })
}

fn header(first: usize, previous: ChainHash) -> Vec<u8> {
    let mut bytes = b"CLSEG\0\0\x01".to_vec();
    bytes.extend(number_of(first));
    bytes.extend(previous.as_bytes());
    let crc = crc32c::crc32c(&bytes);
    bytes.extend(crc.to_le_bytes());
    bytes
}

fn frame(segment: &mut Vec<u8>, length: u32, payload: &[u8]) {
    let length = length.to_le_bytes();
    let crc = crc32c::crc32c_append(crc32c::crc32c(&length), payload);
    segment.extend(length);
    segment.extend(crc.to_le_bytes());
    segment.extend(payload);
}

fn number_of(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap().to_le_bytes()
}
