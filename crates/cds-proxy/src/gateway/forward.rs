//! What a gateway adds to a request that it passes on.

use std::net::IpAddr;

use http::{HeaderName, HeaderValue, Uri, Version, header};
use pingora::Result;
use pingora::http::RequestHeader;
use pingora::proxy::Session;

use super::claims::{self, Claims, is_quoted_well};
use super::client::Client;
use super::forwarded::Element;
use super::request_id::{REQUEST_ID, RequestId};
use crate::config::{ForwardingSettings, HostSent};

// Fields as they are written. Pingora keeps how a name is spelt, and makes a copy of any that is
// not a literal.
const FORWARDED: &str = "Forwarded";
const X_FORWARDED_FOR: &str = "X-Forwarded-For";
const X_FORWARDED_HOST: &str = "X-Forwarded-Host";
const X_FORWARDED_PORT: &str = "X-Forwarded-Port";
const X_FORWARDED_PROTO: &str = "X-Forwarded-Proto";
const VIA: &str = "Via";

/// How a request came here.
#[derive(Debug, Clone)]
pub(super) struct Hop<'a> {
    trusted: bool,
    /// The address that the request came from.
    peer: Option<IpAddr>,
    /// The address that the client connected to.
    local: Option<IpAddr>,
    scheme: &'static str,
    version: Version,
    /// The host of the request's target, if it is a whole URL.
    target: Option<String>,
    id: Option<&'a RequestId>,
}

impl<'a> Hop<'a> {
    pub(super) fn of(session: &Session, client: Client, id: Option<&'a RequestId>) -> Self {
        let local = session.server_addr().and_then(|address| address.as_inet());
        Self {
            trusted: client.is_behind_trusted(),
            peer: client.peer(),
            local: local.map(|address| address.ip().to_canonical()),
            scheme: scheme(session),
            version: session.req_header().version,
            target: target_authority(session.req_header()),
            id,
        }
    }

    /// Says on the request where it comes from. What it says itself is believed only if it comes
    /// from a trusted proxy: else anyone could choose the address that the portal logs and limits
    /// by. `X-Real-IP` is removed with the rest but never set: X-Forwarded-For says the same.
    pub(super) fn announce(
        &self,
        settings: &ForwardingSettings,
        request: &mut RequestHeader,
        authority: &str,
    ) -> Result<()> {
        self.remove_claims(request);
        if let Some(target) = &self.target {
            request.insert_header("Host", target)?;
        }
        let claims = match self.trusted {
            true => Claims::of(&request.headers),
            false => Claims::default(),
        };
        let host = asked(request, &claims);
        let is_told = settings.forwarded || settings.x_forwarded;
        let peer = self.peer.filter(|_| is_told).map(|peer| peer.to_string());
        let peer = peer.as_deref();
        // First, while the fields are as they came.
        if settings.forwarded {
            self.add_forwarded(request, &claims, peer, host.as_ref())?;
        }
        if settings.x_forwarded {
            self.add_x_forwarded(request, &claims, peer, host)?;
        }
        if let Some(id) = self.id {
            request.insert_header(RequestId::FIELD, id.value().clone())?;
        }
        if settings.via {
            request.append_header(VIA, self.via())?;
        }
        if settings.host == HostSent::Upstream || !request.headers.contains_key(header::HOST) {
            // An HTTP/1.0 client need not send one, but the upstream is spoken to in HTTP/1.1.
            request.insert_header("Host", authority)?;
        }
        Ok(())
    }

    /// Removes what only a proxy may say of a client. What a trusted one says stays, but what is
    /// spelt with underscores it has not said: it came through from its client.
    fn remove_claims(&self, request: &mut RequestHeader) {
        let goes = |name: &&HeaderName| {
            let name = name.as_str();
            is_claim(name) && (!self.trusted || name.contains('_'))
                || self.id.is_some() && same(name, REQUEST_ID.as_str())
        };
        let names: Vec<_> = request.headers.keys().filter(goes).cloned().collect();
        for name in names {
            request.remove_header(&name);
        }
    }

    fn add_x_forwarded(
        &self,
        request: &mut RequestHeader,
        claims: &Claims,
        peer: Option<&str>,
        host: Option<HeaderValue>,
    ) -> Result<()> {
        let before = match request.headers.contains_key(claims::FOR) {
            true => joined(request, &claims::FOR),
            // As it came by `Forwarded`.
            false => listed(claims.known_hops()),
        };
        if let Some(hops) = both(before, peer.map(str::to_owned)) {
            // One line: not everyone who reads the field puts several together.
            request.insert_header(X_FORWARDED_FOR, hops)?;
        }
        let proto = self.proto(claims);
        if !request.headers.contains_key(claims::PROTO) {
            request.insert_header(X_FORWARDED_PROTO, proto)?;
        }
        if let Some(host) = host {
            if !request.headers.contains_key(claims::PORT) {
                let port = port(host.to_str().unwrap_or_default(), proto);
                request.insert_header(X_FORWARDED_PORT, port)?;
            }
            if !request.headers.contains_key(claims::HOST) {
                request.insert_header(X_FORWARDED_HOST, host)?;
            }
        }
        Ok(())
    }

