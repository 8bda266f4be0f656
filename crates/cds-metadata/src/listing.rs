//! The outside of a file of coverage entries: which form it has, and each entry's JSON.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::draft::{Slot, SlotSeed};
use crate::scope::Position;
use crate::similar::nearest;
use crate::walk::{JsonType, Keys, Walk, visit_scalars};

/// What a file of coverage entries is, its entries apart.
pub(crate) enum Outside<'a> {
    /// An object: a coverage listing, if it has `coverage_entries`.
    Object(Listing<'a>),
    /// An array of entries.
    Array,
    /// Neither.
    Other(JsonType),
}

/// The members of a coverage listing (CDS-WG1-01 §4.1) except its entries.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    /// What stands in `coverage_entries`; `None` if it isn't there.
    pub(crate) entries: Option<JsonType>,
    pub(crate) next: Slot<'a>,
    pub(crate) previous: Slot<'a>,
    pub(crate) extensions: Vec<(Cow<'a, str>, &'a RawValue)>,
    /// Whether the listing, or a value in it that is no entry, has a key twice.
    pub(crate) repeated_key: bool,
}

impl<'a> Outside<'a> {
    /// Reads a file and hands over the JSON of each entry as it comes by, not looked into.
    pub(crate) fn read(
        json: &'a str,
        each: &mut dyn FnMut(Position, &'a str),
    ) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let outside = match JsonType::of(json) {
            JsonType::Object => deserializer
                .deserialize_map(ListingVisitor { each })
                .map(Self::Object)?,
            JsonType::Array => {
                let entries = Entries {
                    each,
                    at: Position::InArray,
                };
                deserializer.deserialize_seq(entries).map(|_| Self::Array)?
            }
            _ => {
                let ignored = Cell::new(false);
                let walk = Walk {
                    depth: 0,
                    repeated_key: &ignored,
                };
                // Reads all of it by itself, so there is no end to be looked for below.
                return walk.over(json).map(Self::Other);
            }
        };
        deserializer.end()?;
        Ok(outside)
    }
}

impl Listing<'_> {
    /// Whether the object is meant to be a listing: it has entries, or looks like one whose
    /// entries were forgotten or misspelt.
    pub(crate) fn is_meant(&self) -> bool {
        let has_link = self.next.is_present() || self.previous.is_present();
        let has_id = self.extensions.iter().any(|(name, _)| name == "id");
        self.entries.is_some() || self.slip_of_entries().is_some() || has_link && !has_id
    }

    /// The field whose name is a slip of `coverage_entries`.
    pub(crate) fn slip_of_entries(&self) -> Option<&str> {
        let mut names = self.extensions.iter().map(|(name, _)| &**name);
        names.find(|name| is_nearly_entries(name))
    }
}

/// Whether the name of a field is a slip of `coverage_entries`.
pub(crate) fn is_nearly_entries(name: &str) -> bool {
    nearest(name, ["coverage_entries"].into_iter(), 2).is_some()
}

/// Hands over each coverage entry of a document, or the document if it is one object that is no
/// listing. What is no JSON has none.
pub(crate) fn each_object<'a>(json: &'a str, each: &mut dyn FnMut(&'a str)) {
    let mut entries = Vec::new();
    let outside = Outside::read(json, &mut |_, entry| entries.push(entry));
    match outside {
        Ok(Outside::Object(listing)) if !listing.is_meant() => each(json.trim_ascii()),
        Ok(Outside::Object(_) | Outside::Array) => entries.into_iter().for_each(each),
        Ok(Outside::Other(_)) | Err(_) => {}
    }
}

struct ListingVisitor<'f, 'a> {
    each: &'f mut dyn FnMut(Position, &'a str),
}

impl<'de> Visitor<'de> for ListingVisitor<'_, 'de> {
    type Value = Listing<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listing<'de>, A::Error> {
        let repeated_key = Cell::new(false);
        let walk = Walk {
            depth: 1,
            repeated_key: &repeated_key,
        };
        let mut keys = Keys::default();
        let mut listing = Listing {
            entries: None,
            next: Slot::Absent,
            previous: Slot::Absent,
            extensions: Vec::new(),
            repeated_key: false,
        };
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "coverage_entries" => {
                    let entries = Entries {
                        each: self.each,
                        at: Position::InListing,
                    };
                    listing.entries = Some(map.next_value_seed(entries)?);
                }
                "next" => listing.next = map.next_value_seed(SlotSeed(walk))?,
                "previous" => listing.previous = map.next_value_seed(SlotSeed(walk))?,
                _ => {
                    let value: &RawValue = map.next_value()?;
                    walk.over(value.get()).map_err(Error::custom)?;
                    listing.extensions.push((key.clone(), value));
                }
            }
            repeated_key.set(repeated_key.get() || !keys.insert(key.into_owned()));
        }
        listing.repeated_key = repeated_key.get();
        Ok(listing)
    }
}

/// Reads an array of entries; anything else is walked over.
struct Entries<'f, 'a> {
    each: &'f mut dyn FnMut(Position, &'a str),
    at: fn(usize) -> Position,
}

impl<'de> DeserializeSeed<'de> for Entries<'_, 'de> {
    type Value = JsonType;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonType, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, 'de> {
    type Value = JsonType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of coverage entries")
    }

    visit_scalars!(std::convert::identity);

    fn visit_str<E>(self, _: &str) -> Result<JsonType, E> {
        Ok(JsonType::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<JsonType, A::Error> {
        let mut index = 0;
        while let Some(entry) = seq.next_element::<&RawValue>()? {
            (self.each)((self.at)(index), entry.get());
            index += 1;
        }
        Ok(JsonType::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<JsonType, A::Error> {
        let ignored = Cell::new(false);
        Walk {
            depth: 1,
            repeated_key: &ignored,
        }
        .visit_map(map)
    }
}

#[cfg(test)]
mod tests {
    use crate::{CoverageForm, CoverageReader};

    #[test]
    fn a_file_that_is_neither_an_object_nor_an_array_is_found() {
        for content in ["\"coverage_entries\"", " 7 ", "true", "null"] {
            for form in [CoverageForm::Listing, CoverageForm::Part] {
                let mut reader = CoverageReader::new(None);
                reader.read("coverage.json", content.as_bytes(), form, &mut |_| ());
                let (_, report) = reader.finish();
                assert_eq!(report.findings().len(), 1, "{content}");
                assert_eq!(report.findings()[0].rule.slug, "wrong-type", "{content}");
            }
        }
    }
}
