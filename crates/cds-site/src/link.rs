//! A URL in a document, and what the document says of it.

use std::ops::Range;

use cds_metadata::{EntryPosition, Finding, Place, Pointer, Rule, Url};
use http::HeaderValue;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::coverage::Entry;
use crate::media_type::{self, GEOJSON};
use crate::percent;
use crate::source::Source;

/// A URL in a document, and where it stands there.
#[derive(Debug, Clone)]
pub(crate) struct Link<'d> {
    pub(crate) url: Url<'d>,
    pub(crate) kind: Kind<'d>,
    field: &'d str,
    source: &'d Source,
    /// The object that the field is in.
    object: Range<usize>,
    /// None if that is the whole document.
    entry: Option<EntryPosition>,
}

/// What a document says of the resource that it links to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'d> {
    /// A map, of this media type.
    Map(Option<&'d str>),
    /// RFC 7946.
    GeoJson,
    /// RFC 8414 §3.2.
    OauthMetadata,
    /// A page for people, or whatever an extension links to: nothing is said of it, and the
    /// portal may have it.
    Page,
}

/// The media type of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    pub(crate) value: HeaderValue,
    /// Whether a document says so; otherwise the file's name does.
    pub(crate) is_stated: bool,
}

impl<'d> Link<'d> {
    /// A link in a metadata object's field.
    pub(crate) fn of_object(
        source: &'d Source,
        field: &'d str,
        url: Url<'d>,
        kind: Kind<'d>,
    ) -> Self {
        Self {
            url,
            kind,
            field,
            source,
            object: 0..source.bytes.len(),
            entry: None,
        }
    }

    /// A link in an entry's field.
    pub(crate) fn of_entry(
        entry: &'d Entry<'_>,
        field: &'d str,
        url: &'d Url<'d>,
        kind: Kind<'d>,
    ) -> Self {
        Self {
            url: url.clone(),
            kind,
            field,
            source: entry.source,
            object: entry.span.clone(),
            entry: Some(entry.position),
        }
    }

    /// The path of the file that would be published at the link's path, below a folder;
    /// `None` if no file can be.
    ///
    /// An encoded slash separates nothing (RFC 3986 §2.2), so it would be part of a file's name,
    /// where none can be.
    pub(crate) fn file_path(&self) -> Option<String> {
        let parts = self.url.parts()?;
        let name = |segment| {
            let name = String::from_utf8(percent::decode(segment)).ok()?;
            (!name.contains(['/', '\0'])).then_some(name)
        };
        let names: Option<Vec<_>> = parts.path.split('/').map(name).collect();
        Some(names?.join("/"))
    }

    /// A finding about this link.
    pub(crate) fn finding(&self, rule: &'static Rule, message: String) -> Finding {
        let content = String::from_utf8_lossy(&self.source.bytes);
        let field = Pointer::root().key(self.field);
        let object = self
            .entry
            .map_or_else(Pointer::root, EntryPosition::pointer);
        Finding::new(rule, self.file(), message)
            .place(Place::inside(&content, self.object.clone(), &field))
            .pointer(object.join(&field))
    }

    /// The file that the link stands in.
    pub(crate) fn file(&self) -> &str {
        &self.source.path
    }
}

impl Kind<'_> {
    /// The media type that a file is served with if it is linked to so.
    pub(crate) fn media_type(self, path: &str) -> MediaType {
        let stated = match self {
            Self::Map(media_type) => media_type.and_then(|text| HeaderValue::try_from(text).ok()),
            Self::GeoJson => Some(GEOJSON),
            Self::OauthMetadata => Some(HeaderValue::from_static("application/json")),
            Self::Page => None,
        };
        MediaType {
            is_stated: stated.is_some(),
            value: stated.unwrap_or_else(|| media_type::of_extension(path)),
        }
    }
}

/// The URLs in a value of an extension, at any depth.
pub(crate) fn urls(value: &RawValue) -> Vec<Url<'static>> {
    let mut found = Vec::new();
    // Most values have none, and there may be millions.
    if value.get().contains(':')
        && let Ok(value) = serde_json::from_str(value.get())
    {
        collect_urls(value, &mut found);
    }
    found
}

fn collect_urls(value: Value, found: &mut Vec<Url<'static>>) {
    match value {
        Value::String(text) => {
            let url = Url::new(text);
            if url.parts().is_some() {
                found.push(url);
            }
        }
        Value::Array(items) => items.into_iter().for_each(|item| collect_urls(item, found)),
        Value::Object(members) => members
            .into_iter()
            .for_each(|(_, member)| collect_urls(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn file_path(url: &str) -> Option<String> {
        let source = Source {
            path: "cds-server-metadata.json".to_owned(),
            bytes: bytes::Bytes::new(),
            modified: SystemTime::UNIX_EPOCH,
        };
        Link::of_object(&source, "website", Url::new(url), Kind::Page).file_path()
    }

    #[test]
    fn a_path_names_the_file_that_it_decodes_to_once_segment_by_segment() {
        for (path, file) in [
            ("/maps/west.png?v=2#legend", Some("/maps/west.png")),
            ("/maps/west%20side.png", Some("/maps/west side.png")),
            ("/maps/caf%C3%A9.svg", Some("/maps/café.svg")),
            ("/100%25.png", Some("/100%.png")),
            ("/a%2520b.png", Some("/a%20b.png")),
            ("/maps//west.png", Some("/maps//west.png")),
            ("/maps/%2E%2E/west.png", Some("/maps/../west.png")),
            ("/maps%2Fwest.png", None),
            ("/maps/..%2f..%2fsite.toml", None),
            ("/west.png%00.svg", None),
            ("/%FF.png", None),
            ("/%C0%AF.png", None),
        ] {
            let url = format!("https://demoutility.com{path}");
            assert_eq!(file_path(&url).as_deref(), file, "{path}");
        }
        assert_eq!(file_path("mailto:data@demoutility.com"), None);
    }

    #[test]
    fn urls_are_found_at_any_depth() {
        let json = r#"{ "a": ["https:\/\/a.example/x", 1, ["08:00"]], "b": { "c": "http://d" } }"#;
        let value = RawValue::from_string(json.to_owned()).unwrap();
        let found = urls(&value);
        let found: Vec<_> = found.iter().map(Url::as_str).collect();
        assert_eq!(found, ["https://a.example/x", "http://d"]);
    }
}
