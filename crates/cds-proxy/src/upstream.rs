//! Where the portal is.

use std::net::{IpAddr, SocketAddr, UdpSocket};
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
    /// Where this proxy itself listens: a request to there would come back.
    own: Vec<SocketAddr>,
    known: ArcSwap<Known>,
    unreachable: AtomicBool,
    /// Whether the name has been asked for once, however that ended.
    asked: watch::Sender<bool>,
    ask_again: Notify,
}

/// The addresses known now.
#[derive(Debug, Default)]
struct Known {
    addresses: Vec<SocketAddr>,
    /// Whether there would be more if they were not our own.
    goes_round: bool,
    /// Index of the address to try first: where a name has several, some may be dead.
    preferred: AtomicUsize,
}

/// Time limits towards the upstream.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For making a connection. Where there are several addresses to try, they share it.
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
pub const OCCASIONAL: Duration = Duration::from_secs(60 * 60);

/// For the upstream to take what it is sent.
const WRITE: Duration = Duration::from_secs(60);

/// How often a name is asked for: the system's resolver tells no time to live.
const REFRESH: Duration = Duration::from_secs(30);

/// How long to wait after a name could not be resolved, and at least between two questions.
const RETRY: Duration = Duration::from_secs(2);

impl Upstream {
    /// The upstream of a URL. A name has no address until [`Upstream::keep_resolved`] runs.
    /// `own` are the addresses that this proxy listens on.
    pub fn new(url: UpstreamUrl, limits: Limits, own: Vec<SocketAddr>) -> Self {
        let upstream = Self {
            authority: url.authority(),
            asked: watch::Sender::new(matches!(url.host, Host::Address(_))),
            known: ArcSwap::default(),
            url,
            limits,
            own,
            unreachable: AtomicBool::new(false),
            ask_again: Notify::new(),
        };
        if let Host::Address(address) = upstream.url.host {
            let address = SocketAddr::new(address, upstream.url.port);
            upstream.known.store(Arc::new(upstream.among(&[address])));
        }
        upstream
    }

    /// `host:port`, as a `Host` field names it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// How many addresses there are to try.
    pub fn len(&self) -> usize {
        self.known.load().addresses.len()
    }

    /// Whether no address is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The address for a request that could not reach those in `missed`; `None` when the name
    /// can't be resolved.
    pub async fn address(&self, missed: &[SocketAddr]) -> Option<SocketAddr> {
        if self.is_empty() {
            // Only in the first moments after the start, when the first question is under way.
            let mut asked = self.asked.subscribe();
            let _ = timeout(self.limits.connect, asked.wait_for(|asked| *asked)).await;
        }
        self.known.load().next(missed)
    }

    /// Why there is no address to try, in an operator's words.
    pub fn why_nowhere(&self) -> &'static str {
        match self.known.load().goes_round {
            true => "it is this proxy itself",
            false => "its name can't be resolved",
        }
    }

    /// How to connect to an address.
    pub fn peer(&self, address: SocketAddr, pace: Pace) -> Box<HttpPeer> {
        let share = u32::try_from(self.len()).unwrap_or(u32::MAX).max(1);
        let limits = Limits {
            // An address that drops packets must leave time for the next one.
            connect: self.limits.connect / share,
            answer: match pace {
                Pace::Steady => self.limits.answer,
                Pace::Occasional => OCCASIONAL.max(self.limits.answer),
            },
        };
        Box::new(peer(address, limits))
    }

    /// Notes that this address answered, so that it is tried first from now on.
    pub fn reached(&self, address: SocketAddr) {
        self.known.load().prefer(address);
        if self.unreachable.load(Ordering::Relaxed)
            && self.unreachable.swap(false, Ordering::Relaxed)
        {
            tracing::info!(upstream = %self.url, "the upstream can be reached again");
        }
    }

    /// Notes that this address takes no connection, so that requests begin with another.
    pub fn passed_over(&self, address: SocketAddr) {
        self.known.load().pass_over(address);
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

    pub(crate) fn take_up(&self, name: &str, addresses: &[SocketAddr]) {
        let known = self.known.load();
        let new = self.among(addresses);
        // Name servers turn the order with every answer; that is no news.
        if known.holds_the_same_as(&new) {
            return;
        }
        tracing::info!(upstream = %self.url, ?addresses, "`{name}` is resolved");
        if let Some(preferred) = known.next(&[]) {
            new.prefer(preferred);
        }
        self.known.store(Arc::new(new));
    }

    /// What of these addresses is not our own.
    fn among(&self, addresses: &[SocketAddr]) -> Known {
        let (own, others) = addresses
            .iter()
            .partition::<Vec<SocketAddr>, _>(|address| leads_to(**address, &self.own));
        if !own.is_empty() {
            tracing::error!(
                upstream = %self.url,
                addresses = ?own,
                "the upstream leads back to this proxy, so it is not asked there; give the address \
                 of the portal"
            );
        }
        Known {
            goes_round: !own.is_empty(),
            ..Known::new(others)
        }
    }
}

