//! Pseudonyms of persons and households: the ledger's identity key, and the request by which an authority has resident
//! numbers resolved.
//!
//! A pseudonym is a keyed hash and nothing is looked up, so that numbers known to the ledger and others get the same
//! answer by the same work. Without the key nobody tells whose it is; whoever has the key can try all numbers, so it
//! never leaves the ledger's folder.

use crate::definition::words;
use crate::event::envelope::{EnvelopeError, encoding_of, read_envelope, seal_as};
use crate::id::gb11643::ResidentNumber;
use crate::id::{AuthorityId, IdentityEpoch, Pseudonym, SubjectId};
use crate::json::Json;
use crate::json::fields::{FieldFault, Fields, shorten};
pub use crate::sealed::{IdentityKey, IdentityKeys};
use crate::time::RecordedTime;
use crate::wording::say;
use serde_json::json;
use tlog::bytes::{from_base64url_exact, to_base64url};
use tlog::checkpoint::Origin;
use tlog::key::{KeyError, PublicKey, SecretKey};
use zeroize::Zeroizing;

/// The payload type of a request, so that none can be taken for an event.
pub const PAYLOAD_TYPE: &str = "application/vnd.credit-ledger.resolve+json";
/// Most numbers in one request.
pub const MAX_NUMBERS: usize = 10_000;
/// Longest request: so many numbers in base64, signatures, and room for white space.
pub const MAX_REQUEST: usize = 320 * 1024;
/// How far the time of a request may lie from the ledger's, in microseconds.
pub const FRESH_MICROS: u64 = 120 * 1_000_000;

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

/// What an authority asks.
#[derive(Debug)]
pub struct ResolveRequest {
    /// The ledger that it asks.
    pub origin: Origin,
    /// Who asks.
    pub issuer: AuthorityId,
    /// When, by its own clock.
    pub at: RecordedTime,
    /// What tells this request from its others.
    pub nonce: [u8; 16],
    /// Whom the numbers are to name.
    pub scheme: PseudonymScheme,
    /// The numbers, 1 to [`MAX_NUMBERS`].
    pub numbers: Vec<ResidentNumber>,
}

/// A request whose every signature holds over its exact bytes.
#[derive(Debug)]
#[must_use]
pub struct VerifiedRequest {
    request: ResolveRequest,
    signers: Vec<PublicKey>,
}

impl ResolveRequest {
    /// The signed envelope of a request for `numbers`, each of which was checked.
    #[must_use]
    pub fn seal(
        origin: &Origin,
        issuer: &AuthorityId,
        at: RecordedTime,
        nonce: [u8; 16],
        (scheme, numbers): (PseudonymScheme, &[&str]),
        key: &SecretKey,
    ) -> String {
        let payload = json!({
            "origin": origin.as_str(), "issuer": issuer.as_str(), "at": at.to_text(),
            "nonce": to_base64url(&nonce), "scheme": scheme.name(), "numbers": numbers,
        });
        seal_as(PAYLOAD_TYPE, payload.to_string().as_bytes(), &[key])
    }

    fn parse(payload: &[u8]) -> Result<Self, EnvelopeError> {
        let mut fields = Fields::of("", Json::parse(payload)?)?;
        let origin = fields.borrowed("origin", 255)?;
        let origin = Origin::parse(&origin).map_err(|_| {
            let expected = say!("an origin: a name without spaces or +");
            fields.error("origin", FieldFault::Value { found: shorten(&origin), expected })
        })?;
        let issuer = fields.parsed("issuer", AuthorityId::parse)?;
        let at = fields.parsed("at", RecordedTime::parse)?;
        let nonce = fields.parsed("nonce", from_base64url_exact::<16>)?;
        let scheme = fields.parsed("scheme", PseudonymScheme::parse_word)?;
        let mut numbers = Vec::new();
        for (path, item) in fields.array("numbers", 1, MAX_NUMBERS)? {
            numbers.push(Fields::item(path, item, ResidentNumber::parse)?);
        }
        fields.finish()?;
        Ok(Self { origin, issuer, at, nonce, scheme, numbers })
    }
}

