//! Entity tags (RFC 9110 §8.8.3).

use bytes::Bytes;
use http::HeaderValue;
use xxhash_rust::xxh3::Xxh3;

use crate::coding::Coding;

/// A strong entity tag: a hash of the plain bytes, and the name of the coding if they are in one,
/// so that it is the same on every replica and another for each coding (§8.8.3.3).
///
/// That the bytes in a coding are the same, too, holds among builds with the same libraries of
/// codings. Replicas of different builds may differ there under one tag, and a Client could tell
/// only if it put ranges of both together, which nobody is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag {
    /// With its quotes.
    value: HeaderValue,
}

impl EntityTag {
    /// The tag of a representation made of these pieces.
    pub(crate) fn of<'b>(pieces: impl IntoIterator<Item = &'b Bytes>) -> Self {
        let mut hash = Xxh3::new();
        pieces.into_iter().for_each(|piece| hash.update(piece));
        let quoted = format!("\"{:032x}\"", hash.digest128());
        // Hexadecimal digits and quotes are always a header value.
        let value = HeaderValue::try_from(quoted).unwrap_or(HeaderValue::from_static("\"\""));
        Self { value }
    }

    /// The tag of the same bytes in a coding.
    pub(crate) fn in_coding(&self, coding: Coding) -> Self {
        let quoted = format!("\"{}-{}\"", self.as_str(), coding.name());
        // So is a tag with a coding's name.
        let value = HeaderValue::try_from(quoted).unwrap_or(HeaderValue::from_static("\"\""));
        Self { value }
    }

    pub(crate) fn header_value(&self) -> &HeaderValue {
        &self.value
    }

    /// The tag without its quotes.
    pub(crate) fn as_str(&self) -> &str {
        self.value.to_str().unwrap_or_default().trim_matches('"')
    }

    /// Whether a field of entity tags names this one by weak comparison (§8.8.3.2), as
    /// `If-None-Match` does.
    pub(crate) fn matches_weakly(&self, field: &[u8]) -> bool {
        tags(field).any(|tag| tag.opaque == self.value.as_bytes())
    }

    /// Whether a field of entity tags names this one by strong comparison, as `If-Match` does.
    pub(crate) fn matches_strongly(&self, field: &[u8]) -> bool {
        tags(field).any(|tag| !tag.weak && tag.opaque == self.value.as_bytes())
    }
}

/// An entity tag as a Client sent it.
#[derive(Debug, PartialEq, Eq)]
struct Tag<'f> {
    weak: bool,
    /// With its quotes.
    opaque: &'f [u8],
}

/// The tags of a list, up to the first thing that is none.
fn tags(mut field: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    let mut is_separated = true;
    std::iter::from_fn(move || {
        // A recipient must take empty elements (§5.6.1.2).
        let start = field
            .iter()
            .position(|byte| !matches!(byte, b',' | b' ' | b'\t'))?;
        is_separated |= field[..start].contains(&b',');
        if !std::mem::replace(&mut is_separated, false) {
            return None;
        }
        field = &field[start..];
        let weak = field.starts_with(b"W/");
        let quoted = if weak { &field[2..] } else { field };
        let inside = quoted.strip_prefix(b"\"")?;
        let length = inside.iter().position(|byte| *byte == b'"')?;
        let opaque = &quoted[..length + 2];
        let is_etagc = |byte: &u8| *byte == 0x21 || (0x23..=0x7E).contains(byte) || *byte >= 0x80;
        if !inside[..length].iter().all(is_etagc) {
            return None;
        }
        field = &quoted[length + 2..];
        Some(Tag { weak, opaque })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> EntityTag {
        EntityTag {
            value: HeaderValue::from_static("\"a,b\""),
        }
    }

    #[test]
    fn a_tag_is_found_in_a_list_whatever_commas_it_has() {
        assert!(tag().matches_weakly(br#""x", "a,b""#));
        assert!(tag().matches_weakly(br#", ,W/"a,b""#));
        assert!(!tag().matches_weakly(br#""a", "b""#));
        assert!(!tag().matches_weakly(br#""a,b"#));
        assert!(!tag().matches_weakly(br#""x" "a,b""#));
        assert!(!tag().matches_weakly(br#""x""a,b""#));
        assert!(!tag().matches_weakly(b""));
    }

    #[test]
    fn weak_tags_do_not_match_strongly() {
        assert!(!tag().matches_strongly(br#"W/"a,b""#));
        assert!(tag().matches_strongly(br#"W/"a,b", "a,b""#));
    }

    #[test]
    fn cutting_bytes_into_other_pieces_changes_no_tag() {
        let whole = [Bytes::from_static(b"abc")];
        let pieces = [Bytes::from_static(b"a"), Bytes::from_static(b"bc")];
        assert_eq!(EntityTag::of(&whole), EntityTag::of(&pieces));
    }
}
