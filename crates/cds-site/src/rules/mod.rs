//! The rules of a whole site, one file each.

pub mod file_unreadable;
pub mod route_conflict;
pub mod settings_invalid;

use cds_metadata::Rule;

/// Every rule of this crate, sorted by slug.
pub static TABLE: &[&Rule] = &[
    &file_unreadable::FILE_UNREADABLE,
    &route_conflict::ROUTE_CONFLICT,
    &settings_invalid::SETTINGS_INVALID,
];
