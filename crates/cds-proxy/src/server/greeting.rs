//! What comes before HTTP on a connection: a load balancer's header, a TLS handshake, the choice
//! of the protocol.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pingora::protocols::tls::SslDigest;
use rustls::ServerConfig;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::connection::Connection;
use super::ends::{Agreed, Ends};
use super::plain_http;
use super::proxy_protocol;
use super::refusals::Refusals;
use super::tls::HTTP2;
use super::transport::{Socket, Stream, Transport};
use crate::config::Peers;
use crate::seldom::Seldom;

/// How connections of a listener begin.
#[derive(Debug, Clone, Default)]
pub struct Greeting {
    /// Who begins with a PROXY protocol header.
    pub proxies: Peers,
    /// How TLS is spoken, if it is.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whether HTTP/2 is spoken without TLS with clients that begin with it (RFC 9113 §3.3). With
    /// TLS the configuration says so.
    pub http2: bool,
    /// Where is counted what no request tells of.
    pub refusals: Refusals,
    /// When it was logged that a header was missing.
    headless: Arc<Seldom>,
    /// When it was logged that there was one where none is expected.
    unexpected: Arc<Seldom>,
}

/// For a load balancer's header, and as much for a handshake or a preface: two round trips and some
/// arithmetic.
pub(super) const GREETING: Duration = Duration::from_secs(10);

/// Until a client says its first word. Browsers open connections ahead; a minute is what is kept
/// idle later, too.
const FIRST_WORD: Duration = Duration::from_secs(60);

/// What a client begins with that speaks HTTP/2 (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

impl Greeting {
    /// Receives a connection of this peer, which has no address behind a Unix socket.
    pub(super) async fn receive(
        &self,
        socket: Socket,
        peer: Option<SocketAddr>,
    ) -> io::Result<Connection> {
        let mut stream = Stream::new(socket);
        let ends = self.ends(&mut stream, peer).await?;
        match &self.tls {
            Some(config) => {
                let handshake = shake_hands(Arc::clone(config), stream).await;
                match handshake.inspect_err(|_| self.count_tls_failure())? {
                    Handshake::Done(stream) => {
                        let agreed = agreed(&stream);
                        Ok(self.connection(Transport::Tls(stream), ends, agreed))
                    }
                    Handshake::PlainHttp(stream) => {
                        let ahead = stream.ahead().to_vec();
                        let stream = Transport::Plain(stream);
                        let connection = self.connection(stream, ends, Agreed::default());
                        plain_http::refuse(connection, &ahead).await;
                        Err(no_tls())
                    }
                    Handshake::ProxyHeader => {
                        self.count_tls_failure();
                        self.meet_header(peer);
                        Err(no_tls())
                    }
                }
            }
            None => {
                let http2 = self.http2 && begins_with_preface(&mut stream).await?;
                let agreed = Agreed { http2, tls: None };
                Ok(self.connection(Transport::Plain(stream), ends, agreed))
            }
        }
    }

    fn connection(&self, stream: Transport, ends: Ends, agreed: Agreed) -> Connection {
        Connection::new(stream, ends, agreed).noting(self.refusals.clone())
    }

    async fn ends(&self, stream: &mut Stream, peer: Option<SocketAddr>) -> io::Result<Ends> {
        let ends = Ends {
            client: peer,
            destination: None,
        };
        // Nearly every listener has none, and the rest of this costs a timer.
        if self.proxies.is_empty() || !self.proxies.contain(peer.map(|peer| peer.ip())) {
            return Ok(ends);
        }
        let origin = match timeout(GREETING, proxy_protocol::read(stream)).await {
            Ok(origin) => origin,
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "no PROXY protocol header came in time",
            )),
        };
        let origin = origin.inspect_err(|error| self.miss_header(stream, peer, error))?;
        Ok(origin.map_or(ends, |origin| Ends {
            client: Some(origin.client),
            destination: Some(origin.destination),
        }))
    }

    /// Tells of a load balancer that doesn't say whose connection it is: nobody gets through.
    fn miss_header(&self, stream: &Stream, peer: Option<SocketAddr>, error: &io::Error) {
        if error.kind() == io::ErrorKind::UnexpectedEof && stream.ahead().is_empty() {
            // Whether there is somebody is all it wanted to know.
            return;
        }
        if let Some(metrics) = &self.refusals.metrics {
            metrics.count_proxy_protocol_failure();
        }
        if let Some(more) = self.headless.now() {
            let peer = peer.map(tracing::field::display);
            tracing::warn!(
                peer,
                "a connection is closed because {error}; have the load balancer send it, or leave its \
                 address out of `proxy-protocol`{more}"
            );
        }
    }

    /// Tells of a load balancer that says whose connection it is and isn't asked: nobody gets
    /// through.
    fn meet_header(&self, peer: Option<SocketAddr>) {
        if let Some(more) = self.unexpected.now() {
            let peer = peer.map(tracing::field::display);
            tracing::warn!(
                peer,
                "a connection is closed because it begins with a PROXY protocol header in place of \
                 TLS; if a load balancer of yours sends it, have `proxy-protocol` name its \
                 address{more}"
            );
        }
    }

    fn count_tls_failure(&self) {
        if let Some(metrics) = &self.refusals.metrics {
            metrics.count_tls_failure();
        }
    }
}

