//! Which files of a site are documents, and what those of one endpoint lack together.

use std::time::SystemTime;

use cds_metadata::MetadataObject;
use cds_metadata::rules::capabilities_not_union;

use crate::coverage::{Coverage, form};
use crate::endpoint::{METADATA_FILE, prefixes};
use crate::source::{Source, Sources};

/// A file of a site that is a document of CDS-WG1-01.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document<'s> {
    /// The file.
    pub source: &'s Source,
    /// What the paths of the metadata endpoint's files begin with: empty for the site's own, else
    /// `name/`.
    pub endpoint: String,
    /// What the file holds.
    pub kind: DocumentKind,
}

/// What a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A metadata object.
    Metadata,
    /// A coverage listing, or entries of one.
    Coverage,
}

/// The documents of a site, endpoint by endpoint.
pub fn documents(sources: &Sources) -> Vec<Document<'_>> {
    let of_endpoint = |endpoint: String| {
        sources.under(&endpoint).iter().filter_map(move |source| {
            let kind = if source.path.strip_prefix(&endpoint) == Some(METADATA_FILE) {
                DocumentKind::Metadata
            } else {
                form(&source.path, &endpoint).map(|_| DocumentKind::Coverage)?
            };
            let endpoint = endpoint.clone();
            Some(Document {
                source,
                endpoint,
                kind,
            })
        })
    };
    prefixes(sources).flat_map(of_endpoint).collect()
}

/// A metadata object that lacks capabilities of its coverage entries (CDS-WG1-01 §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingCapabilities {
    /// The path of the metadata object's file.
    pub path: String,
    /// What its `capabilities` lack.
    pub capabilities: Vec<String>,
}

/// The metadata objects of a site that lack capabilities of their coverage entries. Faulty
/// objects and entries don't count.
pub fn missing_capabilities(sources: &Sources) -> Vec<MissingCapabilities> {
    // What is later than now is found elsewhere; here no datetime matters.
    let now = SystemTime::UNIX_EPOCH;
    let of_endpoint = |endpoint: String| {
        let source = sources.get(&format!("{endpoint}{METADATA_FILE}"))?;
        let object = MetadataObject::parse(&source.path, &source.bytes, None).0?;
        let coverage = Coverage::read(sources, &endpoint, now)?;
        let missing = capabilities_not_union::missing(&object, coverage.summary());
        let capabilities: Vec<_> = missing.map(str::to_owned).collect();
        (!capabilities.is_empty()).then(|| MissingCapabilities {
            path: source.path.clone(),
            capabilities,
        })
    };
    prefixes(sources).filter_map(of_endpoint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let source = |(path, content): &(&str, &str)| Source {
            path: (*path).to_owned(),
            bytes: (*content).to_owned().into(),
            modified: SystemTime::UNIX_EPOCH,
        };
        files.iter().map(source).collect()
    }

    #[test]
    fn documents_are_known_by_their_paths() {
        let sources = sources(&[
            ("cds-coverage.json", ""),
            ("cds-server-metadata.json", ""),
            ("coverage/west.json", ""),
            ("coverage/cds-server-metadata.json", ""),
            ("notes/cds-coverage.json", ""),
            ("partners/cds-coverage.json", ""),
            ("partners/cds-server-metadata.json", ""),
            ("public/cds-server-metadata.json", ""),
            ("site.toml", ""),
        ]);
        let found: Vec<_> = documents(&sources)
            .into_iter()
            .map(|it| (it.source.path.clone(), it.endpoint, it.kind))
            .collect();
        let document = |path: &str, endpoint: &str, kind| (path.into(), endpoint.into(), kind);
        use DocumentKind::{Coverage, Metadata};
        let expected: Vec<(String, String, DocumentKind)> = vec![
            document("cds-coverage.json", "", Coverage),
            document("cds-server-metadata.json", "", Metadata),
            document("coverage/cds-server-metadata.json", "", Coverage),
            document("coverage/west.json", "", Coverage),
            document("partners/cds-coverage.json", "partners/", Coverage),
            document("partners/cds-server-metadata.json", "partners/", Metadata),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn faulty_documents_lack_nothing() {
        let sources = sources(&[
            ("cds-server-metadata.json", "{"),
            ("cds-coverage.json", "[]"),
        ]);
        assert_eq!(missing_capabilities(&sources), []);
    }
}
