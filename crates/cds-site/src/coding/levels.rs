//! How much effort is put into a body.

/// A level for each of three sizes of body.
///
/// Whoever asks for a document in a coding that isn't made yet waits for a step of making it, and
/// with it whatever its thread has to do besides. So the levels are such that a step takes some
/// 25 ms at most: of a large body it is 2 MiB. The highest levels would save another tenth, in
/// some maps a third, and take seconds.
pub(super) struct Levels<L> {
    /// Below 256 KiB.
    pub(super) small: L,
    /// Below 1 MiB.
    pub(super) medium: L,
    /// From 1 MiB.
    pub(super) large: L,
}

impl<L> Levels<L> {
    /// The level for a body of so many bytes.
    pub(super) fn of(self, length: u64) -> L {
        match length >> 10 {
            0..256 => self.small,
            256..1024 => self.medium,
            _ => self.large,
        }
    }
}