    fn add_forwarded(
        &self,
        request: &mut RequestHeader,
        claims: &Claims,
        peer: Option<&str>,
        host: Option<&HeaderValue>,
    ) -> Result<()> {
        // As in X-Forwarded-*, host and scheme are those that the client used: of several, some
        // portals read the first and some the last.
        let by = self.local.map(|local| local.to_string());
        let own = Element {
            node: peer,
            by: by.as_deref(),
            host: host.and_then(|host| host.to_str().ok()),
            proto: Some(self.proto(claims)),
        };
        // A portal that reads only this field must find no less in it than in X-Forwarded-For.
        let mut lines = request.headers.get_all(header::FORWARDED).iter();
        let is_sound = lines.all(|line| is_quoted_well(line.as_bytes()));
        let before = match request.headers.contains_key(header::FORWARDED) && is_sound {
            true => joined(request, &header::FORWARDED),
            false => listed(claims.known_hops().map(|hop| {
                let hop = hop.to_string();
                Element::of(&hop).written()
            })),
        };
        let elements = both(before, Some(own.written()));
        request.insert_header(FORWARDED, elements.unwrap_or_default())
    }

    /// The scheme that the client used.
    fn proto<'c>(&self, claims: &'c Claims) -> &'c str {
        claims.proto.as_deref().unwrap_or(self.scheme)
    }

    /// RFC 9110 §7.6.3: the protocol version that the request was received with.
    const fn via(&self) -> HeaderValue {
        HeaderValue::from_static(match self.version {
            Version::HTTP_10 => "1.0 cds-proxy",
            Version::HTTP_2 => "2.0 cds-proxy",
            _ => "1.1 cds-proxy",
        })
    }
}

/// The host that the client asks.
fn asked(request: &RequestHeader, claims: &Claims) -> Option<HeaderValue> {
    let own = || request.headers.get(header::HOST).cloned();
    let host = match &claims.host {
        Some(host) => HeaderValue::try_from(host).ok(),
        None => own(),
    };
    host.filter(|host| host.to_str().is_ok())
}

/// The port that a client means who asks this host.
fn port<'a>(host: &'a str, proto: &str) -> &'a str {
    let after_name = host.rsplit_once(']').map_or(host, |(_, port)| port);
    match after_name.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => port,
        _ if proto.eq_ignore_ascii_case("https") => "443",
        _ => "80",
    }
}

/// All lines of a field as one, which is what they mean (RFC 9110 §5.3).
fn joined(request: &RequestHeader, name: &HeaderName) -> Option<String> {
    let lines = request.headers.get_all(name).iter();
    listed(
        lines
            .filter_map(|line| line.to_str().ok())
            .filter(|line| !line.is_empty()),
    )
}

fn listed<T: ToString>(items: impl Iterator<Item = T>) -> Option<String> {
    let items: Vec<_> = items.map(|item| item.to_string()).collect();
    Some(items.join(", ")).filter(|list| !list.is_empty())
}

/// A list with another one after it.
fn both(list: Option<String>, next: Option<String>) -> Option<String> {
    match (list, next) {
        (Some(list), Some(next)) => Some(format!("{list}, {next}")),
        (list, next) => list.or(next),
    }
}

/// The host of an absolute-form target, which an HTTP/1.0 client may send without `Host`.
fn target_authority(request: &RequestHeader) -> Option<String> {
    if request.headers.contains_key(header::HOST) {
        return None;
    }
    let target: Uri = std::str::from_utf8(request.raw_path()).ok()?.parse().ok()?;
    target.scheme()?;
    Some(target.authority()?.to_string())
}

fn is_claim(name: &str) -> bool {
    let begins = |with: &str| {
        name.get(..with.len())
            .is_some_and(|begin| same(begin, with))
    };
    begins("x-forwarded-") || same(name, "x-real-ip") || name == "forwarded"
}

