//! The identity keys of a ledger, one for each epoch: pseudonyms of a later one are made of those of the one before, so
//! none is ever given up.

use super::secret::IdentityKey;
use crate::id::IdentityEpoch;

/// Every identity key that the ledger has had, in order.
#[derive(Debug)]
pub struct IdentityKeys {
    first: IdentityKey,
    later: Vec<IdentityKey>,
}

/// No key can follow the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} identity keys where no more than {found} are possible")]
pub struct NoMoreKeys {
    /// How many there are.
    pub found: IdentityEpoch,
}

impl IdentityKeys {
    /// Those of a new ledger.
    #[must_use]
    pub const fn new(first: IdentityKey) -> Self {
        Self { first, later: Vec::new() }
    }

    /// The key of the first epoch.
    #[must_use]
    pub const fn first(&self) -> &IdentityKey {
        &self.first
    }

    /// Those of the epochs that followed.
    #[must_use]
    pub fn later(&self) -> &[IdentityKey] {
        &self.later
    }

    /// The epoch of the newest key.
    #[must_use]
    pub fn epoch(&self) -> IdentityEpoch {
        let number = u8::try_from(1 + self.later.len()).ok().and_then(IdentityEpoch::new);
        // `renew` and `decode` take no more.
        number.unwrap_or(IdentityEpoch::MAX)
    }

    /// Begins the next epoch, with a fresh key, and says which it is.
    pub fn renew(&mut self, fresh: IdentityKey) -> Result<IdentityEpoch, NoMoreKeys> {
        let next = self.epoch().next().ok_or(NoMoreKeys { found: self.epoch() })?;
        self.later.push(fresh);
        Ok(next)
    }

    /// A copy for whoever resolves numbers.
    #[must_use]
    pub fn copied(&self) -> Self {
        let copied = |key: &IdentityKey| IdentityKey::copied(key.expose());
        Self { first: copied(&self.first), later: self.later.iter().map(copied).collect() }
    }

    /// Their bytes in the root: how many as u8 ‖ each key.
    pub(super) fn push_to(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.epoch().get());
        bytes.extend(self.first.expose());
        self.later.iter().for_each(|key| bytes.extend(key.expose()));
    }

    /// Reads them from the front of bytes, and gives the rest; `None` where their number is none that there can be.
    pub(super) fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (epoch, keys) = bytes.split_first()?;
        let epoch = IdentityEpoch::new(*epoch)?;
        let (keys, rest) = keys.split_at_checked(usize::from(epoch.get()) * IdentityKey::LEN)?;
        let mut keys = keys
            .chunks_exact(IdentityKey::LEN)
            .map(|bytes| IdentityKey::filled(|key| key.copy_from_slice(bytes)));
        Some((Self { first: keys.next()?, later: keys.collect() }, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_keys_as_pseudonyms_can_name_and_no_more() {
        let key = |byte| IdentityKey::copied(&[byte; 32]);
        let mut keys = IdentityKeys::new(key(1));
        for byte in 2..=99 {
            assert_eq!(keys.renew(key(byte)).map(IdentityEpoch::get), Ok(byte));
        }
        assert_eq!(keys.renew(key(100)), Err(NoMoreKeys { found: IdentityEpoch::MAX }));
        let mut bytes = Vec::new();
        keys.copied().push_to(&mut bytes);
        assert_eq!(bytes.len(), 1 + 99 * 32);
        let (read, rest) = IdentityKeys::decode(&bytes).unwrap();
        assert_eq!((read.later()[97].expose(), rest), (&[99; 32], &[][..]));
        for wrong in [0, 100, 255] {
            bytes[0] = wrong;
            assert!(IdentityKeys::decode(&bytes).is_none(), "{wrong}");
        }
        assert!(IdentityKeys::decode(&[2; 64]).is_none() && IdentityKeys::decode(&[]).is_none());
    }
}
