//! A site that has moved to another domain: its well-known path redirects (CDS-WG1-01 §5).

use http::{Method, StatusCode, header};

use super::answers::{not_allowed_of_one_form, options, redirect};
use super::{COVERAGE, FORMER, METADATA, PARTNERS, Scenario, documents};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::site_dir::Fixture;

const NEW: &str = "https://new.example/.well-known/cds-server-metadata.json";

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenarios = vec![
        Scenario::answered(
            "a moved site's metadata object is elsewhere",
            Ask::get(METADATA),
            moved(),
        ),
        Scenario::answered(
            "HEAD is sent elsewhere too",
            Ask::new(Method::HEAD, METADATA),
            moved(),
        ),
        Scenario::answered(
            "a path in another spelling is elsewhere too",
            Ask::get("/%2Ewell-known/cds-server-metadata.json?v=1"),
            moved(),
        ),
        Scenario::answered(
            "no precondition holds for what is elsewhere",
            Ask::get(METADATA)
                .with(header::IF_NONE_MATCH, "*")
                .with(header::IF_MATCH, "\"other\""),
            moved(),
        ),
        Scenario::answered(
            "OPTIONS is answered where a site was",
            Ask::new(Method::OPTIONS, METADATA)
                .with(header::ORIGIN, "https://app.example")
                .with(header::ACCESS_CONTROL_REQUEST_METHOD, "GET"),
            options(),
        ),
        Scenario::answered(
            "POST is not allowed where a site was",
            Ask::new(Method::POST, METADATA).carrying("{}"),
            not_allowed_of_one_form(),
        ),
        Scenario::answered(
            "a former path leads where its site is for the time being",
            Ask::get(FORMER),
            redirect(StatusCode::FOUND, NEW),
        ),
        Scenario::answered(
            "HEAD is sent on from a former path",
            Ask::new(Method::HEAD, FORMER),
            redirect(StatusCode::FOUND, NEW),
        ),
        Scenario::answered(
            "POST is not allowed on a former path",
            Ask::new(Method::POST, FORMER),
            not_allowed_of_one_form(),
        ),
        Scenario::answered(
            "the listing that is still there is served",
            Ask::get(COVERAGE),
            documents::listing(Fixture::Moved),
        ),
        Scenario::answered(
            "a further endpoint doesn't move with the site",
            Ask::get(PARTNERS),
            documents::partners(),
        ),
        Scenario::passed_on(
            "a moved site doesn't touch the portal",
            Ask::new(Method::POST, "/pay?bill=7").carrying("amount=9"),
        ),
    ];
    scenarios
        .into_iter()
        .map(|scenario| scenario.at(Fixture::Moved))
        .collect()
}

fn moved() -> Answer {
    redirect(StatusCode::FOUND, NEW)
}
