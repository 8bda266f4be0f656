//! Reading the whole set of files that a scan found.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use cds_site::{Report, Source, Sources};
use rustix::io::Errno;

use crate::layout;
use crate::open;
use crate::options::Limits;
use crate::problem::Problem;
use crate::scan::{Found, Root, Scan, Whereabouts};
use crate::stamp::Stamp;

/// Reads a site directory once; what can't be read becomes `file-unreadable` findings.
///
/// Files that are being written at the moment are waited for, but no longer than a second: a
/// finding says so.
pub fn read(dir: impl AsRef<Path>, limits: Limits) -> (Sources, Report) {
    let dir = absolute(dir.as_ref());
    for _ in 0..TRIES {
        let (scan, _) = Scan::of(Whereabouts::absolute(&dir), limits);
        if let Ok(loaded) = Loaded::of(&scan, &[])
            && Scan::of(Whereabouts::absolute(&dir), limits).0 == scan
        {
            let report = loaded.report(&dir);
            return (loaded.sources, report);
        }
        thread::sleep(BETWEEN_TRIES);
    }
    let mut report = Report::new();
    report.push(Problem::Changing.finding(&dir.to_string_lossy()));
    let mut sources = Sources::new();
    sources.insert_unreadable(layout::METADATA);
    (sources, report)
}

/// The path seen from the present working directory, which may be another one later.
pub(crate) fn absolute(dir: &Path) -> PathBuf {
    // Fails for an empty path and without a working directory: then nothing is found there.
    std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned())
}

/// The content of a scan.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    /// What could be read.
    pub(crate) sources: Sources,
    /// What couldn't, by path; the directory itself has the empty path.
    problems: BTreeMap<String, Problem>,
    /// Whether reading again may end better although no stamp changes.
    pub(crate) worth_retrying: bool,
}

/// A file changed while it was read.
#[derive(Debug)]
pub(crate) struct Disturbed {
    pub(crate) file: String,
    /// What was read until then.
    pub(crate) loaded: Loaded,
}

/// What was read before, and the scan it was read by.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) loaded: &'a Loaded,
}

impl Loaded {
    /// Reads the files of a scan. Those whose stamps are as they were `before` are taken from
    /// there, so that a small edit beside large maps is a small read.
    pub(crate) fn of(scan: &Scan, before: &[Before<'_>]) -> Result<Self, Disturbed> {
        let mut loaded = Self {
            sources: Sources::new(),
            problems: BTreeMap::new(),
            worth_retrying: false,
        };
        let root = match &scan.root {
            Root::Present(root) => root,
            Root::Gone => return Ok(loaded.without_root(Problem::NoSuchDirectory)),
            Root::Unreadable(problem) => return Ok(loaded.without_root(problem.clone())),
        };
        let root = match open::RootDir::open(root).map_err(Failure::from) {
            Ok(root) => root,
            Err(Failure::Disturbed) => {
                let file = ".".into();
                return Err(Disturbed { file, loaded });
            }
            Err(Failure::Problem(problem)) => {
                loaded.worth_retrying = true;
                return Ok(loaded.without_root(problem));
            }
        };
        for (path, found) in &scan.files {
            match found {
                Found::File { at, stamp } => {
                    let known = before.iter().find_map(|before| before.known(path, found));
                    if !loaded.take(path, known, || read_file(&root, at, stamp), stamp) {
                        let file = path.clone();
                        return Err(Disturbed { file, loaded });
                    }
                }
                Found::Unreadable(problem) => {
                    loaded.miss(path, problem.clone());
                }
            }
        }
        Ok(loaded)
    }

    fn without_root(mut self, problem: Problem) -> Self {
        // One finding about the directory is enough.
        self.sources.insert_unreadable(layout::METADATA);
        self.problems.insert(String::new(), problem);
        self
    }

    fn miss(&mut self, path: &str, problem: Problem) {
        self.sources.insert_unreadable(path);
        self.problems.insert(path.to_owned(), problem);
    }

    /// Takes a file, known or read; `false` if it changed meanwhile.
    fn take(
        &mut self,
        path: &str,
        known: Option<&Source>,
        read: impl FnOnce() -> Result<Bytes, Failure>,
        stamp: &Stamp,
    ) -> bool {
        if let Some(known) = known {
            self.sources.insert(known.clone());
            return true;
        }
        match read() {
            Ok(bytes) => {
                let modified = stamp.modified();
                self.sources.insert(Source {
                    path: path.to_owned(),
                    bytes,
                    modified,
                });
            }
            Err(Failure::Disturbed) => return false,
            Err(Failure::Problem(problem)) => {
                // Permissions leave a trace in `ctime`; a full file table or a bad disk doesn't.
                self.worth_retrying |= problem != Problem::Denied;
                self.miss(path, problem);
            }
        }
        true
    }

    /// Whether the content is the same, whatever the times say.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        self.problems == other.problems && same_content(&self.sources, &other.sources)
    }

    /// The files whose content differs, sorted.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> Vec<String> {
        let mut changed: Vec<String> = self
            .sources
            .iter()
            .filter(|source| {
                let old = before.and_then(|before| before.sources.get(&source.path));
                old.is_none_or(|old| old.bytes != source.bytes)
            })
            .map(|source| source.path.clone())
            .collect();
        if let Some(before) = before {
            let gone = before.sources.iter().map(|source| &source.path);
            changed.extend(
                gone.filter(|path| self.sources.get(path).is_none())
                    .cloned(),
            );
        }
        changed.sort_unstable();
        changed
    }

    /// The findings about what can't be read.
    pub(crate) fn report(&self, directory: &Path) -> Report {
        let mut report = Report::new();
        for (path, problem) in &self.problems {
            if path.is_empty() {
                report.push(problem.finding(&directory.to_string_lossy()));
            } else {
                report.push(problem.finding(path));
            }
        }
        report
    }
}

impl<'a> Before<'a> {
    fn known(&self, path: &str, found: &Found) -> Option<&'a Source> {
        if self.scan.files.get(path)? != found {
            return None;
        }
        self.loaded.sources.get(path)
    }
}

/// Whether two sets of files have the same names and bytes.
pub(crate) fn same_content(a: &Sources, b: &Sources) -> bool {
    let same = |(a, b): (&Source, &Source)| a.path == b.path && a.bytes == b.bytes;
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Why a file was not read.
enum Failure {
    Disturbed,
    Problem(Problem),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::StaleNetworkFileHandle => Self::Disturbed,
            // A link where the scan had seen none.
            _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Self::Disturbed,
            _ => Self::Problem(error.into()),
        }
    }
}

/// The content of a file, if it is the one that `stamp` was taken of, before and after.
fn read_file(root: &open::RootDir, at: &Path, stamp: &Stamp) -> Result<Bytes, Failure> {
    let file = root.file(at)?;
    if Stamp::from(&file.metadata()?) != *stamp {
        return Err(Failure::Disturbed);
    }
    let content = read_content(&file, stamp.size())?;
    if content.len() as u64 != stamp.size() || Stamp::from(&file.metadata()?) != *stamp {
        return Err(Failure::Disturbed);
    }
    Ok(content.into())
}

fn read_content(file: &File, size: u64) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::Problem(Problem::Failed("it doesn't fit into memory".into()));
    let capacity = usize::try_from(size).map_err(|_| too_large())?;
    let mut content = Vec::new();
    content
        .try_reserve_exact(capacity)
        .map_err(|_| too_large())?;
    // One byte more than expected, so that a file that grew is noticed and not read for ever.
    file.take(size.saturating_add(1))
        .read_to_end(&mut content)?;
    Ok(content)
}

const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
