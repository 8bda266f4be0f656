//! When two paths, or pairs of a query, are the same (RFC 3986 §6.2.2).

use std::borrow::Cow;

use crate::percent::{is_unreserved, octet};

/// Whether anything in a path is percent-encoded.
fn is_encoded(path: &str) -> bool {
    path.as_bytes().contains(&b'%')
}

/// A path in the spelling that all equal ones share: percent-encoded octets that need no encoding
/// decoded (§6.2.2.2), the hexadecimal digits of the others in upper case (§6.2.2.1).
///
/// Dot segments stay: to remove them could make a path ours that the service behind us reads
/// otherwise.
pub(crate) fn normalise(path: &str) -> Cow<'_, str> {
    if !is_encoded(path) {
        return Cow::Borrowed(path);
    }
    let mut normal = String::with_capacity(path.len());
    each_piece(path, |piece| normal.push_str(piece));
    Cow::Owned(normal)
}

/// Looks a request's path up as it is normalised. Paths that aren't ours are to cost nothing, so
/// that takes no memory from the heap unless the path is longer than paths are.
pub(crate) fn look_up<T>(path: &str, find: impl FnOnce(&str) -> T) -> T {
    if !is_encoded(path) {
        return find(path);
    }
    let mut normal = Short::default();
    each_piece(path, |piece| normal.push(piece));
    match normal.as_str() {
        Some(path) => find(path),
        None => find(&normalise(path)),
    }
}

/// Whether a part of a request's target is this one, which is normalised. It takes no memory either.
pub(crate) fn is_same(given: &str, normal: &str) -> bool {
    look_up(given, |given| given == normal)
}

/// A short text.
struct Short {
    bytes: [u8; 256],
    /// Of all that was pushed, what had no room included.
    length: usize,
}

impl Default for Short {
    fn default() -> Self {
        Self {
            bytes: [0; 256],
            length: 0,
        }
    }
}

impl Short {
    fn push(&mut self, piece: &str) {
        let end = self.length + piece.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(piece.as_bytes());
        }
        self.length = end;
    }

    /// `None` if it is too long.
    fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(..self.length)?).ok()
    }
}

/// Calls `push` with what a path is made of when it is normalised.
fn each_piece(path: &str, mut push: impl FnMut(&str)) {
    let mut rest = path;
    while let Some(percent) = rest.find('%') {
        push(&rest[..percent]);
        rest = &rest[percent..];
        match octet(rest) {
            Some(octet) if is_unreserved(octet) => {
                push(char::from(octet).encode_utf8(&mut [0; 4]));
            }
            Some(_) => {
                for digit in rest[..3].chars() {
                    push(digit.to_ascii_uppercase().encode_utf8(&mut [0; 4]));
                }
            }
            None => {
                push("%");
                rest = &rest[1..];
                continue;
            }
        }
        rest = &rest[3..];
    }
    push(rest);
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
    fn a_path_of_any_length_is_looked_up_as_it_is_normalised() {
        for length in [0, 1, 252, 253, 254, 255, 256, 257, 600] {
            for end in ["", "%2e", "%2f", "%", "%C3%a4", "ä"] {
                let path = format!("/{}{end}", "a".repeat(length));
                look_up(&path, |found| assert_eq!(found, normalise(&path)));
            }
        }
    }
}
