//! From sources to a site.

use std::time::SystemTime;

use cds_metadata::{Report, Severities};

use crate::endpoint::Endpoint;
use crate::publish::Publisher;
use crate::settings::Settings;
use crate::site::Site;
use crate::source::Sources;

/// What came of compiling a site.
#[derive(Debug)]
pub struct Compiled {
    /// The site; `None` when the report has errors, or when the metadata object is among what could
    /// not be read ([`Sources::insert_unreadable`]), which whoever tried has to tell.
    pub site: Option<Site>,
    /// Everything that was found, sorted by file and place.
    pub report: Report,
}

/// How a site is compiled.
///
/// ```
/// use std::time::SystemTime;
/// use cds_site::{Compiler, Source, Sources};
///
/// let now = SystemTime::now();
/// let mut sources = Sources::new();
/// sources.insert(Source::new("cds-server-metadata.json", r#"{ "name": "Demo" "#, now));
/// let compiled = Compiler::new(now).compile(&sources);
/// assert!(compiled.site.is_none());
/// assert_eq!(compiled.report.findings()[0].message, "the file ends, but the `{` of line 1 is not closed");
/// ```
#[derive(Debug, Clone)]
pub struct Compiler<'p> {
    now: SystemTime,
    previous: Option<&'p Site>,
    severities: Severities,
}

impl<'p> Compiler<'p> {
    /// Compiles as of `now`, which datetimes are compared to.
    pub const fn new(now: SystemTime) -> Self {
        Self {
            now,
            previous: None,
            severities: Severities::new(),
        }
    }

    /// Compiles what is to take the place of another site.
    ///
    /// What differs from it was last modified now; what doesn't keeps its `Last-Modified`.
    /// Without a previous site, or after one that was never good, that is the time the files
    /// were changed, but never after now.
    #[must_use]
    pub fn previous(mut self, previous: Option<&'p Site>) -> Self {
        self.previous = match previous {
            Some(site) if site.was_good() => previous,
            _ => None,
        };
        self
    }

    /// Gives rules other severities. They come before those that `site.toml` gives.
    #[must_use]
    pub fn severities(mut self, severities: Severities) -> Self {
        self.severities = severities;
        self
    }

    /// Compiles the files of a site.
    pub fn compile(self, sources: &Sources) -> Compiled {
        let mut report = Report::new();
        let settings = Settings::read(sources, self.now, &mut report);
        let endpoints = Endpoint::read_all(sources, &settings, self.now, &mut report);
        let publisher = Publisher::new(sources, &settings, self.now, self.previous, &mut report);
        let site = publisher.publish(&endpoints);
        for endpoint in endpoints {
            report.merge(endpoint.into_report());
        }
        let mut severities = settings.severities;
        severities.extend(&self.severities);
        report.apply(&severities);
        report.sort();
        let site = site.filter(|_| !report.has_errors());
        Compiled {
            site: site.map(|site| site.judged_by(severities)),
            report,
        }
    }
}

/// Compiles the files of a site with all rules at their own severities: see [`Compiler`].
pub fn compile(sources: &Sources, now: SystemTime, previous: Option<&Site>) -> Compiled {
    Compiler::new(now).previous(previous).compile(sources)
}
