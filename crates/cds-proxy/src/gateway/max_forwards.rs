//! Requests that are to go only so far (RFC 9110 §7.6.2).

use cds_site::Body;
use http::{Method, Response, StatusCode, header};
use pingora::Result;
use pingora::http::RequestHeader;
use pingora::proxy::Session;

use super::answer;
use super::problem::Problem;
use super::request_id::RequestId;

/// How many more may pass a request on, if it says so and its method is one that may.
pub(super) fn left(request: &RequestHeader) -> Option<u32> {
    if !matches!(request.method, Method::OPTIONS | Method::TRACE) {
        return None;
    }
    let digits = request.headers.get(header::MAX_FORWARDS)?.as_bytes();
    let digits = Some(digits).filter(|digits| !digits.is_empty())?;
    digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        Some(sum.saturating_mul(10).saturating_add(digit))
    })
}

/// Counts down what is passed on.
pub(super) fn count_down(request: &mut RequestHeader) -> Result<()> {
    match left(request) {
        Some(left) => request.insert_header("Max-Forwards", left.saturating_sub(1).to_string()),
        None => Ok(()),
    }
}

/// Answers a request that ends here. TRACE would echo what other servers may have added to it.
pub(super) async fn answer(session: &mut Session, id: Option<&RequestId>) -> Result<()> {
    if session.req_header().method == Method::TRACE {
        return Problem::TRACE.send(session, id).await;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Some(id) = id {
        id.tell(response.headers_mut());
    }
    answer::send(session, response).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_two_methods_count() {
        let left = |method: &str, value: &str| {
            let mut request = RequestHeader::build(method, b"/", None).unwrap();
            request.insert_header("max-forwards", value).unwrap();
            left(&request)
        };
        assert_eq!(left("OPTIONS", "0"), Some(0));
        assert_eq!(left("TRACE", "12"), Some(12));
        assert_eq!(left("OPTIONS", "99999999999"), Some(u32::MAX));
        for (method, value) in [
            ("GET", "0"),
            ("OPTIONS", "-1"),
            ("OPTIONS", ""),
            ("TRACE", "a"),
        ] {
            assert_eq!(left(method, value), None, "{method} {value}");
        }
    }
}
