//! Zstandard (RFC 8878).

use std::io::Result;

use super::levels::{Levels, write};
use crate::body::Body;

/// Windows of these levels have 4 MiB at most; a Client must take 8 MB (RFC 9659 §3).
const LEVELS: Levels<i32> = Levels {
    small: 9,
    medium: 6,
    large: 1,
};

pub(super) fn encode(body: &Body) -> Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVELS.of(body))?;
    // A small body needs a small window.
    encoder.set_pledged_src_size(Some(body.len()))?;
    write(body, &mut encoder)?;
    encoder.finish()
}
