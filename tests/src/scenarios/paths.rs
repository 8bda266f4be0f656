//! Which paths are ours, to the letter.

use http::{Method, header};

use super::answers::{document, metadata};
use super::{FORMER, Scenario};
use crate::answer::Content;
use crate::ask::Ask;
use crate::site_dir::Fixture;

pub(super) fn scenarios() -> Vec<Scenario> {
    [equal(), different(), portal()].concat()
}

fn equal() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "a letter that needs no encoding may be encoded",
            Ask::get("/.well-known/cds-server-metadata%2Ejson"),
            metadata(),
        ),
        Scenario::answered(
            "a path may be encoded throughout and in lower case",
            Ask::get("/%2ewell%2dknown/cds%2dserver%2dmetadata%2ejson"),
            metadata(),
        ),
        Scenario::answered(
            "the path of the listing may be encoded",
            Ask::get("/%63ds/coverage.jso%6E"),
            document(Content::Listing(
                Fixture::Demo,
                &["dge_elec_west", "dge_elec_east", "dge_gas"],
                &["cds-coverage.json", "coverage/east.json"],
            )),
        ),
        Scenario::answered(
            "a target in absolute form is its path",
            Ask::get("http://utility.example/.well-known/cds-server-metadata.json"),
            metadata(),
        ),
    ]
}

fn different() -> Vec<Scenario> {
    let targets = [
        (
            "a slash at the end makes another path",
            "/.well-known/cds-server-metadata.json/",
        ),
        (
            "two slashes make another path",
            "/.well-known//cds-server-metadata.json",
        ),
        (
            "two slashes at the start make another path",
            "//.well-known/cds-server-metadata.json",
        ),
        (
            "upper case makes another path",
            "/.WELL-KNOWN/cds-server-metadata.json",
        ),
        (
            "an encoded slash makes another path",
            "/.well-known%2Fcds-server-metadata.json",
        ),
        (
            "an encoded null makes another path",
            "/.well-known/cds-server-metadata.json%00",
        ),
        (
            "a path is decoded only once",
            "/.well-known/cds-server-metadata%252Ejson",
        ),
        (
            "a dot segment is not removed",
            "/./.well-known/cds-server-metadata.json",
        ),
        (
            "two dots are not resolved",
            "/maps/../.well-known/cds-server-metadata.json",
        ),
        ("encoded dots are not resolved", "/maps/%2e%2e/unlinked.txt"),
        (
            "nothing above the site is reached",
            "/../../../../etc/passwd",
        ),
        (
            "nothing above public is reached",
            "/maps/..%2f..%2fsite.toml",
        ),
        ("settings are not served", "/site.toml"),
        ("the listing's file name is no path", "/cds-coverage.json"),
        ("a part's file name is no path", "/coverage/east.json"),
        ("an encoding that is none stays as it is", "/100%"),
        (
            "a parameter of a path makes another path",
            "/.well-known/cds-server-metadata.json;v=1",
        ),
    ];
    targets
        .map(|(name, target)| Scenario::passed_on(name, Ask::get(target)))
        .into()
}

fn portal() -> Vec<Scenario> {
    vec![
        Scenario::passed_on("the front page is the portal's", Ask::get("/")),
        Scenario::passed_on(
            "a query reaches the portal to the letter",
            Ask::get("/search?q=a+b%20c&empty=&q=%C3%A4&%2e=~"),
        ),
        Scenario::passed_on(
            "what a browser sends reaches the portal",
            Ask::new(Method::POST, "/login?next=/bills")
                .with(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .with(header::COOKIE, "session=1; theme=dark")
                .with(header::ACCEPT_LANGUAGE, "de, en;q=0.5")
                .with(header::AUTHORIZATION, "Basic dXNlcjpwYXNz")
                .carrying("user=a%40b&password=c+d"),
        ),
        Scenario::passed_on(
            "fields that occur twice reach the portal twice and in order",
            Ask::get("/bills")
                .with(header::ACCEPT, "text/html")
                .with(header::ACCEPT, "*/*;q=0.1"),
        ),
        Scenario::passed_on(
            "a HEAD request reaches the portal",
            Ask::new(Method::HEAD, "/bills"),
        ),
        Scenario::passed_on("what older Clients ask for is not ours", Ask::get(FORMER)),
        Scenario::passed_on(
            "a path with the document's path in its query is not ours",
            Ask::get("/redirect?to=/.well-known/cds-server-metadata.json"),
        ),
        Scenario::answered(
            "a query may be empty",
            Ask::get("/.well-known/cds-server-metadata.json?"),
            metadata(),
        ),
    ]
}
