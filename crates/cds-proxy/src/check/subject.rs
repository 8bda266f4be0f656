//! What a path holds, read into memory, where it can be judged again after an edit.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use cds_metadata::{Report, Severities};
use cds_site::{Compiled, Compiler, DocumentKind, Source, Sources};

use crate::report::Results;

/// What findings depend on besides the documents.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) now: SystemTime,
    pub(super) severities: Severities,
}

/// A site or a document that stands alone.
#[derive(Debug)]
pub(super) struct Subject {
    /// Its files by their paths inside the site; a single document by its own.
    pub(super) files: Sources,
    /// What could not be read.
    unreadable: Report,
    /// The site's directory; `None` of a single document.
    directory: Option<PathBuf>,
}

/// A document of a subject.
#[derive(Debug)]
pub(super) struct Document<'s> {
    pub(super) path: &'s str,
    pub(super) bytes: &'s Bytes,
    /// What the paths of its metadata endpoint's files begin with.
    pub(super) endpoint: String,
    pub(super) kind: DocumentKind,
}

impl Subject {
    /// A single document.
    pub(super) fn document(name: String, bytes: Vec<u8>) -> Self {
        let source = Source {
            path: name,
            bytes: bytes.into(),
            modified: SystemTime::UNIX_EPOCH,
        };
        Self {
            files: Sources::from_iter([source]),
            unreadable: Report::new(),
            directory: None,
        }
    }

    /// A site.
    pub(super) fn site(directory: &Path, limits: cds_live::Limits) -> Self {
        let (files, unreadable) = cds_live::read(directory, limits);
        Self {
            files,
            unreadable,
            directory: Some(directory.to_owned()),
        }
    }

    /// The site's directory; `None` of a single document.
    pub(super) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// What could not be read.
    pub(super) const fn unreadable(&self) -> &Report {
        &self.unreadable
    }

    /// Where it is, as seen from where the program was started.
    pub(super) fn path(&self) -> PathBuf {
        let first = || {
            self.files
                .iter()
                .next()
                .map(|file| file.path.clone().into())
        };
        self.directory.clone().or_else(first).unwrap_or_default()
    }

    /// Where a file is, as seen from where the program was started.
    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        match self.directory.as_deref() {
            None => PathBuf::from(file),
            Some(directory) if directory == Path::new(".") => PathBuf::from(file),
            Some(directory) => directory.join(file),
        }
    }

    /// What is wrong with files in the place of those that were read.
    pub(super) fn report(&self, files: &Sources, judge: &Judge) -> Report {
        self.compile(files, judge).report
    }

    /// The site that files in the place of those that were read make, and what is wrong with them.
    pub(super) fn compile(&self, files: &Sources, judge: &Judge) -> Compiled {
        let mut report = self.unreadable.clone();
        let mut site = None;
        if self.directory.is_some() {
            let compiler = Compiler::new(judge.now).severities(judge.severities.clone());
            let compiled = compiler.compile(files);
            site = compiled.site;
            report.merge(compiled.report);
        } else {
            let now = Some(judge.now.into());
            for file in files {
                let found = cds_site::check_document(&file.path, &file.bytes, now);
                report.merge(found);
            }
            report.apply(&judge.severities);
        }
        report.sort();
        Compiled { site, report }
    }

    /// Adds what was found to the results.
    pub(super) fn add_to(&self, results: &mut Results, report: &Report) {
        match &self.directory {
            Some(directory) => {
                let files = self.files.iter().map(|file| file.path.as_str());
                results.add_site(directory, files, report);
            }
            None => {
                for file in &self.files {
                    results.add_document(&file.path, report);
                }
            }
        }
    }

    /// The documents among files in the place of those that were read.
    pub(super) fn documents<'s>(&self, files: &'s Sources) -> Vec<Document<'s>> {
        if self.directory.is_none() {
            // A map is no document of ours: nobody mends or touches it.
            let documents = files
                .iter()
                .filter(|file| !cds_site::is_geojson(&file.path, &file.bytes));
            return documents.map(single).collect();
        }
        let of_site = |document: cds_site::Document<'s>| Document {
            path: &document.source.path,
            bytes: &document.source.bytes,
            endpoint: document.endpoint,
            kind: document.kind,
        };
        cds_site::documents(files)
            .into_iter()
            .map(of_site)
            .collect()
    }
}

fn single(source: &Source) -> Document<'_> {
    let kind = if cds_metadata::is_coverage(&source.bytes) {
        DocumentKind::Coverage
    } else {
        DocumentKind::Metadata
    };
    Document {
        path: &source.path,
        bytes: &source.bytes,
        endpoint: String::new(),
        kind,
    }
}
