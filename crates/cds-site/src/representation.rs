//! One representation of a resource, with everything that can be said about it beforehand.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::body::Body;
use crate::etag::EntityTag;
use crate::fields;
use crate::http_date::HttpDate;

/// A representation (RFC 9110 §3.2) and the header fields of its answers.
#[derive(Debug)]
pub(crate) struct Representation {
    pub(crate) body: Body,
    pub(crate) tag: EntityTag,
    pub(crate) last_modified: HttpDate,
    /// The fields of a 200.
    pub(crate) full: HeaderMap,
    /// The fields of a 304 (§15.4.5).
    pub(crate) not_modified: HeaderMap,
}

impl Representation {
    /// The media type that it is sent with.
    pub(crate) fn content_type(&self) -> &str {
        let value = self.full.get(header::CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// What a representation is made from.
pub(crate) struct Draft {
    pub(crate) content_type: HeaderValue,
    pub(crate) segments: Vec<Bytes>,
    pub(crate) modified: SystemTime,
    pub(crate) max_age: Duration,
    /// Where else to look (RFC 8288).
    pub(crate) link: Option<HeaderValue>,
    /// Whether staff put the file there, so that it may be anything, HTML included.
    pub(crate) is_file: bool,
}

impl Draft {
    /// The tag of the bytes. That of a file is also of its media type, which staff may mend: a
    /// Client that revalidates would keep the wrong one else.
    pub(crate) fn tag(&self) -> EntityTag {
        let media_type = Bytes::copy_from_slice(self.content_type.as_bytes());
        let extra = self.is_file.then_some(&media_type);
        EntityTag::of(self.segments.iter().chain(extra))
    }

    pub(crate) fn into_representation(self, tag: EntityTag) -> Representation {
        let last_modified = HttpDate::new(self.modified);
        let not_modified = not_modified(&tag, self.max_age);

        let body = match <[Bytes; 1]>::try_from(self.segments) {
            Ok([whole]) => Body::from(whole),
            Err(segments) => Body::segments(Arc::from(segments)),
        };
        let mut full = not_modified.clone();
        full.insert(header::CONTENT_TYPE, self.content_type);
        full.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        full.insert(header::LAST_MODIFIED, last_modified.header_value().clone());
        full.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if let Some(link) = self.link {
            full.insert(header::LINK, link);
        }
        if self.is_file {
            // The file is on the portal's own origin: whatever it is, it must run no script there.
            full.insert(header::CONTENT_SECURITY_POLICY, fields::SANDBOX);
        }
        Representation {
            body,
            tag,
            last_modified,
            full,
            not_modified,
        }
    }
}

fn not_modified(tag: &EntityTag, max_age: Duration) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(10);
    headers.insert(header::ETAG, tag.header_value().clone());
    headers.insert(header::CACHE_CONTROL, fields::max_age(max_age));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    fields::allow_any_origin(&mut headers);
    headers
}
