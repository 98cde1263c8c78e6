//! Transparency logs as pure code.

pub mod bytes;
pub mod checkpoint;
pub mod cosignature;
pub mod defect;
pub mod hash;
pub mod key;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod position;
pub mod proof;
pub mod tile;
pub mod witness;
