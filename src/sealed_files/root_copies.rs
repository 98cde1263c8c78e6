//! The root file in its two copies: made, chosen, mended, replaced.

use super::error::{Replaced, SealedOpenError, SealedReadError, SealedWriteError};
use super::layout;
use crate::damage::Damage;
use crate::storage::{self, Disk, DiskError, DiskErrorKind};
use ledger_spec::sealed::{
    ChosenRoot, Generation, Group, GroupKey, IdentityKey, Kek, KekId, OtherCopy, RandomNonce, Root, RootCopy,
    SkeletonKey, StoreKey, VrfKey,
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

/// The master key that a root says to be under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedMaster {
    /// The newest generation that is there.
    pub generation: Generation,
    /// The key.
    pub id: KekId,
    /// Whether both copies are of that generation and name that key.
    pub in_both: bool,
}

/// The copies, and which of them counts.
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
        StoreKey::try_filled(|key| getrandom::fill(key))?,
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
    let [a, b] = files(disk)?;
    let chosen = ChosenRoot::of(a.as_deref(), b.as_deref(), origin, kek)?;
    let bytes = match chosen.copy {
        RootCopy::A => a,
        RootCopy::B => b,
    };
    Ok(Copies { chosen, bytes: bytes.or_defect("the chosen copy is there") })
}

/// The master key that the newest whole copy names; `None` where none is whole. Nothing is opened.
pub(super) fn named(disk: &dyn Disk) -> Result<Option<NamedMaster>, DiskError> {
    let copies = files(disk)?.map(|file| file.and_then(|file| Root::named(&file).ok()));
    let newest = copies.into_iter().flatten().max_by_key(|(generation, _)| *generation);
    Ok(newest.map(|(generation, id)| {
        let in_both = copies.iter().all(|copy| *copy == newest);
        NamedMaster { generation, id, in_both }
    }))
}

/// What damage is that was found with a root of this generation: where another process has replaced it meanwhile, what
/// was looked for is not there any more, and nothing is known of what is.
pub(super) fn unless_replaced(disk: &dyn Disk, held: Generation, damage: Damage) -> SealedReadError {
    let newer = match named(disk) {
        Ok(named) => named.filter(|named| named.generation > held),
        Err(error) => return error.into(),
    };
    newer.map_or(SealedReadError::Damaged(damage), |NamedMaster { generation: found, .. }| {
        Replaced { found, held }.into()
    })
}

/// What lies where the copies should be.
fn files(disk: &dyn Disk) -> Result<[Option<Vec<u8>>; 2], DiskError> {
    let [a, b] = layout::COPIES.map(|copy| match storage::read_all(disk, layout::root(copy)) {
        Err(error) if error.kind == DiskErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    });
    Ok([a?, b?])
}

impl Copies {
    /// Puts the chosen copy's bytes in the place of the other, where they are not the same. Both are durable then: also
    /// where they read the same, the last replacement may have failed to sync their names.
    pub(super) fn mend(&self, disk: &dyn Disk) -> Result<Option<Mended>, DiskError> {
        let Some(copy) = self.other() else { return disk.sync_dir(layout::KEYS).map(|()| None) };
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

/// Makes keys for groups beyond `last`.
pub(super) fn grow(root: &mut Root, last: Group) -> Result<(), SealedWriteError> {
    let mut keys = draw(root, last)?;
    root.make_groups(last, || next(&mut keys));
    Ok(())
}

/// Changes the root, and replaces both copies by it as one of the next generation. `change` is asked while nobody reads.
pub(super) fn change(
    disk: &dyn Disk,
    root: &RwLock<Root>,
    (origin, kek): (&Origin, &Kek),
    change: impl FnOnce(&mut Root) -> Result<(), SealedWriteError>,
) -> Result<(), SealedWriteError> {
    let nonce = nonce()?;
    let bytes = {
        let mut root = root.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut root)?;
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
