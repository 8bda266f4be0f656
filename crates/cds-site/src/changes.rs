//! What another version of a site changes.

/// How the coverage entries of a site differ from those of a version before, by their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryChanges {
    /// Entries that there were not.
    pub added: usize,
    /// Entries that are written in another way, be it only their layout.
    pub changed: usize,
    /// Entries that are no more.
    pub removed: usize,
}

impl std::ops::Add for EntryChanges {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            changed: self.changed + other.changed,
            removed: self.removed + other.removed,
        }
    }
}
