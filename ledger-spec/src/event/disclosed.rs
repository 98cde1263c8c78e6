//! Fields that travel beside an event: names of persons and other personal data, each salted for itself, so that one can
//! be shown without the rest and erased alone (RFC 9901). Their digests stand in the event's `private`.

use super::Salt;
use crate::json::fields::{FieldFault, as_name, of_bytes, shorten};
use crate::json::{Json, JsonError};
use crate::wording::{self, Joint, Words, say};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use sha2::{Digest as _, Sha256};
use tlog::bytes::{TextError, to_base64url};
use tlog::defect::as_u64;

/// The most bytes that all disclosures of an event have together, as they are sent.
pub const MAX_DISCLOSED: usize = 64 * 1024;
/// Longest disclosure, in characters: room for the longest value with each character of it escaped by six bytes, as some
/// libraries do; and well below what has a place in a payload.
pub const MAX_DISCLOSURE: usize = 32 * 1024;
/// As many disclosures as an event's `private` names at most.
pub const MAX_FIELDS: usize = 64;
/// The most characters of a name: a prefix and a column.
const MAX_NAME: usize = 128;
/// The most characters of a value: those of the longest text that a body holds.
const MAX_VALUE: usize = 4000;

/// One field that travels beside an event: base64url of the JSON array of salt, name and value.
#[derive(Clone, PartialEq, Eq)]
pub struct DisclosedField {
    text: String,
    name: String,
    value: String,
}

/// The fields that an event names in `private`, all of them and no others, in that order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[must_use]
pub struct DisclosedFields(Vec<DisclosedField>);

/// Why a text is no disclosure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum DisclosureFault {
    /// Not base64url, or another spelling of the same bytes.
    NotBase64url,
    /// Not JSON as this ledger reads it.
    Json(#[from] JsonError),
    /// Another value than an array of three texts.
    Shape {
        /// What it is.
        found: Words,
    },
    /// The salt is not 16 bytes in base64url.
    Salt(TextError),
    /// The name names no field.
    Name(FieldFault),
    /// The value is no text of an event.
    Value(FieldFault),
}

impl DisclosureFault {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::NotBase64url => say!("is not base64url without padding, in its one spelling"),
            Self::Json(error) => error.words(),
            Self::Shape { found } => {
                say!("is {} where an array of three texts, salt, name and value, is expected", found,)
            }
            Self::Salt(error) => say!("salt: {}", of_bytes(error)),
            Self::Name(fault) => say!("name: {}", fault.words()),
            Self::Value(fault) => say!("value: {}", fault.words()),
        }
    }
}

/// Why disclosures are not those of an event. Positions count from 0, as they were sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", self.words())]
pub enum DisclosureError {
    /// One is none.
    Malformed {
        /// Which one.
        position: usize,
        /// What is wrong with it.
        fault: DisclosureFault,
    },
    /// One is longer than [`MAX_DISCLOSURE`], or all together than [`MAX_DISCLOSED`].
    TooLong {
        /// Their length.
        found: usize,
        /// The bound.
        expected: usize,
    },
    /// The same one twice, or two of one name.
    Doubled {
        /// The earlier one.
        first: usize,
        /// The later one.
        position: usize,
        /// The field.
        name: String,
    },
    /// One more than the event names.
    Superfluous {
        /// Which one.
        position: usize,
        /// Its digest.
        found: String,
        /// How many the event names.
        expected: usize,
    },
    /// One in the place of what the event names: other words, another salt, another spelling.
    Altered {
        /// Which one.
        position: usize,
        /// Its digest.
        found: String,
    },
    /// One that the event names was not sent.
    Missing {
        /// The first digest for which there is none.
        expected: String,
    },
}

impl DisclosureError {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Malformed { position, fault } => say!("disclosure {} {}", position, fault.words()),
            Self::TooLong { found, expected } => {
                say!("disclosures of {} bytes where at most {} are accepted", found, expected)
            }
            Self::Doubled { first, position, name } => {
                say!("disclosures {} and {} are both of the field {}", first, position, Words::data(name))
            }
            Self::Superfluous { position, found, expected } => say!(
                "disclosure {} has the digest {}; `private` names {} and it is none of them",
                position,
                Words::data(found),
                expected,
            ),
            Self::Altered { position, found } => say!(
                "disclosure {} has the digest {}, which does not stand in `private`",
                position,
                Words::data(found),
            ),
            Self::Missing { expected } => {
                say!("no disclosure has the digest {}, which stands in `private`", Words::data(expected))
            }
        }
    }
}

