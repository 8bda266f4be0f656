//! What proxies say of a request.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};

pub(super) const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(super) const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(super) const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// What proxies say of a request, by X-Forwarded-* or, where these say nothing, by `Forwarded`
/// (RFC 7239).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// The client and the proxies after it, in this order; `None` where one has no address.
    pub(super) hops: Vec<Option<IpAddr>>,
    /// The scheme that the client speaks.
    pub(super) proto: Option<String>,
    /// The host that the client asks.
    pub(super) host: Option<String>,
}

impl Claims {
    pub(super) fn of(fields: &HeaderMap) -> Self {
        let mut claims = Self::default();
        for said in fields.get_all(header::FORWARDED) {
            if !is_quoted_well(said.as_bytes()) {
                // Whose quotation mark is open can't be told: a client may have opened one around
                // what the proxy after it says.
                claims.hops.push(None);
                continue;
            }
            for element in split(said.as_bytes(), b',') {
                claims.add(element);
            }
        }
        if fields.contains_key(FOR) {
            let said = fields.get_all(FOR).iter();
            let hops = said.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
            claims.hops = hops.map(|hop| node(hop.trim_ascii())).collect();
        }
        claims.proto = first(fields, &PROTO).or(claims.proto);
        claims.host = first(fields, &HOST).or(claims.host);
        claims
    }

    /// The hops from the last one without an address on.
    pub(super) fn known_hops(&self) -> impl Iterator<Item = IpAddr> {
        let known = self.hops.iter().rposition(Option::is_none);
        let known = known.map_or(0, |unknown| unknown + 1);
        self.hops.iter().skip(known).copied().flatten()
    }

    /// A `forwarded-element`.
    fn add(&mut self, element: &[u8]) {
        let mut hop = None;
        for pair in split(element, b';') {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = halves.next().unwrap_or_default().trim_ascii();
            let value = unquoted(halves.next().unwrap_or_default().trim_ascii());
            let text = || String::from_utf8(value.clone()).ok();
            if name.eq_ignore_ascii_case(b"for") {
                hop = node(&value);
            } else if name.eq_ignore_ascii_case(b"proto") && self.proto.is_none() {
                self.proto = text();
            } else if name.eq_ignore_ascii_case(b"host") && self.host.is_none() {
                self.host = text();
            }
        }
        self.hops.push(hop);
    }
}

/// The first of what a field lists.
fn first(fields: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = fields.get(name)?.to_str().ok()?;
    let value = value.split(',').next().unwrap_or_default().trim();
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

/// The address of a node, with a port or without (RFC 7239 §6).
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    Some(address.ok()?.to_canonical())
}

/// Whether every quoted string ends (RFC 9110 §5.6.4).
pub(super) fn is_quoted_well(text: &[u8]) -> bool {
    let mut quotes = Quotes::default();
    text.iter().for_each(|byte| quotes.pass(*byte));
    !quotes.are_open
}

/// Where in quoted strings a text is.
#[derive(Debug, Default)]
struct Quotes {
    are_open: bool,
    escaped: bool,
}

impl Quotes {
    fn pass(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = self.are_open,
            b'"' => self.are_open = !self.are_open,
            _ => {}
        }
    }
}

/// Splits at a separator that is not in a quoted string (RFC 9110 §5.6.4).
fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut quotes = Quotes::default();
    text.split(move |byte| {
        let ends = *byte == separator && !quotes.are_open;
        quotes.pass(*byte);
        ends
    })
}

/// What a token or a quoted string stands for.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let inner = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""));
    let Some(inner) = inner else {
        return value.to_vec();
    };
    let mut escaped = false;
    let keep = |byte: &&u8| {
        escaped = **byte == b'\\' && !escaped;
        !escaped
    };
    inner.iter().filter(keep).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(fields: &[(&'static str, &str)]) -> Claims {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(*name, value.parse().unwrap());
        }
        Claims::of(&map)
    }

    #[test]
    fn what_is_said_twice_is_read_from_the_fields_that_everyone_writes() {
        let forwarded = (
            "forwarded",
            "for=192.0.2.1;proto=http;host=\"a.example:80\"",
        );
        let alone = claims(&[forwarded]);
        assert_eq!(alone.hops, [Some([192, 0, 2, 1].into())]);
        assert_eq!(alone.proto.as_deref(), Some("http"));
        assert_eq!(alone.host.as_deref(), Some("a.example:80"));
        let both = claims(&[forwarded, ("x-forwarded-proto", "https, http")]);
        assert_eq!(both.proto.as_deref(), Some("https"));
        assert_eq!(both.host.as_deref(), Some("a.example:80"));
    }

    #[test]
    fn an_open_quotation_mark_hides_nobody() {
        let line = "for=6.6.6.6;proto=https;host=evil.example;x=\", for=192.0.2.7";
        let claims = claims(&[("forwarded", line), ("forwarded", "for=192.0.2.8")]);
        assert_eq!(claims.hops, [None, Some([192, 0, 2, 8].into())]);
        assert_eq!((claims.proto, claims.host), (None, None));
    }

    #[test]
    fn of_hops_before_an_unknown_one_nothing_is_known() {
        let claims = claims(&[("x-forwarded-for", "192.0.2.1, unknown, 192.0.2.2,192.0.2.3")]);
        let known: Vec<_> = claims.known_hops().map(|hop| hop.to_string()).collect();
        assert_eq!(known, ["192.0.2.2", "192.0.2.3"]);
    }
}
