//! Run with `cargo run -p hyper-portal -- --listen 127.0.0.1:8080 --site demo-site`.
//!
//! A utility's portal on hyper alone that publishes the CDS documents of a site directory. Edit a
//! file of the directory while it runs: the log says what became of it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use clap::Parser;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tower::{Layer, Service};
use tower_cds::{CdsLayer, CdsService, LiveSite, Respond};

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

/// Reloads and refused edits are among what is logged.
fn log_to_stderr() {
    tracing_subscriber::fmt()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}

/// The portal with the documents of `source` in front of it.
fn app<R: Respond + Clone>(source: R) -> CdsService<Portal, R> {
    CdsLayer::new(source).layer(Portal)
}

/// The portal's own pages.
#[derive(Debug, Clone, Copy)]
struct Portal;

impl<B> Service<Request<B>> for Portal {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (status, page) = match request.uri().path() {
            "/" => (StatusCode::OK, HOME),
            _ => (StatusCode::NOT_FOUND, NOT_FOUND),
        };
        let mut response = Response::new(Full::from(page));
        *response.status_mut() = status;
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        ready(Ok(response))
    }
}

/// Serves until it is asked to end, and then until the requests that have begun are answered.
async fn serve(address: SocketAddr, app: CdsService<Portal, LiveSite>) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with --listen")
    })?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let connections = GracefulShutdown::new();
    let mut asked = pin!(asked_to_end());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut asked => break,
        };
        match accepted {
            Ok((stream, _)) => connect(stream, app.clone(), &connections),
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                // Out of file descriptors, most likely: the next try would fail as well.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    drop(listener);
    if timeout(DRAIN, connections.shutdown()).await.is_err() {
        tracing::warn!("connections were still open after {DRAIN:?}");
    }
    Ok(())
}

/// Answers what comes over one connection.
fn connect(stream: TcpStream, app: CdsService<Portal, LiveSite>, connections: &GracefulShutdown) {
    let mut server = auto::Builder::new(TokioExecutor::new());
    // Without a timer, hyper waits for ever for a head that never ends.
    server.http1().timer(TokioTimer::new());
    server.http2().timer(TokioTimer::new());
    let service = TowerToHyperService::new(app);
    let connection = server.serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection.into_owned());
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("connection ended: {error}");
        }
    });
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
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    use tower_cds::{Site, SiteHandle};

    use super::*;

    async fn ask(path: &str) -> (StatusCode, String) {
        let app = app(SiteHandle::new(Site::unavailable()));
        let response = app
            .oneshot(Request::get(path).body(()).unwrap())
            .await
            .unwrap();
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
