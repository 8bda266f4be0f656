//! Gzip (RFC 1952).

use std::io::Result;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Encoder;
use super::levels::Levels;

/// Never 1: zlib-ng, which another crate of a build may turn on, saves half as much there.
const LEVELS: Levels<u32> = Levels {
    small: 6,
    medium: 3,
    large: 2,
};

pub(super) fn encoder(length: u64) -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::new(LEVELS.of(length)))
}

impl Encoder for GzEncoder<Vec<u8>> {
    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        GzEncoder::finish(*self)
    }
}
