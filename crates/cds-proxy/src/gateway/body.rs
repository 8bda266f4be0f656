//! Bodies of requests that are not passed on.

use std::time::Duration;

use http::header;
use pingora::http::RequestHeader;
use pingora::proxy::Session;
use tokio::time::timeout;

/// How much of a request's body is read only to keep the connection.
const DRAIN_BYTES: usize = 64 << 10;
/// For how long.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// How many bytes a request's body is said to have.
pub(super) fn announced_length(head: &RequestHeader) -> Option<u64> {
    let length = head.headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Reads a small body away, so that the connection can be kept; whether there is none left.
pub(super) async fn read_away(session: &mut Session) -> bool {
    if session.is_body_done() {
        return true;
    }
    // A client that waits to be told to go on has sent nothing, and need not (RFC 9110 §10.1.1).
    let waits = session.req_header().headers.contains_key(header::EXPECT);
    !waits && timeout(DRAIN_TIME, drain(session)).await.unwrap_or(false)
}

async fn drain(session: &mut Session) -> bool {
    let announced = announced_length(session.req_header());
    if announced.is_some_and(|length| length > DRAIN_BYTES as u64) {
        return false;
    }
    let mut left = DRAIN_BYTES;
    loop {
        match session.read_request_body().await {
            Ok(None) => return true,
            Ok(Some(piece)) if piece.len() <= left => left -= piece.len(),
            Ok(Some(_)) | Err(_) => return false,
        }
    }
}
