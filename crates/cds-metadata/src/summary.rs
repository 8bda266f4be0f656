//! What the entries of a listing have in common.

use std::collections::BTreeMap;

/// What all entries of a listing offer together.
#[derive(Debug, Clone, Default)]
pub struct CoverageSummary {
    pub(crate) capabilities: BTreeMap<String, Usage>,
}

/// Which entries offer a capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) first_id: String,
    pub(crate) entries: usize,
    /// The number of the last of them.
    pub(crate) last: usize,
}
