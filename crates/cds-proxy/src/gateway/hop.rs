//! Fields that speak of one connection (RFC 9110 §7.6.1).

use http::{HeaderName, StatusCode, Version, header};
use pingora::http::ResponseHeader;

/// Fields of a connection, apart from `Connection` itself and those that frame the body: Pingora
/// writes these anew.
const OF_A_CONNECTION: [HeaderName; 4] = [
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TRAILER,
    header::UPGRADE,
];

/// Whether removing a field would change where the message ends.
fn frames(name: &HeaderName) -> bool {
    name == header::CONTENT_LENGTH || name == header::TRANSFER_ENCODING
}

/// Removes what the upstream says about its connection with the proxy; `client` is the version
/// that the answer is passed on in.
pub(super) fn strip(response: &mut ResponseHeader, client: Version) {
    if response.status == StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    for name in nominated(response) {
        response.remove_header(&name);
    }
    // Trailers are passed on by HTTP/2 alone; elsewhere none must be announced.
    let has_trailers = response.version == Version::HTTP_2 && client == Version::HTTP_2;
    for name in OF_A_CONNECTION {
        let stays = match name {
            // RFC 9110 §15.5.22: this status is nothing without the field.
            header::UPGRADE => response.status == StatusCode::UPGRADE_REQUIRED,
            header::TRAILER => has_trailers,
            _ => false,
        };
        if !stays {
            response.remove_header(&name);
        }
    }
}

fn nominated(response: &ResponseHeader) -> Vec<HeaderName> {
    let fields = response.headers.get_all(header::CONNECTION).iter();
    fields
        .flat_map(|field| field.as_bytes().split(|byte| *byte == b','))
        .filter_map(|token| HeaderName::from_bytes(token.trim_ascii()).ok())
        .filter(|name| !frames(name) && name != header::UPGRADE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(status: u16, fields: &[(&'static str, &str)]) -> Vec<String> {
        let mut response = ResponseHeader::build(status, None).unwrap();
        for (name, value) in fields {
            response.append_header(*name, *value).unwrap();
        }
        strip(&mut response, Version::HTTP_11);
        response.headers.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn what_frames_a_body_is_not_removed_when_nominated() {
        let fields = [
            ("content-length", "3"),
            ("x-mine", "1"),
            ("connection", "Content-Length, , X-Mine,close"),
        ];
        assert_eq!(stripped(200, &fields), ["content-length", "connection"]);
    }

    #[test]
    fn an_upgrade_is_named_where_it_is_the_answer() {
        let fields = [("connection", "upgrade"), ("upgrade", "websocket")];
        assert_eq!(stripped(200, &fields), ["connection"]);
        assert_eq!(stripped(426, &fields), ["connection", "upgrade"]);
        assert_eq!(stripped(101, &fields), ["connection", "upgrade"]);
    }
}
