//! Signed notes (C2SP signed-note v1): a text, a blank line, signature lines.
//!
//! This is the envelope of a checkpoint; what the text says is [`crate::checkpoint`]'s business.
//! Whatever parses prints again as the same bytes.

mod key;

pub use key::{KeyError, KeyId, KeyName, NoteSigner, VerifierKey};

use crate::bytes::{from_base64, to_base64};
use core::fmt;

/// What a signature line begins with: an em dash (U+2014) and a space.
const LINE_START: &str = "\u{2014} ";

/// A note whose form was checked and whose signatures were not: [`SignedNote::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a note that was only parsed is a claim: verify it"]
pub struct SignedNote {
    /// Ends in a newline.
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line. Its bytes mean something only to whoever knows the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
}

/// Why bytes are not a note, or a note is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than [`SignedNote::MAX_LEN`].
    #[error("note of {found} bytes where at most {expected} are read")]
    TooLong {
        /// Length in bytes.
        found: usize,
        /// [`SignedNote::MAX_LEN`].
        expected: usize,
    },
    /// Not UTF-8 from this byte on.
    #[error("note is not UTF-8 at byte {position}")]
    NotUtf8 {
        /// Offset of the first wrong byte.
        position: usize,
    },
    /// A control character other than a newline.
    #[error("note has control character {found:?} at byte {position}")]
    ControlCharacter {
        /// The character.
        found: char,
        /// Its offset in bytes.
        position: usize,
    },
    /// The text does not end in a newline.
    #[error("text of a note does not end in a newline")]
    TextEnd,
    /// No blank line between text and signatures.
    #[error("note has no blank line before its signatures")]
    NoBlankLine,
    /// The note does not end in a newline, or has no signature line.
    #[error("note does not end in a signature line and a newline")]
    NoSignature,
    /// A line after the blank line is not a signature.
    #[error("signature line {line} is not an em dash, a key name and base64 of key id and signature")]
    SignatureLine {
        /// Its number among the signature lines, from 1.
        line: usize,
    },
    /// More signature lines than [`SignedNote::MAX_SIGNATURES`].
    #[error("note of {found} signatures where at most {expected} are read")]
    TooManySignatures {
        /// How many.
        found: usize,
        /// [`SignedNote::MAX_SIGNATURES`].
        expected: usize,
    },
    /// A signature by a known key that is not that key's: the whole note is rejected.
    #[error("signature of known key {name} {id} is wrong")]
    BadSignature {
        /// The key's name.
        name: KeyName,
        /// The key's id.
        id: KeyId,
    },
    /// No signature by any known key.
    #[error("note has no signature of a known key among {found}")]
    NoKnownSignature {
        /// How many signatures by unknown keys there are.
        found: usize,
    },
}

impl SignedNote {
    /// The longest note that is read, in bytes: room for 16 post-quantum cosignatures and more.
    pub const MAX_LEN: usize = 128 * 1024;
    /// The most signature lines that are read; the specification asks for 16 at least.
    pub const MAX_SIGNATURES: usize = 64;

