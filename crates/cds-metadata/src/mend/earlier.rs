//! `updated` of what was changed since an earlier copy.

use std::borrow::Cow;
use std::ops::Range;

use hashbrown::HashMap;
use serde_json::Value;

use crate::datetime::{Datetime, Timestamp};
use crate::listing::each_object;
use crate::locate::members;
use crate::mend::{Edit, Verb};
use crate::text::offset_within;

/// An earlier copy of the documents of one metadata endpoint.
///
/// ```
/// use cds_metadata::{Datetime, Earlier};
///
/// let mut earlier = Earlier::new();
/// earlier.add_entries(r#"[{ "id": "west", "updated": "2022-06-01T00:00:00Z" }]"#);
/// let now = Datetime::parse("2026-01-31T12:00:00Z").map_err(|_| "no datetime")?.timestamp();
/// let changed = r#"{ "id": "west", "updated": "2022-06-01T00:00:00Z", "name": "West" }"#;
/// let edits = earlier.touch_entries(changed, now);
/// assert_eq!(edits[0].replacement, "\"2026-01-31T12:00:00Z\"");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct Earlier<'s> {
    metadata: Option<&'s str>,
    entries: HashMap<Cow<'s, str>, &'s str>,
}

impl<'s> Earlier<'s> {
    /// No documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a metadata object.
    pub fn add_metadata(&mut self, json: &'s str) {
        self.metadata = Some(json.trim_ascii());
    }

    /// Takes up the entries of a coverage listing, an array of entries or one entry. Of an id that
    /// is there twice the first counts.
    pub fn add_entries(&mut self, json: &'s str) {
        each_object(json, &mut |entry| {
            if let Some(id) = text_in(entry, "id") {
                self.entries.entry(Cow::Owned(id.text)).or_insert(entry);
            }
        });
    }

    /// The edit that sets `updated` of a metadata object to `now` if the object says something
    /// else than it did, but has the same `updated`. What is `created` after `now` is left: it
    /// can't be updated before.
    pub fn touch_metadata(&self, json: &str, now: Timestamp) -> Option<Edit> {
        let set = touch(self.metadata?, json.trim_ascii(), now)?;
        Some(set.edit(json, "`updated` of the metadata object".to_owned()))
    }

    /// The edits that do the same for coverage entries, which are known by their ids.
    ///
    /// The text is a coverage listing, an array of entries or one entry.
    pub fn touch_entries(&self, json: &str, now: Timestamp) -> Vec<Edit> {
        let mut edits = Vec::new();
        each_object(json, &mut |entry| {
            let id = text_in(entry, "id").map(|id| id.text);
            let before = id
                .as_deref()
                .and_then(|id| Some((id, *self.entries.get(id)?)));
            if let Some((id, before)) = before
                && let Some(set) = touch(before, entry, now)
            {
                edits.push(set.edit(json, format!("`updated` of the coverage entry `{id}`")));
            }
        });
        edits
    }
}

/// An `updated` that is to be another.
struct Set<'j> {
    literal: &'j str,
    updated: Datetime<'static>,
}

impl Set<'_> {
    fn edit(&self, json: &str, object: String) -> Edit {
        let start = offset_within(json, self.literal);
        let span: Range<usize> = start..start + self.literal.len();
        Edit {
            rule: None,
            span,
            replacement: format!("\"{}\"", self.updated),
            verb: Verb::Set,
            object,
        }
    }
}

fn touch<'j>(before: &str, object: &'j str, now: Timestamp) -> Option<Set<'j>> {
    if before == object || !says_another(before, object) {
        return None;
    }
    let written = text_in(object, "updated")?;
    let datetime = Datetime::parse(written.text).ok()?;
    let before = Datetime::parse(text_in(before, "updated")?.text).ok()?;
    // What is prepared for later has nothing to tell anyone yet.
    let created = text_in(object, "created").and_then(|it| Datetime::parse(it.text).ok());
    if created.is_some_and(|created| created.timestamp() > now) {
        return None;
    }
    let updated = datetime.respelled(now)?;
    // In a spelling without fractions, a change in the second of the last one shows nothing new.
    (datetime == before && updated != datetime).then_some(Set {
        literal: written.literal,
        updated,
    })
}

/// Whether two texts differ in more than their layout.
fn says_another(one: &str, other: &str) -> bool {
    let value = |json| serde_json::from_str::<Value>(json).ok();
    value(one) != value(other)
}

/// A string in a document.
struct WrittenText<'j> {
    /// With its quotation marks and escapes.
    literal: &'j str,
    text: String,
}

/// The string in a field of an object; `None` if the field is there more than once.
fn text_in<'j>(object: &'j str, field: &str) -> Option<WrittenText<'j>> {
    let members = members(object)?;
    let mut named = members
        .iter()
        .filter(|member| member.name().as_deref() == Some(field));
    let literal = named.next()?.value;
    if named.next().is_some() {
        return None;
    }
    let text = serde_json::from_str(literal).ok()?;
    Some(WrittenText { literal, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp {
        seconds: 1_800_000_000,
        nanoseconds: 500_000_000,
    };

    fn touched(before: &str, json: &str) -> String {
        let mut earlier = Earlier::new();
        earlier.add_entries(before);
        let edits = earlier.touch_entries(json, NOW);
        String::from_utf8(Edit::apply(&edits, json.as_bytes())).unwrap()
    }

    #[test]
    fn what_says_something_else_is_touched_wherever_it_stands() {
        let before = r#"[{"id":"a","updated":"2022-06-01T00:00:00.0+01:00"},{"id":"b"}]"#;
        let listing = r#"{"coverage_entries": [{"id": "\u0061", "x": 1, "updated": "2022-06-01T00:00:00.0+01:00"}]}"#;
        assert_eq!(
            touched(before, listing),
            listing.replace("2022-06-01T00:00:00.0+01:00", "2027-01-15T09:00:00.5+01:00")
        );
    }

    #[test]
    fn what_says_the_same_or_was_touched_is_left() {
        let before = r#"[{"id":"a","x":1,"updated":"2022-06-01T00:00:00Z"}]"#;
        for json in [
            r#"[ {"updated": "2022-06-01T00:00:00Z", "x": 1, "id": "a"} ]"#,
            r#"[{"id":"a","x":2,"updated":"2022-06-02T00:00:00Z"}]"#,
            r#"[{"id":"new","x":2,"updated":"2022-06-01T00:00:00Z"}]"#,
            r#"[{"id":"a","x":2,"updated":"yesterday"}]"#,
            r#"[{"id":"a","x":2,"updated":null}]"#,
            r#"[{"id":"a","x":2}]"#,
            r#"[{"id":"a","x":2,"updated":"2022-06-01T00:00:00Z","updated":"2022-06-01T00:00:00Z"}]"#,
        ] {
            assert_eq!(touched(before, json), json);
        }
    }

    #[test]
    fn the_metadata_object_is_touched_too() {
        let mut earlier = Earlier::new();
        assert_eq!(earlier.touch_metadata("{}", NOW), None);
        earlier.add_metadata(r#"{"updated": "2022-06-01T00:00:00Z"}"#);
        let json = r#" {"updated": "2022-06-01T00:00:00Z", "name": "New"} "#;
        let edit = earlier.touch_metadata(json, NOW).unwrap();
        assert_eq!(&json[edit.span], "\"2022-06-01T00:00:00Z\"");
        assert_eq!(edit.replacement, "\"2027-01-15T08:00:00Z\"");
    }
}
