//! Witnessing (C2SP tlog-witness): an auditor's office cosigns what it has seen to be consistent, and a
//! ledger collects such cosignatures.
//!
//! `store` and `server` are the witness, `opened` what an auditing one has besides; `cosigning` is the ledger's side. What may
//! be cosigned is decided in `tlog::witness`.

mod cosigning;
mod opened;
mod server;
mod store;

pub use cosigning::{WitnessState, Witnessing};
pub use opened::{CopyEnd, NotAudited, OpenedCopy, OpenedCopyError, Source};
pub use server::router;
pub use store::{Refused, StoreError, WitnessStore};
