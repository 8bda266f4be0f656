//! Names of places between the entries of a listing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cds_metadata::Timestamp;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::entries::Rank;

/// A place in the order of a listing, and which of its sides a page is on.
///
/// It names a rank and not a number, so that a Client that pages through a listing while it is
/// edited misses and repeats no entry that stays as it is.
///
/// To Clients it is opaque: a version, the side, the rank and a checksum, in characters that need
/// no encoding in a URL. The checksum is the listing's own, so that what was altered, cut off or
/// made up isn't taken for a place. It keeps nobody out: every place is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) side: Side,
    updated: Timestamp,
    id: String,
}

/// On which side of a place a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The page ends just before the place.
    Before,
    /// The page begins just after the place.
    After,
}

impl Cursor {
    pub(crate) fn new(side: Side, rank: Rank<'_>) -> Self {
        Self {
            side,
            updated: rank.updated,
            id: rank.id.to_owned(),
        }
    }

    pub(crate) fn rank(&self) -> Rank<'_> {
        Rank {
            updated: self.updated,
            id: &self.id,
        }
    }

    /// The side before the first rank that follows this one.
    pub(crate) fn before_next(&self) -> Self {
        Self {
            side: Side::Before,
            updated: self.updated,
            // No text sorts between the two.
            id: format!("{}\0", self.id),
        }
    }

    /// The cursor as Clients get it. `salt` is the listing's own.
    pub(crate) fn encode(&self, salt: u64) -> String {
        let mut bytes = Vec::with_capacity(HEAD + self.id.len() + CHECKSUM);
        bytes.push(VERSION);
        bytes.push(match self.side {
            Side::Before => 0,
            Side::After => 1,
        });
        bytes.extend(self.updated.seconds.to_be_bytes());
        bytes.extend(self.updated.nanoseconds.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        bytes.extend(xxh3_64_with_seed(&bytes, salt).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The cursor in what a Client sent; `None` if this listing never gave it out.
    pub(crate) fn decode(text: &[u8], salt: u64) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>()?;
        if xxh3_64_with_seed(content, salt).to_be_bytes() != *checksum {
            return None;
        }
        let ([version, side], rest) = content.split_first_chunk::<2>()?;
        let (seconds, rest) = rest.split_first_chunk()?;
        let (nanoseconds, id) = rest.split_first_chunk()?;
        let side = match (*version, *side) {
            (VERSION, 0) => Side::Before,
            (VERSION, 1) => Side::After,
            _ => return None,
        };
        Some(Self {
            side,
            updated: Timestamp {
                seconds: i64::from_be_bytes(*seconds),
                nanoseconds: u32::from_be_bytes(*nanoseconds),
            },
            id: std::str::from_utf8(id).ok()?.to_owned(),
        })
    }
}

/// Of what stands before the checksum.
const VERSION: u8 = 1;

/// The length of what stands before the id.
const HEAD: usize = 14;

/// The length of the checksum.
const CHECKSUM: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: u64 = 7;

    fn cursor() -> Cursor {
        Cursor {
            side: Side::After,
            updated: Timestamp {
                seconds: -1,
                nanoseconds: 999_999_999,
            },
            id: "Größe/1 ".to_owned(),
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_given_out() {
        for side in [Side::Before, Side::After] {
            let cursor = Cursor { side, ..cursor() };
            let text = cursor.encode(SALT);
            assert!(text.bytes().all(crate::percent::is_unreserved), "{text}");
            assert_eq!(Cursor::decode(text.as_bytes(), SALT), Some(cursor));
        }
    }

    #[test]
    fn an_altered_cursor_is_none() {
        let text = cursor().encode(SALT).into_bytes();
        assert_eq!(Cursor::decode(&text, SALT + 1), None);
        for at in 0..text.len() {
            assert_eq!(Cursor::decode(&text[..at], SALT), None);
            for other in b"AZaz09-_=%".iter().filter(|other| **other != text[at]) {
                let mut altered = text.clone();
                altered[at] = *other;
                assert_eq!(Cursor::decode(&altered, SALT), None, "{at}");
            }
        }
        assert_eq!(Cursor::decode(&[&text[..], b"A"].concat(), SALT), None);
    }

    #[test]
    fn no_rank_lies_between_a_rank_and_the_place_before_the_next() {
        let (cursor, next) = (cursor(), cursor().before_next());
        assert!(cursor.rank() < next.rank());
        for id in ["Größe/1", "Größe/1  ", "Größe/1!", "Größe/2"] {
            let between = Rank {
                id,
                ..cursor.rank()
            };
            assert!(between < cursor.rank() || next.rank() < between, "{id:?}");
        }
    }
}
