//! Many sites, told apart by their hosts.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use cds_metadata::Report;
use hashbrown::Equivalent;
use http::Response;

use crate::body::Body;
use crate::host;
use crate::outlines::Outlines;
use crate::path::look_up;
use crate::placement::Placement;
use crate::redirects;
use crate::respond::{RequestHead, Respond};
use crate::routes::Route;
use crate::rules::{host_not_allowed, host_unlike_directory, route_conflict};
use crate::shards::Shards;
use crate::site::Site;

/// Many sites, told apart by their hosts.
///
/// A document answers on the host of its own URL and on the `hosts` of its site's settings, and
/// nowhere else: a request for another host is not ours. Of two sites that have the same host and
/// path, the first by name answers; [`SiteSet::report`] tells the other.
///
/// Copies share what they have in common: a set of 10,000 sites with another site in it is made in
/// microseconds. A [`Handle`](crate::Handle) lets it take the place of the one before.
///
/// ```
/// # fn sources(_: &str) -> cds_site::Sources { cds_site::Sources::new() }
/// use std::time::SystemTime;
/// use cds_site::{SiteSet, SiteSetHandle, compile};
///
/// let handle = SiteSetHandle::new(SiteSet::new());
/// let mut sites = SiteSet::clone(&handle.load());
/// for name in ["east.example", "west.example"] {
///     let previous = sites.get(name);
///     let compiled = compile(&sources(name), SystemTime::now(), previous.map(|site| &**site));
///     if let Some(site) = compiled.site {
///         sites.insert(name, site);
///     }
/// }
/// handle.store(sites);
/// ```
#[derive(Debug, Clone, Default)]
pub struct SiteSet {
    bind: Bind,
    sites: Shards<Arc<str>, Arc<Site>>,
    places: Shards<Spot, Arc<[Holder]>>,
    /// Those of all paths that there have been.
    outlines: Outlines,
}

/// Which hosts a site may answer for.
///
/// ```
/// use cds_site::{Bind, SiteSet};
///
/// // Sites that one publisher answers for: each says itself where it is.
/// let sites = SiteSet::new();
/// // Sites that belong to different people: each is named after its domain and stays within it.
/// let sites = SiteSet::bound(Bind::Directory);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bind {
    /// Those of its documents' URLs and of its settings.
    #[default]
    Documents,
    /// Of those, the host that the site (its directory) is named after, and subdomains of it.
    Directory,
}

/// A host and a path, both normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Spot {
    host: Arc<str>,
    path: Arc<str>,
}

/// A spot that is looked for.
#[derive(Hash)]
struct Asked<'a> {
    host: &'a str,
    path: &'a str,
}

impl Equivalent<Spot> for Asked<'_> {
    fn equivalent(&self, spot: &Spot) -> bool {
        *self.host == *spot.host && *self.path == *spot.path
    }
}

/// A site that has a spot.
#[derive(Debug, Clone)]
struct Holder {
    name: Arc<str>,
    site: Arc<Site>,
    route: Arc<Route>,
    is_by_alias: bool,
}

impl Holder {
    /// What its query tells apart comes before what has none, then the first by name. Of one site
    /// what is there by its own URL comes before what is by `hosts`; equals stay as they came.
    fn order(&self) -> (Reverse<usize>, &str, bool) {
        let queries = self.route.query.len();
        (Reverse(queries), &self.name, self.is_by_alias)
    }
}

impl SiteSet {
    /// No sites; those to come may answer for any host.
    pub fn new() -> Self {
        Self::default()
    }

    /// No sites; those to come may answer for the hosts that `bind` allows.
    pub fn bound(bind: Bind) -> Self {
        Self {
            bind,
            ..Self::default()
        }
    }

    /// Adds a site; one of the same name is replaced and returned.
    pub fn insert(
        &mut self,
        name: impl Into<Arc<str>>,
        site: impl Into<Arc<Site>>,
    ) -> Option<Arc<Site>> {
        let (name, site) = (name.into(), site.into());
        let before = self.remove(&name);
        for placement in Placement::all(&site, self.bound_to(&name)) {
            if self.may_have(&name, &placement) {
                let spot = spot(&placement);
                self.outlines.insert(&spot.path);
                let holder = Holder {
                    name: Arc::clone(&name),
                    site: Arc::clone(&site),
                    route: Arc::clone(placement.route),
                    is_by_alias: placement.is_by_alias(),
                };
                let holders = self.places.get(&spot).map_or(&[][..], |holders| holders);
                let holders = with(holders, holder);
                self.places.insert(spot, holders);
            }
        }
        self.sites.insert(name, site);
        before
    }

