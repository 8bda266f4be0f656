//! A site that was never good: its own paths say so, and the portal never notices.

use http::{Method, header};

use super::answers::{not_allowed, options, unavailable};
use super::{COVERAGE, METADATA, Scenario};
use crate::ask::Ask;
use crate::site_dir::Fixture;

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenarios = vec![
        Scenario::answered(
            "a broken site's metadata object is unavailable for now",
            Ask::get(METADATA),
            unavailable(),
        ),
        Scenario::answered(
            "a broken site's listing is unavailable for now",
            Ask::get(COVERAGE),
            unavailable(),
        ),
        Scenario::answered(
            "HEAD is told that a broken site is unavailable",
            Ask::new(Method::HEAD, METADATA),
            unavailable(),
        ),
        Scenario::answered(
            "no precondition holds for what is unavailable",
            Ask::get(METADATA).with(header::IF_NONE_MATCH, "*"),
            unavailable(),
        ),
        Scenario::answered(
            "OPTIONS is answered for a broken site",
            Ask::new(Method::OPTIONS, METADATA),
            options(),
        ),
        Scenario::answered(
            "POST is not allowed on a broken site",
            Ask::new(Method::POST, METADATA).carrying("{}"),
            not_allowed(),
        ),
        Scenario::passed_on(
            "a broken site's files are not served",
            Ask::get("/maps/west.json"),
        ),
        Scenario::passed_on(
            "a broken site doesn't touch the portal",
            Ask::new(Method::POST, "/pay?bill=7").carrying("amount=9"),
        ),
    ];
    scenarios
        .into_iter()
        .map(|scenario| scenario.at(Fixture::Broken))
        .collect()
}
