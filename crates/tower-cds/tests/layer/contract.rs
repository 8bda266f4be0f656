//! What Tower asks of a middleware.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Method, Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cds::{CdsLayer, CdsService, LiveSite, ResponseBody, ResponseFuture, SiteHandle};

use crate::support::{DOCUMENT, Published, Received, WELL_KNOWN, portal};

#[tokio::test]
async fn a_document_is_answered_and_all_else_is_passed_on() {
    let service = CdsLayer::new(Published).layer(service_fn(portal::<()>));
    let answer = service
        .clone()
        .oneshot(Request::get(WELL_KNOWN).body(()).unwrap())
        .await;
    assert_eq!(
        Received::from_response(answer.unwrap()).await.text(),
        DOCUMENT
    );
    let passed = service
        .oneshot(Request::post("/pay").body(()).unwrap())
        .await;
    assert_eq!(
        Received::from_response(passed.unwrap()).await.text(),
        "portal: POST /pay"
    );
}

#[tokio::test]
async fn a_request_that_passes_on_keeps_everything_it_carries() {
    let inner = service_fn(|request: Request<&'static str>| async move {
        assert_eq!(request.method(), Method::PUT);
        assert_eq!(request.uri(), "/pay?bill=%20a");
        assert_eq!(request.version(), http::Version::HTTP_2);
        assert_eq!(request.headers()["x-meter"], "7");
        assert_eq!(request.extensions().get::<u8>(), Some(&9));
        assert_eq!(*request.body(), "body");
        Ok::<_, Infallible>(Response::new(http_body_util::Empty::<bytes::Bytes>::new()))
    });
    let request = Request::put("/pay?bill=%20a")
        .version(http::Version::HTTP_2)
        .header("x-meter", "7")
        .extension(9_u8)
        .body("body")
        .unwrap();
    CdsLayer::new(Published)
        .layer(inner)
        .oneshot(request)
        .await
        .unwrap();
}

/// Breaks when it is called without having been asked, and its clones were never asked.
#[derive(Debug, Default)]
struct Strict {
    ready: bool,
    asked: usize,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        self.asked += 1;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert!(self.ready, "called without having been asked");
        self.ready = false;
        ready(Ok(Response::new(format!("asked {} times", self.asked))))
    }
}

#[tokio::test]
async fn the_instance_that_was_made_ready_is_the_one_that_is_called() {
    let mut service = CdsLayer::new(Published).layer(Strict::default());
    for asked in 1..4 {
        let request = Request::get("/").body(()).unwrap();
        let response = service.ready().await.unwrap().call(request).await.unwrap();
        assert_eq!(
            Received::from_response(response).await.text(),
            format!("asked {asked} times")
        );
    }
}

#[tokio::test]
async fn readiness_that_a_document_did_not_use_serves_the_next_request() {
    let mut service = CdsLayer::new(Published).layer(Strict::default());
    let document = Request::get(WELL_KNOWN).body(()).unwrap();
    let _ = service.ready().await.unwrap().call(document).await.unwrap();
    let request = Request::get("/").body(()).unwrap();
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    assert_eq!(
        Received::from_response(response).await.text(),
        "asked 2 times"
    );
}

#[derive(Debug, PartialEq, Eq)]
struct Refused(u16);

/// Refuses when it is asked whether it is ready, or when it is called.
#[derive(Debug, Clone)]
struct Refusing {
    when_asked: bool,
}

impl Service<Request<()>> for Refusing {
    type Response = Response<String>;
    type Error = Refused;
    type Future = Ready<Result<Response<String>, Refused>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        Poll::Ready(if self.when_asked {
            Err(Refused(1))
        } else {
            Ok(())
        })
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Err(Refused(2)))
    }
}

#[tokio::test]
async fn the_inner_error_comes_out_as_it_is() {
    for (when_asked, error) in [(true, Refused(1)), (false, Refused(2))] {
        let service = CdsLayer::new(Published).layer(Refusing { when_asked });
        let result: Result<_, Refused> = service.oneshot(Request::new(())).await;
        assert_eq!(result.map(|_| ()), Err(error));
    }
}

#[tokio::test]
async fn a_service_that_fails_when_called_still_publishes() {
    let service = CdsLayer::new(Published).layer(Refusing { when_asked: false });
    let response = service
        .oneshot(Request::get(WELL_KNOWN).body(()).unwrap())
        .await
        .unwrap();
    assert_eq!(Received::from_response(response).await.text(), DOCUMENT);
}

/// A timeout outside makes empty responses of the layer's body type.
#[tokio::test]
async fn middleware_outside_can_make_an_empty_body() {
    let body = ResponseBody::<http_body_util::Full<bytes::Bytes>>::default();
    assert_eq!(
        Received::from_response(Response::new(body)).await.text(),
        ""
    );
}

#[test]
fn layer_service_future_and_body_cross_threads_and_show_themselves() {
    fn shared<T: Send + Sync + Clone + fmt::Debug + 'static>() {}
    fn sent<T: Send + Sync + fmt::Debug>() {}
    shared::<CdsLayer<LiveSite>>();
    shared::<CdsLayer<SiteHandle>>();
    shared::<CdsService<Strict, LiveSite>>();
    sent::<ResponseFuture<Ready<()>>>();
    sent::<ResponseBody<String>>();
}
