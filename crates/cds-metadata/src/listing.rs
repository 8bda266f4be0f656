//! The outside of a file of coverage entries: which form it has, and where each entry is.

use std::borrow::Cow;
use std::cell::Cell;
use std::marker::PhantomData;

use serde_json::value::RawValue;

use crate::cursor::Cursor;
use crate::draft::{Slot, SlotSeed};
use crate::scope::Position;
use crate::similar::nearest;
use crate::walk::{JsonType, Keys, Walk};

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

/// Reads the entry that a cursor stands before, and nothing else.
pub(crate) type ReadEntry<'f, 'a> =
    dyn FnMut(Position, &mut Cursor<'a>) -> serde_json::Result<()> + 'f;

impl<'a> Outside<'a> {
    /// Reads a file, each of its entries by `entry`.
    pub(crate) fn read(json: &'a str, entry: &mut ReadEntry<'_, 'a>) -> serde_json::Result<Self> {
        let ignored = Cell::new(false);
        let walk = Walk {
            depth: 0,
            repeated_key: &ignored,
        };
        let mut cursor = Cursor::new(json);
        let outside = match cursor.next_type() {
            JsonType::Object => Self::Object(Listing::read(&mut cursor, entry)?),
            JsonType::Array => {
                entries(&mut cursor, Position::InArray, entry)?;
                Self::Array
            }
            _ => Self::Other(cursor.value(walk)?.0),
        };
        cursor.end()?;
        Ok(outside)
    }
}

impl<'a> Listing<'a> {
    fn read(cursor: &mut Cursor<'a>, entry: &mut ReadEntry<'_, 'a>) -> serde_json::Result<Self> {
        let repeated_key = Cell::new(false);
        let walk = Walk {
            depth: 1,
            repeated_key: &repeated_key,
        };
        let mut keys = Keys::default();
        let mut listing = Self {
            entries: None,
            next: Slot::Absent,
            previous: Slot::Absent,
            extensions: Vec::new(),
            repeated_key: false,
        };
        cursor.object(|cursor, key| {
            match &*key {
                "coverage_entries" => {
                    listing.entries = Some(entries(cursor, Position::InListing, entry)?);
                }
                "next" => (listing.next, _) = cursor.value(SlotSeed(walk))?,
                "previous" => (listing.previous, _) = cursor.value(SlotSeed(walk))?,
                _ => {
                    let (value, json) = cursor.value(PhantomData::<&RawValue>)?;
                    walk.over(json)?;
                    listing.extensions.push((key.clone().into(), value));
                }
            }
            repeated_key.set(repeated_key.get() || !keys.insert(key));
            Ok(())
        })?;
        listing.repeated_key = repeated_key.get();
        Ok(listing)
    }

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
    let outside = Outside::read(json, &mut |_, cursor| {
        let (entry, _) = cursor.value(PhantomData::<&RawValue>)?;
        entries.push(entry.get());
        Ok(())
    });
    match outside {
        Ok(Outside::Object(listing)) if !listing.is_meant() => each(json.trim_ascii()),
        Ok(Outside::Object(_) | Outside::Array) => entries.into_iter().for_each(each),
        Ok(Outside::Other(_)) | Err(_) => {}
    }
}

/// Reads an array of entries; anything else is walked over.
fn entries<'a>(
    cursor: &mut Cursor<'a>,
    at: fn(usize) -> Position,
    entry: &mut ReadEntry<'_, 'a>,
) -> serde_json::Result<JsonType> {
    if cursor.next_type() != JsonType::Array {
        let ignored = Cell::new(false);
        let walk = Walk {
            depth: 1,
            repeated_key: &ignored,
        };
        return Ok(cursor.value(walk)?.0);
    }
    let mut index = 0;
    cursor.array(|cursor| {
        entry(at(index), cursor)?;
        index += 1;
        Ok(())
    })?;
    Ok(JsonType::Array)
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
