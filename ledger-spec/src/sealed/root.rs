//! The root file: the keys that all else beside the log is under, encrypted under a master key that lies elsewhere.
//!
//! It is kept twice, as copies A and B of the same bytes, so that a torn write leaves one whole. To erase, both are
//! replaced, and the master key with them: a copy of an older generation would still hold the keys that are to be gone.

use super::commitment::encode_origin;
use super::group::{Generation, Group, RecordFault, crc_of};
use super::hash::piece;
use super::identity_keys::{IdentityKeys, NoMoreKeys};
use super::secret::{GroupKey, IdentityKey, Kek, SkeletonKey, StoreKey, VrfKey};
use super::skeleton::RandomNonce;
use crate::id::IdentityEpoch;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use core::fmt;
use sha2::{Digest as _, Sha256};
use tlog::bytes::{from_base64_exact, to_base64};
use tlog::checkpoint::Origin;
use tlog::defect::{OrDefect as _, as_u64, as_usize};
use zeroize::Zeroizing;

const LABEL: &[u8] = b"credit-ledger v2 root\0";
const KEK_LABEL: &[u8] = b"credit-ledger v2 kek\0";
/// The context in which the master key of the access journal follows from the skeleton key.
const JOURNAL: &str = "credit-ledger v2 access journal";
const MAGIC: &[u8; 8] = b"CLROOT\0\x01";
const TAG: usize = 16;
/// magic ‖ generation ‖ key id: what is authenticated with the keys.
const BOUND: usize = 24;
/// The same ‖ nonce ‖ length.
const HEAD: usize = BOUND + 24 + 4;
const CRC: usize = 4;
/// skeleton key ‖ VRF key ‖ store key.
const FIXED: usize = SkeletonKey::LEN + VrfKey::LEN + StoreKey::LEN;
/// The fewest bytes of identity keys, and the most: how many ‖ each key.
const IDENTITIES: [usize; 2] =
    [1 + IdentityKey::LEN, 1 + IdentityEpoch::MAX.get() as usize * IdentityKey::LEN];
/// generation ‖ key.
const EACH: usize = 8 + GroupKey::LEN;

/// The keys of one ledger.
#[derive(Debug)]
pub struct Root {
    /// How often the root was replaced.
    pub generation: Generation,
    /// Key of the skeletons.
    pub skeleton: SkeletonKey,
    /// Key of the stream map.
    pub vrf: VrfKey,
    /// Keys of `person:` and `household:`.
    pub identities: IdentityKeys,
    /// Key of what is derived from the events and stored.
    pub store: StoreKey,
    groups: Vec<(Generation, GroupKey)>,
}

/// Tells master keys apart: the first 8 bytes of a hash of the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KekId([u8; 8]);

/// Why bytes are not a root file that can be used, or a root has no key that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// Torn or damaged.
    #[error("root: {0}")]
    Record(#[from] RecordFault),
    /// Another length than it says of itself, or one that no root has.
    #[error("root of {found} bytes where {expected} are expected")]
    Length {
        /// Length found.
        found: usize,
        /// Length expected.
        expected: usize,
    },
    /// It is whole and under another master key.
    #[error("root of generation {generation} is under the master key {found} where {expected} is given")]
    Kek {
        /// The generation that it says to be of.
        generation: Generation,
        /// The key that it names.
        found: KekId,
        /// The key that is given.
        expected: KekId,
    },
    /// It is whole, names this key, and does not decrypt: it was altered, or is another ledger's.
    #[error("root of generation {generation} does not decrypt for this ledger")]
    Key {
        /// The generation that it says to be of.
        generation: Generation,
    },
    /// No key was made for the group yet.
    #[error("group {found} where there are keys of {expected} groups")]
    Group {
        /// The group asked for.
        found: Group,
        /// How many there are keys of.
        expected: usize,
    },
    /// There are as many identity keys as there can be.
    #[error(transparent)]
    Identities(#[from] NoMoreKeys),
    /// A file of a group is of another generation than the root's key of it: somebody brought an older one back.
    #[error("file of group {group} is of generation {found} where the root has {expected}")]
    Generation {
        /// The group.
        group: Group,
        /// The generation of the file.
        found: Generation,
        /// The generation of the key.
        expected: Generation,
    },
}

impl KekId {
    /// Of a master key.
    #[must_use]
    pub fn of(kek: &Kek) -> Self {
        let hash: [u8; 32] =
            Sha256::new().chain_update(KEK_LABEL).chain_update(kek.expose()).finalize().into();
        Self(piece(&hash[..8]))
    }
}

/// What stands before a master key in its file.
const KEK_PREFIX: &str = "MASTER+KEY+";

/// A text is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no master key: one line, MASTER+KEY+ and 32 bytes in base64, is expected")]
pub struct NoKek;

impl Kek {
    /// Reads the line of a key's file.
    pub fn parse(text: &str) -> Result<Self, NoKek> {
        let bytes = text.strip_prefix(KEK_PREFIX).and_then(|text| from_base64_exact::<32>(text).ok());
        let bytes = Zeroizing::new(bytes.ok_or(NoKek)?);
        Ok(Self::copied(&bytes))
    }

    /// The line of its file.
    #[must_use]
    pub fn secret_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{KEK_PREFIX}{}", to_base64(self.expose())))
    }
}

