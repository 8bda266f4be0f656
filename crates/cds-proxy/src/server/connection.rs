//! One client's connection, as Pingora reads and writes it.

use std::fmt;
use std::io;
use std::mem;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http::StatusCode;
use pingora::protocols::l4::ext::set_tcp_keepalive;
use pingora::protocols::raw_connect::ProxyDigest;
use pingora::protocols::tls::SslDigest;
use pingora::protocols::{
    ALPN, GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl,
    TimingDigest, UniqueID,
};
use pingora::proxy::Session;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufWriter, ReadBuf};
use tokio::time::{Sleep, sleep, timeout};

use super::body_pace::BodyPace;
use super::ends::{Agreed, Ends};
use super::patience::Patience;
use super::refusals::Refusals;
use super::transport::{Socket, Transport};
use crate::upstream::keepalive;

/// A connection with what Pingora's own stream lacks: limits for the whole head of a request, for
/// the pace of its body and for a client that takes nothing, and a close that doesn't destroy an
/// answer on its way.
pub struct Connection {
    stream: BufWriter<Transport>,
    agreed: Agreed,
    socket: Arc<SocketDigest>,
    since: SystemTime,
    /// Whether what is read belongs to a request's head, which has [`HEAD_TIMEOUT`].
    in_head: AtomicBool,
    /// Whether what is read belongs to a request's body, of which a part has come.
    in_body: AtomicBool,
    body_pace: BodyPace,
    head_begun: bool,
    /// Made when a head does not come in one piece, which is rare.
    head_timer: Option<Pin<Box<Sleep>>>,
    patience: Patience,
    /// Whether the client may still be sending what nobody will read.
    unread: AtomicBool,
    /// Where it is noted what never becomes a request.
    refusals: Refusals,
}

/// Pingora limits each read, so a client that sends a byte a minute would hold a connection for
/// ever. Heads are a few hundred bytes: twenty seconds are ample on the slowest line.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a client that is still sending is read from before the close, in all and between two
/// pieces. A socket closed with unread bytes resets the connection, and the client loses the answer.
const LINGER: Duration = Duration::from_secs(10);
const LINGER_PAUSE: Duration = Duration::from_secs(2);

/// Holds a response's head and a small body, so that both go out in one packet.
const WRITE_BUFFER: usize = 4 << 10;

impl Connection {
    pub(super) fn new(stream: Transport, ends: Ends, agreed: Agreed) -> Self {
        let socket = stream.socket();
        if let Socket::Tcp(socket) = socket {
            // A response is written as a whole; waiting for more only delays it.
            let _ = socket.set_nodelay(true);
            // A tunnel may be silent for long, and so may a client that has lost its line.
            let _ = set_tcp_keepalive(socket, &keepalive());
        }
        let digest = SocketDigest::from_raw_fd(socket.as_raw_fd());
        let _ = digest.peer_addr.set(ends.client.map(Into::into));
        if let Some(destination) = ends.destination {
            let _ = digest.local_addr.set(Some(destination.into()));
        }
        Self {
            stream: BufWriter::with_capacity(WRITE_BUFFER, stream),
            // HTTP/2 has frames of many requests; its parser has limits of its own.
            in_head: AtomicBool::new(!agreed.http2),
            in_body: AtomicBool::new(false),
            body_pace: BodyPace::default(),
            agreed,
            socket: Arc::new(digest),
            since: SystemTime::now(),
            head_begun: false,
            head_timer: None,
            patience: Patience::default(),
            unread: AtomicBool::new(false),
            refusals: Refusals::default(),
        }
    }

    /// Has noted what doesn't get as far as a handler.
    pub(super) fn noting(mut self, refusals: Refusals) -> Self {
        self.refusals = refusals;
        self
    }

    /// Waits until something has come.
    pub(super) async fn first_word(&mut self) -> io::Result<()> {
        self.stream.get_mut().first_word().await
    }

    /// The connection that a session reads from.
    pub fn of(session: &Session) -> Option<&Self> {
        session.stream()?.as_any().downcast_ref()
    }

    /// Says that the head of a request is complete: what follows is its body. If a part of the one
    /// before was left, it has been read away.
    pub fn end_head(&self) {
        self.in_head.store(false, Ordering::Relaxed);
        self.unread.store(false, Ordering::Relaxed);
    }

