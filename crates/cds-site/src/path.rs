//! When two paths are the same path (RFC 3986 §6.2.2).

use std::borrow::Cow;

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

/// A path with every percent-encoded octet decoded, once; `None` if that isn't UTF-8.
pub(crate) fn decode(path: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(percent) = rest.find('%') {
        decoded.extend_from_slice(&rest.as_bytes()[..percent]);
        rest = &rest[percent..];
        let (octet, length) = octet(rest).map_or((b'%', 1), |octet| (octet, 3));
        decoded.push(octet);
        rest = &rest[length..];
    }
    decoded.extend_from_slice(rest.as_bytes());
    String::from_utf8(decoded).ok()
}

/// The octet that a text begins with in percent-encoding.
fn octet(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            u8::from_str_radix(&text[1..3], 16).ok()
        }
        _ => None,
    }
}

/// RFC 3986 §2.3.
fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~')
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

    #[test]
    fn decoding_takes_one_turn_only() {
        assert_eq!(decode("/a%2520b").as_deref(), Some("/a%20b"));
        assert_eq!(decode("/%C3%A4").as_deref(), Some("/ä"));
        assert_eq!(decode("/%FF"), None);
    }
}
