//! Sockets that listen.

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::socket_file::SocketFile;
use crate::config::ListenAddress;

/// A socket that is bound and listens.
#[derive(Debug)]
pub(super) enum Bound {
    Tcp(TcpListener),
    /// The file, unless it is the service manager's.
    Unix(UnixListener, Option<SocketFile>),
}

impl Bound {
    /// The address that is listened on.
    pub(super) fn address(&self) -> io::Result<ListenAddress> {
        match self {
            Self::Tcp(socket) => Ok(ListenAddress::Tcp(socket.local_addr()?)),
            Self::Unix(socket, _) => {
                let address = socket.local_addr()?;
                let path = address.as_pathname().unwrap_or(Path::new(""));
                Ok(ListenAddress::Unix(path.to_owned()))
            }
        }
    }

    /// Takes its file for this process's own, which removes it at the end.
    pub(super) fn own_file(&self) {
        if let Self::Unix(_, Some(file)) = self {
            file.own();
        }
    }
}
