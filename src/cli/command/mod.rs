//! The commands, one file each. What several of them need stands beside this folder; no command borrows from
//! another.

pub(super) mod accesses;
pub(super) mod append;
pub(super) mod audit;
pub(super) mod catalogue;
pub(super) mod check;
pub(super) mod code;
pub(super) mod completions;
pub(super) mod demo;
pub(super) mod erase;
pub(super) mod follow;
pub(super) mod import;
pub(super) mod init;
pub(super) mod keygen;
pub(super) mod monitor;
pub(super) mod rebuild;
pub(super) mod resolve;
pub(super) mod restore;
pub(super) mod retention;
pub(super) mod rotate;
pub(super) mod scenario;
pub(super) mod serve;
pub(super) mod show;
pub(super) mod sign;
pub(super) mod unusual;
pub(super) mod verify;
pub(super) mod vkey;
pub(super) mod witness;
