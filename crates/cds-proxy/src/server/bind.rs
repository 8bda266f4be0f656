//! Binding, before anything else is done.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};

use super::bound::Bound;
use super::greeting::Greeting;
use super::inherited::Inherited;
use super::socket_file;
use crate::config::{ListenAddress, Mode};

/// A socket that listens. Connections queue up in it until [`serve`](super::serve) takes them.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: Bound,
    pub(super) asked: ListenAddress,
    pub(super) address: ListenAddress,
    /// How its connections begin.
    pub greeting: Greeting,
}

/// How many connections may wait to be accepted. The system caps it (`net.core.somaxconn`); the
/// standard library's 128 overflow in the moment in which a restart accepts nothing.
const BACKLOG: i32 = 4096;

impl Listener {
    /// Takes the socket for an address from those that were there before, or binds and listens;
    /// `choose` are words for how the user can choose another address: `with --listen`. Of a Unix
    /// socket, `mode` says who may connect.
    ///
    /// # Errors
    ///
    /// At once, with the address and what to do.
    pub fn bind(
        address: &ListenAddress,
        mode: Mode,
        choose: &str,
        inherited: &mut Inherited,
    ) -> Result<Self, BindError> {
        let bound = inherited.take(address).map_or_else(
            || match address {
                ListenAddress::Tcp(address) => bind_tcp(*address),
                ListenAddress::Unix(path) => socket_file::bind(path, mode, BACKLOG)
                    .map(|(socket, file)| Bound::Unix(socket, Some(file))),
            },
            Ok,
        );
        bound
            .and_then(|socket| {
                Ok(Self {
                    address: socket.address()?,
                    asked: address.clone(),
                    socket,
                    greeting: Greeting::default(),
                })
            })
            .map_err(|source| BindError {
                address: address.clone(),
                choose: choose.to_owned(),
                source,
            })
    }

    /// The address, with the port that the system chose if port 0 was asked for.
    pub const fn address(&self) -> &ListenAddress {
        &self.address
    }
}

fn bind_tcp(address: SocketAddr) -> io::Result<Bound> {
    let socket = TcpListener::bind(address)?;
    rustix::net::listen(&socket, BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(Bound::Tcp(socket))
}

/// An address that can't be listened on.
#[derive(Debug)]
pub struct BindError {
    address: ListenAddress,
    choose: String,
    source: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            choose,
            source,
        } = self;
        write!(f, "can't listen on {address}: ")?;
        match (source.kind(), address) {
            (io::ErrorKind::AddrInUse, ListenAddress::Tcp(_)) => write!(
                f,
                "the port is in use; stop the program that has it, or choose another {choose}"
            ),
            (io::ErrorKind::AddrInUse, ListenAddress::Unix(_)) => write!(
                f,
                "a program listens on it already; stop it, or choose another path {choose}"
            ),
            (io::ErrorKind::AlreadyExists, _) => write!(
                f,
                "there is a file that is no socket; remove it, or choose another path {choose}"
            ),
            (io::ErrorKind::PermissionDenied, ListenAddress::Tcp(_)) => write!(
                f,
                "permission denied; choose a port from 1024 up {choose}, or allow this program \
                 to bind lower ones (CAP_NET_BIND_SERVICE)"
            ),
            (io::ErrorKind::AddrNotAvailable, _) => write!(
                f,
                "no interface of this machine has this address; choose one that does {choose} \
                 (0.0.0.0 and [::] stand for all)"
            ),
            _ => write!(f, "{source}; choose another address {choose}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // Already part of the message where it helps.
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(address: &str) -> Result<Listener, BindError> {
        let mut nothing = Inherited::default();
        let address = address.parse().unwrap();
        Listener::bind(&address, Mode::EVERYONE, "with --listen", &mut nothing)
    }

    #[test]
    fn a_port_in_use_is_named_with_the_flag_that_mends_it() {
        let first = bind("127.0.0.1:0").unwrap();
        let error = bind(&first.address().to_string()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&first.address().to_string()), "{message}");
        assert!(message.contains("port is in use"), "{message}");
        assert!(message.contains("--listen"), "{message}");
    }

    #[test]
    fn an_address_of_another_machine_is_said_to_be_one() {
        let error = bind("192.0.2.1:0").unwrap_err();
        assert!(error.to_string().contains("no interface"), "{error}");
    }
}