/// Whether a connection to an address reaches one of these listeners.
fn leads_to(address: SocketAddr, listeners: &[SocketAddr]) -> bool {
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

impl Known {
    fn new(addresses: Vec<SocketAddr>) -> Self {
        Self {
            addresses,
            goes_round: false,
            preferred: AtomicUsize::new(0),
        }
    }

    /// The first from the preferred one on that has not been missed. When all have been, the
    /// preferred one: the list may be another than it was.
    fn next(&self, missed: &[SocketAddr]) -> Option<SocketAddr> {
        let (before, after) = self
            .addresses
            .split_at_checked(self.preferred.load(Ordering::Relaxed))?;
        let mut turn = after.iter().chain(before);
        let untried = turn.clone().find(|address| !missed.contains(address));
        untried.or_else(|| turn.next()).copied()
    }

    fn prefer(&self, address: SocketAddr) {
        if let Some(index) = self.index_of(address) {
            self.preferred.store(index, Ordering::Relaxed);
        }
    }

    fn pass_over(&self, address: SocketAddr) {
        if let Some(index) = self.index_of(address) {
            let next = (index + 1) % self.addresses.len();
            // Many requests miss the same address; only the first of them moves on.
            let _ =
                self.preferred
                    .compare_exchange(index, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn index_of(&self, address: SocketAddr) -> Option<usize> {
        self.addresses.iter().position(|known| *known == address)
    }

    fn holds_the_same_as(&self, other: &Self) -> bool {
        self.goes_round == other.goes_round
            && self.addresses.len() == other.addresses.len()
            && other
                .addresses
                .iter()
                .all(|address| self.addresses.contains(address))
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
pub fn keepalive() -> TcpKeepalive {
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
        Upstream::new(url.parse().unwrap(), LIMITS, Vec::new())
    }

    #[tokio::test]
    async fn an_address_is_there_at_once() {
        let upstream = upstream("http://[::1]:3000");
        let address = upstream.address(&[]).await.unwrap();
        assert_eq!(address.to_string(), "[::1]:3000");
        let peer = upstream.peer(address, Pace::Steady);
        assert_eq!(peer._address.as_inet(), Some(&address));
        assert_eq!(peer.options.read_timeout, Some(LIMITS.answer));
        let peer = upstream.peer(address, Pace::Occasional);
        assert_eq!(peer.options.read_timeout, Some(OCCASIONAL));
    }

    #[tokio::test]
    async fn a_name_is_resolved_while_the_first_request_waits() {
        let upstream = Arc::new(upstream("http://localhost:3000"));
        let resolving = tokio::spawn(Arc::clone(&upstream).keep_resolved());
        assert!(upstream.address(&[]).await.unwrap().ip().is_loopback());
        resolving.abort();
    }

    #[tokio::test]
    async fn a_name_nobody_knows_has_no_address() {
        let upstream = Arc::new(upstream("http://portal.invalid:3000"));
        let resolving = tokio::spawn(Arc::clone(&upstream).keep_resolved());
        assert!(upstream.address(&[]).await.is_none());
        resolving.abort();
    }

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
            let [upstream, listener] = addresses([upstream, listener]);
            assert_eq!(
                leads_to(upstream, &[listener]),
                expected,
                "{upstream} {listener}"
            );
        }
    }

    #[tokio::test]
    async fn a_name_is_asked_only_where_it_does_not_lead_back() {
        let [own, other] = addresses(["127.0.0.1:1", "192.0.2.1:1"]);
        let url = "http://portal.invalid:1".parse().unwrap();
        let upstream = Upstream::new(url, LIMITS, vec![own]);
        upstream.take_up("portal.invalid", &[own, other]);
        assert_eq!(upstream.address(&[]).await, Some(other));
        assert_eq!(upstream.len(), 1);
        upstream.asked.send_replace(true);
        upstream.take_up("portal.invalid", &[own]);
        assert_eq!(upstream.address(&[]).await, None);
        assert!(upstream.why_nowhere().contains("itself"));
    }

    fn addresses<const N: usize>(texts: [&str; N]) -> [SocketAddr; N] {
        texts.map(|text| text.parse().unwrap())
    }

    #[tokio::test]
    async fn the_address_that_answered_is_tried_first_from_then_on() {
        let upstream = upstream("http://portal.invalid:3000");
        let [a, b, c] = addresses(["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"]);
        upstream.take_up("portal.invalid", &[a, b, c]);
        assert_eq!(upstream.address(&[]).await, Some(a));
        assert_eq!(upstream.address(&[a]).await, Some(b));
        // However many requests say so at once.
        upstream.reached(c);
        upstream.reached(c);
        assert_eq!(upstream.address(&[]).await, Some(c));
        assert_eq!(upstream.address(&[c]).await, Some(a));
        assert_eq!(upstream.address(&[a, b, c]).await, Some(c));
    }

    #[tokio::test]
    async fn an_address_that_is_missed_is_not_tried_first_again() {
        let upstream = upstream("http://portal.invalid:3000");
        let [a, b] = addresses(["192.0.2.1:1", "192.0.2.2:1"]);
        upstream.take_up("portal.invalid", &[a, b]);
        upstream.passed_over(a);
        upstream.passed_over(a);
        assert_eq!(upstream.address(&[]).await, Some(b));
    }

    #[tokio::test]
    async fn another_order_of_the_same_addresses_changes_nothing() {
        let upstream = upstream("http://portal.invalid:3000");
        let [a, b, c] = addresses(["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"]);
        upstream.take_up("portal.invalid", &[a, b]);
        upstream.reached(b);
        upstream.take_up("portal.invalid", &[b, a]);
        assert_eq!(upstream.address(&[b]).await, Some(a));
        assert_eq!(upstream.address(&[]).await, Some(b));
        upstream.take_up("portal.invalid", &[c, a, b]);
        assert_eq!(upstream.address(&[]).await, Some(b));
    }
}
