//! A metadata endpoint (CDS-WG1-01 §3): a metadata object and the coverage that belongs to it.

use std::time::SystemTime;

use cds_metadata::rules::capabilities_not_union;
use cds_metadata::{MetadataObject, Report};

use crate::coverage::Coverage;
use crate::rules::{file_unreadable, not_canonical_url};
use crate::settings::Settings;
use crate::source::{Source, Sources};

/// The file of a metadata object.
pub(crate) const METADATA_FILE: &str = "cds-server-metadata.json";

/// One directory of documents.
#[derive(Debug)]
pub(crate) struct Endpoint<'s> {
    /// What the paths of its files begin with: empty for the site's own, else `name/`.
    pub(crate) prefix: String,
    /// The metadata object and its file; `None` if it is faulty or not there.
    pub(crate) metadata: Option<(&'s Source, MetadataObject<'s>)>,
    pub(crate) coverage: Option<Coverage<'s>>,
    /// Whether there are files that its documents may link to.
    pub(crate) has_files: bool,
    report: Report,
}

impl<'s> Endpoint<'s> {
    /// Reads the site's own endpoint and the further ones, by directory name.
    pub(crate) fn read_all(
        sources: &'s Sources,
        settings: &Settings,
        now: SystemTime,
        report: &mut Report,
    ) -> Vec<Self> {
        // A site that has moved needs no documents.
        let is_needed = settings.moved.is_none();
        // What is there but can't be read has been told by whoever tried.
        let is_missing =
            sources.get(METADATA_FILE).is_none() && !sources.is_unreadable(METADATA_FILE);
        if is_needed && is_missing {
            report.push(file_unreadable::missing(METADATA_FILE));
        }
        prefixes(sources)
            .map(|prefix| Self::read(sources, prefix, now))
            .collect()
    }

    fn read(sources: &'s Sources, prefix: String, now: SystemTime) -> Self {
        let coverage = Coverage::read(sources, &prefix, now);
        let has_files = has_files(sources, &prefix);
        let mut report = Report::new();
        let metadata = sources
            .get(&format!("{prefix}{METADATA_FILE}"))
            .and_then(|source| {
                let now = Some(now.into());
                let (object, findings) = MetadataObject::parse(&source.path, &source.bytes, now);
                report.merge(findings);
                Some((source, object?))
            });
        if let Some((source, object)) = &metadata {
            if let Some(coverage) = &coverage {
                let summary = coverage.summary();
                let (name, bytes) = (&source.path, &source.bytes);
                capabilities_not_union::check(name, bytes, object, summary, &mut report);
            }
            if prefix.is_empty() {
                not_canonical_url::check(source, object, &mut report);
            }
        }
        Self {
            prefix,
            metadata,
            coverage,
            has_files,
            report,
        }
    }

    /// Whether this is the site's own endpoint, at the well-known path.
    pub(crate) fn is_top(&self) -> bool {
        self.prefix.is_empty()
    }

    /// What was found in its documents.
    pub(crate) fn into_report(self) -> Report {
        let mut report = self.report;
        if let Some(coverage) = self.coverage {
            report.merge(coverage.into_report());
        }
        report
    }
}

/// The folders of the files that the documents of the endpoint with this prefix may link to: it has
/// its own, and the site has one for all of them.
pub(crate) fn folders(prefix: &str) -> [String; 2] {
    [format!("{prefix}public/"), "public/".to_owned()]
}

/// Whether there are such files.
pub(crate) fn has_files(sources: &Sources, prefix: &str) -> bool {
    let mut folders = folders(prefix).into_iter();
    folders.any(|folder| !sources.under(&folder).is_empty())
}

/// The prefixes of all endpoints: of the site's own, then of the further ones.
pub(crate) fn prefixes(sources: &Sources) -> impl Iterator<Item = String> {
    std::iter::once(String::new()).chain(sources.iter().filter_map(further_prefix))
}

/// The prefix of a further endpoint, if this file is its metadata object.
fn further_prefix(source: &Source) -> Option<String> {
    let name = source.path.strip_suffix(METADATA_FILE)?.strip_suffix('/')?;
    let is_further = !name.contains('/') && !matches!(name, "public" | "coverage");
    is_further.then(|| format!("{name}/"))
}
