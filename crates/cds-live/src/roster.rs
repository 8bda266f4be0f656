//! Which sites there are: the names in a directory of sites.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use cds_site::Report;

use crate::chain::{self, Places};
use crate::inbox::SiteId;
use crate::layout;
use crate::options::{Options, WatchMode};
use crate::problem::Problem;
use crate::scan::is_missing;
use crate::schedule::Schedule;
use crate::stamp::DirectoryId;
use crate::tracked::ARM_TRIES;
use crate::watch::Watch;

/// A directory of sites that is kept up with.
pub(crate) struct Roster {
    directory: PathBuf,
    pub(crate) schedule: Schedule,
    /// Where the directory was found last, without symbolic links.
    found: Option<(PathBuf, DirectoryId)>,
}

/// The directory of sites at one moment.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    /// The names of the sites.
    pub(crate) names: BTreeSet<Arc<str>>,
    /// What is wrong with the directory itself.
    pub(crate) report: Report,
    /// Whether the directory is another than before, or elsewhere.
    pub(crate) is_another: bool,
}

/// The directory of sites among what is watched.
pub(crate) const ROSTER: SiteId = SiteId(0);

impl Roster {
    pub(crate) fn new(directory: PathBuf, options: &Options, now: Instant) -> Self {
        Self {
            directory,
            schedule: Schedule::new(options, now),
            found: None,
        }
    }

    /// The directory without symbolic links, or where it would be.
    pub(crate) fn base(&self) -> &Path {
        let found = self.found.as_ref().map(|(path, _)| path.as_path());
        found.unwrap_or(&self.directory)
    }

    /// A look at the directory, with the watch on it set beforehand.
    pub(crate) fn look(&mut self, options: &Options, watch: &mut Watch) -> Roll {
        let begun = Instant::now();
        let mut tries = 0;
        let before = self.found.clone();
        let mut roll = loop {
            let mut places = Places::default();
            let roll = self.call(&mut places);
            tries += 1;
            let armed = options.watch == WatchMode::Auto && watch.arm(ROSTER, &places);
            // What happened in a directory before it was watched is seen by another look.
            if !armed || tries == ARM_TRIES {
                break roll;
            }
        };
        roll.is_another = self.found != before;
        self.schedule.looked(begun.elapsed());
        roll
    }

    fn call(&mut self, places: &mut Places) -> Roll {
        let mut roll = Roll::default();
        match self.list(places, &mut roll) {
            Ok(()) => {}
            Err(error) => {
                let problem = match error.kind() {
                    _ if is_missing(&error) => Problem::NoSuchDirectory,
                    _ => Problem::from(error),
                };
                if problem == Problem::NoSuchDirectory {
                    self.found = None;
                }
                let directory = self.directory.to_string_lossy();
                roll.report.push(problem.finding(&directory));
            }
        }
        roll
    }

    fn list(&mut self, places: &mut Places, roll: &mut Roll) -> io::Result<()> {
        let path = chain::resolve(Path::new("/"), &self.directory, places)?;
        places.add_all(&path);
        let id = DirectoryId::from(&path.symlink_metadata()?);
        let names = names_in(&path)?;
        self.found = Some((path, id));
        for name in names {
            match name.into_string() {
                Ok(name) => {
                    roll.names.insert(name.into());
                }
                Err(name) => {
                    let path = self.directory.join(&name);
                    let finding = Problem::NameNotUtf8.finding(&path.to_string_lossy());
                    roll.report.push(finding);
                }
            }
        }
        Ok(())
    }
}

/// The names of the sites in a directory of sites, sorted: those that
/// [`LiveSites`](crate::LiveSites) keeps up with.
///
/// # Errors
///
/// When the directory can't be read.
pub fn site_names(dir: impl AsRef<Path>) -> io::Result<Vec<String>> {
    let names = names_in(dir.as_ref())?.into_iter();
    let mut names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

fn names_in(directory: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if may_be_site(&entry) {
            names.push(entry.file_name());
        }
    }
    Ok(names)
}

/// Whether a name stands for a site: every directory does, and every link that doesn't lead to a
/// file, since what it leads to may be there in a moment.
fn may_be_site(entry: &DirEntry) -> bool {
    if layout::is_hidden(&entry.file_name().to_string_lossy()) {
        return false;
    }
    let Ok(kind) = entry.file_type() else {
        return false;
    };
    kind.is_dir()
        || kind.is_symlink() && !fs::metadata(entry.path()).is_ok_and(|target| !target.is_dir())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::Arc;

    use super::*;
    use crate::inbox::Inbox;

    fn roster(directory: &Path) -> (Roster, Options, Watch) {
        let options = Options::new();
        let roster = Roster::new(directory.to_owned(), &options, Instant::now());
        (roster, options, Watch::new(Arc::new(Inbox::default())))
    }

    fn names(roll: &Roll) -> Vec<&str> {
        roll.names.iter().map(|name| &**name).collect()
    }

    #[test]
    fn directories_and_links_to_them_are_sites_and_nothing_else_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        for name in ["b.example", "a.example", ".git", "..data", "lost+found"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        fs::write(path.join("README.md"), "").unwrap();
        symlink("a.example", path.join("alias")).unwrap();
        symlink("README.md", path.join("file")).unwrap();
        symlink("nothing", path.join("dangling")).unwrap();
        let (mut roster, options, mut watch) = roster(path);
        let roll = roster.look(&options, &mut watch);
        assert_eq!(
            names(&roll),
            ["a.example", "alias", "b.example", "dangling"]
        );
        assert_eq!(site_names(path).unwrap(), names(&roll));
        assert!(roll.report.is_empty(), "{:?}", roll.report);
        assert!(roll.is_another);
        assert!(!roster.look(&options, &mut watch).is_another);
    }

    #[test]
    fn another_directory_of_the_same_name_is_noticed() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().canonicalize().unwrap().join("sites");
        let (mut roster, options, mut watch) = roster(&path);
        let roll = roster.look(&options, &mut watch);
        assert_eq!(roll.report.findings().len(), 1);
        assert_eq!(roster.base(), path);

        fs::create_dir_all(path.join("a.example")).unwrap();
        let roll = roster.look(&options, &mut watch);
        assert!(roll.is_another && roll.report.is_empty());
        fs::create_dir(outer.path().join("next")).unwrap();
        fs::rename(&path, outer.path().join("before")).unwrap();
        fs::rename(outer.path().join("next"), &path).unwrap();
        let roll = roster.look(&options, &mut watch);
        assert!(roll.is_another && roll.names.is_empty());
    }
}
