//! Where a site has moved to (CDS-WG1-01 §5).

use std::time::Duration;

use http::HeaderValue;

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The value of `Location` (RFC 9110 §10.2.2).
    pub(crate) location: HeaderValue,
    /// 301 rather than 302.
    pub(crate) permanent: bool,
    /// How long Clients and caches may keep it.
    pub(crate) max_age: Duration,
}
