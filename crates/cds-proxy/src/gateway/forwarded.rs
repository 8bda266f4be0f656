//! Elements of the field `Forwarded`, written.

use std::fmt;
use std::net::IpAddr;

/// A `forwarded-element` (RFC 7239 §4).
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    /// Who asked; `None` is said to be unknown.
    pub(super) node: Option<IpAddr>,
    /// Whom it asked.
    pub(super) by: Option<IpAddr>,
    pub(super) host: Option<&'a str>,
    pub(super) proto: Option<&'a str>,
}

impl Element<'_> {
    /// One of which no more is known than who asked.
    pub(super) const fn of(node: IpAddr) -> Self {
        Self {
            node: Some(node),
            by: None,
            host: None,
            proto: None,
        }
    }
}

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(node) => write!(f, "for={}", Node(node))?,
            None => f.write_str("for=unknown")?,
        }
        if let Some(by) = self.by {
            write!(f, ";by={}", Node(by))?;
        }
        if let Some(host) = self.host {
            write!(f, ";host={}", Value(host))?;
        }
        if let Some(proto) = self.proto {
            write!(f, ";proto={}", Value(proto))?;
        }
        Ok(())
    }
}

/// An address; colons and brackets are no part of a token (RFC 7239 §6).
struct Node(IpAddr);

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "\"[{address}]\""),
        }
    }
}

/// A token where it is one, else a quoted string (RFC 9110 §5.6).
struct Value<'a>(&'a str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() && self.0.bytes().all(is_token) {
            return f.write_str(self.0);
        }
        let escaped = self.0.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{escaped}\"")
    }
}

/// RFC 9110 §5.6.2.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_quoted() {
        let element = |host| Element {
            host: Some(host),
            ..Element::of([0xdb8_u16, 0, 0, 0, 0, 0, 0, 1].into())
        };
        let node = "for=\"[db8::1]\";host=";
        assert_eq!(element("a.example").to_string(), format!("{node}a.example"));
        assert_eq!(element("a:80").to_string(), format!("{node}\"a:80\""));
        assert_eq!(
            element("a\";for=\\").to_string(),
            format!("{node}\"a\\\";for=\\\\\"")
        );
    }
}
