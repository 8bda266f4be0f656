//! Percent-encoding (RFC 3986 §2.1).

/// A text with every percent-encoded octet decoded, once. What isn't percent-encoding stays.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(percent) = rest.find('%') {
        decoded.extend_from_slice(&rest.as_bytes()[..percent]);
        rest = &rest[percent..];
        let (octet, length) = octet(rest).map_or((b'%', 1), |octet| (octet, 3));
        decoded.push(octet);
        rest = &rest[length..];
    }
    decoded.extend_from_slice(rest.as_bytes());
    decoded
}

/// Writes a text so that it means itself wherever in a URI it stands.
pub(crate) fn encode(text: &str, to: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for octet in text.bytes() {
        if is_unreserved(octet) {
            to.push(char::from(octet));
        } else {
            let (high, low) = (usize::from(octet >> 4), usize::from(octet & 0xF));
            to.extend(['%', DIGITS[high], DIGITS[low]]);
        }
    }
}

/// The octet that a text begins with in percent-encoding.
pub(crate) fn octet(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            u8::from_str_radix(&text[1..3], 16).ok()
        }
        _ => None,
    }
}

/// Whether an octet needs no encoding anywhere (§2.3).
pub(crate) fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_takes_one_turn_only() {
        assert_eq!(decode("/a%2520b"), b"/a%20b");
        assert_eq!(decode("/%C3%A4"), "/ä".as_bytes());
        assert_eq!(decode("%FF%4%"), b"\xFF%4%");
    }

    #[test]
    fn what_is_encoded_is_decoded_to_what_it_was() {
        let text = "a b+c&d=é%20~";
        let mut encoded = String::new();
        encode(text, &mut encoded);
        assert_eq!(encoded, "a%20b%2Bc%26d%3D%C3%A9%2520~");
        assert_eq!(decode(&encoded), text.as_bytes());
    }
}
