//! All entries of a listing, in its order.

use std::cmp::{Ordering, Reverse};
use std::hash::BuildHasher as _;

use bytes::Bytes;
use cds_metadata::Timestamp;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::changes::EntryChanges;

/// An entry as it is listed.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) id: Box<str>,
    pub(crate) updated: Timestamp,
    /// As its author wrote it.
    pub(crate) json: Bytes,
}

/// Where an entry stands in a listing: the newest first (CDS-WG1-01 §4.1), and ids make the order
/// of equals the same on every replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rank<'a> {
    pub(crate) updated: Timestamp,
    pub(crate) id: &'a str,
}

/// All entries of a listing by their rank.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    sorted: Vec<Listed>,
    /// Where in `sorted` an id is.
    by_id: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

impl Entries {
    /// Takes entries in their order; no two have the same id.
    pub(crate) fn new(sorted: Vec<Listed>) -> Self {
        let hasher = DefaultHashBuilder::default();
        let hash = |at: &usize| hasher.hash_one(sorted.get(*at).map(|entry| &*entry.id));
        let mut by_id = HashTable::with_capacity(sorted.len());
        for at in 0..sorted.len() {
            by_id.insert_unique(hash(&at), at, hash);
        }
        Self {
            sorted,
            by_id,
            hasher,
        }
    }

    pub(crate) fn as_slice(&self) -> &[Listed] {
        &self.sorted
    }

    /// Where the entry with this id stands.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        let hash = self.hasher.hash_one(Some(id));
        self.by_id
            .find(hash, |at| self.id(*at) == Some(id))
            .copied()
    }

    /// The entry with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Listed> {
        self.sorted.get(self.position(id)?)
    }

    /// What differs from the entries before.
    pub(crate) fn changes_since(&self, before: &Self) -> EntryChanges {
        let mut changes = EntryChanges::default();
        for entry in &self.sorted {
            match before.get(&entry.id) {
                None => changes.added += 1,
                Some(before) => changes.changed += usize::from(before.json != entry.json),
            }
        }
        let staying = self.sorted.len() - changes.added;
        changes.removed = before.sorted.len() - staying;
        changes
    }

    fn id(&self, at: usize) -> Option<&str> {
        self.sorted.get(at).map(|entry| &*entry.id)
    }

    /// How many entries stand before this rank.
    pub(crate) fn before(&self, rank: Rank<'_>) -> usize {
        self.sorted.partition_point(|entry| entry.rank() < rank)
    }
}

impl Listed {
    pub(crate) fn rank(&self) -> Rank<'_> {
        Rank {
            updated: self.updated,
            id: &self.id,
        }
    }
}

impl Ord for Rank<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (Reverse(self.updated), self.id).cmp(&(Reverse(other.updated), other.id))
    }
}

impl PartialOrd for Rank<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp {
            seconds,
            nanoseconds: 0,
        }
    }

    #[test]
    fn entries_are_found_by_id_and_by_rank() {
        let entry = |(seconds, id): (i64, &str)| Listed {
            id: id.into(),
            updated: at(seconds),
            json: Bytes::new(),
        };
        let entries = Entries::new([(9, "b"), (5, "a"), (5, "c")].map(entry).into());
        let found = ["a", "b", "c", "d", ""].map(|id| entries.position(id));
        assert_eq!(found, [Some(1), Some(0), Some(2), None, None]);
        let before = |seconds, id| {
            entries.before(Rank {
                updated: at(seconds),
                id,
            })
        };
        assert_eq!(before(10, "z"), 0);
        assert_eq!(before(5, "a"), 1);
        assert_eq!(before(5, "b"), 2);
        assert_eq!(before(4, ""), 3);
    }
}
