//! Which files under `public/` the documents link to, and as what.

use std::collections::BTreeMap;
use std::ops::Range;

use cds_metadata::{Finding, MetadataObject, Place, Pointer, Report, Rule, Url};
use hashbrown::HashMap;
use http::HeaderValue;

use crate::coverage::{Coverage, Entry};
use crate::geojson::{check_geojson, looks_like_geojson};
use crate::location::Location;
use crate::media_type::{self, GEOJSON};
use crate::percent;
use crate::rules::{linked_file_elsewhere, media_type_conflict};
use crate::source::{Source, Sources};

/// A URL in a document, and where it stands there.
#[derive(Debug, Clone)]
pub(crate) struct Link<'d> {
    url: Url<'d>,
    kind: Kind<'d>,
    field: &'d str,
    source: &'d Source,
    /// The object that the field is in.
    object: Range<usize>,
    pointer: Pointer,
}

/// What a document says of the resource that it links to.
#[derive(Debug, Clone, Copy)]
enum Kind<'d> {
    /// A map, of this media type.
    Map(Option<&'d str>),
    /// RFC 7946.
    GeoJson,
    /// RFC 8414 §3.2.
    OauthMetadata,
    /// A page for people, which the portal is expected to have.
    Page,
}

/// A file that is linked to, and where it is published.
#[derive(Debug)]
pub(crate) struct LinkedFile<'s> {
    pub(crate) file: &'s Source,
    pub(crate) location: Location,
    pub(crate) content_type: HeaderValue,
}

/// Collects the links of an endpoint's documents and keeps those to files that are there.
pub(crate) struct Links<'s, 'd> {
    sources: &'s Sources,
    folder: String,
    has_files: bool,
    /// The hosts of the documents themselves.
    hosts: Vec<String>,
    /// In the order in which they are linked to.
    files: Vec<LinkedFile<'s>>,
    by_location: HashMap<Location, usize>,
    /// The files that are to be GeoJSON, by their paths.
    geojson: BTreeMap<&'s str, &'s Source>,
    elsewhere: Option<(Link<'d>, String)>,
    elsewhere_count: usize,
}

impl<'s, 'd> Links<'s, 'd> {
    /// No links yet; files are looked for under `public/` of the endpoint with this prefix.
    pub(crate) fn new(sources: &'s Sources, prefix: &str) -> Self {
        let folder = format!("{prefix}public");
        let inside = format!("{folder}/");
        Self {
            sources,
            has_files: sources
                .iter()
                .any(|source| source.path.starts_with(&inside)),
            folder,
            hosts: Vec::new(),
            files: Vec::new(),
            by_location: HashMap::new(),
            geojson: BTreeMap::new(),
            elsewhere: None,
            elsewhere_count: 0,
        }
    }

    /// Adds what a metadata object links to, extensions included.
    pub(crate) fn add_metadata(
        &mut self,
        source: &'d Source,
        object: &'d MetadataObject<'d>,
        report: &mut Report,
    ) {
        let documents = [Some(&object.cds_metadata_url), object.coverage.as_ref()];
        let hosts = documents.into_iter().flatten().filter_map(Url::parts);
        self.hosts
            .extend(hosts.map(|parts| parts.host.to_ascii_lowercase()));

        let link = |field: &'d str, url, kind| Link {
            url,
            kind,
            field,
            source,
            object: 0..source.bytes.len(),
            pointer: Pointer::root(),
        };
        let pages = [
            ("website", &object.website),
            ("documentation", &object.documentation),
            ("support", &object.support),
        ];
        for (field, url) in pages {
            self.add(&link(field, url.clone(), Kind::Page), report);
        }
        for (field, value) in object.extensions.iter() {
            let Ok(url) = serde_json::from_str::<String>(value.get()) else {
                continue;
            };
            let kind = if field == "oauth_metadata" {
                Kind::OauthMetadata
            } else {
                Kind::Page
            };
            self.add(&link(field, Url::new(url), kind), report);
        }
    }

    /// Adds what the entries of a listing link to.
    pub(crate) fn add_coverage(&mut self, coverage: &'d Coverage<'_>, report: &mut Report) {
        if coverage.has_errors() {
            self.add_what_looks_like_geojson();
        }
        for entry in coverage.entries() {
            if let Some(url) = self.relevant(entry.map_resource.as_ref()) {
                let kind = Kind::Map(entry.map_content_type.as_deref());
                self.add(&Link::of_entry(entry, "map_resource", url, kind), report);
            }
            if let Some(url) = self.relevant(entry.geojson_resource.as_ref()) {
                self.add(
                    &Link::of_entry(entry, "geojson_resource", url, Kind::GeoJson),
                    report,
                );
            }
        }
    }

