//! Which sites care about which directories, and about which names in them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::chain::{Names, Places};
use crate::inbox::SiteId;

/// Which sites care about which directories.
#[derive(Debug, Default)]
pub(crate) struct Interests {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    by_directory: HashMap<PathBuf, BTreeMap<SiteId, Names>>,
    by_site: HashMap<SiteId, Vec<PathBuf>>,
}

impl Interests {
    /// Replaces what matters to a site; returns the directories that matter to none any more.
    pub(crate) fn replace(&self, site: SiteId, places: &Places) -> Vec<PathBuf> {
        let mut table = self.lock();
        let before = table.by_site.remove(&site).unwrap_or_default();
        for directory in &before {
            if let Some(sites) = table.by_directory.get_mut(directory) {
                sites.remove(&site);
            }
        }
        let mut now = Vec::new();
        for (directory, names) in places.iter() {
            now.push(directory.clone());
            let sites = table.by_directory.entry(directory.clone()).or_default();
            sites.insert(site, names.clone());
        }
        table.by_site.insert(site, now);
        let abandoned = |directory: &PathBuf| {
            table
                .by_directory
                .get(directory)
                .is_some_and(BTreeMap::is_empty)
        };
        let abandoned: Vec<PathBuf> = before.into_iter().filter(abandoned).collect();
        for directory in &abandoned {
            table.by_directory.remove(directory);
        }
        abandoned
    }

    /// Calls `found` for every site that cares about `path`.
    pub(crate) fn each(&self, path: &Path, mut found: impl FnMut(SiteId)) {
        let table = self.lock();
        // The directory itself was moved, removed or given other permissions.
        for site in table
            .by_directory
            .get(path)
            .into_iter()
            .flat_map(BTreeMap::keys)
        {
            found(*site);
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return;
        };
        for (site, names) in table.by_directory.get(directory).into_iter().flatten() {
            if names.contain(name) {
                found(*site);
            }
        }
    }

    pub(crate) fn is_watched(&self, directory: &Path) -> bool {
        self.lock().by_directory.contains_key(directory)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
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
            [PathBuf::from("/srv")]
        );
        assert!(!interests.is_watched("/srv".as_ref()));
    }
}
