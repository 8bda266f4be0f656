//! The rules, one file each, and the order in which an object is held to them.
//!
//! Each is a constant here. The modules that are public offer more than their rule: edits that
//! mend what it finds, and the check that takes two documents.

pub mod capabilities_not_union;
mod coverage_url_missing;
mod datetime_unusual;
pub(crate) mod duplicate_id;
mod duplicate_value;
mod empty_string;
pub mod entry_lists_coverage;
mod geographic_without_map;
mod id_with_space;
pub mod invalid_country;
mod invalid_datetime;
mod invalid_media_type;
mod invalid_url;
mod json_duplicate_key;
pub mod json_syntax;
mod listing_is_a_page;
mod map_type_missing;
mod missing_field;
mod near_miss_field;
mod not_https;
mod oauth_metadata_missing;
mod unknown_value;
mod unsupported_version;
mod updated_before_created;
mod updated_in_future;
pub(crate) mod wrong_type;

pub use capabilities_not_union::CAPABILITIES_NOT_UNION;
pub use coverage_url_missing::COVERAGE_URL_MISSING;
pub use datetime_unusual::DATETIME_UNUSUAL;
pub use duplicate_id::DUPLICATE_ID;
pub use duplicate_value::DUPLICATE_VALUE;
pub use empty_string::EMPTY_STRING;
pub use entry_lists_coverage::ENTRY_LISTS_COVERAGE;
pub use geographic_without_map::GEOGRAPHIC_WITHOUT_MAP;
pub use id_with_space::ID_WITH_SPACE;
pub use invalid_country::INVALID_COUNTRY;
pub use invalid_datetime::INVALID_DATETIME;
pub use invalid_media_type::INVALID_MEDIA_TYPE;
pub use invalid_url::INVALID_URL;
pub use json_duplicate_key::JSON_DUPLICATE_KEY;
pub use json_syntax::JSON_SYNTAX;
pub use listing_is_a_page::LISTING_IS_A_PAGE;
pub use map_type_missing::MAP_TYPE_MISSING;
pub use missing_field::MISSING_FIELD;
pub use near_miss_field::NEAR_MISS_FIELD;
pub use not_https::NOT_HTTPS;
pub use oauth_metadata_missing::OAUTH_METADATA_MISSING;
pub use unknown_value::UNKNOWN_VALUE;
pub use unsupported_version::UNSUPPORTED_VERSION;
pub use updated_before_created::UPDATED_BEFORE_CREATED;
pub use updated_in_future::UPDATED_IN_FUTURE;
pub use wrong_type::WRONG_TYPE;

use crate::draft::{Draft, EntryDraft, Item, MetadataDraft, Slot};
use crate::field::{Field, Shape};
use crate::likeness::Likeness;
use crate::listing::Listing;
use crate::locate::Step;
use crate::rule::Rule;
use crate::scope::Scope;

/// Every rule of this crate, sorted by slug.
pub static TABLE: &[&Rule] = &[
    &CAPABILITIES_NOT_UNION,
    &COVERAGE_URL_MISSING,
    &DATETIME_UNUSUAL,
    &DUPLICATE_ID,
    &DUPLICATE_VALUE,
    &EMPTY_STRING,
    &ENTRY_LISTS_COVERAGE,
    &GEOGRAPHIC_WITHOUT_MAP,
    &ID_WITH_SPACE,
    &INVALID_COUNTRY,
    &INVALID_DATETIME,
    &INVALID_MEDIA_TYPE,
    &INVALID_URL,
    &JSON_DUPLICATE_KEY,
    &JSON_SYNTAX,
    &LISTING_IS_A_PAGE,
    &MAP_TYPE_MISSING,
    &MISSING_FIELD,
    &NEAR_MISS_FIELD,
    &NOT_HTTPS,
    &OAUTH_METADATA_MISSING,
    &UNKNOWN_VALUE,
    &UNSUPPORTED_VERSION,
    &UPDATED_BEFORE_CREATED,
    &UPDATED_IN_FUTURE,
    &WRONG_TYPE,
];

