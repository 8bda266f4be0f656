//! Asking for the addresses of a name, again and again.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::member::Member;
use crate::config::Host;

/// How often a name is asked for: the system's resolver tells no time to live.
const REFRESH: Duration = Duration::from_secs(30);

/// How long to wait after a name could not be resolved, and at least between two questions.
const RETRY: Duration = Duration::from_secs(2);

/// Keeps the addresses of a member's name current, for as long as it is polled. A request never
/// waits for it but in the first moments after the start.
pub(super) async fn keep_resolved(member: Arc<Member>) {
    let url = member.url();
    let Host::Name(name) = &url.host else {
        return;
    };
    let mut failing = false;
    loop {
        let answer = resolve(name, url.port).await;
        let pause = if answer.is_ok() { REFRESH } else { RETRY };
        match answer {
            Ok(addresses) => member.take_up(&addresses),
            // Addresses known before stay: a resolver that is down is no reason to stop.
            // Said once, not every other second.
            Err(error) if !failing => {
                failing = true;
                tracing::error!(upstream = %url, "`{name}` can't be resolved: {error}");
            }
            Err(_) => {}
        }
        failing &= pause == RETRY;
        member.has_been_asked();
        sleep(RETRY).await;
        let _ = timeout(pause.saturating_sub(RETRY), member.wants_new_addresses()).await;
    }
}

/// The addresses of a name, in the order the system prefers (RFC 6724).
async fn resolve(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses: Vec<_> = tokio::net::lookup_host((name, port)).await?.collect();
    if addresses.is_empty() {
        return Err(io::Error::other("the name has no address"));
    }
    Ok(addresses)
}
