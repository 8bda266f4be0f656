//! Content codings (RFC 9110 §8.4.1). A build has those whose features are on.

#[cfg(feature = "brotli")]
mod brotli;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(any(feature = "brotli", feature = "gzip", feature = "zstd"))]
mod levels;
#[cfg(feature = "zstd")]
mod zstd;

use std::io;

use bytes::Bytes;

use crate::body::Body;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// All of them, the preferred first: of those that a Client likes as much, zstd is the fastest
    /// to make and to read and as small as any, and gzip is the largest.
    pub(crate) const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    /// The name in `Content-Encoding`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The coding of this name, in any case; `x-gzip` is gzip (§8.4.1.3).
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"x-gzip") {
            return Some(Self::Gzip);
        }
        let is_named = |coding: &Self| name.eq_ignore_ascii_case(coding.name().as_bytes());
        Self::ALL.into_iter().find(is_named)
    }

    /// Whether this build has it.
    pub(crate) const fn is_built_in(self) -> bool {
        match self {
            Self::Zstd => cfg!(feature = "zstd"),
            Self::Brotli => cfg!(feature = "brotli"),
            Self::Gzip => cfg!(feature = "gzip"),
        }
    }

    /// The body in this coding; `None` if that is no smaller, or if this build doesn't have it.
    pub(crate) fn encode(self, body: &Body) -> Option<Bytes> {
        let encoded: io::Result<Vec<u8>> = match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => zstd::encode(body),
            #[cfg(feature = "brotli")]
            Self::Brotli => brotli::encode(body),
            #[cfg(feature = "gzip")]
            Self::Gzip => gzip::encode(body),
            #[cfg(not(all(feature = "brotli", feature = "gzip", feature = "zstd")))]
            _ => Err(io::ErrorKind::Unsupported.into()),
        };
        // It is kept as long as the document, so it takes no more memory than it needs.
        let encoded = encoded.ok()?.into_boxed_slice();
        let is_smaller = (encoded.len() as u64) < body.len();
        is_smaller.then(|| Bytes::from(encoded))
    }
}

#[cfg(all(test, any(feature = "brotli", feature = "gzip", feature = "zstd")))]
mod tests {
    use std::io::Read;

    use super::*;

    /// What a body in a coding stands for.
    fn decode(coding: Coding, encoded: &Bytes) -> io::Result<Vec<u8>> {
        let mut decoded = Vec::with_capacity(encoded.len());
        let read: io::Result<usize> = match coding {
            #[cfg(feature = "zstd")]
            Coding::Zstd => {
                let mut decoder = ::zstd::Decoder::new(&encoded[..])?;
                // 8 MB: no more is asked of a Client (RFC 9659 §3).
                decoder.window_log_max(23)?;
                decoder.read_to_end(&mut decoded)
            }
            #[cfg(feature = "brotli")]
            Coding::Brotli => {
                ::brotli::Decompressor::new(&encoded[..], 4096).read_to_end(&mut decoded)
            }
            #[cfg(feature = "gzip")]
            Coding::Gzip => flate2::read::GzDecoder::new(&encoded[..]).read_to_end(&mut decoded),
            #[cfg(not(all(feature = "brotli", feature = "gzip", feature = "zstd")))]
            _ => Err(io::ErrorKind::Unsupported.into()),
        };
        read.map(|_| decoded)
    }

    /// Numbers that don't repeat, so that there is something to do at any size.
    fn text(length: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(length + 16);
        let mut number: u32 = 1;
        while text.len() < length {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(format!("[{}],", number >> 8).as_bytes());
        }
        text.truncate(length);
        text
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same_at_every_level() {
        for length in [1_000, 300_000, 1_100_000, 9_000_000] {
            let plain = text(length);
            let pieces: Vec<_> = plain.chunks(4_099).map(Bytes::copy_from_slice).collect();
            let body = Body::segments(pieces.into());
            for coding in Coding::ALL {
                let encoded = coding.encode(&body);
                assert_eq!(encoded.is_some(), coding.is_built_in(), "{coding:?}");
                let Some(encoded) = encoded else { continue };
                assert!(encoded.len() * 4 < length * 3, "{coding:?}: {length}");
                assert!(decode(coding, &encoded).unwrap() == plain, "{coding:?}");
            }
        }
    }

    #[test]
    fn what_would_grow_stays_plain() {
        for coding in Coding::ALL {
            assert_eq!(coding.encode(&Body::from(Bytes::from_static(b"{}"))), None);
            assert_eq!(coding.encode(&Body::empty()), None);
        }
    }
}
