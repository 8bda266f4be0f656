//! How much a finding matters.

use std::fmt;

/// How much a [`Finding`](crate::Finding) matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice; the document is fine without it.
    Info,
    /// The document is served, but some Clients may stumble over it.
    Warning,
    /// The document breaks a MUST and is not served.
    Error,
}

impl Severity {
    /// The name as it is printed and written in settings: `info`, `warning` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
