//! Gzip (RFC 1952).

use std::io::Result;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::levels::{Levels, write};
use crate::body::Body;

/// Never 1: zlib-ng, which another crate of a build may turn on, saves half as much there.
const LEVELS: Levels<u32> = Levels {
    small: 6,
    medium: 3,
    large: 2,
};

pub(super) fn encode(body: &Body) -> Result<Vec<u8>> {
    let level = Compression::new(LEVELS.of(body));
    let mut encoder = GzEncoder::new(Vec::new(), level);
    write(body, &mut encoder)?;
    encoder.finish()
}
