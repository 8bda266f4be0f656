//! Which files under `public/` the documents link to, and as what.

use std::collections::BTreeMap;

use cds_metadata::{MetadataObject, Report, Url};
use hashbrown::{HashMap, HashSet};

use crate::claim::Claim;
use crate::coverage::{Coverage, FurtherLink, form};
use crate::endpoint::{Endpoint, folders};
use crate::geojson::{check_geojson, looks_like_geojson};
use crate::link::{Kind, Link, MediaType, urls};
use crate::location::Location;
use crate::media_type::{self, GEOJSON};
use crate::rules::{linked_file_elsewhere, media_type_conflict, route_conflict};
use crate::source::{Source, Sources};

/// A file that is linked to, and where it is published.
#[derive(Debug)]
pub(crate) struct LinkedFile<'s> {
    pub(crate) file: &'s Source,
    pub(crate) location: Location,
    pub(crate) media_type: MediaType,
}

/// Collects the links of a site's documents and keeps those to files that are there.
pub(crate) struct Links<'s, 'd> {
    sources: &'s Sources,
    has_files: bool,
    /// The hosts of the documents themselves.
    hosts: Vec<String>,
    /// In the order in which they are linked to.
    files: Vec<LinkedFile<'s>>,
    by_location: HashMap<Location, usize>,
    /// The files that are to be GeoJSON, by their paths.
    geojson: BTreeMap<&'s str, &'s Source>,
    /// The folders that were searched for more of it.
    searched: HashSet<String>,
    elsewhere: Option<(Link<'d>, String)>,
    elsewhere_count: usize,
}

impl<'s, 'd> Links<'s, 'd> {
    /// What the documents of these endpoints link to; what was found goes into the report.
    pub(crate) fn of(
        sources: &'s Sources,
        endpoints: &'d [Endpoint<'s>],
        report: &mut Report,
    ) -> Self {
        let mut links = Self {
            sources,
            has_files: endpoints.iter().any(|endpoint| endpoint.has_files),
            hosts: hosts(endpoints),
            files: Vec::new(),
            by_location: HashMap::new(),
            geojson: BTreeMap::new(),
            searched: HashSet::new(),
            elsewhere: None,
            elsewhere_count: 0,
        };
        for endpoint in endpoints {
            if let Some((source, object)) = &endpoint.metadata {
                links.add_metadata(endpoint, source, object, report);
            }
            if let Some(coverage) = &endpoint.coverage {
                links.add_coverage(endpoint, coverage, report);
            }
        }
        for file in links.geojson.values() {
            report.merge(check_geojson(&file.path, &file.bytes));
        }
        let elsewhere = links.elsewhere.as_ref();
        report
            .extend(elsewhere.map(|(link, path)| {
                linked_file_elsewhere::find(link, path, links.elsewhere_count)
            }));
        links
    }

