//! An object as it was written: every field that is known, whatever stands in it.
//!
//! A draft takes anything that is JSON, so that all that is wrong with it can be found at once.
//! Only a draft without structural faults becomes a typed object.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::datetime::Datetime;
use crate::field::{COVERAGE_ENTRY, Field, METADATA_OBJECT, Shape};
use crate::walk::{JsonType, Keys, Walk, enter, visit_scalars};

/// What stands in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slot<'a> {
    Absent,
    Null,
    Text(Cow<'a, str>),
    /// A datetime in a field of datetimes; a text there is none.
    Datetime(Datetime<'a>),
    List(Vec<Item<'a>>),
    Other(JsonType),
}

impl<'a> Slot<'a> {
    fn scalar(json_type: JsonType) -> Self {
        if json_type == JsonType::Null {
            Self::Null
        } else {
            Self::Other(json_type)
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn list(&self) -> &[Item<'a>] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn datetime(&self) -> Option<&Datetime<'a>> {
        match self {
            Self::Datetime(datetime) => Some(datetime),
            _ => None,
        }
    }

    /// A text that is a datetime as that.
    fn read_datetime(self) -> Self {
        let Self::Text(text) = self else { return self };
        match Datetime::parse(text) {
            Ok(datetime) => Self::Datetime(datetime),
            Err(text) => Self::Text(text),
        }
    }

    pub(crate) fn into_datetime(self) -> Option<Datetime<'a>> {
        match self {
            Self::Datetime(datetime) => Some(datetime),
            _ => None,
        }
    }

    pub(crate) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A string or null.
    pub(crate) fn nullable_text(self) -> Option<Option<Cow<'a, str>>> {
        match self {
            Self::Null => Some(None),
            other => other.into_text().map(Some),
        }
    }

    /// An array in which all are strings.
    pub(crate) fn into_list(self) -> Option<Vec<Cow<'a, str>>> {
        let Self::List(items) = self else { return None };
        let text = |item| match item {
            Item::Text(text) => Some(text),
            Item::Other(_) => None,
        };
        items.into_iter().map(text).collect()
    }

    /// What a field that may be left out holds.
    pub(crate) fn optional<T>(self, read: impl FnOnce(Self) -> Option<T>) -> Option<Option<T>> {
        if self.is_present() {
            read(self).map(Some)
        } else {
            Some(None)
        }
    }

    /// Whether the value has the JSON type that a shape asks for.
    pub(crate) fn fits(&self, shape: Shape) -> bool {
        match self {
            Self::Text(_) | Self::Datetime(_) => !shape.is_list(),
            Self::List(items) => {
                shape.is_list() && items.iter().all(|item| matches!(item, Item::Text(_)))
            }
            Self::Null => matches!(shape, Shape::NullableText),
            Self::Absent | Self::Other(_) => false,
        }
    }

    pub(crate) fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    pub(crate) fn json_type(&self) -> JsonType {
        match self {
            Self::Absent | Self::Null => JsonType::Null,
            Self::Text(_) | Self::Datetime(_) => JsonType::String,
            Self::List(_) => JsonType::Array,
            Self::Other(json_type) => *json_type,
        }
    }
}

/// What stands in an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    Text(Cow<'a, str>),
    Other(JsonType),
}

/// An object with the `N` fields of a table.
#[derive(Debug)]
pub(crate) struct Draft<'a, const N: usize> {
    pub(crate) table: &'static [Field; N],
    pub(crate) slots: [Slot<'a>; N],
    /// Fields that the table doesn't know, as they were written.
    pub(crate) extensions: Vec<(Cow<'a, str>, &'a RawValue)>,
    /// Whether this object, or one inside it, has a key twice.
    pub(crate) repeated_key: bool,
}

/// A metadata object as it was written.
pub(crate) type MetadataDraft<'a> = Draft<'a, { METADATA_OBJECT.len() }>;

/// A coverage entry as it was written.
pub(crate) type EntryDraft<'a> = Draft<'a, { COVERAGE_ENTRY.len() }>;

impl<'a, const N: usize> Draft<'a, N> {
    fn empty(table: &'static [Field; N]) -> Self {
        Self {
            table,
            slots: [const { Slot::Absent }; N],
            extensions: Vec::new(),
            repeated_key: false,
        }
    }

    /// The fields of the table with what stands in them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static Field, &Slot<'a>)> {
        self.table.iter().zip(&self.slots)
    }

    /// What stands in the field of this name.
    pub(crate) fn slot(&self, name: &str) -> &Slot<'a> {
        self.fields()
            .find(|(field, _)| field.name == name)
            .map_or(&Slot::Absent, |(_, slot)| slot)
    }
}

