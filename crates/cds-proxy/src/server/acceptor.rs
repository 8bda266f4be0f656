//! A listener that is served.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, UnixListener};

use super::bind::{Bound, Listener};
use super::greeting::Greeting;
use super::socket_file::SocketFile;
use super::transport::Socket;
use crate::config::ListenAddress;

/// A listener that is served. Whoever drops it last closes the socket.
#[derive(Debug)]
pub struct Acceptor {
    socket: Accepting,
    address: ListenAddress,
    greeting: Arc<Greeting>,
}

#[derive(Debug)]
enum Accepting {
    Tcp(TcpListener),
    /// The file goes with the socket.
    Unix(
        UnixListener,
        #[expect(dead_code, reason = "held to be dropped")] SocketFile,
    ),
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
            address,
            greeting,
        } = listener;
        let socket = match socket {
            Bound::Tcp(socket) => Accepting::Tcp(TcpListener::from_std(socket)?),
            Bound::Unix(socket, file) => Accepting::Unix(UnixListener::from_std(socket)?, file),
        };
        Ok(Arc::new(Self {
            socket,
            address,
            greeting: Arc::new(greeting),
        }))
    }

    /// The address that is listened on.
    pub fn address(&self) -> ListenAddress {
        self.address.clone()
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
