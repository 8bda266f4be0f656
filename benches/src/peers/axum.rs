//! axum, with the documents in memory, and with our layer.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tower_cds::{CdsLayer, LiveSite};

use super::serve::Documents;
use crate::case::Case;

pub(crate) async fn serve(listener: TcpListener, documents: Documents) -> anyhow::Result<()> {
    let documents = Arc::new(documents);
    let answer =
        async move |request: Request| -> Response { documents.answer(&request).map(Body::from) };
    let app = Router::new()
        .route("/", get("Welcome"))
        .route(Case::WellKnown.path(), get(answer.clone()))
        .route(Case::Gzip.path(), get(answer));
    run(listener, app).await
}

pub(crate) async fn serve_layered(listener: TcpListener, folder: &Path) -> anyhow::Result<()> {
    let site = LiveSite::open(folder.join("site"))?;
    let app = Router::new()
        .route("/", get("Welcome"))
        .layer(CdsLayer::new(site));
    run(listener, app).await
}

async fn run(listener: TcpListener, app: Router) -> anyhow::Result<()> {
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await?;
    Ok(())
}
