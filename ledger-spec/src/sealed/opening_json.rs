//! Openings as JSON, for HTTP and files: every value in base64url, one object a form.

use super::commitment::Part;
use super::content::Content;
use super::hash::piece;
use super::link::{AnyLink, LinkPlace, SealedLinks};
use super::opening::{AuditorOpening, ContentOpening, LinkOpening, Opening, OpeningFormError, Remains};
use super::secret::{ContentSalt, LinkSalt};
use crate::json::Json;
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::wording::Words;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tlog::bytes::TextError;
use zeroize::Zeroizing;

const FORMS: &str = "content, link, auditor or remains";

impl Opening {
    /// The longest opening's JSON: its bytes in base64url, and room for names and white space.
    pub const MAX_JSON: usize = 4 * Self::MAX_LEN / 3 + 4096;

    /// The opening as JSON text, on one line.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<String> {
        let mut object = Object::new();
        match self {
            Self::Content(opening) => {
                object.form("content");
                object.bytes("r0", opening.salt.expose());
                (1..).zip(&opening.links).for_each(|(j, part)| object.bytes(P[j], part.as_bytes()));
                object.bytes("content", &opening.content);
            }
            Self::Link(opening) => {
                let at = opening.link.at();
                object.form("link");
                let own = usize::from(at.number());
                object.bytes(R[own], opening.salt.expose());
                object.bytes(L[own], &opening.link.encode());
                let others = (0..4).filter(|&j| j != own).zip(&opening.others);
                others.for_each(|(j, part)| object.bytes(P[j], part.as_bytes()));
            }
            Self::Auditor(opening) => {
                object.form("auditor");
                object.bytes("r0", opening.content_salt.expose());
                object.salts_and_links(&opening.link_salts, &opening.links);
                object.bytes("content", &opening.content);
            }
            Self::Remains(remains) => {
                object.form("remains");
                object.salts_and_links(&remains.link_salts, &remains.links);
                object.bytes("p0", remains.content.as_bytes());
            }
        }
        object.end()
    }

    /// Reads an opening from JSON text.
    pub fn from_json(bytes: &[u8]) -> Result<Self, OpeningFormError> {
        if bytes.len() > Self::MAX_JSON {
            return Err(OpeningFormError::Length { found: bytes.len(), expected: Self::MAX_JSON });
        }
        let mut fields = Fields::of("", Json::parse(bytes)?)?;
        let form = fields.text("form", 16)?;
        let opening = match form.as_str() {
            "content" => Self::Content(ContentOpening {
                salt: content_salt(&mut fields)?,
                links: [part(&mut fields, 1)?, part(&mut fields, 2)?, part(&mut fields, 3)?],
                content: content(&mut fields)?,
            }),
            "link" => Self::Link(link(&mut fields)?),
            "auditor" => Self::Auditor(AuditorOpening {
                content_salt: content_salt(&mut fields)?,
                link_salts: salts(&mut fields)?,
                links: links(&mut fields)?,
                content: content(&mut fields)?,
            }),
            "remains" => Self::Remains(Remains {
                link_salts: salts(&mut fields)?,
                content: part(&mut fields, 0)?,
                links: links(&mut fields)?,
            }),
            other => {
                let fault = FieldFault::Value { found: shorten(other), expected: Words::data(FORMS) };
                return Err(fields.error("form", fault).into());
            }
        };
        fields.finish()?;
        Ok(opening)
    }
}

/// The names of parts, salts and links, by j.
const P: [&str; 4] = ["p0", "p1", "p2", "p3"];
const R: [&str; 4] = ["r0", "r1", "r2", "r3"];
const L: [&str; 4] = ["", "link1", "link2", "link3"];

/// An object being written: by hand, so that no copy of a secret is left in freed memory.
struct Object(Zeroizing<String>);

impl Object {
    fn new() -> Self {
        Self(Zeroizing::new(String::with_capacity(Opening::MAX_JSON)))
    }

