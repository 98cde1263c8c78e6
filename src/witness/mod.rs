//! Witnessing (C2SP tlog-witness): an auditor's office cosigns what it has seen to be consistent, and a
//! ledger collects such cosignatures.
//!
//! `store` and `server` are the witness, `opened` what an auditing one has besides; `cosigning` is the ledger's side;
//! `shown` is for whoever asks several witnesses what they saw. What may be cosigned is decided in `tlog::witness`.

mod cosigning;
mod opened;
mod server;
mod shown;
mod store;

mod policy_file;

pub use cosigning::{WitnessState, Witnessing};
pub use opened::{CopyEnd, NotAudited, OpenedCopy, OpenedCopyError, Source};
pub use policy_file::{PolicyFileError, policy_of};
pub use server::router;
pub use shown::{Shown, ask};
pub use store::{Refused, StoreError, WitnessStore};