/// The check of one field whose value has the right type.
type FieldCheck = fn(&'static Field, &Slot<'_>, &mut Scope<'_, '_>);

/// What each shape of field is held to.
fn field_checks(shape: Shape) -> &'static [FieldCheck] {
    match shape {
        Shape::Text | Shape::NullableText => &[empty_string::check],
        Shape::Version => &[unsupported_version::check],
        Shape::Datetime => &[invalid_datetime::check, datetime_unusual::check],
        Shape::PageUrl => &[invalid_url::check],
        Shape::EndpointUrl => &[invalid_url::check, not_https::check],
        Shape::EndpointUrls => &[invalid_url::check, not_https::check, duplicate_value::check],
        Shape::Country => &[invalid_country::check],
        Shape::MediaType => &[invalid_media_type::check],
        Shape::Capabilities => &[empty_string::check, duplicate_value::check],
        Shape::Word(_) => &[unknown_value::check],
        Shape::Words(_) => &[unknown_value::check, duplicate_value::check],
    }
}

/// Hands over the text in a field, or each text in its array, with the way to it.
fn each_text(field: &Field, slot: &Slot<'_>, mut check: impl FnMut(&str, &[Step<'_>])) {
    if let Some(text) = slot.text() {
        check(text, &[Step::Key(field.name)]);
    }
    for (index, item) in slot.list().iter().enumerate() {
        if let Item::Text(text) = item {
            check(text, &[Step::Key(field.name), Step::Index(index)]);
        }
    }
}

/// Holds a metadata object to the rules.
pub(crate) fn check_metadata_object(draft: &MetadataDraft<'_>, scope: &mut Scope<'_, '_>) {
    if wrong_type::is_mistaken(Likeness::MetadataObject, draft, scope) {
        return;
    }
    check_object(draft, scope);
    coverage_url_missing::check(draft, scope);
    oauth_metadata_missing::check(draft, scope);
    check_names(draft, scope);
}

/// Holds a coverage entry to the rules.
pub(crate) fn check_coverage_entry(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    if wrong_type::is_mistaken(Likeness::CoverageEntry, draft, scope) {
        return;
    }
    check_object(draft, scope);
    entry_lists_coverage::check(draft, scope);
    geographic_without_map::check(draft, scope);
    id_with_space::check(draft, scope);
    map_type_missing::check(draft, scope);
    check_names(draft, scope);
}

/// Holds the outside of a coverage listing to the rules.
pub(crate) fn check_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    if wrong_type::is_mistaken_listing(listing, scope) {
        return;
    }
    if listing.repeated_key {
        json_duplicate_key::find(scope, &["coverage_entries"]);
    }
    missing_field::check_listing(listing, scope);
    wrong_type::check_listing(listing, scope);
    listing_is_a_page::check(listing, scope);
    let known = ["coverage_entries", "next", "previous"].into_iter();
    near_miss_field::check(&listing.extensions, &known, scope);
}

fn check_object<const N: usize>(draft: &Draft<'_, N>, scope: &mut Scope<'_, '_>) {
    if draft.repeated_key {
        json_duplicate_key::find(scope, &[]);
    }
    for (field, slot) in draft.fields() {
        if !slot.is_present() {
            missing_field::check(field, &draft.extensions, scope);
        } else if slot.fits(field.shape) {
            for check in field_checks(field.shape) {
                check(field, slot, scope);
            }
        } else {
            wrong_type::find(field, slot, scope);
        }
    }
    updated_before_created::check(draft, scope);
    updated_in_future::check(draft, scope);
}

/// After all checks that may say of a name that it is misspelt.
fn check_names<const N: usize>(draft: &Draft<'_, N>, scope: &mut Scope<'_, '_>) {
    let known = draft.table.iter().map(|field| field.name);
    near_miss_field::check(&draft.extensions, &known, scope);
}
