//! A mistake that shows only when settings are looked at together.

use std::fmt;

use cds_metadata::Rule;

/// A mistake that shows only when settings are looked at together, or when what they name is.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// The path of the key, as in `upstream.url` or `listen.0.address`.
    pub key: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.help)
    }
}
