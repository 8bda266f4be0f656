//! One of the upstreams: a URL, its addresses, and how it goes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};

use super::addresses::Addresses;
use super::complaints::{Complaint, Complaints, Matter};
use super::standing::{Ejection, Standing};
use crate::config::{Host, UpstreamUrl};
use crate::metrics::{UpstreamError, UpstreamSeries};

/// One of the upstreams.
#[derive(Debug)]
pub struct Member {
    url: UpstreamUrl,
    authority: String,
    /// Where this proxy itself listens: a request to there would come back.
    own: Arc<[SocketAddr]>,
    addresses: ArcSwap<Addresses>,
    standing: Standing,
    /// Whether health checks find it unwell.
    unwell: AtomicBool,
    /// Whether it was reachable when last tried.
    unreachable: AtomicBool,
    in_flight: AtomicUsize,
    /// Whether the name has been asked for once, however that ended.
    asked: watch::Sender<bool>,
    ask_again: Notify,
    left_out: Notify,
    /// Whether there is no other upstream.
    is_alone: bool,
    complaints: Complaints,
    /// Whether the log says that it is left out, and not yet that it answers again.
    is_told: AtomicBool,
    /// Whether the log says that it can't be reached, and not yet that it can be again.
    is_told_unreachable: AtomicBool,
    series: UpstreamSeries,
}

impl Member {
    /// A name has no address until it is resolved. `own` are the addresses that this proxy
    /// listens on.
    pub(super) fn new(
        url: UpstreamUrl,
        own: Arc<[SocketAddr]>,
        ejection: Ejection,
        is_alone: bool,
        series: UpstreamSeries,
    ) -> Self {
        let member = Self {
            authority: url.authority(),
            own,
            addresses: ArcSwap::default(),
            standing: Standing::new(ejection),
            unwell: AtomicBool::new(false),
            unreachable: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            asked: watch::Sender::new(matches!(url.host, Host::Address(_))),
            ask_again: Notify::new(),
            left_out: Notify::new(),
            is_alone,
            complaints: Complaints::default(),
            is_told: AtomicBool::new(false),
            is_told_unreachable: AtomicBool::new(false),
            series,
            url,
        };
        member.tell_fitness();
        if let Host::Address(address) = member.url.host {
            let address = SocketAddr::new(address, member.url.port);
            member
                .addresses
                .store(Arc::new(member.beside_own(&[address])));
        }
        member
    }

    /// Where it is.
    pub const fn url(&self) -> &UpstreamUrl {
        &self.url
    }

    /// As a `Host` field names it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// How many addresses there are to try.
    pub(super) fn address_count(&self) -> usize {
        self.addresses.load().len()
    }

    /// The address to try first of those that are not among `missed`.
    pub(super) fn address_beside(&self, missed: &[SocketAddr]) -> Option<SocketAddr> {
        let addresses = self.addresses.load();
        addresses
            .in_turn()
            .find(|address| !missed.contains(address))
    }

