//! `json-duplicate-key`

use std::collections::HashSet;

use crate::locate::{elements, members};
use crate::pointer::Pointer;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::text::offset_within;

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
    /// Remove all but one.
    pub static JSON_DUPLICATE_KEY: Rule =
        "json-duplicate-key", Error, Spec, "RFC 8259 §4", structural;
}

/// Finds the fields that come again in the scope's object or inside it, except in the members
/// named, which are checked elsewhere.
pub(crate) fn find(scope: &mut Scope<'_, '_>, except: &[&str]) {
    let object = scope.object;
    let mut search = Search {
        object,
        except,
        scope,
    };
    search.value(object, &Pointer::root());
}

struct Search<'s, 'r, 'x, 't> {
    object: &'s str,
    except: &'x [&'x str],
    scope: &'x mut Scope<'t, 'r>,
}

impl<'s> Search<'s, '_, '_, '_> {
    fn value(&mut self, json: &'s str, pointer: &Pointer) {
        for (index, element) in elements(json).into_iter().flatten().enumerate() {
            if element.starts_with(['{', '[']) {
                self.value(element, &pointer.clone().index(index));
            }
        }
        let mut names = HashSet::new();
        for member in members(json).into_iter().flatten() {
            let name = member.name().unwrap_or_default();
            let inside = pointer.clone().key(&name);
            let is_top = json.len() == self.object.len();
            let is_excepted = is_top && self.except.contains(&name.as_str());
            if member.value.starts_with(['{', '[']) && !is_excepted {
                self.value(member.value, &inside);
            }
            if names.contains(&name) {
                self.repeated(member.key, &name, &inside);
            }
            names.insert(name);
        }
    }

    fn repeated(&mut self, key: &str, name: &str, pointer: &Pointer) {
        let start = offset_within(self.object, key);
        let spot = Spot::Bytes(pointer, start, start + key.len());
        self.scope.find(&JSON_DUPLICATE_KEY, spot, || {
            Words::new(format!(
                "the field `{name}` is written twice in this object"
            ))
            .help("remove all but one of them")
        });
    }
}
