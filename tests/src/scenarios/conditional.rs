//! Conditional requests (RFC 9110 §13).

use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use http::{HeaderName, Method, header};

use super::answers::{metadata, not_modified, precondition_failed};
use super::{COVERAGE, METADATA, Scenario};
use crate::answer::Answer;
use crate::ask::Ask;

const LONG_AGO: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

pub(super) fn scenarios() -> Vec<Scenario> {
    [none_match(), modified_since(), wanted()].concat()
}

fn none_match() -> Vec<Scenario> {
    vec![
        on(
            "the tag that a Client has gets 304",
            IF_NONE_MATCH,
            "{etag}",
            not_modified(),
        ),
        on(
            "a tag in a list gets 304",
            IF_NONE_MATCH,
            "\"other\", W/\"old\" ,{etag}",
            not_modified(),
        ),
        on(
            "a weak tag gets 304",
            IF_NONE_MATCH,
            "W/{etag}",
            not_modified(),
        ),
        on("any tag gets 304", IF_NONE_MATCH, "*", not_modified()),
        on(
            "another tag gets the document",
            IF_NONE_MATCH,
            "\"other\"",
            metadata(),
        ),
        on(
            "a tag that is none gets the document",
            IF_NONE_MATCH,
            "other",
            metadata(),
        ),
        Scenario::answered(
            "a list over several lines is one list",
            Ask::get(METADATA)
                .with(IF_NONE_MATCH, "\"other\"")
                .with(IF_NONE_MATCH, "{etag}"),
            not_modified(),
        ),
        Scenario::answered(
            "the listing has a tag too",
            Ask::get(COVERAGE).with(IF_NONE_MATCH, "{etag}"),
            not_modified(),
        ),
        Scenario::answered(
            "HEAD can be conditional",
            Ask::new(Method::HEAD, METADATA).with(IF_NONE_MATCH, "{etag}"),
            not_modified(),
        ),
        Scenario::answered(
            "OPTIONS is never conditional",
            Ask::new(Method::OPTIONS, METADATA).with(IF_NONE_MATCH, "*"),
            super::answers::options(),
        ),
        Scenario::passed_on(
            "a precondition on the portal's page is the portal's",
            Ask::get("/bills")
                .with(IF_NONE_MATCH, "*")
                .with(header::IF_RANGE, "\"page\""),
        ),
    ]
}

fn modified_since() -> Vec<Scenario> {
    vec![
        on(
            "a document that didn't change since gets 304",
            IF_MODIFIED_SINCE,
            "{last-modified}",
            not_modified(),
        ),
        on(
            "a document that changed since is sent",
            IF_MODIFIED_SINCE,
            LONG_AGO,
            metadata(),
        ),
        on(
            "a date that is none is ignored",
            IF_MODIFIED_SINCE,
            "yesterday",
            metadata(),
        ),
        on(
            "the way that RFC 850 wrote dates is read too",
            IF_MODIFIED_SINCE,
            "Sunday, 06-Nov-94 08:49:37 GMT",
            metadata(),
        ),
        on(
            "the way that C writes dates is read too",
            IF_UNMODIFIED_SINCE,
            "Sun Nov  6 08:49:37 1994",
            precondition_failed(),
        ),
        Scenario::answered(
            "two dates are none",
            Ask::get(METADATA)
                .with(IF_MODIFIED_SINCE, "{last-modified}")
                .with(IF_MODIFIED_SINCE, "{last-modified}"),
            metadata(),
        ),
        Scenario::answered(
            "without ranges there is no condition for one",
            Ask::get(METADATA)
                .with(header::RANGE, "bytes=0-9")
                .with(header::IF_RANGE, "{etag}"),
            metadata(),
        ),
        Scenario::answered(
            "a tag comes before a date",
            Ask::get(METADATA)
                .with(IF_NONE_MATCH, "\"other\"")
                .with(IF_MODIFIED_SINCE, "{last-modified}"),
            metadata(),
        ),
    ]
}

fn wanted() -> Vec<Scenario> {
    vec![
        on(
            "the tag that a Client wants gets the document",
            IF_MATCH,
            "{etag}",
            metadata(),
        ),
        on(
            "any tag that a Client wants gets the document",
            IF_MATCH,
            "*",
            metadata(),
        ),
        on(
            "another tag that a Client wants gets 412",
            IF_MATCH,
            "\"other\"",
            precondition_failed(),
        ),
        on(
            "a weak tag is never wanted",
            IF_MATCH,
            "W/{etag}",
            precondition_failed(),
        ),
        on(
            "a document that didn't change since is the one that is wanted",
            IF_UNMODIFIED_SINCE,
            "{last-modified}",
            metadata(),
        ),
        on(
            "a document that changed since gets 412",
            IF_UNMODIFIED_SINCE,
            LONG_AGO,
            precondition_failed(),
        ),
        Scenario::answered(
            "what a Client wants comes before what it has",
            Ask::get(METADATA)
                .with(IF_MATCH, "\"other\"")
                .with(IF_NONE_MATCH, "{etag}"),
            precondition_failed(),
        ),
        Scenario::answered(
            "HEAD gets the fields of a 412",
            Ask::new(Method::HEAD, METADATA).with(IF_MATCH, "\"other\""),
            precondition_failed(),
        ),
    ]
}

/// A GET of the metadata object with one field.
fn on(name: &'static str, field: HeaderName, value: &'static str, answer: Answer) -> Scenario {
    Scenario::answered(name, Ask::get(METADATA).with(field, value), answer)
}
