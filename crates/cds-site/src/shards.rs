//! A map that is cheap to copy.

use std::hash::{BuildHasher, Hash};
use std::mem;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, Equivalent, HashTable};

/// A hash map in parts. A copy shares them all, and a change copies the part that it is in, so
/// that a large map with a small change is made in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Shards<K, V> {
    hasher: DefaultHashBuilder,
    shards: Box<[Shard<K, V>; SHARDS]>,
}

type Shard<K, V> = Arc<HashTable<(K, V)>>;

const SHARDS: usize = 256;

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        let empty = Arc::new(HashTable::new());
        Self {
            hasher: DefaultHashBuilder::default(),
            shards: Box::new(std::array::from_fn(|_| Arc::clone(&empty))),
        }
    }
}

impl<K, V> Shards<K, V> {
    /// All keys and values, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let all = self.shards.iter().flat_map(|shard| shard.iter());
        all.map(|(key, value)| (key, value))
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len()).sum()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Shards<K, V> {
    /// The value of a key.
    pub(crate) fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        let hash = self.hasher.hash_one(key);
        let found = self.shards[shard_of(hash)].find(hash, |(other, _)| key.equivalent(other));
        found.map(|(_, value)| value)
    }

    /// Gives a key a value; returns the one it had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let hasher = &self.hasher;
        let hash = hasher.hash_one(&key);
        let shard = Arc::make_mut(&mut self.shards[shard_of(hash)]);
        let same = |(other, _): &(K, V)| *other == key;
        match shard.entry(hash, same, |(key, _)| hasher.hash_one(key)) {
            Entry::Occupied(entry) => Some(mem::replace(&mut entry.into_mut().1, value)),
            Entry::Vacant(entry) => {
                entry.insert((key, value));
                None
            }
        }
    }

    /// Removes a key; returns the value it had.
    pub(crate) fn remove<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<V> {
        let hash = self.hasher.hash_one(key);
        let shard = Arc::make_mut(&mut self.shards[shard_of(hash)]);
        let entry = shard.find_entry(hash, |(other, _)| key.equivalent(other));
        let ((_, value), _) = entry.ok()?.remove();
        Some(value)
    }
}

/// By bits that the tables don't look at: theirs are the lowest and the highest.
const fn shard_of(hash: u64) -> usize {
    hash.to_le_bytes()[5] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut map = Shards::<String, usize>::default();
        for number in 0..10_000 {
            assert_eq!(map.insert(number.to_string(), number), None);
        }
        let before = map.clone();
        assert_eq!(map.insert("17".to_owned(), 0), Some(17));
        assert_eq!(map.remove("18"), Some(18));
        assert_eq!(map.remove("18"), None);
        assert_eq!((map.get("17"), map.get("18")), (Some(&0), None));
        assert_eq!((before.get("17"), before.get("18")), (Some(&17), Some(&18)));
        assert_eq!((map.len(), before.len()), (9_999, 10_000));
    }

    #[test]
    fn a_change_copies_one_part() {
        let mut map = Shards::<String, usize>::default();
        for number in 0..1_000 {
            map.insert(number.to_string(), number);
        }
        let before = map.clone();
        map.insert("x".to_owned(), 0);
        let pairs = map.shards.iter().zip(before.shards.iter());
        assert_eq!(pairs.filter(|(a, b)| !Arc::ptr_eq(a, b)).count(), 1);
    }
}
