//! URLs as people write and copy them.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::url::is_http_url;

/// The http or https URL that a text probably means.
pub(crate) fn meant(text: &str) -> Option<String> {
    // Longer ones are no slips, and a message shows no more.
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim().replace('\\', "/");
    let (scheme, rest) = with_scheme(&text)?;
    let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(path);
    let url = format!("{scheme}://{host}{}", encoded(path));
    (is_host(host) && is_http_url(&url)).then_some(url)
}

/// Whether a text may be meant as a host and port: there is a dot in it with a name or address
/// around it, which neither `C:` nor `TBD.` has.
fn is_host(text: &str) -> bool {
    if text.starts_with('[') {
        return true;
    }
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let labels = name.strip_suffix('.').unwrap_or(name).rsplit_once('.');
    let is_name = name == "localhost"
        || labels.is_some_and(|(before, last)| {
            !before.is_empty() && last.len() > 1 && last.starts_with(|c: char| !c.is_ascii_digit())
        })
        || name.parse::<Ipv4Addr>().is_ok();
    is_port && is_name
}

/// The scheme, https unless another one is written, and what follows it.
fn with_scheme(text: &str) -> Option<(&'static str, &str)> {
    for scheme in ["https", "http"] {
        let (head, rest) = text.split_at_checked(scheme.len()).unwrap_or_default();
        // `https:/example.org` and `https//example.org` are slips.
        if head.eq_ignore_ascii_case(scheme) && rest.starts_with([':', '/']) {
            return Some((scheme, rest.trim_start_matches([':', '/'])));
        }
    }
    let is_other = text.contains("://") || text.starts_with('/') || text.contains('@');
    (!is_other).then_some(("https", text))
}

/// A path with what can't stand in one percent-encoded (RFC 3986 §2.1).
fn encoded(path: &str) -> Cow<'_, str> {
    if path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return path.into();
    }
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            // Writing to a string never fails.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out.into()
}

const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended() {
        for (text, expected) in [
            ("www.example.org/docs", "https://www.example.org/docs"),
            (" https://example.org/ ", "https://example.org/"),
            ("https:/example.org/a", "https://example.org/a"),
            ("https//example.org", "https://example.org"),
            ("HTTP:example.org", "http://example.org"),
            ("https:\\\\example.org\\a", "https://example.org/a"),
            ("https://example.org/a b", "https://example.org/a%20b"),
            ("https://example.org/hélp", "https://example.org/h%C3%A9lp"),
            ("example.org:8443/a", "https://example.org:8443/a"),
            ("192.0.2.1/a", "https://192.0.2.1/a"),
            ("http:[::1]:80/a", "http://[::1]:80/a"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_slip_of_a_url_is_left() {
        for text in [
            "",
            "TODO",
            "+1 555 0100",
            "/docs",
            "//example.org/",
            "ftp://example.org/",
            "help@example.org",
            "https://",
            "https://exämple.org/",
            "https://example.org:x/",
            "C:/Users/Anna/map.html",
            "C:\\Users\\Anna\\map.html",
            "TBD.",
            "n.a.",
            "tba...",
            "v1.2",
            "see: example.org",
        ] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
