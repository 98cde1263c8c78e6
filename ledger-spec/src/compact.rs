//! The compact bytes of values that are checked when they are read: what stores of derived data keep. No format of
//! the ledger: those stand in `README.md`.

use bincode::Decode as _;
use bincode::de::Decoder;
use bincode::de::read::Reader as _;
use bincode::error::DecodeError;

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
                $crate::compact::with_text(decoder, |text| Self::parse(text).ok())?
                    .ok_or(bincode::error::DecodeError::Other(concat!("no ", stringify!($name))))
            }
        }
        bincode::impl_borrow_decode!($name);
    };
}
pub(crate) use as_str;

/// No code, id or pattern is longer, in bytes.
const LONGEST: usize = 128;

/// Reads a text as [`String`] has it and hands it on, without a copy.
pub(crate) fn with_text<D: Decoder, T>(
    decoder: &mut D,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, DecodeError> {
    let length = usize::try_from(u64::decode(decoder)?).map_err(|_| DecodeError::LimitExceeded)?;
    let mut text = [0; LONGEST];
    let bytes = text.get_mut(..length).ok_or(DecodeError::LimitExceeded)?;
    decoder.claim_bytes_read(length)?;
    decoder.reader().read(bytes)?;
    Ok(std::str::from_utf8(bytes).ok().and_then(read))
}

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

#[cfg(test)]
mod tests {
    use crate::definition::Pattern;

    #[test]
    fn texts_are_read_back_and_a_length_that_lies_is_refused() {
        let layout = bincode::config::standard().with_limit::<{ 1 << 17 }>();
        for length in [1, 2, 63, 64] {
            let pattern = Pattern::parse(&"a".repeat(length)).unwrap();
            let bytes = bincode::encode_to_vec(&pattern, layout).unwrap();
            let (read, used) = bincode::decode_from_slice::<Pattern, _>(&bytes, layout).unwrap();
            assert_eq!((read, used), (pattern, bytes.len()));
            assert!(bincode::decode_from_slice::<Pattern, _>(&bytes[..bytes.len() - 1], layout).is_err());
        }
        for lies in [129, u64::MAX] {
            let mut bytes = bincode::encode_to_vec(lies, layout).unwrap();
            bytes.extend([b'a'; 129]);
            assert!(bincode::decode_from_slice::<Pattern, _>(&bytes, layout).is_err());
        }
    }
}
