//! Which request is for which resource.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::claim::Claim;
use crate::location::Location;
use crate::outlines::Outlines;
use crate::path::{is_same, look_up, normalise};
use crate::resource::Resource;
use crate::respond::RequestHead;

/// One resource and where it is published.
#[derive(Debug)]
pub(crate) struct Route {
    /// The host of its URL, normalised; `None` when no document says.
    pub(crate) host: Option<Arc<str>>,
    /// Pairs that the request's query must have.
    pub(crate) query: Vec<Box<str>>,
    pub(crate) claim: Claim,
    pub(crate) resource: Resource,
}

/// All routes of a site, by normalised path.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    by_path: HashMap<Arc<str>, Vec<Arc<Route>>>,
    outlines: Outlines,
}

impl Routes {
    /// Adds a route behind those of its path whose queries ask for as much or more: what is told
    /// apart by its query comes before what is not.
    pub(crate) fn insert(&mut self, path: &str, route: Route) {
        let path = normalise(path);
        self.outlines.insert(&path);
        let routes = self.by_path.entry(path.as_ref().into()).or_default();
        let at = routes.partition_point(|other| other.query.len() >= route.query.len());
        routes.insert(at, Arc::new(route));
    }

    /// The route that a request is for, whatever its host unless that makes a difference.
    pub(crate) fn find(&self, head: RequestHead<'_>) -> Option<&Route> {
        let path = head.uri.path();
        if !self.outlines.may_have(path) {
            return None;
        }
        let routes = look_up(path, |path| self.by_path.get(path))?;
        match routes.as_slice() {
            [route] => Some(route).filter(|route| route.admits_query(head)),
            routes => {
                let host = head.normal_host();
                let mut admitted = routes.iter().filter(|route| route.admits_query(head));
                let first = admitted.clone().next();
                admitted
                    .find(|route| route.host.as_deref() == host.as_deref())
                    .or(first)
            }
        }
        .map(|route| &**route)
    }

    /// The resource of exactly this place.
    pub(crate) fn get(&self, location: &Location) -> Option<&Resource> {
        let routes = self.by_path.get(location.path.as_str())?;
        let is_there =
            |route: &&Arc<Route>| route.host == location.host && route.query == location.query;
        routes.iter().find(is_there).map(|route| &route.resource)
    }

    /// All routes with their paths, sorted by those; of one path in the order in which requests are
    /// held against them.
    pub(crate) fn sorted(&self) -> Vec<(&Arc<str>, &Arc<Route>)> {
        let mut all: Vec<_> = self
            .by_path
            .iter()
            .flat_map(|(path, routes)| routes.iter().map(move |route| (path, route)))
            .collect();
        all.sort_by_key(|(path, _)| *path);
        all
    }
}

impl Route {
    /// Whether a request's query has all that the route asks for.
    pub(crate) fn admits_query(&self, head: RequestHead<'_>) -> bool {
        let query = head.uri.query().unwrap_or_default();
        self.query
            .iter()
            .all(|pair| query.split('&').any(|given| is_same(given, pair)))
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn routes(of: &[(&str, &str, &[&str])]) -> Routes {
        let mut routes = Routes::default();
        for (path, host, query) in of {
            let query = query.iter().map(|pair| Box::from(*pair)).collect();
            let resource = Resource::Unavailable;
            routes.insert(
                path,
                Route {
                    host: Some((*host).into()),
                    query,
                    claim: Claim::Settings,
                    resource,
                },
            );
        }
        routes
    }

    fn finds(routes: &Routes, uri: &str, host: &str) -> Option<String> {
        let request = Request::get(uri).header("host", host).body(()).unwrap();
        let found: *const Resource = &raw const routes.find((&request).into())?.resource;
        let all = routes.sorted();
        let (path, route) = all
            .iter()
            .find(|(_, route)| std::ptr::eq(&raw const route.resource, found))?;
        Some(format!(
            "{}{path}",
            route.host.as_deref().unwrap_or_default()
        ))
    }

    #[test]
    fn a_path_that_only_one_resource_has_answers_on_every_host() {
        let routes = routes(&[("/a", "one.example", &[])]);
        assert_eq!(
            finds(&routes, "/a", "localhost:8080").as_deref(),
            Some("one.example/a")
        );
        assert_eq!(
            finds(&routes, "/%61?x", "localhost").as_deref(),
            Some("one.example/a")
        );
        assert_eq!(finds(&routes, "/a/", "one.example"), None);
        assert_eq!(finds(&routes, "/b", "one.example"), None);
    }

    #[test]
    fn of_resources_with_the_same_path_the_host_decides_and_else_the_first() {
        let routes = routes(&[("/a", "one.example", &[]), ("/a", "two.example", &[])]);
        assert_eq!(
            finds(&routes, "/a", "TWO.example:80").as_deref(),
            Some("two.example/a")
        );
        assert_eq!(
            finds(&routes, "/a", "localhost").as_deref(),
            Some("one.example/a")
        );
    }

    #[test]
    fn a_query_in_the_url_must_be_there() {
        let routes = routes(&[("/api", "one.example", &["format=cds", "v=1"])]);
        assert!(finds(&routes, "/api?v=1&x&format=cds", "one.example").is_some());
        assert!(finds(&routes, "/api?%76=1&format=%63ds", "one.example").is_some());
        assert!(finds(&routes, "/api?v%3D1&format=cds", "one.example").is_none());
        assert!(finds(&routes, "/api?format=cds", "one.example").is_none());
        assert!(finds(&routes, "/api", "one.example").is_none());
    }

    #[test]
    fn what_its_query_tells_apart_comes_before_what_has_none() {
        let routes = routes(&[
            ("/cds", "one.example", &[]),
            ("/cds", "one.example", &["coverage=1"]),
        ]);
        let resource = |uri: &str| {
            let request = Request::get(uri).body(()).unwrap();
            let found = routes.find((&request).into());
            found.map(|route| &raw const route.resource)
        };
        let place = |query: &[&str]| Location {
            host: Some("one.example".into()),
            path: "/cds".to_owned(),
            query: query.iter().map(|pair| Box::from(*pair)).collect(),
        };
        let plain = routes.get(&place(&[])).map(std::ptr::from_ref);
        let listing = routes.get(&place(&["coverage=1"])).map(std::ptr::from_ref);
        assert_eq!(resource("/cds?coverage=1&x"), listing);
        assert_eq!(resource("/cds?x"), plain);
        assert_ne!(plain, listing);
    }

    #[test]
    fn long_paths_are_found_too() {
        let path = format!("/{}", "a".repeat(300));
        let routes = routes(&[(&path, "one.example", &[])]);
        assert!(finds(&routes, &path, "one.example").is_some());
        assert!(finds(&routes, &format!("{path}a"), "one.example").is_none());
    }
}