impl VerifiedRequest {
    /// Reads a request's envelope and checks every signature strictly.
    pub fn from_envelope(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let (payload, raw) = read_envelope(bytes, PAYLOAD_TYPE, MAX_REQUEST)?;
        let payload = Zeroizing::new(payload);
        let message = Zeroizing::new(encoding_of(PAYLOAD_TYPE, &payload));
        let mut signers = Vec::with_capacity(raw.len());
        for (position, (key, signature)) in raw.into_iter().enumerate() {
            let wrong = |fault| EnvelopeError::Signature { position, fault };
            let key = PublicKey::parse(key).map_err(wrong)?;
            if !PublicKey::verify_each(&[(&key, &message, &signature)]).contains(&true) {
                return Err(wrong(KeyError::BadSignature));
            }
            signers.push(key);
        }
        Ok(Self { request: ResolveRequest::parse(&payload)?, signers })
    }

    /// What it asks.
    pub const fn request(&self) -> &ResolveRequest {
        &self.request
    }

    /// Who signed, in the envelope's order.
    #[must_use]
    pub fn signers(&self) -> &[PublicKey] {
        &self.signers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "11010519491231002X";

    fn envelope(numbers: &[&str]) -> String {
        envelope_of(PseudonymScheme::Household, numbers)
    }

    fn envelope_of(scheme: PseudonymScheme, numbers: &[&str]) -> String {
        let origin = Origin::parse("credit.example/ledger").unwrap();
        let issuer = AuthorityId::parse("court.430381").unwrap();
        let at = RecordedTime::from_micros(1_764_550_840_000_000);
        ResolveRequest::seal(
            &origin,
            &issuer,
            at,
            [7; 16],
            (scheme, numbers),
            &SecretKey::from_seed(&[5; 32]),
        )
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
            let read = VerifiedRequest::from_envelope(envelope_of(scheme, &[NUMBER]).as_bytes()).unwrap();
            assert_eq!(read.request().scheme, scheme);
        }
        let found = PseudonymScheme::parse_word("uscc").unwrap_err();
        assert_eq!(found.to_string(), "\"uscc\" is not one of person household");
    }

    #[test]
    fn a_request_is_read_back_and_no_error_repeats_a_number() {
        let read = VerifiedRequest::from_envelope(envelope(&[NUMBER]).as_bytes()).unwrap();
        assert_eq!(read.request().numbers, [ResidentNumber::parse(NUMBER).unwrap()]);
        assert_eq!(read.signers(), [SecretKey::from_seed(&[5; 32]).public()]);
        assert!(!format!("{read:?}").contains("110105"));
        for numbers in [&["110105194912310021"][..], &[NUMBER, "x"], &[]] {
            let error = VerifiedRequest::from_envelope(envelope(numbers).as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("110105"), "{error:?}");
        }
        let most = vec![NUMBER; MAX_NUMBERS];
        assert!(VerifiedRequest::from_envelope(envelope(&most).as_bytes()).is_ok());
        assert!(VerifiedRequest::from_envelope(envelope(&vec![NUMBER; MAX_NUMBERS + 1]).as_bytes()).is_err());
    }

    #[test]
    fn an_event_is_no_request_and_another_signature_none_that_holds() {
        let good = envelope(&[NUMBER]);
        let event = good.replace("resolve+json", "event+json");
        assert!(matches!(VerifiedRequest::from_envelope(event.as_bytes()), Err(EnvelopeError::Field(_))));
        let other = seal_as(PAYLOAD_TYPE, b"{}", &[&SecretKey::from_seed(&[5; 32])]);
        let signature = |text: &str| text.split("\"sig\":\"").nth(1).unwrap()[..88].to_owned();
        let forged = good.replace(&signature(&good), &signature(&other));
        let error = VerifiedRequest::from_envelope(forged.as_bytes()).unwrap_err();
        assert_eq!(error, EnvelopeError::Signature { position: 0, fault: KeyError::BadSignature });
    }
}