    /// Reads a note strictly; unknown keys and kinds of signature are kept and not looked at.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        check_length(bytes.len())?;
        let note = core::str::from_utf8(bytes)
            .map_err(|error| NoteError::NotUtf8 { position: error.valid_up_to() })?;
        check_characters(note)?;
        // The text may itself hold blank lines: the last one ends it.
        let blank = note.rfind("\n\n").ok_or(NoteError::NoBlankLine)?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignature)?;
        check_count(lines.split('\n').count())?;
        let signatures = lines
            .split('\n')
            .enumerate()
            .map(|(i, line)| NoteSignature::parse(line).ok_or(NoteError::SignatureLine { line: i + 1 }))
            .collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Signs a text that ends in a newline, one signature line per signer and in their order. Ed25519
    /// is deterministic: the same text and signers give the same bytes.
    pub fn sign(text: String, signers: &[&NoteSigner]) -> Result<Self, NoteError> {
        check_characters(&text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::TextEnd);
        }
        if signers.is_empty() {
            return Err(NoteError::NoSignature);
        }
        check_count(signers.len())?;
        let signatures = signers.iter().map(|signer| NoteSignature::by(signer, &text)).collect();
        let note = Self { text, signatures };
        check_length(note.to_string().len())?;
        Ok(note)
    }

    /// The keys out of `known` that signed, in the order of their first signature lines, each once.
    /// Lines of other keys are ignored; one wrong line of a known key rejects the note, and so does
    /// the absence of any known key.
    pub fn verify<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<&'k VerifierKey>, NoteError> {
        let mut signed: Vec<&VerifierKey> = Vec::new();
        for signature in &self.signatures {
            let named = |key: &&VerifierKey| *key.name() == signature.name && key.id() == signature.id;
            if !known.iter().any(|key| named(&key)) {
                continue;
            }
            // Two keys may share a name and the four bytes of an id.
            let key = known
                .iter()
                .filter(named)
                .find(|key| key.verifies(self.text.as_bytes(), &signature.bytes))
                .ok_or_else(|| NoteError::BadSignature { name: signature.name.clone(), id: signature.id })?;
            if !signed.contains(&key) {
                signed.push(key);
            }
        }
        if signed.is_empty() {
            return Err(NoteError::NoKnownSignature { found: self.signatures.len() });
        }
        Ok(signed)
    }

    /// The same note with more signature lines; a line of the same key name and id is replaced.
    pub fn with(&self, more: Vec<NoteSignature>) -> Result<Self, NoteError> {
        let mut signatures = self.signatures.clone();
        signatures.retain(|old| !more.iter().any(|new| (&new.name, new.id) == (&old.name, old.id)));
        signatures.extend(more);
        check_count(signatures.len())?;
        let note = Self { text: self.text.clone(), signatures };
        check_length(note.to_string().len())?;
        Ok(note)
    }

    /// The same text with those of its signature lines that `keep` wants: none, perhaps, which is no note
    /// that could be published.
    pub(crate) fn only(&self, keep: impl Fn(&NoteSignature) -> bool) -> Self {
        let signatures = self.signatures.iter().filter(|line| keep(line)).cloned().collect();
        Self { text: self.text.clone(), signatures }
    }

    /// The text with its final newline: what is signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

impl NoteSignature {
    /// Reads signature lines alone, as witnesses answer with them.
    pub fn parse_lines(bytes: &[u8]) -> Result<Vec<Self>, NoteError> {
        check_length(bytes.len())?;
        let lines = core::str::from_utf8(bytes)
            .map_err(|error| NoteError::NotUtf8 { position: error.valid_up_to() })?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignature)?;
        check_count(lines.split('\n').count())?;
        let numbered = lines.split('\n').enumerate();
        numbered.map(|(i, line)| Self::parse(line).ok_or(NoteError::SignatureLine { line: i + 1 })).collect()
    }

    /// A line of a key whose kind of signature is not this module's business.
    pub(crate) const fn new(name: KeyName, id: KeyId, bytes: Vec<u8>) -> Self {
        Self { name, id, bytes }
    }

    /// What stands after the key's id.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.bytes
    }

    /// The name of the key that the line claims.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key that the line claims.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    fn by(signer: &NoteSigner, text: &str) -> Self {
        let (name, id) = (signer.name().clone(), signer.id());
        Self { name, id, bytes: signer.sign(text.as_bytes()).to_vec() }
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, payload) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        let name = KeyName::parse(name).ok()?;
        let payload = from_base64(payload).ok()?;
        let (id, bytes) = payload.split_first_chunk::<4>()?;
        (!bytes.is_empty()).then(|| Self { name, id: KeyId::from_bytes(*id), bytes: bytes.to_vec() })
    }
}

/// The note's bytes.
impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// The line, without its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = [self.id.as_bytes().as_slice(), &self.bytes].concat();
        write!(f, "{LINE_START}{} {}", self.name, to_base64(&payload))
    }
}

fn check_length(found: usize) -> Result<(), NoteError> {
    let expected = SignedNote::MAX_LEN;
    if found > expected { Err(NoteError::TooLong { found, expected }) } else { Ok(()) }
}

