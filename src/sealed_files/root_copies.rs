//! The root file in its two copies: made, chosen, mended, replaced.

use super::error::{SealedOpenError, SealedWriteError};
use super::layout;
use crate::damage::Damage;
use crate::storage::{self, Disk, DiskError, DiskErrorKind};
use ledger_spec::sealed::{
    ChosenRoot, Group, GroupKey, IdentityKey, Kek, OtherCopy, RandomNonce, Root, RootCopy, SkeletonKey,
    VrfKey,
};
use std::sync::{PoisonError, RwLock};
use tlog::checkpoint::Origin;
use tlog::defect::{OrDefect as _, as_u64, as_usize};

/// A copy of the root that was not as the other, and is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mended {
    /// Which.
    pub copy: RootCopy,
    /// What it was.
    pub was: OtherCopy,
}

/// What lies where the copies should be.
pub(super) struct Copies {
    pub chosen: ChosenRoot,
    /// The chosen one's bytes.
    bytes: Vec<u8>,
}

/// Makes the root of a new ledger, with keys for the first groups, durably in both copies.
pub(super) fn create(disk: &dyn Disk, origin: &Origin, kek: &Kek) -> Result<Root, SealedOpenError> {
    let mut root = Root::new(
        SkeletonKey::try_filled(|key| getrandom::fill(key))?,
        VrfKey::try_filled(|key| getrandom::fill(key))?,
        IdentityKey::try_filled(|key| getrandom::fill(key))?,
    );
    let mut keys = draw(&root, Group::new(0))?;
    root.make_groups(Group::new(0), || next(&mut keys));
    replace(disk, &root.seal(origin, kek, nonce()?))?;
    Ok(root)
}

/// A copy of the root that is there, whatever it holds.
pub(super) fn there(disk: &dyn Disk) -> Result<Option<&'static str>, DiskError> {
    for copy in layout::COPIES.map(layout::root) {
        if disk.exists(copy)? {
            return Ok(Some(copy));
        }
    }
    Ok(None)
}

/// Reads both copies and chooses one.
pub(super) fn read(disk: &dyn Disk, origin: &Origin, kek: &Kek) -> Result<Copies, SealedOpenError> {
    let [a, b] = layout::COPIES.map(|copy| match storage::read_all(disk, layout::root(copy)) {
        Err(error) if error.kind == DiskErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    });
    let (a, b) = (a?, b?);
    let chosen = ChosenRoot::of(a.as_deref(), b.as_deref(), origin, kek)?;
    let bytes = match chosen.copy {
        RootCopy::A => a,
        RootCopy::B => b,
    };
    Ok(Copies { chosen, bytes: bytes.or_defect("the chosen copy is there") })
}

impl Copies {
    /// Puts the chosen copy's bytes in the place of the other, where they are not the same.
    pub(super) fn mend(&self, disk: &dyn Disk) -> Result<Option<Mended>, DiskError> {
        let Some(copy) = self.other() else { return Ok(None) };
        replace_copy(disk, copy, &self.bytes)?;
        Ok(Some(Mended { copy, was: self.chosen.other }))
    }

    /// The copy that is not as the chosen one, as damage.
    pub(super) fn damage(&self) -> Option<Damage> {
        let found = match self.chosen.other {
            OtherCopy::Same => return None,
            OtherCopy::Absent => "no file".to_owned(),
            OtherCopy::Older(generation) => format!("generation {generation}"),
            OtherCopy::Refused(error) => error.to_string(),
        };
        let expected = format!(
            "the bytes of copy {}, which is of generation {}",
            self.chosen.copy, self.chosen.root.generation
        );
        let file = layout::root(self.other()?).to_owned();
        Some(Damage { file, offset: 0, entry: None, what: "copy of the root", found, expected })
    }

    fn other(&self) -> Option<RootCopy> {
        match (self.chosen.other, self.chosen.copy) {
            (OtherCopy::Same, _) => None,
            (_, RootCopy::A) => Some(RootCopy::B),
            (_, RootCopy::B) => Some(RootCopy::A),
        }
    }
}

/// Makes keys for groups beyond `last`, and replaces both copies by a root of the next generation.
pub(super) fn grow(
    disk: &dyn Disk,
    root: &RwLock<Root>,
    last: Group,
    origin: &Origin,
    kek: &Kek,
) -> Result<(), SealedWriteError> {
    let nonce = nonce()?;
    let bytes = {
        let mut root = root.write().unwrap_or_else(PoisonError::into_inner);
        let mut keys = draw(&root, last)?;
        root.make_groups(last, || next(&mut keys));
        root.generation = root.generation.next();
        root.seal(origin, kek, nonce)
    };
    Ok(replace(disk, &bytes)?)
}

/// As many fresh keys as a root wants that is to reach beyond `last`. Drawn before any is taken in, since a root that
/// has taken in half of them is none.
fn draw(root: &Root, last: Group) -> Result<Vec<GroupKey>, getrandom::Error> {
    let wanted = last.get().saturating_add(1 + as_u64(Root::AHEAD)).min(as_u64(Root::MAX_GROUPS));
    let missing = as_usize(wanted).saturating_sub(root.groups());
    (0..missing).map(|_| GroupKey::try_filled(|key| getrandom::fill(key))).collect()
}

fn next(keys: &mut Vec<GroupKey>) -> GroupKey {
    keys.pop().or_defect("as many keys were drawn as a root takes in")
}

fn nonce() -> Result<RandomNonce, getrandom::Error> {
    let mut nonce = [0; 24];
    getrandom::fill(&mut nonce)?;
    Ok(RandomNonce(nonce))
}

/// Replaces both copies, the first durably before the second is begun: one of them is whole at every moment.
fn replace(disk: &dyn Disk, bytes: &[u8]) -> Result<(), DiskError> {
    layout::COPIES.iter().try_for_each(|copy| replace_copy(disk, *copy, bytes))
}

fn replace_copy(disk: &dyn Disk, copy: RootCopy, bytes: &[u8]) -> Result<(), DiskError> {
    storage::replace(disk, layout::root(copy), bytes)?;
    disk.sync_dir(layout::KEYS)
}
