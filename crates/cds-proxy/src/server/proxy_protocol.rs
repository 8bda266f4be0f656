//! The header by which a load balancer tells whose connection it passes on.
//!
//! HAProxy's PROXY protocol, versions 1 and 2.

use std::io;
use std::net::SocketAddr;

use proxy_header::{Error, ParseConfig, ProxyHeader};

use super::transport::Stream;

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The client's address.
    pub(super) client: SocketAddr,
    /// The address that the client connected to.
    pub(super) destination: SocketAddr,
}

/// What load balancers send is at most some hundred bytes, extensions (TLV) included.
const LONGEST: usize = 4 << 10;

const FORM: ParseConfig = ParseConfig {
    include_tlvs: false,
    allow_v1: true,
    allow_v2: true,
};

/// Whether these first bytes are of a header.
pub(super) fn begins_with_header(ahead: &[u8]) -> bool {
    ahead.starts_with(VERSION_1) || ahead.starts_with(VERSION_2)
}

const VERSION_1: &[u8] = b"PROXY ";
const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Reads the header. `None`: the connection is the load balancer's own, such as a health check.
///
/// # Errors
///
/// When there is no header. The protocol forbids to guess whether one was meant: a client could
/// leave it out, or write its own.
pub(super) async fn read(stream: &mut Stream) -> io::Result<Option<Origin>> {
    loop {
        match parse(stream.ahead()) {
            Parsed::Whole(origin, length) => {
                stream.skip(length);
                return Ok(origin);
            }
            Parsed::Part if stream.ahead().len() < LONGEST => {
                if stream.read_ahead().await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Parsed::Part | Parsed::Other => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it begins without a PROXY protocol header",
                ));
            }
        }
    }
}

/// What bytes are the beginning of.
#[derive(Debug, PartialEq, Eq)]
enum Parsed {
    /// A header of this length.
    Whole(Option<Origin>, usize),
    /// A header that isn't all there.
    Part,
    /// Something else.
    Other,
}

fn parse(bytes: &[u8]) -> Parsed {
    match ProxyHeader::parse(bytes, FORM) {
        Ok((header, length)) => {
            let origin = header.proxied_address().map(|address| Origin {
                client: address.source,
                destination: address.destination,
            });
            Parsed::Whole(origin, length)
        }
        Err(Error::BufferTooShort) => Parsed::Part,
        Err(_) => Parsed::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proxy_header::ProxiedAddress;

    use super::*;

    const V1: &[u8] = b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r\n";

    fn version_2(client: &str, destination: &str) -> Vec<u8> {
        let (client, destination) = (client.parse().unwrap(), destination.parse().unwrap());
        let header = ProxyHeader::with_address(ProxiedAddress::stream(client, destination));
        let mut bytes = Vec::new();
        header.encode_v2(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn both_versions_tell_the_client_and_leave_what_follows() {
        let v2 = version_2("[2001:db8::7]:5000", "[2001:db8::1]:443");
        for (header, client) in [(V1, "192.0.2.7:5000"), (&v2, "[2001:db8::7]:5000")] {
            let bytes = [header, b"GET / HTTP/1.1"].concat();
            let Parsed::Whole(Some(origin), length) = parse(&bytes) else {
                panic!("{client}");
            };
            assert_eq!(origin.client, client.parse().unwrap());
            assert_eq!(origin.destination.port(), 443);
            assert_eq!(length, header.len());
        }
    }

    #[test]
    fn a_connection_of_the_load_balancer_itself_has_no_other_client() {
        let local = [&b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"[..], b"GET"].concat();
        assert_eq!(parse(&local), Parsed::Whole(None, 16));
        assert_eq!(parse(b"PROXY UNKNOWN\r\nGET"), Parsed::Whole(None, 15));
    }

    #[test]
    fn half_a_header_is_waited_for_and_anything_else_is_refused() {
        for length in 0..V1.len() {
            assert_eq!(parse(&V1[..length]), Parsed::Part, "{length}");
        }
        for other in [
            &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
            b"PROXY TCP4 a b 1 2\r\n\r\n",
            b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 443\r-",
            b"PROXY UDP4 192.0.2.7 192.0.2.1 5000 443\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x31\0\0\0",
        ] {
            assert_eq!(parse(other), Parsed::Other, "{}", other.escape_ascii());
        }
        assert_eq!(parse(&[b'P'; 200]), Parsed::Other);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(start in 0..3usize, rest in prop::collection::vec(any::<u8>(), 0..300)) {
            let starts: [&[u8]; 3] = [b"", b"PROXY ", b"\r\n\r\n\0\r\nQUIT\n\x21"];
            let bytes = [starts[start], &rest].concat();
            if let Parsed::Whole(_, length) = parse(&bytes) {
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
