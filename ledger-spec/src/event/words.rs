//! The closed vocabularies of event bodies: each value is one lower-case word.

/// Gives an enum its words: `name()` for writing, `parse_word()` for reading.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// The word for it in events.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub(in crate::event) fn parse_word(text: &str) -> Result<Self, $crate::fields::FieldFault> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::fields::FieldFault::Value {
                        found: $crate::fields::shorten(other),
                        expected: ["one of", $($word),+].join(" "),
                    }),
                }
            }
        }
    };
}
pub(in crate::event) use words;
