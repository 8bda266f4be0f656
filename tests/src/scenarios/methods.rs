//! Methods other than GET.

use http::{Method, header};

use super::answers::{not_allowed, options};
use super::{COVERAGE, METADATA, Scenario};
use crate::ask::Ask;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "OPTIONS says what is allowed",
            Ask::new(Method::OPTIONS, METADATA),
            options(),
        ),
        Scenario::answered(
            "a preflight may ask for the fields of a conditional request",
            Ask::new(Method::OPTIONS, COVERAGE)
                .with(header::ORIGIN, "https://app.example")
                .with(header::ACCESS_CONTROL_REQUEST_METHOD, "GET")
                .with(header::ACCESS_CONTROL_REQUEST_HEADERS, "if-none-match"),
            options(),
        ),
        Scenario::answered(
            "POST is not allowed, and its body goes nowhere",
            Ask::new(Method::POST, METADATA).carrying("{\"name\": \"Mallory\"}"),
            not_allowed(),
        ),
        Scenario::answered(
            "PUT is not allowed",
            Ask::new(Method::PUT, COVERAGE),
            not_allowed(),
        ),
        Scenario::answered(
            "DELETE is not allowed",
            Ask::new(Method::DELETE, METADATA),
            not_allowed(),
        ),
        Scenario::answered(
            "PATCH is not allowed",
            Ask::new(Method::PATCH, METADATA).carrying("[]"),
            not_allowed(),
        ),
        Scenario::answered(
            "a method that nobody knows is not allowed",
            Ask::new(Method::from_bytes(b"BREW").unwrap(), METADATA),
            not_allowed(),
        ),
        Scenario::answered(
            "methods are case-sensitive",
            Ask::new(Method::from_bytes(b"get").unwrap(), METADATA),
            not_allowed(),
        ),
        Scenario::answered(
            "a precondition doesn't make a method allowed",
            Ask::new(Method::PUT, METADATA).with(header::IF_MATCH, "\"other\""),
            not_allowed(),
        ),
        Scenario::passed_on(
            "any method passes on where nothing is published",
            Ask::new(Method::PUT, "/meters/7?unit=kWh").carrying("1,5"),
        ),
        Scenario::passed_on(
            "OPTIONS passes on where nothing is published",
            Ask::new(Method::OPTIONS, "/meters/7").with(header::ORIGIN, "https://app.example"),
        ),
    ]
}