/// Names count as CGI, WSGI and Rack read them: for these `X_Forwarded_For` is `X-Forwarded-For`.
fn same(name: &str, other: &str) -> bool {
    let as_read = |byte| if byte == b'_' { b'-' } else { byte };
    name.len() == other.len() && name.bytes().map(as_read).eq(other.bytes())
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
    use crate::config::Peers;

    /// The fields of a request from this peer after it was announced, one a line.
    fn announced(
        peer: Option<&str>,
        settings: &ForwardingSettings,
        fields: &[(&'static str, &str)],
    ) -> Vec<String> {
        let mut request = RequestHeader::build("GET", b"/", None).unwrap();
        for (name, value) in fields {
            request.append_header(*name, *value).unwrap();
        }
        let peer: Option<IpAddr> = peer.map(|peer| peer.parse().unwrap());
        let client = Client::behind(peer, &request.headers, &settings.trusted_proxies);
        let hop = Hop {
            trusted: client.is_behind_trusted(),
            peer,
            local: Some([198, 51, 100, 1].into()),
            scheme: "http",
            version: Version::HTTP_11,
            target: None,
            id: None,
        };
        hop.announce(settings, &mut request, "upstream:3000")
            .unwrap();
        let lines = request.headers.iter();
        let mut lines: Vec<_> = lines
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines
    }

    /// Those of them that begin so.
    fn field(lines: &[String], name: &str) -> Vec<String> {
        let values = lines.iter().filter_map(|line| line.strip_prefix(name));
        values.map(|value| value[2..].to_owned()).collect()
    }

    fn trusting(networks: &[&str]) -> ForwardingSettings {
        let peers: Vec<_> = networks.iter().map(|text| text.parse().unwrap()).collect();
        ForwardingSettings {
            trusted_proxies: Peers::from(peers),
            ..ForwardingSettings::default()
        }
    }

    /// Nothing is said.
    fn silent() -> ForwardingSettings {
        ForwardingSettings {
            x_forwarded: false,
            forwarded: false,
            via: false,
            host: HostSent::Upstream,
            ..trusting(&[])
        }
    }

    #[test]
    fn a_request_says_where_it_comes_from() {
        let fields = [("host", "portal.example:8080"), ("via", "1.1 cache")];
        assert_eq!(
            announced(Some("2001:db8::7"), &trusting(&[]), &fields),
            [
                "forwarded: for=\"[2001:db8::7]\";by=198.51.100.1;\
                 host=\"portal.example:8080\";proto=http",
                "host: portal.example:8080",
                "via: 1.1 cache",
                "via: 1.1 cds-proxy",
                "x-forwarded-for: 2001:db8::7",
                "x-forwarded-host: portal.example:8080",
                "x-forwarded-port: 8080",
                "x-forwarded-proto: http",
            ]
        );
    }

    #[test]
    fn what_a_trusted_proxy_says_is_added_to() {
        let fields = [
            ("host", "inside"),
            ("x-forwarded-for", "192.0.2.7"),
            ("x-forwarded-for", "10.0.0.2"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "portal.example"),
            ("x_forwarded_for", "6.6.6.6"),
        ];
        let lines = announced(Some("10.0.0.1"), &trusting(&["10.0.0.0/8"]), &fields);
        assert_eq!(
            lines,
            [
                "forwarded: for=192.0.2.7, for=10.0.0.2, \
                 for=10.0.0.1;by=198.51.100.1;host=portal.example;proto=https",
                "host: inside",
                "via: 1.1 cds-proxy",
                "x-forwarded-for: 192.0.2.7, 10.0.0.2, 10.0.0.1",
                "x-forwarded-host: portal.example",
                "x-forwarded-port: 443",
                "x-forwarded-proto: https",
            ]
        );
    }

    #[test]
    fn forwarded_alone_says_as_much_in_both_ways() {
        let said = "for=192.0.2.7;proto=https;host=portal.example";
        let fields = [("host", "inside"), ("forwarded", said)];
        let lines = announced(Some("10.0.0.1"), &trusting(&["10.0.0.1"]), &fields);
        assert_eq!(field(&lines, "x-forwarded-for"), ["192.0.2.7, 10.0.0.1"]);
        assert_eq!(field(&lines, "x-forwarded-proto"), ["https"]);
        assert_eq!(field(&lines, "x-forwarded-host"), ["portal.example"]);
        assert_eq!(
            field(&lines, "forwarded"),
            [format!(
                "{said}, for=10.0.0.1;by=198.51.100.1;host=portal.example;proto=https"
            )]
        );
    }

    #[test]
    fn who_connects_by_a_unix_socket_has_no_address() {
        let lines = announced(None, &trusting(&[]), &[("host", "h")]);
        assert_eq!(field(&lines, "x-forwarded-for"), [""; 0]);
        assert_eq!(
            field(&lines, "forwarded"),
            ["for=unknown;by=198.51.100.1;host=h;proto=http"]
        );
    }

    #[test]
    fn each_of_it_can_be_left_out_but_no_claim_gets_through() {
        let fields = [
            ("host", "h"),
            ("x-forwarded-for", "6.6.6.6"),
            ("forwarded", "for=6.6.6.6"),
        ];
        let lines = announced(Some("192.0.2.7"), &silent(), &fields);
        assert_eq!(lines, ["host: upstream:3000"]);
    }

    #[test]
    fn claims_are_removed_however_they_are_spelt() {
        let fields = [
            "X_Forwarded_For",
            "X-Forwarded_For",
            "X-Forwarded-Prefix",
            "X_Real-IP",
            "Forwarded",
            "X-Forward",
        ];
        let fields = fields.map(|name| (name, "6.6.6.6"));
        let lines = announced(Some("192.0.2.7"), &silent(), &fields);
        assert_eq!(lines, ["host: upstream:3000", "x-forward: 6.6.6.6"]);
    }

    #[test]
    fn a_port_is_that_of_the_host_or_the_scheme() {
        assert_eq!(port("a.example:8080", "https"), "8080");
        assert_eq!(port("a.example", "https"), "443");
        assert_eq!(port("[2001:db8::1]", "http"), "80");
        assert_eq!(port("[2001:db8::1]:81", "http"), "81");
    }
}
