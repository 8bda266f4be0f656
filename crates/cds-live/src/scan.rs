//! A look at a site directory that reads no file: what is there, and its stamps.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::chain::{self, Places};
use crate::inbox::Stage;
use crate::layout::{self, Expected, Within};
use crate::options::Limits;
use crate::problem::Problem;
use crate::stamp::Stamp;

/// The files of a site directory at one moment. Two equal scans mean that nothing happened in
/// between, unless it was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The directory itself.
    pub(crate) root: Root,
    /// What was found, by the path inside the site.
    pub(crate) files: BTreeMap<String, Found>,
}

/// The site directory itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Root {
    /// Its path without symbolic links.
    Present(PathBuf),
    /// It doesn't exist.
    Gone,
    /// It exists, but can't be looked into.
    Unreadable(Problem),
}

/// One name that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A regular file.
    File {
        /// Its path below the root without symbolic links.
        at: PathBuf,
        stamp: Stamp,
    },
    /// Anything that can't be read.
    Unreadable(Problem),
}

impl Found {
    /// Whether it is a file without a byte.
    fn is_empty(&self) -> bool {
        matches!(self, Self::File { stamp, .. } if stamp.size() == 0)
    }
}

impl Scan {
    /// Looks at a directory. Also returns what to watch for changes.
    pub(crate) fn of(directory: Whereabouts<'_>, limits: Limits) -> (Self, Places) {
        let mut walk = Walk {
            limits,
            ..Walk::default()
        };
        let root = walk.enter(directory);
        let scan = Self {
            root,
            files: walk.files,
        };
        (scan.limited_to(limits.total_size), walk.places)
    }

    /// The scan, if all files together have no more bytes than `limit`. Otherwise none of them is
    /// read: which one is too many, nobody can say.
    fn limited_to(self, limit: u64) -> Self {
        let sizes = self.stamps().map(Stamp::size);
        let size = sizes.fold(0, u64::saturating_add);
        if size <= limit {
            return self;
        }
        Self {
            root: Root::Unreadable(Problem::TooMuch { size, limit }),
            files: BTreeMap::new(),
        }
    }

    /// Whether the directory doesn't exist.
    pub(crate) fn is_gone(&self) -> bool {
        self.root == Root::Gone
    }

    /// Whether there is no directory, be there something else of its name or nothing.
    pub(crate) fn has_no_directory(&self) -> bool {
        self.is_gone() || self.root == Root::Unreadable(Problem::NotADirectory)
    }

    /// The files that differ between two scans.
    pub(crate) fn differences<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        let changed = |(path, found): &(&String, &Found)| other.files.get(*path) != Some(*found);
        let added = |path: &&String| !self.files.contains_key(*path);
        let mine = self
            .files
            .iter()
            .filter(changed)
            .map(|(path, _)| path.as_str());
        mine.chain(other.files.keys().filter(added).map(String::as_str))
    }

    /// Whether a file that `before` has is missing here.
    pub(crate) fn lacks_any_of(&self, before: &Self) -> bool {
        before
            .files
            .keys()
            .any(|path| !self.files.contains_key(path))
    }

    /// The files that somebody isn't done with, as far as one can tell: those that were written to
    /// and not closed, and empty ones that weren't `before`. An empty file is one whose content is
    /// going to be written, unless its writer is known to be done.
    pub(crate) fn unfinished(
        &self,
        writing: &HashMap<PathBuf, Stage>,
        before: Option<&Self>,
    ) -> Vec<String> {
        let Root::Present(root) = &self.root else {
            return Vec::new();
        };
        let was_empty = |path: &str| {
            let found = before.and_then(|before| before.files.get(path));
            found.is_some_and(Found::is_empty)
        };
        let is_unfinished = |(path, found): &(&String, &Found)| {
            let Found::File { at, .. } = found else {
                return false;
            };
            let is_new = found.is_empty() && !was_empty(path);
            // Joining paths costs more than all the rest.
            if writing.is_empty() {
                return is_new;
            }
            match writing.get(&root.join(at)) {
                Some(Stage::Written) => true,
                Some(Stage::Done) => false,
                Some(Stage::Created) | None => is_new,
            }
        };
        let files = self.files.iter().filter(is_unfinished);
        files.map(|(path, _)| path.clone()).collect()
    }

    /// The stamps of all files.
    pub(crate) fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        self.files.values().filter_map(|found| match found {
            Found::File { stamp, .. } => Some(stamp),
            Found::Unreadable(_) => None,
        })
    }
}

