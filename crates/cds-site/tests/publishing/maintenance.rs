//! A site that is being worked on.

use cds_site::{Compiled, Respond, Site, compile, stand_in};
use http::{HeaderMap, Method, Request, header};
use serde_json::Value;

use crate::sites::{METADATA, WEST, ask, at, body, entry, listing, site, sources};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// Everything that a GET is answered on with a document.
const PATHS: [&str; 5] = [
    WELL_KNOWN,
    "/cds-coverage.json",
    "/maps/west.json",
    "/partners/cds.json",
    "/partners/coverage.json",
];

/// A site with a further endpoint, a map and a former path, and these settings.
fn files(settings: &str) -> Vec<(&'static str, String)> {
    let link = r#", "geojson_resource": "https://demoutility.com/maps/west.json""#;
    let further = METADATA
        .replace(WELL_KNOWN, "/partners/cds.json")
        .replace("/cds-coverage.json", "/partners/coverage.json");
    let settings = format!("former_paths = [\"/old.json\"]\n{settings}");
    vec![
        ("cds-server-metadata.json", METADATA.to_owned()),
        (
            "cds-coverage.json",
            listing(&[entry("west", "2022-06-01T00:00:00Z", link)]),
        ),
        ("public/maps/west.json", WEST.to_owned()),
        ("partners/cds-server-metadata.json", further),
        ("partners/cds-coverage.json", listing(&[])),
        ("site.toml", settings),
    ]
}

fn compiled(settings: &str, seconds: u64, previous: Option<&Site>) -> Site {
    let files = files(settings);
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let Compiled { site, report } = compile(&sources(&files), at(seconds), previous);
    site.unwrap_or_else(|| panic!("{:#?}", report.findings()))
}

fn until(seconds: u64) -> String {
    format!("maintenance = {}", humantime::format_rfc3339(at(seconds)))
}

#[tokio::test]
async fn every_published_path_is_unavailable_and_says_when_to_come_back() {
    let end = httpdate::fmt_http_date(at(3_600));
    for (settings, retry_after) in [("maintenance = true", "300"), (&*until(3_600), &*end)] {
        let site = compiled(settings, 10, None);
        for path in PATHS {
            for method in [Method::GET, Method::HEAD] {
                let is_get = method == Method::GET;
                let request = Request::builder().method(method).uri(path);
                let request = request
                    .header(header::IF_NONE_MATCH, "*")
                    .header(header::IF_MATCH, "\"other\"");
                let request = request.body(()).unwrap();
                let response = site.respond((&request).into()).unwrap();
                assert_eq!(response.status(), 503, "{path}");
                let headers = response.headers();
                assert_eq!(headers[header::RETRY_AFTER], retry_after, "{path}");
                assert_eq!(headers[header::CACHE_CONTROL], "no-store");
                assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
                assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
                assert!(!headers.contains_key(header::ETAG));
                let body = body(response).await;
                if is_get {
                    let problem: Value = serde_json::from_slice(&body).unwrap();
                    assert_eq!(problem["status"], 503);
                } else {
                    assert!(body.is_empty());
                }
            }
        }
    }
}

#[test]
fn other_methods_redirects_and_other_paths_are_as_they_always_are() {
    let site = compiled("maintenance = true", 10, None);
    let status = |method: &str, path| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(())
            .unwrap();
        Some(site.respond((&request).into())?.status().as_u16())
    };
    for path in PATHS {
        assert_eq!(status("OPTIONS", path), Some(204), "{path}");
        assert_eq!(status("POST", path), Some(405), "{path}");
    }
    assert_eq!(status("GET", "/old.json"), Some(301));
    assert_eq!(status("GET", "/bills"), None);
    assert_eq!(status("POST", "/maps/east.json"), None);
}

#[test]
fn a_moved_site_redirects_during_its_maintenance() {
    let site = site(&[(
        "site.toml",
        "moved_to = \"https://new.example/cds.json\"\nmaintenance = true",
    )]);
    assert_eq!(ask(&site, WELL_KNOWN).unwrap().status(), 301);
}

fn headers(site: &Site) -> Vec<HeaderMap> {
    let answers = PATHS.map(|path| ask(site, path).unwrap());
    assert!(answers.iter().all(|response| response.status() == 200));
    answers
        .iter()
        .map(|response| response.headers().clone())
        .collect()
}

#[test]
fn validators_are_the_same_before_and_after() {
    let before = compiled("", 10, None);
    for settings in ["maintenance = true", &*until(3_600)] {
        let during = compiled(settings, 20, Some(&before));
        assert_ne!(during.etag(), before.etag());
        let after = compiled("", 30, Some(&during));
        assert_eq!(headers(&after), headers(&before));
        assert_eq!(after.etag(), before.etag());
    }
}

#[test]
fn an_edit_during_a_maintenance_is_as_old_as_it_is() {
    let before = compiled("", 10, None);
    let during = compiled("maintenance = true", 20, Some(&before));
    let mut edited = files("maintenance = true");
    edited[0].1 = METADATA.replace("fictional", "made-up");
    let edited: Vec<_> = edited.iter().map(|(path, text)| (*path, &**text)).collect();
    let Compiled { site, report } = compile(&sources(&edited), at(30), Some(&during));
    let slugs: Vec<_> = report.findings().iter().map(|it| it.rule.slug).collect();
    assert_eq!(slugs, ["updated-not-bumped"]);
    let edited: Vec<_> = edited
        .into_iter()
        .filter(|(path, _)| *path != "site.toml")
        .collect();
    let after = compile(&sources(&edited), at(40), site.as_ref())
        .site
        .unwrap();
    let modified = |path| ask(&after, path).unwrap().headers()[header::LAST_MODIFIED].clone();
    assert_eq!(modified(WELL_KNOWN), httpdate::fmt_http_date(at(30)));
    assert_eq!(modified(PATHS[1]), httpdate::fmt_http_date(at(0)));
}

#[test]
fn it_is_due_at_its_end_and_resumed_from_then_on() {
    let before = compiled("", 10, None);
    assert_eq!(before.due(), None);
    assert!(before.resumed(at(10)).is_none());

    let during = compiled(&until(3_600), 20, Some(&before));
    assert_eq!(during.due(), Some(at(3_600)));
    assert!(during.resumed(at(3_599)).is_none());
    let after = during.resumed(at(3_600)).unwrap();
    assert_eq!(headers(&after), headers(&before));
    assert_eq!(after.etag(), before.etag());
    assert_eq!(after.due(), None);
    // What comes next is compared to it.
    let next = compiled("", 4_000, Some(&after));
    assert_eq!(headers(&next), headers(&before));

    let endless = compiled("maintenance = true", 20, None);
    assert_eq!(endless.due(), None);
    assert!(endless.resumed(at(u64::from(u32::MAX))).is_none());
}

#[test]
fn one_that_is_over_when_it_is_read_is_none() {
    let site = compiled(&until(20), 20, None);
    assert_eq!(headers(&site).len(), PATHS.len());
    assert_eq!(site.etag(), compiled("", 20, None).etag());
}

#[test]
fn a_site_that_was_never_good_keeps_its_own_time_to_come_back() {
    let files = sources(&[
        ("cds-server-metadata.json", "{"),
        ("site.toml", "maintenance = true"),
    ]);
    let response = ask(&stand_in(&files), WELL_KNOWN).unwrap();
    assert_eq!(response.headers()[header::RETRY_AFTER], "30");
}
