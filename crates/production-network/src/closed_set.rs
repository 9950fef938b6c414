//! One way to write an enum whose variants have codes in documents.
//!
//! Guarantees that every variant has one code, that `parse` and `as_str` are inverses, and that an
//! unknown code is an [`Error::Code`](crate::Error::Code) and never a default.

/// Declares a closed enum with a code for each variant.
macro_rules! closed_set {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident : $set:literal {
            $( $(#[$variant_meta:meta])* $variant:ident = $code:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        $visibility enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            /// All variants, in the order of their declaration.
            $visibility const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The code of the variant in documents.
            #[must_use]
            $visibility fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $code, )+
                }
            }

            /// Reads a code.
            ///
            /// # Errors
            /// [`Error::Code`](crate::Error::Code) if the set has no such code.
            $visibility fn parse(code: &str) -> Result<Self, $crate::Error> {
                match code {
                    $( $code => Ok(Self::$variant), )+
                    _ => Err($crate::Error::Code { set: $set, found: code.to_owned() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use closed_set;
