//! Content codings: when they are made, how long they are kept, and what is said of them.

#![cfg(test)]
#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, SystemTime};

use cds_site::{Body, Respond, Site, Source, Sources, compile};
use http::{HeaderMap, Method, Request, Response, header};

const METADATA_PATH: &str = "/.well-known/cds-server-metadata.json";
const LISTING_PATH: &str = "/cds-coverage.json";
const MAP_PATH: &str = "/west.geojson";

fn metadata(description: &str) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "Demo Gas & Electric",
  "description": "{description}",
  "website": "https://demoutility.com/",
  "documentation": "https://demoutility.com/noise.txt",
  "support": "https://demoutility.com/tiny.txt",
  "capabilities": ["coverage"],
  "coverage": "https://demoutility.com/cds-coverage.json"
}}
"#
    )
}

fn listing() -> String {
    let entry = |number: usize| {
        format!(
            r#"{{"id": "{number}", "created": "2022-01-01T00:00:00Z", "updated": "2022-01-01T00:00:00Z",
                "entity_name": "Demo", "entity_abbreviation": null, "country": "US", "name": "{number}",
                "type": "geographic", "role": "official", "infrastructure_types": [], "commodity_types": [],
                "capabilities": [], "geojson_resource": "https://demoutility.com/west.geojson"}}"#
        )
    };
    let entries: Vec<_> = (0..100).map(entry).collect();
    format!(r#"{{"coverage_entries": [{}]}}"#, entries.join(","))
}

/// A line of many points.
fn map() -> String {
    let point = |number: usize| format!("[-{}.5,37.{number}]", number % 120);
    let points: Vec<_> = (0..5_000).map(point).collect();
    format!(
        r#"{{"type": "LineString", "coordinates": [{}]}}"#,
        points.join(",")
    )
}

/// What no coding makes smaller: bytes with no more order than random ones.
fn noise() -> Vec<u8> {
    let mut state: u32 = 7;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[1]
    };
    (0..300).map(|_| next()).collect()
}

fn sources<const N: usize>(files: [(&str, Vec<u8>); N]) -> Sources {
    let source = |(path, bytes): (&str, Vec<u8>)| Source {
        path: path.to_owned(),
        bytes: bytes.into(),
        modified: SystemTime::UNIX_EPOCH,
    };
    files.into_iter().map(source).collect()
}

fn site_with(description: &str, settings: &str, previous: Option<&Site>) -> Site {
    let files = [
        ("cds-server-metadata.json", metadata(description).into()),
        ("cds-coverage.json", listing().into()),
        ("public/west.geojson", map().into()),
        ("public/noise.txt", noise()),
        ("public/tiny.txt", vec![b'a'; 199]),
        ("site.toml", settings.into()),
    ];
    site_of(files, previous)
}

fn site_of<const N: usize>(files: [(&str, Vec<u8>); N], previous: Option<&Site>) -> Site {
    let sources = sources(files);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let compiled = compile(&sources, now, previous);
    compiled.site.unwrap()
}

fn site() -> Site {
    site_with("A fictional utility.", "", None)
}

fn ask(site: &Site, method: Method, path: &str, accepted: &str, tags: &str) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !accepted.is_empty() {
        request = request.header(header::ACCEPT_ENCODING, accepted);
    }
    if !tags.is_empty() {
        request = request.header(header::IF_NONE_MATCH, tags);
    }
    site.respond((&request.body(()).unwrap()).into()).unwrap()
}

fn get(site: &Site, path: &str, accepted: &str) -> Response<Body> {
    ask(site, Method::GET, path, accepted, "")
}

fn bytes(response: Response<Body>) -> Vec<u8> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(segment) = body.next_segment() {
        bytes.extend_from_slice(&segment);
    }
    bytes
}

/// Where the bytes of an answer are in memory.
fn place(response: Response<Body>) -> *const u8 {
    response.into_body().next_segment().unwrap().as_ptr()
}

fn field(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn gunzip(content: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(content);
    decoder.read_to_end(&mut plain).unwrap();
    plain
}

/// The codings of this build.
fn codings(site: &Site) -> Vec<&'static str> {
    let is_there = |coding: &&'static str| {
        let response = get(site, METADATA_PATH, coding);
        field(response.headers(), header::CONTENT_ENCODING) == *coding
    };
    ["zstd", "br", "gzip"]
        .into_iter()
        .filter(is_there)
        .collect()
}

#[test]
fn a_coding_is_made_once() {
    let site = site();
    for path in [METADATA_PATH, LISTING_PATH, MAP_PATH] {
        let first = place(get(&site, path, "gzip"));
        assert_eq!(place(get(&site, path, "gzip;q=0.5")), first, "{path}");
        assert_eq!(
            gunzip(&bytes(get(&site, path, "gzip"))),
            bytes(get(&site, path, ""))
        );
    }
}

