//! Why an upstream has failed, in an operator's words.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::{io, iter};

use pingora::ErrorType as E;
use pingora::{Error, ImmutStr};
use rustix::io::Errno;

use super::tls_advice::advice;

/// A failure in an operator's words.
pub fn reason(error: &Error) -> Cow<'_, str> {
    let context = error.context.as_ref().map(ImmutStr::as_str);
    let words = match error.etype() {
        E::ConnectRefused => return "it refuses connections; is it running?".into(),
        E::ConnectTimedout => return "no connection in time".into(),
        E::ReadTimedout => return "the upstream did not answer in time".into(),
        E::WriteTimedout => return "the upstream did not take the request in time".into(),
        E::ConnectionClosed => {
            return "the upstream closed the connection before it answered".into();
        }
        E::TLSHandshakeFailure => return of_handshake(context.unwrap_or_default()).into(),
        E::ConnectNoRoute | E::ConnectError | E::InternalError if os_error(error).is_some() => {
            "no connection"
        }
        E::ReadError => "the connection to the upstream broke off",
        E::WriteError => "the upstream stopped taking the request",
        E::InvalidHTTPHeader => match context.and_then(|context| context.strip_prefix(BEGINNING)) {
            Some(beginning) => return of_beginning(beginning).into(),
            None => "the upstream's answer is not HTTP",
        },
        _ => match context {
            Some(context) => context,
            None => return error.to_string().into(),
        },
    };
    match (&error.cause, context) {
        (Some(_), _) => {
            let cause = error.root_cause().to_string();
            match advice(&cause) {
                Some(advice) => format!("{words}: {cause}; {advice}").into(),
                None => format!("{words}: {cause}").into(),
            }
        }
        (None, Some(context)) if context != words => format!("{words}: {context}").into(),
        _ => words.into(),
    }
}

/// The error of the system that is behind another.
pub fn os_error(error: &Error) -> Option<&io::Error> {
    let root: &(dyn StdError + 'static) = error.root_cause();
    let mut causes = iter::successors(Some(root), |&cause| cause.source());
    causes.find_map(|cause| cause.downcast_ref())
}

/// Whether this machine lacks what a connection takes, which is no fault of the upstream.
pub fn is_own_lack(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(
            Errno::MFILE
                | Errno::NFILE
                | Errno::NOBUFS
                | Errno::NOMEM
                | Errno::ADDRINUSE
                // No free port, or an address of IPv6 where that is switched off.
                | Errno::ADDRNOTAVAIL
                | Errno::AGAIN
        )
    )
}

/// The cause is within a text of Pingora's, before the name that was asked for.
fn of_handshake(text: &str) -> String {
    let cause = text.split_once("cause: ").map_or(text, |(_, cause)| cause);
    let cause = cause
        .split_once(", SNI: ")
        .map_or(cause, |(cause, _)| cause);
    match advice(cause) {
        Some(advice) => format!("no TLS connection: {cause}; {advice}"),
        None => format!("no TLS connection: {cause}"),
    }
}

/// What an answer begins with that can't be read, with whatever is not visible escaped.
fn of_beginning(bytes: &str) -> String {
    if bytes.starts_with(TLS) {
        return "the upstream speaks TLS there; write https:// in its URL".to_owned();
    }
    let cut = bytes.get(..LONGEST).map(|cut| format!("{cut}..."));
    let bytes = cut.as_deref().unwrap_or(bytes);
    format!("the upstream's answer is not HTTP: it begins with \"{bytes}\"")
}

/// So Pingora introduces what it has read.
const BEGINNING: &str = "buf: ";

/// An alert (RFC 8446 §5.1), of any version.
const TLS: &str = "\\x15\\x03";

/// More says no more.
const LONGEST: usize = 60;

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn a_reason_has_its_cause() {
        let reset = || io::Error::from(Errno::CONNRESET);
        let no_version = || Error::new(E::Custom("invalid HTTP version"));
        for (error, words) in [
            (
                Error::because(E::ReadError, "when reading body", reset()),
                "the connection to the upstream broke off: Connection reset by peer (os error 104)",
            ),
            (
                Error::because(E::WriteError, "", reset()),
                "the upstream stopped taking the request: Connection reset by peer (os error 104)",
            ),
            (
                Error::explain(E::ConnectNoRoute, "its name can't be resolved"),
                "its name can't be resolved",
            ),
            (
                Error::explain(E::InvalidHTTPHeader, "no colon"),
                "the upstream's answer is not HTTP: no colon",
            ),
            (
                Error::because(E::InvalidHTTPHeader, "buf: 220 smtp\\r\\n", no_version()),
                "the upstream's answer is not HTTP: it begins with \"220 smtp\\r\\n\"",
            ),
            (
                Error::because(E::InvalidHTTPHeader, "buf: \\x15\\x03\\x03", no_version()),
                "the upstream speaks TLS there; write https:// in its URL",
            ),
            (
                Error::because(E::H2Error, "while reading the header", reset()),
                "while reading the header: Connection reset by peer (os error 104)",
            ),
        ] {
            assert_eq!(reason(&error), words);
        }
    }
}