impl fmt::Display for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tlog::bytes::to_hex(&self.0))
    }
}

impl fmt::Debug for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KekId({self})")
    }
}

impl Root {
    /// How many groups beyond the last one in use have keys, so that hardly any append has to replace the root.
    pub const AHEAD: usize = 64;
    /// The most groups: 2^20, 4,294,967,296 entries.
    pub const MAX_GROUPS: usize = 1 << 20;

    /// A root without groups, of the first generation.
    #[must_use]
    pub const fn new(skeleton: SkeletonKey, vrf: VrfKey, identity: IdentityKey, store: StoreKey) -> Self {
        let identities = IdentityKeys::new(identity);
        Self { generation: Generation::FIRST, skeleton, vrf, identities, store, groups: Vec::new() }
    }

    /// The master key of the ledger's access journal: it follows from a key that is never replaced, so that an erasure in
    /// the ledger, which brings a new master key, leaves the journal as it is.
    #[must_use]
    pub fn journal_kek(&self) -> Kek {
        let key = Zeroizing::new(blake3::derive_key(JOURNAL, self.skeleton.expose()));
        Kek::copied(&key)
    }

    /// How many groups have keys.
    #[must_use]
    pub const fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Whether fewer than half of [`Root::AHEAD`] groups beyond `last` have keys: time to make more.
    #[must_use]
    pub fn wants_groups(&self, last: Group) -> bool {
        as_u64(self.groups.len()) < last.get().saturating_add(as_u64(Self::AHEAD / 2))
    }

    /// Makes keys for the groups up to [`Root::AHEAD`] beyond `last`.
    pub fn make_groups(&mut self, last: Group, mut fresh: impl FnMut() -> GroupKey) {
        let wanted = last.get().saturating_add(1 + as_u64(Self::AHEAD));
        while as_u64(self.groups.len()) < wanted && self.groups.len() < Self::MAX_GROUPS {
            self.groups.push((Generation::FIRST, fresh()));
        }
    }

    /// The generation that a group's files have, and its key.
    pub fn group(&self, group: Group) -> Result<(Generation, &GroupKey), RootError> {
        let at = usize::try_from(group.get()).ok().and_then(|at| self.groups.get(at));
        let none = RootError::Group { found: group, expected: self.groups.len() };
        at.map(|(generation, key)| (*generation, key)).ok_or(none)
    }

    /// The key of a group's file of this generation.
    pub fn key_of(&self, group: Group, found: Generation) -> Result<&GroupKey, RootError> {
        match self.group(group)? {
            (expected, key) if expected == found => Ok(key),
            (expected, _) => Err(RootError::Generation { group, found, expected }),
        }
    }

    /// Puts a fresh key in the place of a group's, whose old one is wiped, and gives the generation of the files
    /// that are to be made under it.
    pub fn renew(&mut self, group: Group, fresh: GroupKey) -> Result<Generation, RootError> {
        let expected = self.groups.len();
        let at = usize::try_from(group.get()).ok().and_then(|at| self.groups.get_mut(at));
        let (generation, key) = at.ok_or(RootError::Group { found: group, expected })?;
        *generation = generation.next();
        *key = fresh;
        Ok(*generation)
    }

