//! Binding, before anything else is done.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};

/// A socket that listens. Connections queue up in it until [`serve`](super::serve) takes them.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds and listens; `flag` is how the user can choose another address.
    ///
    /// # Errors
    ///
    /// At once, with the address and what to do.
    pub fn bind(address: SocketAddr, flag: &'static str) -> Result<Self, BindError> {
        let bound = || {
            let socket = TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            Ok(Self { socket, address })
        };
        bound().map_err(|source| BindError {
            address,
            flag,
            source,
        })
    }

    /// The address, with the port that the system chose if port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn into_tokio(self) -> io::Result<tokio::net::TcpListener> {
        tokio::net::TcpListener::from_std(self.socket)
    }
}

/// An address that can't be listened on.
#[derive(Debug)]
pub struct BindError {
    address: SocketAddr,
    flag: &'static str,
    source: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            flag,
            source,
        } = self;
        write!(f, "can't listen on {address}: ")?;
        match source.kind() {
            io::ErrorKind::AddrInUse => write!(
                f,
                "the port is in use; stop the program that has it, or choose another with {flag}"
            ),
            io::ErrorKind::PermissionDenied => write!(
                f,
                "permission denied; choose a port from 1024 up with {flag}, or allow this program \
                 to bind lower ones (CAP_NET_BIND_SERVICE)"
            ),
            io::ErrorKind::AddrNotAvailable => write!(
                f,
                "no interface of this machine has this address; choose one that does with {flag} \
                 (0.0.0.0 and [::] stand for all)"
            ),
            _ => write!(f, "{source}; choose another address with {flag}"),
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

    #[test]
    fn a_port_in_use_is_named_with_the_flag_that_mends_it() {
        let first = Listener::bind("127.0.0.1:0".parse().unwrap(), "--listen").unwrap();
        let error = Listener::bind(first.address(), "--listen").unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&first.address().to_string()), "{message}");
        assert!(message.contains("port is in use"), "{message}");
        assert!(message.contains("--listen"), "{message}");
    }

    #[test]
    fn an_address_of_another_machine_is_said_to_be_one() {
        let error = Listener::bind("192.0.2.1:0".parse().unwrap(), "--admin").unwrap_err();
        assert!(error.to_string().contains("no interface"), "{error}");
    }
}
