//! Where the portal is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use pingora::protocols::TcpKeepalive;
use pingora::upstreams::peer::HttpPeer;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use crate::config::{Host, UpstreamUrl};

/// The portal: its addresses now, and whether it was reachable when last tried.
#[derive(Debug)]
pub struct Upstream {
    url: UpstreamUrl,
    authority: String,
    limits: Limits,
    peers: ArcSwap<Vec<HttpPeer>>,
    /// Index of the address that answered last: where a name has several, the first may be dead.
    preferred: AtomicUsize,
    unreachable: AtomicBool,
    /// Whether the name has been asked for once, however that ended.
    asked: watch::Sender<bool>,
    ask_again: Notify,
}

/// Time limits towards the upstream.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For making a connection.
    pub connect: Duration,
    /// For the first byte of an answer, and between two pieces of it.
    pub answer: Duration,
}

/// How a request's answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// One piece soon after the other.
    Steady,
    /// Whenever there is something to tell: an upgraded connection, an event stream.
    Occasional,
}

/// Shorter than servers keep idle connections: Apache and Node 5 s, nginx 75 s. A request other
/// than GET that meets a connection just closed can't be repeated and fails.
const IDLE: Duration = Duration::from_secs(4);

/// For a tunnel or an event stream in which nobody says anything.
const OCCASIONAL: Duration = Duration::from_secs(60 * 60);

/// For the upstream to take what it is sent.
const WRITE: Duration = Duration::from_secs(60);

/// How often a name is asked for: the system's resolver tells no time to live.
const REFRESH: Duration = Duration::from_secs(30);

/// How long to wait after a name could not be resolved, and at least between two questions.
const RETRY: Duration = Duration::from_secs(2);

impl Upstream {
    /// The upstream of a URL. A name has no address until [`Upstream::keep_resolved`] runs.
    pub fn new(url: UpstreamUrl, limits: Limits) -> Self {
        let peers = match url.host {
            Host::Address(address) => vec![peer(SocketAddr::new(address, url.port), limits)],
            Host::Name(_) => Vec::new(),
        };
        Self {
            authority: url.authority(),
            asked: watch::Sender::new(!peers.is_empty()),
            peers: ArcSwap::from_pointee(peers),
            url,
            limits,
            preferred: AtomicUsize::new(0),
            unreachable: AtomicBool::new(false),
            ask_again: Notify::new(),
        }
    }

    /// `host:port`, as a `Host` field names it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The time limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// How many addresses there are to try.
    pub fn len(&self) -> usize {
        self.peers.load().len()
    }

    /// Whether no address is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The address for a request that has tried `attempt` others before; `None` when the name
    /// can't be resolved.
    pub async fn peer(&self, attempt: usize, pace: Pace) -> Option<Box<HttpPeer>> {
        if self.is_empty() {
            // Only in the first moments after the start, when the first question is under way.
            let mut asked = self.asked.subscribe();
            let _ = timeout(self.limits.connect, asked.wait_for(|asked| *asked)).await;
        }
        let peers = self.peers.load();
        let index = self.preferred.load(Ordering::Relaxed).wrapping_add(attempt);
        let mut peer = Box::new(peers.get(index % peers.len().max(1))?.clone());
        if pace == Pace::Occasional {
            peer.options.read_timeout = Some(OCCASIONAL.max(self.limits.answer));
        }
        Some(peer)
    }

    /// Notes that the upstream could be reached after trying `attempt` other addresses.
    pub fn reached(&self, attempt: usize) {
        if attempt > 0 {
            self.preferred.fetch_add(attempt, Ordering::Relaxed);
        }
        if self.unreachable.load(Ordering::Relaxed)
            && self.unreachable.swap(false, Ordering::Relaxed)
        {
            tracing::info!(upstream = %self.url, "the upstream can be reached again");
        }
    }

    /// Notes that no address could be reached, and why.
    pub fn missed(&self, why: &str) {
        self.ask_again.notify_one();
        // Once per outage: under load the log would hold nothing else.
        if !self.unreachable.swap(true, Ordering::Relaxed) {
            tracing::error!(upstream = %self.url, "the upstream can't be reached: {why}");
        }
    }

