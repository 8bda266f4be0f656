//! The answers that occur again and again, with all their header fields.

use http::{StatusCode, header};

use crate::answer::{Answer, Content, Value};
use crate::site_dir::Fixture;

/// 200 with a document.
pub(super) fn document(content: Content) -> Answer {
    varying(representation(StatusCode::OK))
        .with(
            header::CONTENT_TYPE,
            Value::Is("application/json;charset=UTF-8"),
        )
        .with(header::CONTENT_LENGTH, Value::Length)
        .with(header::LAST_MODIFIED, Value::Date)
        .with(header::X_CONTENT_TYPE_OPTIONS, Value::Is("nosniff"))
        .containing(content)
}

/// 200 with the metadata object.
pub(super) fn metadata() -> Answer {
    document(Content::File(Fixture::Demo, "cds-server-metadata.json"))
}

/// 200 with a file that a document links to.
pub(super) fn file(content_type: &'static str, file: &'static str) -> Answer {
    varying(image(content_type, file))
}

/// 200 with a file that is compressed already, and goes plain to everyone.
pub(super) fn image(content_type: &'static str, file: &'static str) -> Answer {
    representation(StatusCode::OK)
        .with(header::CONTENT_TYPE, Value::Is(content_type))
        .with(header::CONTENT_LENGTH, Value::Length)
        .with(header::LAST_MODIFIED, Value::Date)
        .with(header::X_CONTENT_TYPE_OPTIONS, Value::Is("nosniff"))
        .with(
            header::CONTENT_SECURITY_POLICY,
            Value::Is("sandbox; default-src 'none'"),
        )
        .containing(Content::File(Fixture::Demo, file))
}

/// 304 for a document, with what RFC 9110 §15.4.5 asks for and what lets a script read it.
pub(super) fn not_modified() -> Answer {
    varying(image_not_modified())
}

/// 304 for a file that is compressed already.
pub(super) fn image_not_modified() -> Answer {
    representation(StatusCode::NOT_MODIFIED)
}

/// A redirect.
pub(super) fn redirect(status: StatusCode, to: &'static str) -> Answer {
    readable_by_scripts(Answer::new(status))
        .with(header::LOCATION, Value::Is(to))
        .with(header::CACHE_CONTROL, Value::Is("max-age=60"))
        .with(header::CONTENT_LENGTH, Value::Is("0"))
}

/// 412 for a document.
pub(super) fn precondition_failed() -> Answer {
    problem(StatusCode::PRECONDITION_FAILED)
}

/// An error in the place of what comes in several content codings.
pub(super) fn problem(status: StatusCode) -> Answer {
    varying(problem_of_one_form(status))
}

/// An error in the place of anything else.
pub(super) fn problem_of_one_form(status: StatusCode) -> Answer {
    readable_by_scripts(Answer::new(status))
        .with(header::CONTENT_TYPE, Value::Is("application/problem+json"))
        .with(header::CONTENT_LENGTH, Value::Length)
        .with(header::CACHE_CONTROL, Value::Is("no-store"))
        .with(header::X_CONTENT_TYPE_OPTIONS, Value::Is("nosniff"))
        .containing(Content::Problem)
}

/// 405.
pub(super) fn not_allowed() -> Answer {
    problem(StatusCode::METHOD_NOT_ALLOWED).with(header::ALLOW, METHODS)
}

/// 405 of an image or a redirect.
pub(super) fn not_allowed_of_one_form() -> Answer {
    problem_of_one_form(StatusCode::METHOD_NOT_ALLOWED).with(header::ALLOW, METHODS)
}

/// 503.
pub(super) fn unavailable() -> Answer {
    problem(StatusCode::SERVICE_UNAVAILABLE).with(header::RETRY_AFTER, Value::Is("30"))
}

/// The answer to OPTIONS, which is the one to a preflight.
pub(super) fn options() -> Answer {
    Answer::new(StatusCode::NO_CONTENT)
        .with(header::ALLOW, METHODS)
        .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, Value::Is("*"))
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .with(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            Value::Is("If-None-Match, If-Modified-Since"),
        )
        .with(header::ACCESS_CONTROL_MAX_AGE, Value::Is("86400"))
}

fn representation(status: StatusCode) -> Answer {
    readable_by_scripts(Answer::new(status))
        .with(header::ETAG, Value::StrongTag)
        .with(header::CACHE_CONTROL, Value::Is("max-age=60"))
}

/// An answer that depends on which codings the Client takes.
fn varying(answer: Answer) -> Answer {
    answer.with(header::VARY, Value::Is("Accept-Encoding"))
}

fn readable_by_scripts(answer: Answer) -> Answer {
    answer
        .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, Value::Is("*"))
        .with(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            Value::Is("ETag, Link, Retry-After"),
        )
}

const METHODS: Value = Value::Is("GET, HEAD, OPTIONS");
