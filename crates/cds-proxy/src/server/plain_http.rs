//! Plain HTTP where TLS is spoken.

use std::time::Duration;

use http::HeaderValue;
use pingora::protocols::Shutdown;
use pingora::protocols::http::date::get_cached_date;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::connection::Connection;

/// Whether these first bytes are of a request's method, so not of a TLS record, which begins with
/// its type: 20 to 24 (RFC 8446 §5.1).
pub(super) fn begins_with_request(ahead: &[u8]) -> bool {
    ahead.first().is_some_and(u8::is_ascii_uppercase)
}

/// Says what is wrong to a client that has begun with a request, of which these bytes are known,
/// and closes.
pub(super) async fn refuse(mut connection: Connection, ahead: &[u8]) {
    let mut answer = head(&get_cached_date());
    if !ahead.starts_with(b"HEAD ") {
        answer.push_str(PROBLEM);
    }
    let sent = timeout(SENDING, connection.write_all(answer.as_bytes())).await;
    if matches!(sent, Ok(Ok(()))) {
        connection.leave_unread();
        Shutdown::shutdown(&mut connection).await;
    }
}

fn head(date: &HeaderValue) -> String {
    format!(
        "HTTP/1.1 400 Bad Request\r\n\
         Date: {}\r\n\
         Content-Type: application/problem+json\r\n\
         Content-Length: {}\r\n\
         Cache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n",
        date.to_str().unwrap_or_default(),
        PROBLEM.len()
    )
}

const PROBLEM: &str = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"Plain HTTP was sent to a port that speaks TLS; use https."}"#;

/// For a packet that a new connection has room for.
const SENDING: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_from_a_handshake() {
        for request in ["GET / HTTP/1.1\r\n", "P", "OPTIONS * HTTP/1.1"] {
            assert!(begins_with_request(request.as_bytes()), "{request}");
        }
        // A record of TLS, a hello of SSL 2, nothing.
        for other in [&[22, 3, 1][..], &[0x80, 46, 1], &[]] {
            assert!(!begins_with_request(other), "{other:?}");
        }
    }

    #[test]
    fn the_problem_is_json() {
        let problem: serde_json::Value = serde_json::from_str(PROBLEM).unwrap();
        assert_eq!(problem["status"], 400);
    }
}