    /// Removes a site and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Arc<Site>> {
        let site = self.sites.remove(name)?;
        for placement in Placement::all(&site, self.bound_to(name)) {
            let spot = spot(&placement);
            let Some(holders) = self.places.get(&spot) else {
                continue;
            };
            let left: Arc<[Holder]> = holders
                .iter()
                .filter(|holder| *holder.name != *name)
                .cloned()
                .collect();
            if left.is_empty() {
                self.places.remove(&spot);
            } else {
                self.places.insert(spot, left);
            }
        }
        Some(site)
    }

    /// The site of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Site>> {
        self.sites.get(name)
    }

    /// All sites by name, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Site>)> {
        let mut all: Vec<_> = self.sites.iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter()
    }

    /// How many sites there are.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether there is no site.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the first of the sites is due ([`Site::due`]).
    pub fn due(&self) -> Option<SystemTime> {
        self.sites.iter().filter_map(|(_, site)| site.due()).min()
    }

    /// The sites with those whose maintenance has ended by `now` as they are after it
    /// ([`Site::resumed`]); `None` if there are none.
    pub fn resumed(&self, now: SystemTime) -> Option<Self> {
        let sites = self.sites.iter();
        let resumed = sites.filter_map(|(name, site)| Some((Arc::clone(name), site.resumed(now)?)));
        let resumed: Vec<_> = resumed.collect();
        if resumed.is_empty() {
            return None;
        }
        let mut sites = self.clone();
        sites.extend(resumed);
        Some(sites)
    }

    /// What keeps documents of a site from being served among these: a site that comes before it
    /// by name and has the same host and path, a host that it may not answer for, `hosts` that give
    /// two of its own documents the same host and path, or none that says where it has moved from.
    /// Its other documents are served all the same. A metadata object on another host than the one
    /// that the site is named after is told, too.
    ///
    /// One finding for each document, file or host; it has no place where the document is not
    /// published by this site.
    pub fn report(&self, name: &str) -> Report {
        let mut report = Report::new();
        let mut told_of = BTreeSet::new();
        let Some(site) = self.sites.get(name) else {
            return report;
        };
        let bound_to = self.bound_to(name);
        if bound_to.is_none() && site.has_moved_from_nowhere() {
            report.push(redirects::from_nowhere());
        }
        for placement in Placement::all(site, bound_to) {
            // A host that a setting names is one mistake, however many documents there are.
            let is_told = placement.is_by_alias() && told_of.contains(&placement.host);
            let finding = if is_told {
                None
            } else if !self.may_have(name, &placement) {
                Some(host_not_allowed::find(&placement, &host::normalise(name)))
            } else {
                let first = self.first_holder(&placement);
                first.and_then(|first| {
                    if *first.name != *name {
                        Some(route_conflict::between_sites(&placement, &first.name))
                    } else if !Arc::ptr_eq(&first.route, placement.route) {
                        let claim = &first.route.claim;
                        Some(route_conflict::within_site(&placement, claim))
                    } else {
                        None
                    }
                })
            };
            if placement.is_by_alias() && finding.is_some() {
                told_of.insert(Arc::clone(&placement.host));
            }
            report.extend(finding);
            if self.bind == Bind::Documents {
                report.extend(host_unlike_directory::find(&placement, site, name));
            }
        }
        report.apply(site.severities());
        report.sort();
        report
    }

    /// The sites whose report may depend on whether this one is there: those that come after it by
    /// name and have a host and path in common with it.
    pub fn rivals(&self, name: &str) -> BTreeSet<Arc<str>> {
        let mut rivals = BTreeSet::new();
        let placements = self
            .sites
            .get(name)
            .into_iter()
            .flat_map(|site| Placement::all(site, self.bound_to(name)));
        for placement in placements {
            let holders = self.places.get(&spot(&placement));
            let others = holders.into_iter().flat_map(|holders| holders.iter());
            let later = others.filter(|holder| *holder.name > *name);
            rivals.extend(later.map(|holder| Arc::clone(&holder.name)));
        }
        rivals
    }

    fn may_have(&self, name: &str, placement: &Placement<'_>) -> bool {
        match self.bind {
            Bind::Documents => true,
            Bind::Directory => host::is_within(&placement.host, &host::normalise(name)),
        }
    }

    /// The host that a site of this name is bound to, if any.
    fn bound_to(&self, name: &str) -> Option<Arc<str>> {
        match self.bind {
            Bind::Documents => None,
            Bind::Directory => host::parse(name).ok().map(Arc::from),
        }
    }

    /// Who has the spot of a route, for requests with its query.
    fn first_holder(&self, placement: &Placement<'_>) -> Option<&Holder> {
        let holders = self.places.get(&spot(placement))?;
        let same = |holder: &&Holder| holder.route.query == placement.route.query;
        holders.iter().find(same)
    }
}

impl Respond for SiteSet {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        let path = head.uri.path();
        if !self.outlines.may_have(path) {
            return None;
        }
        let host = head.normal_host()?;
        let holders = look_up(path, |path| self.places.get(&Asked { host: &host, path }))?;
        let holder = holders
            .iter()
            .find(|holder| holder.route.admits_query(head))?;
        Some(holder.site.answer(&holder.route, head))
    }
}

impl<N: Into<Arc<str>>, S: Into<Arc<Site>>> FromIterator<(N, S)> for SiteSet {
    fn from_iter<T: IntoIterator<Item = (N, S)>>(sites: T) -> Self {
        let mut set = Self::new();
        set.extend(sites);
        set
    }
}

impl<N: Into<Arc<str>>, S: Into<Arc<Site>>> Extend<(N, S)> for SiteSet {
    fn extend<T: IntoIterator<Item = (N, S)>>(&mut self, sites: T) {
        for (name, site) in sites {
            self.insert(name, site);
        }
    }
}

fn spot(placement: &Placement<'_>) -> Spot {
    Spot {
        host: Arc::clone(&placement.host),
        path: Arc::clone(&placement.path),
    }
}

fn with(holders: &[Holder], holder: Holder) -> Arc<[Holder]> {
    let at = holders.partition_point(|other| other.order() <= holder.order());
    let (before, after) = holders.split_at(at);
    let all = before.iter().cloned().chain([holder]);
    all.chain(after.iter().cloned()).collect()
}
