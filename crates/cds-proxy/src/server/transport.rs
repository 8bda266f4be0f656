//! What bytes travel by: TCP or a Unix socket, with TLS or without.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BytesMut};
use rustix::io::ioctl_fionread;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

/// A socket, and what has been read of it ahead of who is to read it.
#[derive(Debug)]
pub(super) struct Stream {
    ahead: BytesMut,
    socket: Socket,
}

/// A connected socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A stream as HTTP is spoken over it.
#[derive(Debug)]
pub(super) enum Transport {
    Plain(Stream),
    Tls(Box<TlsStream<Stream>>),
}

impl Stream {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            ahead: BytesMut::new(),
            socket,
        }
    }

    /// What has been read ahead.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// Takes the first bytes of what has been read ahead away.
    pub(super) fn skip(&mut self, count: usize) {
        self.ahead.advance(count.min(self.ahead.len()));
    }

    /// Reads more ahead, and says how much.
    pub(super) async fn read_ahead(&mut self) -> io::Result<usize> {
        self.ahead.reserve(AHEAD);
        match &mut self.socket {
            Socket::Tcp(stream) => stream.read_buf(&mut self.ahead).await,
            Socket::Unix(stream) => stream.read_buf(&mut self.ahead).await,
        }
    }
}

/// The head of most requests, so that it is read at once and nothing is left for a second time.
const AHEAD: usize = 2 << 10;

impl Socket {
    /// Reads away whatever has come; zero at the end.
    pub(super) async fn discard(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(scratch).await,
            Self::Unix(stream) => stream.read(scratch).await,
        }
    }

    /// Whether bytes have come, which stay where they are.
    pub(super) fn is_readable(&self) -> bool {
        let count = match self {
            Self::Tcp(stream) => ioctl_fionread(stream),
            Self::Unix(stream) => ioctl_fionread(stream),
        };
        matches!(count, Ok(1..))
    }

    /// Whether bytes have come that nobody has read, of which one is lost.
    pub(super) fn has_more(&self) -> bool {
        let read = match self {
            Self::Tcp(stream) => stream.try_read(&mut [0]),
            Self::Unix(stream) => stream.try_read(&mut [0]),
        };
        matches!(read, Ok(1..))
    }
}

impl Transport {
    /// Waits until there is something to read, and leaves it there.
    pub(super) async fn first_word(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) if !stream.ahead.is_empty() => Ok(()),
            Self::Plain(stream) => stream.read_ahead().await.map(drop),
            Self::Tls(stream) => stream.fill_buf().await.map(drop),
        }
    }

    pub(super) fn socket(&self) -> &Socket {
        match self {
            Self::Plain(stream) => &stream.socket,
            Self::Tls(stream) => &stream.get_ref().0.socket,
        }
    }

    pub(super) fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Self::Plain(stream) => &mut stream.socket,
            Self::Tls(stream) => &mut stream.get_mut().0.socket,
        }
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        match self {
            Self::Tcp(stream) => stream.as_raw_fd(),
            Self::Unix(stream) => stream.as_raw_fd(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.ahead.is_empty() {
            return match &mut this.socket {
                Socket::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
                Socket::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
            };
        }
        let count = this.ahead.len().min(buf.remaining());
        buf.put_slice(&this.ahead[..count]);
        this.ahead.advance(count);
        if this.ahead.is_empty() {
            this.ahead = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }
}

/// Delegates writing to the variant that there is.
macro_rules! write_to {
    ($type:ty, |$this:ident| $place:expr, $($variant:path),+) => {
        impl AsyncWrite for $type {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                let $this = self.get_mut();
                match $place {
                    $($variant(stream) => Pin::new(stream).poll_write(cx, buf)),+
                }
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                let $this = self.get_mut();
                match $place {
                    $($variant(stream) => Pin::new(stream).poll_flush(cx)),+
                }
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                let $this = self.get_mut();
                match $place {
                    $($variant(stream) => Pin::new(stream).poll_shutdown(cx)),+
                }
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[io::IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                let $this = self.get_mut();
                match $place {
                    $($variant(stream) => Pin::new(stream).poll_write_vectored(cx, bufs)),+
                }
            }

            fn is_write_vectored(&self) -> bool {
                true
            }
        }
    };
}

write_to!(Stream, |this| &mut this.socket, Socket::Tcp, Socket::Unix);
write_to!(Transport, |this| this, Self::Plain, Self::Tls);

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_read(cx, buf),
        }
    }
}
