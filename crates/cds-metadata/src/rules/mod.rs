//! The rules, one file each, and the order in which an object is held to them.

pub mod capabilities_not_union;
pub mod coverage_url_missing;
pub mod duplicate_id;
pub mod invalid_datetime;
pub mod invalid_url;
pub mod json_duplicate_key;
pub mod json_syntax;
pub mod missing_field;
pub mod unknown_value;
pub mod wrong_type;

use crate::draft::{Draft, Slot};
use crate::entry::EntryDraft;
use crate::field::{Field, Shape};
use crate::listing::Listing;
use crate::metadata::MetadataDraft;
use crate::rule::Rule;
use crate::scope::Scope;

/// Every rule of this crate, sorted by slug.
pub static TABLE: &[&Rule] = &[
    &capabilities_not_union::CAPABILITIES_NOT_UNION,
    &coverage_url_missing::COVERAGE_URL_MISSING,
    &duplicate_id::DUPLICATE_ID,
    &invalid_datetime::INVALID_DATETIME,
    &invalid_url::INVALID_URL,
    &json_duplicate_key::JSON_DUPLICATE_KEY,
    &json_syntax::JSON_SYNTAX,
    &missing_field::MISSING_FIELD,
    &unknown_value::UNKNOWN_VALUE,
    &wrong_type::WRONG_TYPE,
];

/// The check of one field whose value has the right type.
type FieldCheck = fn(&'static Field, &Slot<'_>, &mut Scope<'_, '_>);

/// What each shape of field is held to.
fn field_checks(shape: Shape) -> &'static [FieldCheck] {
    match shape {
        Shape::Datetime => &[invalid_datetime::check],
        Shape::PageUrl | Shape::EndpointUrl => &[invalid_url::check],
        Shape::EndpointUrls => &[invalid_url::check_list],
        Shape::Word(_) | Shape::Words(_) => &[unknown_value::check],
        Shape::Text
        | Shape::NullableText
        | Shape::Version
        | Shape::Country
        | Shape::MediaType
        | Shape::Capabilities => &[],
    }
}

/// Holds a metadata object to the rules.
pub(crate) fn check_metadata_object(draft: &MetadataDraft<'_>, scope: &mut Scope<'_, '_>) {
    check_object(draft, scope);
    coverage_url_missing::check(draft, scope);
}

/// Holds a coverage entry to the rules.
pub(crate) fn check_coverage_entry(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    check_object(draft, scope);
}

/// Holds the outside of a coverage listing to the rules.
pub(crate) fn check_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    if listing.repeated_key {
        json_duplicate_key::find(scope, &["coverage_entries"]);
    }
    missing_field::check_listing(listing, scope);
    wrong_type::check_listing(listing, scope);
}

fn check_object<const N: usize>(draft: &Draft<'_, N>, scope: &mut Scope<'_, '_>) {
    if draft.repeated_key {
        json_duplicate_key::find(scope, &[]);
    }
    for (field, slot) in draft.fields() {
        if !slot.is_present() {
            missing_field::check(field, scope);
        } else if field.shape.admits(slot) {
            for check in field_checks(field.shape) {
                check(field, slot, scope);
            }
        } else {
            wrong_type::find(field, slot, scope);
        }
    }
}
