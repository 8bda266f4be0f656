//! Brotli (RFC 7932).

use std::io::Result;

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;

use super::Encoder;
use super::levels::Levels;

const LEVELS: Levels<i32> = Levels {
    small: 6,
    medium: 2,
    large: 1,
};

pub(super) fn encoder(length: u64) -> CompressorWriter<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: LEVELS.of(length),
        size_hint: usize::try_from(length).unwrap_or(usize::MAX),
        ..BrotliEncoderParams::default()
    };
    CompressorWriter::with_params(Vec::new(), BUFFER, &parameters)
}

impl Encoder for CompressorWriter<Vec<u8>> {
    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        Ok(self.into_inner())
    }
}

/// Bytes that are collected before they go into the result.
const BUFFER: usize = 32 << 10;
