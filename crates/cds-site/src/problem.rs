//! Errors that machines can read: problem details (RFC 9457).

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::body::Body;
use crate::fields;

/// The header fields and the body of an error.
///
/// `detail` says in one sentence what the Client can do; it must need no escaping in JSON.
pub(crate) fn problem(status: StatusCode, detail: &'static str) -> (HeaderMap, Body) {
    let title = status.canonical_reason().unwrap_or_default();
    let status = status.as_u16();
    let json = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{status},"detail":"{detail}"}}"#
    );
    let body = Body::from(Bytes::from(json));
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    fields::allow_any_origin(&mut headers);
    (headers, body)
}
