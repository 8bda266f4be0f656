//! `json-duplicate-key`

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::pointer::Pointer;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::shown;
use crate::text::offset_within;
use crate::walk::{Keys, visit_scalars};

rule! {
    /// ## What it checks
    ///
    /// No object has the same field twice.
    ///
    /// ## Why it matters
    ///
    /// JSON does not say which of the two counts: some Clients take the first, some the last,
    /// some refuse the document. What is published then depends on who reads it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "Demo Gas", "name": "Demo Gas & Electric" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Remove all but one. Where all fields come again from one place on, two objects have run
    /// together there: write `}, {` between them.
    pub static JSON_DUPLICATE_KEY: Rule =
        "json-duplicate-key", Error, Spec, "RFC 8259 §4", structural;
}

/// Finds the fields that come again in the scope's object or inside it, except in the members
/// named, which are checked elsewhere.
///
/// One pass over the object: every key is read together with its place.
pub(crate) fn find(scope: &mut Scope<'_, '_>, except: &[&str]) {
    let object = scope.object;
    let mut search = Search {
        object,
        except,
        pointer: Pointer::root(),
        scope,
    };
    let mut deserializer = serde_json::Deserializer::from_str(object);
    // What could not be read is a finding already.
    let _ = search.deserialize(&mut deserializer);
}

struct Search<'x, 's, 'r> {
    object: &'x str,
    except: &'x [&'x str],
    /// Where the value is that is read now.
    pointer: Pointer,
    scope: &'x mut Scope<'s, 'r>,
}

impl Search<'_, '_, '_> {
    /// Tells of the fields that an object has again, in their order, each with the text of its key.
    fn tell(&mut self, again: &[(&str, String)], first: Option<&str>) {
        if let [(key, name), more @ ..] = again
            && more.len() >= 2
            && first == Some(name)
        {
            let more = more.len();
            self.find(key, name, |name| {
                Words::new(format!(
                    "the field `{name}` and {more} more are written a second time from here on"
                ))
                .help(format!(
                    "if another object begins here, write `}}, {{` before `\"{name}\"`, else remove \
                     one of each"
                ))
            });
            return;
        }
        for (key, name) in again {
            self.find(key, name, |name| {
                Words::new(format!(
                    "the field `{name}` is written twice in this object"
                ))
                .help("remove all but one of them")
            });
        }
    }

    fn find(&mut self, key: &str, name: &str, words: impl FnOnce(&str) -> Words) {
        let here = self.pointer.len();
        self.pointer.push_key(name);
        let start = offset_within(self.object, key);
        let spot = Spot::Bytes(&self.pointer, start, start + key.len());
        self.scope
            .find(&JSON_DUPLICATE_KEY, spot, || words(&shown(name)));
        self.pointer.truncate(here);
    }
}

impl<'de> DeserializeSeed<'de> for &mut Search<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Search<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    visit_scalars!(|_| ());

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let here = self.pointer.len();
        for index in 0.. {
            self.pointer.push_index(index);
            let element = seq.next_element_seed(&mut *self)?;
            self.pointer.truncate(here);
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let here = self.pointer.len();
        let (mut names, mut first, mut again) = (Keys::default(), None, Vec::new());
        while let Some(key) = map.next_key::<&RawValue>()? {
            let name: String = serde_json::from_str(key.get()).map_err(A::Error::custom)?;
            self.pointer.push_key(&name);
            if here == 0 && self.except.contains(&name.as_str()) {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(&mut *self)?;
            }
            self.pointer.truncate(here);
            if names.contains(&name) {
                again.push((key.get(), name));
            } else {
                first.get_or_insert_with(|| name.clone());
                names.insert(name);
            }
        }
        self.tell(&again, first.as_deref());
        Ok(())
    }
}
