//! Content codings as Clients undo them.

use std::io::Read;

/// What `content` stands for.
///
/// # Errors
///
/// When it is not in this coding.
pub fn decode(coding: &str, content: &[u8]) -> Result<Vec<u8>, String> {
    let mut decoded = Vec::new();
    let read = match coding {
        "br" => brotli::Decompressor::new(content, 4096).read_to_end(&mut decoded),
        "gzip" => flate2::read::GzDecoder::new(content).read_to_end(&mut decoded),
        "zstd" => zstd::Decoder::new(content).and_then(|mut zstd| zstd.read_to_end(&mut decoded)),
        unknown => return Err(format!("nobody decodes {unknown}")),
    };
    match read {
        Ok(_) => Ok(decoded),
        Err(error) => Err(format!("{coding}: {error}")),
    }
}
