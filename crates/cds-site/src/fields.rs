//! Header fields that several answers have.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

/// The methods of everything that is published.
pub(crate) const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// The field of a request by which one of several representations is selected (RFC 9110 §12.5.5).
pub(crate) const VARY: HeaderValue = HeaderValue::from_static("Accept-Encoding");

/// Lets a file be looked at, but not act (Content Security Policy Level 3 §6.3).
pub(crate) const SANDBOX: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");

/// `Cache-Control` for what may be kept a while (RFC 9111 §5.2.2.1).
pub(crate) fn max_age(age: Duration) -> HeaderValue {
    HeaderValue::try_from(format!("max-age={}", age.as_secs()))
        .unwrap_or(HeaderValue::from_static("no-cache"))
}

/// The fields with which a browser lets scripts of other origins read an answer (Fetch §3.2.3).
pub(crate) fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag, Link, Retry-After"),
    );
}

/// The fields that answer a preflight (Fetch §3.2.3).
pub(crate) fn allow_preflight(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOW);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("If-None-Match, If-Modified-Since"),
    );
    // A day, as long as browsers keep it at most.
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("86400"),
    );
}
