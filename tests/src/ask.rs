//! A request and what came back, as plain values.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

/// The host that Clients of the fixtures ask.
pub(crate) const HOST: &str = "utility.example";

/// A request to make.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The method.
    pub method: Method,
    /// The request target as it goes over the wire.
    pub target: &'static str,
    /// The header fields. A value may hold `{etag}` or `{last-modified}`, what a GET of the same
    /// target was answered, or `{etag gzip}`, what it was when it accepted only that coding.
    pub headers: Vec<(HeaderName, &'static str)>,
    /// The body.
    pub body: &'static str,
}

impl Ask {
    /// A GET.
    pub const fn get(target: &'static str) -> Self {
        Self::new(Method::GET, target)
    }

    /// A request of any method.
    pub const fn new(method: Method, target: &'static str) -> Self {
        Self {
            method,
            target,
            headers: Vec::new(),
            body: "",
        }
    }

    /// With a header field more.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With a body.
    #[must_use]
    pub const fn carrying(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }

    /// The values of a field, in their order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| *value)
    }

    /// The values that must be asked for first: each with its placeholder, and the GET whose
    /// answer has it in which field.
    pub fn placeholders(&self) -> Vec<(&'static str, Self, HeaderName)> {
        PLACEHOLDERS
            .into_iter()
            .filter(|(placeholder, ..)| {
                let mut values = self.headers.iter().map(|(_, value)| value);
                values.any(|value| value.contains(placeholder))
            })
            .map(|(placeholder, name, coding)| {
                let ask = Self::get(self.target).with(header::ACCEPT_ENCODING, coding);
                (placeholder, ask, name)
            })
            .collect()
    }

    /// The request, its placeholders filled in.
    pub fn request(&self, known: &[(&str, String)]) -> http::Request<Bytes> {
        let mut request = http::Request::new(Bytes::from_static(self.body.as_bytes()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from_static(self.target);
        for (name, value) in &self.headers {
            let value = known
                .iter()
                .fold((*value).to_owned(), |value, (placeholder, known)| {
                    value.replace(placeholder, known)
                });
            request
                .headers_mut()
                .append(name, HeaderValue::try_from(value).unwrap());
        }
        let host = HeaderValue::from_static(HOST);
        request.headers_mut().entry(header::HOST).or_insert(host);
        request
    }
}

/// What stands for what: the field that is meant, and the coding of the answer that has it.
const PLACEHOLDERS: [(&str, HeaderName, &str); 5] = [
    ("{etag}", header::ETAG, "identity"),
    ("{etag zstd}", header::ETAG, "zstd"),
    ("{etag br}", header::ETAG, "br"),
    ("{etag gzip}", header::ETAG, "gzip"),
    ("{last-modified}", header::LAST_MODIFIED, "identity"),
];

/// What came back.
#[derive(Debug, Clone)]
pub struct Received {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Received {
    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header field that occurs once.
    pub fn field(&self, name: &HeaderName) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values
            .next()
            .unwrap_or_else(|| panic!("no {name}: {self:?}"));
        assert!(values.next().is_none(), "{name} twice: {self:?}");
        value.to_str().unwrap()
    }
}
