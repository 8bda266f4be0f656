//! What a site is made of: named bytes, wherever they come from.

use std::collections::BTreeSet;
use std::time::SystemTime;

use bytes::Bytes;

/// One file of a site, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path inside the site, with `/` between its parts: `cds-server-metadata.json`,
    /// `public/maps/west.json`.
    pub path: String,
    /// The content.
    pub bytes: Bytes,
    /// When the content was last changed.
    pub modified: SystemTime,
}

impl Source {
    /// A file of this path, with this content, last changed at this time.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>, modified: SystemTime) -> Self {
        Self {
            path: path.into(),
            bytes: bytes.into(),
            modified,
        }
    }
}

/// The files of a site, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    files: Vec<Source>,
    unreadable: BTreeSet<String>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; one of the same path is replaced.
    pub fn insert(&mut self, source: Source) {
        match self
            .files
            .binary_search_by(|file| file.path.cmp(&source.path))
        {
            Ok(index) => self.files[index] = source,
            Err(index) => self.files.insert(index, source),
        }
    }

    /// Says that there is a file of this path that could not be read, so that it isn't reported
    /// as missing too.
    pub fn insert_unreadable(&mut self, path: impl Into<String>) {
        self.unreadable.insert(path.into());
    }

    /// Whether there is a file of this path that could not be read.
    pub fn is_unreadable(&self, path: &str) -> bool {
        self.unreadable.contains(path)
    }

    /// The paths of the files that could not be read.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    /// The file of this path.
    pub fn get(&self, path: &str) -> Option<&Source> {
        let index = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        self.files.get(index)
    }

    /// The files whose paths begin so.
    pub(crate) fn under(&self, prefix: &str) -> &[Source] {
        let start = self.files.partition_point(|file| *file.path < *prefix);
        let files = self.files.get(start..).unwrap_or_default();
        let end = files.partition_point(|file| file.path.starts_with(prefix));
        files.get(..end).unwrap_or_default()
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> std::slice::Iter<'_, Source> {
        self.files.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl<'a> IntoIterator for &'a Sources {
    type Item = &'a Source;
    type IntoIter = std::slice::Iter<'a, Source>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Source> for Sources {
    fn from_iter<T: IntoIterator<Item = Source>>(sources: T) -> Self {
        let mut all = Self::new();
        all.extend(sources);
        all
    }
}

impl Extend<Source> for Sources {
    /// Adds files, of those with the same path the last.
    fn extend<T: IntoIterator<Item = Source>>(&mut self, sources: T) {
        self.files.extend(sources);
        // Stable: of one path what came last stays last.
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.files.dedup_by(|later, kept| {
            let is_same = later.path == kept.path;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, content: &str) -> Source {
        Source {
            path: path.to_owned(),
            bytes: content.to_owned().into(),
            modified: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn of_files_with_one_path_the_last_stays_however_they_are_added() {
        let files = [("b", "1"), ("a", "1"), ("b", "2"), ("c", "1"), ("b", "3")];
        let files = files.map(|(path, content)| source(path, content));
        let mut one_by_one = Sources::new();
        for file in files.clone() {
            one_by_one.insert(file);
        }
        let mut extended: Sources = files[..2].iter().cloned().collect();
        extended.extend(files[2..].iter().cloned());
        let collected: Sources = files.into_iter().collect();
        let expected = [source("a", "1"), source("b", "3"), source("c", "1")];
        for sources in [one_by_one, extended, collected] {
            assert!(sources.iter().eq(&expected), "{sources:?}");
        }
    }

    #[test]
    fn the_files_under_a_folder_are_those_that_begin_so() {
        let paths = ["a", "a-b/x", "a/x", "a/y/z", "a0", "b/x"];
        let sources: Sources = paths.iter().map(|path| source(path, "")).collect();
        for prefix in ["", "a", "a/", "a/y/", "a-", "b/", "c/", "a/z"] {
            let found = sources.under(prefix).iter().map(|file| file.path.as_str());
            let expected = paths.into_iter().filter(|path| path.starts_with(prefix));
            assert!(found.eq(expected), "{prefix}");
        }
    }

    #[test]
    fn two_hundred_thousand_files_in_reverse_are_sorted_at_once() {
        let paths = (0..200_000).rev().map(|number| format!("{number:06}"));
        let sources: Sources = paths.map(|path| source(&path, "")).collect();
        assert!(sources.iter().is_sorted_by_key(|file| &file.path));
        assert_eq!(sources.len(), 200_000);
    }
}
