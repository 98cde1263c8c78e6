//! Streams: what an event stands in, by name.
//!
//! What stands in the log in the clear has streams of its own, so that whoever sees nothing else can follow them to the
//! last entry, and no link in the clear leads to an entry that is sealed.

use super::{AuthorityId, IdError, ListCode, SubjectId};
use core::fmt;

/// Whether an event stands in the log in the clear or sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sealing {
    /// For everybody to read: what governs the ledger and says nothing about a subject.
    Clear,
    /// Committed to; what it says travels beside the log.
    Sealed,
}

/// One of the two streams of a subject: what a case file is folded from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectStream {
    /// Which of the two.
    pub sealing: Sealing,
    /// Whose.
    pub subject: SubjectId,
}

/// The name of a stream: every event stands in its subject's, in its issuer's, and in a list's where
/// it concerns one. The text of one in the clear begins with `clear/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKey {
    /// `issuer:<id>`: the work of an authority.
    Issuer(Sealing, AuthorityId),
    /// `list:<code>`: every edition of a list, or what the catalogue says of it.
    List(Sealing, ListCode),
    /// The subject's own text: its history.
    Subject(SubjectStream),
}

const CLEAR: &str = "clear/";

impl Sealing {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Clear => CLEAR,
            Self::Sealed => "",
        }
    }

    /// The sealing that a stream's text begins with, and the rest.
    fn split(text: &str) -> (Self, &str) {
        text.strip_prefix(CLEAR).map_or((Self::Sealed, text), |rest| (Self::Clear, rest))
    }
}

impl SubjectStream {
    /// The stream of what is sealed.
    #[must_use]
    pub const fn sealed(subject: SubjectId) -> Self {
        Self { sealing: Sealing::Sealed, subject }
    }

    /// The stream of what stands in the clear.
    #[must_use]
    pub const fn clear(subject: SubjectId) -> Self {
        Self { sealing: Sealing::Clear, subject }
    }

    /// The streams that a subject may have, what is clear first. Of most subjects nothing ever stands in the clear.
    #[must_use]
    pub fn all_of(subject: &SubjectId) -> Vec<Self> {
        let sealed = Self::sealed(subject.clone());
        match subject {
            SubjectId::Authority(_) | SubjectId::Catalogue(_) | SubjectId::Ledger | SubjectId::Place(_) => {
                vec![Self::clear(subject.clone()), sealed]
            }
            SubjectId::External(_) | SubjectId::Household(_) | SubjectId::Person(_) | SubjectId::Uscc(_) => {
                vec![sealed]
            }
        }
    }

    /// Reads a stream's text.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (sealing, subject) = Sealing::split(text);
        SubjectId::parse(subject).map(|subject| Self { sealing, subject })
    }
}

impl StreamKey {
    /// Its place among the links of an entry, where the entry's event stands in it.
    #[must_use]
    pub const fn link(&self) -> usize {
        match self {
            Self::Subject(_) => 0,
            Self::Issuer(..) => 1,
            Self::List(..) => 2,
        }
    }

    /// Reads a stream's name: `issuer:…`, `list:…`, or a subject; `clear/` before it where it is in the clear.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (sealing, name) = Sealing::split(text);
        if let Some(issuer) = name.strip_prefix("issuer:") {
            return AuthorityId::parse(issuer).map(|issuer| Self::Issuer(sealing, issuer));
        }
        match name.strip_prefix("list:") {
            Some(list) => ListCode::parse(list).map(|list| Self::List(sealing, list)),
            None => SubjectId::parse(name).map(|subject| Self::Subject(SubjectStream { sealing, subject })),
        }
    }
}

impl fmt::Display for SubjectStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.sealing.prefix(), self.subject)
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer(sealing, id) => write!(f, "{}issuer:{id}", sealing.prefix()),
            Self::List(sealing, code) => write!(f, "{}list:{code}", sealing.prefix()),
            Self::Subject(stream) => stream.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_gives_its_text_back_and_no_two_have_one() {
        let hash = "0123456789abcdef".repeat(4);
        for name in [
            "issuer:court.430381",
            "list:mhlw.labour-violations",
            "authority:market-regulation.430381",
            "catalogue:list.mhlw.labour-violations",
            "ledger",
            "place:430381",
            "uscc:914403001922038216",
            &format!("person:{hash}"),
        ] {
            for text in [name.to_owned(), format!("clear/{name}")] {
                let key = StreamKey::parse(&text).unwrap();
                assert_eq!(key.to_string(), text);
                let as_subject = SubjectStream::parse(&text).ok().map(StreamKey::Subject);
                assert_eq!(as_subject, (key.link() == 0).then_some(key));
                assert_eq!(SubjectId::parse(&text).is_ok(), text == name && as_subject_text(name));
            }
            assert!(StreamKey::parse(&format!("clear/clear/{name}")).is_err());
        }
    }

    fn as_subject_text(name: &str) -> bool {
        !name.starts_with("issuer:") && !name.starts_with("list:")
    }
}
