//! One coverage listing made of all the files that hold its entries.

use std::borrow::Cow;
use std::ops::Range;
use std::time::SystemTime;

use bytes::Bytes;
use cds_metadata::{
    AuthoredEntry, CoverageForm, CoverageReader, CoverageSummary, EntryPosition, Extensions,
    Report, Timestamp, Url,
};
use hashbrown::HashSet;
use serde_json::value::RawValue;

use crate::endpoint::has_files;
use crate::link::urls;
use crate::listing::{Entries, Listed, Rank};
use crate::source::{Source, Sources};

/// The file of the whole listing.
pub(crate) const LISTING_FILE: &str = "cds-coverage.json";

/// The folder of further entries.
const PARTS_FOLDER: &str = "coverage/";

/// The entries of all files, in the order of the listing.
#[derive(Debug)]
pub(crate) struct Coverage<'s> {
    entries: Vec<Entry<'s>>,
    members: Members,
    modified: SystemTime,
    summary: CoverageSummary,
    report: Report,
}

/// What is kept of an entry.
#[derive(Debug)]
pub(crate) struct Entry<'s> {
    pub(crate) id: Cow<'s, str>,
    pub(crate) updated: Timestamp,
    /// As its author wrote it.
    pub(crate) json: Bytes,
    pub(crate) source: &'s Source,
    pub(crate) span: Range<usize>,
    pub(crate) map_resource: Option<Url<'s>>,
    pub(crate) map_content_type: Option<Cow<'s, str>>,
    pub(crate) geojson_resource: Option<Url<'s>>,
    /// URLs in fields of extensions; none where there are no files that they could lead to.
    pub(crate) further_links: Box<[FurtherLink]>,
    pub(crate) position: EntryPosition,
}

/// A URL in a field of an extension.
#[derive(Debug)]
pub(crate) struct FurtherLink {
    pub(crate) field: Box<str>,
    pub(crate) url: Url<'static>,
}

impl<'s> Coverage<'s> {
    /// Reads the files of an endpoint; `None` if there are none. Datetimes after `now` are
    /// warned about.
    pub(crate) fn read(sources: &'s Sources, prefix: &str, now: SystemTime) -> Option<Self> {
        let listing = sources.get(&format!("{prefix}{LISTING_FILE}"));
        let parts = sources.under(&format!("{prefix}{PARTS_FOLDER}"));
        let files = listing.into_iter().chain(parts);
        let files = files.filter_map(|source| Some((source, form(&source.path, prefix)?)));
        let files: Vec<_> = files.collect();
        let modified = files.iter().map(|(source, _)| source.modified).max()?;
        let has_files = has_files(sources, prefix);
        let mut reader = CoverageReader::new(Some(now.into()));
        let mut entries = Vec::new();
        let mut members = Members::default();
        for (source, form) in files {
            let own = reader.read(&source.path, &source.bytes, form, &mut |authored| {
                entries.push(Entry::new(source, authored, has_files));
            });
            // The listing's own file comes first, so its members count.
            for (name, value) in own.iter() {
                members.add(name, value);
            }
        }
        entries.sort_unstable_by(|a: &Entry<'_>, b| a.rank().cmp(&b.rank()));
        let (summary, report) = reader.finish();
        Some(Self {
            entries,
            members,
            modified,
            summary,
            report,
        })
    }

    /// Whether the site's own endpoint has files, readable or not.
    pub(crate) fn is_in(sources: &Sources) -> bool {
        let readable = sources.iter().map(|source| source.path.as_str());
        readable
            .chain(sources.unreadable())
            .any(|path| form(path, "").is_some())
    }

    pub(crate) fn entries(&self) -> &[Entry<'s>] {
        &self.entries
    }

    pub(crate) const fn summary(&self) -> &CoverageSummary {
        &self.summary
    }

    pub(crate) const fn modified(&self) -> SystemTime {
        self.modified
    }

    /// Whether the entries are perhaps not all.
    pub(crate) fn has_errors(&self) -> bool {
        self.report.has_errors()
    }

    pub(crate) fn into_report(self) -> Report {
        self.report
    }

    /// The entries as they are listed.
    pub(crate) fn listed(&self) -> Entries {
        let listed = self.entries.iter().map(|entry| Listed {
            id: (*entry.id).into(),
            updated: entry.updated,
            json: entry.json.clone(),
        });
        Entries::new(listed.collect())
    }

    /// Members of the listing that the specification doesn't name, as they are published: each
    /// behind a comma.
    pub(crate) fn members(&self) -> &str {
        &self.members.json
    }
}

/// Members of a listing, the first of each name.
#[derive(Debug, Default)]
struct Members {
    names: HashSet<Box<str>>,
    json: String,
}

impl Members {
    fn add(&mut self, name: &str, value: &RawValue) {
        if self.names.insert(name.into()) {
            let name = serde_json::to_string(name).unwrap_or_default();
            self.json.extend([",", &name, ":", value.get()]);
        }
    }
}

impl<'s> Entry<'s> {
    fn new(source: &'s Source, authored: AuthoredEntry<'s>, has_files: bool) -> Self {
        let position = authored.position();
        let AuthoredEntry { entry, span, .. } = authored;
        let further_links = if has_files {
            further_links(&entry.extensions)
        } else {
            Box::default()
        };
        Self {
            id: entry.id,
            updated: entry.updated.timestamp(),
            json: source.bytes.slice(span.clone()),
            source,
            span,
            map_resource: entry.map_resource,
            map_content_type: entry.map_content_type,
            geojson_resource: entry.geojson_resource,
            further_links,
            position,
        }
    }

    fn rank(&self) -> Rank<'_> {
        Rank {
            updated: self.updated,
            id: &self.id,
        }
    }
}

fn further_links(extensions: &Extensions<'_>) -> Box<[FurtherLink]> {
    let links = extensions.iter().flat_map(|(field, value)| {
        let of_field = move |url| FurtherLink {
            field: field.into(),
            url,
        };
        urls(value).into_iter().map(of_field)
    });
    links.collect()
}

/// Which form of coverage a file holds, if any.
pub(crate) fn form(path: &str, prefix: &str) -> Option<CoverageForm> {
    let path = path.strip_prefix(prefix)?;
    if path == LISTING_FILE {
        return Some(CoverageForm::Listing);
    }
    let name = path.strip_prefix(PARTS_FOLDER)?;
    let is_part = name.ends_with(".json") && !name.contains('/');
    is_part.then_some(CoverageForm::Part)
}
