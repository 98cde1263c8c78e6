//! Identifiers: of subjects, of authorities and of what the catalogue holds (design section
//! "Identifiers"). Each has one text form, checked when it is read and given back unchanged.
//!
//! A value says that its text is well formed, not that anybody bears it: registers are the
//! business of the admission rules.

mod code;
mod event_id;
pub mod gb11643;
mod kind;
mod pseudonym;
mod stream;
mod subject;
mod uscc;

pub use code::{
    AuthorityId, BasisCode, CalendarCode, ExternalId, ListCode, MeasureCode, PlaceCode, PointsCode,
    ProcedureCode, RatingCode, TypeCode,
};
pub use event_id::EventId;
pub use kind::SubjectKind;
pub use pseudonym::{IdentityEpoch, Pseudonym};
pub use stream::{Sealing, StreamKey, SubjectStream};
pub use subject::{CatalogueItem, SubjectId};
pub use uscc::Uscc;

use crate::wording::{self, Words, said_as_written, say};
use tlog::defect::OrDefect as _;

said_as_written!(
    AuthorityId,
    BasisCode,
    CatalogueItem,
    EventId,
    IdentityEpoch,
    ListCode,
    MeasureCode,
    PlaceCode,
    RatingCode,
    SubjectId,
    TypeCode,
);

/// Why a text is not an identifier. Never carries the text itself: somebody may have typed a
/// person's number into the wrong field, and errors go to logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum IdError {
    /// The subject's scheme, before the first colon, is none that the ledger knows.
    Scheme {
        /// The schemes known.
        expected: &'static str,
    },
    /// A part has a length that it cannot have.
    Length {
        /// Which identifier, or which part of one.
        part: &'static str,
        /// Length in bytes.
        found: usize,
        /// The lengths possible.
        expected: &'static str,
    },
    /// A character that cannot stand where it stands.
    Character {
        /// Which identifier, or which part of one.
        part: &'static str,
        /// The character.
        found: char,
        /// Its offset in bytes within the part.
        position: usize,
        /// What may stand there.
        expected: &'static str,
    },
    /// A separator that the identifier needs is missing.
    Separator {
        /// Which identifier.
        part: &'static str,
        /// The separator.
        expected: char,
    },
    /// Well formed, but the check character belongs to another number.
    CheckCharacter {
        /// Which identifier.
        part: &'static str,
        /// The character found.
        found: char,
        /// The character that the rest demands.
        expected: char,
    },
    /// The birth date in a resident number is no date of the calendar.
    BirthDate {
        /// Which identifier.
        part: &'static str,
    },
}

impl IdError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        let of = wording::of_text;
        let quoted = |c: &char| Words::data(format_args!("{c:?}"));
        match self {
            Self::Scheme { expected } => say!("unknown scheme where {} is known", of(expected)),
            Self::Length { part, found, expected } => {
                say!("{} of {} bytes where {} are expected", of(part), found, of(expected))
            }
            Self::Character { part, found, position, expected } => say!(
                "{} has {} at byte {} where {} is expected",
                of(part),
                quoted(found),
                position,
                of(expected),
            ),
            Self::Separator { part, expected } => say!("{} has no {}", of(part), quoted(expected)),
            Self::CheckCharacter { part, found, expected } => say!(
                "{} has check character {} where {} is expected",
                of(part),
                quoted(found),
                quoted(expected),
            ),
            Self::BirthDate { part } => say!("{} has a birth date that is in no calendar", of(part)),
        }
    }
}

/// Refuses the first byte of `text` that `allowed` does not take.
fn each(
    part: &'static str,
    text: &str,
    expected: &'static str,
    allowed: impl Fn(usize, u8) -> bool,
) -> Result<(), IdError> {
    // What is right is seen byte by byte; only what is wrong needs its characters counted.
    if text.bytes().enumerate().all(|(at, byte)| byte.is_ascii() && allowed(at, byte)) {
        return Ok(());
    }
    match text.char_indices().find(|(at, c)| !u8::try_from(*c).is_ok_and(|b| b.is_ascii() && allowed(*at, b)))
    {
        Some((position, found)) => Err(IdError::Character { part, found, position, expected }),
        None => Ok(()),
    }
}

/// The text's bytes, where there are exactly `N`.
fn exactly<const N: usize>(
    part: &'static str,
    text: &str,
    expected: &'static str,
) -> Result<[u8; N], IdError> {
    text.as_bytes().try_into().map_err(|_| IdError::Length { part, found: text.len(), expected })
}

/// The text of bytes that were checked to be ASCII.
fn ascii(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).or_defect("they were checked to be ASCII")
}
