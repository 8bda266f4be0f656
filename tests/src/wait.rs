//! Waiting for what happens soon, on a machine that may be slow.

use std::time::{Duration, Instant};

/// Long enough that only a hang reaches it.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Waits until `probe` gives something; `what` says what was waited for when it doesn't.
pub async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
