//! Content codings (RFC 9110 §12.5.3).

use http::header::{ACCEPT_ENCODING, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderName, Method};

use super::answers::{file, image, metadata, not_modified, precondition_failed};
use super::documents::listing;
use super::{COVERAGE, METADATA, Scenario};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::site_dir::Fixture;

pub(super) fn scenarios() -> Vec<Scenario> {
    [preferred(), refused(), other_documents(), conditional()].concat()
}

/// What browsers and programs send.
fn preferred() -> Vec<Scenario> {
    vec![
        accepting(
            "gzip is what a Client gets that takes it alone",
            "gzip",
            "gzip",
        ),
        accepting("br is what a Client gets that takes it alone", "br", "br"),
        accepting(
            "zstd is what a Client gets that takes it alone",
            "zstd",
            "zstd",
        ),
        accepting(
            "zstd comes first for a browser, which takes all",
            "gzip, deflate, br, zstd",
            "zstd",
        ),
        accepting("br comes before gzip", "gzip, deflate, br", "br"),
        accepting("names are the same in any case", "GZip", "gzip"),
        accepting("x-gzip is gzip", "x-gzip", "gzip"),
        accepting(
            "the greatest weight decides",
            "zstd;q=0.1, br;q=0.2, gzip;q=0.201",
            "gzip",
        ),
        accepting("a star is any coding", "*", "zstd"),
        accepting(
            "a star is any coding but those that are named",
            "zstd;q=0, *",
            "br",
        ),
        accepting(
            "a star of weight 0 leaves what is named",
            "gzip, *;q=0",
            "gzip",
        ),
        accepting("a malformed member is ignored", "zstd;q=high, gzip", "gzip"),
        Scenario::answered(
            "lines of the field are one list",
            Ask::get(METADATA)
                .with(ACCEPT_ENCODING, "gzip;q=0.5")
                .with(ACCEPT_ENCODING, "br"),
            metadata().coded("br"),
        ),
    ]
}

/// What is left is the plain document, never 406.
fn refused() -> Vec<Scenario> {
    let plain = |name, accepted| {
        let ask = Ask::get(METADATA).with(ACCEPT_ENCODING, accepted);
        Scenario::answered(name, ask, metadata())
    };
    vec![
        plain("an empty list asks for the plain document", ""),
        plain("identity is the plain document", "identity"),
        plain(
            "a coding that nobody knows gets the plain document",
            "compress, deflate",
        ),
        plain("weights of 0 refuse", "zstd;q=0, br;q=0.0, gzip;q=0.000"),
        plain(
            "codings of less weight than identity are not sent",
            "identity, gzip;q=0.9",
        ),
        plain("who takes nothing gets the plain document", "*;q=0"),
        plain(
            "who refuses the plain document alone gets it too",
            "identity;q=0",
        ),
    ]
}

fn other_documents() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "HEAD gets the fields of the coding that GET gets",
            Ask::new(Method::HEAD, METADATA).with(ACCEPT_ENCODING, "br"),
            metadata().coded("br"),
        ),
        Scenario::answered(
            "the listing has codings too",
            Ask::get(COVERAGE).with(ACCEPT_ENCODING, "zstd"),
            listing(Fixture::Demo).coded("zstd"),
        ),
        Scenario::answered(
            "a territory has codings too",
            Ask::get("/maps/west.json").with(ACCEPT_ENCODING, "gzip"),
            file("application/geo+json", "public/maps/west.json").coded("gzip"),
        ),
        Scenario::answered(
            "an image is compressed already and goes plain",
            Ask::get("/maps/west.png").with(ACCEPT_ENCODING, "gzip"),
            image("image/png", "public/maps/west.png"),
        ),
        Scenario::answered(
            "a file of some bytes goes plain",
            Ask::get("/maps/caf%C3%A9.svg").with(ACCEPT_ENCODING, "gzip"),
            file("image/svg+xml", "public/maps/café.svg"),
        ),
        Scenario::passed_on(
            "what the portal's pages are coded in is between it and the Client",
            Ask::get("/bills").with(ACCEPT_ENCODING, "br;q=0.5, gzip"),
        ),
    ]
}

/// Each coding is a representation of its own, with its own tag.
fn conditional() -> Vec<Scenario> {
    let gzip = |name, field: HeaderName, value, answer: Answer| {
        let ask = Ask::get(METADATA).with(ACCEPT_ENCODING, "gzip");
        Scenario::answered(name, ask.with(field, value), answer)
    };
    vec![
        gzip(
            "the tag of a coding gets 304 from who takes it",
            IF_NONE_MATCH,
            "{etag gzip}",
            not_modified(),
        ),
        gzip(
            "one of the tags that a cache has gets 304",
            IF_NONE_MATCH,
            "{etag}, {etag zstd}, W/{etag gzip}",
            not_modified(),
        ),
        gzip(
            "the tag of the plain document is not that of its coding",
            IF_NONE_MATCH,
            "{etag}, {etag br}",
            metadata().coded("gzip"),
        ),
        Scenario::answered(
            "the tag of a coding is not that of the plain document",
            Ask::get(METADATA).with(IF_NONE_MATCH, "{etag zstd}, {etag br}, {etag gzip}"),
            metadata(),
        ),
        gzip(
            "a coding didn't change when the document didn't",
            IF_MODIFIED_SINCE,
            "{last-modified}",
            not_modified(),
        ),
        gzip(
            "the tag of a coding that a Client wants gets it",
            IF_MATCH,
            "{etag gzip}",
            metadata().coded("gzip"),
        ),
        gzip(
            "the tag of the plain document is not the coding that a Client takes",
            IF_MATCH,
            "{etag}",
            precondition_failed(),
        ),
    ]
}

/// A GET of the metadata object that gets it in a coding.
fn accepting(name: &'static str, accepted: &'static str, coding: &'static str) -> Scenario {
    let ask = Ask::get(METADATA).with(ACCEPT_ENCODING, accepted);
    Scenario::answered(name, ask, metadata().coded(coding))
}