fn check_count(found: usize) -> Result<(), NoteError> {
    let expected = SignedNote::MAX_SIGNATURES;
    if found > expected { Err(NoteError::TooManySignatures { found, expected }) } else { Ok(()) }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.char_indices().find(|&(_, c)| c < ' ' && c != '\n') {
        Some((position, found)) => Err(NoteError::ControlCharacter { found, position }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::from_seed(KeyName::parse(name).unwrap(), &[seed; 32])
    }

    #[test]
    fn the_vector_of_the_specification() {
        let (key, note) = (VerifierKey::parse(VKEY).unwrap(), SignedNote::parse(NOTE.as_bytes()).unwrap());
        assert_eq!(note.text(), "This is an example message.\n");
        assert_eq!(note.verify(core::slice::from_ref(&key)), Ok(vec![&key]));
        assert_eq!(note.to_string(), NOTE);
        let changed = SignedNote::parse(NOTE.replace("example message", "exemple message").as_bytes());
        let bad = NoteError::BadSignature { name: key.name().clone(), id: key.id() };
        assert_eq!(changed.unwrap().verify(&[key]), Err(bad));
    }

    #[test]
    fn known_keys_must_be_right_and_unknown_ones_do_not_matter() {
        let (a, b, c) = (signer("a", 1), signer("b", 2), signer("c", 3));
        let note = SignedNote::sign("x\n\ny\n".into(), &[&a, &b, &a]).unwrap();
        let keys = [c.verifier_key(), b.verifier_key(), a.verifier_key()];
        assert_eq!(note.verify(&keys), Ok(vec![&keys[2], &keys[1]]), "each once, in the note's order");
        assert_eq!(note.verify(&keys[..1]), Err(NoteError::NoKnownSignature { found: 3 }));
        assert_eq!(note.verify(&[]), Err(NoteError::NoKnownSignature { found: 3 }));
        // One bit in b's signature: fatal for whoever knows b, nothing to whoever does not.
        let mut broken = note.clone();
        broken.signatures[1].bytes[5] ^= 1;
        assert!(broken.verify(&keys[2..]).is_ok());
        assert!(matches!(broken.verify(&keys), Err(NoteError::BadSignature { .. })));
        // A good line does not make up for a wrong one of the same key.
        let mut broken = note;
        broken.signatures[2].bytes[5] ^= 1;
        assert!(matches!(broken.verify(&keys), Err(NoteError::BadSignature { .. })));
        broken.signatures[2].bytes.truncate(63);
        assert!(matches!(broken.verify(&keys), Err(NoteError::BadSignature { .. })));
    }

    #[test]
    fn signing_again_gives_the_same_bytes() {
        let sign = || SignedNote::sign("x\n".into(), &[&signer("a", 1)]).unwrap().to_string();
        assert_eq!(sign(), sign());
    }

    #[test]
    fn the_last_blank_line_ends_the_text() {
        let line = NOTE.lines().last().unwrap();
        for text in ["a\n\nb\n", "a\n\n", "\n", &format!("a\n\n{line}\n")] {
            let note = SignedNote::parse(format!("{text}\n{line}\n").as_bytes()).unwrap();
            assert_eq!((note.text(), note.signatures().len()), (text, 1), "{text:?}");
        }
    }

    #[test]
    fn refusals() {
        let refused = |bytes: &[u8]| SignedNote::parse(bytes).unwrap_err();
        let line = NOTE.lines().last().unwrap();
        assert_eq!(refused(b""), NoteError::NoBlankLine);
        assert_eq!(refused(format!("a\n{line}\n").as_bytes()), NoteError::NoBlankLine);
        assert_eq!(refused(b"a\n\n"), NoteError::NoSignature);
        assert_eq!(refused(format!("a\n\n{line}").as_bytes()), NoteError::NoSignature);
        assert_eq!(refused(b"a\xff\n\n"), NoteError::NotUtf8 { position: 1 });
        for control in ['\0', '\t', '\r', '\u{1f}'] {
            let note = format!("a{control}\n\n{line}\n");
            let expected = NoteError::ControlCharacter { found: control, position: 1 };
            assert_eq!(refused(note.as_bytes()), expected);
        }
        for wrong in [
            "- a AAAAAAA=",
            "\u{2014}a AAAAAAA=",
            "\u{2014}  AAAAAAA=",
            "\u{2014} a+b AAAAAAA=",
            "\u{2014} a",
            "\u{2014} a b AAAAAAA=",
            "\u{2014} a AAAAAAA",
            "\u{2014} a AAAAAAB=",
            "\u{2014} a AAAAAA==",
            "\u{2014} a AAAAAAA= ",
        ] {
            let note = format!("a\n\n{line}\n{wrong}\n");
            assert_eq!(refused(note.as_bytes()), NoteError::SignatureLine { line: 2 }, "{wrong}");
        }
        let many = format!("a\n\n{}", format!("{line}\n").repeat(65));
        assert_eq!(refused(many.as_bytes()), NoteError::TooManySignatures { found: 65, expected: 64 });
        let long = vec![b'a'; SignedNote::MAX_LEN + 1];
        let (found, expected) = (long.len(), SignedNote::MAX_LEN);
        assert_eq!(refused(&long), NoteError::TooLong { found, expected });
        assert_eq!(SignedNote::sign("a".into(), &[&signer("a", 1)]), Err(NoteError::TextEnd));
        assert_eq!(SignedNote::sign("a\n".into(), &[]), Err(NoteError::NoSignature));
    }
}
