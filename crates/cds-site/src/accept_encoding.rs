//! Which content codings a Client takes (RFC 9110 §12.5.3).

use http::{HeaderMap, header};

use crate::coding::Coding;
use crate::qvalue::QValue;

/// What the fields `Accept-Encoding` of a request say of our codings.
///
/// To send plain bytes is never wrong, to send a coding that was refused is. So a weight that can't
/// be read is the lowest there is, and of a coding that is named more than once the lowest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AcceptEncoding {
    /// In the order of [`Coding::ALL`].
    codings: [Option<QValue>; Coding::ALL.len()],
    identity: Option<QValue>,
    /// The weight of `*`, which stands for whatever isn't named.
    others: Option<QValue>,
}

impl AcceptEncoding {
    /// Reads all lines of the field as one list.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self {
            codings: [None; Coding::ALL.len()],
            identity: None,
            others: None,
        };
        let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
        for member in lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')) {
            let (name, weight) = member_parts(member);
            if let Some(known) = accepted.weight_of(name) {
                *known = Some(known.map_or(weight, |before| before.min(weight)));
            }
        }
        accepted
    }

    /// The codings that suit the Client at least as well as the plain bytes, the best first; of
    /// equals in the order of [`Coding::ALL`].
    ///
    /// None if the request has no such field: any coding would do (§12.5.3), but who doesn't ask
    /// is most often a program that can't decode.
    pub(crate) fn codings(self) -> impl Iterator<Item = Coding> {
        let identity = self.identity.or(self.others).unwrap_or(QValue::ZERO);
        let mut codings = Coding::ALL.map(|coding| {
            let weight = self.codings[coding as usize].or(self.others);
            (coding, weight.unwrap_or(QValue::ZERO))
        });
        // Stable: equals stay in their order.
        codings.sort_by(|(_, one), (_, other)| other.cmp(one));
        codings
            .into_iter()
            .filter(move |(_, weight)| *weight > QValue::ZERO && *weight >= identity)
            .map(|(coding, _)| coding)
    }

    fn weight_of(&mut self, name: &[u8]) -> Option<&mut Option<QValue>> {
        if name == b"*" {
            return Some(&mut self.others);
        }
        if name.eq_ignore_ascii_case(b"identity") {
            return Some(&mut self.identity);
        }
        let coding = Coding::named(name)?;
        self.codings.get_mut(coding as usize)
    }
}

/// The coding and the weight of a list's member; none if that can't be read.
fn member_parts(member: &[u8]) -> (&[u8], QValue) {
    let Some(semicolon) = member.iter().position(|byte| *byte == b';') else {
        return (trim(member), QValue::ONE);
    };
    let (name, parameter) = (&member[..semicolon], &member[semicolon + 1..]);
    let weight = match trim(parameter) {
        [b'q' | b'Q', b'=', value @ ..] => QValue::parse(value),
        _ => None,
    };
    (trim(name), weight.unwrap_or(QValue::ZERO))
}

/// Without optional whitespace (§5.6.3) at its ends.
fn trim(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = text.iter().position(is_text).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(is_text)
        .map_or(start, |last| last + 1);
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The names of the codings for these lines, in their order.
    fn chosen(lines: &[&str]) -> Vec<&'static str> {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(header::ACCEPT_ENCODING, line);
        }
        let codings = AcceptEncoding::of(&headers).codings();
        codings.map(Coding::name).collect()
    }

    #[test]
    fn codings_are_ordered_by_what_the_client_prefers() {
        for (line, expected) in [
            ("gzip", &["gzip"][..]),
            ("gzip, deflate, br, zstd", &["zstd", "br", "gzip"]),
            ("zstd;q=0.1, br;q=0.2, gzip;q=0.3", &["gzip", "br", "zstd"]),
            ("gzip;q=1.0, br;q=1, zstd;q=0.999", &["br", "gzip", "zstd"]),
            ("GZIP", &["gzip"]),
            ("x-gzip", &["gzip"]),
            ("X-GZip;Q=0.5", &["gzip"]),
            ("compress, x-compress, deflate", &[]),
            ("gzip2, brotli, z", &[]),
        ] {
            assert_eq!(chosen(&[line]), expected, "{line}");
        }
    }

    #[test]
    fn a_star_stands_for_whatever_is_not_named() {
        for (line, expected) in [
            ("*", &["zstd", "br", "gzip"][..]),
            ("*;q=0", &[]),
            ("br, *;q=0", &["br"]),
            ("gzip;q=0, *", &["zstd", "br"]),
            ("gzip;q=0.5, *;q=0.1", &["gzip", "zstd", "br"]),
            // It stands for the plain bytes, too.
            ("gzip;q=0.5, *", &["zstd", "br"]),
            ("gzip;q=0.5, identity;q=0.5, *;q=0", &["gzip"]),
        ] {
            assert_eq!(chosen(&[line]), expected, "{line}");
        }
    }

    #[test]
    fn plain_bytes_that_are_named_are_preferred_to_codings_of_less_weight() {
        for (line, expected) in [
            ("identity", &[][..]),
            ("identity, gzip", &["gzip"]),
            ("identity, gzip;q=0.9", &[]),
            ("identity;q=0.5, gzip;q=0.5, br;q=0.4", &["gzip"]),
            ("identity;q=0", &[]),
            ("identity;q=0, gzip;q=0.001", &["gzip"]),
            ("identity;q=0, *", &["zstd", "br", "gzip"]),
            ("Identity, br;q=0.9", &[]),
        ] {
            assert_eq!(chosen(&[line]), expected, "{line}");
        }
    }

    #[test]
    fn no_field_and_an_empty_one_ask_for_plain_bytes() {
        assert_eq!(chosen(&[]), [""; 0]);
        assert_eq!(chosen(&[""]), [""; 0]);
        assert_eq!(chosen(&[" , ,\t"]), [""; 0]);
    }

    #[test]
    fn a_weight_that_cannot_be_read_is_the_lowest_and_what_has_no_name_is_ignored() {
        for (line, expected) in [
            ("gzip;q=2, br", &["br"][..]),
            ("gzip;q=0;x, *", &["zstd", "br"]),
            ("gzip;q=0.0000, *", &["zstd", "br"]),
            ("*;q=1.5, br;q=0.1", &["br"]),
            ("gzip, gzip;q=0,5", &[]),
            ("gzip;q=0.5.5, br", &["br"]),
            ("gzip;q=, br", &["br"]),
            ("gzip;q = 1, br", &["br"]),
            ("gzip;level=9, br", &["br"]),
            ("gzip;q=1;level=9, br", &["br"]),
            ("gzip;, br", &["br"]),
            ("gzip br", &[]),
            ("gzip;q=\"1\", br", &["br"]),
            (";q=1, br", &["br"]),
            ("gzip\u{e9}, br", &["br"]),
            (",gzip \t;\t q=1 ,, br,", &["br", "gzip"]),
        ] {
            assert_eq!(chosen(&[line]), expected, "{line}");
        }
    }

    #[test]
    fn lines_are_one_list_and_of_what_is_named_twice_the_lowest_weight_counts() {
        assert_eq!(chosen(&["gzip;q=0.5", "br"]), ["br", "gzip"]);
        assert_eq!(chosen(&["*", "br;q=0"]), ["zstd", "gzip"]);
        assert_eq!(chosen(&["gzip;q=0, br", "gzip"]), ["br"]);
        assert_eq!(chosen(&["x-gzip, gzip;q=0"]), [""; 0]);
        assert_eq!(chosen(&["", "gzip"]), ["gzip"]);
    }
}
