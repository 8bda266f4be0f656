//! Run with `cargo run -p axum-portal -- --listen 127.0.0.1:8080 --site demo-site`.
//!
//! A utility's portal on axum that publishes the CDS documents of a site directory. Edit a file of
//! the directory while it runs: the log says what became of it.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tower_cds::{CdsLayer, LiveSite, Respond};

/// A utility's portal that publishes CDS documents.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Site directory with cds-server-metadata.json in it.
    #[arg(long, value_name = "DIR")]
    site: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    log_to_stderr();
    // Before the runtime starts: it waits for files, and nothing else may wait for them.
    let site = LiveSite::open(&args.site)
        .with_context(|| format!("cannot open the site directory {}", args.site.display()))?;
    Runtime::new()?.block_on(serve(args.listen, app(site)))
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

/// Reloads and refused edits are among what is logged.
fn log_to_stderr() {
    tracing_subscriber::fmt()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}

/// The portal with the documents of `source` in front of it.
fn app(source: impl Respond + Clone + Send + Sync + 'static) -> Router {
    Router::new()
        .route("/", get(async || Html(HOME)))
        .fallback(async || (StatusCode::NOT_FOUND, Html(NOT_FOUND)))
        // Last, so that it comes before the routes and the fallback.
        .layer(CdsLayer::new(source))
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

const NOT_FOUND: &str = "<!doctype html>
<title>Page not found</title>
<h1>Page not found</h1>
<p><a href=\"/\">Back to Demo Gas &amp; Electric</a></p>
";

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    use tower_cds::{Site, SiteHandle};

    use super::*;

    async fn ask(path: &str) -> (StatusCode, String) {
        let app = app(SiteHandle::new(Site::unavailable()));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.into()).unwrap())
    }

    #[tokio::test]
    async fn the_portal_serves_its_own_pages() {
        assert_eq!(ask("/").await, (StatusCode::OK, HOME.into()));
        assert_eq!(
            ask("/missing").await,
            (StatusCode::NOT_FOUND, NOT_FOUND.into())
        );
    }

    #[tokio::test]
    async fn the_well_known_path_is_not_the_portals() {
        let (status, _) = ask("/.well-known/cds-server-metadata.json").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
}