impl DisclosedField {
    /// The disclosure of a field. The salt is fresh for it, or made so that nobody else can guess it.
    #[must_use]
    pub fn new(salt: &Salt, name: &str, value: &str) -> Self {
        let json = serde_json::json!([salt.to_string(), name, value]).to_string();
        Self { text: URL_SAFE_NO_PAD.encode(json), name: name.to_owned(), value: value.to_owned() }
    }

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, DisclosureFault> {
        // The decoder takes one spelling alone: no padding, no bits behind the last byte.
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| DisclosureFault::NotBase64url)?;
        let parts = match Json::parse(&json)? {
            Json::Array(parts) => parts,
            other => return Err(DisclosureFault::Shape { found: wording::of_text(other.kind()) }),
        };
        let found = || DisclosureFault::Shape {
            found: say!(
                "[{}]",
                Words::several(parts.iter().map(|part| wording::of_text(part.kind())), Joint::And)
            ),
        };
        let [Json::String(salt), Json::String(name), Json::String(value)] = parts.as_slice() else {
            return Err(found());
        };
        Salt::parse(salt).map_err(DisclosureFault::Salt)?;
        bounded(name, 1, MAX_NAME).and_then(|()| as_name(name)).map_err(DisclosureFault::Name)?;
        bounded(value, 0, MAX_VALUE).map_err(DisclosureFault::Value)?;
        let (name, value) = (name.to_string(), value.to_string());
        Ok(Self { text: text.to_owned(), name, value })
    }

    /// As it is sent, kept and shown.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which field: its path in the body.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The SHA-256 of its text, which the event names.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

/// What it holds is for whoever is shown it, and for no log.
impl fmt::Debug for DisclosedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DisclosedField({}, …)", self.name)
    }
}

impl DisclosedFields {
    /// The fields of an event that names none.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The fields that an event names in `private`, of texts in any order.
    ///
    /// # Errors
    ///
    /// Where one is missing, superfluous, altered or there twice, two are of one name, or one is none.
    pub fn of(private: &[[u8; 32]], texts: &[String]) -> Result<Self, DisclosureError> {
        let (found, expected) = (texts.iter().map(String::len).sum(), MAX_DISCLOSED);
        if found > expected {
            return Err(DisclosureError::TooLong { found, expected });
        }
        if let Some(found) = texts.iter().map(String::len).find(|length| *length > MAX_DISCLOSURE) {
            return Err(DisclosureError::TooLong { found, expected: MAX_DISCLOSURE });
        }
        let mut fields: Vec<DisclosedField> = Vec::with_capacity(texts.len());
        for (position, text) in texts.iter().enumerate() {
            let field = DisclosedField::parse(text)
                .map_err(|fault| DisclosureError::Malformed { position, fault })?;
            if let Some(first) = fields.iter().position(|known| known.name == field.name) {
                return Err(DisclosureError::Doubled { first, position, name: shorten(&field.name) });
            }
            fields.push(field);
        }
        let mut placed: Vec<Option<DisclosedField>> = vec![None; private.len()];
        let count = fields.len();
        for (position, field) in fields.into_iter().enumerate() {
            let digest = field.digest();
            match private.iter().position(|named| *named == digest) {
                // Digests differ in `private`, and names here: each place is filled once.
                Some(at) => {
                    if let Some(place) = placed.get_mut(at) {
                        *place = Some(field);
                    }
                }
                None => return Err(not_named(position, digest, (count, private.len()))),
            }
        }
        let missing = |digest: &[u8; 32]| DisclosureError::Missing { expected: to_base64url(digest) };
        let all = placed.into_iter().zip(private).map(|(field, digest)| field.ok_or_else(|| missing(digest)));
        all.collect::<Result<_, _>>().map(Self)
    }

    /// Each of them, in the order of `private`.
    pub fn iter(&self) -> impl Iterator<Item = &DisclosedField> {
        self.0.iter()
    }

    /// What is kept of them, in the order of `private`.
    #[must_use]
    pub fn into_kept(self) -> Vec<Vec<u8>> {
        self.0.into_iter().map(|field| field.text.into_bytes()).collect()
    }
}

/// A disclosure that the event does not name: where more were sent than it names it is one too many.
fn not_named(position: usize, digest: [u8; 32], (sent, expected): (usize, usize)) -> DisclosureError {
    let found = to_base64url(&digest);
    if sent > expected {
        DisclosureError::Superfluous { position, found, expected }
    } else {
        DisclosureError::Altered { position, found }
    }
}

