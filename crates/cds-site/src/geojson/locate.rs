//! Where many values of a document are, found in one walk over it.
//!
//! A walk for each would go over a file of 50 MB a hundred times.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::path::{Path, Step};

/// Where a value is, and the name of the member that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: Option<Range<usize>>,
    pub(super) value: Range<usize>,
}

/// The bytes of the values at these paths; `None` for what isn't there.
///
/// Of a name that is repeated the last one counts. In a text with a fault of syntax all is found
/// that ends before it.
pub(super) fn locate(json: &str, paths: &[&Path<'_>]) -> Vec<Option<Found>> {
    let mut targets: Vec<_> = paths
        .iter()
        .enumerate()
        .map(|(index, path)| Target {
            steps: &path.steps,
            index,
        })
        .collect();
    targets.sort_by(|a, b| a.steps.cmp(b.steps));
    let found = RefCell::new(vec![None; paths.len()]);
    if !targets.is_empty() {
        let search = Search {
            json,
            targets: &targets,
            depth: 0,
            name: None,
            found: &found,
        };
        search.within(json);
    }
    found.into_inner()
}

/// A path, and its place in the list that was given.
struct Target<'p> {
    steps: &'p [Step<'p>],
    index: usize,
}

/// A search in one value, all of whose targets have come this way.
#[derive(Clone, Copy)]
struct Search<'j, 's> {
    json: &'j str,
    /// Sorted by their steps.
    targets: &'s [Target<'s>],
    depth: usize,
    /// The name of the member that the value is.
    name: Option<&'j str>,
    found: &'s RefCell<Vec<Option<Found>>>,
}

impl<'j> Search<'j, '_> {
    fn within(self, json: &'j str) {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        // What comes before a fault of syntax has been found; the rest can't be.
        let _ = self.deserialize(&mut deserializer);
    }

    /// The search for those targets that go on with a step, if there are any.
    fn step(self, step: &Step<'_>) -> Option<Self> {
        let next = |target: &Target<'_>| target.steps[self.depth].cmp(step);
        let start = self.targets.partition_point(|target| next(target).is_lt());
        let length = self.targets[start..].partition_point(|target| next(target).is_eq());
        let targets = &self.targets[start..start + length];
        (!targets.is_empty()).then_some(Self {
            targets,
            depth: self.depth + 1,
            name: None,
            ..self
        })
    }

    fn span(self, part: &str) -> Range<usize> {
        let start = part.as_ptr().addr() - self.json.as_ptr().addr();
        start..start + part.len()
    }

    /// Takes down where a value is, and looks for what is inside.
    fn arrive(mut self, value: &'j str) {
        let (here, deeper) = self.targets.split_at(
            self.targets
                .partition_point(|target| target.steps.len() == self.depth),
        );
        for target in here {
            self.found.borrow_mut()[target.index] = Some(Found {
                name: self.name.map(|name| self.span(name)),
                value: self.span(value),
            });
        }
        self.targets = deeper;
        if !deeper.is_empty() {
            self.within(value);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Search<'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let ends_here = |target: &Target<'_>| target.steps.len() == self.depth;
        // Sorted, a path comes before those that go on from it.
        if self.targets.first().is_some_and(ends_here) {
            let value: &RawValue = serde::Deserialize::deserialize(deserializer)?;
            self.arrive(value.get());
            return Ok(());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0.. {
            let element = match self.step(&Step::Index(index)) {
                Some(search) => seq.next_element_seed(search)?,
                None => seq.next_element::<IgnoredAny>()?.map(drop),
            };
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<&RawValue>()? {
            let key = serde_json::from_str::<String>(name.get()).unwrap_or_default();
            match self.step(&Step::Key(key.into())) {
                Some(search) => map.next_value_seed(Search {
                    name: Some(name.get()),
                    ..search
                })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[Step<'static>]) -> Path<'static> {
        Path {
            steps: steps.to_vec(),
        }
    }

    #[test]
    fn values_names_and_what_is_inside_them_are_found_at_once() {
        let json = r#" {"a": [1, {"b\u0063": "x"}], "d": null} "#;
        let key = |key: &'static str| Step::Key(key.into());
        let paths = [
            path(&[key("a"), Step::Index(1), key("bc")]),
            path(&[]),
            path(&[key("a")]),
            path(&[key("a"), Step::Index(0)]),
            path(&[key("a"), key("b")]),
            path(&[key("d"), Step::Index(0)]),
        ];
        let found = locate(json, &paths.each_ref());
        let values: Vec<_> = found
            .iter()
            .map(|found| found.as_ref().map(|found| &json[found.value.clone()]))
            .collect();
        assert_eq!(
            values,
            [
                Some(r#""x""#),
                Some(json.trim()),
                Some(r#"[1, {"b\u0063": "x"}]"#),
                Some("1"),
                None,
                None
            ]
        );
        let name = found[0].as_ref().and_then(|found| found.name.clone());
        assert_eq!(name.map(|name| &json[name]), Some(r#""b\u0063""#));
    }

    #[test]
    fn what_comes_before_a_fault_of_syntax_is_found() {
        let paths = [path(&[Step::Index(0)]), path(&[Step::Index(2)])];
        let found = locate("[1, 2, oops]", &paths.each_ref());
        assert_eq!(
            found[0].as_ref().map(|found| found.value.clone()),
            Some(1..2)
        );
        assert_eq!(found[1], None);
    }
}
