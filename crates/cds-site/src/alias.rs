//! Hosts that settings name.

use std::sync::Arc;

use cds_metadata::Place;

/// A host that a site answers on besides those of its documents' URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alias {
    /// Normalised.
    pub(crate) host: Arc<str>,
    /// Where it stands in `site.toml`.
    pub(crate) place: Place,
}
