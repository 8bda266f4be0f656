//! Which of the upstreams a request goes to.

use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pingora::upstreams::peer::HttpPeer;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::complaints::keep_told;
use super::health::{Checks, keep_checked};
use super::member::Member;
use super::peer::{Demand, Limits, Speech};
use super::readmission::keep_readmitted;
use super::resolve::keep_resolved;
use super::standing::Ejection;
use super::way::Way;
use crate::config::{Balance, UpstreamUrl};
use crate::metrics::{Metrics, UpstreamError};

/// All upstreams.
///
/// Those that are unwell or have failed several times in a row are asked only when there is no
/// other: when none seems fit, all are asked.
#[derive(Debug)]
pub struct Upstream {
    members: Vec<Arc<Member>>,
    balance: Balance,
    speech: Speech,
    checks: Option<Checks>,
    turn: AtomicUsize,
}

/// So many addresses of a request may drop its packets before it is answered with an error. More
/// would leave each too little time for a packet that is lost and sent again.
const MOST_TIMEOUTS: usize = 3;

impl Upstream {
    /// The upstreams of these URLs. `own` are the addresses that this proxy listens on.
    pub fn new(
        urls: &[UpstreamUrl],
        balance: Balance,
        speech: Speech,
        ejection: Ejection,
        own: &[SocketAddr],
        metrics: &Metrics,
    ) -> Self {
        let own: Arc<[SocketAddr]> = own.into();
        let is_alone = urls.len() == 1;
        let member = |url: &UpstreamUrl| {
            let series = metrics.upstream(url);
            let (url, own) = (url.clone(), Arc::clone(&own));
            Arc::new(Member::new(url, own, ejection, is_alone, series))
        };
        Self {
            members: urls.iter().map(member).collect(),
            balance,
            speech,
            checks: None,
            turn: AtomicUsize::new(0),
        }
    }

    /// The same, asked again and again whether they are well.
    #[must_use]
    pub fn checked(self, checks: Option<Checks>) -> Self {
        Self { checks, ..self }
    }

    /// Each of them.
    pub fn members(&self) -> &[Arc<Member>] {
        &self.members
    }

    /// The time limits.
    pub const fn limits(&self) -> Limits {
        self.speech.limits
    }

    /// Whether connections are kept for other requests.
    pub const fn keeps_connections(&self) -> bool {
        self.speech.keeps_connections
    }

    /// Keeps what is known of the upstreams current, for as long as it is polled.
    pub async fn tend(self: Arc<Self>) {
        let mut tasks = JoinSet::new();
        for member in &self.members {
            let member = || Arc::clone(member);
            tasks.spawn(keep_resolved(member()));
            tasks.spawn(keep_readmitted(member()));
            tasks.spawn(keep_told(member()));
            if let Some(checks) = self.checks.clone() {
                tasks.spawn(keep_checked(member(), checks, self.speech.clone()));
            }
        }
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(
                    "an upstream's addresses and health are no longer looked after: {error}"
                );
            }
        }
    }

    /// Tells what is still to be summed up, when nothing more is to come.
    pub fn tell_rest(&self) {
        for member in &self.members {
            member.tell_again(member.complaints().rest());
        }
    }

    /// Sends a request on its way to the next upstream; the error says why there is none, in an
    /// operator's words.
    ///
    /// # Errors
    ///
    /// When no address is known.
    pub async fn next(&self, way: &mut Way) -> Result<(), &'static str> {
        if self.address_count() == 0 {
            // Only in the first moments after the start, when the first question is under way.
            let asked = async {
                for member in &self.members {
                    member.first_asked().await;
                }
            };
            let _ = timeout(self.speech.limits.connect, asked).await;
        }
        // When all have been missed, the first again: there may be others now than there were.
        let found = self.choose(&way.missed).or_else(|| self.choose(&[]));
        let Some((member, address)) = found else {
            let why = |member: &Arc<Member>| member.why_nowhere();
            return Err(self.members.first().map_or("there is none", why));
        };
        way.go_to(member, address);
        Ok(())
    }

    /// How to connect to where a request is on its way to.
    pub fn peer(&self, way: &Way, demand: Demand) -> Option<Box<HttpPeer>> {
        let stop = way.stop()?;
        let many = self.address_count().min(MOST_TIMEOUTS);
        let peer = self
            .speech
            .peer(stop.member.url(), stop.address, many, demand);
        peer.map(Box::new)
    }

    /// Notes that the address has answered.
    pub fn answered(&self, way: &Way) {
        if let Some(stop) = way.stop() {
            stop.member.answered(stop.address);
        }
    }

    /// Notes that the address takes no connection, and why. Whether there is another to try:
    /// nothing of the request has been sent, so any method may.
    pub fn missed(&self, way: &mut Way, in_time: bool, why: &str) -> bool {
        way.timed_out += usize::from(!in_time);
        let Some(stop) = way.leave() else {
            return false;
        };
        stop.member.pass_over(stop.address);
        if stop.member.address_beside(&way.missed).is_none() {
            stop.member.unreachable(why);
        }
        way.refusal = Some((Arc::clone(&stop.member), why.to_owned()));
        way.timed_out < MOST_TIMEOUTS && self.has_more(way)
    }

    /// Leaves an address that can't be asked from here, for no fault of the upstream's. Whether
    /// there is another to try: where IPv6 is switched off, one of IPv4 may do.
    pub fn pass_over(&self, way: &mut Way) -> bool {
        let Some(stop) = way.leave() else {
            return false;
        };
        stop.member.pass_over(stop.address);
        if let Some((member, why)) = &way.refusal
            && Arc::ptr_eq(member, &stop.member)
            && member.address_beside(&way.missed).is_none()
        {
            member.unreachable(why);
        }
        self.has_more(way)
    }

    /// Notes that an upstream failed a request that it had been sent.
    pub fn failed(&self, way: &Way, how: UpstreamError) {
        if let Some(stop) = way.stop() {
            stop.member.failed(how);
        }
    }

    /// Whether a request that may be sent twice is to be, now that it has failed once; if so, it
    /// goes on to another address. A kept connection that was just being closed says nothing about
    /// the address, so that may be asked again.
    pub fn repeat(&self, way: &mut Way, was_stale: bool) -> bool {
        if mem::replace(&mut way.is_repeated, true) {
            return false;
        }
        if was_stale {
            return true;
        }
        way.leave();
        self.has_more(way)
    }

    /// Notes that no upstream has an address, and why.
    pub fn nowhere(&self) {
        for member in &self.members {
            member.unreachable(member.why_nowhere());
        }
    }

    fn has_more(&self, way: &Way) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.address_beside(&way.missed).is_some())
    }

    fn address_count(&self) -> usize {
        let counts = self.members.iter().map(|member| member.address_count());
        counts.sum()
    }

    /// Whose turn it is among the fit, or among all if none is, and there at what address.
    fn choose(&self, missed: &[SocketAddr]) -> Option<(&Arc<Member>, SocketAddr)> {
        if let [only] = &self.members[..] {
            return Some((only, only.address_beside(missed)?));
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.members.len().max(1);
        let (before, after) = self.members.split_at(turn);
        let in_turn = || {
            let members = after.iter().chain(before);
            members.filter_map(|member| Some((member, member.address_beside(missed)?)))
        };
        let mut fit = in_turn().filter(|(member, _)| member.is_fit());
        let found = match self.balance {
            Balance::RoundRobin => fit.next(),
            Balance::LeastConnections => fit.min_by_key(|(member, _)| member.in_flight()),
        };
        found.or_else(|| in_turn().next())
    }
}