    /// The root file's bytes, under the master key. Every replacement is a new generation and has a nonce of its own.
    #[must_use]
    pub fn seal(&self, origin: &Origin, kek: &Kek, nonce: RandomNonce) -> Vec<u8> {
        let mut plain = Zeroizing::new(Vec::with_capacity(FIXED + IDENTITIES[1] + EACH * self.groups.len()));
        plain.extend(self.skeleton.expose());
        plain.extend(self.vrf.expose());
        plain.extend(self.store.expose());
        self.identities.push_to(&mut plain);
        for (generation, key) in &self.groups {
            plain.extend(generation.get().to_le_bytes());
            plain.extend(key.expose());
        }
        let mut file = [MAGIC.as_slice(), &self.generation.get().to_le_bytes(), &KekId::of(kek).0].concat();
        let tag = XChaCha20Poly1305::new(kek.expose().into())
            .encrypt_inout_detached(
                &XNonce::from(nonce.0),
                &associated(origin, &file),
                plain.as_mut_slice().into(),
            )
            .or_defect("a root is far below the cipher's limit");
        file.extend(nonce.0);
        let length = u32::try_from(plain.len() + TAG).or_defect("groups are bounded");
        file.extend(length.to_le_bytes());
        file.extend(plain.iter());
        file.extend(tag);
        let crc = crc_of(&[&file]);
        file.extend(crc.to_le_bytes());
        file
    }

    /// The generation and the master key that a whole root file names. Without that key nothing says whether it is
    /// true: it tells whoever has several which one to try.
    pub fn named(file: &[u8]) -> Result<(Generation, KekId), RootError> {
        RootFrame::read(file).map(|frame| (frame.generation, frame.kek))
    }

    /// Reads a root file under the master key.
    pub fn open(file: &[u8], origin: &Origin, kek: &Kek) -> Result<Self, RootError> {
        let frame = RootFrame::read(file)?;
        let (generation, given) = (frame.generation, KekId::of(kek));
        if frame.kek != given {
            return Err(RootError::Kek { generation, found: frame.kek, expected: given });
        }
        let wrong =
            RootError::Length { found: file.len(), expected: HEAD + FIXED + IDENTITIES[0] + TAG + CRC };
        let (sealed, tag) = frame.sealed.split_last_chunk::<TAG>().ok_or(wrong)?;
        let mut plain = Zeroizing::new(sealed.to_vec());
        XChaCha20Poly1305::new(kek.expose().into())
            .decrypt_inout_detached(
                &XNonce::from(frame.nonce),
                &associated(origin, &file[..BOUND]),
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| RootError::Key { generation })?;
        Self::decode(generation, &plain).ok_or(wrong)
    }

    /// The keys; `None` where the length is none that a root with so many identity keys has.
    fn decode(generation: Generation, plain: &[u8]) -> Option<Self> {
        let (fixed, rest) = plain.split_at_checked(FIXED)?;
        let (identities, groups) = IdentityKeys::decode(rest)?;
        if groups.len() % EACH != 0 || groups.len() / EACH > Self::MAX_GROUPS {
            return None;
        }
        let group = |bytes: &[u8]| {
            let generation = Generation::new(u64::from_le_bytes(piece(&bytes[..8])));
            (generation, GroupKey::filled(|key| key.copy_from_slice(&bytes[8..])))
        };
        Some(Self {
            generation,
            skeleton: SkeletonKey::filled(|key| key.copy_from_slice(&fixed[..32])),
            vrf: VrfKey::filled(|key| key.copy_from_slice(&fixed[32..64])),
            store: StoreKey::filled(|key| key.copy_from_slice(&fixed[64..])),
            identities,
            groups: groups.chunks_exact(EACH).map(group).collect(),
        })
    }
}

/// What a root is bound to: "credit-ledger v2 root␀" ‖ u16 length ‖ origin ‖ magic ‖ generation ‖ key id.
fn associated(origin: &Origin, bound: &[u8]) -> Vec<u8> {
    [LABEL, &encode_origin(origin), bound].concat()
}

/// A root file whose checksum holds, before any key was asked.
struct RootFrame<'a> {
    generation: Generation,
    kek: KekId,
    nonce: [u8; 24],
    sealed: &'a [u8],
}

impl<'a> RootFrame<'a> {
    fn read(file: &'a [u8]) -> Result<Self, RootError> {
        let short = |expected| RecordFault::Short { found: as_u64(file.len()), expected: as_u64(expected) };
        let head: &[u8; HEAD] = file.first_chunk().ok_or_else(|| short(HEAD))?;
        if head[..8] != MAGIC[..] {
            return Err(RecordFault::Magic { found: piece(&head[..8]) }.into());
        }
        let length = u32::from_le_bytes(piece(&head[HEAD - 4..]));
        let sealed = as_usize(length.into());
        let expected = sealed.saturating_add(HEAD + CRC);
        if sealed > FIXED + IDENTITIES[1] + EACH * Root::MAX_GROUPS + TAG || file.len() > expected {
            return Err(RootError::Length { found: file.len(), expected });
        }
        if file.len() < expected {
            return Err(short(expected).into());
        }
        let (covered, crc) = file.split_at(expected - CRC);
        let (found, expected) = (u32::from_le_bytes(piece(crc)), crc_of(&[covered]));
        if found != expected {
            return Err(RecordFault::Checksum { found, expected }.into());
        }
        Ok(Self {
            generation: Generation::new(u64::from_le_bytes(piece(&head[8..16]))),
            kek: KekId(piece(&head[16..24])),
            nonce: piece(&head[24..48]),
            sealed: &covered[HEAD..],
        })
    }
}

