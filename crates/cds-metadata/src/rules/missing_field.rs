//! `missing-field`

use crate::field::Field;
use crate::listing::Listing;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
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
    /// Add the field. `entity_abbreviation` may be `null`, and arrays may be empty, but the
    /// field must be there.
    pub static MISSING_FIELD: Rule =
        "missing-field", Error, Spec, "CDS-WG1-01 §3.2, §4.1, §4.3", structural;
}

pub(crate) fn check(field: &'static Field, scope: &mut Scope<'_, '_>) {
    if field.required {
        let help = format!("add {}", example(field.name));
        find(scope, field.name, &help);
    }
}

pub(crate) fn check_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    if listing.entries.is_none() {
        let help = match listing.slip_of_entries() {
            Some(slip) => format!("write `coverage_entries` instead of `{}`", shown(slip)),
            None => {
                "a coverage listing has its entries in `\"coverage_entries\": [ … ]`".to_owned()
            }
        };
        find(scope, "coverage_entries", &help);
    }
}

fn find(scope: &mut Scope<'_, '_>, name: &str, help: &str) {
    scope.find(&MISSING_FIELD, Spot::Missing(name), || {
        Words::new(format!("the field `{name}` is missing")).help(help)
    });
}

/// A field as it could be written.
fn example(name: &str) -> String {
    let value = match name {
        "cds_metadata_version" => r#""v1""#,
        "cds_metadata_url" => r#""https://example.org/.well-known/cds-server-metadata.json""#,
        "created" | "updated" => r#""2026-01-31T12:00:00Z""#,
        "website" | "documentation" | "support" => r#""https://example.org/…""#,
        "capabilities" => "[ … ]",
        "entity_abbreviation" => "null",
        "country" => r#""US""#,
        "type" => r#""geographic""#,
        "role" => r#""official""#,
        "infrastructure_types" => r#"[ "distribution_utility" ]"#,
        "commodity_types" => r#"[ "electricity" ]"#,
        _ => r#""…""#,
    };
    format!("`\"{name}\": {value}`")
}
