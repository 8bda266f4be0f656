//! A client that speaks HTTP/2.

use std::net::SocketAddr;
use std::sync::Arc;

use h2::client::{ResponseFuture, SendRequest};
use http::{HeaderMap, Request, Response};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::DEADLINE;

/// A connection for requests one after the other.
pub(crate) struct Http2 {
    runtime: Runtime,
    sender: SendRequest<bytes::Bytes>,
}

impl Http2 {
    /// Without TLS, with prior knowledge.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(async move { TcpStream::connect(address).await.unwrap() })
    }

    /// The same, after other bytes.
    pub(crate) fn connect_after(address: SocketAddr, bytes: &'static [u8]) -> Self {
        Self::over(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            stream
        })
    }

    /// With TLS, if the other side agrees.
    pub(crate) fn connect_tls(address: SocketAddr, config: Arc<ClientConfig>) -> Self {
        Self::over(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let name = ServerName::try_from("utility.example").unwrap();
            let stream = TlsConnector::from(config).connect(name, stream).await;
            let stream = stream.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(super::HTTP2));
            stream
        })
    }

    fn over<S>(connecting: impl Future<Output = S>) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let runtime = Runtime::new().unwrap();
        let sender = runtime.block_on(async {
            let stream = connecting.await;
            let (sender, connection) = h2::client::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            sender
        });
        Self { runtime, sender }
    }

    /// Asks, and reads the whole answer.
    pub(crate) fn ask(&mut self, request: Request<&str>) -> Response<String> {
        self.try_ask(request).unwrap()
    }

    pub(crate) fn try_ask(
        &mut self,
        request: Request<&str>,
    ) -> Result<Response<String>, h2::Error> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, ());
        let sender = self.sender.clone();
        self.runtime.block_on(async {
            let asking = exchange(sender, request, body.to_owned());
            timeout(DEADLINE, asking).await.unwrap()
        })
    }

    /// Asks without waiting for an answer, which is wanted for as long as this is kept.
    pub(crate) fn begin(&mut self, url: &str) -> ResponseFuture {
        let request = Request::get(url).body(()).unwrap();
        let sender = self.sender.clone();
        let mut sender = self.runtime.block_on(sender.ready()).unwrap();
        sender.send_request(request, true).unwrap().0
    }

    /// Asks for all of these at once. The answers come with the function that is returned.
    pub(crate) fn get_all(&self, urls: Vec<String>) -> impl FnOnce() -> Vec<Response<String>> {
        let asking = urls.into_iter().map(|url| {
            let request = Request::get(url).body(()).unwrap();
            let sender = self.sender.clone();
            self.runtime.spawn(exchange(sender, request, String::new()))
        });
        let asking: Vec<_> = asking.collect();
        move || {
            let answers = asking.into_iter().map(|asking| {
                let answer = self
                    .runtime
                    .block_on(async { timeout(DEADLINE, asking).await });
                answer.unwrap().unwrap().unwrap()
            });
            answers.collect()
        }
    }

    pub(crate) fn get(&mut self, url: &str) -> Response<String> {
        self.ask(Request::get(url).body("").unwrap())
    }
}

/// What came after the body of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Trailers(pub(crate) HeaderMap);

async fn exchange(
    sender: SendRequest<bytes::Bytes>,
    request: Request<()>,
    body: String,
) -> Result<Response<String>, h2::Error> {
    let mut sender = sender.ready().await?;
    let (response, mut stream) = sender.send_request(request, body.is_empty())?;
    if !body.is_empty() {
        stream.send_data(body.into(), true)?;
    }
    let (parts, mut body) = response.await?.into_parts();
    let mut read = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        read.extend_from_slice(&piece);
    }
    let mut response = Response::from_parts(parts, String::from_utf8(read).unwrap());
    if let Some(trailers) = body.trailers().await? {
        response.extensions_mut().insert(Trailers(trailers));
    }
    Ok(response)
}
