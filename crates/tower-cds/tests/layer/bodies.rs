//! Bodies come through frame by frame, with their length and their end.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_cds::{CdsLayer, RequestHead, Respond, ResponseBody};

use crate::support::{Published, WELL_KNOWN};

/// Two chunks, then trailers, then an error; knows its bounds only.
#[derive(Debug)]
struct Chunks(Vec<Result<Frame<Bytes>, Broken>>);

#[derive(Debug, PartialEq, Eq)]
struct Broken;

impl Chunks {
    fn new() -> Self {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
        let frames = [
            Frame::data(Bytes::from("one")),
            Frame::data(Bytes::from("two")),
        ];
        let mut frames: Vec<_> = frames.into_iter().map(Ok).collect();
        frames.extend([Ok(Frame::trailers(trailers)), Err(Broken)]);
        frames.reverse();
        Self(frames)
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        Poll::Ready(self.0.pop())
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(3);
        hint.set_upper(11);
        hint
    }
}

async fn body_of(path: &str) -> ResponseBody<Chunks> {
    let inner =
        service_fn(|_: Request<()>| async { Ok::<_, Broken>(Response::new(Chunks::new())) });
    let service = CdsLayer::new(Published).layer(inner);
    service
        .oneshot(Request::get(path).body(()).unwrap())
        .await
        .unwrap()
        .into_body()
}

#[tokio::test]
async fn an_inner_body_keeps_frames_trailers_and_errors() {
    let mut body = body_of("/").await;
    assert_eq!(
        body.frame().await.unwrap().unwrap().into_data().unwrap(),
        "one"
    );
    assert_eq!(
        body.frame().await.unwrap().unwrap().into_data().unwrap(),
        "two"
    );
    let trailers = body
        .frame()
        .await
        .unwrap()
        .unwrap()
        .into_trailers()
        .unwrap();
    assert_eq!(trailers["grpc-status"], "0");
    assert!(!body.is_end_stream());
    assert_eq!(body.frame().await.unwrap().unwrap_err(), Broken);
    assert!(body.is_end_stream());
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn an_inner_body_keeps_the_bounds_of_its_length() {
    let hint = body_of("/").await.size_hint();
    assert_eq!((hint.lower(), hint.upper()), (3, Some(11)));
}

/// Answers with a page of many small pieces, more than fit into a frame.
#[derive(Debug, Clone, Copy)]
struct Page;

impl Respond for Page {
    fn respond(&self, _: RequestHead<'_>) -> Option<Response<tower_cds::Body>> {
        let segments = vec![Bytes::from_static(b"twelve bytes"); 6_000];
        Some(Response::new(tower_cds::Body::segments(segments.into())))
    }
}

#[tokio::test]
async fn a_page_knows_its_length_and_its_end() {
    let portal = service_fn(async |_| Ok::<_, Broken>(Response::new(Chunks::new())));
    let service = CdsLayer::new(Page).layer(portal);
    let request = Request::get(WELL_KNOWN).body(()).unwrap();
    let mut body = service.oneshot(request).await.unwrap().into_body();
    assert_eq!(body.size_hint().exact(), Some(72_000));
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let left = 72_000 - first.len() as u64;
    assert_eq!(body.size_hint().exact(), Some(left));
    assert!(!body.is_end_stream());
    let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(body.is_end_stream());
    assert!(body.frame().await.is_none());
    assert_eq!([first, second].concat(), b"twelve bytes".repeat(6_000));
}
