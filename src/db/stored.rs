//! Enums that stand in the database as words.

/// Declares an enum whose variants are stored as fixed words: `as_str` gives the word, `parse` takes it back, and any other word
/// means that the row was tampered with. On the wire a variant is its
/// name in snake case, which is the same word.
macro_rules! stored_enum {
    ($(#[$attribute:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        $(#[$attribute])*
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// As it is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// From its stored form.
            pub fn parse(text: &str) -> $crate::error::Result<Self> {
                match text {
                    $($text => Ok($name::$variant),)*
                    _ => Err($crate::error::ErrorCode::DataAltered.because(stringify!($name))),
                }
            }
        }
    };
}

pub(crate) use stored_enum;
