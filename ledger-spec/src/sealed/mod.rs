//! Sealed entries: the log commits to an event and shows nothing about anybody; what opens it is kept beside the log,
//! and can be destroyed.
//!
//! The layouts and the reason for each choice are in `README.md`, from "Sealed entry" on. Nothing here brings
//! randomness, opens a file or holds a key: whoever calls does.

mod algorithm;
mod bundle;
mod commitment;
mod content;
mod entry;
mod group;
mod hash;
mod identity_keys;
mod link;
mod opened;
mod opening;
mod opening_json;
mod payload;
mod root;
mod sealing;
mod secret;
mod skeleton;
mod slot;

pub use algorithm::{Algorithm, Hashing, UnknownAlgorithm, Unverifiable};
pub use bundle::{BundleError, push_opening, read_bundle};
pub use commitment::{Commitment, Part, Parts, Place, SEALED_VERSION};
pub use content::{Content, ContentError};
pub use entry::{LogEntry, LogEntryError, SealedEntry, SealedEntryError, version_of};
pub use group::{
    FileHeader, FileKind, Frame, FrameError, Frames, GROUP_LEN, Generation, Group, RecordFault, push_frame,
};
pub use identity_keys::{IdentityKeys, NoMoreKeys};
pub use link::{AnyLink, IdFault, LinkError, LinkPlace, SealedLinks, StreamTag, TaggedLink};
pub use opened::{OpenError, OpenedBody, OpenedContent, OpenedLink, OpenedLinks};
pub use opening::{AuditorOpening, ContentOpening, LinkOpening, Opening, OpeningFormError, Remains};
pub use payload::{PayloadError, Plain};
pub use root::{ChooseError, ChosenRoot, KekId, NoKek, OtherCopy, Root, RootCopy, RootError};
pub use sealing::{KeptBeside, KeptError, SealError, Sealed};
pub use secret::{
    ContentSalt, FreshKey, GroupKey, IdentityKey, Kek, LinkSalt, NoRandomness, Randomness, SkeletonKey,
    StoreKey, VrfKey,
};
pub use skeleton::{RandomNonce, SkeletonError};
pub use slot::{Slot, SlotSecret, UnwrapError};
