//! What a site remembers of its documents, to tell what a later version changed.

use std::sync::Arc;

use bytes::Bytes;
use cds_metadata::{MetadataObject, Timestamp};
use hashbrown::HashMap;
use serde_json::Value;

use crate::changes::EntryChanges;
use crate::listing::Entries;
use crate::source::Source;

/// The documents of a site by the prefixes of their endpoints.
#[derive(Debug, Default)]
pub(crate) struct History {
    endpoints: HashMap<Box<str>, Documents>,
}

/// The documents of an endpoint as they were published.
#[derive(Debug)]
struct Documents {
    object: Bytes,
    updated: Timestamp,
    entries: Arc<Entries>,
}

impl History {
    /// Remembers the documents of the endpoint with this prefix.
    pub(crate) fn add(
        &mut self,
        prefix: &str,
        source: &Source,
        object: &MetadataObject<'_>,
        entries: Arc<Entries>,
    ) {
        let documents = Documents {
            object: source.bytes.clone(),
            updated: object.updated.timestamp(),
            entries,
        };
        self.endpoints.insert(prefix.into(), documents);
    }

    /// The metadata object of the endpoint with this prefix.
    pub(crate) fn object(&self, prefix: &str) -> Option<&Bytes> {
        let documents = self.endpoints.get(prefix);
        documents.map(|documents| &documents.object)
    }

    /// How many entries all endpoints have.
    pub(crate) fn entries(&self) -> usize {
        let endpoints = self.endpoints.values();
        endpoints
            .map(|documents| documents.entries.as_slice().len())
            .sum()
    }

    /// What differs from the entries before, in all endpoints together.
    pub(crate) fn entry_changes(&self, before: &Self) -> EntryChanges {
        let none = Arc::new(Entries::default());
        let entries = |history: &Self, prefix: &str| {
            let documents = history.endpoints.get(prefix);
            documents.map_or_else(
                || Arc::clone(&none),
                |documents| Arc::clone(&documents.entries),
            )
        };
        let gone = before
            .endpoints
            .keys()
            .filter(|prefix| !self.endpoints.contains_key(*prefix));
        self.endpoints
            .keys()
            .chain(gone)
            .map(|prefix| entries(self, prefix).changes_since(&entries(before, prefix)))
            .fold(EntryChanges::default(), std::ops::Add::add)
    }

    /// Whether a metadata object says something else now, but has the same `updated`.
    pub(crate) fn object_not_bumped(&self, prefix: &str, json: &Bytes, updated: Timestamp) -> bool {
        let before = self.endpoints.get(prefix);
        before.is_some_and(|before| before.updated == updated && says_another(&before.object, json))
    }

    /// Whether an entry says something else now, but has the same `updated`.
    pub(crate) fn entry_not_bumped(
        &self,
        prefix: &str,
        id: &str,
        json: &Bytes,
        updated: Timestamp,
    ) -> bool {
        let endpoint = self.endpoints.get(prefix);
        let before = endpoint.and_then(|endpoint| endpoint.entries.get(id));
        before.is_some_and(|before| before.updated == updated && says_another(&before.json, json))
    }
}

/// Whether two texts differ in more than their layout.
fn says_another(one: &Bytes, other: &Bytes) -> bool {
    let value = |json| serde_json::from_slice::<Value>(json).ok();
    one != other && value(one) != value(other)
}
