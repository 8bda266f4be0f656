//! Which request is for which resource.

use hashbrown::HashMap;

use crate::location::Location;
use crate::path::normalise;
use crate::resource::Resource;
use crate::respond::RequestHead;

/// One resource and where it is published.
#[derive(Debug)]
pub(crate) struct Route {
    /// The host of its URL, in lower case; `None` when no document says.
    pub(crate) host: Option<Box<str>>,
    /// Pairs that the request's query must have.
    pub(crate) query: Vec<Box<str>>,
    pub(crate) resource: Resource,
}

/// All routes of a site, by normalised path.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    by_path: HashMap<Box<str>, Vec<Route>>,
    lengths: Lengths,
}

impl Routes {
    /// Adds a route behind those of its path whose queries ask for as much or more: what is told
    /// apart by its query comes before what is not.
    pub(crate) fn insert(&mut self, path: &str, route: Route) {
        let path = normalise(path);
        self.lengths.insert(path.len());
        let routes = self.by_path.entry(path.as_ref().into()).or_default();
        let at = routes.partition_point(|other| other.query.len() >= route.query.len());
        routes.insert(at, route);
    }

    /// The resource that a request is for.
    pub(crate) fn find(&self, head: RequestHead<'_>) -> Option<&Resource> {
        let path = head.uri.path();
        // Most requests are for the portal. Nearly all of them end here.
        if !self.lengths.contains(path.len()) && !path.contains('%') {
            return None;
        }
        let routes = self.by_path.get(normalise(path).as_ref())?;
        match routes.as_slice() {
            [route] => Some(route).filter(|route| route.admits_query(head)),
            routes => {
                let host = head.host().map(str::to_ascii_lowercase);
                let mut admitted = routes.iter().filter(|route| route.admits_query(head));
                let first = admitted.clone().next();
                admitted
                    .find(|route| route.host.as_deref() == host.as_deref())
                    .or(first)
            }
        }
        .map(|route| &route.resource)
    }

    /// The resource of exactly this place.
    pub(crate) fn get(&self, location: &Location) -> Option<&Resource> {
        let routes = self.by_path.get(location.path.as_str())?;
        let is_there =
            |route: &&Route| route.host == location.host && route.query == location.query;
        routes.iter().find(is_there).map(|route| &route.resource)
    }

    /// All routes with their paths, sorted.
    pub(crate) fn sorted(&self) -> Vec<(&str, &Route)> {
        let mut all: Vec<_> = self
            .by_path
            .iter()
            .flat_map(|(path, routes)| routes.iter().map(move |route| (&**path, route)))
            .collect();
        all.sort_by(|(path_a, a), (path_b, b)| {
            (path_a, &a.host, &a.query).cmp(&(path_b, &b.host, &b.query))
        });
        all
    }
}

impl Route {
    fn admits_query(&self, head: RequestHead<'_>) -> bool {
        let query = head.uri.query().unwrap_or_default();
        self.query
            .iter()
            .all(|pair| query.split('&').any(|given| given == &**pair))
    }
}

/// The lengths that paths have: a request's path of another length is nobody's, and that is
/// cheaper to tell than a hash.
#[derive(Debug, Default)]
struct Lengths {
    bits: [u64; 4],
    longer: bool,
}

impl Lengths {
    fn insert(&mut self, length: usize) {
        match self.bits.get_mut(length / 64) {
            Some(word) => *word |= 1 << (length % 64),
            None => self.longer = true,
        }
    }

    fn contains(&self, length: usize) -> bool {
        self.bits
            .get(length / 64)
            .map_or(self.longer, |word| word & (1 << (length % 64)) != 0)
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
                    resource,
                },
            );
        }
        routes
    }

    fn finds(routes: &Routes, uri: &str, host: &str) -> Option<String> {
        let request = Request::get(uri).header("host", host).body(()).unwrap();
        let found: *const Resource = routes.find((&request).into())?;
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
            routes.find((&request).into()).map(std::ptr::from_ref)
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
