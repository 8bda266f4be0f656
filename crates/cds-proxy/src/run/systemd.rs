//! What the service manager is told, if there is one: systemd's sd_notify(3).

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::interval;

/// That requests are served, and that a reload has ended.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// That files are read again.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!("the service manager can't be told the time: {error}"),
    }
}

/// That the end has begun.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// That another process is the one to watch from now on.
pub(super) fn main_process(id: u32) {
    tell(&[NotifyState::MainPid(id)]);
}

/// Says again and again that the workers run, for as long as they do and if that is wanted.
pub(super) async fn keep_watchdog_calm() {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    // Half of it, as sd_watchdog_enabled(3) advises.
    let mut turns = interval((limit / 2).max(Duration::from_millis(1)));
    loop {
        turns.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!("the service manager can't be told: {error}");
    }
}
