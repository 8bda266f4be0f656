//! HTTP/1.1 over a connection of its own; nothing is followed, decoded or repaired.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::ask::{Ask, HOST, Received};
use crate::wait::DEADLINE;

/// Sends a request and receives the whole answer.
///
/// # Errors
///
/// When the connection fails, so that a caller can wait for a server that is starting.
pub async fn send(address: SocketAddr, request: http::Request<Bytes>) -> anyhow::Result<Received> {
    timeout(DEADLINE, exchange(address, request)).await?
}

async fn exchange(address: SocketAddr, request: http::Request<Bytes>) -> anyhow::Result<Received> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    drop(sender);
    connection.await??;
    Ok(Received {
        status: parts.status,
        headers: parts.headers,
        body,
    })
}

/// A GET that must be answered.
pub async fn get(address: SocketAddr, target: &'static str) -> Received {
    let request = Ask::get(target).request(&[]);
    send(address, request)
        .await
        .unwrap_or_else(|error| panic!("GET {target}: {error:#}"))
}

/// Sends bytes as they are and receives until the server closes.
pub async fn send_raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(bytes).await?;
        let mut received = Vec::new();
        stream.read_to_end(&mut received).await?;
        Ok::<_, std::io::Error>(received)
    };
    timeout(DEADLINE, exchange)
        .await
        .expect("the server closes")
        .unwrap()
}

/// A request as text, for [`send_raw`]; the server is asked to close.
pub fn raw_get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n").into_bytes()
}
