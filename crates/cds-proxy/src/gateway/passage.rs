//! How many requests are passed on at once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pingora::{Error, ErrorSource, ErrorType, Result};

use crate::server::{Place, Room};

/// Room for requests that are passed on. Each can need a connection to the upstream, and a client
/// that speaks HTTP/2 can have a hundred of them on one of its own.
#[derive(Debug)]
pub struct Passage {
    room: Room,
    patience: Duration,
    complained: Mutex<Option<Instant>>,
}

/// Under load the log would hold nothing else.
const BETWEEN_COMPLAINTS: Duration = Duration::from_secs(60);

impl Passage {
    /// With this much room, and so much patience of whom there is none for.
    pub const fn new(room: Room, patience: Duration) -> Self {
        Self {
            room,
            patience,
            complained: Mutex::new(None),
        }
    }

    /// A place, once there is one.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub(super) async fn enter(&self) -> Result<Place> {
        let place = self.room.take_within(self.patience).await;
        place.ok_or_else(|| {
            let most = self.room.size();
            let why = format!("there are {most} that wait for an answer");
            Error::create(
                ErrorType::HTTPStatus(503),
                ErrorSource::Internal,
                Some(why.into()),
                None,
            )
        })
    }

    /// Logs, now and then, why requests are refused that no upstream is to blame for.
    pub(super) fn complain(&self, why: &str) {
        let mut last = self
            .complained
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() > BETWEEN_COMPLAINTS) {
            *last = Some(Instant::now());
            tracing::error!(
                "requests for the upstream are refused: {why}; is the limit of open files \
                 (LimitNOFILE=, ulimit -n) too low?"
            );
        }
    }
}