/// One of the two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootCopy {
    /// The first.
    A,
    /// The second.
    B,
}

impl fmt::Display for RootCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

/// What the copy that was not chosen is: where it is not the same, it is to be replaced by the chosen one's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherCopy {
    /// The same bytes.
    Same,
    /// Not there.
    Absent,
    /// Of an older generation: a replacement was cut short between the two.
    Older(Generation),
    /// Of no use.
    Refused(RootError),
}

/// The root that counts, of two copies.
#[derive(Debug)]
pub struct ChosenRoot {
    /// The keys.
    pub root: Root,
    /// The copy that they were read from.
    pub copy: RootCopy,
    /// What the other is.
    pub other: OtherCopy,
}

/// Why none of two copies counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChooseError {
    /// Neither is there.
    #[error("no copy of the root")]
    Absent,
    /// Neither can be used; the first that is there says why.
    #[error("copy {copy} of the {fault}")]
    Neither {
        /// Which.
        copy: RootCopy,
        /// Why.
        fault: RootError,
    },
    /// A whole copy that is newer is under another master key: to go on from the older one would bring back keys
    /// that were destroyed.
    #[error(
        "copy {copy} is newer, of generation {found} where the other has {older}, and under the master key {kek}"
    )]
    Newer {
        /// The newer copy.
        copy: RootCopy,
        /// Its generation.
        found: Generation,
        /// The generation of the one that the given key opens.
        older: Generation,
        /// The master key that it names.
        kek: KekId,
    },
    /// Two roots of one generation: somebody wrote one of them who should not.
    #[error("two different roots of generation {found}")]
    Differ {
        /// The generation of both.
        found: Generation,
    },
}

impl ChosenRoot {
    /// Chooses of the two copies the newest that is whole.
    pub fn of(a: Option<&[u8]>, b: Option<&[u8]>, origin: &Origin, kek: &Kek) -> Result<Self, ChooseError> {
        let open = |file: Option<&[u8]>| file.map(|file| Root::open(file, origin, kek));
        let chosen = |root, copy, other| Ok(Self { root, copy, other });
        match (open(a), open(b)) {
            (None, None) => Err(ChooseError::Absent),
            (Some(Err(fault)), None | Some(Err(_))) => Err(ChooseError::Neither { copy: RootCopy::A, fault }),
            (None, Some(Err(fault))) => Err(ChooseError::Neither { copy: RootCopy::B, fault }),
            (Some(Ok(root)), None) => chosen(root, RootCopy::A, OtherCopy::Absent),
            (None, Some(Ok(root))) => chosen(root, RootCopy::B, OtherCopy::Absent),
            (Some(Ok(root)), Some(Err(fault))) => Self::beside(root, RootCopy::A, RootCopy::B, fault),
            (Some(Err(fault)), Some(Ok(root))) => Self::beside(root, RootCopy::B, RootCopy::A, fault),
            (Some(Ok(first)), Some(Ok(second))) => match (first.generation, second.generation) {
                (newer, older) if newer > older => chosen(first, RootCopy::A, OtherCopy::Older(older)),
                (older, newer) if newer > older => chosen(second, RootCopy::B, OtherCopy::Older(older)),
                _ if a == b => chosen(first, RootCopy::A, OtherCopy::Same),
                (found, _) => Err(ChooseError::Differ { found }),
            },
        }
    }

    /// Chooses one beside another that cannot be used, unless that one is newer.
    fn beside(root: Root, copy: RootCopy, other: RootCopy, fault: RootError) -> Result<Self, ChooseError> {
        match fault {
            RootError::Kek { generation: found, found: kek, .. } if found > root.generation => {
                Err(ChooseError::Newer { copy: other, found, older: root.generation, kek })
            }
            fault => Ok(Self { root, copy, other: OtherCopy::Refused(fault) }),
        }
    }
}
