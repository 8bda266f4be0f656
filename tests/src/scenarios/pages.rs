//! Pages of the coverage listing, and its filter.

use http::{Method, StatusCode, header};

use super::Scenario;
use super::answers::{document, not_allowed, not_modified, options, problem};
use crate::answer::{Answer, Content, Value};
use crate::ask::Ask;
use crate::site_dir::Fixture;

pub(super) fn scenarios() -> Vec<Scenario> {
    let asked = |name, target, answer| Scenario::answered(name, Ask::get(target), answer);
    vec![
        asked(
            "ids with an encoded space between them filter the listing, whose order stays",
            "/cds/coverage.json?ids=dge_gas%20dge_elec_west",
            listing(&["dge_elec_west", "dge_gas"]),
        ),
        asked(
            "ids with a plus between them do the same, and unknown parameters nothing",
            "/cds/coverage.json?utm_source=x&ids=dge_gas+dge_elec_west&page=2",
            listing(&["dge_elec_west", "dge_gas"]),
        ),
        asked(
            "unknown ids match nothing",
            "/cds/coverage.json?ids=DGE_GAS+nobody+dge_gas",
            listing(&["dge_gas"]),
        ),
        asked(
            "no ids match nothing",
            "/cds/coverage.json?ids=",
            listing(&[]),
        ),
        asked(
            "filters intersect",
            "/cds/coverage.json?ids=dge_gas+dge_elec_east&ids=dge_elec_east+dge_elec_west",
            listing(&["dge_elec_east"]),
        ),
        Scenario::answered(
            "a filtered listing, made for one request, goes plain",
            Ask::get("/cds/coverage.json?ids=dge_gas").with(header::ACCEPT_ENCODING, "gzip"),
            listing(&["dge_gas"]),
        ),
        asked(
            "a cursor that nobody gave out is refused",
            "/cds/coverage.json?cursor=2",
            problem(StatusCode::BAD_REQUEST),
        ),
        asked(
            "an empty cursor is refused",
            "/cds/coverage.json?cursor=",
            problem(StatusCode::BAD_REQUEST),
        ),
        asked(
            "a cursor of another listing is refused",
            SECOND_PAGE_ELSEWHERE,
            problem(StatusCode::BAD_REQUEST),
        ),
        Scenario::answered(
            "no precondition holds for a bad cursor",
            Ask::get("/cds/coverage.json?cursor=2").with(header::IF_NONE_MATCH, "*"),
            problem(StatusCode::BAD_REQUEST),
        ),
        Scenario::answered(
            "HEAD with a bad cursor gets the fields of GET",
            Ask::new(Method::HEAD, "/cds/coverage.json?cursor=2"),
            problem(StatusCode::BAD_REQUEST),
        ),
        Scenario::answered(
            "OPTIONS asks nothing of a cursor",
            Ask::new(Method::OPTIONS, "/cds/coverage.json?cursor=2"),
            options(),
        ),
        Scenario::answered(
            "POST to a listing is not allowed whatever the query",
            Ask::new(Method::POST, "/cds/coverage.json?ids=dge_gas").carrying("{}"),
            not_allowed(),
        ),
        Scenario::answered(
            "a filtered listing can be asked for on a condition",
            Ask::get("/cds/coverage.json?ids=dge_gas").with(header::IF_NONE_MATCH, "{etag}"),
            not_modified(),
        ),
        asked(
            "a cursor is the same on every replica and from every version of the software",
            SECOND_PAGE,
            last(),
        )
        .at(Fixture::Queried),
        asked(
            "a filter between the pairs of the listing's own URL is one",
            "/app?v=1&ids=dge_gas&resource=coverage",
            document(Content::Listing(
                Fixture::Queried,
                &["dge_gas"],
                &["cds-coverage.json"],
            )),
        )
        .at(Fixture::Queried),
    ]
}

/// The first page of the listing whose pages have one entry.
pub(super) fn first() -> Answer {
    document(Content::Page(Fixture::Queried, &["dge_elec_west"], "next"))
        .with(header::LINK, Value::Link("next"))
}

fn last() -> Answer {
    document(Content::Page(Fixture::Queried, &["dge_gas"], "previous"))
        .with(header::LINK, Value::Link("prev"))
}

fn listing(ids: &'static [&'static str]) -> Answer {
    let files = &["cds-coverage.json", "coverage/east.json"];
    document(Content::Listing(Fixture::Demo, ids, files))
}

/// Where `next` of the first page leads.
const SECOND_PAGE: &str =
    "/app?resource=coverage&v=1&cursor=AQEAAAAAZeEagAAAAABkZ2VfZWxlY193ZXN0two4mnANKRQ";

/// The same cursor, for another listing.
const SECOND_PAGE_ELSEWHERE: &str =
    "/cds/coverage.json?cursor=AQEAAAAAZeEagAAAAABkZ2VfZWxlY193ZXN0two4mnANKRQ";