    /// Says that a part of a request's body has come, and whether there is more of it.
    pub fn note_body(&self, has_more: bool) {
        self.in_body
            .store(has_more && !self.agreed.http2, Ordering::Relaxed);
    }

    /// Says that a request is done with: what follows is the head of the next one.
    pub fn begin_head(&self) {
        self.in_body.store(false, Ordering::Relaxed);
        self.in_head.store(true, Ordering::Relaxed);
    }

    /// Says that a part of the request will not be read, so that the close must linger.
    pub fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Pending if self.head_begun => {
                let timer = self
                    .head_timer
                    .get_or_insert_with(|| Box::pin(sleep(HEAD_TIMEOUT)));
                ready!(timer.as_mut().poll(cx));
                // What is left of a request is no head of another.
                let is_left = *self.unread.get_mut();
                let refusals = mem::take(&mut self.refusals);
                if !is_left {
                    refusals.note(self.client(), None);
                }
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            ready => {
                self.head_begun |= buf.filled().len() > before;
                ready
            }
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        if poll.is_pending() {
            self.body_pace.wait();
        } else if !self.body_pace.receive(buf.filled().len() - before) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        poll
    }

    /// Once an answer is written, what is read next is the head of another request. Between the
    /// two a client may be silent for as long as connections are kept.
    fn await_next_head(&mut self) {
        self.head_begun = false;
        self.head_timer = None;
    }

    /// Notes an answer that is written before any handler has heard of a request: the parser
    /// refuses what it was sent, and closes.
    fn note_refusal(&mut self, answer: &[u8]) {
        if *self.in_head.get_mut()
            && let Some(status) = answer.strip_prefix(b"HTTP/1.1 ")
        {
            let status = StatusCode::from_bytes(status.get(..3).unwrap_or(status)).ok();
            self.refusals.note(self.client(), status);
        }
    }

    fn client(&self) -> Option<IpAddr> {
        let peer = self.socket.peer_addr.get()?.as_ref()?;
        peer.as_inet().map(SocketAddr::ip)
    }

