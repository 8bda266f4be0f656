//! Serving, draining, stopping: where the program is in its life, and the signals that move it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pingora::server::ShutdownWatch;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::config::ProcessSettings;

/// Where the program is in its life. It only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The site is being read; connections wait in the listeners' queues.
    Starting,
    /// Requests are served.
    Serving,
    /// The end was asked for: `/readyz` says so while listeners are still open, and every answer
    /// closes its connection.
    Draining,
    /// Another process accepts connections, and those that are here are told with their next
    /// answer to go there.
    HandedOver,
    /// Listeners and idle connections are closed; requests in flight finish.
    Stopping,
}

/// The phase, shared by all who act on it.
#[derive(Debug, Clone)]
pub struct Life {
    phase: Arc<watch::Sender<Phase>>,
    /// The same as a flag, which is how Pingora takes it.
    ending: Arc<watch::Sender<bool>>,
    handed_over: Arc<AtomicBool>,
}

impl Life {
    /// A program that serves.
    pub fn new() -> Self {
        Self::beginning_with(Phase::Serving)
    }

    /// A program that doesn't serve yet.
    pub fn starting() -> Self {
        Self::beginning_with(Phase::Starting)
    }

    fn beginning_with(phase: Phase) -> Self {
        Self {
            phase: Arc::new(watch::Sender::new(phase)),
            ending: Arc::new(watch::Sender::new(false)),
            handed_over: Arc::default(),
        }
    }

    /// Whether another process goes on with what this one served, however far its end has come.
    pub fn is_handed_over(&self) -> bool {
        self.handed_over.load(Ordering::Acquire)
    }

    /// The phase now.
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Moves on to `phase`.
    pub fn enter(&self, phase: Phase) {
        if phase == Phase::HandedOver {
            self.handed_over.store(true, Ordering::Release);
        }
        self.phase.send_if_modified(|now| {
            let moves = *now < phase;
            *now = phase.max(*now);
            moves
        });
        let ending = self.phase() > Phase::Serving;
        // Whoever watches takes any change for the end.
        self.ending
            .send_if_modified(|now| std::mem::replace(now, ending) != ending);
    }

    /// Waits until `phase` is entered.
    pub async fn reached(&self, phase: Phase) {
        let mut watch = self.phase.subscribe();
        // The sender lives as long as `self`.
        let _ = watch.wait_for(|now| *now >= phase).await;
    }

    pub(super) fn pingora_watch(&self) -> ShutdownWatch {
        let mut watch = self.ending.subscribe();
        if *watch.borrow() {
            // An HTTP/2 connection waits for the change, which came before it.
            watch.mark_changed();
        }
        watch
    }
}

impl Default for Life {
    fn default() -> Self {
        Self::new()
    }
}

/// The signals that this program knows.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    user_defined_2: Signal,
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// SIGTERM, SIGINT: to end.
    End,
    /// SIGHUP: to read the files again.
    Reload,
    /// SIGUSR2: to hand over to a process that is started anew.
    HandOver,
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing was in flight any more.
    Drained,
    /// The time for draining was over.
    TimedOut,
    /// A second signal asked for the end at once.
    Forced,
}

impl Signals {
    /// Catches SIGTERM, SIGINT, SIGHUP and SIGUSR2 from now on. Call it inside the runtime.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn catch() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            user_defined_2: signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            () = end(&mut self.terminate, &mut self.interrupt) => Asked::End,
            Some(()) = self.hang_up.recv() => Asked::Reload,
            Some(()) = self.user_defined_2.recv() => Asked::HandOver,
        }
    }

    /// Drains as the settings say, beginning with a phase: `idle` is done when nothing is in
    /// flight any more.
    pub async fn drain(
        &mut self,
        life: &Life,
        first: Phase,
        settings: ProcessSettings,
        idle: impl Future,
    ) -> Ending {
        let begun = Instant::now();
        let limit = settings.drain_timeout;
        let forced = end(&mut self.terminate, &mut self.interrupt);
        let drained = async {
            life.enter(first);
            sleep_until(begun + settings.drain_delay.min(limit)).await;
            life.enter(Phase::Stopping);
            idle.await;
        };
        tokio::select! {
            biased;
            () = forced => Ending::Forced,
            () = drained => Ending::Drained,
            () = sleep_until(begun + limit) => Ending::TimedOut,
        }
    }
}

async fn end(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        Some(()) = terminate.recv() => {}
        Some(()) = interrupt.recv() => {}
        else => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn life_only_moves_forward() {
        let life = Life::new();
        life.enter(Phase::Stopping);
        life.enter(Phase::Draining);
        assert_eq!(life.phase(), Phase::Stopping);
        life.reached(Phase::Draining).await;
        assert!(*life.pingora_watch().borrow());
    }
}
