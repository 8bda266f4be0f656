//! How an upstream is connected to.

use std::net::SocketAddr;
use std::time::Duration;

use pingora::protocols::{ALPN, TcpKeepalive};
use pingora::upstreams::peer::HttpPeer;

use super::tls::Trust;
use crate::config::{UpstreamHttp2, UpstreamUrl};

/// Time limits towards the upstream.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For making a connection. Where there are several addresses to try, they share it.
    pub connect: Duration,
    /// For the first byte of an answer, and between two pieces of it.
    pub answer: Duration,
    /// For the upstream to take a piece of what it is sent.
    pub write: Duration,
    /// For how long a connection is kept that nothing is asked on.
    pub idle: Duration,
    /// For a tunnel or an event stream in which nobody says anything.
    pub stream: Duration,
}

/// How all upstreams are spoken to.
#[derive(Debug, Clone)]
pub struct Speech {
    /// Time limits.
    pub limits: Limits,
    /// Whom their certificates are checked against, where TLS is spoken.
    pub trust: Option<Trust>,
    /// Whether HTTP/2 is spoken.
    pub http2: UpstreamHttp2,
    /// Whether connections are kept for other requests.
    pub keeps_connections: bool,
}

/// What Pingora is to read as the list of authorities: none. It would read the system's at once, and
/// panic where it can't, while whom an upstream is checked against is for its peer to say.
pub const NO_AUTHORITIES: &str = "/dev/null";

/// What a request asks of the connection that it is sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// How its answer arrives.
    pub pace: Pace,
    /// Whether HTTP/2 would not do for it.
    pub http1: bool,
}

/// How a request's answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// One piece soon after the other.
    Steady,
    /// Whenever there is something to tell: an upgraded connection, an event stream.
    Occasional,
}

impl Limits {
    /// Each of so many addresses that drop packets must leave time for the next.
    pub(super) fn shared_by(self, addresses: usize) -> Self {
        let share = u32::try_from(addresses).unwrap_or(u32::MAX).max(1);
        Self {
            connect: self.connect / share,
            ..self
        }
    }

    fn of_answer(self, pace: Pace) -> Duration {
        match pace {
            Pace::Steady => self.answer,
            Pace::Occasional => self.stream.max(self.answer),
        }
    }
}

impl Speech {
    /// How to connect to an address of an upstream, which is one of so many.
    pub(super) fn peer(
        &self,
        url: &UpstreamUrl,
        address: SocketAddr,
        many: usize,
        demand: Demand,
    ) -> Option<HttpPeer> {
        // No name reaches Pingora: it would resolve it while a request waits, blocking its thread.
        let mut peer = HttpPeer::new(address, url.is_tls, String::new());
        if url.is_tls {
            self.trust.as_ref()?.apply(&mut peer, url);
        }
        let limits = self.limits.shared_by(many);
        let options = &mut peer.options;
        options.alpn = self.protocols(url, demand);
        options.max_h2_streams = STREAMS;
        options.h2_stream_window_size = Some(STREAM_WINDOW);
        options.h2_connection_window_size = Some(CONNECTION_WINDOW);
        options.connection_timeout = Some(limits.connect);
        options.total_connection_timeout = Some(limits.connect);
        options.read_timeout = Some(limits.of_answer(demand.pace));
        options.write_timeout = Some(limits.write);
        options.idle_timeout = Some(limits.idle);
        options.tcp_keepalive = Some(keepalive());
        Some(peer)
    }

    const fn protocols(&self, url: &UpstreamUrl, demand: Demand) -> ALPN {
        match self.http2 {
            UpstreamHttp2::Always if url.is_tls && demand.http1 => ALPN::H1,
            UpstreamHttp2::Always => ALPN::H2,
            UpstreamHttp2::Auto if url.is_tls && !demand.http1 && self.keeps_connections => {
                ALPN::H2H1
            }
            UpstreamHttp2::Auto | UpstreamHttp2::Never => ALPN::H1,
        }
    }
}

/// Requests at a time on a connection of HTTP/2: what servers usually allow.
const STREAMS: usize = 100;

/// What is taken of an answer while its client takes none of it. Pingora's 8 MiB would be a lot of
/// memory for a few slow clients.
const STREAM_WINDOW: u32 = 256 << 10;

/// Enough for all streams, so that slow clients don't hold up the others.
const CONNECTION_WINDOW: u32 = 100 * STREAM_WINDOW;

/// Finds out within two minutes that the other end of a silent tunnel is gone.
pub fn keepalive() -> TcpKeepalive {
    TcpKeepalive {
        idle: Duration::from_secs(60),
        interval: Duration::from_secs(15),
        count: 4,
        #[cfg(target_os = "linux")]
        user_timeout: Duration::ZERO,
    }
}
