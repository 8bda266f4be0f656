//! How long a client is waited for to take what it is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// The time that a client has left to take something more.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// Made when a client takes nothing for now, which is rare.
    timer: Option<Pin<Box<Sleep>>>,
}

/// Between two pieces that a client takes. Pingora limits the writing of bodies alone, and heads
/// fill the buffers of a client that reads nothing as well.
const PATIENCE: Duration = Duration::from_secs(60);

impl Patience {
    /// Lets what came of a write pass, unless nothing could be written for too long.
    pub(super) fn limit<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}