/// Where a site directory is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whereabouts<'a> {
    /// The directory that `path` begins in; it has no symbolic links itself.
    pub(crate) base: &'a Path,
    /// The path from there, or an absolute one.
    pub(crate) path: &'a Path,
}

impl<'a> Whereabouts<'a> {
    /// Of a directory that is known by its absolute path.
    pub(crate) fn absolute(path: &'a Path) -> Self {
        let base = Path::new("/");
        Self { base, path }
    }
}

/// A walk through one site directory.
#[derive(Default)]
struct Walk {
    limits: Limits,
    root: PathBuf,
    files: BTreeMap<String, Found>,
    places: Places,
}

/// A directory that the walk is in.
struct Directory<'a> {
    within: Within,
    /// Without symbolic links.
    path: &'a Path,
    /// The path inside the site, with `/` at its end; empty at the top.
    prefix: &'a str,
    /// The directories above, so that a link upwards is noticed.
    above: Option<&'a Directory<'a>>,
}

impl Directory<'_> {
    fn is_below(&self, path: &Path) -> bool {
        self.path == path || self.above.is_some_and(|above| above.is_below(path))
    }

    fn depth(&self) -> usize {
        self.above.map_or(0, |above| above.depth() + 1)
    }
}

impl Walk {
    fn enter(&mut self, directory: Whereabouts<'_>) -> Root {
        let Whereabouts { base, path } = directory;
        let root = match chain::resolve(base, path, &mut self.places) {
            Ok(root) => root,
            Err(error) if is_missing(&error) => return Root::Gone,
            Err(error) => return Root::Unreadable(error.into()),
        };
        if !root.is_dir() {
            return if root.exists() {
                Root::Unreadable(Problem::NotADirectory)
            } else {
                Root::Gone
            };
        }
        self.root.clone_from(&root);
        let top = Directory {
            within: Within::Site,
            path: &root,
            prefix: "",
            above: None,
        };
        match self.list(&top) {
            Ok(()) => Root::Present(root),
            Err(error) if is_missing(&error) => Root::Gone,
            Err(error) => Root::Unreadable(error.into()),
        }
    }

    fn list(&mut self, directory: &Directory<'_>) -> io::Result<()> {
        self.places.add_all(directory.path);
        for entry in fs::read_dir(directory.path)? {
            let entry = entry?;
            self.visit(directory, &entry.file_name());
            if self.files.len() > MAX_FILES {
                self.note(directory.prefix, Problem::TooMany(MAX_FILES));
                break;
            }
        }
        Ok(())
    }

    fn visit(&mut self, directory: &Directory<'_>, name: &OsStr) {
        let lossy = name.to_string_lossy();
        let expected = layout::expected(directory.within, &lossy);
        if expected == Expected::Ignored {
            return;
        }
        let path = format!("{}{lossy}", directory.prefix);
        if name.to_str().is_none() {
            // A directory of such a name is no endpoint that anyone could mean.
            if expected != Expected::Endpoint {
                self.note(&path, Problem::NameNotUtf8);
            }
            return;
        }
        match self.target(directory.path, name) {
            Ok((at, metadata)) => self.take(directory, expected, path, &at, &metadata),
            Err(_) if expected == Expected::Endpoint => {}
            Err(problem) => {
                // Between the listing and the look, the name itself may have gone.
                if directory.path.join(name).symlink_metadata().is_ok() {
                    self.note(&path, problem);
                }
            }
        }
    }

    /// Where a name leads to, without symbolic links.
    fn target(&mut self, directory: &Path, name: &OsStr) -> Result<(PathBuf, Metadata), Problem> {
        let direct = directory.join(name);
        let metadata = direct.symlink_metadata()?;
        if !metadata.is_symlink() {
            return Ok((direct, metadata));
        }
        let at = chain::resolve(directory, Path::new(name), &mut self.places)?;
        let metadata = at.symlink_metadata()?;
        Ok((at, metadata))
    }

