//! Sending an answer of our own.

use std::num::NonZeroUsize;

use cds_site::Body;
use http::{HeaderValue, Method, Response, StatusCode, header};
use pingora::Result;
use pingora::http::ResponseHeader;
use pingora::proxy::Session;

use super::body;
use crate::server::Connection;

/// The time limit for writing holds for a piece, so pieces are small enough for slow clients.
const PIECE: NonZeroUsize = match NonZeroUsize::new(64 << 10) {
    Some(size) => size,
    None => NonZeroUsize::MIN,
};

/// Sends a response, and keeps the connection if it can.
pub(super) async fn send(session: &mut Session, response: Response<Body>) -> Result<()> {
    // Nothing after an unread body can be trusted to be a request.
    if !body::read_away(session).await {
        close_after(session);
    }
    write(session, response).await
}

/// Sends a response to a request of which nothing more is read.
pub(super) async fn send_and_close(session: &mut Session, response: Response<Body>) -> Result<()> {
    close_after(session);
    write(session, response).await
}

async fn write(session: &mut Session, response: Response<Body>) -> Result<()> {
    let (mut parts, mut body) = response.into_parts();
    let head_only = session.req_header().method == Method::HEAD || !may_have_body(parts.status);
    if !head_only || (!body.is_empty() && may_have_body(parts.status)) {
        // Without a length the end of the body is the end of the connection.
        parts
            .headers
            .entry(header::CONTENT_LENGTH)
            .or_insert_with(|| HeaderValue::from(body.len()));
    }
    let head_only = head_only || body.is_empty();
    session
        .write_response_header(Box::new(ResponseHeader::from(parts)), head_only)
        .await?;
    if head_only {
        return Ok(());
    }
    while let Some(piece) = body.next_chunk(PIECE) {
        session
            .write_response_body(Some(piece), body.is_empty())
            .await?;
    }
    Ok(())
}

/// RFC 9110 §15.2, §15.3.5, §15.4.5.
fn may_have_body(status: StatusCode) -> bool {
    !status.is_informational()
        && status != StatusCode::NO_CONTENT
        && status != StatusCode::NOT_MODIFIED
}

fn close_after(session: &mut Session) {
    session.set_keepalive(None);
    if let Some(connection) = Connection::of(session) {
        connection.leave_unread();
    }
}
