//! Whether an address is this proxy's own.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::config::leads_to;

/// Whether a connection to an address reaches one of these listeners.
pub(super) fn leads_back(address: SocketAddr, listeners: &[SocketAddr]) -> bool {
    let mut listeners = listeners.iter();
    listeners.any(|listener| leads_to(address, *listener, is_local))
}

/// Whether an address is one of this machine: only those can be bound.
fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}
