//! From sources to a site.

use std::time::SystemTime;

use bytes::Bytes;
use cds_metadata::rules::capabilities_not_union;
use cds_metadata::{CoverageSummary, MetadataObject, Report, Url, UrlParts};
use http::HeaderValue;

use crate::coverage::Coverage;
use crate::links::Links;
use crate::representation::Draft;
use crate::resource::Resource;
use crate::routes::{Route, Routes, WELL_KNOWN};
use crate::rules::{file_unreadable, route_conflict};
use crate::settings::Settings;
use crate::site::Site;
use crate::source::{Source, Sources};

/// The file of the metadata object.
pub(crate) const METADATA_FILE: &str = "cds-server-metadata.json";

/// The media type of documents, spelt as the specification's examples spell it.
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

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
/// `now` becomes the `Last-Modified` of what differs from `previous`, the site that is served
/// now; what doesn't differ keeps its own. Without a previous site it is the time the files were
/// changed, but never later than `now`.
///
/// ```
/// use std::time::SystemTime;
/// use cds_site::{Source, Sources, compile};
///
/// let now = SystemTime::now();
/// let mut sources = Sources::new();
/// sources.insert(Source {
///     path: "cds-server-metadata.json".into(),
///     bytes: br#"{ "name": "Demo", }"#.as_slice().into(),
///     modified: now,
/// });
/// let compiled = compile(&sources, now, None);
/// assert!(compiled.site.is_none());
/// assert_eq!(compiled.report.findings()[0].message, "there is a comma after the last element");
/// ```
pub fn compile(sources: &Sources, now: SystemTime, previous: Option<&Site>) -> Compiled {
    let mut report = Report::new();
    let settings = Settings::read(sources, &mut report);
    let coverage = Coverage::read(sources, now);
    let metadata = metadata(
        sources,
        now,
        coverage.as_ref().map(Coverage::summary),
        &mut report,
    );
    let mut routes = RouteBuilder {
        routes: Routes::default(),
        report: &mut report,
        settings: &settings,
        now,
        previous,
    };
    if let Some((source, object)) = &metadata {
        routes.publish(source, object, coverage.as_ref(), sources);
    }
    let routes = routes.routes;
    if let Some(coverage) = coverage {
        report.merge(coverage.into_report());
    }
    report.sort();
    let site = (metadata.is_some() && !report.has_errors()).then(|| Site::new(routes));
    Compiled { site, report }
}

/// What stands in for a site that was never good: its well-known path answers 503
/// (RFC 9110 §15.6.4), and so does the path of its coverage listing where that can be read.
pub fn stand_in(sources: &Sources) -> Site {
    let mut routes = Site::unavailable().into_routes();
    let metadata = sources
        .get(METADATA_FILE)
        .map(|source| source.bytes.as_ref());
    let object = metadata.and_then(|bytes| MetadataObject::parse(METADATA_FILE, bytes, None).0);
    let parts = object
        .as_ref()
        .and_then(|object| object.coverage.as_ref()?.parts());
    if let Some(parts) = parts.filter(|parts| parts.path != "/" && Coverage::is_in(sources)) {
        let (host, query) = (Some(lower(parts.host)), query_pairs(&parts));
        routes.insert(
            parts.path,
            Route {
                host,
                query,
                resource: Resource::Unavailable,
            },
        );
    }
    Site::new(routes)
}

/// The metadata object, checked alone and against the coverage.
fn metadata<'s>(
    sources: &'s Sources,
    now: SystemTime,
    coverage: Option<&CoverageSummary>,
    report: &mut Report,
) -> Option<(&'s Source, MetadataObject<'s>)> {
    let Some(source) = sources.get(METADATA_FILE) else {
        // What is there but can't be read has been told by whoever tried.
        if !sources.is_unreadable(METADATA_FILE) {
            report.push(file_unreadable::missing(METADATA_FILE));
        }
        return None;
    };
    let (object, findings) = MetadataObject::parse(METADATA_FILE, &source.bytes, Some(now.into()));
    report.merge(findings);
    let object = object?;
    if let Some(coverage) = coverage {
        capabilities_not_union::check(METADATA_FILE, &source.bytes, &object, coverage, report);
    }
    Some((source, object))
}

/// Makes representations and gives them their routes.
struct RouteBuilder<'c> {
    routes: Routes,
    report: &'c mut Report,
    settings: &'c Settings,
    now: SystemTime,
    previous: Option<&'c Site>,
}

impl RouteBuilder<'_> {
    fn publish(
        &mut self,
        source: &Source,
        object: &MetadataObject<'_>,
        coverage: Option<&Coverage<'_>>,
        sources: &Sources,
    ) {
        let host = object
            .cds_metadata_url
            .parts()
            .map(|parts| lower(parts.host));
        let document = self.document(vec![source.bytes.clone()], source.modified);
        self.insert(WELL_KNOWN, host, Vec::new(), document);

        let mut links = Links::new(sources);
        links.add_metadata(object);
        if let Some(coverage) = coverage {
            self.publish_coverage(source, object.coverage.as_ref(), coverage);
            coverage.links().for_each(|link| links.add(link));
        }
        for link in links.into_files() {
            let draft = Draft {
                content_type: link.content_type,
                segments: vec![link.file.bytes.clone()],
                modified: link.file.modified,
                max_age: self.settings.max_age,
                is_file: true,
            };
            // Two links to one file are one route.
            self.insert(&link.path, Some(link.host), Vec::new(), draft);
        }
    }

    fn publish_coverage(
        &mut self,
        source: &Source,
        url: Option<&Url<'_>>,
        coverage: &Coverage<'_>,
    ) {
        let Some(parts) = url.and_then(Url::parts) else {
            return;
        };
        let draft = self.document(coverage.segments(), coverage.modified());
        let free = parts.path != "/"
            && self.insert(
                parts.path,
                Some(lower(parts.host)),
                query_pairs(&parts),
                draft,
            );
        if !free {
            route_conflict::find_coverage(self.report, &source.bytes, &parts);
        }
    }

    fn document(&self, segments: Vec<Bytes>, modified: SystemTime) -> Draft {
        let max_age = self.settings.max_age;
        Draft {
            content_type: JSON,
            segments,
            modified,
            max_age,
            is_file: false,
        }
    }

    /// Adds a route; `false` if another resource has its place.
    fn insert(
        &mut self,
        path: &str,
        host: Option<Box<str>>,
        query: Vec<Box<str>>,
        mut draft: Draft,
    ) -> bool {
        let tag = draft.tag();
        draft.modified = match self.previous {
            None => draft.modified.min(self.now),
            Some(site) => match site.routes().get(path, host.as_deref(), &query) {
                Some(Resource::Published(before)) if before.tag == tag => {
                    before.last_modified.time()
                }
                _ => self.now,
            },
        };
        let resource = Resource::Published(Box::new(draft.into_representation(tag)));
        self.routes.insert(
            path,
            Route {
                host,
                query,
                resource,
            },
        )
    }
}

fn query_pairs(parts: &UrlParts<'_>) -> Vec<Box<str>> {
    let pairs = parts.query.unwrap_or_default().split('&');
    pairs
        .filter(|pair| !pair.is_empty())
        .map(Box::from)
        .collect()
}

fn lower(host: &str) -> Box<str> {
    host.to_ascii_lowercase().into()
}
