//! The one place that changes: what is served now.

use std::sync::Arc;

use arc_swap::ArcSwap;
use http::Response;

use crate::body::Body;
use crate::respond::{RequestHead, Respond};
use crate::site::Site;
use crate::site_set::SiteSet;

/// Points to what is served now, a [`Site`] or a [`SiteSet`], and lets another take its place
/// while requests are answered.
///
/// Clones point to the same. A program whose documents come from a database compiles a site,
/// gives the layer a handle, and calls [`Handle::store`] when the documents change.
#[derive(Debug)]
pub struct Handle<S> {
    current: Arc<ArcSwap<S>>,
}

/// Points to the current [`Site`].
pub type SiteHandle = Handle<Site>;

/// Points to the current [`SiteSet`].
pub type SiteSetHandle = Handle<SiteSet>;

impl<S> Handle<S> {
    /// A handle that points to `current`.
    pub fn new(current: impl Into<Arc<S>>) -> Self {
        Self {
            current: Arc::new(ArcSwap::new(current.into())),
        }
    }

    /// What is served now.
    pub fn load(&self) -> Arc<S> {
        self.current.load_full()
    }

    /// Serves `next` from now on. Answers that have begun go on from what was before.
    pub fn store(&self, next: impl Into<Arc<S>>) {
        self.current.store(next.into());
    }
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            current: Arc::clone(&self.current),
        }
    }
}

impl<S: Respond> Respond for Handle<S> {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        // One load for the whole answer: it can't begin with one site and end with another.
        self.current.load().respond(head)
    }
}
