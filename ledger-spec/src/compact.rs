//! The compact bytes of values that are checked when they are read: what stores of derived data keep. No format of
//! the ledger: those stand in `README.md`.

/// A value that is its text.
macro_rules! as_str {
    ($name:ident) => {
        impl bincode::Encode for $name {
            fn encode<E: bincode::enc::Encoder>(
                &self,
                encoder: &mut E,
            ) -> Result<(), bincode::error::EncodeError> {
                self.as_str().encode(encoder)
            }
        }
        impl<C> bincode::Decode<C> for $name {
            fn decode<D: bincode::de::Decoder<Context = C>>(
                decoder: &mut D,
            ) -> Result<Self, bincode::error::DecodeError> {
                let text = String::decode(decoder)?;
                Self::parse(&text)
                    .map_err(|_| bincode::error::DecodeError::Other(concat!("no ", stringify!($name))))
            }
        }
        bincode::impl_borrow_decode!($name);
    };
}
pub(crate) use as_str;

/// A value that is made of others, and checked.
macro_rules! checked {
    ($name:ident as $parts:ty: $to:expr, $from:expr) => {
        impl bincode::Encode for $name {
            fn encode<E: bincode::enc::Encoder>(
                &self,
                encoder: &mut E,
            ) -> Result<(), bincode::error::EncodeError> {
                let parts: $parts = $to(self);
                parts.encode(encoder)
            }
        }
        impl<C> bincode::Decode<C> for $name {
            fn decode<D: bincode::de::Decoder<Context = C>>(
                decoder: &mut D,
            ) -> Result<Self, bincode::error::DecodeError> {
                let parts = <$parts as bincode::Decode<C>>::decode(decoder)?;
                $from(parts)
                    .map_err(|_| bincode::error::DecodeError::Other(concat!("no ", stringify!($name))))
            }
        }
        bincode::impl_borrow_decode!($name);
    };
}
pub(crate) use checked;
