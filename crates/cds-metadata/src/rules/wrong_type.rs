//! `wrong-type`

use crate::draft::{Item, Slot};
use crate::field::Field;
use crate::listing::Listing;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::walk::JsonType;

rule! {
    /// ## What it checks
    ///
    /// Each field holds the JSON type that the specification gives it: a string, an array of
    /// strings, and for `entity_abbreviation` a string or `null`.
    ///
    /// ## Why it matters
    ///
    /// Clients read documents into fixed types. A number where a string belongs fails the whole
    /// document there.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "capabilities": "coverage" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the value in the type asked for: strings in quotation marks, arrays in brackets.
    /// Leave an optional field out instead of giving it `null`.
    pub static WRONG_TYPE: Rule =
        "wrong-type", Error, Spec, "CDS-WG1-01 §3.2, §4.1, §4.3", structural;
}

/// A field that holds another type than its shape admits.
pub(crate) fn find(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    if let (Slot::List(items), true) = (slot, field.shape.is_list()) {
        for (index, item) in items.iter().enumerate() {
            if let Item::Other(found) = item {
                element(field.name, index, *found, scope);
            }
        }
        return;
    }
    let found = slot.json_type();
    let expected = field.shape.expected();
    scope.find(&WRONG_TYPE, Spot::Value(&[Step::Key(field.name)]), || {
        let words = Words::new(format!("`{}` must be {expected}, not {found}", field.name));
        match found {
            JsonType::Null if !field.required => words.help("leave the field out instead"),
            JsonType::String if field.shape.is_list() => {
                words.help("put it in brackets: `[ \"…\" ]`")
            }
            JsonType::Number | JsonType::Boolean if !field.shape.is_list() => {
                words.help("put the value in quotation marks")
            }
            JsonType::Array if !field.shape.is_list() => {
                words.help("write one value, without brackets")
            }
            _ => words.help(format!("write {expected}")),
        }
    });
}

/// A document, or an element of an array, that is no object.
pub(crate) fn document(scope: &mut Scope<'_, '_>, what: &str, found: JsonType) {
    scope.find(&WRONG_TYPE, Spot::Object, || {
        Words::new(format!("{what} must be an object, not {found}"))
            .help("an object is written in braces: `{ \"field\": \"value\" }`")
    });
}

/// The members of a listing.
pub(crate) fn check_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    if let Some(found) = listing.entries.filter(|found| *found != JsonType::Array) {
        member("coverage_entries", "an array", found, scope);
    }
    for (name, slot) in [("next", &listing.next), ("previous", &listing.previous)] {
        if !matches!(slot, Slot::Absent | Slot::Null | Slot::Text(_)) {
            member(name, "null or a string", slot.json_type(), scope);
        }
    }
}

fn member(name: &str, expected: &str, found: JsonType, scope: &mut Scope<'_, '_>) {
    scope.find(&WRONG_TYPE, Spot::Value(&[Step::Key(name)]), || {
        Words::new(format!("`{name}` must be {expected}, not {found}"))
            .help(format!("write {expected}"))
    });
}

fn element(name: &str, index: usize, found: JsonType, scope: &mut Scope<'_, '_>) {
    scope.find(
        &WRONG_TYPE,
        Spot::Value(&[Step::Key(name), Step::Index(index)]),
        || {
            Words::new(format!(
                "`{name}` must be an array of strings, but {found} is in it"
            ))
            .help("put each element in quotation marks")
        },
    );
}
