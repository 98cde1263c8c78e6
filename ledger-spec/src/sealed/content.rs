//! The content of a sealed entry: what stands in a clear entry from its number of signatures on.

use crate::entry::{Entry, EntrySignature};
use crate::event::MAX_EVENT;
use crate::event::envelope::{MAX_SIGNATURES, VerifiedEvent};
use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use tlog::defect::OrDefect as _;

const LAYOUT: Configuration<LittleEndian, Fixint, Limit<{ Content::MAX_LEN }>> = bincode::config::standard()
    .with_little_endian()
    .with_fixed_int_encoding()
    .with_limit::<{ Content::MAX_LEN }>();

/// Signatures and event: what P0 commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The envelope's signatures, in the envelope's order.
    pub signatures: Vec<EntrySignature>,
    /// The event's exact bytes as they were signed.
    pub event: Vec<u8>,
}

/// Why bytes are no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Longer than [`Content::MAX_LEN`].
    #[error("content of {found} bytes where at most {expected} fit")]
    TooLong {
        /// Length found.
        found: usize,
        /// [`Content::MAX_LEN`].
        expected: usize,
    },
    /// Too short, a tag out of range, or a length that runs past the end.
    #[error("bytes do not follow the layout of content")]
    Layout,
    /// Bytes are left after the event.
    #[error("{found} bytes after the end of the content")]
    Trailing {
        /// How many.
        found: usize,
    },
}

impl Content {
    /// The longest content: four signatures and the longest event.
    pub const MAX_LEN: usize = 8 + 100 * MAX_SIGNATURES + 8 + MAX_EVENT;

    /// What is sealed of an event whose signatures were checked.
    #[must_use]
    pub fn of(event: &VerifiedEvent) -> Self {
        Self { signatures: event.entry_signatures(), event: event.bytes().to_vec() }
    }

    /// What would be sealed of a clear entry.
    #[must_use]
    pub fn of_entry(entry: &Entry) -> Self {
        Self { signatures: entry.signatures.clone(), event: entry.event.clone() }
    }

    /// The content's bytes.
    ///
    /// # Errors
    ///
    /// Where it is longer than [`Content::MAX_LEN`], which no verified event's is.
    pub fn encode(&self) -> Result<Vec<u8>, ContentError> {
        let found = 16 + 100 * self.signatures.len() + self.event.len();
        if found > Self::MAX_LEN {
            return Err(ContentError::TooLong { found, expected: Self::MAX_LEN });
        }
        Ok(bincode::encode_to_vec((&self.signatures, &self.event), LAYOUT)
            .or_defect("content within the limit encodes"))
    }

    /// Reads content back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, ContentError> {
        let (signatures, event) = Self::parts(bytes)?;
        Ok(Self { signatures, event: event.to_vec() })
    }

    /// The same, where the event's bytes are only looked at.
    pub(super) fn parts(bytes: &[u8]) -> Result<(Vec<EntrySignature>, &[u8]), ContentError> {
        if bytes.len() > Self::MAX_LEN {
            return Err(ContentError::TooLong { found: bytes.len(), expected: Self::MAX_LEN });
        }
        let (parts, read) =
            bincode::borrow_decode_from_slice(bytes, LAYOUT).map_err(|_| ContentError::Layout)?;
        match bytes.len() - read {
            0 => Ok(parts),
            found => Err(ContentError::Trailing { found }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::ChainHash;
    use crate::time::RecordedTime;
    use tlog::position::EntryIndex;

    #[test]
    fn it_is_a_clear_entry_from_its_number_of_signatures_on() {
        let signature = EntrySignature::Ed25519 { key: [1; 32], signature: [2; 64] };
        let entry = Entry {
            index: EntryIndex::new(7),
            recorded_at: RecordedTime::from_micros(9),
            previous: ChainHash::ZERO,
            links: Vec::new(),
            signatures: vec![signature.clone(), signature],
            event: b"{}".to_vec(),
        };
        let content = Content::of_entry(&entry);
        let bytes = content.encode().unwrap();
        assert_eq!(bytes, entry.encode().unwrap()[57..]);
        assert_eq!(Content::decode(&bytes), Ok(content));
        for cut in 0..bytes.len() {
            assert_eq!(Content::decode(&bytes[..cut]), Err(ContentError::Layout), "cut at {cut}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(Content::decode(&longer), Err(ContentError::Trailing { found: 1 }));
    }

    #[test]
    fn the_longest_is_taken_and_no_longer_one() {
        let signature = EntrySignature::Ed25519 { key: [1; 32], signature: [2; 64] };
        let content = |length| Content { signatures: vec![signature.clone(); 4], event: vec![b' '; length] };
        let longest = content(MAX_EVENT).encode().unwrap();
        assert_eq!(longest.len(), Content::MAX_LEN);
        assert_eq!(Content::decode(&longest), Ok(content(MAX_EVENT)));
        let error = ContentError::TooLong { found: Content::MAX_LEN + 1, expected: Content::MAX_LEN };
        assert_eq!(content(MAX_EVENT + 1).encode(), Err(error));
        assert_eq!(Content::decode(&[longest.as_slice(), &[0]].concat()), Err(error));
        // A length that promises too much is refused without allocating.
        assert_eq!(Content::decode(&u64::MAX.to_le_bytes()), Err(ContentError::Layout));
    }
}
