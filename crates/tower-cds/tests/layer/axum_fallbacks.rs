//! axum 0.8 keeps one fallback per router, and a layer lives in the one it was put on.

use axum::Router;
use axum::routing::get;

use crate::axum_router::{cds, portal, text};
use crate::support::{DOCUMENT, WELL_KNOWN};

fn bills() -> Router {
    Router::new().route("/bills", get(async || "bills"))
}

#[tokio::test]
async fn a_fallback_set_before_the_layer_is_behind_it() {
    let router = portal().fallback(async || "fallback").layer(cds());
    assert_eq!(text(router.clone(), WELL_KNOWN).await, DOCUMENT);
    assert_eq!(text(router, "/missing").await, "fallback");
}

#[tokio::test]
async fn a_fallback_set_after_the_layer_takes_the_documents_path() {
    let router = portal().layer(cds()).fallback(async || "fallback");
    assert_eq!(text(router, WELL_KNOWN).await, "fallback");
}

#[tokio::test]
async fn a_layer_after_merging_answers() {
    let router = portal().merge(bills()).layer(cds());
    assert_eq!(text(router.clone(), WELL_KNOWN).await, DOCUMENT);
    assert_eq!(text(router, "/bills").await, "bills");
}

#[tokio::test]
async fn merging_keeps_the_fallback_and_so_the_layer_of_the_second_router() {
    assert_eq!(
        text(bills().merge(portal().layer(cds())), WELL_KNOWN).await,
        DOCUMENT
    );
    assert_eq!(
        text(portal().layer(cds()).merge(bills()), WELL_KNOWN).await,
        "404 Not Found"
    );
}

#[tokio::test]
async fn merging_keeps_the_router_that_has_a_fallback_of_its_own() {
    let with_fallback = portal().fallback(async || "fallback").layer(cds());
    assert_eq!(
        text(with_fallback.clone().merge(bills()), WELL_KNOWN).await,
        DOCUMENT
    );
    assert_eq!(
        text(bills().merge(with_fallback), WELL_KNOWN).await,
        DOCUMENT
    );
    let unlayered = portal().fallback(async || "fallback");
    assert_eq!(
        text(unlayered.clone().merge(bills().layer(cds())), WELL_KNOWN).await,
        "fallback"
    );
    assert_eq!(
        text(bills().layer(cds()).merge(unlayered), WELL_KNOWN).await,
        "fallback"
    );
}
