//! The future: ready at once, or the inner service's own.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready as ready_or_return};

use http::Response;
use pin_project_lite::pin_project;

use crate::body::ResponseBody;

pin_project! {
    /// The response of a [`CdsService`](crate::CdsService).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        kind: Kind<F>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = KindProjection]
    enum Kind<F> {
        Answer { #[pin] response: Ready<Response<cds_site::Body>> },
        PassedOn { #[pin] future: F },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn answer(response: Response<cds_site::Body>) -> Self {
        Self {
            kind: Kind::Answer {
                response: ready(response),
            },
        }
    }

    pub(crate) const fn passed_on(future: F) -> Self {
        Self {
            kind: Kind::PassedOn { future },
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().kind.project() {
            KindProjection::Answer { response } => {
                Ok(ready_or_return!(response.poll(cx)).map(ResponseBody::answer))
            }
            KindProjection::PassedOn { future } => ready_or_return!(future.poll(cx))
                .map(|response| response.map(ResponseBody::passed_on)),
        })
    }
}
