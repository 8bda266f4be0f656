//! From documents to routes.

use std::sync::Arc;
use std::time::SystemTime;

use cds_metadata::{MetadataObject, Report, Url};
use hashbrown::HashMap;

use crate::claim::Claim;
use crate::coverage::Coverage;
use crate::endpoint::Endpoint;
use crate::etag::EntityTag;
use crate::history::History;
use crate::last_modified::LastModified;
use crate::links::Links;
use crate::listing::{Entries, Listing, Plan};
use crate::location::{Location, WELL_KNOWN};
use crate::media_type;
use crate::moved::Moved;
use crate::redirects;
use crate::representation::Draft;
use crate::resource::Resource;
use crate::routes::{Route, Routes};
use crate::rules::{related_metadata_missing, route_conflict, updated_not_bumped};
use crate::settings::Settings;
use crate::site::Site;
use crate::source::{Source, Sources};

/// Makes representations and gives them their routes.
pub(crate) struct Publisher<'c> {
    sources: &'c Sources,
    settings: &'c Settings,
    now: SystemTime,
    previous: Option<&'c Site>,
    report: &'c mut Report,
    routes: Routes,
    /// What has a place.
    claims: HashMap<Location, Claim>,
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
                let entries = endpoint.coverage.as_ref().map(Coverage::listed);
                let entries = Arc::new(entries.unwrap_or_default());
                self.publish_endpoint(endpoint, source, object, &entries);
                history.add(&endpoint.prefix, source, object, entries);
            }
        }
        self.publish_files(endpoints);
        let objects = endpoints
            .iter()
            .filter_map(|endpoint| endpoint.metadata.as_ref());
        related_metadata_missing::check(objects, &self.claims, self.report);
        if let Some(site) = self.previous {
            updated_not_bumped::check(site.history(), endpoints, self.report);
        }
        let has_front = self
            .claims
            .keys()
            .any(|location| location.path == WELL_KNOWN);
        let Settings {
            hosts, maintenance, ..
        } = self.settings;
        has_front.then(|| Site::new(self.routes, history, hosts.clone(), maintenance.clone()))
    }

    /// The redirects of a site that has moved (CDS-WG1-01 §5), before its documents, so that
    /// they have the well-known path.
    fn publish_moved(&mut self, endpoints: &[Endpoint<'_>]) {
        let own = endpoints
            .first()
            .and_then(|endpoint| endpoint.metadata.as_ref());
        let url = own.map(|(_, object)| &object.cds_metadata_url);
        let host = url.and_then(|url| url.parts().map(|parts| parts.host.to_owned()));
        if redirects::is_endless(self.settings, host.as_deref()) {
            self.report.push(redirects::endless(self.settings));
        }
        for (location, moved) in redirects::of(self.settings, host.as_deref()) {
            self.redirect(location, moved);
        }
    }

    fn redirect(&mut self, location: Location, moved: Moved) {
        // A former path may be written twice.
        if self
            .claims
            .insert(location.clone(), Claim::Settings)
            .is_none()
        {
            self.insert(location, Resource::Moved(moved));
        }
    }

    fn publish_endpoint(
        &mut self,
        endpoint: &Endpoint<'_>,
        source: &Source,
        object: &MetadataObject<'_>,
        entries: &Arc<Entries>,
    ) {
        let url = object.cds_metadata_url.parts();
        let location = if endpoint.is_top() {
            Some(Location::well_known(url.map(|parts| parts.host)))
        } else {
            url.as_ref().map(Location::of)
        };
        let is_moved = endpoint.is_top() && self.settings.moved.is_some();
        if let Some(location) = location.filter(|_| !is_moved)
            && self.claim(&location, source, "cds_metadata_url")
        {
            let draft = Draft {
                content_type: media_type::DOCUMENT,
                segments: vec![source.bytes.clone()],
                max_age: self.settings.max_age,
                link: None,
                is_file: false,
                is_kept: true,
            };
            self.insert_published(location, draft, source.modified);
        }
        if let (Some(coverage), Some(url)) = (&endpoint.coverage, &object.coverage) {
            self.publish_coverage(source, url, coverage, Arc::clone(entries));
        }
    }

    /// The files that the documents link to, after all documents, so that none takes the place of
    /// one.
    fn publish_files(&mut self, endpoints: &[Endpoint<'_>]) {
        let links = Links::of(self.sources, endpoints, self.report);
        for file in links.into_files() {
            let draft = Draft {
                content_type: file.media_type.value,
                segments: vec![file.file.bytes.clone()],
                max_age: self.settings.max_age,
                link: None,
                is_file: true,
                is_kept: true,
            };
            match self.claims.get(&file.location) {
                Some(other) => {
                    route_conflict::find_file(self.report, file.file, &file.location.path, other);
                }
                None => {
                    let claim = Claim::File(file.file.path.as_str().into());
                    self.claims.insert(file.location.clone(), claim);
                    self.insert_published(file.location, draft, file.file.modified);
                }
            }
        }
    }

    fn publish_coverage(
        &mut self,
        source: &Source,
        url: &Url<'_>,
        coverage: &Coverage<'_>,
        entries: Arc<Entries>,
    ) {
        let Some(location) = url.parts().map(|parts| Location::of(&parts)) else {
            return;
        };
        if !self.claim(&location, source, "coverage") {
            return;
        }
        let plan = Plan {
            entries,
            url: url.as_str(),
            members: coverage.members(),
            page_size: self.settings.page_size,
            max_age: self.settings.max_age,
        };
        let previous = match self.before(&location) {
            Some(Resource::Listing(listing)) => Some(&**listing),
            _ => None,
        };
        let modified = |tag: &_| self.last_modified(&location, tag, coverage.modified());
        let listing = Listing::new(plan, &location, previous, modified);
        self.insert(location, Resource::Listing(Box::new(listing)));
    }

    /// Claims a place for the document at the URL in `field` of a metadata object, if it is free.
    fn claim(&mut self, location: &Location, source: &Source, field: &'static str) -> bool {
        let taken_by = match location.path.as_str() {
            "/" => Some("the portal's front page".to_owned()),
            _ => self.claims.get(location).map(ToString::to_string),
        };
        if let Some(other) = taken_by {
            route_conflict::find(self.report, source, field, &location.path, &other);
            return false;
        }
        let file = source.path.as_str().into();
        self.claims
            .insert(location.clone(), Claim::Field { file, field });
        true
    }

    /// What stood in a place before.
    fn before(&self, location: &Location) -> Option<&'c Resource> {
        self.previous?.routes().get(location)
    }

    /// When what has this tag now was last modified there; `modified` is when its files were.
    fn last_modified(
        &self,
        location: &Location,
        tag: &EntityTag,
        modified: SystemTime,
    ) -> LastModified {
        let before = self.before(location).and_then(Resource::validators);
        // Never later than `Date` (RFC 9110 §8.8.2.1), to which a clock that was set back counts.
        match (self.previous, before) {
            (None, _) => LastModified::at(modified.min(self.now)),
            (Some(_), Some((before, last))) if before == tag => last.until(self.now),
            (Some(_), Some((_, last))) => LastModified::after(last, self.now),
            (Some(_), None) => LastModified::at(self.now),
        }
    }

    fn insert_published(&mut self, location: Location, draft: Draft, modified: SystemTime) {
        let tag = draft.tag();
        let last_modified = self.last_modified(&location, &tag, modified);
        let mut representation = draft.into_representation(tag, last_modified);
        if let Some(Resource::Published(before)) = self.before(&location) {
            representation.keep_codings_of(before);
        }
        self.insert(location, Resource::Published(Box::new(representation)));
    }

    fn insert(&mut self, location: Location, resource: Resource) {
        let claim = self.claims.get(&location).cloned();
        let Location { host, path, query } = location;
        self.routes.insert(
            &path,
            Route {
                host,
                query,
                claim: claim.unwrap_or(Claim::Settings),
                resource,
            },
        );
    }
}
