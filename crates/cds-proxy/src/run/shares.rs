//! Who gets how many of the files that this process may open.

use crate::config::Settings;
use crate::server::{Room, capacity};

/// Connections that there is room for.
#[derive(Debug)]
pub(super) struct Shares {
    /// Of clients.
    pub(super) clients: Room,
    /// To upstreams, with a request on each.
    pub(super) passed_on: Room,
    /// To upstreams, kept without a request.
    pub(super) idle: usize,
}

/// More than a sidecar of one portal sees, and few enough for a small machine's memory.
const MOST_CONNECTIONS: usize = 10_000;

impl Shares {
    /// For clients as many as were asked for, or as many as fit; the rest for upstreams.
    pub(super) fn of(settings: &Settings) -> Self {
        let all = capacity();
        let idle = usize::try_from(settings.upstream.idle_connections).unwrap_or(usize::MAX);
        let idle = idle.min(all / 8);
        let half = (all / 2).max(1);
        let clients = match settings.max_connections {
            None => half.min(MOST_CONNECTIONS),
            Some(wanted) => usize::try_from(wanted.get()).unwrap_or(usize::MAX),
        };
        if clients > half {
            tracing::warn!(
                "the system lets this process open files for about {half} connections, not for \
                 {clients}; raise its limit (LimitNOFILE=, ulimit -n)"
            );
        }
        let passed_on = all.saturating_sub(clients.min(half) + idle).max(1);
        Self {
            clients: Room::of(clients),
            passed_on: Room::of(passed_on),
            idle,
        }
    }
}
