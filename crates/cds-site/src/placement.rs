//! Where a site answers among many: on which host, at which path, and why.

use std::sync::Arc;

use cds_metadata::{Finding, Place, Pointer, Rule};

use crate::alias::Alias;
use crate::claim::Claim;
use crate::endpoint::METADATA_FILE;
use crate::routes::Route;
use crate::settings::SETTINGS_FILE;
use crate::site::Site;

/// A place at which a site answers.
#[derive(Debug, Clone)]
pub(crate) struct Placement<'s> {
    pub(crate) host: Arc<str>,
    pub(crate) path: Arc<str>,
    pub(crate) route: &'s Arc<Route>,
    /// The setting that names the host, if no document does.
    alias: Option<&'s Alias>,
    site: &'s Site,
}

impl<'s> Placement<'s> {
    /// All places of a site, sorted by path: each of its documents is on the host of its own URL
    /// and on those that the settings name. A redirect without documents is on the host that the
    /// site is bound to.
    pub(crate) fn all(site: &'s Site, bound_to: Option<Arc<str>>) -> impl Iterator<Item = Self> {
        let routes = site.routes().sorted().into_iter();
        routes.flat_map(move |(path, route)| {
            let is_bound = route.host.is_none() && route.resource.is_redirect();
            let bound_to = bound_to.clone().filter(|_| is_bound);
            let own = route.host.clone().or(bound_to);
            let others = site.aliases().iter().map(|alias| (&alias.host, alias));
            let others = others.filter(|(host, _)| Some(*host) != own.as_ref());
            let others: Vec<_> = others
                .map(|(host, alias)| (Arc::clone(host), Some(alias)))
                .collect();
            let own = own.map(|host| (host, None));
            own.into_iter()
                .chain(others)
                .map(move |(host, alias)| Self {
                    host,
                    path: Arc::clone(path),
                    route,
                    alias,
                    site,
                })
        })
    }

    /// What is where.
    pub(crate) fn what(&self) -> String {
        let Self { host, path, .. } = self;
        match (&self.alias, &self.route.claim) {
            (Some(_), _) => format!("by `hosts`, `{path}` is on `{host}` too"),
            (None, Claim::Field { field, .. }) => format!("`{field}` is at `{path}` on `{host}`"),
            (None, Claim::File(_)) => format!("the file is linked to at `{path}` on `{host}`"),
            (None, Claim::Settings) => format!("the redirect of `{path}` is on `{host}`"),
        }
    }

    /// Whether a setting names the host and no document does.
    pub(crate) const fn is_by_alias(&self) -> bool {
        self.alias.is_some()
    }

    /// Whether it is that of the site's own metadata object, by its own URL.
    pub(crate) fn is_of_front(&self) -> bool {
        let is_own = |file: &str, field: &str| file == METADATA_FILE && field == "cds_metadata_url";
        match &self.route.claim {
            Claim::Field { file, field } => self.alias.is_none() && is_own(file, field),
            _ => false,
        }
    }

    /// A finding about what has the place.
    pub(crate) fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        match (&self.alias, &self.route.claim) {
            (Some(alias), _) => {
                Finding::new(rule, SETTINGS_FILE, message).place(Some(alias.place.clone()))
            }
            (None, Claim::Field { file, field }) => {
                let pointer = Pointer::root().key(field);
                let prefix = file.strip_suffix(METADATA_FILE).unwrap_or_default();
                let object = self.site.history().object(prefix);
                let place = object.and_then(|json| {
                    let json = String::from_utf8_lossy(json);
                    Place::at(&json, &pointer)
                });
                Finding::new(rule, &**file, message)
                    .place(place)
                    .pointer(pointer)
            }
            (None, Claim::File(file)) => Finding::new(rule, &**file, message),
            (None, Claim::Settings) => Finding::new(rule, SETTINGS_FILE, message),
        }
    }
}
