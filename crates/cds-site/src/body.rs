//! What an answer carries: bytes that were ready before it was asked for.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
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
        /// How much of the next one has been handed out.
        offset: usize,
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
            kind: Kind::Segments {
                segments,
                next: 0,
                offset: 0,
            },
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

    /// The next piece as it is kept; `None` at the end.
    pub fn next_segment(&mut self) -> Option<Bytes> {
        self.take(usize::MAX)
    }

    /// The next `limit` bytes, or what is left if that is less, for adapters that write to a
    /// connection themselves; `None` at the end.
    ///
    /// A page has hundreds of pieces, which would be as many writes. Small ones are copied into
    /// one; what has the full length is not.
    pub fn next_chunk(&mut self, limit: NonZeroUsize) -> Option<Bytes> {
        // Pieces without bytes may be left.
        if self.is_empty() {
            return None;
        }
        let limit = limit.get();
        let first = self.take(limit)?;
        if first.len() == limit || self.is_empty() {
            return Some(first);
        }
        let rest = usize::try_from(self.remaining).unwrap_or(usize::MAX);
        let mut chunk = BytesMut::with_capacity(limit.min(first.len().saturating_add(rest)));
        chunk.extend_from_slice(&first);
        while chunk.len() < limit
            && let Some(more) = self.take(limit - chunk.len())
        {
            chunk.extend_from_slice(&more);
        }
        Some(chunk.freeze())
    }

    /// Leaves out the next `bytes`.
    pub(crate) fn skip(&mut self, mut bytes: u64) {
        while bytes > 0 {
            let limit = usize::try_from(bytes).unwrap_or(usize::MAX);
            let Some(left_out) = self.take(limit) else {
                return;
            };
            bytes -= left_out.len() as u64;
        }
    }

    /// The next piece, or as much of it as the limit allows.
    fn take(&mut self, limit: usize) -> Option<Bytes> {
        let taken = match &mut self.kind {
            Kind::Empty => return None,
            Kind::Whole(bytes) if bytes.is_empty() => return None,
            Kind::Whole(bytes) => bytes.split_to(bytes.len().min(limit)),
            Kind::Segments {
                segments,
                next,
                offset,
            } => {
                let segment = segments.get(*next)?;
                let end = segment.len().min(offset.saturating_add(limit));
                let taken = segment.slice(*offset..end);
                (*next, *offset) = if end == segment.len() {
                    (*next + 1, 0)
                } else {
                    (*next, end)
                };
                taken
            }
        };
        self.remaining -= taken.len() as u64;
        Some(taken)
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
        let body = self.get_mut();
        let data = match body.kind {
            Kind::Segments { .. } => body.next_chunk(FRAME),
            // Whoever writes it cuts it as it must.
            Kind::Empty | Kind::Whole(_) => body.next_segment(),
        };
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
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

/// Four times what HTTP/2 sends in one frame unless told otherwise (RFC 9113 §4.2), and a handful
/// of system calls in HTTP/1.
const FRAME: NonZeroUsize = match NonZeroUsize::new(64 << 10) {
    Some(size) => size,
    None => NonZeroUsize::MIN,
};

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

    #[test]
    fn chunks_have_the_same_bytes_whatever_their_size() {
        let pieces = ["", "one", "", "", "two and three", "4", ""];
        let whole = pieces.concat();
        for limit in 1..whole.len() + 3 {
            let segments: Arc<[Bytes]> = pieces.map(Bytes::from).into();
            for mut body in [
                Body::segments(segments),
                Body::from(Bytes::from(whole.clone())),
            ] {
                let limit = NonZeroUsize::new(limit).unwrap();
                let chunks: Vec<_> = std::iter::from_fn(|| body.next_chunk(limit)).collect();
                assert_eq!(chunks.concat(), whole.as_bytes());
                let (last, full) = chunks.split_last().unwrap();
                assert!(full.iter().all(|chunk| chunk.len() == limit.get()));
                assert!(last.len() <= limit.get() && body.is_empty());
            }
        }
    }

    #[tokio::test]
    async fn small_pieces_are_one_frame() {
        let frame = three_segments().frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "onetwo");
    }

    #[test]
    fn what_is_skipped_is_not_handed_out() {
        for (skipped, rest) in [
            (0, "onetwo"),
            (2, "etwo"),
            (3, "two"),
            (5, "o"),
            (6, ""),
            (7, ""),
        ] {
            for mut body in [three_segments(), Body::from(Bytes::from_static(b"onetwo"))] {
                body.skip(skipped);
                assert_eq!(body.len(), rest.len() as u64);
                let rest = Some(rest).filter(|rest| !rest.is_empty());
                let chunk = body.next_chunk(NonZeroUsize::MAX);
                assert_eq!(chunk.as_deref(), rest.map(str::as_bytes));
            }
        }
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
