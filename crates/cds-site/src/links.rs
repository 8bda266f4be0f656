//! Which files under `public/` the documents link to, and as what.

use std::collections::BTreeMap;

use cds_metadata::{MetadataObject, Url};
use http::HeaderValue;

use crate::media_type;
use crate::path::decode;
use crate::source::{Source, Sources};

/// The folder of files that documents may link to.
const PUBLIC_FOLDER: &str = "public";

/// A URL in a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link<'d> {
    pub(crate) url: &'d str,
    pub(crate) kind: Kind<'d>,
}

/// What a document says of the resource that it links to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'d> {
    /// A map, of this media type.
    Map(Option<&'d str>),
    /// RFC 7946.
    GeoJson,
    /// RFC 8414 §3.2.
    OauthMetadata,
    Other,
}

/// A file that is linked to, and where it is published.
#[derive(Debug)]
pub(crate) struct LinkedFile<'s> {
    pub(crate) file: &'s Source,
    pub(crate) host: Box<str>,
    pub(crate) path: String,
    pub(crate) content_type: HeaderValue,
}

/// Collects links and keeps those to files that are there.
pub(crate) struct Links<'s> {
    sources: &'s Sources,
    has_files: bool,
    files: BTreeMap<(Box<str>, String), LinkedFile<'s>>,
}

impl<'s> Links<'s> {
    pub(crate) fn new(sources: &'s Sources) -> Self {
        let has_files = sources
            .iter()
            .any(|source| source.path.starts_with("public/"));
        Self {
            sources,
            has_files,
            files: BTreeMap::new(),
        }
    }

    /// Adds what a metadata object links to, extensions included.
    pub(crate) fn add_metadata(&mut self, object: &MetadataObject<'_>) {
        for url in [&object.website, &object.documentation, &object.support] {
            self.add(Link {
                url: url.as_str(),
                kind: Kind::Other,
            });
        }
        for (name, value) in object.extensions.iter() {
            let Ok(url) = serde_json::from_str::<String>(value.get()) else {
                continue;
            };
            let kind = if name == "oauth_metadata" {
                Kind::OauthMetadata
            } else {
                Kind::Other
            };
            self.add(Link { url: &url, kind });
        }
    }

    /// Adds a link, if there is a file for it. Of two to one place the first counts.
    pub(crate) fn add(&mut self, link: Link<'_>) {
        if let Some((key, file)) = self.has_files.then(|| self.resolve(link)).flatten() {
            self.files.entry(key).or_insert(file);
        }
    }

    fn resolve(&self, link: Link<'_>) -> Option<((Box<str>, String), LinkedFile<'s>)> {
        let url = Url::new(link.url);
        let parts = url.parts()?;
        let file = self
            .sources
            .get(&format!("{PUBLIC_FOLDER}{}", decode(parts.path)?))?;
        let host = Box::from(parts.host.to_ascii_lowercase());
        let path = parts.path.to_owned();
        let content_type = content_type(link.kind, &file.path);
        let key = (Box::clone(&host), path.clone());
        Some((
            key,
            LinkedFile {
                file,
                host,
                path,
                content_type,
            },
        ))
    }

    pub(crate) fn into_files(self) -> impl Iterator<Item = LinkedFile<'s>> {
        self.files.into_values()
    }
}

fn content_type(kind: Kind<'_>, path: &str) -> HeaderValue {
    match kind {
        Kind::Map(Some(media_type)) => {
            HeaderValue::try_from(media_type).unwrap_or_else(|_| media_type::of_extension(path))
        }
        Kind::GeoJson => HeaderValue::from_static("application/geo+json"),
        Kind::OauthMetadata => HeaderValue::from_static("application/json"),
        Kind::Map(None) | Kind::Other => media_type::of_extension(path),
    }
}
