//! A portal that speaks HTTP/2 and ends every answer with trailers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use http::{HeaderMap, Request, Response};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use super::DEADLINE;

/// Answers with what it is sent, then the trailer `grpc-status: 0`; resets what is for `/reset`.
pub(crate) struct Http2Portal {
    pub(crate) address: SocketAddr,
    requests: Receiver<Request<Vec<u8>>>,
    _runtime: Runtime,
}

impl Http2Portal {
    /// Without TLS.
    pub(crate) fn plain() -> Self {
        Self::start(None)
    }

    pub(crate) fn secure(config: Arc<ServerConfig>) -> Self {
        Self::start(Some(TlsAcceptor::from(config)))
    }

    fn start(tls: Option<TlsAcceptor>) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, sender) = (tls.clone(), sender.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, sender).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, sender).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self {
            address,
            requests,
            _runtime: runtime,
        }
    }

    /// The next request that arrived.
    pub(crate) fn request(&self) -> Request<Vec<u8>> {
        self.requests
            .recv_timeout(DEADLINE)
            .expect("no request arrived")
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    sender: Sender<Request<Vec<u8>>>,
) -> Option<()> {
    let mut connection = h2::server::handshake(stream).await.ok()?;
    while let Some(Ok((request, answer))) = connection.accept().await {
        tokio::spawn(echo(request, answer, sender.clone()));
    }
    Some(())
}

async fn echo(
    request: Request<h2::RecvStream>,
    mut answer: SendResponse<Bytes>,
    sender: Sender<Request<Vec<u8>>>,
) -> Option<()> {
    let (parts, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece.ok()?;
        stream.flow_control().release_capacity(piece.len()).ok()?;
        body.extend_from_slice(&piece);
    }
    if parts.uri.path() == "/reset" {
        answer.send_reset(Reason::INTERNAL_ERROR);
        return None;
    }
    let content_type = parts.headers.get("content-type").cloned();
    sender.send(Request::from_parts(parts, body.clone())).ok()?;
    let mut head = Response::builder().header("trailer", "grpc-status");
    if let Some(content_type) = content_type {
        head = head.header("content-type", content_type);
    }
    let mut stream = answer.send_response(head.body(()).ok()?, false).ok()?;
    stream.send_data(body.into(), false).ok()?;
    let trailers = HeaderMap::from_iter([("grpc-status".parse().ok()?, "0".parse().ok()?)]);
    stream.send_trailers(trailers).ok()
}
