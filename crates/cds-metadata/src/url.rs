//! URLs as the specification means them: RFC 3986 URIs with a scheme.

use std::borrow::Cow;
use std::fmt;

use iri_string::types::UriStr;

/// A URL as its author wrote it.
///
/// The rule `invalid-url` has checked it, unless settings lowered that rule: [`Url::parts`] says
/// again whether it is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Url<'a>(Cow<'a, str>);

/// An http or https URL taken apart (RFC 9110 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlParts<'a> {
    /// Whether the scheme is https.
    pub is_https: bool,
    /// The host, without port; an IPv6 literal with its brackets.
    pub host: &'a str,
    /// The port, if one is written.
    pub port: Option<&'a str>,
    /// The path as written; `/` when it is empty (RFC 9110 §4.2.3).
    pub path: &'a str,
    /// The query without its `?`.
    pub query: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Takes a text as it is.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self(text.into())
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts of an http or https URL with a host; `None` if it isn't one.
    pub fn parts(&self) -> Option<UrlParts<'_>> {
        http_parts(&self.0)
    }

    /// The URL without its borrow.
    pub fn into_owned(self) -> Url<'static> {
        Url(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Url<'a> {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl serde::Serialize for Url<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Url<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Url".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri" })
    }
}

/// Whether this is a URI with a scheme (RFC 3986 §3), http and https ones with a host.
pub(crate) fn is_url(text: &str) -> bool {
    UriStr::new(text).is_ok_and(|uri| !is_http(uri.scheme_str()) || parts_of(uri).is_some())
}

/// Whether this is an http or https URL with a host.
pub(crate) fn is_http_url(text: &str) -> bool {
    // Nearly all are so simple that they need no taking apart.
    let host = text
        .strip_prefix("https://")
        .and_then(|rest| rest.as_bytes().first());
    let has_host = host.is_some_and(u8::is_ascii_alphanumeric) && !text.contains('@');
    if has_host {
        UriStr::new(text).is_ok()
    } else {
        http_parts(text).is_some()
    }
}

/// The parts of an http or https URL with a host; `None` if it isn't one.
pub(crate) fn http_parts(text: &str) -> Option<UrlParts<'_>> {
    let uri = UriStr::new(text).ok()?;
    if is_http(uri.scheme_str()) {
        parts_of(uri)
    } else {
        None
    }
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn parts_of(uri: &UriStr) -> Option<UrlParts<'_>> {
    let authority = uri.authority_components()?;
    if authority.host().is_empty() {
        return None;
    }
    let path = uri.path_str();
    Some(UrlParts {
        is_https: uri.scheme_str().len() == "https".len(),
        host: authority.host(),
        port: authority.port(),
        path: if path.is_empty() { "/" } else { path },
        query: uri.query_str(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart_as_it_is_written() {
        let url = Url::new("https://[::1]:8443/a%2Fb?x=1#part");
        let parts = url.parts().unwrap();
        assert_eq!((parts.host, parts.port), ("[::1]", Some("8443")));
        assert_eq!((parts.path, parts.query), ("/a%2Fb", Some("x=1")));
        assert!(parts.is_https);
        assert_eq!(Url::new("http://example.org").parts().unwrap().path, "/");
    }

    #[test]
    fn references_spaces_and_hosts_that_are_missing_are_no_urls() {
        for text in [
            "",
            "/path",
            "example.org/x",
            "https://",
            "https:///x",
            "https://a b/",
            "://x",
        ] {
            assert!(!is_url(text), "{text}");
        }
        assert!(!is_url("https://exämple.org/"), "an IRI is no URI");
        assert!(is_url("mailto:data@example.org"));
        assert_eq!(http_parts("mailto:data@example.org"), None);
        for text in [
            "https://user@/x",
            "https://:80/",
            "ftp://example.org/",
            "https://a b/",
        ] {
            assert!(!is_http_url(text), "{text}");
        }
        for text in [
            "https://example.org/x",
            "HTTP://[::1]/",
            "https://user@example.org:80",
        ] {
            assert!(is_http_url(text), "{text}");
        }
    }
}