    fn form(&mut self, form: &str) {
        self.0.push_str(r#"{"form":""#);
        self.0.push_str(form);
        self.0.push('"');
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":\"");
        URL_SAFE_NO_PAD.encode_string(bytes, &mut self.0);
        self.0.push('"');
    }

    fn salts_and_links(&mut self, salts: &[LinkSalt; 3], links: &SealedLinks) {
        (1..).zip(salts).for_each(|(j, salt)| self.bytes(R[j], salt.expose()));
        (1..).zip(LinkPlace::ALL).for_each(|(j, at)| self.bytes(L[j], &links.at(at).encode()));
    }

    fn end(mut self) -> Zeroizing<String> {
        self.0.push('}');
        self.0
    }
}

/// The bytes of a field in base64url; `lengths` are the least and the most that it may have.
fn bytes(
    fields: &mut Fields<'_>,
    name: &str,
    (least, most): (usize, usize),
) -> Result<Zeroizing<Vec<u8>>, FieldError> {
    let text = fields.borrowed(name, Opening::MAX_JSON)?;
    let wrong = |_| fields.error(name, TextError::NotCanonical { expected: "base64url" });
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.as_bytes()).map_err(wrong)?);
    match bytes.len() {
        found if found < least => Err(fields.error(name, TextError::Length { found, expected: least })),
        found if found > most => Err(fields.error(name, TextError::Length { found, expected: most })),
        _ => Ok(bytes),
    }
}

fn content_salt(fields: &mut Fields<'_>) -> Result<ContentSalt, FieldError> {
    let bytes = bytes(fields, R[0], (ContentSalt::LEN, ContentSalt::LEN))?;
    Ok(ContentSalt::filled(|salt| salt.copy_from_slice(&bytes)))
}

fn salt(fields: &mut Fields<'_>, j: usize) -> Result<LinkSalt, FieldError> {
    let bytes = bytes(fields, R[j], (LinkSalt::LEN, LinkSalt::LEN))?;
    Ok(LinkSalt::filled(|salt| salt.copy_from_slice(&bytes)))
}

fn salts(fields: &mut Fields<'_>) -> Result<[LinkSalt; 3], FieldError> {
    Ok([salt(fields, 1)?, salt(fields, 2)?, salt(fields, 3)?])
}

fn part(fields: &mut Fields<'_>, j: usize) -> Result<Part, FieldError> {
    fields.bytes32(P[j]).map(Part::from_bytes)
}

fn content(fields: &mut Fields<'_>) -> Result<Vec<u8>, FieldError> {
    bytes(fields, "content", (1, Content::MAX_LEN)).map(|bytes| bytes.to_vec())
}

fn link_bytes(fields: &mut Fields<'_>, at: LinkPlace) -> Result<Vec<u8>, FieldError> {
    bytes(fields, L[usize::from(at.number())], (at.length(), at.length())).map(|bytes| bytes.to_vec())
}

fn links(fields: &mut Fields<'_>) -> Result<SealedLinks, OpeningFormError> {
    let [first, second, third] = LinkPlace::ALL;
    let three = [link_bytes(fields, first)?, link_bytes(fields, second)?, link_bytes(fields, third)?];
    let all: Vec<u8> = three.concat();
    Ok(SealedLinks::decode(&piece(&all))?)
}

/// The opening of that link whose name stands in the object.
fn link(fields: &mut Fields<'_>) -> Result<LinkOpening, OpeningFormError> {
    let named = LinkPlace::ALL.into_iter().find(|at| fields.has(L[usize::from(at.number())]));
    let at = named.ok_or_else(|| fields.error(L[1], FieldFault::Missing))?;
    let own = usize::from(at.number());
    let [a, b, c] = match at {
        LinkPlace::Subject => [0, 2, 3],
        LinkPlace::Issuer => [0, 1, 3],
        LinkPlace::List => [0, 1, 2],
    };
    let others = [part(fields, a)?, part(fields, b)?, part(fields, c)?];
    let salt = salt(fields, own)?;
    Ok(LinkOpening { salt, link: AnyLink::decode(at, &link_bytes(fields, at)?)?, others })
}
