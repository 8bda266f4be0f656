//! How an upstream is connected to.

use std::net::SocketAddr;
use std::time::Duration;

use pingora::protocols::TcpKeepalive;
use pingora::upstreams::peer::HttpPeer;

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

/// How to connect to an address.
pub(super) fn peer(address: SocketAddr, limits: Limits, pace: Pace) -> HttpPeer {
    // No name reaches Pingora: it would resolve it while a request waits, blocking its thread.
    let mut peer = HttpPeer::new(address, false, String::new());
    let options = &mut peer.options;
    options.connection_timeout = Some(limits.connect);
    options.total_connection_timeout = Some(limits.connect);
    options.read_timeout = Some(limits.of_answer(pace));
    options.write_timeout = Some(limits.write);
    options.idle_timeout = Some(limits.idle);
    options.tcp_keepalive = Some(keepalive());
    peer
}

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
