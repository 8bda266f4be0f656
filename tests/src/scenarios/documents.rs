//! The two documents.

use http::{Method, header};

use super::answers::{document, metadata};
use super::{COVERAGE, METADATA, PARTNERS, Scenario};
use crate::answer::{Answer, Content};
use crate::ask::Ask;
use crate::site_dir::Fixture;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "the metadata object is served byte for byte",
            Ask::get(METADATA),
            metadata(),
        ),
        Scenario::answered(
            "the listing has the entries of all files, the newest first, as they were written",
            Ask::get(COVERAGE),
            listing(Fixture::Demo),
        ),
        Scenario::answered(
            "HEAD gets the fields of GET for the metadata object",
            Ask::new(Method::HEAD, METADATA),
            metadata(),
        ),
        Scenario::answered(
            "HEAD gets the fields of GET for the listing",
            Ask::new(Method::HEAD, COVERAGE),
            listing(Fixture::Demo),
        ),
        Scenario::answered(
            "documents answer on every host",
            Ask::get(METADATA).with(header::HOST, "127.0.0.1:8080"),
            metadata(),
        ),
        Scenario::answered(
            "documents need no credentials and ignore those that are sent",
            Ask::get(METADATA)
                .with(header::AUTHORIZATION, "Bearer expired")
                .with(header::COOKIE, "session=expired"),
            metadata(),
        ),
        Scenario::answered(
            "documents are never refused for what a Client accepts",
            Ask::get(METADATA)
                .with(header::ACCEPT, "text/html")
                .with(header::ACCEPT_CHARSET, "iso-8859-1"),
            metadata(),
        ),
        Scenario::answered(
            "a range is ignored and the whole document sent",
            Ask::get(METADATA).with(header::RANGE, "bytes=0-9"),
            metadata(),
        ),
        Scenario::answered(
            "a script of another origin gets the same fields",
            Ask::get(METADATA).with(header::ORIGIN, "https://app.example"),
            metadata(),
        ),
        Scenario::answered(
            "a query that nobody defined is ignored",
            Ask::get("/.well-known/cds-server-metadata.json?v=2&x"),
            metadata(),
        ),
        Scenario::answered(
            "a request with a body is answered as one without",
            Ask::get(METADATA).carrying("{}"),
            metadata(),
        ),
        Scenario::answered(
            "a coverage URL with a query answers requests that have all of it",
            Ask::get("/app?v=1&page=home&resource=coverage"),
            super::pages::first(),
        )
        .at(Fixture::Queried),
        Scenario::answered(
            "a further metadata object answers at its own URL",
            Ask::get(PARTNERS),
            partners(),
        ),
        Scenario::answered(
            "a further endpoint has a listing of its own",
            Ask::get("/partners/coverage.json"),
            document(Content::Listing(
                Fixture::Demo,
                &["dge_solar"],
                &["partners/coverage/solar.json"],
            )),
        ),
        Scenario::passed_on(
            "a coverage URL with a query leaves the path to the portal",
            Ask::get("/app?resource=coverage&v=2"),
        )
        .at(Fixture::Queried),
        Scenario::passed_on(
            "a coverage URL with a query leaves the bare path to the portal",
            Ask::new(Method::POST, "/app").carrying("resource=coverage&v=1"),
        )
        .at(Fixture::Queried),
    ]
}

pub(super) fn listing(fixture: Fixture) -> Answer {
    let ids = &["dge_elec_west", "dge_elec_east", "dge_gas"];
    document(Content::Listing(
        fixture,
        ids,
        &["cds-coverage.json", "coverage/east.json"],
    ))
}

pub(super) fn partners() -> Answer {
    let file = "partners/cds-server-metadata.json";
    document(Content::File(Fixture::Demo, file))
}
