//! Following symbolic links while noting every directory that a name was looked up in.
//!
//! A file can change because any link on the way to it was pointed elsewhere (Kubernetes' `..data`,
//! git-sync) or because a directory above it was renamed. Events about that appear in the
//! directory that holds the link or the name, so all of them are watched.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;

/// Directories, by their path without symbolic links, and which names in them matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    directories: BTreeMap<Arc<Path>, Names>,
}

/// Which names in a directory matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Names {
    /// Every name.
    All,
    /// These names: a file created beside them in `/tmp` says nothing about the site.
    Only(BTreeSet<OsString>),
}

impl Names {
    #[cfg(test)]
    pub(crate) fn contain(&self, name: &std::ffi::OsStr) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }
}

impl Places {
    /// Everything in a directory matters.
    pub(crate) fn add_all(&mut self, directory: &Path) {
        self.directories.insert(directory.into(), Names::All);
    }

    /// One name in a directory matters.
    pub(crate) fn add(&mut self, directory: &Path, name: &std::ffi::OsStr) {
        match self.directories.get_mut(directory) {
            Some(Names::All) => {}
            Some(Names::Only(names)) => {
                names.insert(name.to_owned());
            }
            None => {
                let names = BTreeSet::from([name.to_owned()]);
                self.directories
                    .insert(directory.into(), Names::Only(names));
            }
        }
    }

    /// The directories, parents before what they contain.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<Path>, &Names)> {
        self.directories.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.directories.is_empty()
    }
}

/// The path without symbolic links that `path` leads to; every lookup on the way is added to
/// `places`, on failure those up to the name that is missing.
///
/// `base` is the directory that a relative `path` begins in; it must have no links itself.
pub(crate) fn resolve(base: &Path, path: &Path, places: &mut Places) -> io::Result<PathBuf> {
    let mut resolved = base.to_owned();
    let mut rest = Vec::new();
    push_reversed(&mut rest, path);
    let mut links = 0;
    while let Some(step) = rest.pop() {
        let name = match step {
            Step::Root => {
                resolved = PathBuf::from("/");
                continue;
            }
            Step::Up => {
                resolved.pop();
                continue;
            }
            Step::Down(name) => name,
        };
        places.add(&resolved, &name);
        let next = resolved.join(&name);
        if !next.symlink_metadata()?.is_symlink() {
            resolved = next;
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err(Errno::LOOP.into());
        }
        push_reversed(&mut rest, &next.read_link()?);
    }
    Ok(resolved)
}

/// One step of a path.
enum Step {
    Root,
    Up,
    Down(OsString),
}

fn push_reversed(rest: &mut Vec<Step>, path: &Path) {
    rest.extend(
        path.components()
            .rev()
            .filter_map(|component| match component {
                Component::RootDir => Some(Step::Root),
                Component::ParentDir => Some(Step::Up),
                Component::Normal(name) => Some(Step::Down(name.to_owned())),
                Component::CurDir | Component::Prefix(_) => None,
            }),
    );
}

/// What Linux follows at most (path_resolution(7)).
const MAX_LINKS: usize = 40;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn physical_tempdir() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        (dir, path)
    }

    #[test]
    fn a_configmap_volume_is_followed_through_its_data_link() {
        let (_guard, dir) = physical_tempdir();
        fs::create_dir(dir.join("..2026_1")).unwrap();
        fs::write(dir.join("..2026_1/a.json"), "{}").unwrap();
        symlink("..2026_1", dir.join("..data")).unwrap();
        symlink("..data/a.json", dir.join("a.json")).unwrap();

        let mut places = Places::default();
        let found = resolve(&dir, Path::new("a.json"), &mut places).unwrap();

        assert_eq!(found, dir.join("..2026_1/a.json"));
        let mut expected = Places::default();
        for name in ["a.json", "..data", "..2026_1"] {
            expected.add(&dir, name.as_ref());
        }
        expected.add(&dir.join("..2026_1"), "a.json".as_ref());
        assert_eq!(places, expected);
    }

    #[test]
    fn an_absolute_link_and_a_link_with_parents_lead_where_the_system_goes() {
        let (_guard, dir) = physical_tempdir();
        fs::create_dir_all(dir.join("versions/2")).unwrap();
        fs::create_dir(dir.join("links")).unwrap();
        symlink(dir.join("links/relative"), dir.join("current")).unwrap();
        symlink("../versions/./2", dir.join("links/relative")).unwrap();

        let mut places = Places::default();
        let found = resolve(Path::new("/"), &dir.join("current"), &mut places).unwrap();
        assert_eq!(found, dir.join("current").canonicalize().unwrap());
        assert!(places.directories[&*dir.join("links")].contain("relative".as_ref()));
    }

    #[test]
    fn the_nearest_directory_that_exists_is_noted_when_the_rest_is_missing() {
        let (_guard, dir) = physical_tempdir();
        let mut places = Places::default();
        let error = resolve(Path::new("/"), &dir.join("later/cds"), &mut places).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(places.directories[&*dir].contain("later".as_ref()));
    }

    #[test]
    fn links_that_lead_to_each_other_end_in_an_error() {
        let (_guard, dir) = physical_tempdir();
        symlink("b", dir.join("a")).unwrap();
        symlink("a", dir.join("b")).unwrap();
        let error = resolve(&dir, Path::new("a"), &mut Places::default()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(Errno::LOOP.raw_os_error()));
    }
}
