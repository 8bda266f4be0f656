//! Which sites care about which directories, and about which names in them.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::chain::{Names, Places};
use crate::inbox::SiteId;

/// Which sites care about which directories.
#[derive(Debug, Default)]
pub(crate) struct Interests {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    by_directory: HashMap<Arc<Path>, Interested>,
    by_site: HashMap<SiteId, Places>,
}

/// The sites that care about a directory: by name, since thousands care about one name each in
/// the directory that they are in.
#[derive(Debug, Default)]
struct Interested {
    in_all: Vec<SiteId>,
    by_name: HashMap<OsString, Vec<SiteId>>,
}

impl Interests {
    /// Replaces what matters to a site; returns the directories that matter to none any more.
    pub(crate) fn replace(&self, site: SiteId, places: &Places) -> Vec<Arc<Path>> {
        let mut table = self.lock();
        if table.by_site.get(&site) == Some(places) {
            return Vec::new();
        }
        let before = table.by_site.remove(&site).unwrap_or_default();
        for (directory, names) in before.iter() {
            if let Some(interested) = table.by_directory.get_mut(directory) {
                interested.remove(site, names);
            }
        }
        for (directory, names) in places.iter() {
            let interested = table.by_directory.entry(Arc::clone(directory));
            interested.or_default().add(site, names);
        }
        if !places.is_empty() {
            table.by_site.insert(site, places.clone());
        }
        let mut abandoned = Vec::new();
        for (directory, _) in before.iter() {
            let interested = table.by_directory.get(directory);
            if interested.is_some_and(Interested::is_nobody) {
                table.by_directory.remove(directory);
                abandoned.push(Arc::clone(directory));
            }
        }
        abandoned
    }

    /// Calls `found` for every site that cares about `path`.
    pub(crate) fn each(&self, path: &Path, mut found: impl FnMut(SiteId)) {
        let table = self.lock();
        // The directory itself was moved, removed or given other permissions.
        if let Some(interested) = table.by_directory.get(path) {
            interested.everyone().for_each(&mut found);
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return;
        };
        if let Some(interested) = table.by_directory.get(directory) {
            let by_name = interested.by_name.get(name);
            let sites = interested
                .in_all
                .iter()
                .chain(by_name.into_iter().flatten());
            sites.copied().for_each(found);
        }
    }

    /// Calls `found` for every directory that matters to a site.
    pub(crate) fn each_directory(&self, site: SiteId, mut found: impl FnMut(&Path)) {
        let table = self.lock();
        let places = table.by_site.get(&site).into_iter();
        places
            .flat_map(Places::iter)
            .for_each(|(directory, _)| found(directory));
    }

    pub(crate) fn is_watched(&self, directory: &Path) -> bool {
        self.lock().by_directory.contains_key(directory)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interested {
    fn add(&mut self, site: SiteId, names: &Names) {
        match names {
            Names::All => self.in_all.push(site),
            Names::Only(names) => {
                for name in names {
                    self.by_name.entry(name.clone()).or_default().push(site);
                }
            }
        }
    }

    fn remove(&mut self, site: SiteId, names: &Names) {
        match names {
            Names::All => self.in_all.retain(|other| *other != site),
            Names::Only(names) => {
                for name in names {
                    let Some(sites) = self.by_name.get_mut(name) else {
                        continue;
                    };
                    sites.retain(|other| *other != site);
                    if sites.is_empty() {
                        self.by_name.remove(name);
                    }
                }
            }
        }
    }

    fn is_nobody(&self) -> bool {
        self.in_all.is_empty() && self.by_name.is_empty()
    }

    fn everyone(&self) -> impl Iterator<Item = SiteId> {
        let by_name = self.by_name.values().flatten();
        self.in_all.iter().chain(by_name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SiteId = SiteId(1);
    const B: SiteId = SiteId(2);

    fn who_cares(interests: &Interests, path: &str) -> Vec<SiteId> {
        let mut sites = Vec::new();
        interests.each(Path::new(path), |site| sites.push(site));
        sites.sort();
        sites
    }

    #[test]
    fn an_event_reaches_the_sites_that_care_about_its_name() {
        let interests = Interests::default();
        let mut places = Places::default();
        places.add("/srv".as_ref(), "a".as_ref());
        places.add_all("/srv/a".as_ref());
        interests.replace(A, &places);
        let mut places = Places::default();
        places.add("/srv".as_ref(), "b".as_ref());
        interests.replace(B, &places);

        assert_eq!(who_cares(&interests, "/srv/a/cds-coverage.json"), [A]);
        assert_eq!(who_cares(&interests, "/srv/b"), [B]);
        assert_eq!(who_cares(&interests, "/srv/c"), []);
        assert_eq!(who_cares(&interests, "/srv"), [A, B]);
    }

    #[test]
    fn a_directory_is_abandoned_when_the_last_site_lets_it_go() {
        let interests = Interests::default();
        let mut places = Places::default();
        places.add_all("/srv".as_ref());
        interests.replace(A, &places);
        interests.replace(B, &places);
        assert!(interests.replace(A, &Places::default()).is_empty());
        assert_eq!(
            interests.replace(B, &Places::default()),
            [Arc::from(Path::new("/srv"))]
        );
        assert!(!interests.is_watched("/srv".as_ref()));
    }
}
