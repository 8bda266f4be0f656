//! Errors that the proxy itself answers with, as problem details (RFC 9457).

use bytes::Bytes;
use cds_site::Body;
use http::{HeaderValue, Response, StatusCode, header};
use pingora::Result;
use pingora::proxy::Session;

use super::answer;
use super::request_id::{REQUEST_ID, RequestId};

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
        if self.status == StatusCode::BAD_REQUEST || self.status == StatusCode::REQUEST_TIMEOUT {
            // Where one request was not understood, the next may not begin where it seems to.
            session.set_keepalive(None);
        }
        let mut response = self.response();
        if let Some(id) = id {
            response
                .headers_mut()
                .insert(REQUEST_ID, id.value().clone());
        }
        answer::send(session, response).await
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
