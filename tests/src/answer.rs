//! What must come back.

use std::fmt::Write;

use http::{HeaderName, Method, StatusCode, header};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::ask::Received;
use crate::decode::decode;
use crate::site_dir::Fixture;

/// An answer that is expected, header fields included: one that isn't listed is a failure.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, Value)>,
    coding: Option<&'static str>,
    content: Content,
}

/// What a header field must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Exactly this.
    Is(&'static str),
    /// The length of the content, of a HEAD request's too.
    Length,
    /// A strong entity tag (RFC 9110 §8.8.3).
    StrongTag,
    /// 32 hexadecimal digits.
    Name,
    /// A date as RFC 9110 §5.6.7 prefers it, not in the future.
    Date,
    /// One link to another page, of this relation (RFC 8288).
    Link(&'static str),
}

/// What the body must be.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// Nothing.
    Empty,
    /// A file, byte for byte.
    File(Fixture, &'static str),
    /// Problem details (RFC 9457) of the answer's own status.
    Problem,
    /// A coverage listing of these ids in this order, each entry as it stands in one of the files.
    Listing(Fixture, &'static [&'static str], &'static [&'static str]),
    /// The first or the last of several pages of such a listing: with `next`, or `previous`.
    Page(Fixture, &'static [&'static str], &'static str),
}

impl Answer {
    /// An answer without header fields and content.
    pub const fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            coding: None,
            content: Content::Empty,
        }
    }

    /// With a header field more.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: Value) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With this content.
    #[must_use]
    pub const fn containing(mut self, content: Content) -> Self {
        self.content = content;
        self
    }

    /// With its content in this content coding.
    #[must_use]
    pub fn coded(mut self, coding: &'static str) -> Self {
        self.coding = Some(coding);
        self.with(header::CONTENT_ENCODING, Value::Is(coding))
    }

    /// Everything that is not as expected.
    ///
    /// `full` is what the same request got as a GET, when it is a HEAD: the fields are the same,
    /// and they speak of a body that isn't there (RFC 9110 §9.3.2).
    pub fn faults(&self, method: &Method, received: &Received, full: &Received) -> String {
        let mut faults = String::new();
        if received.status != self.status {
            let _ = writeln!(faults, "status {}, not {}", received.status, self.status);
        }
        if *method == Method::HEAD && !received.body.is_empty() {
            faults.push_str("a body for HEAD\n");
        }
        self.check_headers(received, full.body.len(), &mut faults);
        let plain = match self.coding {
            Some(coding) => decode(coding, &full.body),
            None => Ok(full.body.to_vec()),
        };
        let checked = plain.and_then(|plain| self.content.check(self.status, &plain));
        if let Err(fault) = checked {
            let _ = writeln!(faults, "content: {fault}");
        }
        faults
    }

    fn check_headers(&self, received: &Received, length: usize, faults: &mut String) {
        for (name, value) in &self.headers {
            let found: Vec<_> = received.headers.get_all(name).iter().collect();
            match found[..] {
                [found] if value.admits(found.to_str().unwrap_or_default(), length) => {}
                _ => {
                    let _ = writeln!(faults, "{name}: {found:?}, not {value:?}");
                }
            }
        }
        for (name, value) in &received.headers {
            if !self.headers.iter().any(|(listed, _)| listed == name) {
                let _ = writeln!(faults, "{name}: {value:?}, which nobody listed");
            }
        }
    }
}

impl Value {
    fn admits(self, value: &str, length: usize) -> bool {
        match self {
            Self::Is(expected) => value == expected,
            Self::Length => value == length.to_string(),
            Self::StrongTag => is_strong_tag(value),
            Self::Name => value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::Date => httpdate::parse_http_date(value).is_ok_and(|date| {
                date <= std::time::SystemTime::now() && httpdate::fmt_http_date(date) == value
            }),
            Self::Link(relation) => {
                let end = format!(">; rel=\"{relation}\"");
                value.starts_with("<https://") && value.ends_with(&end) && !value.contains(',')
            }
        }
    }
}

fn is_strong_tag(value: &str) -> bool {
    let opaque = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    opaque.is_some_and(|opaque| opaque.bytes().all(|b| b > b' ' && b != b'"') && opaque.len() >= 16)
}

impl Content {
    fn check(self, status: StatusCode, body: &[u8]) -> Result<(), String> {
        match self {
            Self::Empty if body.is_empty() => Ok(()),
            Self::File(fixture, file) if body == fixture.read(file) => Ok(()),
            Self::Empty | Self::File(..) => Err(format!("{:?}", String::from_utf8_lossy(body))),
            Self::Problem => check_problem(status, body),
            Self::Listing(fixture, ids, files) => {
                check_listing(fixture, ids, files, body)?.expect([false, false])
            }
            Self::Page(fixture, ids, link) => {
                let listing = check_listing(fixture, ids, &["cds-coverage.json"], body)?;
                listing.expect([link == "next", link == "previous"])
            }
        }
    }
}

fn check_problem(status: StatusCode, body: &[u8]) -> Result<(), String> {
    let problem: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let is_text = |member: &str| {
        problem[member]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    };
    if problem["status"] == status.as_u16() && is_text("title") && is_text("detail") {
        return Ok(());
    }
    Err(problem.to_string())
}

/// A listing with its entries as they were written.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing<'a> {
    #[serde(borrow)]
    coverage_entries: Vec<&'a RawValue>,
    next: Option<String>,
    previous: Option<String>,
}

impl Listing<'_> {
    fn expect(&self, links: [bool; 2]) -> Result<(), String> {
        if [self.next.is_some(), self.previous.is_some()] == links {
            return Ok(());
        }
        Err(format!("other links: {self:?}"))
    }
}

fn check_listing<'b>(
    fixture: Fixture,
    ids: &[&str],
    files: &[&str],
    body: &'b [u8],
) -> Result<Listing<'b>, String> {
    let listing: Listing<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let authored: String = files.iter().map(|file| fixture.text(file)).collect();
    let mut found = Vec::new();
    for entry in &listing.coverage_entries {
        if !authored.contains(entry.get()) {
            return Err(format!("nobody wrote {entry}"));
        }
        let entry: Json = serde_json::from_str(entry.get()).map_err(|error| error.to_string())?;
        found.push(entry["id"].as_str().unwrap_or_default().to_owned());
    }
    if found == ids {
        Ok(listing)
    } else {
        Err(format!("entries {found:?}"))
    }
}
