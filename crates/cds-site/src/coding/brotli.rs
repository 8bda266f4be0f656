//! Brotli (RFC 7932).

use std::io::Result;

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;

use super::levels::{Levels, write};
use crate::body::Body;

const LEVELS: Levels<i32> = Levels {
    small: 6,
    medium: 2,
    large: 1,
};

pub(super) fn encode(body: &Body) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: LEVELS.of(body),
        size_hint: usize::try_from(body.len()).unwrap_or(usize::MAX),
        ..BrotliEncoderParams::default()
    };
    let mut encoder = CompressorWriter::with_params(Vec::new(), BUFFER, &parameters);
    write(body, &mut encoder)?;
    Ok(encoder.into_inner())
}

/// Bytes that are collected before they go into the result.
const BUFFER: usize = 32 << 10;
