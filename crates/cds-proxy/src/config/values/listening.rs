//! Which addresses a listener takes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Whether only one of the two can be listened on. Not so where the system chooses the port.
pub(super) fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let surely = |listener, address| takes(listener, address) == Takes::Surely;
    one.port() != 0 && (surely(one, other) || surely(other, one))
}

/// Whether a connection to an address reaches a listener; `is_local` says whether an address is one
/// of this machine.
pub fn leads_to(
    address: SocketAddr,
    listener: SocketAddr,
    is_local: impl FnOnce(IpAddr) -> bool,
) -> bool {
    // Whoever connects to all addresses connects to this machine.
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip.to_canonical(),
    };
    let address = SocketAddr::new(ip, address.port());
    takes(listener, address) != Takes::No && (!listener.ip().is_unspecified() || is_local(ip))
}

/// Whether a listener takes what is for an address of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Surely,
    /// Whether [::] takes the addresses of IPv4 along is for the system to say.
    Perhaps,
    No,
}

fn takes(listener: SocketAddr, address: SocketAddr) -> Takes {
    let (own, asked) = (listener.ip().to_canonical(), address.ip().to_canonical());
    if listener.port() != address.port() {
        return Takes::No;
    }
    match (own, asked) {
        _ if own == asked => Takes::Surely,
        _ if !own.is_unspecified() => Takes::No,
        (IpAddr::V6(_), IpAddr::V4(_)) => Takes::Perhaps,
        (IpAddr::V4(_), IpAddr::V6(_)) => Takes::No,
        _ => Takes::Surely,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_overlap_where_one_surely_takes_what_the_other_needs() {
        for (one, other, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("0.0.0.0:80", "127.0.0.1:80", true),
            ("[::]:80", "[::1]:80", true),
            ("[::ffff:127.0.0.1]:80", "127.0.0.1:80", true),
            ("[::]:80", "127.0.0.1:80", false),
            ("[::]:80", "0.0.0.0:80", false),
            ("0.0.0.0:80", "[::1]:80", false),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:80", "127.0.0.2:80", false),
            ("0.0.0.0:0", "0.0.0.0:0", false),
        ] {
            let [a, b] = [one, other].map(|text| text.parse().unwrap());
            assert_eq!(overlap(a, b), expected, "{one} {other}");
            assert_eq!(overlap(b, a), expected, "{other} {one}");
        }
    }

    #[test]
    fn a_way_back_is_seen_however_the_listener_is_named() {
        for (address, listener, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "0.0.0.0:80", true),
            ("[::1]:80", "[::]:80", true),
            // As nearly every system has it.
            ("127.0.0.1:80", "[::]:80", true),
            ("0.0.0.0:80", "127.0.0.1:80", true),
            ("[::]:80", "[::1]:80", true),
            ("192.0.2.7:80", "192.0.2.7:80", true),
            ("[::1]:80", "0.0.0.0:80", false),
            ("127.0.0.1:81", "0.0.0.0:80", false),
            ("192.0.2.7:80", "0.0.0.0:80", false),
        ] {
            let [a, b] = [address, listener].map(|text| text.parse().unwrap());
            let is_local = |ip: IpAddr| ip.is_loopback();
            assert_eq!(leads_to(a, b, is_local), expected, "{address} {listener}");
        }
    }
}
