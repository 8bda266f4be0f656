//! A compiled site: immutable, shared, ready to answer.

use std::sync::Arc;
use std::time::SystemTime;

use cds_metadata::Severities;
use http::Response;

use crate::alias::Alias;
use crate::body::Body;
use crate::changes::EntryChanges;
use crate::claim::Claim;
use crate::etag::EntityTag;
use crate::history::History;
use crate::location::{Location, WELL_KNOWN};
use crate::maintenance::Maintenance;
use crate::resource::Resource;
use crate::respond::{RequestHead, Respond};
use crate::routes::{Route, Routes};

/// A site compiled into ready HTTP responses. It never changes; another takes its place.
#[derive(Debug)]
pub struct Site {
    published: Arc<Published>,
    maintenance: Option<Maintenance>,
    tag: EntityTag,
    /// Those that what is told of its place among others has.
    severities: Severities,
}

/// What a site has in maintenance and afterwards alike.
#[derive(Debug)]
struct Published {
    routes: Routes,
    aliases: Vec<Alias>,
    history: History,
    was_good: bool,
}

impl Site {
    /// A site that was never good: the well-known path answers 503 (RFC 9110 §15.6.4) until a
    /// good one takes its place.
    pub fn unavailable() -> Self {
        let well_known = (Location::well_known(None), Resource::Unavailable);
        Self::never_good([well_known], Vec::new())
    }

    /// A site that was never good, with what stands in for it.
    pub(crate) fn never_good(
        places: impl IntoIterator<Item = (Location, Resource)>,
        aliases: Vec<Alias>,
    ) -> Self {
        let mut routes = Routes::default();
        for (Location { host, path, query }, resource) in places {
            routes.insert(
                &path,
                Route {
                    host,
                    query,
                    claim: Claim::Settings,
                    resource,
                },
            );
        }
        let published = Published {
            routes,
            aliases,
            history: History::default(),
            was_good: false,
        };
        Self::of(Arc::new(published), None)
    }

    pub(crate) fn new(
        routes: Routes,
        history: History,
        aliases: Vec<Alias>,
        maintenance: Option<Maintenance>,
    ) -> Self {
        let published = Published {
            routes,
            aliases,
            history,
            was_good: true,
        };
        Self::of(Arc::new(published), maintenance)
    }

    fn of(published: Arc<Published>, maintenance: Option<Maintenance>) -> Self {
        let tag = tag_of(&published, maintenance.as_ref());
        Self {
            published,
            maintenance,
            tag,
            severities: Severities::new(),
        }
    }

    /// The same, judged by these severities.
    pub(crate) fn judged_by(self, severities: Severities) -> Self {
        Self { severities, ..self }
    }

    /// Whether the site answers that it is being worked on.
    pub fn in_maintenance(&self) -> bool {
        self.maintenance.is_some()
    }

    /// When another site is due, though no file changes: at the end of a maintenance.
    ///
    /// A site has no clock. Whoever serves it asks for [`Site::resumed`] then.
    pub fn due(&self) -> Option<SystemTime> {
        self.maintenance.as_ref()?.ends()
    }

    /// The site after its maintenance, if that has ended by `now`. Validators are what they were
    /// before.
    pub fn resumed(&self, now: SystemTime) -> Option<Self> {
        let is_over = self.maintenance.as_ref()?.is_over(now);
        is_over
            .then(|| Self::of(Arc::clone(&self.published), None).judged_by(self.severities.clone()))
    }

    /// A hash of what the site publishes (places, content, media types, redirects, a maintenance),
    /// in hexadecimal: the same on every replica that has the same files.
    pub fn etag(&self) -> &str {
        self.tag.as_str()
    }

    /// How many coverage entries the site has, in all its listings together.
    pub fn entries(&self) -> usize {
        self.history().entries()
    }

    /// How the coverage entries differ from those of a version `before`; without one, all are
    /// added.
    pub fn entry_changes(&self, before: Option<&Self>) -> EntryChanges {
        let nothing = History::default();
        let before = before.map_or(&nothing, Self::history);
        self.history().entry_changes(before)
    }

    /// The paths that the site answers, sorted.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<_> = self
            .routes()
            .sorted()
            .into_iter()
            .map(|(path, _)| &**path)
            .collect();
        paths.dedup();
        paths
    }

    /// Whether the site was ever good.
    pub(crate) fn was_good(&self) -> bool {
        self.published.was_good
    }

    /// Whether the well-known path redirects, but nothing says on which host.
    pub(crate) fn has_moved_from_nowhere(&self) -> bool {
        let routes = self.routes().sorted().into_iter();
        let mut front = routes.filter(|(path, _)| ***path == *WELL_KNOWN);
        front.any(|(_, route)| route.host.is_none() && route.resource.is_redirect())
            && self.aliases().is_empty()
    }

    /// The answer of one of the routes.
    pub(crate) fn answer(&self, route: &Route, head: RequestHead<'_>) -> Response<Body> {
        route.resource.answer(head, self.maintenance.as_ref())
    }

    /// The hosts that the settings name.
    pub(crate) fn aliases(&self) -> &[Alias] {
        &self.published.aliases
    }

    pub(crate) const fn severities(&self) -> &Severities {
        &self.severities
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.published.routes
    }

    pub(crate) fn history(&self) -> &History {
        &self.published.history
    }
}

impl Respond for Site {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        Some(self.answer(self.routes().find(head)?, head))
    }
}

fn tag_of(published: &Published, maintenance: Option<&Maintenance>) -> EntityTag {
    let Published {
        routes, aliases, ..
    } = published;
    let mut pieces = Vec::new();
    if let Some(maintenance) = maintenance {
        let retry_after = maintenance.retry_after().as_bytes();
        pieces.push([b"maintenance\n", retry_after, b"\n"].concat().into());
    }
    for alias in aliases {
        pieces.push(format!("{}\n", alias.host).into());
    }
    for (path, route) in routes.sorted() {
        let host = route.host.as_deref().unwrap_or_default();
        let (tag, content_type) = match &route.resource {
            Resource::Published(representation) => {
                (representation.tag.as_str(), representation.content_type())
            }
            Resource::Listing(listing) => (listing.tag.as_str(), ""),
            Resource::Moved(moved) => (
                moved.location.to_str().unwrap_or_default(),
                if moved.permanent { "301" } else { "302" },
            ),
            Resource::Unavailable => ("", ""),
        };
        let query = route.query.join("&");
        pieces.push(format!("{host}\n{path}\n{query}\n{content_type}\n{tag}\n").into());
    }
    EntityTag::of(&pieces)
}
