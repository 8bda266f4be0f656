//! From sources to a site.

use std::time::SystemTime;

use cds_metadata::Report;

use crate::site::Site;
use crate::source::Sources;

/// What came of [`compile`].
#[derive(Debug)]
pub struct Compiled {
    /// The site; `None` when the report has errors.
    pub site: Option<Site>,
    /// Everything that was found, sorted by file and place.
    pub report: Report,
}

/// Compiles the files of a site.
///
/// `now` is the time that rules about the future look at; `previous` is the site that is served
/// now, from which unchanged representations keep their `Last-Modified`.
pub fn compile(_sources: &Sources, _now: SystemTime, _previous: Option<&Site>) -> Compiled {
    Compiled {
        site: None,
        report: Report::new(),
    }
}
