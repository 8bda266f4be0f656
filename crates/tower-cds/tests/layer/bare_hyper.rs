//! hyper 1 and hyper-util without a framework.

use std::net::SocketAddr;

use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tower::{Layer, service_fn};
use tower_cds::CdsLayer;

use crate::support::{DOCUMENT, Published, WELL_KNOWN, ask, ask_http2, listen, portal};

/// Serves connections until the test ends.
async fn serve() -> SocketAddr {
    let (listener, address) = listen().await;
    let service = CdsLayer::new(Published).layer(service_fn(portal::<hyper::body::Incoming>));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn bare_hyper_serves_documents_and_its_own_pages() {
    let address = serve().await;
    let answer = ask(address, Method::GET, WELL_KNOWN).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, DOCUMENT));
    let page = ask(address, Method::GET, "/bills").await;
    assert_eq!(
        (page.status, page.text()),
        (StatusCode::OK, "portal: GET /bills")
    );
}

#[tokio::test]
async fn bare_hyper_keeps_the_length_of_a_head_answer() {
    let answer = ask(serve().await, Method::HEAD, WELL_KNOWN).await;
    assert_eq!(
        answer.headers[header::CONTENT_LENGTH],
        DOCUMENT.len().to_string()
    );
    assert_eq!(answer.text(), "");
}

#[tokio::test]
async fn bare_hyper_answers_over_http2() {
    let address = serve().await;
    for (method, text) in [(Method::GET, DOCUMENT), (Method::HEAD, "")] {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://portal.test{WELL_KNOWN}"));
        let answer = ask_http2(address, request.body(Full::default()).unwrap()).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, text));
        assert_eq!(
            answer.headers[header::CONTENT_LENGTH],
            DOCUMENT.len().to_string()
        );
    }
}
