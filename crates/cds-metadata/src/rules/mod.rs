//! The rules, one file each, and the order in which an object is held to them.

pub mod capabilities_not_union;
pub mod coverage_url_missing;
pub mod datetime_unusual;
pub mod duplicate_id;
pub mod duplicate_value;
pub mod empty_string;
pub mod entry_lists_coverage;
pub mod geographic_without_map;
pub mod id_with_space;
pub mod invalid_country;
pub mod invalid_datetime;
pub mod invalid_media_type;
pub mod invalid_url;
pub mod json_duplicate_key;
pub mod json_syntax;
pub mod listing_is_a_page;
pub mod map_type_missing;
pub mod missing_field;
pub mod near_miss_field;
pub mod not_https;
pub mod oauth_metadata_missing;
pub mod unknown_value;
pub mod unsupported_version;
pub mod updated_before_created;
pub mod updated_in_future;
pub mod wrong_type;

use crate::draft::{Draft, EntryDraft, Item, MetadataDraft, Slot};
use crate::field::{Field, Shape};
use crate::likeness::Likeness;
use crate::listing::Listing;
use crate::locate::Step;
use crate::rule::Rule;
use crate::scope::Scope;

/// Every rule of this crate, sorted by slug.
pub static TABLE: &[&Rule] = &[
    &capabilities_not_union::CAPABILITIES_NOT_UNION,
    &coverage_url_missing::COVERAGE_URL_MISSING,
    &datetime_unusual::DATETIME_UNUSUAL,
    &duplicate_id::DUPLICATE_ID,
    &duplicate_value::DUPLICATE_VALUE,
    &empty_string::EMPTY_STRING,
    &entry_lists_coverage::ENTRY_LISTS_COVERAGE,
    &geographic_without_map::GEOGRAPHIC_WITHOUT_MAP,
    &id_with_space::ID_WITH_SPACE,
    &invalid_country::INVALID_COUNTRY,
    &invalid_datetime::INVALID_DATETIME,
    &invalid_media_type::INVALID_MEDIA_TYPE,
    &invalid_url::INVALID_URL,
    &json_duplicate_key::JSON_DUPLICATE_KEY,
    &json_syntax::JSON_SYNTAX,
    &listing_is_a_page::LISTING_IS_A_PAGE,
    &map_type_missing::MAP_TYPE_MISSING,
    &missing_field::MISSING_FIELD,
    &near_miss_field::NEAR_MISS_FIELD,
    &not_https::NOT_HTTPS,
    &oauth_metadata_missing::OAUTH_METADATA_MISSING,
    &unknown_value::UNKNOWN_VALUE,
    &unsupported_version::UNSUPPORTED_VERSION,
    &updated_before_created::UPDATED_BEFORE_CREATED,
    &updated_in_future::UPDATED_IN_FUTURE,
    &wrong_type::WRONG_TYPE,
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
