//! Errors that the proxy itself answers with, as problem details (RFC 9457).

use bytes::Bytes;
use cds_site::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use pingora::Result;
use pingora::proxy::Session;

use super::answer;
use super::request_id::RequestId;

/// What is told to the client: nothing about addresses or names behind the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    /// The status.
    pub(super) status: StatusCode,
    title: &'static str,
    detail: &'static str,
}

impl Problem {
    /// RFC 9112 §3.2.
    pub(super) const NO_HOST: Self = Self {
        status: StatusCode::BAD_REQUEST,
        title: "Bad Request",
        detail: "An HTTP/1.1 request must have a Host field.",
    };
    pub(super) const BAD_REQUEST: Self = Self {
        status: StatusCode::BAD_REQUEST,
        title: "Bad Request",
        detail: "The request can't be understood.",
    };
    /// RFC 5842 §7.2.
    pub(super) const LOOP: Self = Self {
        status: StatusCode::LOOP_DETECTED,
        title: "Loop Detected",
        detail: "The request has been passed on by this proxy again and again.",
    };
    /// RFC 9112 §2.2.
    pub(super) const BARE_LINE_FEED: Self = Self {
        status: StatusCode::BAD_REQUEST,
        title: "Bad Request",
        detail: "A line of the request's head ends without a carriage return.",
    };
    /// RFC 9112 §6.3.
    pub(super) const TWO_LENGTHS: Self = Self {
        status: StatusCode::BAD_REQUEST,
        title: "Bad Request",
        detail: "The request says more than once how long its body is.",
    };
    /// RFC 9112 §6.1.
    pub(super) const TRANSFER_CODING: Self = Self {
        status: StatusCode::NOT_IMPLEMENTED,
        title: "Not Implemented",
        detail: "The request's body may only be in the transfer coding chunked.",
    };
    /// RFC 9110 §9.3.8.
    pub(super) const TRACE: Self = Self {
        status: StatusCode::NOT_IMPLEMENTED,
        title: "Not Implemented",
        detail: "This proxy passes TRACE on and does not answer it.",
    };
    pub(super) const BODY_TOO_LARGE: Self = Self {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        title: "Content Too Large",
        detail: "The request's body is larger than this proxy passes on.",
    };
    pub(super) const TARGET_TOO_LONG: Self = Self {
        status: StatusCode::URI_TOO_LONG,
        title: "URI Too Long",
        detail: "The request's target is longer than this proxy passes on.",
    };
    /// RFC 6585 §4.
    pub(super) const TOO_MANY_REQUESTS: Self = Self {
        status: StatusCode::TOO_MANY_REQUESTS,
        title: "Too Many Requests",
        detail: "This client has asked for documents too often.",
    };
    /// RFC 6585 §5.
    pub(super) const HEAD_TOO_LARGE: Self = Self {
        status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        title: "Request Header Fields Too Large",
        detail: "The request's header fields are larger than this proxy passes on.",
    };
    pub(super) const REQUEST_TIMEOUT: Self = Self {
        status: StatusCode::REQUEST_TIMEOUT,
        title: "Request Timeout",
        detail: "The rest of the request did not come in time.",
    };
    pub(super) const INTERNAL: Self = Self {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        title: "Internal Server Error",
        detail: "The proxy could not handle the request.",
    };
    pub(super) const BUSY: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "Service Unavailable",
        detail: "The proxy has no room for another request at the moment.",
    };
    pub(super) const UNREACHABLE: Self = Self {
        status: StatusCode::BAD_GATEWAY,
        title: "Bad Gateway",
        detail: "The server behind this proxy can't be reached.",
    };
    pub(super) const BROKEN: Self = Self {
        status: StatusCode::BAD_GATEWAY,
        title: "Bad Gateway",
        detail: "The server behind this proxy gave no valid answer.",
    };
    pub(super) const TOO_SLOW: Self = Self {
        status: StatusCode::GATEWAY_TIMEOUT,
        title: "Gateway Timeout",
        detail: "The server behind this proxy did not answer in time.",
    };

    /// Sends it, unless a response has begun.
    pub(super) async fn send(self, session: &mut Session, id: Option<&RequestId>) -> Result<()> {
        self.send_with(session, id, HeaderMap::new()).await
    }

    /// The same, with further fields.
    pub(super) async fn send_with(
        self,
        session: &mut Session,
        id: Option<&RequestId>,
        fields: HeaderMap,
    ) -> Result<()> {
        let mut response = self.response();
        response.headers_mut().extend(fields);
        if let Some(id) = id {
            id.tell(response.headers_mut());
        }
        if self.is_of_the_request() {
            // Where one request was not understood, the next may not begin where it seems to.
            answer::send_and_close(session, response).await
        } else {
            answer::send(session, response).await
        }
    }

    fn is_of_the_request(self) -> bool {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => false,
            StatusCode::NOT_IMPLEMENTED => true,
            status => status.is_client_error(),
        }
    }

    fn response(self) -> Response<Body> {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = Response::new(Body::from(Bytes::from(body.to_string())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if self == Self::BUSY {
            // What has no room now may have some as soon as one request is answered.
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_json_that_must_not_be_stored() {
        let response = Problem::TOO_SLOW.response();
        assert_eq!(response.status(), 504);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let mut body = response.into_body();
        let json: serde_json::Value =
            serde_json::from_slice(&body.next_segment().unwrap()).unwrap();
        assert_eq!(json["status"], 504);
        assert_eq!(json["title"], "Gateway Timeout");
    }
}
