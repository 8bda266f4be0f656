//! Whether an address is this proxy's own.

use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Whether a connection to an address reaches one of these listeners.
pub(super) fn leads_to(address: SocketAddr, listeners: &[SocketAddr]) -> bool {
    let ip = address.ip().to_canonical();
    listeners.iter().any(|listener| {
        let same_port = listener.port() == address.port();
        let listens_on_all = listener.ip().is_unspecified();
        same_port && (listener.ip().to_canonical() == ip || listens_on_all && is_local(ip))
    })
}

/// Whether an address is one of this machine: only those can be bound.
fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_is_seen_however_the_listener_is_named() {
        for (upstream, listener, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "0.0.0.0:80", true),
            ("127.0.0.1:80", "[::]:80", true),
            ("[::1]:80", "[::]:80", true),
            ("127.0.0.1:81", "0.0.0.0:80", false),
            ("192.0.2.7:80", "0.0.0.0:80", false),
        ] {
            let [upstream, own] = [upstream, listener].map(|text| text.parse().unwrap());
            assert_eq!(
                leads_to(upstream, &[own]),
                expected,
                "{upstream} {listener}"
            );
        }
    }
}
