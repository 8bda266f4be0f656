//! axum 0.8: where the layer is put in a router, and what it answers there.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{Method, Response, StatusCode, header};
use tower::{Layer, ServiceExt};
use tower_cds::CdsLayer;

use crate::support::{DOCUMENT, Published, Received, WELL_KNOWN, ask, listen, send};

const NESTED: &str = "/x/.well-known/cds-server-metadata.json";

pub(crate) fn cds() -> CdsLayer<Published> {
    CdsLayer::new(Published)
}

pub(crate) fn portal() -> Router {
    Router::new().route("/", get(async || "portal"))
}

/// What `path` gets from `router`.
pub(crate) async fn text(router: Router, path: &str) -> String {
    let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
    let received = Received::from_response(router.oneshot(request).await.unwrap()).await;
    match received.status {
        StatusCode::OK => received.text().to_owned(),
        status => status.to_string(),
    }
}

async fn serve(router: Router) -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn expect_documents_before_pages(router: Router) {
    let address = serve(router).await;
    let answer = ask(address, Method::GET, WELL_KNOWN).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, DOCUMENT));
    let head = ask(address, Method::HEAD, WELL_KNOWN).await;
    assert_eq!(
        head.headers[header::CONTENT_LENGTH],
        DOCUMENT.len().to_string()
    );
    assert_eq!(head.text(), "");
    let refused = ask(address, Method::POST, WELL_KNOWN).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.headers[header::ALLOW], "GET, HEAD, OPTIONS");
    assert_eq!(ask(address, Method::GET, "/").await.text(), "portal");
    assert_eq!(
        ask(address, Method::GET, "/missing").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn router_layer_answers_though_no_route_matches() {
    expect_documents_before_pages(portal().layer(cds())).await;
}

#[tokio::test]
async fn around_the_whole_router_it_answers_first() {
    expect_documents_before_pages(Router::new().fallback_service(cds().layer(portal()))).await;
}

/// `axum::serve` takes services whose body is axum's own.
#[tokio::test]
async fn around_the_whole_router_it_can_be_served_without_another_router() {
    let service =
        ServiceExt::<Request>::map_response(cds().layer(portal()), Response::into_response);
    let (listener, address) = listen().await;
    let make_service = axum::ServiceExt::<Request>::into_make_service(service);
    tokio::spawn(axum::serve(listener, make_service).into_future());
    assert_eq!(ask(address, Method::GET, WELL_KNOWN).await.text(), DOCUMENT);
    assert_eq!(ask(address, Method::GET, "/").await.text(), "portal");
}

#[tokio::test]
async fn router_layer_goes_before_routes_that_catch_everything() {
    let router = Router::new().route("/{*rest}", get(async || "caught"));
    assert_eq!(text(router.layer(cds()), WELL_KNOWN).await, DOCUMENT);
}

#[tokio::test]
async fn a_catch_all_route_added_after_the_layer_takes_the_documents_path() {
    let router = portal()
        .layer(cds())
        .route("/{*rest}", get(async || "caught"));
    assert_eq!(text(router, WELL_KNOWN).await, "caught");
}

#[tokio::test]
async fn route_layer_never_answers() {
    let router = portal().route_layer(cds());
    assert_eq!(text(router, WELL_KNOWN).await, "404 Not Found");
}

#[tokio::test]
async fn a_layer_around_nested_routers_sees_the_whole_path() {
    let router = Router::new().nest("/x", portal()).layer(cds());
    assert_eq!(text(router.clone(), WELL_KNOWN).await, DOCUMENT);
    assert_eq!(text(router.clone(), NESTED).await, "404 Not Found");
    assert_eq!(text(router, "/x").await, "portal");
}

#[tokio::test]
async fn a_layered_router_that_is_nested_answers_nowhere() {
    let router = Router::new().nest("/x", portal().layer(cds()));
    assert_eq!(text(router.clone(), WELL_KNOWN).await, "404 Not Found");
    assert_eq!(text(router, NESTED).await, "404 Not Found");
}

/// Nesting takes the prefix off before the layer sees the path.
#[tokio::test]
async fn a_layered_router_that_is_nested_with_its_fallback_answers_below_the_prefix() {
    let inner = portal().fallback(async || "fallback").layer(cds());
    let router = Router::new().nest("/x", inner);
    assert_eq!(text(router.clone(), WELL_KNOWN).await, "404 Not Found");
    assert_eq!(text(router, NESTED).await, DOCUMENT);
}

#[tokio::test]
async fn a_layered_service_that_is_nested_answers_below_the_prefix() {
    let router = Router::new().nest_service("/x", cds().layer(portal()));
    assert_eq!(text(router.clone(), WELL_KNOWN).await, "404 Not Found");
    assert_eq!(text(router, NESTED).await, DOCUMENT);
}

/// `Content-Length` would have to be the document's (RFC 9110 §8.6).
#[tokio::test]
async fn nothing_is_made_up_for_an_answer_without_content() {
    let address = serve(portal().layer(cds())).await;
    for method in [Method::GET, Method::HEAD] {
        let request = http::Request::builder().method(method).uri(WELL_KNOWN);
        let answer = send(address, request.header(header::IF_NONE_MATCH, "*")).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
        assert_eq!(answer.headers.get(header::CONTENT_LENGTH), None);
    }
}
