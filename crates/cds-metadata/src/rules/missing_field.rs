//! `missing-field`

use crate::absent::{self, Unknown};
use crate::field::Field;
use crate::listing::Listing;
use crate::locate::members;
use crate::rule;
use crate::scope::{Scope, Words};
use crate::shown::shown;

rule! {
    /// ## What it checks
    ///
    /// Every field that the specification requires is there: in the metadata object, in the
    /// coverage listing and in each coverage entry.
    ///
    /// ## Why it matters
    ///
    /// Clients read documents into fixed types. One required field that is missing fails the
    /// whole document there, not just the field.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "dge_elec_west", "name": "Western electric service territory" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Add the field, or correct its name where it is there, but misspelt. `entity_abbreviation`
    /// may be `null`, and lists may be empty, but the field must be there.
    pub static MISSING_FIELD: Rule =
        "missing-field", Error, Spec, "CDS-WG1-01 §3.2, §4.1, §4.3", structural;
}

pub(crate) fn check(field: &'static Field, unknown: Unknown<'_, '_>, scope: &mut Scope<'_, '_>) {
    if field.required {
        absent::find(&MISSING_FIELD, field.name, unknown, scope, || {
            let words = words(field.name);
            match object_with(field.name, unknown) {
                Some(object) => words.help(format!(
                    "it stands inside of `{}`: move it out of the braces",
                    shown(object)
                )),
                None => words.help(format!("add `{}`", field.example())),
            }
        });
    }
}

pub(crate) fn check_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    if listing.entries.is_none() {
        let (name, unknown) = ("coverage_entries", &listing.extensions);
        absent::find(&MISSING_FIELD, name, unknown, scope, || {
            words(name).help("a coverage listing has its entries in `\"coverage_entries\": [ … ]`")
        });
    }
}

fn words(name: &str) -> Words {
    Words::new(format!("the field `{name}` is missing"))
}

/// The field that holds an object which the field of this name stands in.
fn object_with<'u>(name: &str, unknown: Unknown<'u, '_>) -> Option<&'u str> {
    let has = |json: &str| {
        let members = members(json).into_iter().flatten();
        members
            .filter_map(|member| member.name())
            .any(|it| it == name)
    };
    let mut objects = unknown.iter().filter(|(_, value)| has(value.get()));
    objects.next().map(|(object, _)| &**object)
}