/// How a client begins that is expected to speak TLS.
#[derive(Debug)]
enum Handshake {
    Done(Box<TlsStream<Stream>>),
    PlainHttp(Stream),
    /// With a load balancer's header, which is expected of others or of nobody.
    ProxyHeader,
}

fn no_tls() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not TLS")
}

async fn shake_hands(config: Arc<ServerConfig>, mut stream: Stream) -> io::Result<Handshake> {
    let handshake = async {
        if stream.ahead().is_empty() {
            stream.read_ahead().await?;
        }
        if proxy_protocol::begins_with_header(stream.ahead()) {
            return Ok(Handshake::ProxyHeader);
        }
        if plain_http::begins_with_request(stream.ahead()) {
            return Ok(Handshake::PlainHttp(stream));
        }
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        Ok(Handshake::Done(Box::new(stream)))
    };
    timeout(GREETING, handshake).await?
}

fn agreed(stream: &TlsStream<Stream>) -> Agreed {
    let (_, session) = stream.get_ref();
    let cipher = session.negotiated_cipher_suite();
    let cipher = cipher.and_then(|cipher| cipher.suite().as_str());
    let version = session
        .protocol_version()
        .and_then(|version| version.as_str());
    let digest = SslDigest::new(
        cipher.unwrap_or_default(),
        version.unwrap_or_default(),
        None,
        None,
        Vec::new(),
    );
    Agreed {
        http2: session.alpn_protocol() == Some(HTTP2),
        tls: Some(Arc::new(digest)),
    }
}

/// Reads as far ahead as it takes to tell. Pingora's own look waits for 24 bytes without a limit,
/// which not every request has.
async fn begins_with_preface(stream: &mut Stream) -> io::Result<bool> {
    if stream.ahead().is_empty() {
        timeout(FIRST_WORD, stream.read_ahead()).await??;
    }
    timeout(GREETING, goes_on_with_preface(stream)).await?
}

async fn goes_on_with_preface(stream: &mut Stream) -> io::Result<bool> {
    loop {
        let ahead = stream.ahead();
        if ahead.len() >= PREFACE.len() {
            return Ok(ahead.starts_with(PREFACE));
        }
        if !PREFACE.starts_with(ahead) {
            return Ok(false);
        }
        if stream.read_ahead().await? == 0 {
            // HTTP/1 makes of it what it can.
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::UnixStream;

    use super::*;

    fn connected() -> (UnixStream, Stream) {
        let (client, server) = UnixStream::pair().unwrap();
        (client, Stream::new(Socket::Unix(server)))
    }

    #[tokio::test]
    async fn the_preface_is_known_in_pieces_and_left_to_be_read() {
        let (mut client, mut stream) = connected();
        let sending = tokio::spawn(async move {
            for piece in PREFACE.chunks(5) {
                client.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
            client
        });
        assert!(begins_with_preface(&mut stream).await.unwrap());
        sending.await.unwrap();
        let mut read = vec![0; PREFACE.len()];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!(read, PREFACE);
    }

    #[tokio::test]
    async fn a_short_request_is_told_from_it_at_once() {
        for request in [
            "GET / HTTP/1.0\r\n\r\n",
            "PUT /",
            "PRI * HTTP/1.1\r\n",
            "P\r",
        ] {
            let (mut client, mut stream) = connected();
            client.write_all(request.as_bytes()).await.unwrap();
            assert!(!begins_with_preface(&mut stream).await.unwrap());
            let mut read = vec![0; request.len()];
            stream.read_exact(&mut read).await.unwrap();
            assert_eq!(read, request.as_bytes());
        }
    }

    // The clock stands still, and jumps to the next timer when nothing else is to do.
    #[tokio::test(start_paused = true)]
    async fn half_a_preface_and_no_handshake_are_waited_for_with_an_end() {
        let (mut client, mut stream) = connected();
        client.write_all(b"PRI").await.unwrap();
        assert!(begins_with_preface(&mut stream).await.is_err());

        let (_client, stream) = connected();
        let certificates = Arc::new(
            super::super::tls::Certificates::load(Vec::new(), super::super::tls::Role::ForClients)
                .unwrap(),
        );
        let config = super::super::tls::server_config(certificates, true).unwrap();
        let error = shake_hands(config, stream).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
