//! When two paths are the same path (RFC 3986 §6.2.2).

use std::borrow::Cow;

use crate::percent::{is_unreserved, octet};

/// A path in the spelling that all equal ones share: percent-encoded octets that need no encoding
/// decoded (§6.2.2.2), the hexadecimal digits of the others in upper case (§6.2.2.1).
///
/// Dot segments stay: to remove them could make a path ours that the service behind us reads
/// otherwise.
pub(crate) fn normalise(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(percent) = rest.find('%') {
        normal.push_str(&rest[..percent]);
        rest = &rest[percent..];
        match octet(rest) {
            Some(octet) if is_unreserved(octet) => normal.push(char::from(octet)),
            Some(_) => normal.push_str(&rest[..3].to_ascii_uppercase()),
            None => {
                normal.push('%');
                rest = &rest[1..];
                continue;
            }
        }
        rest = &rest[3..];
    }
    normal.push_str(rest);
    Cow::Owned(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_that_need_no_encoding_are_decoded_and_others_are_in_upper_case() {
        assert_eq!(
            normalise("/.well-known/cds%2dx%2Ejson"),
            "/.well-known/cds-x.json"
        );
        assert_eq!(normalise("/a%2fb%20c"), "/a%2Fb%20c");
        assert_eq!(normalise("/a%%41%4"), "/a%A%4");
        assert_eq!(normalise("/%2e%2e/x"), "/../x");
        assert_eq!(normalise("/%c3%a4%é"), "/%C3%A4%é");
    }
}
