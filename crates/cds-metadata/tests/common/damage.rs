//! Ways to damage a document.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// One way to damage a document.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    Flip(Index, u8),
    Delete(Index, usize),
    Insert(Index, Vec<u8>),
    Truncate(Index),
    /// Some bytes of the document, again, at another place.
    Splice(Index, Index, usize),
}

impl Damage {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Flip(at, mask) => {
                let at = at.index(bytes.len());
                bytes[at] ^= mask;
            }
            Self::Delete(at, length) => {
                let start = at.index(bytes.len());
                bytes.drain(start..(start + length).min(bytes.len()));
            }
            Self::Insert(at, piece) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Truncate(at) => bytes.truncate(at.index(bytes.len())),
            Self::Splice(from, to, length) => {
                let from = from.index(bytes.len());
                let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
                let to = to.index(bytes.len());
                bytes.splice(to..to, piece);
            }
        }
    }
}

pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 1..=255_u8).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        (at(), 1..40_usize).prop_map(|(at, length)| Damage::Delete(at, length)),
        (at(), piece()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        at().prop_map(Damage::Truncate),
        (at(), at(), 1..80_usize).prop_map(|(from, to, length)| Damage::Splice(from, to, length)),
    ]
}

/// What parsers of JSON stumble over.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "\\u00😀",
    "\\ud83d\\ude00",
    "\\udc00",
    "\u{FEFF}",
    "\0",
    "\r\n",
    "\t",
    "\u{7f}",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "//",
    "/*",
    "#",
    "'",
    "“",
    "1e999",
    "-",
    "01",
    "-0",
    "1.",
    "NaN",
    "null",
    "true",
    "{}",
    "[]",
    "\"id\":",
    "\"name\":\"\",",
    "{\"a\":1,\"a\":2}",
    "\u{2028}",
    "é",
    "\u{1b}[31m",
    "\u{c}",
];

pub(crate) fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        vec(any::<u8>(), 1..8),
    ]
}
