//! Whether an upstream is worth asking.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When an upstream is left out, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Ejection {
    /// After so many failures in a row.
    pub after: u32,
    /// For so long; then a request may try it again.
    pub pause: Duration,
}

/// What requests have found an upstream to be like.
#[derive(Debug)]
pub(super) struct Standing {
    ejection: Ejection,
    since: Instant,
    /// Failures in a row.
    failures: AtomicU32,
    /// Until when it is left out, in milliseconds from `since`.
    out_until: AtomicU64,
}

impl Standing {
    pub(super) fn new(ejection: Ejection) -> Self {
        Self {
            ejection,
            since: Instant::now(),
            failures: AtomicU32::new(0),
            out_until: AtomicU64::new(0),
        }
    }

    /// Whether it is asked while there are others.
    pub(super) fn is_fit(&self) -> bool {
        self.left_out_for().is_none()
    }

    /// For how much longer it is left out, if it is.
    pub(super) fn left_out_for(&self) -> Option<Duration> {
        // Almost always zero, which asks no clock.
        let until = self.out_until.load(Ordering::Relaxed);
        let left = until.checked_sub(1)?.checked_sub(self.now())?;
        Some(Duration::from_millis(left + 1))
    }

    /// Notes an answer. Whether it was left out, or would soon have been.
    pub(super) fn succeed(&self) -> bool {
        // Almost always there is nothing to change, and reading is cheaper than writing where
        // several threads do it.
        if self.failures.load(Ordering::Relaxed) == 0 {
            return false;
        }
        self.out_until.store(0, Ordering::Relaxed);
        self.failures.swap(0, Ordering::Relaxed) >= self.ejection.after
    }

    /// Notes that there was no answer. How many failures in a row have led to its being left out,
    /// if they have just now.
    pub(super) fn fail(&self) -> Option<u32> {
        let failures = self
            .failures
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        // A single success counts as a recovery, so after the pause a single failure is enough.
        if failures < self.ejection.after || !self.is_fit() {
            return None;
        }
        let pause = u64::try_from(self.ejection.pause.as_millis()).unwrap_or(u64::MAX);
        let until = self.now().saturating_add(pause);
        self.out_until.store(until, Ordering::Relaxed);
        Some(failures)
    }

    /// Whether it was left out and has not answered since.
    pub(super) fn is_down(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= self.ejection.after
    }

    /// Makes a new start, whatever requests have found.
    pub(super) fn readmit(&self) {
        self.out_until.store(0, Ordering::Relaxed);
        self.failures.store(0, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(after: u32) -> Standing {
        Standing::new(Ejection {
            after,
            pause: Duration::from_secs(10),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_leave_it_out_for_a_while() {
        let standing = standing(2);
        assert_eq!(standing.fail(), None);
        assert!(standing.is_fit());
        assert_eq!(standing.fail(), Some(2));
        assert!(!standing.is_fit());
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert_eq!(standing.left_out_for(), Some(Duration::from_millis(1)));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(standing.is_fit());
        assert_eq!(standing.fail(), Some(3));
        assert!(!standing.is_fit());
        assert!(standing.succeed());
        assert!(standing.is_fit());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_between_two_failures_makes_a_new_start() {
        let standing = standing(2);
        standing.fail();
        assert!(!standing.succeed());
        assert_eq!(standing.fail(), None);
        assert!(standing.is_fit());
    }
}