/// Reads an object; of anything else its type.
pub(crate) struct DraftSeed<const N: usize> {
    pub(crate) table: &'static [Field; N],
    /// How many arrays and objects are around the object.
    pub(crate) depth: usize,
}

impl<'de, const N: usize> DeserializeSeed<'de> for DraftSeed<N> {
    /// In a box because a draft is large, and would be copied at each step out of the parser.
    type Value = Result<Box<Draft<'de, N>>, JsonType>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for DraftSeed<N> {
    type Value = Result<Box<Draft<'de, N>>, JsonType>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    visit_scalars!(Err);

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Err(JsonType::String))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        let ignored = Cell::new(false);
        let walk = Walk {
            depth: self.depth,
            repeated_key: &ignored,
        };
        walk.visit_seq(seq).map(Err)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let inside = enter(self.depth)?;
        let repeated_key = Cell::new(false);
        let walk = Walk {
            depth: inside,
            repeated_key: &repeated_key,
        };
        let mut draft = Box::new(Draft::empty(self.table));
        let mut unknown = Keys::default();
        let mut expected = 0;
        while let Some(key) = map.next_key_seed(KeySeed {
            table: self.table,
            expected,
        })? {
            match key {
                Key::Known(index) => {
                    repeated_key.set(repeated_key.get() || draft.slots[index].is_present());
                    let slot = map.next_value_seed(SlotSeed(walk))?;
                    let is_datetime = matches!(self.table[index].shape, Shape::Datetime);
                    draft.slots[index] = if is_datetime {
                        slot.read_datetime()
                    } else {
                        slot
                    };
                    expected = index + 1;
                }
                Key::Unknown(name) => {
                    let value: &RawValue = map.next_value()?;
                    walk.over(value.get()).map_err(Error::custom)?;
                    repeated_key.set(repeated_key.get() || !unknown.insert(name.to_string()));
                    draft.extensions.push((name, value));
                }
            }
        }
        draft.repeated_key = repeated_key.get();
        Ok(Ok(draft))
    }
}

enum Key<'a> {
    Known(usize),
    Unknown(Cow<'a, str>),
}

/// Reads a key. Authors keep to the order of the specification, so the field after the one
/// before is tried first.
struct KeySeed<const N: usize> {
    table: &'static [Field; N],
    expected: usize,
}

impl<const N: usize> KeySeed<N> {
    fn index(&self, key: &str) -> Option<usize> {
        let is = |index: &usize| self.table[*index].name == key;
        (self.expected..N)
            .find(is)
            .or_else(|| (0..self.expected).find(is))
    }
}

impl<'de, const N: usize> DeserializeSeed<'de> for KeySeed<N> {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for KeySeed<N> {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(self
            .index(key)
            .map_or(Key::Unknown(Cow::Borrowed(key)), Key::Known))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(self
            .index(key)
            .map_or_else(|| Key::Unknown(Cow::Owned(key.to_owned())), Key::Known))
    }
}

/// Reads a field's value; what no field may hold is walked over.
pub(crate) struct SlotSeed<'w>(pub(crate) Walk<'w>);

impl<'de> DeserializeSeed<'de> for SlotSeed<'_> {
    type Value = Slot<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Slot<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SlotSeed<'_> {
    type Value = Slot<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    visit_scalars!(Slot::scalar);

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Slot<'de>, E> {
        Ok(Slot::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Slot<'de>, E> {
        Ok(Slot::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Slot<'de>, A::Error> {
        let inside = Walk {
            depth: enter(self.0.depth)?,
            ..self.0
        };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(ItemSeed(inside))? {
            items.push(item);
        }
        Ok(Slot::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Slot<'de>, A::Error> {
        self.0.visit_map(map).map(Slot::Other)
    }
}

/// Reads an element of an array in a field.
struct ItemSeed<'w>(Walk<'w>);

impl<'de> DeserializeSeed<'de> for ItemSeed<'_> {
    type Value = Item<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Item<'de>, D::Error> {
        let slot = SlotSeed(self.0).deserialize(deserializer)?;
        Ok(match slot {
            Slot::Text(text) => Item::Text(text),
            other => Item::Other(other.json_type()),
        })
    }
}
