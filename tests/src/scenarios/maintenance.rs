//! A site that is being worked on: all of its paths say so, and nothing else changes.

use http::{Method, StatusCode, header};

use super::answers::{not_allowed, options, problem, problem_of_one_form, redirect};
use super::{COVERAGE, FORMER, METADATA, PARTNERS, Scenario};
use crate::answer::{Answer, Value};
use crate::ask::Ask;
use crate::site_dir::Fixture;

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenarios = vec![
        Scenario::answered(
            "the metadata object is down for maintenance",
            Ask::get(METADATA),
            down(),
        ),
        Scenario::answered(
            "the listing is down for maintenance",
            Ask::get(COVERAGE),
            down(),
        ),
        Scenario::answered(
            "a linked file is down for maintenance",
            Ask::get("/maps/west.png"),
            down_of_one_form(),
        ),
        Scenario::answered(
            "a further metadata object is down for maintenance",
            Ask::get(PARTNERS),
            down(),
        ),
        Scenario::answered(
            "the listing of a further endpoint is down for maintenance",
            Ask::get("/partners/coverage.json"),
            down(),
        ),
        Scenario::answered(
            "HEAD is told of a maintenance",
            Ask::new(Method::HEAD, METADATA),
            down(),
        ),
        Scenario::answered(
            "a maintenance comes before preconditions",
            Ask::get(METADATA)
                .with(header::IF_NONE_MATCH, "*")
                .with(header::IF_MATCH, "\"other\""),
            down(),
        ),
        Scenario::answered(
            "OPTIONS is answered during a maintenance",
            Ask::new(Method::OPTIONS, METADATA),
            options(),
        ),
        Scenario::answered(
            "POST is not allowed during a maintenance",
            Ask::new(Method::POST, METADATA).carrying("{}"),
            not_allowed(),
        ),
        Scenario::answered(
            "a former path redirects during a maintenance",
            Ask::get(FORMER),
            redirect(StatusCode::MOVED_PERMANENTLY, METADATA),
        ),
        Scenario::passed_on(
            "a file that nothing links to is nothing in a maintenance",
            Ask::get("/unlinked.txt"),
        ),
        Scenario::passed_on(
            "a maintenance doesn't touch the portal",
            Ask::new(Method::POST, "/pay?bill=7").carrying("amount=9"),
        ),
    ];
    scenarios
        .into_iter()
        .map(|scenario| scenario.at(Fixture::Maintained))
        .collect()
}

/// 503, for nobody knows how long.
fn down() -> Answer {
    for_a_while(problem(StatusCode::SERVICE_UNAVAILABLE))
}

/// The same of what has no content codings.
fn down_of_one_form() -> Answer {
    for_a_while(problem_of_one_form(StatusCode::SERVICE_UNAVAILABLE))
}

fn for_a_while(answer: Answer) -> Answer {
    answer.with(header::RETRY_AFTER, Value::Is("300"))
}
