//! Pseudonyms of persons and households: the ledger's identity key, and the request by which an authority has resident
//! numbers resolved.
//!
//! A pseudonym is a keyed hash and nothing is looked up, so that numbers known to the ledger and others get the same
//! answer by the same work. Without the key nobody tells whose it is; whoever has the key can try all numbers, so it
//! never leaves the ledger's folder.

use crate::definition::words;
use crate::id::gb11643::ResidentNumber;
use crate::id::{IdentityEpoch, Pseudonym, SubjectId};
use crate::json::fields::{FieldError, FieldFault, Fields, shorten};
use crate::json::{Json, JsonError};
pub use crate::sealed::{IdentityKey, IdentityKeys};
use crate::wording::say;
use serde_json::json;
use tlog::checkpoint::Origin;
use zeroize::Zeroizing;

/// Most numbers in one request.
pub const MAX_NUMBERS: usize = 10_000;
/// Longest request: so many numbers, and room for white space.
pub const MAX_REQUEST: usize = 256 * 1024;

/// Whom a pseudonym names. Each has a key of its own, so that nobody who has both pseudonyms of one number sees that
/// they are of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PseudonymScheme {
    /// A natural person, by the own number.
    Person,
    /// A household of the register, by the number of its head (户口登记条例第五条: a household is registered under the
    /// one who is in charge of it, its 户主).
    Household,
}

words!(PseudonymScheme { Person = "person", Household = "household" });

impl PseudonymScheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Person, Self::Household];

    const fn context(self) -> &'static str {
        match self {
            Self::Person => "credit-ledger v1 person pseudonym",
            Self::Household => "credit-ledger v1 household pseudonym",
        }
    }

    const fn subject(self, pseudonym: Pseudonym) -> SubjectId {
        match self {
            Self::Person => SubjectId::Person(pseudonym),
            Self::Household => SubjectId::Household(pseudonym),
        }
    }
}

/// Makes the pseudonyms of one scheme: keyed hashes under keys that follow from the identity keys and the scheme. In the
/// first epoch it is the number that is hashed, in each later one the pseudonym of the epoch before: the ledger, which
/// keeps no numbers, can so rename whoever is in it, and whoever has the keys of before cannot.
pub struct Pseudonyms {
    scheme: PseudonymScheme,
    epoch: IdentityEpoch,
    first: Zeroizing<[u8; 32]>,
    later: Vec<Zeroizing<[u8; 32]>>,
}

impl Pseudonyms {
    /// Those of a ledger with these identity keys, in the newest epoch.
    #[must_use]
    pub fn of(identities: &IdentityKeys, scheme: PseudonymScheme) -> Self {
        let key =
            |identity: &IdentityKey| Zeroizing::new(blake3::derive_key(scheme.context(), identity.expose()));
        let (first, later) = (key(identities.first()), identities.later().iter().map(key).collect());
        Self { scheme, epoch: identities.epoch(), first, later }
    }

    /// The person with this number, or the household whose head has it.
    #[must_use]
    pub fn subject(&self, number: &ResidentNumber) -> SubjectId {
        let later = self.later.iter();
        let hash = later
            .fold(number.keyed_hash(&self.first), |hash, key| *blake3::keyed_hash(key, &hash).as_bytes());
        self.scheme.subject(Pseudonym::new(hash, self.epoch))
    }

    /// By the newest name, whom a name of the epoch before has; `None` of every other name.
    #[must_use]
    pub fn renewed(&self, subject: &SubjectId) -> Option<SubjectId> {
        let (pseudonym, key) = (subject.pseudonym()?, self.later.last()?);
        if pseudonym.epoch().next() != Some(self.epoch) || self.scheme.subject(*pseudonym) != *subject {
            return None;
        }
        let hash = *blake3::keyed_hash(key, pseudonym.hash()).as_bytes();
        Some(self.scheme.subject(Pseudonym::new(hash, self.epoch)))
    }
}

/// What an authority asks: the body of its signed request ([`crate::request`]).
#[derive(Debug)]
pub struct ResolveRequest {
    /// The ledger that it asks.
    pub origin: Origin,
    /// Whom the numbers are to name.
    pub scheme: PseudonymScheme,
    /// The numbers, 1 to [`MAX_NUMBERS`].
    pub numbers: Vec<ResidentNumber>,
}

/// Why bytes are no request to resolve numbers. It repeats nothing that they say, since anything may be a number that
/// stands in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// Not JSON as this ledger reads it.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field of it.
    #[error(transparent)]
    Field(#[from] FieldError),
}

impl ResolveError {
    /// The same with a mark in the place of what stood there.
    fn repeating_nothing(self) -> Self {
        let left_out = || "…".to_owned();
        match self {
            Self::Json(JsonError::DuplicateKey { .. }) => JsonError::DuplicateKey { key: left_out() }.into(),
            Self::Json(JsonError::Number { .. }) => JsonError::Number { found: left_out() }.into(),
            Self::Field(FieldError { fault: FieldFault::Unknown, .. }) => {
                FieldError { field: left_out(), fault: FieldFault::Unknown }.into()
            }
            Self::Field(FieldError { field, fault: FieldFault::Value { expected, .. } }) => {
                FieldError { field, fault: FieldFault::Value { found: left_out(), expected } }.into()
            }
            other => other,
        }
    }
}

