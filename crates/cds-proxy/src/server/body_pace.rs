//! How fast a client sends a body.

use std::time::Duration;

use tokio::time::Instant;

/// Measures the time in which a client was waited for: a portal that takes a body slowly is not the
/// client's fault.
#[derive(Debug, Default)]
pub(super) struct BodyPace {
    waiting_since: Option<Instant>,
    waited: Duration,
    received: u64,
}

/// The pause between two pieces is limited elsewhere, so a byte every now and then would hold a
/// connection for ever. Who has been waited for so long in all is to have sent so many bytes in each
/// second of it: a modem does ten times that.
const PATIENCE: Duration = Duration::from_secs(60);
const LEAST_PER_SECOND: u64 = 240;

impl BodyPace {
    /// Says that nothing has come yet.
    pub(super) fn wait(&mut self) {
        self.waiting_since.get_or_insert_with(Instant::now);
    }

    /// Says that so many bytes have come; whether that is fast enough.
    pub(super) fn receive(&mut self, bytes: usize) -> bool {
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
        self.received += bytes as u64;
        let wanted = self.waited.as_secs().saturating_mul(LEAST_PER_SECOND);
        self.waited < PATIENCE || self.received >= wanted
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// Whether a client may go on that sends so much every so often, for ten minutes.
    async fn goes_on(bytes: usize, every: Duration) -> bool {
        let mut pace = BodyPace::default();
        let rounds = 600 / every.as_secs();
        for _ in 0..rounds {
            pace.wait();
            advance(every).await;
            if !pace.receive(bytes) {
                return false;
            }
        }
        true
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_is_waited_for_and_a_dripping_one_is_not() {
        assert!(goes_on(300, Duration::from_secs(1)).await);
        assert!(goes_on(16 << 10, Duration::from_secs(50)).await);
        assert!(!goes_on(1, Duration::from_secs(5)).await);
        assert!(!goes_on(1_000, Duration::from_secs(30)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_nobody_waits_does_not_count() {
        let mut pace = BodyPace::default();
        for _ in 0..100 {
            advance(Duration::from_secs(60)).await;
            assert!(pace.receive(1));
        }
    }
}
