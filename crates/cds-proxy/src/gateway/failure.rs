//! What a failure to pass a request on means for the client and for the operator.

use std::io;

use pingora::ErrorType as E;
use pingora::{Error, ErrorSource, RetryType};

use super::problem::Problem;
use crate::metrics::{BrokenBy, UpstreamError};
use crate::upstream::{is_own_lack, os_error};

/// Why a request could not be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The upstream takes no connection.
    Unreachable,
    /// The upstream takes no connection in time.
    Unresponsive,
    /// No answer, or no more of it, in time.
    TooSlow,
    /// The upstream closed the connection early, or what it said is not HTTP.
    Broken,
    /// The client has gone.
    ClientGone,
    /// The client stopped in the middle of its request.
    ClientSlow,
    /// The client's request has a body over the limit.
    ClientLarge,
    /// The request is not HTTP after all.
    ClientWrong,
    /// There is no room for another request, or no descriptor, port or memory for a connection.
    Exhausted,
    /// Our own fault.
    Internal,
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        match (error.esource(), error.etype()) {
            // Pingora calls it internal, and puts the blame on the upstream with all that fails
            // on the way there.
            (ErrorSource::Upstream, E::InternalError) => Self::of_connecting(error),
            (ErrorSource::Upstream, etype) => Self::of_upstream(etype),
            (ErrorSource::Downstream, E::ReadTimedout) => Self::ClientSlow,
            // Our own limits are those of the stream that Pingora reads.
            (ErrorSource::Downstream, E::ReadError) if is_time_out(error) => Self::ClientSlow,
            (
                ErrorSource::Downstream,
                E::ReadError | E::WriteError | E::WriteTimedout | E::ConnectionClosed | E::H2Error,
            ) => Self::ClientGone,
            (ErrorSource::Downstream, E::HTTPStatus(413)) => Self::ClientLarge,
            (ErrorSource::Downstream, _) => Self::ClientWrong,
            (ErrorSource::Internal, E::HTTPStatus(503)) => Self::Exhausted,
            (ErrorSource::Internal | ErrorSource::Unset, _) => Self::Internal,
        }
    }

    fn of_upstream(etype: &E) -> Self {
        match etype {
            E::ConnectRefused
            | E::ConnectNoRoute
            | E::ConnectError
            | E::TLSHandshakeFailure
            | E::InvalidCert => Self::Unreachable,
            E::ConnectTimedout | E::TLSHandshakeTimedout => Self::Unresponsive,
            E::ReadTimedout | E::WriteTimedout => Self::TooSlow,
            _ => Self::Broken,
        }
    }

    fn of_connecting(error: &Error) -> Self {
        match os_error(error) {
            Some(cause) if is_own_lack(cause) => Self::Exhausted,
            // A firewall of this machine, say.
            Some(_) => Self::Unreachable,
            None => Self::Internal,
        }
    }

    /// Whether the same request may fare better elsewhere. One that took too long may not: it
    /// would only be work for two.
    pub(super) const fn is_repeatable(self) -> bool {
        matches!(self, Self::Broken)
    }

    /// Whether a kept connection that fails so was just being closed, rather than answered on.
    pub(super) fn is_closing(error: &Error) -> bool {
        match error.etype() {
            E::ConnectionClosed | E::ReadError | E::WriteError => true,
            // What an upstream has not begun to work on, it says (RFC 9113 §8.7).
            E::H2Error => matches!(error.retry, RetryType::Decided(true)),
            _ => false,
        }
    }

    /// What to answer; nothing to a client that has gone.
    pub(super) fn problem(self) -> Option<Problem> {
        match self {
            Self::Unreachable => Some(Problem::UNREACHABLE),
            Self::Unresponsive | Self::TooSlow => Some(Problem::TOO_SLOW),
            Self::Broken => Some(Problem::BROKEN),
            Self::ClientGone => None,
            Self::ClientSlow => Some(Problem::REQUEST_TIMEOUT),
            Self::ClientLarge => Some(Problem::BODY_TOO_LARGE),
            Self::ClientWrong => Some(Problem::BAD_REQUEST),
            Self::Exhausted => Some(Problem::BUSY),
            Self::Internal => Some(Problem::INTERNAL),
        }
    }

    /// On whose side an answer breaks off by it.
    pub(super) fn side(self) -> BrokenBy {
        match self {
            Self::Unreachable | Self::Unresponsive | Self::TooSlow | Self::Broken => {
                BrokenBy::Upstream
            }
            Self::ClientGone | Self::ClientSlow | Self::ClientLarge | Self::ClientWrong => {
                BrokenBy::Client
            }
            Self::Exhausted | Self::Internal => BrokenBy::Proxy,
        }
    }

    /// How it is counted, if it is the upstream's.
    pub(super) fn upstream_error(self) -> Option<UpstreamError> {
        match self {
            Self::Unreachable | Self::Unresponsive => Some(UpstreamError::Unreachable),
            Self::TooSlow => Some(UpstreamError::Timeout),
            Self::Broken => Some(UpstreamError::Broken),
            Self::ClientGone
            | Self::ClientSlow
            | Self::ClientLarge
            | Self::ClientWrong
            | Self::Exhausted
            | Self::Internal => None,
        }
    }
}

/// Whether it came of writing to the client.
pub(super) fn is_of_writing(error: &Error) -> bool {
    *error.esource() == ErrorSource::Downstream
        && matches!(error.etype(), E::WriteError | E::WriteTimedout | E::H2Error)
}

fn is_time_out(error: &Error) -> bool {
    os_error(error).is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;
    use crate::upstream::reason;

    fn status(error: &Error) -> Option<u16> {
        Failure::of(error)
            .problem()
            .map(|problem| problem.status.as_u16())
    }

    #[test]
    fn a_failure_has_the_status_that_fits() {
        assert_eq!(status(&Error::new_up(E::ConnectRefused)), Some(502));
        assert_eq!(status(&Error::new_up(E::ConnectTimedout)), Some(504));
        assert_eq!(status(&Error::new_up(E::ReadTimedout)), Some(504));
        assert_eq!(status(&Error::new_up(E::InvalidHTTPHeader)), Some(502));
        assert_eq!(status(&Error::new_up(E::ConnectionClosed)), Some(502));
        assert_eq!(status(&Error::new_down(E::ReadTimedout)), Some(408));
        let dripped = io::Error::from(io::ErrorKind::TimedOut);
        let dripped = Error::because(E::ReadError, "reading body", dripped).into_down();
        assert_eq!(status(&dripped), Some(408));
        assert_eq!(status(&Error::new_down(E::InvalidHTTPHeader)), Some(400));
        assert_eq!(status(&Error::new_down(E::WriteError)), None);
        assert_eq!(status(&Error::new_in(E::InternalError)), Some(500));
    }

    fn connecting(etype: E, errno: Errno) -> Box<Error> {
        let cause = Error::because(etype, "failed to create socket", io::Error::from(errno));
        Error::because(E::InternalError, "Fail to connect to addr: …", cause).into_up()
    }

    #[test]
    fn what_this_machine_lacks_is_not_the_upstreams_failure() {
        for error in [
            connecting(E::SocketError, Errno::MFILE),
            connecting(E::BindError, Errno::ADDRNOTAVAIL),
        ] {
            assert_eq!(status(&error), Some(503));
            assert_eq!(Failure::of(&error).upstream_error(), None);
        }
        let barred = connecting(E::InternalError, Errno::PERM);
        assert_eq!(status(&barred), Some(502));
        assert_eq!(
            reason(&barred),
            "no connection: Operation not permitted (os error 1)"
        );
    }
}