#[test]
fn an_edit_leaves_the_codings_of_all_other_documents() {
    let before = site();
    let listing = place(get(&before, LISTING_PATH, "gzip"));
    let map = place(get(&before, MAP_PATH, "gzip"));
    place(get(&before, METADATA_PATH, "gzip"));

    let after = site_with("Another description.", "", Some(&before));
    drop(before);
    assert_eq!(place(get(&after, LISTING_PATH, "gzip")), listing);
    assert_eq!(place(get(&after, MAP_PATH, "gzip")), map);
    let metadata = bytes(get(&after, METADATA_PATH, "gzip"));
    assert_eq!(
        gunzip(&metadata),
        self::metadata("Another description.").as_bytes()
    );
}

#[test]
fn a_coding_has_the_fields_of_its_own_version() {
    let before = site();
    get(&before, MAP_PATH, "gzip");
    let after = site_with("A fictional utility.", "max_age = \"7s\"", Some(&before));
    let response = get(&after, MAP_PATH, "gzip");
    assert_eq!(
        field(response.headers(), header::CACHE_CONTROL),
        "max-age=7"
    );
    assert_eq!(gunzip(&bytes(response)), map().as_bytes());
}

/// A site with a text of five mebibytes, which a coding takes three steps for.
fn large(description: &str, previous: Option<&Site>) -> Site {
    let files = [
        ("cds-server-metadata.json", metadata(description).into()),
        ("public/noise.txt", large_text().into()),
    ];
    site_of(files, previous)
}

fn large_text() -> String {
    map().repeat((5 << 20) / map().len())
}

/// The coding that the text is sent in.
fn coding_of_large(site: &Site, accepted: &str) -> String {
    let response = get(site, "/noise.txt", accepted);
    let coding = field(response.headers(), header::CONTENT_ENCODING).to_owned();
    let content = bytes(response);
    if coding.is_empty() {
        assert!(content == large_text().as_bytes());
    } else if coding == "gzip" {
        assert!(gunzip(&content) == large_text().as_bytes());
    }
    coding
}

#[test]
fn what_is_large_goes_plain_until_a_few_requests_have_made_the_coding() {
    let coding = |site: &Site| coding_of_large(site, "gzip");
    let before = large("A fictional utility.", None);
    assert_eq!([coding(&before), coding(&before)], ["", ""]);
    // An edit of another document doesn't begin it anew.
    let after = large("Another description.", Some(&before));
    drop(before);
    assert_eq!([coding(&after), coding(&after)], ["gzip", "gzip"]);
}

#[test]
#[cfg(feature = "brotli")]
fn a_request_takes_one_coding_further_and_no_other_in_its_place() {
    let site = large("A fictional utility.", None);
    let best = if cfg!(feature = "zstd") { "zstd" } else { "br" };
    let coding = |accepted: &str| coding_of_large(&site, accepted);
    let all = "gzip, br, zstd";
    assert_eq!([coding(all), coding(all), coding(all)], ["", "", best]);
    // Nobody has begun the others.
    assert_eq!(
        [coding("gzip"), coding("gzip"), coding("gzip")],
        ["", "", "gzip"]
    );
}

#[test]
#[cfg(feature = "brotli")]
fn while_the_best_coding_is_on_its_way_another_is_sent_if_it_is_there() {
    let site = large("A fictional utility.", None);
    let coding = |accepted: &str| coding_of_large(&site, accepted);
    for expected in ["", "", "gzip"] {
        assert_eq!(coding("gzip"), expected);
    }
    for expected in ["gzip", "gzip", "br"] {
        assert_eq!(coding("gzip, br"), expected);
    }
}

#[test]
fn a_tag_from_before_a_restart_is_known_to_every_precondition() {
    let replica = large("A fictional utility.", None);
    let tag = loop {
        let response = get(&replica, "/noise.txt", "gzip");
        let headers = response.headers();
        if field(headers, header::CONTENT_ENCODING) == "gzip" {
            break field(headers, header::ETAG).to_owned();
        }
    };
    let status = |name: header::HeaderName, tag: &str| {
        let site = large("A fictional utility.", None);
        let request = Request::get("/noise.txt")
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(name, tag);
        let response = site.respond((&request.body(()).unwrap()).into()).unwrap();
        response.status().as_u16()
    };
    assert_eq!(status(header::IF_NONE_MATCH, &tag), 304);
    assert_eq!(status(header::IF_MATCH, &tag), 200);
    // Strong comparison finds no weak tag.
    assert_eq!(status(header::IF_MATCH, &format!("W/{tag}")), 412);
    assert_eq!(status(header::IF_MATCH, "\"another-gzip\""), 412);
}

