//! From documents to routes.

use std::time::SystemTime;

use bytes::Bytes;
use cds_metadata::{MetadataObject, Report, Url};
use hashbrown::HashMap;
use http::HeaderValue;

use crate::coverage::Coverage;
use crate::endpoint::Endpoint;
use crate::history::History;
use crate::links::Links;
use crate::location::{Location, WELL_KNOWN};
use crate::moved::Moved;
use crate::path::normalise;
use crate::representation::Draft;
use crate::resource::Resource;
use crate::routes::{Route, Routes};
use crate::rules::{related_metadata_missing, route_conflict, updated_not_bumped};
use crate::settings::Settings;
use crate::site::Site;
use crate::source::{Source, Sources};

/// The media type of documents, spelt as the specification's examples spell it.
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// Makes representations and gives them their routes.
pub(crate) struct Publisher<'c> {
    sources: &'c Sources,
    settings: &'c Settings,
    now: SystemTime,
    previous: Option<&'c Site>,
    report: &'c mut Report,
    routes: Routes,
    /// Which file's document has a place.
    claims: HashMap<Location, String>,
}

impl<'c> Publisher<'c> {
    pub(crate) fn new(
        sources: &'c Sources,
        settings: &'c Settings,
        now: SystemTime,
        previous: Option<&'c Site>,
        report: &'c mut Report,
    ) -> Self {
        let (routes, claims) = (Routes::default(), HashMap::new());
        Self {
            sources,
            settings,
            now,
            previous,
            report,
            routes,
            claims,
        }
    }

    /// The site of these endpoints; `None` if it has nothing at its well-known path.
    pub(crate) fn publish(mut self, endpoints: &[Endpoint<'_>]) -> Option<Site> {
        let mut history = History::default();
        self.publish_moved(endpoints);
        for endpoint in endpoints {
            if let Some((source, object)) = &endpoint.metadata {
                let entries = endpoint.coverage.as_ref().map(Coverage::entries);
                let entries = entries.unwrap_or_default();
                history.add(&endpoint.prefix, source, object, entries);
                self.publish_endpoint(endpoint, source, object);
            } else if let Some(coverage) = &endpoint.coverage {
                // Its maps are checked all the same, so that all faults are told at once.
                let mut links = Links::new(self.sources, &endpoint.prefix);
                links.add_coverage(coverage, self.report);
                links.check_geojson(self.report);
            }
        }
        for endpoint in endpoints {
            if let Some((source, object)) = &endpoint.metadata {
                related_metadata_missing::check(source, object, &self.claims, self.report);
            }
        }
        if let Some(site) = self.previous {
            updated_not_bumped::check(site.history(), endpoints, self.report);
        }
        let has_front = self
            .claims
            .keys()
            .any(|location| location.path == WELL_KNOWN);
        has_front.then(|| Site::new(self.routes, history))
    }

    /// The redirects of a site that has moved (CDS-WG1-01 §5), before its documents, so that
    /// they have the well-known path.
    fn publish_moved(&mut self, endpoints: &[Endpoint<'_>]) {
        let own = endpoints
            .first()
            .and_then(|endpoint| endpoint.metadata.as_ref());
        let url = own.map(|(_, object)| &object.cds_metadata_url);
        let host = url.and_then(|url| url.parts().map(|parts| parts.host.to_owned()));
        if let Some(moved) = &self.settings.moved {
            let location = Location::well_known(host.as_deref());
            self.redirect(location, moved.clone());
        }
        for path in &self.settings.former_paths {
            let to = match &self.settings.moved {
                Some(moved) => moved.clone(),
                None => Moved::permanently(HeaderValue::from_static(WELL_KNOWN)),
            };
            let location = Location {
                path: normalise(path).into_owned(),
                ..Location::well_known(host.as_deref())
            };
            self.redirect(
                location,
                Moved {
                    permanent: true,
                    ..to
                },
            );
        }
    }

    fn redirect(&mut self, location: Location, moved: Moved) {
        self.claims.insert(location.clone(), "site.toml".to_owned());
        self.insert(location, Resource::Moved(moved));
    }

    fn publish_endpoint(
        &mut self,
        endpoint: &Endpoint<'_>,
        source: &Source,
        object: &MetadataObject<'_>,
    ) {
        let url = object.cds_metadata_url.parts();
        let location = if endpoint.is_top() {
            Some(Location::well_known(url.map(|parts| parts.host)))
        } else {
            url.as_ref().map(Location::of)
        };
        let is_moved = endpoint.is_top() && self.settings.moved.is_some();
        if let Some(location) = location.filter(|_| !is_moved) {
            let draft = self.document(vec![source.bytes.clone()], source.modified);
            self.publish_document(location, draft, source, "cds_metadata_url");
        }
        let mut links = Links::new(self.sources, &endpoint.prefix);
        links.add_metadata(source, object, self.report);
        if let Some(coverage) = &endpoint.coverage {
            self.publish_coverage(source, object.coverage.as_ref(), coverage);
            links.add_coverage(coverage, self.report);
        }
        links.check_geojson(self.report);
        for file in links.into_files(self.report) {
            let draft = Draft {
                content_type: file.content_type,
                segments: vec![file.file.bytes.clone()],
                modified: file.file.modified,
                max_age: self.settings.max_age,
                is_file: true,
            };
            // A file that several documents link to is one resource.
            match self.claims.get(&file.location) {
                Some(other) if *other == file.file.path => {}
                Some(other) => {
                    route_conflict::find_file(self.report, file.file, &file.location.path, other);
                }
                None => {
                    let claim = file.file.path.clone();
                    self.claims.insert(file.location.clone(), claim);
                    self.insert_published(file.location, draft);
                }
            }
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
        self.publish_document(Location::of(&parts), draft, source, "coverage");
    }

    /// Publishes a document at the URL in `field` of a metadata object, if the place is free.
    fn publish_document(
        &mut self,
        location: Location,
        draft: Draft,
        source: &Source,
        field: &'static str,
    ) {
        let claim = format!("`{field}` of {}", source.path);
        let taken_by = match location.path.as_str() {
            "/" => Some("the portal's front page"),
            _ => self.claims.get(&location).map(String::as_str),
        };
        if let Some(other) = taken_by {
            route_conflict::find(self.report, source, field, &location.path, other);
            return;
        }
        self.claims.insert(location.clone(), claim);
        self.insert_published(location, draft);
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

    fn insert_published(&mut self, location: Location, mut draft: Draft) {
        let tag = draft.tag();
        draft.modified = match self.previous {
            None => draft.modified,
            Some(site) => match site.routes().get(&location) {
                Some(Resource::Published(before)) if before.tag == tag => {
                    before.last_modified.time()
                }
                _ => self.now,
            },
        };
        // A clock that was set back must not make it later than `Date` (RFC 9110 §8.8.2.1).
        draft.modified = draft.modified.min(self.now);
        let representation = draft.into_representation(tag);
        self.insert(location, Resource::Published(Box::new(representation)));
    }

    fn insert(&mut self, location: Location, resource: Resource) {
        let Location { host, path, query } = location;
        self.routes.insert(
            &path,
            Route {
                host,
                query,
                resource,
            },
        );
    }
}