    fn take(
        &mut self,
        directory: &Directory<'_>,
        expected: Expected,
        path: String,
        at: &Path,
        metadata: &Metadata,
    ) {
        let within = match expected {
            Expected::Document => return self.take_file(path, at, metadata, Within::Site),
            Expected::Either if !metadata.is_dir() => {
                return self.take_file(path, at, metadata, Within::Public);
            }
            Expected::Directory(_) if !metadata.is_dir() => {
                return self.note(&path, Problem::NotADirectory);
            }
            Expected::Endpoint if !self.may_be_endpoint(at, metadata) => return,
            Expected::Directory(within) => within,
            Expected::Endpoint => Within::Endpoint,
            Expected::Either => Within::Public,
            Expected::Ignored => return,
        };
        self.descend(directory, within, &path, at);
    }

    fn take_file(&mut self, path: String, at: &Path, metadata: &Metadata, within: Within) {
        let found = self.judge(at, metadata, within);
        self.files.insert(path, found);
    }

    fn judge(&self, at: &Path, metadata: &Metadata, within: Within) -> Found {
        let (limit, setting) = match within {
            Within::Public => (self.limits.file_size, "max-file-size"),
            _ => (self.limits.document_size, "max-document-size"),
        };
        let Ok(below_root) = at.strip_prefix(&self.root) else {
            return Found::Unreadable(Problem::LeadsOutside(at.to_owned()));
        };
        if !metadata.is_file() {
            return Found::Unreadable(Problem::not_a_file(metadata.file_type()));
        }
        let stamp = Stamp::from(metadata);
        if stamp.size() > limit {
            let size = stamp.size();
            return Found::Unreadable(Problem::TooLarge {
                size,
                limit,
                setting,
            });
        }
        Found::File {
            at: below_root.to_owned(),
            stamp,
        }
    }

    fn descend(&mut self, directory: &Directory<'_>, within: Within, path: &str, at: &Path) {
        if !at.starts_with(&self.root) {
            return self.note(path, Problem::LeadsOutside(at.to_owned()));
        }
        if directory.is_below(at) {
            return self.note(path, Problem::LinkLoop);
        }
        if directory.depth() >= MAX_DEPTH {
            return self.note(path, Problem::TooDeep);
        }
        let prefix = format!("{path}/");
        let inner = Directory {
            within,
            path: at,
            prefix: &prefix,
            above: Some(directory),
        };
        match self.list(&inner) {
            Err(error) if !is_missing(&error) => self.note(path, error.into()),
            _ => {}
        }
    }

    /// Whether a name that means nothing by itself is a directory to look into.
    fn may_be_endpoint(&self, at: &Path, metadata: &Metadata) -> bool {
        // A link to a backup elsewhere is nobody's mistake unless there is an endpoint in it.
        let inside = at.starts_with(&self.root);
        metadata.is_dir() && (inside || at.join(layout::METADATA).symlink_metadata().is_ok())
    }

    fn note(&mut self, path: &str, problem: Problem) {
        let path = if path.is_empty() { "." } else { path };
        self.files
            .insert(path.to_owned(), Found::Unreadable(problem));
    }
}

/// Whether there is nothing of that name.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// No listing has as many parts, and no portal as many maps; a link to a whole disk has.
const MAX_FILES: usize = 1_000_000;

/// Deeper than any URL people would type.
const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_become_empty_is_unfinished_until_its_writer_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let path = root.join("site.toml");
        let look = || Scan::of(Whereabouts::absolute(&root), Limits::new()).0;
        fs::write(&path, "hosts = []").unwrap();
        let full = look();
        fs::write(&path, "").unwrap();
        let empty = look();

        let seen = |stage| HashMap::from([(path.clone(), stage)]);
        for before in [None, Some(&full)] {
            assert_eq!(empty.unfinished(&HashMap::new(), before), ["site.toml"]);
            assert_eq!(empty.unfinished(&seen(Stage::Created), before).len(), 1);
            assert!(empty.unfinished(&seen(Stage::Done), before).is_empty());
        }
        assert!(empty.unfinished(&HashMap::new(), Some(&empty)).is_empty());
        // A second name of an old file is never closed.
        assert!(full.unfinished(&seen(Stage::Created), None).is_empty());
        assert_eq!(full.unfinished(&seen(Stage::Written), Some(&full)).len(), 1);
    }
}