    async fn linger(&mut self) {
        let mut scratch = vec![0; 16 << 10];
        let socket = self.stream.get_mut().socket_mut();
        while let Ok(Ok(1..)) = timeout(LINGER_PAUSE, socket.discard(&mut scratch)).await {}
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if *this.in_head.get_mut() {
            this.body_pace = BodyPace::default();
            return this.poll_head(cx, buf);
        }
        if *this.in_body.get_mut() {
            return this.poll_body(cx, buf);
        }
        Pin::new(&mut this.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        if written.is_ready() {
            this.note_refusal(buf);
        }
        this.await_next_head();
        this.patience.limit(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.patience.limit(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.patience.limit(cx, shut)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        if written.is_ready() {
            this.note_refusal(bufs.first().map_or(&[], |first| first));
        }
        this.await_next_head();
        this.patience.limit(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Drop for Connection {
    /// Sends what is still buffered when a response breaks off, as far as the socket takes it.
    fn drop(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        let _ = Pin::new(&mut self.stream).poll_flush(&mut cx);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Shutdown for Connection {
    async fn shutdown(&mut self) {
        if AsyncWriteExt::shutdown(self).await.is_err() {
            // Nobody is left to read an answer.
            return;
        }
        if *self.unread.get_mut() || self.stream.get_ref().socket().has_more() {
            let _ = timeout(LINGER, self.linger()).await;
        }
    }
}

impl UniqueID for Connection {
    fn id(&self) -> i32 {
        self.stream.get_ref().socket().as_raw_fd()
    }
}

impl Ssl for Connection {
    fn get_ssl_digest(&self) -> Option<Arc<SslDigest>> {
        self.agreed.tls.clone()
    }

    /// Of a connection without TLS, too: so Pingora learns which protocol it is.
    fn selected_alpn_proto(&self) -> Option<ALPN> {
        self.agreed.http2.then_some(ALPN::H2)
    }
}

impl Peek for Connection {}

impl GetTimingDigest for Connection {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        vec![Some(TimingDigest {
            established_ts: self.since,
            ..TimingDigest::default()
        })]
    }
}

impl GetProxyDigest for Connection {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        None
    }
}

impl GetSocketDigest for Connection {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        Some(Arc::clone(&self.socket))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::UnixStream;

    use super::super::transport::Stream;
    use super::*;
    use crate::metrics::Metrics;

    fn connected() -> (UnixStream, Connection) {
        let (client, server) = UnixStream::pair().unwrap();
        let transport = Transport::Plain(Stream::new(Socket::Unix(server)));
        let connection = Connection::new(transport, Ends::default(), Agreed::default());
        (client, connection)
    }

    /// One with a little in its buffer that the socket has no room for.
    fn full() -> (UnixStream, Connection) {
        let (client, mut connection) = connected();
        let mut cx = Context::from_waker(Waker::noop());
        while Pin::new(connection.stream.get_mut())
            .poll_write(&mut cx, &[0; 4 << 10])
            .is_ready()
        {}
        let buffered = Pin::new(&mut connection.stream).poll_write(&mut cx, b"more");
        assert!(buffered.is_ready());
        (client, connection)
    }

    /// Whether a read from a silent client waits, without an end to it.
    async fn waits(connection: &mut Connection) -> bool {
        let day = Duration::from_secs(24 * 60 * 60);
        timeout(day, connection.read_u8()).await.is_err()
    }

    // The clock stands still, and jumps to the next timer when nothing else is to do.
    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_end_is_given_up() {
        let (mut client, mut connection) = connected();
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_before_a_head_and_in_a_body_is_left_to_others() {
        let (mut client, mut connection) = connected();
        assert!(waits(&mut connection).await);
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        connection.end_head();
        assert!(waits(&mut connection).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_given_up() {
        let (mut client, mut connection) = connected();
        connection.end_head();
        connection.note_body(true);
        let drip = async {
            loop {
                sleep(Duration::from_secs(5)).await;
                client.write_all(b"x").await.unwrap();
            }
        };
        let read = async {
            loop {
                if let Err(error) = connection.read_u8().await {
                    return error.kind();
                }
            }
        };
        tokio::select! {
            () = drip => {}
            kind = read => assert_eq!(kind, io::ErrorKind::TimedOut),
        }
        // What follows the body is not part of it.
        connection.note_body(false);
        assert!(waits(&mut connection).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_next_head_has_its_own_time() {
        let (mut client, mut connection) = connected();
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        // Answered by whom nothing was said of heads, as the admin endpoint does.
        connection.write_all(b"answer").await.unwrap();
        assert!(waits(&mut connection).await);
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (_client, mut connection) = connected();
        let error = loop {
            if let Err(error) = connection.write_all(&[0; 4 << 10]).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);

        let (_client, mut connection) = full();
        let error = connection.flush().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);

        let (_client, mut connection) = full();
        let day = Duration::from_secs(24 * 60 * 60);
        timeout(day, Shutdown::shutdown(&mut connection))
            .await
            .unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_little_at_a_time_is_waited_for() {
        let (mut client, mut connection) = full();
        let write = connection.write_all(&[0; 1 << 20]);
        let read = async {
            loop {
                // A socket is written to again once a good part of its buffer is free.
                sleep(Duration::from_secs(20)).await;
                client.read_exact(&mut [0; 100 << 10]).await.unwrap();
            }
        };
        tokio::select! {
            written = write => written.unwrap(),
            () = read => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_read_away_leaves_nothing_to_the_next_request() {
        let (mut client, connection) = connected();
        let metrics = Arc::new(Metrics::new());
        let mut connection = connection.noting(Refusals {
            metrics: Some(Arc::clone(&metrics)),
            access_log: None,
        });
        connection.end_head();
        connection.leave_unread();
        connection.begin_head();
        client.write_all(b"body").await.unwrap();
        connection.read_exact(&mut [0; 4]).await.unwrap();
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let refused = r#"cds_proxy_requests_total{source="proxy",method="other",class="none"} 0"#;
        assert!(metrics.text().contains(refused), "{}", metrics.text());

        // The next one has come whole, so nothing is waited for before the close.
        connection.end_head();
        let close = Shutdown::shutdown(&mut connection);
        timeout(LINGER_PAUSE / 2, close).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn http2_has_no_heads_to_wait_for() {
        let (mut client, server) = UnixStream::pair().unwrap();
        let transport = Transport::Plain(Stream::new(Socket::Unix(server)));
        let agreed = Agreed {
            http2: true,
            tls: None,
        };
        let mut connection = Connection::new(transport, Ends::default(), agreed);
        client.write_all(b"P").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'P');
        assert!(waits(&mut connection).await);
    }
}