    /// The files to publish.
    pub(crate) fn into_files(self) -> Vec<LinkedFile<'s>> {
        self.files
    }

    /// Adds what a metadata object links to, extensions included.
    fn add_metadata(
        &mut self,
        endpoint: &'d Endpoint<'s>,
        source: &'d Source,
        object: &'d MetadataObject<'d>,
        report: &mut Report,
    ) {
        let pages = [
            ("website", &object.website),
            ("documentation", &object.documentation),
            ("support", &object.support),
        ];
        for (field, url) in pages {
            let link = Link::of_object(source, field, url.clone(), Kind::Page);
            self.add(endpoint, &link, report);
        }
        if let (Some(url), None) = (&object.coverage, &endpoint.coverage)
            && !self.has_unreadable_coverage(endpoint)
        {
            let link = Link::of_object(source, "coverage", url.clone(), Kind::Page);
            let own_host = object.cds_metadata_url.parts().map(|parts| parts.host);
            if own_host == url.parts().map(|parts| parts.host) {
                report.push(linked_file_elsewhere::find_coverage(
                    &link,
                    &endpoint.prefix,
                ));
            }
        }
        for (field, value) in object.extensions.iter() {
            let kind = if field == "oauth_metadata" {
                Kind::OauthMetadata
            } else {
                Kind::Page
            };
            for url in urls(value) {
                let link = Link::of_object(source, field, url, kind);
                self.add(endpoint, &link, report);
            }
        }
    }

    /// Whether a file of the coverage listing is there and is told to be unreadable.
    fn has_unreadable_coverage(&self, endpoint: &Endpoint<'_>) -> bool {
        let mut unreadable = self.sources.unreadable();
        unreadable.any(|path| form(path, &endpoint.prefix).is_some())
    }

    /// Adds what the entries of a listing link to.
    fn add_coverage(
        &mut self,
        endpoint: &'d Endpoint<'s>,
        coverage: &'d Coverage<'s>,
        report: &mut Report,
    ) {
        if coverage.has_errors() {
            self.add_what_looks_like_geojson(endpoint);
        }
        for entry in coverage.entries() {
            let map = Kind::Map(entry.map_content_type.as_deref());
            let known = [
                ("map_resource", entry.map_resource.as_ref(), map),
                (
                    "geojson_resource",
                    entry.geojson_resource.as_ref(),
                    Kind::GeoJson,
                ),
            ];
            for (field, url, kind) in known {
                if let Some(url) = url.filter(|url| self.is_relevant(url)) {
                    let link = Link::of_entry(entry, field, url, kind);
                    self.add(endpoint, &link, report);
                }
            }
            for FurtherLink { field, url } in &entry.further_links {
                let link = Link::of_entry(entry, field, url, Kind::Page);
                self.add(endpoint, &link, report);
            }
        }
    }

    /// Entries with errors may link to any file. What is wrong with those is told along with the
    /// errors, not after they are mended.
    fn add_what_looks_like_geojson(&mut self, endpoint: &Endpoint<'_>) {
        for folder in folders(&endpoint.prefix) {
            let files = self.sources.under(&folder);
            if self.searched.insert(folder) {
                let files = files.iter().filter(|source| {
                    media_type::of_extension(&source.path) == GEOJSON
                        || looks_like_geojson(&source.bytes)
                });
                self.geojson
                    .extend(files.map(|source| (source.path.as_str(), source)));
            }
        }
    }

    /// Whether a URL may be one of ours: most listings link elsewhere, a million times over.
    fn is_relevant(&self, url: &Url<'_>) -> bool {
        let authority = url.as_str().split_once("//").map(|(_, rest)| rest);
        let is_on = |host: &String| {
            let start = authority.and_then(|authority| authority.get(..host.len()));
            start.is_some_and(|start| start.eq_ignore_ascii_case(host))
        };
        self.has_files || self.hosts.iter().any(is_on)
    }

    fn add(&mut self, endpoint: &Endpoint<'_>, link: &Link<'d>, report: &mut Report) {
        let is_published = endpoint.metadata.is_some();
        let Some(file) = self.file(endpoint, link) else {
            if is_published {
                self.note_elsewhere(link);
            }
            return;
        };
        let media_type = link.kind.media_type(&file.path);
        if media_type.value == GEOJSON || media_type::of_extension(&file.path) == GEOJSON {
            self.geojson.insert(&file.path, file);
        }
        if let Some(parts) = link.url.parts().filter(|_| is_published) {
            let location = Location {
                query: Vec::new(),
                ..Location::of(&parts)
            };
            self.publish(file, location, media_type, link, report);
        }
    }

    /// The endpoint's own file, or one that the site has for all of them.
    fn file(&self, endpoint: &Endpoint<'_>, link: &Link<'_>) -> Option<&'s Source> {
        // A listing of a million entries links elsewhere a million times.
        let path = self.has_files.then(|| link.file_path())??;
        let own = self
            .sources
            .get(&format!("{}public{path}", endpoint.prefix));
        own.or_else(|| self.sources.get(&format!("public{path}")))
    }

    fn note_elsewhere(&mut self, link: &Link<'d>) {
        let parts = link.url.parts().filter(|_| link.kind != Kind::Page);
        let ours = parts.filter(|parts| {
            self.hosts
                .iter()
                .any(|host| host.eq_ignore_ascii_case(parts.host))
        });
        if let Some(parts) = ours {
            self.elsewhere_count += 1;
            self.elsewhere
                .get_or_insert_with(|| (link.clone(), parts.path.to_owned()));
        }
    }

    fn publish(
        &mut self,
        file: &'s Source,
        location: Location,
        media_type: MediaType,
        link: &Link<'d>,
        report: &mut Report,
    ) {
        let at = self.by_location.get(&location);
        let Some(first) = at.and_then(|&at| self.files.get_mut(at)) else {
            self.by_location.insert(location.clone(), self.files.len());
            self.files.push(LinkedFile {
                file,
                location,
                media_type,
            });
            return;
        };
        if first.file.path != file.path {
            let claim = Claim::File(first.file.path.as_str().into());
            route_conflict::find_file(report, file, &location.path, &claim);
        } else if !first.media_type.is_stated {
            // A name is only a guess, whichever link comes first.
            first.media_type = media_type;
        } else if media_type.is_stated && first.media_type != media_type {
            media_type_conflict::find(link, &media_type.value, &first.media_type.value, report);
        }
    }
}

/// The hosts of the documents of all endpoints.
fn hosts(endpoints: &[Endpoint<'_>]) -> Vec<String> {
    let objects = endpoints
        .iter()
        .filter_map(|endpoint| endpoint.metadata.as_ref());
    let urls =
        objects.flat_map(|(_, object)| [Some(&object.cds_metadata_url), object.coverage.as_ref()]);
    let parts = urls.flatten().filter_map(Url::parts);
    let mut hosts: Vec<_> = parts.map(|parts| parts.host.to_ascii_lowercase()).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}
