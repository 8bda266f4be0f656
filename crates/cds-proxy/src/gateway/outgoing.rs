//! What a request means for the way that it goes.

use http::{Method, Version, header};
use pingora::Result;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::proxy::Session;

use crate::upstream::{Demand, Pace};

/// What a request asks of its connection. A WebSocket or an event stream may be silent for long
/// without anything being wrong.
pub(super) fn demand(session: &Session) -> Demand {
    let head = session.req_header();
    let says = |name, word: &[u8]| {
        let values = head.headers.get_all(name).iter();
        let mut parts = values.flat_map(|value| value.as_bytes().windows(word.len()));
        parts.any(|part| part.eq_ignore_ascii_case(word))
    };
    let is_websocket = asks_for_websocket(head);
    let streams = is_websocket
        || head.method == Method::GET && says(header::ACCEPT, EVENT_STREAM)
        || head.method == Method::POST && says(header::CONTENT_TYPE, b"application/grpc");
    Demand {
        pace: if streams {
            Pace::Occasional
        } else {
            Pace::Steady
        },
        // Pingora upgrades nothing over HTTP/2, and chunks what comes from there, which a client
        // that speaks HTTP/1.0 doesn't understand.
        http1: is_websocket || head.version == Version::HTTP_10,
    }
}

/// Whether a request asks for a WebSocket (RFC 6455 §4.1), the only protocol that Pingora leaves
/// HTTP for. Other programs name one in every first request, such as Java's `Upgrade: h2c`.
fn asks_for_websocket(request: &RequestHeader) -> bool {
    let Some(protocol) = request.headers.get(header::UPGRADE) else {
        return false;
    };
    let nominations = request.headers.get_all(header::CONNECTION).iter();
    let mut nominated = nominations.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    request.version == Version::HTTP_11
        && request.method == Method::GET
        && protocol.as_bytes().eq_ignore_ascii_case(b"websocket")
        && nominated.any(|name| name.trim_ascii().eq_ignore_ascii_case(b"upgrade"))
}

/// Whether a request may reach an upstream twice: its method says so (RFC 9110 §9.2.2), what has
/// been read of its body is still there, and the client has seen nothing of an answer.
pub(super) fn may_be_sent_twice(session: &Session) -> bool {
    session.req_header().method.is_idempotent()
        && !session.as_ref().retry_buffer_truncated()
        && !asks_for_websocket(session.req_header())
        && session.response_written().is_none()
}

/// Asks that the connection be closed after the answer, where HTTP/1 is spoken.
pub(super) fn ask_to_close(request: &mut RequestHeader) -> Result<()> {
    if request.version > Version::HTTP_11 || asks_for_websocket(request) {
        return Ok(());
    }
    request.insert_header("Connection", "close")
}

/// Whether an answer is an event stream, whatever its request said of it.
pub(super) fn is_event_stream(response: &ResponseHeader) -> bool {
    let kind = response.headers.get(header::CONTENT_TYPE);
    let begin = kind.and_then(|kind| kind.as_bytes().get(..EVENT_STREAM.len()));
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(EVENT_STREAM))
}

const EVENT_STREAM: &[u8] = b"text/event-stream";

/// Whether a request has been here so often that it must be coming back again and again
/// (RFC 9110 §7.6.3). A few of us may well stand one behind the other.
pub(super) fn goes_round(request: &RequestHeader) -> bool {
    let fields = request.headers.get_all(header::VIA).iter();
    let hops = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b','));
    let ours = hops.filter(|hop| hop.trim_ascii().ends_with(b" cds-proxy"));
    ours.count() >= MOST_ROUNDS
}

const MOST_ROUNDS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_that_is_only_named_is_not_asked_for() {
        let asks = |method, fields: &[(&'static str, &str)]| {
            let mut request = RequestHeader::build(method, b"/", None).unwrap();
            for (name, value) in fields {
                request.append_header(*name, *value).unwrap();
            }
            asks_for_websocket(&request)
        };
        let websocket = ("upgrade", "WebSocket");
        let nominated = ("connection", "keep-alive, Upgrade");
        assert!(asks("GET", &[websocket, nominated]));
        assert!(!asks("POST", &[websocket, nominated]));
        assert!(!asks("GET", &[websocket]));
        assert!(!asks("GET", &[("upgrade", "h2c"), nominated]));
        assert!(!asks("GET", &[nominated]));
    }

    #[test]
    fn a_request_goes_round_when_it_has_been_here_ten_times() {
        let request = |via: &str| {
            let mut request = RequestHeader::build("GET", b"/", None).unwrap();
            request.append_header("via", "1.1 cache").unwrap();
            request.append_header("via", via).unwrap();
            request
        };
        assert!(!goes_round(&request("1.1 a, 1.1 cds-proxy")));
        assert!(!goes_round(&request(&["1.1 cds-proxy"; 9].join(","))));
        assert!(goes_round(&request(&["2.0 cds-proxy"; 10].join(", "))));
    }
}
