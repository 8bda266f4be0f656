//! Run with `cargo run -p database-portal -- --listen 127.0.0.1:8080`.
//!
//! A utility's portal on axum whose CDS documents come from a database, which a table in memory
//! stands for here. Change a row while it runs:
//!
//! ```sh
//! curl -i -H 'Content-Type: application/json' -d '{ "name": "All of the west" }' \
//!     http://127.0.0.1:8080/territories/west
//! curl -i http://127.0.0.1:8080/cds-coverage.json
//! ```
//!
//! A row that breaks a rule, as one with `"country": "USA"` does, is told in the log and not
//! published: what was served before stays.

mod database;
mod publish;

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tower_cds::{CdsLayer, Respond, Site, SiteHandle};

use crate::database::{Change, Database};

/// A utility's portal that publishes CDS documents from a database.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Args { listen } = Args::parse();
    tracing_subscriber::fmt()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
    let database = Arc::new(Database::new());
    // 503 until the first documents are there.
    let site = SiteHandle::new(Site::unavailable());
    tokio::spawn(publish::keep_published(Arc::clone(&database), site.clone()));
    serve(listen, app(database, site)).await
}

/// Serves until it is asked to end, and then until the requests that have begun are answered.
async fn serve(address: SocketAddr, app: Router) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with --listen")
    })?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let server = axum::serve(listener, app).with_graceful_shutdown(asked_to_end());
    tokio::select! {
        ended = server.into_future() => ended?,
        () = too_late() => tracing::warn!("connections were still open after {DRAIN:?}"),
    }
    Ok(())
}

/// The portal with the documents of `source` in front of it.
fn app(database: Arc<Database>, source: impl Respond + Clone + Send + Sync + 'static) -> Router {
    Router::new()
        .route("/", get(async || Html(HOME)))
        // A real portal asks who is calling.
        .route("/territories/{id}", post(change))
        .with_state(database)
        // Last, so that it comes before the routes and the fallback.
        .layer(CdsLayer::new(source))
}

async fn change(
    State(database): State<Arc<Database>>,
    Path(id): Path<String>,
    Json(change): Json<Change>,
) -> StatusCode {
    if database.change(&id, change) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

/// Ends at Ctrl-C, or at the SIGTERM of a service manager.
async fn asked_to_end() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Then the system ends the program as it ends any other.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Ends some time after the server was asked to.
async fn too_late() {
    asked_to_end().await;
    tokio::time::sleep(DRAIN).await;
}

/// How long requests that have begun may take to end.
const DRAIN: Duration = Duration::from_secs(10);

const HOME: &str = "<!doctype html>
<title>Demo Gas &amp; Electric</title>
<h1>Demo Gas &amp; Electric</h1>
<p>Pay a bill, report an outage, start or stop service.</p>
";

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    struct Portal {
        database: Arc<Database>,
        site: SiteHandle,
        app: Router,
    }

    impl Portal {
        fn new() -> Self {
            let database = Arc::new(Database::new());
            let site = SiteHandle::new(Site::unavailable());
            let app = app(Arc::clone(&database), site.clone());
            Self {
                database,
                site,
                app,
            }
        }

        fn publish(&self) {
            publish::publish(&self.database, &self.site);
        }

        async fn send(&self, request: Request<Body>) -> (u16, String) {
            let response = self.app.clone().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            (status, String::from_utf8(body.into()).unwrap())
        }

        async fn get(&self, path: &str) -> (u16, String) {
            self.send(Request::get(path).body(Body::empty()).unwrap())
                .await
        }

        async fn change(&self, id: &str, change: &'static str) -> u16 {
            let request = Request::post(format!("/territories/{id}"));
            let request = request.header(header::CONTENT_TYPE, "application/json");
            self.send(request.body(change.into()).unwrap()).await.0
        }
    }

    #[tokio::test]
    async fn documents_are_there_once_they_are_published() {
        let portal = Portal::new();
        assert_eq!(portal.get("/").await, (200, HOME.to_owned()));
        let well_known = "/.well-known/cds-server-metadata.json";
        assert_eq!(portal.get(well_known).await.0, 503);
        portal.publish();
        assert_eq!(portal.get(well_known).await.0, 200);
    }

    #[tokio::test]
    async fn a_row_that_breaks_a_rule_is_not_published() {
        let portal = Portal::new();
        portal.publish();
        assert_eq!(portal.change("west", r#"{ "country": "USA" }"#).await, 204);
        portal.publish();
        let (_, listing) = portal.get("/cds-coverage.json").await;
        assert!(!listing.contains("USA"), "{listing}");

        let mended = r#"{ "name": "All of it", "country": "CA" }"#;
        assert_eq!(portal.change("west", mended).await, 204);
        portal.publish();
        let (_, listing) = portal.get("/cds-coverage.json").await;
        assert!(listing.contains("All of it"), "{listing}");
    }

    #[tokio::test]
    async fn there_are_no_other_rows() {
        let portal = Portal::new();
        assert_eq!(portal.change("north", "{}").await, 404);
        assert_eq!(portal.change("west", r#"{ "id": "east" }"#).await, 422);
    }
}
