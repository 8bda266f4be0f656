//! CDS-WG1-01 documents compiled once into ready HTTP responses.

mod body;
mod compile;
mod handle;
mod respond;
mod site;
mod source;

pub use body::Body;
pub use cds_metadata::{Excerpt, Finding, Kind, Place, Pointer, Report, Rule, Severity};
pub use compile::{Compiled, compile};
pub use handle::SiteHandle;
pub use respond::{RequestHead, Respond};
pub use site::Site;
pub use source::{Source, Sources};
