//! The layer: what a service is wrapped with.

use tower_layer::Layer;

use crate::service::CdsService;

/// Publishes the documents of a source in front of a service.
///
/// The source is anything that implements [`Respond`](crate::Respond) and is cheap to clone: a
/// `LiveSite` or `LiveSites`, a [`Handle`](crate::Handle), an `Arc<Site>`, or a type of your own.
#[derive(Debug, Clone)]
pub struct CdsLayer<R> {
    source: R,
}

impl<R> CdsLayer<R> {
    /// A layer that asks `source` first.
    pub const fn new(source: R) -> Self {
        Self { source }
    }
}

impl<S, R: Clone> Layer<S> for CdsLayer<R> {
    type Service = CdsService<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        CdsService::new(inner, self.source.clone())
    }
}
