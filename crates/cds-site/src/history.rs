//! What a site remembers of its documents, to tell what a later version changed.

use bytes::Bytes;
use cds_metadata::{MetadataObject, Timestamp};
use hashbrown::HashMap;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::coverage::Entry;
use crate::source::Source;

/// The documents of a site by a hash of their names.
#[derive(Debug, Default)]
pub(crate) struct History {
    documents: HashMap<u64, Version>,
}

/// A document as it was published.
#[derive(Debug)]
struct Version {
    json: Bytes,
    updated: Timestamp,
}

impl History {
    /// Remembers the documents of the endpoint with this prefix.
    pub(crate) fn add(
        &mut self,
        prefix: &str,
        source: &Source,
        object: &MetadataObject<'_>,
        entries: &[Entry<'_>],
    ) {
        let updated = object.updated.timestamp();
        let version = Version {
            json: source.bytes.clone(),
            updated,
        };
        self.documents.insert(object_key(prefix), version);
        self.documents.reserve(entries.len());
        for entry in entries {
            let version = Version {
                json: entry.json.clone(),
                updated: entry.updated,
            };
            self.documents.insert(entry_key(prefix, &entry.id), version);
        }
    }

    /// Whether a metadata object says something else now, but has the same `updated`.
    pub(crate) fn object_not_bumped(&self, prefix: &str, json: &Bytes, updated: Timestamp) -> bool {
        self.not_bumped(object_key(prefix), json, updated)
    }

    /// Whether an entry says something else now, but has the same `updated`.
    pub(crate) fn entry_not_bumped(
        &self,
        prefix: &str,
        id: &str,
        json: &Bytes,
        updated: Timestamp,
    ) -> bool {
        self.not_bumped(entry_key(prefix, id), json, updated)
    }

    fn not_bumped(&self, key: u64, json: &Bytes, updated: Timestamp) -> bool {
        let before = self
            .documents
            .get(&key)
            .filter(|before| before.updated == updated);
        before.is_some_and(|before| before.json != json && says_another(&before.json, json))
    }
}

/// Whether two texts differ in more than their layout.
fn says_another(one: &[u8], other: &[u8]) -> bool {
    let value = |json| serde_json::from_slice::<Value>(json).ok();
    value(one) != value(other)
}

fn object_key(prefix: &str) -> u64 {
    xxh3_64(prefix.as_bytes())
}

fn entry_key(prefix: &str, id: &str) -> u64 {
    // A prefix ends with a slash or is empty, so no prefix and id read as another pair's.
    xxh3_64(format!("{prefix}\0{id}").as_bytes())
}
