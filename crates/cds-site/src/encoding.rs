//! A body on its way into a content coding.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;

use bytes::Bytes;

use crate::body::Body;
use crate::coding::{Coding, Encoder};

/// A body that is put into a coding in steps, so that none of them holds up a thread for long.
pub(crate) struct Encoding {
    encoder: Box<dyn Encoder>,
    /// How many bytes of the body are in it.
    done: u64,
}

/// What a step leads to.
#[derive(Debug)]
pub(crate) enum Step {
    /// To another step.
    Next(Box<Encoding>),
    /// To the body in the coding.
    Done(Bytes),
}

impl Encoding {
    /// Makes ready for a body.
    ///
    /// # Errors
    ///
    /// When this build doesn't have the coding.
    pub(crate) fn new(coding: Coding, body: &Body) -> io::Result<Self> {
        let encoder = coding.encoder(body.len())?;
        Ok(Self { encoder, done: 0 })
    }

    /// Goes on with the same body, or another with the same bytes.
    ///
    /// # Errors
    ///
    /// Those of the encoder, which has none for what is in memory.
    pub(crate) fn step(mut self: Box<Self>, body: &Body) -> io::Result<Step> {
        let mut rest = body.clone();
        rest.skip(self.done);
        if let Some(chunk) = rest.next_chunk(STEP) {
            self.encoder.write_all(&chunk)?;
            self.done += chunk.len() as u64;
        }
        if !rest.is_empty() {
            return Ok(Step::Next(self));
        }
        // It is kept as long as the document, so it takes no more memory than it needs.
        let encoded = self.encoder.finish()?.into_boxed_slice();
        Ok(Step::Done(Bytes::from(encoded)))
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut encoding = f.debug_struct("Encoding");
        encoding.field("done", &self.done).finish_non_exhaustive()
    }
}

/// Two mebibytes take 10 ms in zstd and some 25 ms in the others.
const STEP: NonZeroUsize = match NonZeroUsize::new(2 << 20) {
    Some(step) => step,
    None => NonZeroUsize::MIN,
};

#[cfg(all(test, any(feature = "brotli", feature = "gzip", feature = "zstd")))]
mod tests {
    use std::io::Read;

    use super::*;

    /// What a body in a coding stands for.
    fn decode(coding: Coding, encoded: &Bytes) -> io::Result<Vec<u8>> {
        let mut decoded = Vec::with_capacity(encoded.len());
        let read: io::Result<usize> = match coding {
            #[cfg(feature = "zstd")]
            Coding::Zstd => {
                let mut decoder = zstd::Decoder::new(&encoded[..])?;
                // 8 MB: no more is asked of a Client (RFC 9659 §3).
                decoder.window_log_max(23)?;
                decoder.read_to_end(&mut decoded)
            }
            #[cfg(feature = "brotli")]
            Coding::Brotli => {
                brotli::Decompressor::new(&encoded[..], 4096).read_to_end(&mut decoded)
            }
            #[cfg(feature = "gzip")]
            Coding::Gzip => flate2::read::GzDecoder::new(&encoded[..]).read_to_end(&mut decoded),
            #[cfg(not(all(feature = "brotli", feature = "gzip", feature = "zstd")))]
            _ => Err(io::ErrorKind::Unsupported.into()),
        };
        read.map(|_| decoded)
    }

    /// Numbers that don't repeat, so that there is something to do at any size.
    fn text(length: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(length + 16);
        let mut number: u32 = 1;
        while text.len() < length {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(format!("[{}],", number >> 8).as_bytes());
        }
        text.truncate(length);
        text
    }

    /// The body in a coding, and how many steps that took.
    fn encode(coding: Coding, body: &Body) -> io::Result<(Bytes, usize)> {
        let mut encoding = Box::new(Encoding::new(coding, body)?);
        let mut steps = 1;
        loop {
            match encoding.step(body)? {
                Step::Next(more) => encoding = more,
                Step::Done(bytes) => return Ok((bytes, steps)),
            }
            steps += 1;
        }
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same_at_every_level_and_in_any_number_of_steps() {
        for (length, expected) in [(0, 1), (1_000, 1), (300_000, 1), (2 << 20, 1), (5 << 20, 3)] {
            let plain = text(length);
            let pieces: Vec<_> = plain.chunks(4_099).map(Bytes::copy_from_slice).collect();
            let body = Body::segments(pieces.into());
            for coding in Coding::ALL
                .into_iter()
                .filter(|coding| coding.is_built_in())
            {
                let (encoded, steps) = encode(coding, &body).unwrap();
                assert_eq!(steps, expected, "{coding:?}: {length}");
                assert!(decode(coding, &encoded).unwrap() == plain, "{coding:?}");
                assert!(encoded.len() * 4 < length * 3 + 100, "{coding:?}: {length}");
            }
        }
    }
}
