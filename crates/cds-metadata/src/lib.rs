//! Documents of CDS-WG1-01 *Server Metadata*: typed, parsed with positions, checked.
//!
//! A Server publishes a [`MetadataObject`] and, if it offers the capability `coverage`, a listing
//! of [`CoverageEntry`]s. This crate reads both from bytes and tells everything that is wrong
//! with them, each [`Finding`] with its place, a JSON Pointer, and words for the person who has
//! to mend it.
//!
//! ```
//! use cds_metadata::MetadataObject;
//!
//! let (object, report) = MetadataObject::parse("cds.json", br#"{ "name": "Demo" }"#, None);
//! assert!(object.is_none());
//! assert_eq!(
//!     report.findings()[0].to_string(),
//!     "cds.json:1:1: error[missing-field]: the field `cds_metadata_version` is missing",
//! );
//! ```
//!
//! What it doesn't do: it reads no files, opens no sockets, has no clock and knows nothing of
//! HTTP. Findings are its only output; nothing is logged.
//!
//! A document without faults is read once, into borrowed types, and no tree of positions is
//! built. A position is looked up only when there is something to say about it.

mod coverage;
mod datetime;
mod entry;
mod extensions;
mod metadata;
mod parse;
mod summary;
mod url;
mod vocabulary;

mod finding;
mod place;
mod pointer;
mod report;
mod rule;
pub mod rules;
#[cfg(feature = "schema")]
pub mod schema;
mod severities;
mod severity;

mod check;
mod mend;

mod absent;
mod cursor;
mod draft;
mod encoding_help;
mod field;
mod likeness;
mod listing;
mod locate;
mod meant;
mod scope;
mod shown;
mod similar;
mod syntax;
mod syntax_context;
mod syntax_help;
mod text;
mod walk;

pub use check::{check_document, is_coverage};
pub use coverage::{AuthoredEntry, CoverageForm, CoverageReader, EntryPosition};
pub use datetime::{Datetime, Timestamp};
pub use entry::CoverageEntry;
pub use extensions::Extensions;
pub use finding::Finding;
pub use mend::{Earlier, Edit, Verb};
pub use metadata::MetadataObject;
pub use place::{Excerpt, Place};
pub use pointer::Pointer;
pub use report::{Omitted, Report};
pub use rule::{Kind, Rule};
pub use severities::{Level, Severities, TooLow, UnknownLevel};
pub use severity::Severity;
pub use shown::{quoted, shown};
pub use similar::nearest;
pub use summary::CoverageSummary;
pub use syntax::{SyntaxFaults, explain_syntax};
pub use url::{Url, UrlParts};
pub use vocabulary::{CommodityType, EntryRole, EntryType, InfrastructureType};
