//! What an answer allocates: the map of its header fields, and nothing else.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

#[path = "common/sites.rs"]
mod sites;

use cds_site::{Body, RequestHead, Respond, Site, SiteHandle, SiteSet};
use http::{HeaderMap, HeaderName, Request, Response, header};

use sites::{METADATA, WEST, ask, entry, listing, site};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A map of header fields is two: its entries, and where they are.
const MAP: u64 = 2;

/// One test, because what other threads allocate would be counted too.
#[test]
fn an_answer_allocates_its_header_fields_and_a_miss_nothing() {
    let fixed = published();
    let handle = SiteHandle::new(published());
    let set: SiteSet = [("demoutility.com", published())].into_iter().collect();
    let etag = ask(&fixed, WELL_KNOWN).unwrap().headers()[header::ETAG].clone();
    let etag = etag.to_str().unwrap();
    let br = (header::ACCEPT_ENCODING, "gzip;q=0.5, br");
    let none_match = (header::IF_NONE_MATCH, etag);

    let profiler = dhat::Profiler::builder().testing().build();
    for source in [&fixed as &dyn Respond, &handle, &set] {
        for (target, fields, status) in [
            (WELL_KNOWN, vec![], 200),
            (WELL_KNOWN, vec![br.clone()], 200),
            (WELL_KNOWN, vec![none_match.clone()], 304),
            ("/cds-coverage.json", vec![], 200),
            ("/cds-coverage.json", vec![br.clone()], 200),
            ("/west.json", vec![], 200),
        ] {
            let (response, allocated) = answer(source, target, &fields);
            let response = response.unwrap();
            assert_eq!(response.status(), status, "{target} {fields:?}");
            let map = map_of(response.headers());
            assert_eq!((allocated, map), (MAP, MAP), "{target} {fields:?}");
        }
        for target in [
            "/",
            "/outages",
            "/outages?from=2026%2D01",
            "/outages/current%20and%20past",
            "/.well-known/cds-server-metadata.jpeg",
            "/.well-known/cds-server-metadata%2Ejpeg",
            "/.well-known/cds-server%2fmetadata.j%70eg",
        ] {
            let (response, allocated) = answer(source, target, &[]);
            assert!(response.is_none(), "{target}");
            assert_eq!(allocated, 0, "{target}");
        }
    }
    drop(profiler);
}

/// What a request is answered, the second time, and how many blocks of memory that takes.
fn answer(
    source: &dyn Respond,
    target: &str,
    fields: &[(HeaderName, &str)],
) -> (Option<Response<Body>>, u64) {
    let mut request = Request::get(target).header(header::HOST, "demoutility.com");
    for (name, value) in fields {
        request = request.header(name, *value);
    }
    let request = request.body(()).unwrap();
    let head = RequestHead::from(&request);
    // Codings are made at the first request, and references begin to be counted.
    drop(source.respond(head));
    blocks(|| source.respond(head))
}

/// How many blocks a map of header fields takes.
fn map_of(headers: &HeaderMap) -> u64 {
    blocks(|| headers.clone()).1
}

fn blocks<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = dhat::HeapStats::get().total_blocks;
    let made = work();
    (made, dhat::HeapStats::get().total_blocks - before)
}

/// A site with more entries than go on a page, and a map.
fn published() -> Site {
    let link = r#", "geojson_resource": "https://static.demoutility.com/west.json""#;
    let entries: Vec<_> = (0..500)
        .map(|number| entry(&number.to_string(), "2022-06-01T00:00:00Z", link))
        .collect();
    let metadata = METADATA.replace("static.", "");
    let entries = entries.iter().map(|entry| entry.replace("static.", ""));
    site(&[
        ("cds-server-metadata.json", &metadata),
        ("cds-coverage.json", &listing(&entries.collect::<Vec<_>>())),
        ("public/west.json", WEST),
    ])
}
