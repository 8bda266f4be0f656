//! How much effort is put into a body.

use std::io::{Result, Write};

use crate::body::Body;

/// A level for each of three sizes of body.
///
/// The first who asks for a document in a coding waits until it is made, and with it whatever its
/// thread has to do besides. So the levels are such that this takes some 25 ms at most up to a
/// mebibyte; above, each takes 5 ms in zstd and 15 ms in the others. The highest
/// levels would save another tenth, in some maps a third, and take seconds.
pub(super) struct Levels<L> {
    /// Below 256 KiB.
    pub(super) small: L,
    /// Below 1 MiB.
    pub(super) medium: L,
    /// Above.
    pub(super) large: L,
}

impl<L> Levels<L> {
    pub(super) fn of(self, body: &Body) -> L {
        match body.len() >> 10 {
            0..256 => self.small,
            256..1024 => self.medium,
            _ => self.large,
        }
    }
}

/// Writes a body without putting its pieces together first.
pub(super) fn write(body: &Body, to: &mut impl Write) -> Result<()> {
    let mut body = body.clone();
    while let Some(segment) = body.next_segment() {
        to.write_all(&segment)?;
    }
    Ok(())
}
