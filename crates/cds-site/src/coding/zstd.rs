//! Zstandard (RFC 8878).

use std::io::Result;

use zstd::stream::write::Encoder;

use super::levels::Levels;

/// Windows of these levels have 4 MiB at most; a Client must take 8 MB (RFC 9659 §3).
const LEVELS: Levels<i32> = Levels {
    small: 9,
    medium: 6,
    large: 1,
};

pub(super) fn encoder(length: u64) -> Result<Encoder<'static, Vec<u8>>> {
    let mut encoder = Encoder::new(Vec::new(), LEVELS.of(length))?;
    // A small body needs a small window.
    encoder.set_pledged_src_size(Some(length))?;
    Ok(encoder)
}

impl super::Encoder for Encoder<'static, Vec<u8>> {
    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        Encoder::finish(*self)
    }
}
