//! What opens a sealed entry: for whom the content is, for whom a link, for auditors all, and what erasure leaves.
//!
//! An opening proves and does not decrypt. Each has one form of bytes, here, and one JSON (`opening_json`). What is
//! only parsed is a claim until it is opened against the entry; what was opened has a type of its own (`opened`).

use super::algorithm::Hashing;
use super::commitment::{Commitment, Part, Parts, Place};
use super::content::Content;
use super::hash::{piece, shown};
use super::link::{AnyLink, LinkError, LinkPlace, SealedLinks};
use super::secret::{ContentSalt, LinkSalt};
use crate::json::JsonError;
use crate::json::fields::FieldError;
use tlog::defect::{OrDefect as _, as_usize};
use zeroize::Zeroizing;

/// Opens the content and nothing of the links: what a department, a reader, a court is given.
#[derive(Debug)]
pub struct ContentOpening {
    /// r0.
    pub salt: ContentSalt,
    /// P1, P2, P3.
    pub links: [Part; 3],
    /// The content's bytes: signatures and event.
    pub content: Vec<u8>,
}

/// Opens one link and neither content nor the other links: what proves a stream's head, or an edition with members
/// that are out of sight.
#[derive(Debug)]
pub struct LinkOpening {
    /// rj.
    pub salt: LinkSalt,
    /// Link j.
    pub link: AnyLink,
    /// The other three of P0 to P3, in order.
    pub others: [Part; 3],
}

/// Opens everything: what an auditor is given, and what sealing begins with.
#[derive(Debug)]
pub struct AuditorOpening {
    /// r0.
    pub content_salt: ContentSalt,
    /// r1, r2, r3.
    pub link_salts: [LinkSalt; 3],
    /// The links.
    pub links: SealedLinks,
    /// The content's bytes: signatures and event.
    pub content: Vec<u8>,
}

/// What is left when content and r0 are destroyed: opens the links for ever. It is what the skeleton holds.
#[derive(Debug)]
pub struct Remains {
    /// r1, r2, r3.
    pub link_salts: [LinkSalt; 3],
    /// P0.
    pub content: Part,
    /// The links.
    pub links: SealedLinks,
}

/// An opening of any form.
#[derive(Debug)]
pub enum Opening {
    /// Of the content.
    Content(ContentOpening),
    /// Of one link.
    Link(LinkOpening),
    /// Of everything.
    Auditor(AuditorOpening),
    /// Of what erasure leaves.
    Remains(Remains),
}