/// A text of so many characters, without control characters other than line feeds.
fn bounded(text: &str, min: usize, max: usize) -> Result<(), FieldFault> {
    let found = text.chars().count();
    if !(min..=max).contains(&found) {
        let bound = |n: usize| i128::from(as_u64(n));
        let (min, max) = (bound(min), bound(max));
        return Err(FieldFault::Range { found: found.to_string(), min, max, unit: "characters" });
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        // What it holds is not told again.
        let expected = say!("text without control characters other than line feeds");
        return Err(FieldFault::Value { found: "a control character".into(), expected });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(salt: u8, name: &str, value: &str) -> DisclosedField {
        DisclosedField::new(&Salt::from_bytes([salt; Salt::LEN]), name, value)
    }

    fn encoded(json: &str) -> String {
        URL_SAFE_NO_PAD.encode(json)
    }

    #[test]
    fn what_is_written_is_read_and_spaces_are_free() {
        let one = field(7, "details.holder", "张\n三");
        assert_eq!(DisclosedField::parse(one.text()), Ok(one.clone()));
        assert_eq!((one.name(), one.value()), ("details.holder", "张\n三"));
        // As libraries for RFC 9901 write it.
        let spaced = encoded("[\"BwcHBwcHBwcHBwcHBwcHBw\", \"name\", \"\\u5f20\"]");
        let read = DisclosedField::parse(&spaced).unwrap();
        assert_eq!((read.value(), read.text()), ("张", spaced.as_str()));
        assert_eq!(format!("{one:?}"), "DisclosedField(details.holder, …)");
    }

    #[test]
    fn each_fault_of_a_text_is_named() {
        const SALT: &str = "BwcHBwcHBwcHBwcHBwcHBw";
        let fault = |json: String| DisclosedField::parse(&encoded(&json)).unwrap_err();
        for text in ["", "W10=", "W11", "W+==", "W1 0"] {
            assert!(DisclosedField::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(DisclosedField::parse("WzFd=").unwrap_err(), DisclosureFault::NotBase64url);
        // Bits behind the last byte.
        assert_eq!(DisclosedField::parse("W11").unwrap_err(), DisclosureFault::NotBase64url);
        assert!(matches!(fault("[1,2".into()), DisclosureFault::Json(_)));
        assert!(matches!(fault("[1.5]".into()), DisclosureFault::Json(_)));
        assert!(matches!(fault("{}".into()), DisclosureFault::Shape { .. }));
        assert!(matches!(fault(format!("[\"{SALT}\",\"name\"]")), DisclosureFault::Shape { .. }));
        assert!(matches!(fault(format!("[\"{SALT}\",\"name\",1]")), DisclosureFault::Shape { .. }));
        assert!(matches!(fault(format!("[\"{SALT}\",\"name\",\"a\",\"b\"]")), DisclosureFault::Shape { .. }));
        assert!(matches!(
            fault("[\"BwcHBwcHBwcHBwcHBwcH\",\"name\",\"a\"]".into()),
            DisclosureFault::Salt(_)
        ));
        assert!(matches!(fault(format!("[\"{SALT}=\",\"name\",\"a\"]")), DisclosureFault::Salt(_)));
        for name in ["", " ", "na\u{200b}me", "a\\nb"] {
            assert!(
                matches!(fault(format!("[\"{SALT}\",\"{name}\",\"a\"]")), DisclosureFault::Name(_)),
                "{name:?}"
            );
        }
        let long = "长".repeat(4001);
        for value in [long.as_str(), "a\\u0000"] {
            assert!(matches!(fault(format!("[\"{SALT}\",\"name\",\"{value}\"]")), DisclosureFault::Value(_)));
        }
    }

    #[test]
    fn an_event_has_the_disclosures_that_it_names_and_no_others() {
        let (a, b, c) = (field(1, "a", "x"), field(2, "b", "y"), field(3, "c", "z"));
        let private = [b.digest(), a.digest()];
        let of = |fields: &[&DisclosedField]| {
            let texts: Vec<_> = fields.iter().map(|field| field.text().to_owned()).collect();
            DisclosedFields::of(&private, &texts)
        };
        let whole = of(&[&a, &b]).unwrap();
        assert_eq!(whole.iter().map(DisclosedField::name).collect::<Vec<_>>(), ["b", "a"], "in its order");
        assert_eq!(whole.into_kept(), [b.text().as_bytes(), a.text().as_bytes()]);
        assert!(
            matches!(of(&[&b]), Err(DisclosureError::Missing { expected }) if expected == to_base64url(&a.digest()))
        );
        assert!(matches!(of(&[]), Err(DisclosureError::Missing { .. })));
        assert!(matches!(
            of(&[&a, &b, &c]),
            Err(DisclosureError::Superfluous { position: 2, expected: 2, .. })
        ));
        let other = field(9, "a", "x");
        assert!(matches!(of(&[&other, &b]), Err(DisclosureError::Altered { position: 0, .. })));
        assert!(matches!(of(&[&a, &b, &a]), Err(DisclosureError::Doubled { first: 0, position: 2, .. })));
        // Two of one name: which of them is the field, nobody could say.
        assert!(matches!(of(&[&a, &other]), Err(DisclosureError::Doubled { .. })));
        let half = "A".repeat(MAX_DISCLOSURE);
        let huge = DisclosedFields::of(&[], &[half.clone(), half, "A".to_owned()]);
        assert!(matches!(huge, Err(DisclosureError::TooLong { expected: MAX_DISCLOSED, .. })));
        // One alone that no payload had room for is refused before anything is written: by white space it can be so long.
        let json = format!("[\"{}\",\"name\",\"a\"{}]", Salt::from_bytes([1; 16]), " ".repeat(49_000));
        let padded = tlog::bytes::to_base64url(json.as_bytes());
        assert!(padded.len() <= MAX_DISCLOSED);
        let padded = DisclosedFields::of(&[], &[padded]);
        assert!(matches!(padded, Err(DisclosureError::TooLong { expected: MAX_DISCLOSURE, .. })));
        assert_eq!(DisclosedFields::of(&[], &[]), Ok(DisclosedFields::none()));
    }
}
