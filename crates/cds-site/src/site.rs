//! A compiled site: immutable, shared, ready to answer.

use http::Response;

use crate::body::Body;
use crate::respond::{RequestHead, Respond};

/// A site compiled into ready HTTP responses. It never changes; another takes its place.
#[derive(Debug)]
pub struct Site {}

impl Site {
    /// A site that was never good: its well-known path answers 503 (RFC 9110 §15.6.4).
    pub fn unavailable() -> Self {
        Self {}
    }

    /// A hash of everything the site publishes, in hexadecimal: equal on every replica that has
    /// the same files.
    pub fn etag(&self) -> &str {
        ""
    }

    /// The paths that the site answers, sorted.
    pub fn paths(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Respond for Site {
    fn respond(&self, _head: RequestHead<'_>) -> Option<Response<Body>> {
        None
    }
}
