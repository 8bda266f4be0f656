//! One client's connection, as Pingora reads and writes it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use pingora::protocols::l4::ext::set_tcp_keepalive;
use pingora::protocols::raw_connect::ProxyDigest;
use pingora::protocols::{
    GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl,
    TimingDigest, UniqueID,
};
use pingora::proxy::Session;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufWriter, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep, timeout};

use crate::upstream::keepalive;

/// A TCP connection with what Pingora's own stream lacks: a limit for the whole head of a
/// request, and a close that doesn't destroy an answer on its way.
pub struct Connection {
    stream: BufWriter<TcpStream>,
    socket: Arc<SocketDigest>,
    since: SystemTime,
    /// Whether what is read belongs to a request's head, which has [`HEAD_TIMEOUT`].
    in_head: AtomicBool,
    /// Whether that request is another than the one before.
    is_next: AtomicBool,
    head_begun: bool,
    /// Made when a head does not come in one piece, which is rare.
    head_timer: Option<Pin<Box<Sleep>>>,
    /// Whether the client may still be sending what nobody will read.
    unread: AtomicBool,
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
    pub(crate) fn new(stream: TcpStream, peer: SocketAddr) -> Self {
        // A response is written as a whole; waiting for more only delays it.
        let _ = stream.set_nodelay(true);
        // A tunnel may be silent for long, and so may a client that has lost its line.
        let _ = set_tcp_keepalive(&stream, &keepalive());
        let socket = SocketDigest::from_raw_fd(stream.as_raw_fd());
        let _ = socket.peer_addr.set(Some(peer.into()));
        Self {
            stream: BufWriter::with_capacity(WRITE_BUFFER, stream),
            socket: Arc::new(socket),
            since: SystemTime::now(),
            in_head: AtomicBool::new(true),
            is_next: AtomicBool::new(false),
            head_begun: false,
            head_timer: None,
            unread: AtomicBool::new(false),
        }
    }

    /// The connection that a session reads from.
    pub fn of(session: &Session) -> Option<&Self> {
        session.stream()?.as_any().downcast_ref()
    }

    /// Says that the head of a request is complete: what follows is its body.
    pub fn end_head(&self) {
        self.in_head.store(false, Ordering::Relaxed);
    }

    /// Says that a request is done with: what follows is the head of the next one.
    pub fn begin_head(&self) {
        self.is_next.store(true, Ordering::Relaxed);
        self.in_head.store(true, Ordering::Relaxed);
    }

    /// Says that a part of the request will not be read, so that the close must linger.
    pub fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if std::mem::take(self.is_next.get_mut()) {
            // Between two requests a client may be silent for as long as connections are kept.
            self.head_begun = false;
            self.head_timer = None;
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Pending if self.head_begun => {
                let timer = self
                    .head_timer
                    .get_or_insert_with(|| Box::pin(sleep(HEAD_TIMEOUT)));
                timer
                    .as_mut()
                    .poll(cx)
                    .map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
            ready => {
                self.head_begun |= buf.filled().len() > before;
                ready
            }
        }
    }

    async fn linger(&mut self) {
        let mut scratch = vec![0; 16 << 10];
        while let Ok(Ok(1..)) = timeout(LINGER_PAUSE, self.stream.read(&mut scratch)).await {}
    }

    /// Whether bytes have come that nobody asked for, such as a next request.
    fn has_more(&self) -> bool {
        matches!(self.stream.get_ref().try_read(&mut [0]), Ok(1..))
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
            return this.poll_head(cx, buf);
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
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
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
        let _ = self.stream.shutdown().await;
        if *self.unread.get_mut() || self.has_more() {
            let _ = timeout(LINGER, self.linger()).await;
        }
    }
}

impl UniqueID for Connection {
    fn id(&self) -> i32 {
        self.stream.get_ref().as_raw_fd()
    }
}

impl Ssl for Connection {}

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
    use tokio::net::TcpListener;

    use super::*;

    async fn connected() -> (TcpStream, Connection) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        (client, Connection::new(stream, peer))
    }

    /// Whether a read from a silent client waits, without an end to it.
    async fn waits(connection: &mut Connection) -> bool {
        let day = Duration::from_secs(24 * 60 * 60);
        timeout(day, connection.read_u8()).await.is_err()
    }

    // The clock stands still, and jumps to the next timer when nothing else is to do.
    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_end_is_given_up() {
        let (mut client, mut connection) = connected().await;
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_before_a_head_and_in_a_body_is_left_to_others() {
        let (mut client, mut connection) = connected().await;
        assert!(waits(&mut connection).await);
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        connection.end_head();
        assert!(waits(&mut connection).await);
        connection.begin_head();
        assert!(waits(&mut connection).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_next_head_has_its_own_time() {
        let (mut client, mut connection) = connected().await;
        client.write_all(b"G").await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        // Answered without another read, as a request without a body is.
        connection.end_head();
        connection.begin_head();
        assert!(waits(&mut connection).await);
    }
}
