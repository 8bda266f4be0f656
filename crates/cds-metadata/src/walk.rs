//! Walking over values that nothing is known about.
//!
//! Skipping them, as `IgnoredAny` and `RawValue` do, would let through what Clients choke on:
//! nesting without end, lone surrogates, numbers out of range, repeated keys.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How many arrays and objects may stand inside each other: as many as `serde_json` takes.
pub(crate) const MAX_DEPTH: usize = 127;

/// Walks over one value that stands `depth` levels deep.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'w> {
    /// How many arrays and objects are around the value.
    pub(crate) depth: usize,
    /// Set when an object has a key twice.
    pub(crate) repeated_key: &'w Cell<bool>,
}

impl Walk<'_> {
    /// Walks over a value that was read as it stands.
    ///
    /// The error's line and column are of no use: they count from where the value begins.
    pub(crate) fn over(self, json: &str) -> serde_json::Result<JsonType> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let json_type = self.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(json_type)
    }
}

/// The visits of a visitor that only wants to know which type a number, boolean or
/// null has.
macro_rules! visit_scalars {
    ($wrap:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($wrap($crate::walk::JsonType::Null))
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($wrap($crate::walk::JsonType::Boolean))
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($wrap($crate::walk::JsonType::Number))
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($wrap($crate::walk::JsonType::Number))
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($wrap($crate::walk::JsonType::Number))
        }
    };
}
pub(crate) use visit_scalars;

/// Whether a container may stand inside `depth` others.
pub(crate) fn enter<E: Error>(depth: usize) -> Result<usize, E> {
    if depth < MAX_DEPTH {
        Ok(depth + 1)
    } else {
        Err(E::custom(TOO_DEEP))
    }
}

/// The message of the error for nesting beyond [`MAX_DEPTH`].
pub(crate) const TOO_DEEP: &str = "nested too deeply";

/// The keys of one object, to tell when one comes again.
#[derive(Default)]
pub(crate) struct Keys {
    seen: HashSet<String>,
}

impl Keys {
    pub(crate) fn contains(&self, key: &str) -> bool {
        self.seen.contains(key)
    }

    /// Whether the key was not there before.
    pub(crate) fn insert(&mut self, key: String) -> bool {
        self.seen.insert(key)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = JsonType;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonType, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = JsonType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    visit_scalars!(std::convert::identity);

    fn visit_str<E>(self, _: &str) -> Result<JsonType, E> {
        Ok(JsonType::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<JsonType, A::Error> {
        let inside = Self {
            depth: enter(self.depth)?,
            ..self
        };
        while seq.next_element_seed(inside)?.is_some() {}
        Ok(JsonType::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonType, A::Error> {
        let inside = Self {
            depth: enter(self.depth)?,
            ..self
        };
        let mut keys = Keys::default();
        while let Some(key) = map.next_key::<String>()? {
            if !keys.insert(key) {
                self.repeated_key.set(true);
            }
            map.next_value_seed(inside)?;
        }
        Ok(JsonType::Object)
    }
}

/// The types of JSON values (RFC 8259 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonType {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl JsonType {
    /// The type of a value, told by its first character.
    pub(crate) fn of(json: &str) -> Self {
        match json.trim_ascii_start().as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') => Self::Null,
            _ => Self::Number,
        }
    }
}

impl fmt::Display for JsonType {
    /// With its article, for sentences that people read who have never seen JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "`null`",
            Self::Boolean => "`true` or `false`",
            Self::Number => "a number",
            Self::String => "a text",
            Self::Array => "a list",
            Self::Object => "an object",
        })
    }
}
