//! The way of one request.

use std::net::SocketAddr;
use std::sync::Arc;

use super::member::Member;

/// Where a request is sent, and where it has been in vain.
#[derive(Debug, Default)]
pub struct Way {
    now: Option<Stop>,
    /// The upstream that was left last.
    left: Option<Arc<Member>>,
    /// Addresses that were tried in vain.
    pub(super) missed: Vec<SocketAddr>,
    /// Who took no connection last, and why.
    pub(super) refusal: Option<(Arc<Member>, String)>,
    /// How many of them left it waiting.
    pub(super) timed_out: usize,
    /// Whether the request has been sent a second time.
    pub(super) is_repeated: bool,
}

/// An address of an upstream that is being asked.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) member: Arc<Member>,
    pub(super) address: SocketAddr,
}

impl Way {
    /// The upstream that is being asked.
    pub fn member(&self) -> Option<&Member> {
        self.now.as_ref().map(|stop| &*stop.member)
    }

    /// The upstream that is being asked, or else that was asked last, if only in vain.
    pub fn last(&self) -> Option<&Member> {
        self.member().or(self.left.as_deref())
    }

    /// The address that is being asked, or else that was asked last, if only in vain.
    pub fn address(&self) -> Option<SocketAddr> {
        let now = self.now.as_ref().map(|stop| stop.address);
        now.or_else(|| self.missed.last().copied())
    }

    /// Whether an upstream took no connection.
    pub const fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    pub(super) const fn stop(&self) -> Option<&Stop> {
        self.now.as_ref()
    }

    pub(super) fn go_to(&mut self, member: &Arc<Member>, address: SocketAddr) {
        self.now = Some(Stop::new(Arc::clone(member), address));
    }

    /// Leaves an address where there was nothing to be had.
    pub(super) fn leave(&mut self) -> Option<Stop> {
        let stop = self.now.take()?;
        self.missed.push(stop.address);
        self.left = Some(Arc::clone(&stop.member));
        Some(stop)
    }
}

impl Stop {
    fn new(member: Arc<Member>, address: SocketAddr) -> Self {
        member.count_in();
        Self { member, address }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.member.count_out();
    }
}
