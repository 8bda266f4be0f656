//! How many requests are passed on at once.

use std::time::Duration;

use pingora::{Error, ErrorSource, ErrorType, Result};
use rustix::io::Errno;

use crate::seldom::Seldom;
use crate::server::{Place, Room};
use crate::upstream::{os_error, reason};

/// Room for requests that are passed on. Each can need a connection to the upstream, and a client
/// that speaks HTTP/2 can have a hundred of them on one of its own.
#[derive(Debug)]
pub struct Passage {
    room: Room,
    patience: Duration,
    /// When it was logged that requests are refused.
    complained: Seldom,
}

impl Passage {
    /// With this much room, and so much patience of whom there is none for.
    pub fn new(room: Room, patience: Duration) -> Self {
        Self {
            room,
            patience,
            complained: Seldom::default(),
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
            let why = format!(
                "there are {most} that wait for an answer, or are WebSockets or event streams"
            );
            Error::create(
                ErrorType::HTTPStatus(503),
                ErrorSource::Internal,
                Some(why.into()),
                None,
            )
        })
    }

    /// Logs, now and then, why requests are refused that no upstream is to blame for.
    pub(super) fn complain(&self, error: &Error) {
        if let Some(more) = self.complained.now() {
            let (why, advice) = (reason(error), advice(error));
            tracing::error!("requests for the upstream are refused: {why}; {advice}{more}");
        }
    }
}

fn advice(error: &Error) -> &'static str {
    match os_error(error).and_then(Errno::from_io_error) {
        // How much room there is depends on it.
        None | Some(Errno::MFILE) => {
            "is the limit of open files (LimitNOFILE=, ulimit -n) too low?"
        }
        Some(Errno::NFILE) => "is the limit of open files of the system (fs.file-max) too low?",
        Some(Errno::NOMEM | Errno::NOBUFS) => "this machine lacks memory for another connection",
        Some(_) => {
            "this machine has no port left for another connection (net.ipv4.ip_local_port_range)"
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn the_advice_is_about_what_is_lacking() {
        let full = Error::new_in(ErrorType::HTTPStatus(503));
        assert!(advice(&full).contains("LimitNOFILE"));
        for (lacking, word) in [
            (Errno::MFILE, "LimitNOFILE"),
            (Errno::NFILE, "fs.file-max"),
            (Errno::NOBUFS, "memory"),
            (Errno::ADDRNOTAVAIL, "port"),
        ] {
            let cause = io::Error::from(lacking);
            let error = Error::because(ErrorType::InternalError, "", cause);
            assert!(advice(&error).contains(word), "{lacking:?}");
        }
    }
}
