//! CDS-WG1-01 documents compiled once into ready HTTP responses.
//!
//! [`compile`] makes a [`Site`] of the files of a site, in memory, or a report of what is wrong
//! with them. A site is asked one question, [`Respond::respond`]: the answer to this request
//! head, or `None` if the request is someone else's. Adapters for HTTP stacks ask it and do
//! nothing else.
//!
//! ```
//! # fn sources() -> cds_site::Sources { cds_site::Sources::new() }
//! use std::time::SystemTime;
//! use cds_site::{Respond, Site, SiteHandle, compile};
//!
//! let handle = SiteHandle::new(Site::unavailable());
//! if let Some(site) = compile(&sources(), SystemTime::now(), None).site {
//!     handle.store(site);
//! }
//! let request = http::Request::get("/.well-known/cds-server-metadata.json").body(())?;
//! let response = handle.respond((&request).into()).ok_or("not ours")?;
//! assert_eq!(response.status(), 503);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Many sites in one process are a [`SiteSet`], which tells them apart by their hosts.
//!
//! What it doesn't do: it touches no file system and no socket, starts no threads and has no
//! clock. Bytes, entity tags and header fields are made when a site is compiled; an answer copies
//! one map of header fields and counts up references to the bytes. The exceptions: the usual pages
//! of a coverage listing are made when they are first asked for, and filtered and small ones, those
//! that begin elsewhere than the usual, and errors for each request.
//!
//! # Content codings
//!
//! What is compressible and between 200 bytes and 64 MiB long goes out in the coding that the
//! Client prefers (RFC 9110 §12.5.3); of equals in zstd, then br, then gzip. It goes plain when
//! that suits the Client better, when no coding makes it smaller, and when nothing suits: never
//! 406.
//!
//! A coding is made when Clients ask for it, not when the site is compiled: a reload takes no
//! longer for a large site, and what nobody asks for costs neither time nor memory. The next
//! version of the site keeps the codings of what it publishes unchanged, with the same header
//! fields: another `max_age` drops them all. All pages of a listing count as one document here.
//!
//! No request is held up for long. Each takes one coding that isn't made yet one step further, of
//! up to 2 MiB, which takes some 25 ms at most; with a smaller document that is all of it. Of a
//! larger one the first few who ask get the plain bytes, or a coding that they like less and that is
//! made already, and so does whoever asks while another thread takes a step.
//!
//! # Features
//!
//! `brotli` and `gzip`, on by default, and `zstd`: the content codings. zstd compiles a C library,
//! so it takes a C compiler; the others are Rust. `schema`: a JSON Schema of `site.toml`.

mod body;
mod changes;
mod check;
mod compile;
mod handle;
mod respond;
mod site;
mod site_set;
mod source;
mod stand_in;
mod typed;

pub mod rules;
#[cfg(feature = "schema")]
pub mod schema;

mod accept_encoding;
mod alias;
mod claim;
mod coded;
mod coding;
mod conditional;
mod coverage;
mod documents;
mod encoding;
mod endpoint;
mod etag;
mod fields;
mod geojson;
mod history;
mod host;
mod http_date;
mod last_modified;
mod link;
mod links;
mod listing;
mod location;
mod maintenance;
mod media_type;
mod moved;
mod outlines;
mod path;
mod percent;
mod placement;
mod problem;
mod publish;
mod qvalue;
mod redirects;
mod representation;
mod resource;
mod routes;
mod settings;
mod shards;

pub use body::Body;
/// The documents as types: to build them, or to read those of others.
pub use cds_metadata as metadata;
pub use cds_metadata::{
    Excerpt, Finding, Kind, Level, Place, Pointer, Report, Rule, Severities, Severity,
};
pub use changes::EntryChanges;
pub use check::{check_document, is_geojson};
pub use compile::{Compiled, Compiler, compile};
pub use documents::{Document, DocumentKind, MissingCapabilities, documents, missing_capabilities};
pub use geojson::check_geojson;
pub use handle::{Handle, SiteHandle, SiteSetHandle};
pub use respond::{RequestHead, Respond};
pub use site::Site;
pub use site_set::{Bind, SiteSet};
pub use source::{Source, Sources};
pub use stand_in::stand_in;
