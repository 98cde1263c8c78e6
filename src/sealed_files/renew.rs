//! A new identity key: put into the root behind the others, which stay, and the root is replaced by it at once.

use super::error::SealedWriteError;
use super::reader::Shared;
use super::{SealedFiles, root_copies};
use ledger_spec::sealed::{IdentityKey, Kek, RootError};

impl SealedFiles {
    /// Begins the next epoch of pseudonyms: when this returns, both copies of the root have its key. The root is under
    /// `new_master` then, where one is given, which must be durable before: what was stolen with the old one opens the
    /// roots of before alone.
    ///
    /// # Errors
    ///
    /// As of a write: after any of them nothing more can be written until the files are opened anew.
    pub fn renew_identity(&mut self, new_master: Option<&Kek>) -> Result<(), SealedWriteError> {
        if self.stopped {
            return Err(SealedWriteError::Stopped);
        }
        let fresh = IdentityKey::try_filled(|key| getrandom::fill(key))?;
        let kek = Kek::copied(new_master.unwrap_or(&self.kek).expose());
        self.stopped = true;
        let Shared { disk, root, .. } = &*self.shared;
        root_copies::change(&**disk, root, (&self.origin, &kek), |root| {
            root.identities.renew(fresh).map_err(RootError::from)?;
            Ok(())
        })?;
        self.kek = kek;
        self.stopped = false;
        Ok(())
    }
}
