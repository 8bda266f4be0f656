//! One coverage listing made of all the files that hold its entries.

use std::cmp::Reverse;
use std::time::SystemTime;

use bytes::Bytes;
use cds_metadata::{
    AuthoredEntry, CoverageForm, CoverageReader, CoverageSummary, Extensions, Instant, Report, Url,
};

use crate::links::{Kind, Link};
use crate::source::{Source, Sources};

/// The file of the whole listing.
const LISTING_FILE: &str = "cds-coverage.json";

/// The folder of further entries.
const PARTS_FOLDER: &str = "coverage/";

/// The entries of all files, in the order of the listing.
#[derive(Debug)]
pub(crate) struct Coverage<'s> {
    entries: Vec<Entry<'s>>,
    extensions: Extensions<'s>,
    modified: SystemTime,
    summary: CoverageSummary,
    report: Report,
}

/// What is kept of an entry.
#[derive(Debug)]
struct Entry<'s> {
    updated: Instant,
    id: String,
    /// As its author wrote it.
    json: Bytes,
    map: Option<(Url<'s>, Option<String>)>,
    geojson: Option<Url<'s>>,
}

impl<'s> Coverage<'s> {
    /// Reads the files; `None` if there are none. Datetimes after `now` are warned about.
    pub(crate) fn read(sources: &'s Sources, now: SystemTime) -> Option<Self> {
        let files: Vec<_> = sources.iter().filter_map(form).collect();
        let modified = files.iter().map(|(source, _)| source.modified).max()?;
        let mut reader = CoverageReader::new(Some(now.into()));
        let mut entries = Vec::new();
        let mut extensions = Extensions::new();
        for (source, form) in files {
            let members = reader.read(&source.path, &source.bytes, form, &mut |authored| {
                entries.push(Entry::new(source, authored));
            });
            if source.path == LISTING_FILE {
                extensions = members;
            }
        }
        // Newest first over the whole listing (CDS-WG1-01 §4.1); ids make the order of equals
        // the same on every replica.
        entries.sort_by(|a: &Entry<'_>, b| {
            (Reverse(a.updated), &a.id).cmp(&(Reverse(b.updated), &b.id))
        });
        let (summary, report) = reader.finish();
        Some(Self {
            entries,
            extensions,
            modified,
            summary,
            report,
        })
    }

    /// Whether there are files to read.
    pub(crate) fn is_in(sources: &Sources) -> bool {
        sources.iter().any(|source| form(source).is_some())
    }

    pub(crate) const fn summary(&self) -> &CoverageSummary {
        &self.summary
    }

    pub(crate) const fn modified(&self) -> SystemTime {
        self.modified
    }

    pub(crate) fn into_report(self) -> Report {
        self.report
    }

    /// The listing as it is published (CDS-WG1-01 §4.1), made of the authors' bytes.
    pub(crate) fn segments(&self) -> Vec<Bytes> {
        let mut segments = Vec::with_capacity(2 * self.entries.len() + 1);
        let mut separator = Bytes::from_static(b"{\"coverage_entries\":[\n");
        for entry in &self.entries {
            segments.push(separator);
            segments.push(entry.json.clone());
            separator = Bytes::from_static(b",\n");
        }
        if self.entries.is_empty() {
            segments.push(separator);
        }
        segments.push(self.end());
        segments
    }

    /// What follows the entries.
    fn end(&self) -> Bytes {
        let mut end = String::from("\n],\"next\":null,\"previous\":null");
        for (name, value) in self.extensions.iter() {
            let quoted = serde_json::to_string(name).unwrap_or_default();
            end.push_str(&format!(",{quoted}:{value}"));
        }
        end.push('}');
        end.into()
    }

    /// What the entries link to.
    pub(crate) fn links(&self) -> impl Iterator<Item = Link<'_>> {
        self.entries.iter().flat_map(|entry| {
            let map = entry.map.as_ref().map(|(url, content_type)| Link {
                url: url.as_str(),
                kind: Kind::Map(content_type.as_deref()),
            });
            let geojson = entry.geojson.as_ref().map(|url| Link {
                url: url.as_str(),
                kind: Kind::GeoJson,
            });
            map.into_iter().chain(geojson)
        })
    }
}

impl<'s> Entry<'s> {
    fn new(source: &Source, authored: AuthoredEntry<'s>) -> Self {
        let AuthoredEntry { entry, span } = authored;
        let content_type = entry.map_content_type.map(std::borrow::Cow::into_owned);
        Self {
            updated: entry.updated.instant(),
            id: entry.id.into_owned(),
            json: source.bytes.slice(span),
            map: entry.map_resource.map(|url| (url, content_type)),
            geojson: entry.geojson_resource,
        }
    }
}

/// Which form of coverage a file holds, if any.
fn form(source: &Source) -> Option<(&Source, CoverageForm)> {
    if source.path == LISTING_FILE {
        return Some((source, CoverageForm::Listing));
    }
    let name = source.path.strip_prefix(PARTS_FOLDER)?;
    let is_part = name.ends_with(".json") && !name.contains('/');
    is_part.then_some((source, CoverageForm::Part))
}