#[test]
fn what_a_coding_makes_no_smaller_goes_plain_and_varies_all_the_same() {
    let site = site();
    let response = get(&site, "/noise.txt", "zstd, br, gzip");
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    assert_eq!(field(response.headers(), header::VARY), "Accept-Encoding");
    let tag = field(response.headers(), header::ETAG).to_owned();
    assert_eq!(bytes(response), noise());

    let response = ask(&site, Method::GET, "/noise.txt", "gzip", &tag);
    assert_eq!(response.status(), 304);
    assert_eq!(field(response.headers(), header::ETAG), tag);
}

#[test]
fn what_is_tiny_goes_plain_but_may_grow() {
    let site = site();
    for accepted in ["", "gzip", "*"] {
        let response = get(&site, "/tiny.txt", accepted);
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        assert_eq!(field(response.headers(), header::VARY), "Accept-Encoding");
        assert_eq!(bytes(response).len(), 199);
    }
}

#[test]
fn each_coding_has_a_tag_of_its_own_that_is_the_same_on_every_replica() {
    let (one, other) = (site(), site());
    let mut tags = BTreeSet::new();
    let codings = codings(&one);
    for accepted in codings.iter().copied().chain([""]) {
        let response = get(&one, LISTING_PATH, accepted);
        let again = get(&other, LISTING_PATH, accepted);
        let tag = field(response.headers(), header::ETAG);
        assert_eq!(field(again.headers(), header::ETAG), tag);
        tags.insert(tag.to_owned());
    }
    assert_eq!(tags.len(), codings.len() + 1);
}

#[test]
fn of_many_tags_a_304_repeats_the_one_that_was_selected() {
    let site = site();
    let codings = codings(&site);
    let tag = |accepted: &str| {
        let response = get(&site, LISTING_PATH, accepted);
        field(response.headers(), header::ETAG).to_owned()
    };
    let all: Vec<_> = codings.iter().copied().chain([""]).map(tag).collect();
    for (accepted, expected) in codings.iter().copied().chain([""]).zip(&all) {
        // A replica that was never asked says the same, whatever it has made.
        let replica = self::site();
        for site in [&site, &replica] {
            let response = ask(site, Method::GET, LISTING_PATH, accepted, &all.join(", "));
            assert_eq!(response.status(), 304, "{accepted}");
            assert_eq!(field(response.headers(), header::ETAG), expected);
            assert_eq!(field(response.headers(), header::VARY), "Accept-Encoding");
        }
    }
}

#[test]
fn a_head_has_the_fields_of_the_get() {
    for accepted in ["gzip", "br", "zstd", "", "identity;q=0", "*"] {
        let site = site();
        let head = ask(&site, Method::HEAD, LISTING_PATH, accepted, "");
        let get = get(&site, LISTING_PATH, accepted);
        assert_eq!(head.headers(), get.headers(), "{accepted}");
        assert!(bytes(head).is_empty());
        let length = field(get.headers(), header::CONTENT_LENGTH).to_owned();
        assert_eq!(bytes(get).len().to_string(), length);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a server has threads")]
fn many_that_ask_at_once_get_the_document_plain_or_in_the_coding() {
    let site = site();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                let response = get(&site, MAP_PATH, "gzip");
                let coding = field(response.headers(), header::CONTENT_ENCODING).to_owned();
                let tag = field(response.headers(), header::ETAG).to_owned();
                assert_eq!(tag.ends_with("-gzip\""), coding == "gzip");
                let content = bytes(response);
                let plain = if coding == "gzip" {
                    gunzip(&content)
                } else {
                    content
                };
                assert_eq!(plain, map().as_bytes());
            });
        }
    });
    let response = get(&site, MAP_PATH, "gzip");
    assert_eq!(field(response.headers(), header::CONTENT_ENCODING), "gzip");
}

#[test]
fn pages_are_kept_and_coded_where_that_takes_less_than_their_entries_or_they_are_the_first() {
    for (page_size, expected) in [(2, ["gzip", ""]), (50, ["gzip", "gzip"])] {
        let settings = format!("page_size = {page_size}");
        let site = site_with("A fictional utility.", &settings, None);
        let first = get(&site, LISTING_PATH, "gzip");
        let link = field(first.headers(), header::LINK).to_owned();
        let second = link.split(['<', '>']).nth(1).unwrap();
        for (url, expected) in [LISTING_PATH, second].into_iter().zip(expected) {
            let response = get(&site, url, "gzip");
            assert_eq!(
                field(response.headers(), header::CONTENT_ENCODING),
                expected
            );
            assert_eq!(field(response.headers(), header::VARY), "Accept-Encoding");
        }
    }
}
