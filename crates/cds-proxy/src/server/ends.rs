//! Who is at the ends of a connection, and what they speak.

use std::net::SocketAddr;
use std::sync::Arc;

use pingora::protocols::tls::SslDigest;

/// The two ends of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// The client; `None` behind a Unix socket.
    pub(super) client: Option<SocketAddr>,
    /// Where the client connected to, if a load balancer says so.
    pub(super) destination: Option<SocketAddr>,
}

/// What they have agreed on.
#[derive(Debug, Default)]
pub(super) struct Agreed {
    pub(super) http2: bool,
    pub(super) tls: Option<Arc<SslDigest>>,
}
