//! The body: bytes of a document, or the inner service's body as it is.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a [`CdsService`](crate::CdsService)'s response.
    ///
    /// Frames of the inner body come through as they are, trailers included. Its data type stays
    /// too, so a document's bytes have to fit in it: `Bytes`, which axum, hyper and tonic use, does.
    #[derive(Debug, Clone)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[derive(Debug, Clone)]
    #[project = KindProjection]
    enum Kind<B> {
        Answer { body: cds_site::Body },
        PassedOn { #[pin] body: B },
    }
}

impl<B> ResponseBody<B> {
    pub(crate) const fn answer(body: cds_site::Body) -> Self {
        Self {
            kind: Kind::Answer { body },
        }
    }

    pub(crate) const fn passed_on(body: B) -> Self {
        Self {
            kind: Kind::PassedOn { body },
        }
    }
}

/// An empty body; middleware that makes responses of its own (a timeout) asks for one.
impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::answer(cds_site::Body::empty())
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body,
    B::Data: From<Bytes>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Answer { body } => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(frame.map(|frame| match frame {
                    Ok(frame) => Ok(frame.map_data(B::Data::from)),
                    Err(never) => match never {},
                }))
            }
            KindProjection::PassedOn { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Answer { body } => body.is_end_stream(),
            Kind::PassedOn { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Answer { body } => body.size_hint(),
            Kind::PassedOn { body } => body.size_hint(),
        }
    }
}
