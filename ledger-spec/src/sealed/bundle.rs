//! Openings of the entries of one tile together: what auditors fetch beside the log, 256 entries at a time.
//!
//! For each entry of the tile, in order: length u32 (little-endian) ‖ the opening's bytes; a length of 0 where nothing
//! opens the entry, because it stands in the clear.

use super::opening::{Opening, OpeningFormError};
use tlog::defect::{OrDefect as _, as_usize};
use zeroize::Zeroizing;

/// Why bytes are no bundle of openings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It ends before all entries had theirs.
    #[error("bundle of {found} openings where {expected} are expected")]
    Short {
        /// Openings that are whole.
        found: usize,
        /// Entries of the tile.
        expected: usize,
    },
    /// Bytes are left after the last entry's.
    #[error("{found} bytes after the last of {expected} openings")]
    Trailing {
        /// How many bytes.
        found: usize,
        /// Entries of the tile.
        expected: usize,
    },
    /// One of them is none.
    #[error("opening {position} of the bundle: {error}")]
    Opening {
        /// Its number, from 0.
        position: usize,
        /// What is wrong.
        error: OpeningFormError,
    },
}

/// Appends the opening of the next entry; `None` where it stands in the clear.
pub fn push_opening(bundle: &mut Zeroizing<Vec<u8>>, opening: Option<&Opening>) {
    let bytes = opening.map(Opening::encode).unwrap_or_default();
    let length = u32::try_from(bytes.len()).or_defect("an opening is at most 50,000 bytes");
    bundle.extend(length.to_le_bytes());
    bundle.extend(bytes.iter());
}

/// Reads the openings of `count` entries.
pub fn read_bundle(bundle: &[u8], count: usize) -> Result<Vec<Option<Opening>>, BundleError> {
    let (mut openings, mut rest) = (Vec::with_capacity(count), bundle);
    for position in 0..count {
        let short = BundleError::Short { found: position, expected: count };
        let (length, behind) = rest.split_first_chunk::<4>().ok_or_else(|| short.clone())?;
        let length = as_usize(u32::from_le_bytes(*length).into());
        let (bytes, behind) = behind.split_at_checked(length).ok_or(short)?;
        rest = behind;
        openings.push(match bytes {
            [] => None,
            bytes => {
                let wrong = |error| BundleError::Opening { position, error };
                Some(Opening::decode(bytes).map_err(wrong)?)
            }
        });
    }
    match rest.len() {
        0 => Ok(openings),
        found => Err(BundleError::Trailing { found, expected: count }),
    }
}
