//! Saying what anybody may cause again and again once a minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Something that is said once a minute at most, with how often it was not.
#[derive(Debug, Default)]
pub(crate) struct Seldom {
    last: Mutex<Option<Said>>,
}

#[derive(Debug)]
struct Said {
    at: Instant,
    /// How often it would have been said since.
    more: u32,
}

impl Seldom {
    /// Notes that it is to be said. If that is to be now: how often it was not since the last time,
    /// in words that follow what is said.
    pub(crate) fn now(&self) -> Option<String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let more = match &mut *last {
            Some(said) if said.at.elapsed() < PAUSE => {
                said.more = said.more.saturating_add(1);
                return None;
            }
            Some(said) => said.more,
            None => 0,
        };
        let at = Instant::now();
        *last = Some(Said { at, more: 0 });
        Some(match more {
            0 => String::new(),
            more => format!("; {more} more like it since this was said last"),
        })
    }
}

const PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_not_said_is_counted() {
        let seldom = Seldom::default();
        assert_eq!(seldom.now().as_deref(), Some(""));
        assert!((0..17).all(|_| seldom.now().is_none()));
        tokio::time::advance(PAUSE).await;
        assert!(seldom.now().unwrap().contains("17 more"));
        tokio::time::advance(PAUSE).await;
        assert_eq!(seldom.now().as_deref(), Some(""));
    }
}
