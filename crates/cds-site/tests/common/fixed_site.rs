//! A site that never changes, and what holds for every request to it. The fuzz targets have it
//! from here too.

#![allow(dead_code, reason = "each user takes its own part")]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cds_site::{Body, Respond, Site, Source, Sources, compile};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

const METADATA: &str = r#"{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "Demo Gas & Electric",
  "description": "A fictional utility.",
  "website": "https://demoutility.com/data%20access.html",
  "documentation": "https://demoutility.com/docs",
  "support": "https://demoutility.com/contact-us",
  "capabilities": ["coverage"],
  "coverage": "https://demoutility.com/cds-coverage.json?v=1"
}
"#;

const LISTING: &str = r#"{"coverage_entries": [], "next": null, "previous": null}"#;

/// The paths of the site, as they are normalised.
pub(crate) const PATHS: [&str; 3] = [
    "/.well-known/cds-server-metadata.json",
    COVERAGE,
    "/data%20access.html",
];

/// Answered only to requests with `v=1` in their query.
const COVERAGE: &str = "/cds-coverage.json";

fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn sources(files: &[(&str, &[u8])]) -> Sources {
    let source = |(path, bytes): &(&str, &[u8])| Source {
        path: (*path).to_owned(),
        bytes: Bytes::copy_from_slice(bytes),
        modified: time(),
    };
    files.iter().map(source).collect()
}

pub(crate) fn site() -> Site {
    let sources = sources(&[
        ("cds-server-metadata.json", METADATA.as_bytes()),
        ("cds-coverage.json", LISTING.as_bytes()),
        ("public/data access.html", b"<p>Data access</p>"),
        ("public/secret.html", b"<p>Nobody links here</p>"),
    ]);
    let site = compile(&sources, time(), None).site.unwrap();
    assert_eq!(site.paths(), PATHS);
    site
}

/// Holds an answer to the request: there is one exactly when the path is the site's own.
pub(crate) fn assert_only_own_paths(request: &Request<()>, answer: Option<Response<Body>>) {
    let path = normalised(request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let is_ours = PATHS.contains(&path.as_str())
        && (path != COVERAGE || query.split('&').any(|pair| normalised(pair) == "v=1"));
    assert_eq!(answer.is_some(), is_ours, "{request:?}");
    let Some(answer) = answer else { return };
    let expected = match *request.method() {
        Method::GET | Method::HEAD => StatusCode::OK,
        Method::OPTIONS => StatusCode::NO_CONTENT,
        _ => StatusCode::METHOD_NOT_ALLOWED,
    };
    assert_eq!(answer.status(), expected);
    assert!(*request.method() != Method::HEAD || answer.body().is_empty());
}

/// A path by RFC 3986 §6.2.2.1 and §6.2.2.2, octet by octet.
fn normalised(path: &str) -> String {
    let octet = |at: usize| {
        let digits = path.get(at..at + 2)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u8::from_str_radix(digits, 16).ok())?
    };
    let (mut normal, mut at) = (Vec::new(), 0);
    while at < path.len() {
        let byte = path.as_bytes()[at];
        match octet(at + 1).filter(|_| byte == b'%') {
            Some(octet) if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) => {
                normal.push(octet);
                at += 3;
            }
            Some(octet) => {
                normal.extend(format!("%{octet:02X}").bytes());
                at += 3;
            }
            None => {
                normal.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(normal).unwrap()
}

/// What a GET with a field of entity tags is answered; `@` in the field stands for the tag of the
/// document. `None` if it can't be a field value.
pub(crate) fn status_with(
    site: &Site,
    name: &header::HeaderName,
    lines: &[&[u8]],
) -> Option<StatusCode> {
    let mut request = Request::get(PATHS[0]);
    for line in lines {
        let line = with_tag(site, line);
        request = request.header(name, HeaderValue::from_bytes(&line).ok()?);
    }
    let request = request.body(()).unwrap();
    Some(site.respond((&request).into()).unwrap().status())
}

fn tag(site: &Site) -> Vec<u8> {
    let request = Request::get(PATHS[0]).body(()).unwrap();
    let answer = site.respond((&request).into()).unwrap();
    answer.headers()[header::ETAG].as_bytes().to_vec()
}

fn with_tag(site: &Site, line: &[u8]) -> Vec<u8> {
    let pieces: Vec<_> = line.split(|byte| *byte == b'@').collect();
    pieces.join(&tag(site)[..])
}

/// Holds any bytes as a list of entity tags to what a plain search for the tag says.
pub(crate) fn assert_tags_are_found(site: &Site, line: &[u8]) {
    let none_match = status_with(site, &header::IF_NONE_MATCH, &[line]);
    let matched = status_with(site, &header::IF_MATCH, &[line]);
    let (Some(none_match), Some(matched)) = (none_match, matched) else {
        return;
    };
    assert!([200, 304].contains(&none_match.as_u16()) && [200, 412].contains(&matched.as_u16()));
    let (field, tag) = (with_tag(site, line), tag(site));
    let field = field.trim_ascii();
    let has_tag = field == b"*" || field.windows(tag.len()).any(|window| window == tag);
    // Strong comparison finds no more than weak comparison, and neither what isn't there.
    assert!(matched == StatusCode::PRECONDITION_FAILED || none_match == StatusCode::NOT_MODIFIED);
    assert!(none_match == StatusCode::OK || has_tag);
    if field == tag || field == b"*" {
        assert_eq!((none_match.as_u16(), matched.as_u16()), (304, 200));
    }
}

/// Compiles the site with any bytes as its settings: what is found about them lies in them.
pub(crate) fn assert_settings_hold(bytes: &[u8]) {
    let sources = sources(&[
        ("cds-server-metadata.json", METADATA.as_bytes()),
        ("cds-coverage.json", LISTING.as_bytes()),
        ("site.toml", bytes),
    ]);
    let compiled = compile(&sources, time(), None);
    assert_eq!(compiled.site.is_none(), compiled.report.has_errors());
    let findings = compiled.report.findings().iter();
    for finding in findings.filter(|finding| finding.file == "site.toml") {
        let Some(place) = &finding.place else {
            continue;
        };
        assert!(place.span.end <= bytes.len(), "{finding}");
        let before = &bytes[..place.span.start];
        assert_eq!(
            place.line,
            before.iter().filter(|byte| **byte == b'\n').count() + 1,
            "{finding}"
        );
        let _ = &place.excerpt.text[place.excerpt.mark.clone()];
    }
    if std::str::from_utf8(bytes).is_err() {
        assert!(compiled.site.is_none(), "TOML is UTF-8");
    }
}