/// Why bytes or JSON are no opening.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningFormError {
    /// A first byte of no form; `None` where there are no bytes.
    #[error("opening of form {} where 1 to {expected} are known", shown(*.found))]
    Form {
        /// The byte found.
        found: Option<u8>,
        /// The last form.
        expected: u8,
    },
    /// Another length than the form, or the content's length in it, says.
    #[error("opening of {found} bytes where {expected} are expected")]
    Length {
        /// Length found.
        found: usize,
        /// Length expected.
        expected: usize,
    },
    /// No content, where an event and its signatures stand.
    #[error("opening without content where an event and its signatures are expected")]
    NoContent,
    /// More content than an event and its signatures can be.
    #[error("opening with content of {found} bytes where at most {expected} fit")]
    TooLong {
        /// The length that stands in the opening.
        found: usize,
        /// [`Content::MAX_LEN`].
        expected: usize,
    },
    /// The number of a link that is none of 1 to 3.
    #[error("opening of link {found} where 1 to {expected} are known")]
    LinkNumber {
        /// The number found.
        found: u8,
        /// The last link.
        expected: u8,
    },
    /// A link.
    #[error("opening: {0}")]
    Link(#[from] LinkError),
    /// Not JSON as this ledger reads it.
    #[error("opening: {0}")]
    Json(#[from] JsonError),
    /// A field of the JSON.
    #[error("opening: {0}")]
    Field(#[from] FieldError),
}

/// The first byte of each form.
const CONTENT: u8 = 1;
const LINK: u8 = 2;
const AUDITOR: u8 = 3;
const REMAINS: u8 = 4;

const SALT: usize = LinkSalt::LEN;
const PART: usize = 32;
/// form ‖ r0 ‖ P1 ‖ P2 ‖ P3 ‖ length.
const CONTENT_HEAD: usize = 1 + ContentSalt::LEN + 3 * PART + 4;
/// form ‖ r0 ‖ r1 ‖ r2 ‖ r3 ‖ links ‖ length.
const AUDITOR_HEAD: usize = 1 + ContentSalt::LEN + 3 * SALT + SealedLinks::LEN + 4;

impl ContentOpening {
    /// The four parts that it leads to.
    #[must_use]
    pub fn parts(&self, hashing: Hashing) -> Parts {
        let [p1, p2, p3] = self.links;
        Parts([Part::of_content(hashing, &self.salt, &self.content), p1, p2, p3])
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(CONTENT);
        out.extend(self.salt.expose());
        self.links.iter().for_each(|part| out.extend(part.as_bytes()));
        push_content(out, &self.content);
    }

    fn decode(bytes: &[u8]) -> Result<Self, OpeningFormError> {
        let (head, content) = split_content(bytes, CONTENT_HEAD)?;
        Ok(Self {
            salt: ContentSalt::copied(&piece(&head[1..65])),
            links: parts(&head[65..161]),
            content: content.to_vec(),
        })
    }
}

impl LinkOpening {
    /// The four parts that it leads to.
    #[must_use]
    pub fn parts(&self, hashing: Hashing) -> Parts {
        let at = self.link.at();
        let own = Part::of_link(hashing, at, &self.salt, &self.link.encode());
        let [a, b, c] = self.others;
        Parts(match at {
            LinkPlace::Subject => [a, own, b, c],
            LinkPlace::Issuer => [a, b, own, c],
            LinkPlace::List => [a, b, c, own],
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend([LINK, self.link.at().number()]);
        out.extend(self.salt.expose());
        out.extend(self.link.encode());
        self.others.iter().for_each(|part| out.extend(part.as_bytes()));
    }

    fn decode(bytes: &[u8]) -> Result<Self, OpeningFormError> {
        let short = OpeningFormError::Length { found: bytes.len(), expected: 2 };
        let found = *bytes.get(1).ok_or(short)?;
        let wrong = OpeningFormError::LinkNumber { found, expected: LinkPlace::List.number() };
        let at = LinkPlace::of(found).ok_or(wrong)?;
        let link = 2 + SALT..2 + SALT + at.length();
        exactly(bytes, link.end + 3 * PART)?;
        Ok(Self {
            salt: LinkSalt::copied(&piece(&bytes[2..link.start])),
            others: parts(&bytes[link.end..]),
            link: AnyLink::decode(at, &bytes[link])?,
        })
    }
}

impl AuditorOpening {
    /// The four parts that it leads to.
    #[must_use]
    pub fn parts(&self, hashing: Hashing) -> Parts {
        let p0 = Part::of_content(hashing, &self.content_salt, &self.content);
        link_parts(hashing, p0, &self.link_salts, &self.links)
    }

    /// What an entry at this place commits to, if this opens it.
    #[must_use]
    pub fn commitment(&self, hashing: Hashing, place: &Place<'_>) -> Commitment {
        Commitment::of(hashing, place, &self.parts(hashing))
    }

    /// What opens the content alone.
    #[must_use]
    pub fn of_content(&self, hashing: Hashing) -> ContentOpening {
        let Parts([_, p1, p2, p3]) = self.parts(hashing);
        let (salt, content) = (ContentSalt::copied(self.content_salt.expose()), self.content.clone());
        ContentOpening { salt, links: [p1, p2, p3], content }
    }

    /// What opens one link alone.
    #[must_use]
    pub fn of_link(&self, hashing: Hashing, at: LinkPlace) -> LinkOpening {
        of_link(&self.parts(hashing), &self.link_salts, &self.links, at)
    }

    /// The same again, for whoever keeps it.
    pub(super) fn copied(&self) -> Self {
        Self {
            content_salt: ContentSalt::copied(self.content_salt.expose()),
            link_salts: self.link_salts.each_ref().map(|salt| LinkSalt::copied(salt.expose())),
            links: self.links,
            content: self.content.clone(),
        }
    }

    /// What is left of it when content and r0 are destroyed.
    #[must_use]
    pub fn remains(&self, hashing: Hashing) -> Remains {
        let content = Part::of_content(hashing, &self.content_salt, &self.content);
        let link_salts = self.link_salts.each_ref().map(|salt| LinkSalt::copied(salt.expose()));
        Remains { link_salts, content, links: self.links }
    }

    /// The opening's bytes, as [`Opening::encode`] gives them.
    #[must_use]
    pub fn encoded(&self) -> Zeroizing<Vec<u8>> {
        // Never more than was reserved: growing would leave what was written behind in freed memory.
        let mut out = Zeroizing::new(Vec::with_capacity(AUDITOR_HEAD + self.content.len()));
        self.encode(&mut out);
        out
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(AUDITOR);
        out.extend(self.content_salt.expose());
        self.link_salts.iter().for_each(|salt| out.extend(salt.expose()));
        out.extend(self.links.encode());
        push_content(out, &self.content);
    }

    fn decode(bytes: &[u8]) -> Result<Self, OpeningFormError> {
        let (head, content) = split_content(bytes, AUDITOR_HEAD)?;
        Ok(Self {
            content_salt: ContentSalt::copied(&piece(&head[1..65])),
            link_salts: salts(&head[65..161]),
            links: SealedLinks::decode(&piece(&head[161..321]))?,
            content: content.to_vec(),
        })
    }
}

impl Remains {
    /// Length of its bytes, as the skeleton holds them.
    pub const LEN: usize = 3 * SALT + PART + SealedLinks::LEN;

    /// The four parts that it leads to.
    #[must_use]
    pub fn parts(&self, hashing: Hashing) -> Parts {
        link_parts(hashing, self.content, &self.link_salts, &self.links)
    }

    /// What opens one link alone.
    #[must_use]
    pub fn of_link(&self, hashing: Hashing, at: LinkPlace) -> LinkOpening {
        of_link(&self.parts(hashing), &self.link_salts, &self.links, at)
    }

    /// r1 ‖ r2 ‖ r3 ‖ P0 ‖ links.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(Self::LEN));
        self.link_salts.iter().for_each(|salt| out.extend(salt.expose()));
        out.extend(self.content.as_bytes());
        out.extend(self.links.encode());
        out
    }

    /// Reads them back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8; Self::LEN]) -> Result<Self, LinkError> {
        Ok(Self {
            link_salts: salts(&bytes[..96]),
            content: Part::from_bytes(piece(&bytes[96..128])),
            links: SealedLinks::decode(&piece(&bytes[128..]))?,
        })
    }
}

impl Opening {
    /// The longest opening's bytes.
    pub const MAX_LEN: usize = AUDITOR_HEAD + Content::MAX_LEN;

    /// The opening's bytes.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Never more than was reserved: growing would leave what was written behind in freed memory.
        let content = match self {
            Self::Content(ContentOpening { content, .. }) | Self::Auditor(AuditorOpening { content, .. }) => {
                content.len()
            }
            Self::Link(_) | Self::Remains(_) => 0,
        };
        let mut out = Zeroizing::new(Vec::with_capacity(AUDITOR_HEAD + content));
        match self {
            Self::Content(opening) => opening.encode(&mut out),
            Self::Link(opening) => opening.encode(&mut out),
            Self::Auditor(opening) => opening.encode(&mut out),
            Self::Remains(remains) => {
                out.push(REMAINS);
                out.extend(remains.encode().iter());
            }
        }
        out
    }

    /// Reads an opening back. Whatever decodes re-encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, OpeningFormError> {
        match bytes.first() {
            Some(&CONTENT) => ContentOpening::decode(bytes).map(Self::Content),
            Some(&LINK) => LinkOpening::decode(bytes).map(Self::Link),
            Some(&AUDITOR) => AuditorOpening::decode(bytes).map(Self::Auditor),
            Some(&REMAINS) => {
                exactly(bytes, 1 + Remains::LEN)?;
                Ok(Self::Remains(Remains::decode(&piece(&bytes[1..]))?))
            }
            found => Err(OpeningFormError::Form { found: found.copied(), expected: REMAINS }),
        }
    }

    /// The opening of everything, where it is one.
    #[must_use]
    pub fn into_auditor(self) -> Option<AuditorOpening> {
        match self {
            Self::Auditor(opening) => Some(opening),
            Self::Content(_) | Self::Link(_) | Self::Remains(_) => None,
        }
    }

    /// The four parts that it leads to.
    #[must_use]
    pub fn parts(&self, hashing: Hashing) -> Parts {
        match self {
            Self::Content(opening) => opening.parts(hashing),
            Self::Link(opening) => opening.parts(hashing),
            Self::Auditor(opening) => opening.parts(hashing),
            Self::Remains(remains) => remains.parts(hashing),
        }
    }
}

