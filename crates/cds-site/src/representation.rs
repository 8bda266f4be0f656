//! The representations of a resource, with everything that can be said of them beforehand.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::accept_encoding::AcceptEncoding;
use crate::body::Body;
use crate::coded::{Coded, Codings, Progress};
use crate::conditional::names;
use crate::etag::EntityTag;
use crate::fields;
use crate::last_modified::LastModified;
use crate::media_type;

/// What can be read at a place: a representation (RFC 9110 §3.2), and the same in content codings.
#[derive(Debug)]
pub(crate) struct Representation {
    pub(crate) tag: EntityTag,
    pub(crate) last_modified: LastModified,
    full: Full,
    /// The fields of a 304 (§15.4.5).
    not_modified: HeaderMap,
    /// Whether answers say that they vary.
    varies: bool,
    /// `None` if it goes plain to every Client.
    codings: Option<Arc<Codings>>,
}

/// What a 200 has.
#[derive(Debug)]
pub(crate) struct Full {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// The representation that a request selects (§3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selected<'r> {
    plain: &'r Representation,
    form: Form<'r>,
}

#[derive(Debug, Clone, Copy)]
enum Form<'r> {
    Plain,
    /// In a coding that is made.
    Coded(&'r EntityTag, &'r Full),
    /// In a coding that isn't made here but whose tag the Client names. It has had it from this
    /// site or a replica, so it exists, and need not be made to say that it is unchanged.
    Known(&'r Coded),
}

impl Representation {
    /// Selects by `Accept-Encoding` (§12.5.3). When no coding suits, the plain bytes do, whatever
    /// the Client says of them.
    pub(crate) fn select(&self, headers: &HeaderMap) -> Selected<'_> {
        let form = self.form(headers);
        Selected { plain: self, form }
    }

    fn form(&self, headers: &HeaderMap) -> Form<'_> {
        let Some(codings) = &self.codings else {
            return Form::Plain;
        };
        // One request makes at most one coding, and none in the place of one that is on its way.
        let mut may_make = true;
        for coded in codings.accepted(AcceptEncoding::of(headers)) {
            let progress = match coded.progress() {
                Progress::NotYet if names(headers, &coded.tag) => return Form::Known(coded),
                Progress::NotYet if may_make => coded.make(&self.full),
                progress => progress,
            };
            match progress {
                Progress::Made(full) => return Form::Coded(&coded.tag, full),
                Progress::NoSmaller => {}
                Progress::NotYet => may_make = false,
            }
        }
        Form::Plain
    }

    /// Takes over the codings of an earlier version that was the same in all fields.
    pub(crate) fn keep_codings_of(&mut self, before: &Self) {
        if self.full.headers == before.full.headers {
            self.codings.clone_from(&before.codings);
        }
    }

    /// Whether `Accept-Encoding` may decide what is sent (§12.5.5): as for other pages of the same
    /// listing, or for this document when it has grown.
    pub(crate) const fn varies(&self) -> bool {
        self.varies
    }

    /// The media type that it is sent with.
    pub(crate) fn content_type(&self) -> &str {
        let value = self.full.headers.get(header::CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl<'r> Selected<'r> {
    pub(crate) fn tag(self) -> &'r EntityTag {
        match self.form {
            Form::Plain => &self.plain.tag,
            Form::Coded(tag, _) => tag,
            Form::Known(coded) => &coded.tag,
        }
    }

    /// What a 200 has.
    pub(crate) fn full(self) -> &'r Full {
        let plain = &self.plain.full;
        match self.form {
            Form::Plain => plain,
            Form::Coded(_, full) => full,
            Form::Known(coded) => match coded.make(plain) {
                Progress::Made(full) => full,
                Progress::NoSmaller | Progress::NotYet => plain,
            },
        }
    }

    /// The fields of a 304.
    pub(crate) fn not_modified(self) -> HeaderMap {
        let mut headers = self.plain.not_modified.clone();
        headers.insert(header::ETAG, self.tag().header_value().clone());
        headers
    }
}

/// What a representation is made from.
pub(crate) struct Draft {
    pub(crate) content_type: HeaderValue,
    pub(crate) segments: Vec<Bytes>,
    pub(crate) max_age: Duration,
    /// Where else to look (RFC 8288).
    pub(crate) link: Option<HeaderValue>,
    /// Whether staff put the file there, so that it may be anything, HTML included.
    pub(crate) is_file: bool,
    /// Whether it is there for other requests, too, so that a coding of it is worth making.
    pub(crate) is_kept: bool,
}

impl Draft {
    /// The tag of the bytes. That of a file is also of its media type, which staff may mend: a
    /// Client that revalidates would keep the wrong one else.
    pub(crate) fn tag(&self) -> EntityTag {
        let media_type = Bytes::copy_from_slice(self.content_type.as_bytes());
        let extra = self.is_file.then_some(&media_type);
        EntityTag::of(self.segments.iter().chain(extra))
    }

    pub(crate) fn into_representation(
        self,
        tag: EntityTag,
        last_modified: LastModified,
    ) -> Representation {
        let varies = media_type::is_compressible(&self.content_type);
        let is_codable = varies && self.is_codable();
        let codings = is_codable.then(|| Arc::new(Codings::of(&tag)));
        let mut not_modified = HeaderMap::with_capacity(10);
        not_modified.insert(header::ETAG, tag.header_value().clone());
        not_modified.insert(header::CACHE_CONTROL, fields::max_age(self.max_age));
        if varies {
            not_modified.insert(header::VARY, fields::VARY);
        }
        fields::allow_any_origin(&mut not_modified);

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
            tag,
            last_modified,
            full: Full {
                headers: full,
                body,
            },
            not_modified,
            varies,
            codings,
        }
    }

    /// Whether a coding could be worth its while, if the media type is one to compress.
    fn is_codable(&self) -> bool {
        let length: usize = self.segments.iter().map(Bytes::len).sum();
        self.is_kept && CODABLE.contains(&length)
    }
}

/// Below, the header fields are longer than what a coding saves. Above, codings would take more
/// memory than their documents are asked for.
const CODABLE: RangeInclusive<usize> = 200..=64 << 20;
