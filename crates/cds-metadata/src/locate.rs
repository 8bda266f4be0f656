//! Where the parts of a JSON text are, found by asking again.
//!
//! No tree of positions is kept: most documents are fine and nobody asks. A part is found by
//! walking down to it over `RawValue` slices, each of which knows where it is.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::pointer::Pointer;
use crate::text::offset_within;

/// One step into a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The bytes of the value that `steps` lead to; of the last one where a key is repeated.
pub(crate) fn value_span(json: &str, steps: &[Step<'_>]) -> Option<Range<usize>> {
    let mut value = json.trim_ascii();
    for step in steps {
        value = match step {
            Step::Key(key) => {
                members(value)?
                    .into_iter()
                    .rfind(|member| member.is(key))?
                    .value
            }
            Step::Index(index) => elements(value)?.get(*index)?,
        };
    }
    let start = offset_within(json, value);
    Some(start..start + value.len())
}

/// The bytes of the key of the member that `steps` lead to; of the last one if it is repeated.
pub(crate) fn key_span(json: &str, steps: &[Step<'_>]) -> Option<Range<usize>> {
    let (Step::Key(key), parents) = steps.split_last()? else {
        return None;
    };
    let object = &json[value_span(json, parents)?];
    let member = members(object)?
        .into_iter()
        .rfind(|member| member.is(key))?;
    let start = offset_within(json, member.key);
    Some(start..start + member.key.len())
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
            None => elements(value)?.get(token.parse::<usize>().ok()?)?,
        };
    }
    let start = offset_within(json, value);
    Some(start..start + value.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#" {"a": [1, {"b\u0063": "x"}], "a2": null, "a": true} "#;

    #[test]
    fn values_are_found_through_escapes() {
        let steps = [Step::Key("a2")];
        assert_eq!(
            value_span(JSON, &steps).map(|span| &JSON[span]),
            Some("null")
        );
        let inner = r#"[1, {"b\u0063": "x"}]"#;
        let steps = [Step::Index(1), Step::Key("bc")];
        assert_eq!(
            value_span(inner, &steps).map(|span| &inner[span]),
            Some(r#""x""#)
        );
    }

    #[test]
    fn a_key_is_found_where_it_is_written() {
        let inner = r#"[1, {"b\u0063": "x"}]"#;
        let key = key_span(inner, &[Step::Index(1), Step::Key("bc")]);
        assert_eq!(key.map(|span| &inner[span]), Some(r#""b\u0063""#));
    }

    #[test]
    fn of_a_repeated_key_the_last_counts() {
        assert_eq!(
            value_span(JSON, &[Step::Key("a")]).map(|span| &JSON[span]),
            Some("true")
        );
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(value_span(JSON, &[Step::Key("z")]), None);
        assert_eq!(value_span(JSON, &[Step::Index(0)]), None);
    }
}