fn link_parts(hashing: Hashing, p0: Part, link_salts: &[LinkSalt; 3], links: &SealedLinks) -> Parts {
    let part = |at: LinkPlace, salt| Part::of_link(hashing, at, salt, &links.at(at).encode());
    let [r1, r2, r3] = link_salts;
    Parts([p0, part(LinkPlace::Subject, r1), part(LinkPlace::Issuer, r2), part(LinkPlace::List, r3)])
}

fn of_link(parts: &Parts, link_salts: &[LinkSalt; 3], links: &SealedLinks, at: LinkPlace) -> LinkOpening {
    let ([r1, r2, r3], [p0, p1, p2, p3]) = (link_salts, parts.0);
    let (salt, others) = match at {
        LinkPlace::Subject => (r1, [p0, p2, p3]),
        LinkPlace::Issuer => (r2, [p0, p1, p3]),
        LinkPlace::List => (r3, [p0, p1, p2]),
    };
    LinkOpening { salt: LinkSalt::copied(salt.expose()), link: links.at(at), others }
}

fn exactly(bytes: &[u8], expected: usize) -> Result<(), OpeningFormError> {
    match bytes.len() {
        found if found == expected => Ok(()),
        found => Err(OpeningFormError::Length { found, expected }),
    }
}

fn push_content(out: &mut Vec<u8>, content: &[u8]) {
    let length = u32::try_from(content.len()).or_defect("content has at most 49,568 bytes");
    out.extend(length.to_le_bytes());
    out.extend(content);
}

/// Head and content of what ends with a length and so much content.
fn split_content(bytes: &[u8], head: usize) -> Result<(&[u8], &[u8]), OpeningFormError> {
    if bytes.len() < head {
        return Err(OpeningFormError::Length { found: bytes.len(), expected: head });
    }
    let (head, content) = bytes.split_at(head);
    let length = u32::from_le_bytes(piece(&head[head.len() - 4..]));
    let found = as_usize(length.into());
    if found == 0 {
        return Err(OpeningFormError::NoContent);
    }
    if found > Content::MAX_LEN {
        return Err(OpeningFormError::TooLong { found, expected: Content::MAX_LEN });
    }
    exactly(bytes, head.len() + found)?;
    Ok((head, content))
}

fn parts(bytes: &[u8]) -> [Part; 3] {
    core::array::from_fn(|at| Part::from_bytes(piece(&bytes[PART * at..PART * (at + 1)])))
}

fn salts(bytes: &[u8]) -> [LinkSalt; 3] {
    core::array::from_fn(|at| {
        LinkSalt::filled(|salt| salt.copy_from_slice(&bytes[SALT * at..SALT * (at + 1)]))
    })
}
