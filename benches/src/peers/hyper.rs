//! hyper alone.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Serves what a function answers, until the process is killed.
pub(crate) async fn serve<F>(listener: TcpListener, answer: F) -> anyhow::Result<()>
where
    F: Fn(&Request<Incoming>) -> Response<Bytes> + Send + Sync + 'static,
{
    let answer = Arc::new(answer);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = Arc::clone(&answer);
        let service = service_fn(move |request: Request<Incoming>| {
            ready(Ok::<_, Infallible>(answer(&request).map(Full::new)))
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// The portal's pages: as many KB of text as the path says.
pub(crate) fn portal(request: &Request<Incoming>) -> Response<Bytes> {
    static PAGE: [u8; 100 << 10] = [b'x'; 100 << 10];
    let length = match request.uri().path() {
        "/100k" => PAGE.len(),
        _ => 1 << 10,
    };
    let page = PAGE.get(..length).unwrap_or_default();
    Response::new(Bytes::from_static(page))
}
