//! stub
use crate::{hash::TreeHash, position::TreeSize};
/// o
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);
impl Origin {
    /// p
    pub fn parse(t: &str) -> Result<Self, ()> {
        Ok(Self(t.into()))
    }
}
impl core::fmt::Display for Origin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}
/// c
pub struct Checkpoint;
impl Checkpoint {
    /// a
    pub fn size(&self) -> TreeSize {
        TreeSize::EMPTY
    }
    /// b
    pub fn root(&self) -> TreeHash {
        TreeHash::empty_root()
    }
    /// c
    pub fn origin(&self) -> &Origin {
        panic!()
    }
}
