//! A portal, a site and a proxy to test with.

mod authority;
mod client;
mod http2;
mod http2_portal;
mod portal;
mod process;
mod site;
mod unix;

use std::time::{Duration, Instant};

pub(crate) use authority::{Authority, HTTP1, HTTP2, Pair, shown};
pub(crate) use client::{Client, get};
pub(crate) use http2::{Http2, Trailers};
pub(crate) use http2_portal::Http2Portal;
pub(crate) use portal::{Portal, Vacancy, ok};
pub(crate) use process::{Proxy, before, command, command_of};
pub(crate) use site::{METADATA, SiteDir};
pub(crate) use unix::FullQueue;

/// Generous: a loaded machine is no failure. Nothing is measured.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
