//! What a gateway adds to a request that it passes on.

use std::net::IpAddr;

use http::{HeaderName, HeaderValue, Uri, Version, header};
use pingora::Result;
use pingora::http::RequestHeader;
use pingora::proxy::Session;

use crate::config::Peers;

/// Adds `Via` and X-Forwarded-* to requests.
///
/// What a client says about whom it forwards for is believed only if it is a trusted proxy.
/// Otherwise anyone could choose the address that the portal logs and limits by. `X-Real-IP` is
/// removed with the rest but never set: X-Forwarded-For says the same.
#[derive(Debug, Clone, Default)]
pub struct Forwarding {
    /// The proxies that are believed.
    pub trusted: Peers,
}

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

impl Forwarding {
    pub(super) fn apply(
        &self,
        session: &Session,
        request: &mut RequestHeader,
        authority: &str,
    ) -> Result<()> {
        let client = session
            .client_addr()
            .and_then(|address| address.as_inet())
            // A listener on [::] sees IPv4 clients as ::ffff:192.0.2.7.
            .map(|address| address.ip().to_canonical());
        if !self.trusted.contain(client) {
            remove_claims(request);
        }
        if !request.headers.contains_key(header::HOST)
            && let Some(target) = target_authority(session.req_header())
        {
            request.insert_header(header::HOST, target)?;
        }
        let hop = Hop {
            client,
            scheme: scheme(session),
            version: session.req_header().version,
        };
        hop.announce(request)?;
        if !request.headers.contains_key(header::HOST) {
            // An HTTP/1.0 client need not send one, but the upstream is spoken to in HTTP/1.1.
            request.insert_header(header::HOST, authority)?;
        }
        Ok(())
    }
}

/// The host of an absolute-form target, which an HTTP/1.0 client may send without `Host`.
fn target_authority(request: &RequestHeader) -> Option<String> {
    let target: Uri = std::str::from_utf8(request.raw_path()).ok()?.parse().ok()?;
    target.scheme()?;
    Some(target.authority()?.to_string())
}

/// Removes what only a proxy may say of a client.
///
/// Names count as CGI, WSGI and Rack read them: for these `X_Forwarded_For` is
/// `X-Forwarded-For`.
fn remove_claims(request: &mut RequestHeader) {
    let claims: Vec<_> = request
        .headers
        .keys()
        .filter(|name| is_claim(name))
        .cloned()
        .collect();
    for name in claims {
        request.remove_header(&name);
    }
}

fn is_claim(name: &HeaderName) -> bool {
    let name = name.as_str().replace('_', "-");
    name.starts_with("x-forwarded-") || name == "x-real-ip" || name == "forwarded"
}

/// How a request came here.
#[derive(Debug, Clone, Copy)]
struct Hop {
    /// `None` behind a Unix socket.
    client: Option<IpAddr>,
    scheme: &'static str,
    version: Version,
}

impl Hop {
    fn announce(self, request: &mut RequestHeader) -> Result<()> {
        if let Some(client) = self.client {
            request.append_header(FOR, client.to_string())?;
        }
        if !request.headers.contains_key(PROTO) {
            request.insert_header(PROTO, HeaderValue::from_static(self.scheme))?;
        }
        if let Some(host) = request.headers.get(header::HOST).cloned()
            && !request.headers.contains_key(HOST)
        {
            request.insert_header(HOST, host)?;
        }
        // RFC 9110 §7.6.3: the protocol version that the request was received with.
        let via = match self.version {
            Version::HTTP_10 => "1.0 cds-proxy",
            Version::HTTP_2 => "2.0 cds-proxy",
            _ => "1.1 cds-proxy",
        };
        request.append_header(header::VIA, HeaderValue::from_static(via))?;
        Ok(())
    }
}

fn scheme(session: &Session) -> &'static str {
    match session.digest().map(|digest| digest.ssl_digest.is_some()) {
        Some(true) => "https",
        Some(false) | None => "http",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(fields: &[(&'static str, &str)]) -> RequestHeader {
        let mut request = RequestHeader::build("GET", b"/", None).unwrap();
        for (name, value) in fields {
            request.append_header(*name, *value).unwrap();
        }
        request
    }

    #[test]
    fn a_request_says_where_it_comes_from() {
        let mut request = request(&[("host", "portal.example"), ("via", "1.1 cache")]);
        let hop = Hop {
            client: Some([192, 0, 2, 7].into()),
            scheme: "https",
            version: Version::HTTP_11,
        };
        hop.announce(&mut request).unwrap();
        let field = |name| {
            let values = request.headers.get_all(name).iter();
            values
                .map(|value| value.to_str().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(field("x-forwarded-for"), ["192.0.2.7"]);
        assert_eq!(field("x-forwarded-proto"), ["https"]);
        assert_eq!(field("x-forwarded-host"), ["portal.example"]);
        assert_eq!(field("via"), ["1.1 cache", "1.1 cds-proxy"]);
    }

    #[test]
    fn claims_are_removed_however_they_are_spelt() {
        let mut request = request(&[
            ("X_Forwarded_For", "6.6.6.6"),
            ("X-Forwarded_For", "6.6.6.6"),
            ("X-Forwarded-Prefix", "/admin"),
            ("X_Real-IP", "6.6.6.6"),
            ("Forwarded", "for=6.6.6.6"),
            ("X-Forward", "stays"),
        ]);
        remove_claims(&mut request);
        let left: Vec<_> = request.headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["x-forward"]);
    }
}
