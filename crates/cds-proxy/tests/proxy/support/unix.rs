//! A Unix socket that takes no more connections.

use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, connect, listen, socket_with,
};

/// Somebody who listens and accepts nothing, with as many connections as wait for that.
pub(crate) struct FullQueue {
    _listener: OwnedFd,
    _waiting: Vec<OwnedFd>,
}

impl FullQueue {
    pub(crate) fn at(path: &Path) -> Self {
        let address = SocketAddrUnix::new(path).unwrap();
        let listener = socket();
        bind(&listener, &address).unwrap();
        listen(&listener, 1).unwrap();
        let mut waiting = Vec::new();
        loop {
            let client = socket();
            if connect(&client, &address).is_err() {
                break;
            }
            waiting.push(client);
        }
        Self {
            _listener: listener,
            _waiting: waiting,
        }
    }
}

fn socket() -> OwnedFd {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap()
}
