//! How often a client may ask for documents.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::Rate;

type Limiter = RateLimiter<
    IpAddr,
    HashMapStateStore<IpAddr>,
    MonotonicClock,
    NoOpMiddleware<<MonotonicClock as Clock>::Instant>,
>;

/// Counts the requests of each client, which is an IPv4 address or a /64 of IPv6: a household has
/// at least one of those to itself.
pub struct RateLimit {
    rate: Rate,
    clients: ArcSwap<Limiter>,
}

/// Clients that are remembered at most, some 15 MB of them. Who has been silent for long enough to
/// start afresh is forgotten first; when all are busy, all start afresh.
const MOST_CLIENTS: usize = 1 << 18;

impl RateLimit {
    /// A limit by which nobody has asked for anything yet.
    pub fn new(rate: Rate) -> Self {
        Self {
            clients: ArcSwap::from_pointee(limiter(rate)),
            rate,
        }
    }

    /// How long this client is to wait, if it has asked too often.
    pub(super) fn wait(&self, client: IpAddr) -> Option<Duration> {
        let clients = self.clients.load();
        self.make_room(&clients);
        let exceeded = clients.check_key(&network(client)).err()?;
        Some(exceeded.wait_time_from(clients.clock().now()))
    }

    fn make_room(&self, clients: &Limiter) {
        if clients.len() < MOST_CLIENTS {
            return;
        }
        clients.retain_recent();
        // Half, so that this is not done again for the next client.
        if clients.len() > MOST_CLIENTS / 2 {
            self.clients.store(Arc::new(limiter(self.rate)));
        }
    }

    /// What a client that is to wait so long is told, in fields: `Retry-After` (RFC 9110 §10.2.3),
    /// and the limit itself as in draft-ietf-httpapi-ratelimit-headers.
    pub(super) fn fields(&self, wait: Duration) -> HeaderMap {
        // A fraction of a second is no number of seconds, and 0 would be no wait.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let Rate { per_second, burst } = self.rate;
        let window = burst.get().div_ceil(per_second.get());
        let fields = [
            (header::RETRY_AFTER, seconds.to_string()),
            (POLICY, format!("\"client\";q={burst};w={window}")),
            (LIMIT, format!("\"client\";r=0;t={seconds}")),
            // As on the documents themselves, so that programs in browsers see when to ask again.
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED.to_owned()),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| {
            let value = HeaderValue::try_from(value).ok()?;
            Some((name, value))
        });
        fields.collect()
    }
}

const EXPOSED: &str = "RateLimit, RateLimit-Policy, Retry-After";
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

fn limiter(rate: Rate) -> Limiter {
    let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
    RateLimiter::hashmap_with_clock(quota, MonotonicClock)
}

/// What one client has to itself.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;

    use super::*;

    fn limit(per_second: u32, burst: u32) -> RateLimit {
        RateLimit::new(Rate {
            per_second: NonZeroU32::new(per_second).unwrap(),
            burst: NonZeroU32::new(burst).unwrap(),
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_client_has_its_burst_and_then_waits() {
        let limit = limit(1, 3);
        for _ in 0..3 {
            assert_eq!(limit.wait(address("192.0.2.1")), None);
        }
        let wait = limit.wait(address("192.0.2.1")).unwrap();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(limit.wait(address("192.0.2.2")), None);
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let limit = limit(1, 1);
        assert_eq!(limit.wait(address("2001:db8:0:1::1")), None);
        assert!(limit.wait(address("2001:db8:0:1:ffff::2")).is_some());
        assert_eq!(limit.wait(address("2001:db8:0:2::1")), None);
    }

    #[test]
    fn a_million_clients_take_no_more_than_the_table_has() {
        // A client is remembered for minutes.
        let limit = RateLimit::new(Rate {
            per_second: NonZeroU32::MIN,
            burst: NonZeroU32::new(600).unwrap(),
        });
        for number in 0..1_000_000 {
            let client = IpAddr::from(Ipv4Addr::from(number));
            assert_eq!(limit.wait(client), None);
            assert!(limit.clients.load().len() <= MOST_CLIENTS);
        }
    }

    #[test]
    fn the_fields_say_when_to_ask_again() {
        let fields = limit(100, 1_000).fields(Duration::from_millis(1_001));
        assert_eq!(fields["retry-after"], "2");
        assert_eq!(fields["ratelimit-policy"], "\"client\";q=1000;w=10");
        assert_eq!(fields["ratelimit"], "\"client\";r=0;t=2");
    }
}
