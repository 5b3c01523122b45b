//! Enums whose values have one fixed code, used in the database, in JSON and in the API.

/// Declares an enum with a code for each value: `as_str`, `ALL`, `Display`, `FromStr`, serde and the database agree on it.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        $vis enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The code that the database, JSON and the API use.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::codes::UnknownCode;
            fn from_str(code: &str) -> Result<Self, $crate::kernel::codes::UnknownCode> {
                match code {
                    $($code => Ok($name::$variant),)+
                    _ => Err($crate::kernel::codes::UnknownCode { what: stringify!($name), code: code.to_owned() }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::kernel::codes::UnknownCode;
            fn try_from(code: String) -> Result<Self, $crate::kernel::codes::UnknownCode> { code.parse() }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String { value.as_str().to_owned() }
        }
    };
}

/// A text that is no code of the enum it was read as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{code}` is no {what}")]
pub struct UnknownCode {
    /// The enum's name.
    pub what: &'static str,
    /// What was found instead.
    pub code: String,
}
