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

    /// An encoder of this coding, for a body of this length.
    ///
    /// # Errors
    ///
    /// When this build doesn't have it.
    pub(crate) fn encoder(self, length: u64) -> io::Result<Box<dyn Encoder>> {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => Ok(Box::new(zstd::encoder(length)?)),
            #[cfg(feature = "brotli")]
            Self::Brotli => Ok(Box::new(brotli::encoder(length))),
            #[cfg(feature = "gzip")]
            Self::Gzip => Ok(Box::new(gzip::encoder(length))),
            #[cfg(not(all(feature = "brotli", feature = "gzip", feature = "zstd")))]
            _ => {
                let _ = length;
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }
}

/// Takes plain bytes and gives back the same in a coding.
pub(crate) trait Encoder: io::Write + Send + Sync {
    /// All that was written, in the coding.
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>>;
}
