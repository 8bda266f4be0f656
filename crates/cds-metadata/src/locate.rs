//! Where the parts of a JSON text are, found by asking again.
//!
//! No tree of positions is kept: most documents are fine and nobody asks. A part is found by
//! walking down to it over `RawValue` slices, each of which knows where it is. Only the members of
//! an object with findings are remembered, for the next one.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::place::Place;
use crate::pointer::Pointer;
use crate::text::offset_within;

/// One step into a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Finds the parts of one object, which is taken apart when the first is asked for.
#[derive(Debug)]
pub(crate) struct Locator<'s> {
    object: &'s str,
    /// Of a key that is repeated the last.
    members: OnceCell<HashMap<String, Member<'s>>>,
    /// The elements of the member that was asked for last.
    elements: RefCell<(String, Vec<&'s str>)>,
}

impl<'s> Locator<'s> {
    pub(crate) fn new(object: &'s str) -> Self {
        Self {
            object,
            members: OnceCell::new(),
            elements: RefCell::default(),
        }
    }

    /// The bytes of the object that hold a member's key.
    pub(crate) fn key(&self, name: &str) -> Option<Range<usize>> {
        Some(self.span_of(self.member(name)?.key))
    }

    /// The bytes of the object that hold the value that `steps` lead to: a member's, or an
    /// element's in it.
    pub(crate) fn value(&self, steps: &[Step<'_>]) -> Option<Range<usize>> {
        match *steps {
            [Step::Key(name)] => Some(self.span_of(self.member(name)?.value)),
            [Step::Key(name), Step::Index(index)] => self.element(name, index),
            _ => None,
        }
    }

    fn element(&self, name: &str, index: usize) -> Option<Range<usize>> {
        let mut last = self.elements.borrow_mut();
        if last.0 != name || last.1.is_empty() {
            *last = (name.to_owned(), elements(self.member(name)?.value)?);
        }
        Some(self.span_of(last.1.get(index)?))
    }

    fn member(&self, name: &str) -> Option<Member<'s>> {
        let members = self.members.get_or_init(|| {
            let members = members(self.object).into_iter().flatten();
            members
                .filter_map(|member| Some((member.name()?, member)))
                .collect()
        });
        members.get(name).copied()
    }

    fn span_of(&self, part: &str) -> Range<usize> {
        let start = offset_within(self.object, part);
        start..start + part.len()
    }
}

/// The bytes of the value that a pointer leads to (RFC 6901 §4).
pub(crate) fn pointed_span(json: &str, pointer: &Pointer) -> Option<Range<usize>> {
    let mut value = json.trim_ascii();
    for token in pointer.as_str().split('/').skip(1) {
        value = match members(value) {
            Some(members) => {
                let key = token.replace("~1", "/").replace("~0", "~");
                members.into_iter().rfind(|member| member.is(&key))?.value
            }
            None => elements(value)?.get(array_index(token)?)?,
        };
    }
    let start = offset_within(json, value);
    Some(start..start + value.len())
}

/// An array index without leading zeros (RFC 6901 §4).
fn array_index(token: &str) -> Option<usize> {
    let is_index = token == "0" || token.starts_with(|c: char| matches!(c, '1'..='9'));
    is_index.then(|| token.parse().ok()).flatten()
}

/// One member of an object, as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    /// The key with its quotes and escapes.
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
}

impl Member<'_> {
    /// The key without quotes and escapes.
    pub(crate) fn name(&self) -> Option<String> {
        serde_json::from_str(self.key).ok()
    }

    fn is(&self, key: &str) -> bool {
        self.name().as_deref() == Some(key)
    }
}

/// The members of an object in their order, repeated keys included; `None` if it is none.
pub(crate) fn members(json: &str) -> Option<Vec<Member<'_>>> {
    serde_json::from_str::<Members<'_>>(json)
        .ok()
        .map(|members| members.0)
}

/// The elements of an array; `None` if it is none.
pub(crate) fn elements(json: &str) -> Option<Vec<&str>> {
    let elements = serde_json::from_str::<Vec<&RawValue>>(json).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

struct Members<'a>(Vec<Member<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<Member<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            members.push(Member {
                key: key.get(),
                value: value.get(),
            });
        }
        Ok(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(serde::de::Error::custom("an array is not an object"))
    }
}

impl Place {
    /// The place of the value that a pointer leads to in a JSON text; `None` if there is none.
    pub fn at(json: &str, pointer: &Pointer) -> Option<Self> {
        Self::inside(json, 0..json.len(), pointer)
    }

    /// The place of the value that a pointer leads to from an object or array in a text.
    pub fn inside(content: &str, json: Range<usize>, pointer: &Pointer) -> Option<Self> {
        let span = pointed_span(content.get(json.clone())?, pointer)?;
        Some(Self::of(
            content,
            json.start + span.start..json.start + span.end,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#" {"a": [1, {"b": "x"}], "\u00612": null, "a": [true, 2]} "#;

    fn value(name: &str, index: Option<usize>) -> Option<&'static str> {
        let object = JSON.trim_ascii();
        let steps = [Step::Key(name), Step::Index(index.unwrap_or_default())];
        let steps = &steps[..1 + usize::from(index.is_some())];
        Some(&object[Locator::new(object).value(steps)?])
    }

    #[test]
    fn values_and_keys_are_found_through_escapes() {
        assert_eq!(value("a2", None), Some("null"));
        let object = JSON.trim_ascii();
        let key = Locator::new(object).key("a2").map(|span| &object[span]);
        assert_eq!(key, Some(r#""\u00612""#));
    }

    #[test]
    fn of_a_repeated_key_the_last_counts() {
        assert_eq!(value("a", None), Some("[true, 2]"));
        assert_eq!(value("a", Some(0)), Some("true"));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(value("z", None), None);
        assert_eq!(value("a", Some(2)), None);
        assert_eq!(value("a2", Some(0)), None);
        assert_eq!(Locator::new("[1]").value(&[Step::Key("a")]), None);
    }

    #[test]
    fn a_pointer_leads_through_objects_and_arrays() {
        let pointed = |pointer: &Pointer| pointed_span(JSON, pointer).map(|span| &JSON[span]);
        assert_eq!(pointed(&Pointer::root().key("a").index(1)), Some("2"));
        assert_eq!(pointed(&Pointer::root()), Some(JSON.trim_ascii()));
        assert_eq!(pointed(&Pointer::root().key("a").key("01")), None);
    }
}
