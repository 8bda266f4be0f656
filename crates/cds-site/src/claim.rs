//! Why a site has a place.

use std::fmt;

/// What asks for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The URL in a field of the metadata object in this file.
    Field { file: Box<str>, field: &'static str },
    /// A link to this file.
    File(Box<str>),
    /// The settings: a redirect, or what stands in for a site that was never good.
    Settings,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { file, field } => write!(f, "`{field}` of {file}"),
            Self::File(file) => f.write_str(file),
            Self::Settings => f.write_str("site.toml"),
        }
    }
}
