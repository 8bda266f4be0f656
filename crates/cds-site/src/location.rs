//! Where a resource is published.

use std::sync::Arc;

use cds_metadata::UrlParts;

use crate::host;
use crate::path::normalise;

/// Where the specification puts a Server's public metadata object (CDS-WG1-01 §3.1).
pub(crate) const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A place that only one resource can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Location {
    pub(crate) host: Option<Arc<str>>,
    pub(crate) path: String,
    pub(crate) query: Vec<Box<str>>,
}

impl Location {
    /// The place that a URL names.
    pub(crate) fn of(parts: &UrlParts<'_>) -> Self {
        let pairs = parts.query.unwrap_or_default().split('&');
        let mut query: Vec<_> = pairs
            .filter(|pair| !pair.is_empty())
            .map(|pair| normalise(pair).into())
            .collect();
        // In any order they ask for the same.
        query.sort();
        query.dedup();
        Self {
            host: Some(host::normalise(parts.host).into()),
            path: normalise(parts.path).into_owned(),
            query,
        }
    }

    /// The well-known path, on the host of a metadata object.
    pub(crate) fn well_known(host: Option<&str>) -> Self {
        let host = host.map(|host| host::normalise(host).into());
        Self {
            host,
            path: WELL_KNOWN.to_owned(),
            query: Vec::new(),
        }
    }
}
