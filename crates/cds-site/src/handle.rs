//! The one place that changes: which site is the current one.

use std::sync::Arc;

use arc_swap::ArcSwap;
use http::Response;

use crate::body::Body;
use crate::respond::{RequestHead, Respond};
use crate::site::Site;

/// Points to the current [`Site`] and lets another take its place while requests are answered.
///
/// Clones point to the same site. A program whose documents come from a database compiles a
/// site, gives the layer a handle, and calls [`SiteHandle::store`] when the documents change.
#[derive(Debug, Clone)]
pub struct SiteHandle {
    current: Arc<ArcSwap<Site>>,
}

impl SiteHandle {
    /// A handle that points to `site`.
    pub fn new(site: impl Into<Arc<Site>>) -> Self {
        Self {
            current: Arc::new(ArcSwap::new(site.into())),
        }
    }

    /// The current site.
    pub fn load(&self) -> Arc<Site> {
        self.current.load_full()
    }

    /// Makes `site` the current one. Answers that have begun go on from the site before.
    pub fn store(&self, site: impl Into<Arc<Site>>) {
        self.current.store(site.into());
    }
}

impl Respond for SiteHandle {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        // One load for the whole answer: it can't begin with one site and end with another.
        self.current.load().respond(head)
    }
}
