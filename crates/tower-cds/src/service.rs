//! The service: answered by the source, or passed on.

use std::task::{Context, Poll};

use cds_site::{RequestHead, Respond};
use http::{Request, Response};
use tower_service::Service;

use crate::body::ResponseBody;
use crate::future::ResponseFuture;

/// A service with CDS documents in front of it; made by [`CdsLayer`](crate::CdsLayer).
#[derive(Debug, Clone)]
pub struct CdsService<S, R> {
    inner: S,
    source: R,
}

impl<S, R> CdsService<S, R> {
    /// Puts `source` in front of `inner`.
    pub const fn new(inner: S, source: R) -> Self {
        Self { inner, source }
    }

    /// The service behind the documents.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service behind the documents.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service behind the documents, alone.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, R, ReqBody, ResBody> Service<Request<ReqBody>> for CdsService<S, R>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    R: Respond,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    // Which request comes next isn't known yet, so the inner service has to be ready for it.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        match self.source.respond(RequestHead::from(&request)) {
            // The readiness that was asked for is kept by `inner` for the next request.
            Some(response) => ResponseFuture::answer(response),
            None => ResponseFuture::passed_on(self.inner.call(request)),
        }
    }
}
