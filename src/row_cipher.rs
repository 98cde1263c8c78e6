//! Rows of stores that are derived from the log, encrypted: whoever has a folder without its master key reads nothing in
//! them, and what a store leaves behind on a disk goes with its key.
//!
//! ```text
//! tag key [32] ‖ nonce key [32] ‖ row key [32] = BLAKE3 derive_key(the store's context, key ‖ which store)
//! tag   = the first 16 bytes of BLAKE3 keyed with the tag key over (u64 length ‖ part) for each part
//! nonce = the first 12 bytes of BLAKE3 keyed with the nonce key over u64 length ‖ the row's key ‖ plain
//! row   = nonce ‖ ChaCha20-Poly1305(row key, nonce, aad the row's key, plain), with its tag behind
//! ```
//!
//! The nonce follows from what is encrypted: the same row is the same bytes whenever it is written, and other bytes under
//! one nonce are a collision of 96 bits (with 2^32 rows once in 2^33 stores). So nothing rests on how often a row is
//! replaced, on a log that went on otherwise after it was put back, or on the order of writes before a power cut; a counter,
//! as an entry's index, would rest on all three. Two rows alike do not show, since the row's key is in it.
//!
//! A tag stands for a name. 16 bytes are enough: whoever has not the key cannot look for two names of one tag, and by chance
//! among 2^32 names there are two once in 2^65 stores. They are the larger part of most rows' keys.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use tlog::defect::{OrDefect as _, as_u64};
use zeroize::Zeroizing;

const NONCE: usize = 12;
const AEAD_TAG: usize = 16;

/// The keys of one store; wiped when dropped, never printed.
pub struct RowCipher(Box<Keys>);

struct Keys {
    tags: Zeroizing<[u8; 32]>,
    nonces: Zeroizing<[u8; 32]>,
    rows: Zeroizing<[u8; 32]>,
}

/// What stands in a row's place was not written there under this store's key: it is of another key, or was altered or moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row that does not decrypt under the store's key")]
pub struct NotOfThisKey;

impl RowCipher {
    /// Length of a tag.
    pub const TAG: usize = 16;

    /// The keys that follow from a secret, for one sort of store, which the context names, and the one of them that `which`
    /// names: no two have a key in common.
    pub fn derived(context: &'static str, secret: &[u8; 32], which: &[u8]) -> Self {
        let mut keys = Box::new(Keys {
            tags: Zeroizing::new([0; 32]),
            nonces: Zeroizing::new([0; 32]),
            rows: Zeroizing::new([0; 32]),
        });
        let mut derived = blake3::Hasher::new_derive_key(context).update(secret).update(which).finalize_xof();
        for key in [&mut keys.tags, &mut keys.nonces, &mut keys.rows] {
            derived.fill(&mut **key);
        }
        Self(keys)
    }

    /// What stands for a name of these parts.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; Self::TAG] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0.tags);
        for part in parts {
            hasher.update(&as_u64(part.len()).to_le_bytes()).update(part);
        }
        first(&hasher.finalize())
    }

    /// What is stored as the row of this key.
    pub fn seal(&self, key: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_keyed(&self.0.nonces);
        hasher.update(&as_u64(key.len()).to_le_bytes()).update(key).update(plain);
        let nonce: [u8; NONCE] = first(&hasher.finalize());
        let mut row = Vec::with_capacity(NONCE + plain.len() + AEAD_TAG);
        row.extend(nonce);
        row.extend(plain);
        let (_, text) = row.split_at_mut(NONCE);
        let tag = ChaCha20Poly1305::new((&*self.0.rows).into())
            .encrypt_inout_detached(&Nonce::from(nonce), key, text.into())
            .or_defect("a row is far below the cipher's limit");
        row.extend(tag);
        row
    }

    /// What was sealed as the row of this key.
    pub fn open(&self, key: &[u8], row: &[u8]) -> Result<Vec<u8>, NotOfThisKey> {
        let (nonce, rest) = row.split_first_chunk::<NONCE>().ok_or(NotOfThisKey)?;
        let (text, tag) = rest.split_last_chunk::<AEAD_TAG>().ok_or(NotOfThisKey)?;
        let mut plain = text.to_vec();
        ChaCha20Poly1305::new((&*self.0.rows).into())
            .decrypt_inout_detached(&Nonce::from(*nonce), key, plain.as_mut_slice().into(), &Tag::from(*tag))
            .map_err(|_| NotOfThisKey)?;
        Ok(plain)
    }
}

impl std::fmt::Debug for RowCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowCipher(…)")
    }
}

fn first<const N: usize>(hash: &blake3::Hash) -> [u8; N] {
    *hash.as_bytes().first_chunk().or_defect("a hash is longer than what is taken of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(secret: u8, which: &[u8]) -> RowCipher {
        RowCipher::derived("credit-ledger test rows", &[secret; 32], which)
    }

    #[test]
    fn a_row_opens_under_its_key_in_its_place_and_nowhere_else() {
        let one = cipher(1, b"1");
        for plain in [&b""[..], b"ext:test:1", &[7; 5_000]] {
            let row = one.seal(b"i1", plain);
            assert_eq!(row.len(), NONCE + plain.len() + AEAD_TAG);
            assert_eq!(one.open(b"i1", &row).as_deref(), Ok(plain));
            assert_eq!(one.seal(b"i1", plain), row, "the same row is the same bytes");
            assert_eq!(one.open(b"i2", &row), Err(NotOfThisKey));
            for other in [cipher(1, b"2"), cipher(2, b"1")] {
                assert_eq!(other.open(b"i1", &row), Err(NotOfThisKey));
            }
            for cut in [0, NONCE, row.len() - 1] {
                assert_eq!(one.open(b"i1", &row[..cut]), Err(NotOfThisKey));
            }
            for bit in 0..8 * row.len().min(60) {
                let mut changed = row.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(one.open(b"i1", &changed), Err(NotOfThisKey), "bit {bit}");
            }
        }
    }

    #[test]
    fn nonces_differ_wherever_what_is_encrypted_does() {
        let one = cipher(1, b"1");
        let nonce = |key: &[u8], plain: &[u8]| one.seal(key, plain)[..NONCE].to_vec();
        let all = [nonce(b"i1", b"ab"), nonce(b"i1", b"ac"), nonce(b"i1a", b"b"), nonce(b"i", b"1ab")];
        assert_eq!(std::collections::BTreeSet::from(all).len(), 4);
    }

    #[test]
    fn a_tag_is_of_its_parts_and_its_key() {
        let one = cipher(1, b"1");
        let tags = [one.tag(&[b"ab", b"c"]), one.tag(&[b"a", b"bc"]), one.tag(&[b"abc"])];
        assert_eq!(one.tag(&[b"ab", b"c"]), tags[0]);
        assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
        assert_ne!(cipher(1, b"2").tag(&[b"abc"]), tags[2]);
        assert_eq!(format!("{one:?}"), "RowCipher(…)");
    }
}
