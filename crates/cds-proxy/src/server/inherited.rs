//! Listening sockets that were there before this process: of systemd, or of the process that this
//! one takes over from.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};

use anyhow::{Context as _, bail, ensure};
use listenfd::ListenFd;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::{AddressFamily, sockopt};
use rustix::stdio::{dup2_stdin, stdin};

use super::bound::Bound;
use super::descriptors;
use super::socket_file::SocketFile;
use crate::config::ListenAddress;

/// Sockets that were there before.
#[derive(Debug, Default)]
pub struct Inherited {
    sockets: Vec<(ListenAddress, Bound)>,
    sites: Vec<String>,
    predecessor: Option<UnixStream>,
}

impl Inherited {
    /// The environment variable by which a process knows that it takes over. Its sockets then come
    /// by the standard input, which is a Unix socket.
    pub const VARIABLE: &str = "CDS_PROXY_TAKES_OVER";

    /// Receives what there is. Call it while there is one thread.
    ///
    /// # Errors
    ///
    /// When what is handed over is not what was announced.
    pub fn receive() -> anyhow::Result<Self> {
        if std::env::var_os(Self::VARIABLE).is_some() {
            return Self::of_predecessor().context("the sockets can't be taken over");
        }
        Ok(Self {
            sockets: of_service_manager()?,
            ..Self::default()
        })
    }

    fn of_predecessor() -> anyhow::Result<Self> {
        let stream = UnixStream::from(fcntl_dupfd_cloexec(stdin(), 3)?);
        dup2_stdin(File::open("/dev/null")?)?;
        let (letter, sockets) = descriptors::receive(&stream)?;
        let sockets = letter
            .sockets
            .into_iter()
            .zip(sockets)
            .map(|(name, socket)| {
                let asked: ListenAddress = name.parse().map_err(anyhow::Error::msg)?;
                let file = match &asked {
                    ListenAddress::Tcp(_) => None,
                    // Until the predecessor has let go, it is its own.
                    ListenAddress::Unix(path) => Some(SocketFile::of_another(path)),
                };
                Ok((asked, bound(socket, file)?))
            });
        Ok(Self {
            sockets: sockets.collect::<anyhow::Result<_>>()?,
            sites: letter.sites,
            predecessor: Some(stream),
        })
    }

    /// Whether another process serves until this one does.
    pub const fn have_predecessor(&self) -> bool {
        self.predecessor.is_some()
    }

    /// The sites that the predecessor serves.
    pub fn sites(&self) -> &[String] {
        &self.sites
    }

    /// The socket for an address, if there is one.
    pub(super) fn take(&mut self, address: &ListenAddress) -> Option<Bound> {
        let index = self
            .sockets
            .iter()
            .position(|(known, _)| known == address)?;
        // Of several where the system chose the port, each goes to whom it belonged to, by order.
        Some(self.sockets.remove(index).1)
    }

    /// The addresses of sockets that nobody took.
    pub fn left(&self) -> impl Iterator<Item = &ListenAddress> {
        self.sockets.iter().map(|(address, _)| address)
    }

    /// Lets the predecessor know that its listeners are served, and waits until it has let go of
    /// them. `false`: it ended instead, because it was asked to meanwhile, and this process is to
    /// end as well.
    ///
    /// # Blocking
    ///
    /// Until the predecessor has answered.
    pub fn confirm(mut self) -> bool {
        let Some(predecessor) = &mut self.predecessor else {
            return true;
        };
        let let_go = predecessor
            .write_all(b"1")
            .and_then(|()| predecessor.read_exact(&mut [0]));
        if let_go.is_ok() {
            for (_, socket) in &self.sockets {
                // Nobody listens there any more, so its file goes with it.
                socket.own_file();
            }
        }
        let_go.is_ok()
    }
}

/// systemd's protocol (sd_listen_fds(3)).
fn of_service_manager() -> anyhow::Result<Vec<(ListenAddress, Bound)>> {
    let mut all = ListenFd::from_env();
    (0..all.len())
        .map(|index| {
            let descriptor = index + 3;
            let bound = match (all.take_tcp_listener(index), all.take_unix_listener(index)) {
                (Ok(Some(socket)), _) => bound(socket.into(), None),
                (_, Ok(Some(socket))) => bound(socket.into(), None),
                (Err(error), _) => Err(error.into()),
                (Ok(None), _) => bail!("descriptor {descriptor} is none"),
            };
            let bound = bound.with_context(|| {
                format!(
                    "the service manager hands over descriptor {descriptor}, which can't be used"
                )
            })?;
            Ok((bound.address()?, bound))
        })
        .collect()
}

fn bound(socket: OwnedFd, file: Option<SocketFile>) -> anyhow::Result<Bound> {
    ensure!(
        sockopt::socket_acceptconn(&socket)?,
        "it doesn't listen (write Accept=no)"
    );
    Ok(match sockopt::socket_domain(&socket)? {
        AddressFamily::INET | AddressFamily::INET6 => {
            let socket = TcpListener::from(socket);
            socket.set_nonblocking(true)?;
            Bound::Tcp(socket)
        }
        AddressFamily::UNIX => {
            let socket = UnixListener::from(socket);
            socket.set_nonblocking(true)?;
            Bound::Unix(socket, file)
        }
        _ => bail!("it is neither of TCP nor a Unix socket"),
    })
}
