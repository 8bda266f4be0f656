//! What a failure to pass a request on means for the client and for the operator.

use std::borrow::Cow;
use std::io;

use pingora::ErrorType as E;
use pingora::{Error, ErrorSource, ImmutStr};

use super::problem::Problem;
use crate::metrics::UpstreamError;

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
    /// Our own fault.
    Internal,
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        match (error.esource(), error.etype()) {
            (ErrorSource::Upstream, etype) => Self::of_upstream(etype),
            (ErrorSource::Downstream, E::ReadTimedout) => Self::ClientSlow,
            // Our own limits are those of the stream that Pingora reads.
            (ErrorSource::Downstream, E::ReadError) if is_time_out(error) => Self::ClientSlow,
            (
                ErrorSource::Downstream,
                E::ReadError | E::WriteError | E::WriteTimedout | E::ConnectionClosed,
            ) => Self::ClientGone,
            (ErrorSource::Downstream, E::HTTPStatus(413)) => Self::ClientLarge,
            (ErrorSource::Downstream, _) => Self::ClientWrong,
            (ErrorSource::Internal | ErrorSource::Unset, _) => Self::Internal,
        }
    }

    fn of_upstream(etype: &E) -> Self {
        match etype {
            E::ConnectRefused
            | E::ConnectNoRoute
            | E::ConnectError
            | E::SocketError
            | E::TLSHandshakeFailure
            | E::InvalidCert => Self::Unreachable,
            E::ConnectTimedout | E::TLSHandshakeTimedout => Self::Unresponsive,
            E::ReadTimedout | E::WriteTimedout => Self::TooSlow,
            _ => Self::Broken,
        }
    }

    /// Whether the same request may fare better elsewhere. One that took too long may not: it
    /// would only be work for two.
    pub(super) const fn is_repeatable(self) -> bool {
        matches!(self, Self::Broken)
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
            Self::Internal => Some(Problem::INTERNAL),
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
            | Self::Internal => None,
        }
    }
}

fn is_time_out(error: &Error) -> bool {
    let cause = error.root_cause().downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
}

/// A failure in an operator's words.
pub(super) fn reason(error: &Error) -> Cow<'_, str> {
    match error.etype() {
        E::ConnectRefused => "it refuses connections; is it running?".into(),
        E::ConnectTimedout => "no connection in time".into(),
        E::ReadTimedout => "the upstream did not answer in time".into(),
        E::ConnectionClosed => "the upstream closed the connection before it answered".into(),
        E::TLSHandshakeFailure => {
            // The cause is within a text of Pingora's, before the name that was asked for.
            let text = error.context.as_ref().map_or("", ImmutStr::as_str);
            let cause = text.split_once("cause: ").map_or(text, |(_, cause)| cause);
            format!("no TLS connection: {cause}").into()
        }
        _ => match &error.context {
            Some(context) => context.as_str().into(),
            None => error.to_string().into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