impl ResolveRequest {
    /// The body of a request for `numbers`, each of which was checked.
    #[must_use]
    pub fn body(origin: &Origin, scheme: PseudonymScheme, numbers: &[&str]) -> Zeroizing<String> {
        let body = json!({ "origin": origin.as_str(), "scheme": scheme.name(), "numbers": numbers });
        Zeroizing::new(body.to_string())
    }

    /// Reads a request's body. Who asks is not said in it: that is who signed.
    pub fn parse(body: &[u8]) -> Result<Self, ResolveError> {
        Self::read(body).map_err(ResolveError::repeating_nothing)
    }

    fn read(body: &[u8]) -> Result<Self, ResolveError> {
        let mut fields = Fields::of("", Json::parse(body)?)?;
        let origin = fields.borrowed("origin", 255)?;
        let origin = Origin::parse(&origin).map_err(|_| {
            let expected = say!("an origin: a name without spaces or +");
            fields.error("origin", FieldFault::Value { found: shorten(&origin), expected })
        })?;
        let scheme = fields.parsed("scheme", PseudonymScheme::parse_word)?;
        let mut numbers = Vec::new();
        for (path, item) in fields.array("numbers", 1, MAX_NUMBERS)? {
            numbers.push(Fields::item(path, item, ResidentNumber::parse)?);
        }
        fields.finish()?;
        Ok(Self { origin, scheme, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "11010519491231002X";

    fn body(scheme: PseudonymScheme, numbers: &[&str]) -> Zeroizing<String> {
        ResolveRequest::body(&Origin::parse("credit.example/ledger").unwrap(), scheme, numbers)
    }

    #[test]
    fn an_error_repeats_no_number_wherever_it_stands() {
        let numbers = format!(r#""numbers":["{NUMBER}"]"#);
        let digits = "110105194912310021";
        for body in [
            format!(r#"{{"numbers":[{digits}0000]}}"#),
            format!(r#"{{"numbers":[{digits}]}}"#),
            format!(r#"{{"origin":"a.example","scheme":"person",{numbers},"{digits}":1}}"#),
            format!(r#"{{"{digits}":1,"{digits}":2}}"#),
            format!(r#"{{"origin":"a.example","scheme":"{digits}",{numbers}}}"#),
            format!(r#"{{"origin":"+ {digits}","scheme":"person",{numbers}}}"#),
            format!(r#"{{"origin":"a.example","scheme":"person","numbers":["{digits}"]}}"#),
        ] {
            let error = ResolveRequest::parse(body.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("110105"), "{body}: {error}");
        }
    }

    #[test]
    fn a_pseudonym_is_blakes_keyed_hash_of_the_18_characters_under_its_schemes_key() {
        let key = IdentityKey::copied(&[9; 32]);
        let number = ResidentNumber::parse(NUMBER).unwrap();
        for (scheme, context) in [
            (PseudonymScheme::Person, "credit-ledger v1 person pseudonym"),
            (PseudonymScheme::Household, "credit-ledger v1 household pseudonym"),
        ] {
            let expected = blake3::keyed_hash(&blake3::derive_key(context, &[9; 32]), NUMBER.as_bytes());
            let mut keys = IdentityKeys::new(IdentityKey::copied(key.expose()));
            let subject = Pseudonyms::of(&keys, scheme).subject(&number);
            assert_eq!(subject.to_string(), format!("{}:{}", scheme.name(), expected.to_hex()));
            // Under a second key it is the hash of the first pseudonym, and says so.
            keys.renew(IdentityKey::copied(&[8; 32])).unwrap();
            let expected = blake3::keyed_hash(&blake3::derive_key(context, &[8; 32]), expected.as_bytes());
            let (before, pseudonyms) = (subject, Pseudonyms::of(&keys, scheme));
            let subject = pseudonyms.subject(&number);
            assert_eq!(subject.to_string(), format!("{}:{}.02", scheme.name(), expected.to_hex()));
            assert_eq!(pseudonyms.renewed(&before), Some(subject.clone()));
            assert_eq!(pseudonyms.renewed(&subject), None, "it is of the newest epoch");
        }
        assert_eq!(format!("{key:?}"), "IdentityKey(…)");
    }

    #[test]
    fn a_request_says_for_which_scheme() {
        for scheme in PseudonymScheme::ALL {
            let read = ResolveRequest::parse(body(scheme, &[NUMBER]).as_bytes()).unwrap();
            assert_eq!(read.scheme, scheme);
        }
        let found = PseudonymScheme::parse_word("uscc").unwrap_err();
        assert_eq!(found.to_string(), "\"uscc\" is not one of person household");
    }

    #[test]
    fn a_request_is_read_back_and_no_error_repeats_a_number() {
        let read = |numbers: &[&str]| {
            let body = body(PseudonymScheme::Person, numbers);
            assert!(body.len() <= MAX_REQUEST);
            ResolveRequest::parse(body.as_bytes())
        };
        let one = read(&[NUMBER]).unwrap();
        assert_eq!(one.numbers, [ResidentNumber::parse(NUMBER).unwrap()]);
        assert!(!format!("{one:?}").contains("110105"));
        for numbers in [&["110105194912310021"][..], &[NUMBER, "x"], &[]] {
            let error = read(numbers).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("110105"), "{error:?}");
        }
        assert!(read(&vec![NUMBER; MAX_NUMBERS]).is_ok());
        assert!(ResolveRequest::parse(b"{\"origin\":\"a\",\"issuer\":\"a\"}").is_err());
        let most = body(PseudonymScheme::Person, &vec![NUMBER; MAX_NUMBERS + 1]);
        assert!(ResolveRequest::parse(most.as_bytes()).is_err());
    }
}
