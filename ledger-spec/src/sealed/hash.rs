//! Newtypes of 32 bytes of a hash, so that none is taken for another, and pieces of layouts.

use tlog::defect::OrDefect as _;

macro_rules! hashes {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes 32 bytes that were read from somewhere; says nothing about their truth.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&tlog::bytes::to_hex(&self.0))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    )+};
}
pub(super) use hashes;

/// A byte in a message, or that there is none.
pub(super) fn shown(byte: Option<u8>) -> String {
    byte.map_or_else(|| "none".to_owned(), |byte| byte.to_string())
}

/// A piece of a layout whose bounds stand in the code.
pub(super) fn piece<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().or_defect("the bounds of a piece are its length")
}
