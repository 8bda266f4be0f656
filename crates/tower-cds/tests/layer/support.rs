//! A source that answers one path, and a client that shows what went over the wire.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tower_cds::{Body, RequestHead, Respond};

pub(crate) const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";
pub(crate) const DOCUMENT: &str = r#"{"cds_metadata_version": "v1"}"#;

/// Answers the well-known path, and in two segments, so that a lost one is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Published;

impl Respond for Published {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        if head.uri.path() != WELL_KNOWN {
            return None;
        }
        let known = head.headers.contains_key(header::IF_NONE_MATCH);
        let response = match *head.method {
            _ if known => Response::builder().status(304).body(Body::empty()),
            Method::GET => document().body(two_segments()),
            Method::HEAD => document().body(Body::empty()),
            _ => Response::builder()
                .status(StatusCode::METHOD_NOT_ALLOWED)
                .header(header::ALLOW, "GET, HEAD, OPTIONS")
                .body(Body::empty()),
        };
        Some(response.unwrap())
    }
}

fn document() -> http::response::Builder {
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, DOCUMENT.len())
}

fn two_segments() -> Body {
    let (first, second) = DOCUMENT.split_at(7);
    let segments: Arc<[Bytes]> = [first, second]
        .map(|part| Bytes::from_static(part.as_bytes()))
        .into();
    Body::segments(segments)
}

/// A handler for services without a router: tells what reached it.
pub(crate) async fn portal<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let text = format!("portal: {} {}", request.method(), request.uri().path());
    Ok(Response::new(Full::from(text)))
}

/// A listener on a free port.
pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// What a client received.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Received {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) async fn from_response<B>(response: Response<B>) -> Self
    where
        B: http_body::Body<Error: std::fmt::Debug>,
    {
        let (parts, body) = response.into_parts();
        let collected = body.collect().await.unwrap();
        let trailers = collected.trailers().cloned();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: collected.to_bytes(),
            trailers,
        }
    }
}

/// One request over a connection of its own, HTTP/1.1.
pub(crate) async fn ask(address: SocketAddr, method: Method, path: &str) -> Received {
    let request = Request::builder().method(method).uri(path);
    send(address, request).await
}

/// Sends a request over a connection of its own, HTTP/1.1.
pub(crate) async fn send(address: SocketAddr, request: http::request::Builder) -> Received {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = request.header(header::HOST, "portal.test");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    Received::from_response(sender.send_request(request).await.unwrap()).await
}

/// One request over a connection of its own, HTTP/2 with prior knowledge.
pub(crate) async fn ask_http2(address: SocketAddr, request: Request<Full<Bytes>>) -> Received {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    Received::from_response(sender.send_request(request).await.unwrap()).await
}
