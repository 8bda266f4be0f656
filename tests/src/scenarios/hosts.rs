//! Many sites: the host decides who answers, and a host of nobody's is the portal's.

use http::{HeaderName, Method, header};

use super::answers::{document, not_allowed, unavailable};
use super::{METADATA, Scenario};
use crate::answer::{Answer, Content};
use crate::ask::Ask;
use crate::site_dir::Fixture;

const LISTING: &str = "/cds-coverage.json";

pub(super) fn scenarios() -> Vec<Scenario> {
    let fleet = [spellings(), places(), passed_on()].concat();
    let fleet = fleet.into_iter().map(|it| it.at(Fixture::Fleet));
    let bound = bound().into_iter().map(|it| it.at(Fixture::BoundFleet));
    fleet.chain(bound).collect()
}

fn spellings() -> Vec<Scenario> {
    [
        (
            "a document answers on the host of its own URL",
            "demoutility.com",
        ),
        ("a port in Host doesn't matter", "demoutility.com:8080"),
        ("the case of Host doesn't matter", "DemoUtility.COM:443"),
        (
            "a host may end with the dot of the root",
            "demoutility.com.",
        ),
        (
            "a host that the settings name answers too",
            "www.demoutility.com",
        ),
    ]
    .map(|(name, host)| Scenario::answered(name, get(METADATA, host), demo(METADATA_FILE)))
    .into()
}

fn places() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "a listing answers on a host of its own",
            get(LISTING, "static.demoutility.com"),
            listing(&["demoutility.com"], &["demoutility.com/cds-coverage.json"]),
        ),
        Scenario::answered(
            "a listing answers on a host that the settings name",
            get(LISTING, "www.demoutility.com"),
            listing(&["demoutility.com"], &["demoutility.com/cds-coverage.json"]),
        ),
        Scenario::answered(
            "an IPv6 address is a host",
            get(METADATA, "[2001:db8::1]:8080"),
            document(Content::File(
                Fixture::Fleet,
                "six/cds-server-metadata.json",
            )),
        ),
        Scenario::answered(
            "an IPv6 address may be written in another way",
            get(LISTING, "[2001:DB8:0:0::0001]"),
            listing(&["six"], &["six/cds-coverage.json"]),
        ),
        Scenario::answered(
            "a target in absolute form names the host",
            get(
                "http://static.demoutility.com/cds-coverage.json",
                "static.demoutility.com",
            ),
            listing(&["demoutility.com"], &["demoutility.com/cds-coverage.json"]),
        ),
        Scenario::answered(
            "a forwarded host is not believed",
            get(METADATA, "demoutility.com")
                .with(HeaderName::from_static("x-forwarded-host"), "later.example")
                .with(header::FORWARDED, "host=later.example"),
            demo(METADATA_FILE),
        ),
        Scenario::answered(
            "what a site has besides a place that is another's is served",
            get(LISTING, "later.example"),
            listing(&["later"], &["later/cds-coverage.json"]),
        ),
        Scenario::answered(
            "a site that was never good is unavailable on the hosts of its settings",
            get(METADATA, "broken.example"),
            unavailable(),
        ),
        Scenario::answered(
            "POST is not allowed on a host of ours",
            Ask::new(Method::POST, METADATA).with(header::HOST, "www.demoutility.com"),
            not_allowed(),
        ),
    ]
}

fn passed_on() -> Vec<Scenario> {
    let hosts = [
        (
            "a host of nobody's is the portal's",
            METADATA,
            "nobody.example",
        ),
        (
            "a subdomain is another host",
            METADATA,
            "data.demoutility.com",
        ),
        (
            "a longer name is another host",
            METADATA,
            "notdemoutility.com",
        ),
        (
            "a document doesn't answer on a host of another's",
            METADATA,
            "static.demoutility.com",
        ),
        (
            "a listing doesn't answer on the metadata object's host",
            LISTING,
            "demoutility.com",
        ),
        (
            "another IPv6 address is another host",
            METADATA,
            "[2001:db8::2]",
        ),
        (
            "a site that was never good answers on no other host",
            METADATA,
            "unlisted.example",
        ),
        (
            "a page of a host of ours is the portal's",
            "/data-access",
            "demoutility.com",
        ),
    ];
    let mut scenarios: Vec<_> = hosts
        .map(|(name, target, host)| Scenario::passed_on(name, get(target, host)))
        .into();
    scenarios.push(Scenario::passed_on(
        "POST on a host of nobody's is the portal's",
        Ask::new(Method::POST, METADATA)
            .with(header::HOST, "nobody.example")
            .carrying("{}"),
    ));
    scenarios
}

fn bound() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "a bound site answers on the host that it is named after",
            get(METADATA, "demoutility.com"),
            demo(METADATA_FILE),
        ),
        Scenario::answered(
            "a bound site answers below the host that it is named after",
            get(LISTING, "static.demoutility.com"),
            listing(&["demoutility.com"], &["demoutility.com/cds-coverage.json"]),
        ),
        Scenario::passed_on(
            "a bound site answers nowhere else",
            get(METADATA, "[2001:db8::1]"),
        ),
        Scenario::passed_on(
            "a bound site's listing answers nowhere else",
            get(LISTING, "later.example"),
        ),
        Scenario::passed_on(
            "a bound site that was never good answers nowhere else",
            get(METADATA, "broken.example"),
        ),
    ]
}

const METADATA_FILE: &str = "demoutility.com/cds-server-metadata.json";

fn get(target: &'static str, host: &'static str) -> Ask {
    Ask::get(target).with(header::HOST, host)
}

fn demo(file: &'static str) -> Answer {
    document(Content::File(Fixture::Fleet, file))
}

fn listing(ids: &'static [&'static str], files: &'static [&'static str]) -> Answer {
    document(Content::Listing(Fixture::Fleet, ids, files))
}
