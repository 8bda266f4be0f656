//! What an answer carries: bytes that were ready before it was asked for.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// A response body in memory: nothing, one piece, or pieces that are slices of what the author
/// wrote, so that a page is put together without copying it.
#[derive(Debug, Clone, Default)]
pub struct Body {
    kind: Kind,
    /// Bytes not yet handed out.
    remaining: u64,
}

#[derive(Debug, Clone, Default)]
enum Kind {
    #[default]
    Empty,
    Whole(Bytes),
    Segments {
        segments: Arc<[Bytes]>,
        next: usize,
    },
}

impl Body {
    /// A body without content.
    pub const fn empty() -> Self {
        Self {
            kind: Kind::Empty,
            remaining: 0,
        }
    }

    /// A body of pieces that follow each other.
    pub fn segments(segments: Arc<[Bytes]>) -> Self {
        let remaining = segments.iter().map(|segment| segment.len() as u64).sum();
        Self {
            kind: Kind::Segments { segments, next: 0 },
            remaining,
        }
    }

    /// How many bytes are still to come: the `Content-Length` of a body nobody has read from.
    pub const fn len(&self) -> u64 {
        self.remaining
    }

    /// Whether nothing is to come.
    pub const fn is_empty(&self) -> bool {
        self.remaining == 0
    }

    /// The next piece, for adapters that write to a connection themselves.
    pub fn next_segment(&mut self) -> Option<Bytes> {
        let segment = match &mut self.kind {
            Kind::Empty => return None,
            Kind::Whole(_) => {
                let Kind::Whole(bytes) = std::mem::take(&mut self.kind) else {
                    return None;
                };
                bytes
            }
            Kind::Segments { segments, next } => {
                let segment = segments.get(*next)?.clone();
                *next += 1;
                segment
            }
        };
        self.remaining -= segment.len() as u64;
        Some(segment)
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            return Self::empty();
        }
        Self {
            remaining: bytes.len() as u64,
            kind: Kind::Whole(bytes),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(
            self.get_mut()
                .next_segment()
                .map(|segment| Ok(Frame::data(segment))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.kind {
            // Nothing is said of the length of nothing. Frameworks make `Content-Length: 0` of
            // it, which is wrong in a 304 and in answers to HEAD: there it speaks of the document
            // (RFC 9110 §8.6).
            Kind::Empty => SizeHint::default(),
            _ => SizeHint::with_exact(self.remaining),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt;

    use super::*;

    fn three_segments() -> Body {
        Body::segments(
            [b"one".as_slice(), b"", b"two"]
                .map(Bytes::from_static)
                .into(),
        )
    }

    #[test]
    fn segments_follow_each_other_and_the_length_counts_down() {
        let mut body = three_segments();
        assert_eq!(body.size_hint().exact(), Some(6));
        assert_eq!(body.next_segment().as_deref(), Some(b"one".as_slice()));
        assert_eq!(body.size_hint().exact(), Some(3));
        assert!(!body.is_end_stream());
        assert_eq!(body.next_segment().as_deref(), Some(b"".as_slice()));
        assert_eq!(body.next_segment().as_deref(), Some(b"two".as_slice()));
        assert!(body.is_end_stream());
        assert_eq!(body.next_segment(), None);
    }

    #[tokio::test]
    async fn a_whole_body_is_one_frame() {
        let body = Body::from(Bytes::from_static(b"{}"));
        assert_eq!(body.len(), 2);
        assert_eq!(
            body.collect()
                .await
                .map(http_body_util::Collected::to_bytes),
            Ok("{}".into())
        );
    }
}
