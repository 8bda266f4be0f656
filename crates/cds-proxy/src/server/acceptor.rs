//! A listener that is served.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::net::{TcpListener, UnixListener};

use super::bind::Listener;
use super::bound::Bound;
use super::descriptors::{self, Letter};
use super::greeting::Greeting;
use super::socket_file::SocketFile;
use super::transport::Socket;
use crate::config::ListenAddress;

/// A listener that is served. Whoever drops it last closes the socket.
#[derive(Debug)]
pub struct Acceptor {
    socket: Accepting,
    asked: ListenAddress,
    address: ListenAddress,
    greeting: Arc<Greeting>,
}

#[derive(Debug)]
enum Accepting {
    Tcp(TcpListener),
    Unix(UnixListener, Option<SocketFile>),
}

impl AsFd for Accepting {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(socket) => socket.as_fd(),
            Self::Unix(socket, _) => socket.as_fd(),
        }
    }
}

impl Acceptor {
    /// Makes a listener ready to be served. Call it inside the runtime.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn new(listener: Listener) -> io::Result<Arc<Self>> {
        let Listener {
            socket,
            asked,
            address,
            greeting,
        } = listener;
        let socket = match socket {
            Bound::Tcp(socket) => Accepting::Tcp(TcpListener::from_std(socket)?),
            Bound::Unix(socket, file) => Accepting::Unix(UnixListener::from_std(socket)?, file),
        };
        Ok(Arc::new(Self {
            socket,
            asked,
            address,
            greeting: Arc::new(greeting),
        }))
    }

    /// The address that is listened on.
    pub fn address(&self) -> ListenAddress {
        self.address.clone()
    }

    /// Says whether the file of a Unix socket is ours, and so goes when the socket does.
    pub fn own_file(&self, ours: bool) {
        if let Accepting::Unix(_, Some(file)) = &self.socket {
            match ours {
                true => file.own(),
                false => file.leave(),
            }
        }
    }

    /// Sends the sockets of these to the process that is to take over, and which sites are served.
    ///
    /// # Errors
    ///
    /// When that process is gone, or there are too many.
    pub(super) fn send(
        all: &[Arc<Self>],
        sites: Vec<String>,
        stream: &UnixStream,
    ) -> io::Result<()> {
        let names = all.iter().map(|acceptor| acceptor.asked.to_string());
        let letter = Letter {
            sockets: names.collect(),
            sites,
        };
        let sockets: Vec<_> = all.iter().map(|acceptor| acceptor.socket.as_fd()).collect();
        descriptors::send(stream, &letter, &sockets)
    }

    pub(super) const fn greeting(&self) -> &Arc<Greeting> {
        &self.greeting
    }

    /// The next connection, with the address of its other end if it has one.
    pub(super) async fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        match &self.socket {
            Accepting::Tcp(socket) => {
                let (stream, peer) = socket.accept().await?;
                Ok((Socket::Tcp(stream), Some(peer)))
            }
            Accepting::Unix(socket, _) => {
                let (stream, _) = socket.accept().await?;
                Ok((Socket::Unix(stream), None))
            }
        }
    }
}
