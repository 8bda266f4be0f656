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
        for source in sources {
            all.insert(source);
        }
        all
    }
}
