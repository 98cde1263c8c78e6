//! Secrets: bytes that somebody else fills, that are wiped when dropped, and that are never printed.
//!
//! They lie on the heap, so that moving one leaves no copy behind. They are not compared: nothing here asks whether
//! two secrets are one, only whether what follows from them is.

use core::fmt;
use zeroize::Zeroize as _;

/// A secret of a fixed length with a name of its own, so that none is taken for another.
macro_rules! secrets {
    ($($(#[$doc:meta])+ $name:ident: $len:literal;)+) => {$(
        $(#[$doc])+
        pub struct $name(Box<[u8; $len]>);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The secret that `fill` writes into the bytes: in place, so that no copy stays behind. Fresh ones come
            /// from the system's randomness, which this crate does not know.
            pub fn filled(fill: impl FnOnce(&mut [u8; $len])) -> Self {
                let mut secret = Self(Box::new([0; $len]));
                fill(&mut secret.0);
                secret
            }

            /// The same where filling can fail.
            pub fn try_filled<E>(fill: impl FnOnce(&mut [u8; $len]) -> Result<(), E>) -> Result<Self, E> {
                let mut secret = Self(Box::new([0; $len]));
                fill(&mut secret.0).map(|()| secret)
            }

            /// A copy of bytes that were read from where the secret is kept.
            #[must_use]
            pub fn copied(bytes: &[u8; $len]) -> Self {
                Self::filled(|secret| secret.copy_from_slice(bytes))
            }

            /// The bytes, for whoever uses or keeps them.
            #[must_use]
            pub fn expose(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.zeroize();
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

secrets! {
    /// r0: opens the content of one entry. As long as a block of the hash, so that HMAC takes it as it is, and no
    /// two keys are one.
    ContentSalt: 64;
    /// r1, r2 or r3: opens one link of one entry.
    LinkSalt: 32;
    /// k before it has encrypted anything. It encrypts once: sealing takes it and gives a `SlotSecret` back.
    FreshKey: 32;
    /// Wraps the slots of one group in one generation.
    GroupKey: 32;
    /// Encrypts what has to survive erasure: links, their salts, the hash of the content.
    SkeletonKey: 32;
    /// The master key over the root file, from outside of the ledger's folder and its backups.
    Kek: 32;
    /// Hides the names of streams in the stream map.
    VrfKey: 32;
    /// Makes `person:` and `household:` out of numbers (README, "Identifiers").
    IdentityKey: 32;
    /// Encrypts what is derived from the events and stored beside them; replaced by every erasure.
    StoreKey: 32;
}

/// What an attempt to append one event takes of the system's randomness.
pub struct Randomness {
    /// Salt of the content.
    pub content: ContentSalt,
    /// Salts of the links to subject, issuer, list.
    pub links: [LinkSalt; 3],
    /// Key of the payload.
    pub key: FreshKey,
}

/// The system's randomness gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("randomness has {found} zero bytes on end where fewer than {expected} are ever found")]
pub struct NoRandomness {
    /// How many at least.
    pub found: usize,
    /// Where it stops being chance.
    pub expected: usize,
}

/// Randomness never holds so many zero bytes on end: once in 2^256.
const ZEROS: usize = 32;

impl Randomness {
    /// Bytes in all.
    pub const LEN: usize = ContentSalt::LEN + 3 * LinkSalt::LEN + FreshKey::LEN;

    /// Randomness that `fill` writes: r0 ‖ r1 ‖ r2 ‖ r3 ‖ k. For each attempt anew, also for the same event.
    ///
    /// # Errors
    ///
    /// What `fill` says, and [`NoRandomness`] where it left 32 bytes as they were: salts that are zeros hide nothing.
    pub fn filled<E: From<NoRandomness>>(
        fill: impl FnOnce(&mut [u8; Self::LEN]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut bytes = zeroize::Zeroizing::new([0; Self::LEN]);
        fill(&mut bytes)?;
        let (r0, rest) = bytes.split_at(ContentSalt::LEN);
        let (links, key) = rest.split_at(3 * LinkSalt::LEN);
        if bytes.chunks(ZEROS).any(|piece| piece.iter().all(|&byte| byte == 0)) {
            return Err(NoRandomness { found: ZEROS, expected: ZEROS }.into());
        }
        let link = |at: usize| LinkSalt::filled(|salt| salt.copy_from_slice(&links[32 * at..32 * (at + 1)]));
        Ok(Self {
            content: ContentSalt::filled(|salt| salt.copy_from_slice(r0)),
            links: [link(0), link(1), link(2)],
            key: FreshKey::filled(|fresh| fresh.copy_from_slice(key)),
        })
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Randomness(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_secret_is_printed() {
        let secret = ContentSalt::filled(|bytes| bytes.fill(0xab));
        assert_eq!(format!("{secret:?}"), "ContentSalt(…)");
        let all = Randomness::filled::<NoRandomness>(|bytes| {
            bytes.fill(0xab);
            Ok(())
        });
        assert_eq!(format!("{:?}", all.unwrap()), "Randomness(…)");
    }

    #[test]
    fn what_was_not_filled_is_refused_wherever_it_lies() {
        let filled = |zeros: std::ops::Range<usize>| {
            Randomness::filled::<NoRandomness>(|bytes| {
                bytes.fill(1);
                bytes[zeros].fill(0);
                Ok(())
            })
        };
        let nothing = NoRandomness { found: 32, expected: 32 };
        for start in (0..Randomness::LEN).step_by(32) {
            assert_eq!(filled(start..start + 32).unwrap_err(), nothing, "{start}");
        }
        assert!(filled(0..31).is_ok());
    }
}
