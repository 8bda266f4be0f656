//! Fields that the specification doesn't know: extensions (CDS-WG1-01 §6), kept as written.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Members of an object that the specification doesn't name, in their order, each value as its
/// author wrote it.
#[derive(Debug, Clone, Default)]
pub struct Extensions<'a> {
    members: Vec<(Cow<'a, str>, Cow<'a, RawValue>)>,
}

impl<'a> Extensions<'a> {
    /// No extensions.
    pub const fn new() -> Self {
        Self {
            members: Vec::new(),
        }
    }

    pub(crate) fn borrowed(members: Vec<(Cow<'a, str>, &'a RawValue)>) -> Self {
        let members = members
            .into_iter()
            .map(|(name, value)| (name, Cow::Borrowed(value)));
        Self {
            members: members.collect(),
        }
    }

    /// Adds a member, or gives the one of that name another value in its place.
    ///
    /// The name must be none that the specification has: that one would be written twice.
    pub fn insert(&mut self, name: impl Into<Cow<'a, str>>, value: Box<RawValue>) {
        let name = name.into();
        let value = Cow::Owned(value);
        match self.members.iter_mut().find(|(other, _)| *other == name) {
            Some((_, there)) => *there = value,
            None => self.members.push((name, value)),
        }
    }

    /// The value of the member of this name.
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// All members, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.members.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The extensions without their borrow.
    pub fn into_owned(self) -> Extensions<'static> {
        let owned = |(name, value): (Cow<'_, str>, Cow<'_, RawValue>)| {
            (
                Cow::Owned(name.into_owned()),
                Cow::Owned(value.into_owned()),
            )
        };
        Extensions {
            members: self.members.into_iter().map(owned).collect(),
        }
    }
}

impl Serialize for Extensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Extensions<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Extensions".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn another_value_takes_the_place_of_the_one_before() {
        let mut extensions = Extensions::new();
        for (name, json) in [("b", "1.0"), ("a", "[ ]"), ("b", "2.50")] {
            extensions.insert(name, value(json));
        }
        let written = serde_json::to_string(&extensions).unwrap();
        assert_eq!(written, r#"{"b":2.50,"a":[ ]}"#);
    }
}