    /// Entries with errors may link to any file. What is wrong with those is told along with the
    /// errors, not after they are mended.
    fn add_what_looks_like_geojson(&mut self) {
        let folder = format!("{}/", self.folder);
        let files = self.sources.iter().filter(|source| {
            source.path.starts_with(&folder)
                && (media_type::of_extension(&source.path) == GEOJSON
                    || looks_like_geojson(&source.bytes))
        });
        self.geojson
            .extend(files.map(|source| (source.path.as_str(), source)));
    }

    /// A URL that may be one of ours: most listings link elsewhere, a million times over.
    fn relevant<'u>(&self, url: Option<&'u Url<'_>>) -> Option<&'u Url<'u>> {
        url.filter(|url| {
            self.has_files
                || self
                    .hosts
                    .iter()
                    .any(|host| url.as_str().contains(host.as_str()))
        })
    }

    fn add(&mut self, link: &Link<'d>, report: &mut Report) {
        let Some(parts) = link.url.parts() else {
            return;
        };
        let path = String::from_utf8(percent::decode(parts.path)).ok();
        let file = path.and_then(|path| self.sources.get(&format!("{}{path}", self.folder)));
        let Some(file) = file else {
            let is_page = matches!(link.kind, Kind::Page);
            if !is_page
                && self
                    .hosts
                    .iter()
                    .any(|host| host.eq_ignore_ascii_case(parts.host))
            {
                self.elsewhere_count += 1;
                let path = parts.path.to_owned();
                self.elsewhere.get_or_insert_with(|| (link.clone(), path));
            }
            return;
        };
        let content_type = link.kind.content_type(&file.path);
        if content_type == GEOJSON || media_type::of_extension(&file.path) == GEOJSON {
            self.geojson.insert(&file.path, file);
        }
        let location = Location {
            query: Vec::new(),
            ..Location::of(&parts)
        };
        if let Some(first) = self
            .by_location
            .get(&location)
            .and_then(|&at| self.files.get(at))
        {
            if first.content_type != content_type {
                media_type_conflict::find(link, &content_type, &first.content_type, report);
            }
            return;
        }
        self.by_location.insert(location.clone(), self.files.len());
        self.files.push(LinkedFile {
            file,
            location,
            content_type,
        });
    }

    /// Checks the files that are to be GeoJSON.
    pub(crate) fn check_geojson(&self, report: &mut Report) {
        for file in self.geojson.values() {
            report.merge(check_geojson(&file.path, &file.bytes));
        }
    }

    /// The files to publish; what was found goes into the report.
    pub(crate) fn into_files(
        self,
        report: &mut Report,
    ) -> impl Iterator<Item = LinkedFile<'s>> + use<'s, 'd> {
        let elsewhere = self.elsewhere.as_ref();
        report.extend(
            elsewhere
                .map(|(link, path)| linked_file_elsewhere::find(link, path, self.elsewhere_count)),
        );
        self.files.into_iter()
    }
}

impl<'d> Link<'d> {
    fn of_entry(entry: &'d Entry<'_>, field: &'d str, url: &'d Url<'d>, kind: Kind<'d>) -> Self {
        Self {
            url: url.clone(),
            kind,
            field,
            source: entry.source,
            object: entry.span.clone(),
            pointer: entry.pointer.clone(),
        }
    }

    /// A finding about this link.
    pub(crate) fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        let content = String::from_utf8_lossy(&self.source.bytes);
        let field = Pointer::root().key(self.field);
        Finding::new(rule, self.file(), message)
            .place(Place::inside(&content, self.object.clone(), &field))
            .pointer(self.pointer.clone().join(&field))
    }

    /// The file that the link stands in.
    pub(crate) fn file(&self) -> &str {
        &self.source.path
    }
}

impl Kind<'_> {
    /// The media type that a file is served with.
    fn content_type(self, path: &str) -> HeaderValue {
        match self {
            Self::Map(Some(media_type)) => {
                HeaderValue::try_from(media_type).unwrap_or_else(|_| media_type::of_extension(path))
            }
            Self::GeoJson => GEOJSON,
            Self::OauthMetadata => HeaderValue::from_static("application/json"),
            Self::Map(None) | Self::Page => media_type::of_extension(path),
        }
    }
}
