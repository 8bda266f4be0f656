//! CDS-WG1-01 documents.

mod finding;
mod pointer;
mod report;
mod rule;
pub mod rules;

pub use finding::{Excerpt, Finding, Place, Severity};
pub use pointer::Pointer;
pub use report::{Omitted, Report};
pub use rule::{Kind, Rule};
