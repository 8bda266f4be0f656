//! Compression layers around documents that bring their own codings.

#![cfg(feature = "gzip")]

use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode, header};
use tower::ServiceExt;
use tower_cds::{CdsLayer, Site, Source, compile};
use tower_http::compression::CompressionLayer;

use crate::support::{Received, WELL_KNOWN};

const DOCUMENT: &str = r#"{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "Demo Gas & Electric",
  "description": "A fictional utility.",
  "website": "https://demoutility.com/",
  "documentation": "https://demoutility.com/docs",
  "support": "https://demoutility.com/contact-us",
  "capabilities": []
}
"#;

fn cds() -> CdsLayer<std::sync::Arc<Site>> {
    let now = SystemTime::now();
    let source = Source {
        path: "cds-server-metadata.json".to_owned(),
        bytes: DOCUMENT.into(),
        modified: now,
    };
    let compiled = compile(&[source].into_iter().collect(), now, None);
    CdsLayer::new(compiled.site.unwrap().into())
}

fn portal() -> Router {
    Router::new().route("/", get(async || "a page of the portal ".repeat(100)))
}

async fn ask(router: &Router, path: &str, accepted: &str) -> Received {
    let request = Request::get(path).header(header::ACCEPT_ENCODING, accepted);
    let request = request.body(Body::empty()).unwrap();
    Received::from_response(router.clone().oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn a_compression_layer_inside_compresses_pages_and_no_documents() {
    let plain = portal().layer(cds());
    let router = portal().layer(CompressionLayer::new()).layer(cds());
    assert_eq!(
        ask(&router, "/", "gzip").await.headers[header::CONTENT_ENCODING],
        "gzip"
    );
    for accepted in ["gzip", "br, gzip", "identity", "identity;q=0"] {
        let document = ask(&router, WELL_KNOWN, accepted).await;
        let expected = ask(&plain, WELL_KNOWN, accepted).await;
        assert_eq!(document.status, StatusCode::OK);
        assert_eq!(document.headers, expected.headers, "{accepted}");
        assert_eq!(document.body, expected.body);
    }
}

#[tokio::test]
async fn a_compression_layer_outside_compresses_nothing_twice() {
    let plain = portal().layer(cds());
    let router = portal().layer(cds()).layer(CompressionLayer::new());
    let document = ask(&router, WELL_KNOWN, "gzip").await;
    let expected = ask(&plain, WELL_KNOWN, "gzip").await;
    assert_eq!(document.headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(document.headers, expected.headers);
    assert_eq!(document.body, expected.body);
}