    /// Resolves the upstream's name again and again, for as long as it is polled.
    pub async fn keep_resolved(self: Arc<Self>) {
        let Host::Name(name) = &self.url.host else {
            return;
        };
        let mut failing = false;
        loop {
            let answer = resolve(name, self.url.port).await;
            let pause = if answer.is_ok() { REFRESH } else { RETRY };
            match answer {
                Ok(addresses) => self.take_up(name, &addresses),
                // Addresses known before stay: a resolver that is down is no reason to stop.
                // Said once, not every other second.
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(upstream = %self.url, "`{name}` can't be resolved: {error}");
                }
                Err(_) => {}
            }
            failing &= pause == RETRY;
            self.asked.send_replace(true);
            sleep(RETRY).await;
            let _ = timeout(pause.saturating_sub(RETRY), self.ask_again.notified()).await;
        }
    }

    fn take_up(&self, name: &str, addresses: &[SocketAddr]) {
        let known = self.peers.load();
        let same = known
            .iter()
            .map(|peer| peer._address.as_inet())
            .eq(addresses.iter().map(Some));
        if same {
            return;
        }
        tracing::info!(upstream = %self.url, ?addresses, "`{name}` is resolved");
        let peers = addresses
            .iter()
            .map(|address| peer(*address, self.limits))
            .collect();
        self.peers.store(Arc::new(peers));
        self.preferred.store(0, Ordering::Relaxed);
    }
}

/// The addresses of a name, in the order the system prefers (RFC 6724).
async fn resolve(name: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    let addresses: Vec<_> = tokio::net::lookup_host((name, port)).await?.collect();
    if addresses.is_empty() {
        return Err(std::io::Error::other("the name has no address"));
    }
    Ok(addresses)
}

fn peer(address: SocketAddr, limits: Limits) -> HttpPeer {
    // No name reaches Pingora: it would resolve it while a request waits, blocking its thread.
    let mut peer = HttpPeer::new(address, false, String::new());
    let options = &mut peer.options;
    options.connection_timeout = Some(limits.connect);
    options.total_connection_timeout = Some(limits.connect);
    options.read_timeout = Some(limits.answer);
    options.write_timeout = Some(WRITE);
    options.idle_timeout = Some(IDLE);
    options.tcp_keepalive = Some(keepalive());
    peer
}

/// Finds out within two minutes that the other end of a silent tunnel is gone.
fn keepalive() -> TcpKeepalive {
    TcpKeepalive {
        idle: Duration::from_secs(60),
        interval: Duration::from_secs(15),
        count: 4,
        #[cfg(target_os = "linux")]
        user_timeout: Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        connect: Duration::from_secs(1),
        answer: Duration::from_secs(2),
    };

    fn upstream(url: &str) -> Upstream {
        Upstream::new(url.parse().unwrap(), LIMITS)
    }

    #[tokio::test]
    async fn an_address_is_there_at_once() {
        let upstream = upstream("http://[::1]:3000");
        let peer = upstream.peer(0, Pace::Steady).await.unwrap();
        assert_eq!(peer._address.to_string(), "[::1]:3000");
        assert_eq!(peer.options.read_timeout, Some(LIMITS.answer));
        let peer = upstream.peer(0, Pace::Occasional).await.unwrap();
        assert_eq!(peer.options.read_timeout, Some(OCCASIONAL));
    }

    #[tokio::test]
    async fn a_name_is_resolved_while_the_first_request_waits() {
        let upstream = Arc::new(upstream("http://localhost:3000"));
        let resolving = tokio::spawn(Arc::clone(&upstream).keep_resolved());
        let peer = upstream.peer(0, Pace::Steady).await.unwrap();
        assert!(peer._address.as_inet().unwrap().ip().is_loopback());
        resolving.abort();
    }

    #[tokio::test]
    async fn a_name_nobody_knows_has_no_peer() {
        let upstream = Arc::new(upstream("http://portal.invalid:3000"));
        let resolving = tokio::spawn(Arc::clone(&upstream).keep_resolved());
        assert!(upstream.peer(0, Pace::Steady).await.is_none());
        resolving.abort();
    }

    #[tokio::test]
    async fn the_address_that_answered_is_tried_first_from_then_on() {
        let upstream = upstream("http://portal.invalid:3000");
        let addresses = ["192.0.2.1:1", "192.0.2.2:1"].map(|text| text.parse().unwrap());
        upstream.take_up("portal.invalid", &addresses);
        let first = async |attempt| {
            upstream
                .peer(attempt, Pace::Steady)
                .await
                .map(|peer| peer._address.to_string())
        };
        assert_eq!(first(0).await.as_deref(), Some("192.0.2.1:1"));
        assert_eq!(first(1).await.as_deref(), Some("192.0.2.2:1"));
        upstream.reached(1);
        assert_eq!(first(0).await.as_deref(), Some("192.0.2.2:1"));
        assert_eq!(first(1).await.as_deref(), Some("192.0.2.1:1"));
    }
}