    /// Why there is no address to try, in an operator's words.
    pub(super) fn why_nowhere(&self) -> &'static str {
        match self.addresses.load().own().is_empty() {
            true => "its name can't be resolved",
            false => "it is this proxy itself",
        }
    }

    /// Whether it is asked while there are others.
    pub(super) fn is_fit(&self) -> bool {
        !self.unwell.load(Ordering::Relaxed) && self.standing.is_fit()
    }

    /// For how much longer it is left out because of failures, if it is.
    pub(super) fn left_out_for(&self) -> Option<Duration> {
        self.standing.left_out_for()
    }

    /// Waits until failures leave it out.
    pub(super) async fn is_left_out(&self) {
        self.left_out.notified().await;
    }

    /// Has the metrics say whether it is asked.
    pub(super) fn tell_fitness(&self) {
        self.series.tell_healthy(self.is_fit());
    }

    /// Notes what health checks have found, and why if it is bad.
    pub(super) fn is_found(&self, well: bool, why: &str) {
        self.unwell.store(!well, Ordering::Relaxed);
        if well {
            // What requests have found is older.
            self.standing.readmit();
            self.is_told.store(false, Ordering::Relaxed);
        }
        self.tell_fitness();
        match well {
            true => tracing::info!(upstream = %self.url, "the health checks are good again"),
            false => tracing::warn!(upstream = %self.url, "the health checks fail: {why}"),
        }
    }

    /// How many requests it is being asked.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(super) fn count_in(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_out(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// Notes that this address answered, so that it is tried first from now on.
    pub(super) fn answered(&self, address: SocketAddr) {
        self.addresses.load().prefer(address);
        let was_out = self.standing.succeed();
        if was_out {
            self.tell_fitness();
        }
        let was_told = was_out && self.is_told.swap(false, Ordering::Relaxed);
        let was_unreachable = self.unreachable.load(Ordering::Relaxed)
            && self.unreachable.swap(false, Ordering::Relaxed);
        if was_unreachable && self.is_told_unreachable.swap(false, Ordering::Relaxed) {
            tracing::info!(upstream = %self.url, "the upstream can be reached again");
        } else if was_told {
            tracing::info!(upstream = %self.url, "the upstream answers again");
        }
    }

    /// Notes that this address takes no connection, so that requests begin with another.
    pub(super) fn pass_over(&self, address: SocketAddr) {
        self.addresses.load().pass_over(address);
    }

    /// Notes that none of its addresses could be reached, and why.
    pub(super) fn unreachable(&self, why: &str) {
        self.ask_again.notify_one();
        // Once per outage: under load the log would hold nothing else.
        if !self.unreachable.swap(true, Ordering::Relaxed) {
            let words = format!("the upstream can't be reached: {why}");
            if self.complaints.note(Matter::Unreachable, &words) {
                self.is_told_unreachable.store(true, Ordering::Relaxed);
                tracing::error!(upstream = %self.url, "{words}");
            }
        }
        self.failed(UpstreamError::Unreachable);
    }

    /// Notes that it failed a request.
    pub(super) fn failed(&self, how: UpstreamError) {
        self.series.count_failure(how);
        if let Some(failures) = self.standing.fail() {
            self.tell_fitness();
            self.left_out.notify_one();
            let others = match self.is_alone {
                true => "there is no other to ask",
                false => "others are asked meanwhile",
            };
            let often = match failures {
                1 => "has failed".to_owned(),
                _ => format!("has failed {failures} times in a row"),
            };
            let words = format!("the upstream {often}; {others}");
            // It is over when there is an answer, not when the time is for which it is left out.
            let is_told = self.is_told.load(Ordering::Relaxed);
            if !is_told && self.complaints.note(Matter::LeftOut, &words) {
                self.is_told.store(true, Ordering::Relaxed);
                tracing::warn!(upstream = %self.url, "{words}");
            }
        }
    }

    /// Notes why a request got no answer. Whether the log has not told of the like lately.
    pub fn is_news(&self, how: UpstreamError, why: &str) -> bool {
        self.complaints.note(Matter::Requests(how), why)
    }

    /// Tells how often there was more of what was told.
    pub(super) fn tell_again(&self, again: Vec<Complaint>) {
        for Complaint {
            matter,
            words,
            more,
            ..
        } in again
        {
            match matter {
                Matter::LeftOut => self
                    .is_told
                    .store(self.standing.is_down(), Ordering::Relaxed),
                Matter::Unreachable => self
                    .is_told_unreachable
                    .store(self.unreachable.load(Ordering::Relaxed), Ordering::Relaxed),
                Matter::Requests(_) => {}
            }
            tracing::warn!(upstream = %self.url, "{more} more like it in the last minute: {words}");
        }
    }

    pub(super) const fn complaints(&self) -> &Complaints {
        &self.complaints
    }

    /// Takes up the addresses that its name has now.
    pub(crate) fn take_up(&self, addresses: &[SocketAddr]) {
        let known = self.addresses.load();
        let new = self.beside_own(addresses);
        if known.are(&new) {
            return;
        }
        if new.len() > 0 {
            tracing::info!(upstream = %self.url, ?addresses, "the name of the upstream is resolved");
        }
        if let Some(preferred) = known.in_turn().next() {
            new.prefer(preferred);
        }
        self.addresses.store(Arc::new(new));
    }

    /// Waits until its name has been asked for once.
    pub(super) async fn first_asked(&self) {
        // The sender lives as long as this does.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }

    pub(super) fn has_been_asked(&self) {
        self.asked.send_replace(true);
    }

    /// Waits until requests find nobody at the addresses that are known.
    pub(super) async fn wants_new_addresses(&self) {
        self.ask_again.notified().await;
    }

    fn beside_own(&self, addresses: &[SocketAddr]) -> Addresses {
        let addresses = Addresses::beside(&self.own, addresses);
        if !addresses.own().is_empty() {
            tracing::error!(
                upstream = %self.url,
                addresses = ?addresses.own(),
                "the upstream leads back to this proxy, so it is not asked there; give the address \
                 of the portal"
            );
        }
        addresses
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::metrics::Metrics;

    fn fail(member: &Member, times: u32) {
        (0..times).for_each(|_| member.failed(UpstreamError::Broken));
    }

    fn member() -> Member {
        let url: UpstreamUrl = "http://192.0.2.1:1".parse().unwrap();
        let series = Metrics::new().upstream(&url);
        let ejection = Ejection {
            after: 3,
            pause: Duration::from_secs(1),
        };
        Member::new(url, Arc::default(), ejection, true, series)
    }

    #[tokio::test(start_paused = true)]
    async fn a_portal_that_comes_and_goes_is_told_once_a_minute() {
        let (member, address) = (member(), "192.0.2.1:1".parse().unwrap());
        let is_told = || member.is_told_unreachable.load(Ordering::Relaxed);
        member.unreachable("it refuses connections");
        assert!(is_told());
        member.answered(address);
        for _ in 0..5 {
            member.unreachable("it refuses connections");
            assert!(!is_told());
            member.answered(address);
        }
        member.unreachable("it refuses connections");
        advance(Duration::from_secs(60)).await;
        member.tell_again(member.complaints.sum_up());
        assert!(is_told());
        member.answered(address);
        assert!(!is_told());
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_after_one_that_was_only_counted_is_told() {
        let (member, address) = (member(), "192.0.2.1:1".parse().unwrap());
        for _ in 0..2 {
            fail(&member, 3);
            member.answered(address);
        }
        // One alone is no outage, whatever is counted meanwhile.
        fail(&member, 1);
        advance(Duration::from_secs(60)).await;
        member.tell_again(member.complaints.sum_up());
        member.answered(address);
        advance(Duration::from_secs(60)).await;
        member.tell_again(member.complaints.sum_up());
        assert!(!member.is_told.load(Ordering::Relaxed));
        fail(&member, 3);
        assert!(member.is_told.load(Ordering::Relaxed));
    }
}
