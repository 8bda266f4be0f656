//! A site that has moved to another domain (CDS-WG1-01 §5), and documents that had another path.

use cds_site::{Compiled, Site, compile, stand_in};
use http::header;

use crate::sites::{METADATA, ask, ask_with, at, body, findings, listing, site, sources};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";
const FORMER: &str = "/.well-known/carbon-data-spec.json";
const NEW: &str = "https://new.example/.well-known/cds-server-metadata.json";

/// A site with its documents and these settings.
fn with_documents(settings: &str) -> Site {
    site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&[])),
        ("site.toml", settings),
    ])
}

fn moved(more: &str) -> String {
    format!("moved_to = \"{NEW}\"\nformer_paths = [\"{FORMER}\"]\n{more}")
}

/// Status and `Location`.
fn redirect(site: &Site, path: &str) -> (u16, String) {
    let response = ask(site, path).unwrap();
    let location = response.headers()[header::LOCATION].to_str().unwrap();
    (response.status().as_u16(), location.to_owned())
}

#[test]
fn it_redirects_for_good_or_for_a_while_and_needs_no_documents() {
    for (more, status) in [("", 301), ("moved = \"temporary\"", 302)] {
        let settings = moved(more);
        for site in [site(&[("site.toml", &settings)]), with_documents(&settings)] {
            assert_eq!(redirect(&site, WELL_KNOWN), (status, NEW.to_owned()));
            // What a Client may take for good must be so.
            assert_eq!(redirect(&site, FORMER), (status, NEW.to_owned()));
        }
    }
}

#[test]
fn a_site_cannot_move_to_where_it_redirects_from() {
    let own = format!("https://demoutility.com{WELL_KNOWN}");
    for (url, more, is_endless) in [
        (own.as_str(), "", true),
        (
            "https://DemoUtility.com.:443/.well-known/cds%2Dserver-metadata.json?x",
            "",
            true,
        ),
        (
            "https://demoutility.com/old.json",
            "former_paths = [\"/old%2ejson\"]",
            true,
        ),
        ("https://demoutility.com/old.json", "", false),
        (NEW, "hosts = [\"new.example\"]", true),
        (NEW, "", false),
        (
            "https://demoutility.com:8443/.well-known/cds-server-metadata.json",
            "",
            false,
        ),
    ] {
        let settings = format!("max_age = \"1m\"\nmoved_to = \"{url}\"\n{more}");
        let files = sources(&[
            ("cds-server-metadata.json", METADATA),
            ("site.toml", &settings),
        ]);
        let Compiled { site, report } = compile(&files, at(0), None);
        assert_eq!(site.is_none(), is_endless, "{url}");
        let expected = ["settings-invalid site.toml:2 "];
        assert_eq!(
            findings(&report),
            &expected[..usize::from(is_endless)],
            "{url}"
        );
        let status = ask(&stand_in(&files), WELL_KNOWN).unwrap().status();
        assert_eq!(status, if is_endless { 503 } else { 301 }, "{url}");
    }
}

#[test]
fn it_redirects_though_its_documents_were_never_good() {
    let settings = moved("");
    let files = sources(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", "[{}]"),
        ("site.toml", &settings),
    ]);
    assert!(compile(&files, at(0), None).site.is_none());
    let site = stand_in(&files);
    assert_eq!(redirect(&site, WELL_KNOWN), (301, NEW.to_owned()));
    assert_eq!(redirect(&site, FORMER), (301, NEW.to_owned()));
    assert_eq!(ask(&site, "/cds-coverage.json").unwrap().status(), 503);

    // It is no version before: what comes after is as old as its files.
    let good = compile(
        &sources(&[("cds-server-metadata.json", METADATA)]),
        at(10),
        Some(&site),
    );
    let response = ask(&good.site.unwrap(), WELL_KNOWN).unwrap();
    let files_own = httpdate::fmt_http_date(at(0));
    assert_eq!(response.headers()[header::LAST_MODIFIED], files_own);
}

#[tokio::test]
async fn scripts_may_follow_and_caches_keep_it_as_long_as_anything() {
    let site = with_documents(&moved("max_age = \"1h\""));
    for method in ["GET", "HEAD"] {
        let response = ask_with(&site, method, WELL_KNOWN, &[]).unwrap();
        let headers = response.headers();
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(headers[header::CACHE_CONTROL], "max-age=3600");
        assert_eq!(headers[header::CONTENT_LENGTH], "0");
        assert!(!headers.contains_key(header::ETAG));
        assert!(body(response).await.is_empty());
    }
}

#[test]
fn preconditions_are_for_what_is_there() {
    let site = with_documents(&moved(""));
    for (name, value) in [
        (header::IF_NONE_MATCH, "*"),
        (header::IF_MATCH, "\"other\""),
        (header::IF_MODIFIED_SINCE, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (header::IF_UNMODIFIED_SINCE, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] {
        let response = ask_with(&site, "GET", WELL_KNOWN, &[(name.clone(), value)]).unwrap();
        assert_eq!(response.status(), 301, "{name}");
    }
}

#[test]
fn other_methods_are_told_what_is_allowed() {
    let site = with_documents(&moved(""));
    for path in [WELL_KNOWN, FORMER] {
        for (method, status) in [("OPTIONS", 204), ("POST", 405), ("DELETE", 405)] {
            let response = ask_with(&site, method, path, &[]).unwrap();
            assert_eq!(response.status(), status, "{method} {path}");
            assert_eq!(response.headers()[header::ALLOW], "GET, HEAD, OPTIONS");
        }
    }
}

#[test]
fn what_is_there_besides_is_served() {
    let site = with_documents(&moved(""));
    assert_eq!(ask(&site, "/cds-coverage.json").unwrap().status(), 200);
}

#[test]
fn a_former_path_redirects_to_the_present_one_on_whatever_host_it_is_asked_for() {
    let site = with_documents(&format!(
        "former_paths = [\"{FORMER}\", \"/old%2dname.json\"]"
    ));
    let here = (301, WELL_KNOWN.to_owned());
    for path in [
        FORMER,
        "/.well-known/carbon-data-spec.json?v=1",
        "/old-name.json",
        "/old%2Dname.json",
        "https://www.elsewhere.example/old-name.json",
    ] {
        assert_eq!(redirect(&site, path), here, "{path}");
    }
    assert_eq!(ask(&site, WELL_KNOWN).unwrap().status(), 200);
}

#[test]
fn a_former_path_may_be_written_twice_but_is_no_place_of_another_document() {
    let site = with_documents("former_paths = [\"/old.json\", \"/%6Fld.json\"]");
    assert_eq!(site.paths().len(), 3);

    let taken = sources(&[
        ("cds-server-metadata.json", &METADATA.replace("static.", "")),
        ("cds-coverage.json", &listing(&[])),
        ("site.toml", "former_paths = [\"/cds-coverage.json\"]"),
    ]);
    let Compiled { site, report } = compile(&taken, at(0), None);
    assert!(site.is_none());
    let expected = ["route-conflict cds-server-metadata.json:12 /coverage"];
    assert_eq!(findings(&report), expected);
}

#[test]
fn without_former_paths_the_portal_may_have_them() {
    assert!(ask(&with_documents(""), FORMER).is_none());
}

#[test]
fn a_move_of_more_than_three_years_ago_is_told() {
    // It is 2023-11-14.
    for (since, rules) in [
        ("2020-11-12", vec!["moved-too-long-ago site.toml:3 "]),
        ("2020-11-14", vec![]),
        ("2023-11-14", vec![]),
    ] {
        let settings = moved(&format!("since = {since}"));
        let files = sources(&[("site.toml", &settings)]);
        let Compiled { site, report } = compile(&files, at(0), None);
        assert!(site.is_some());
        assert_eq!(findings(&report), rules, "{since}");
    }
}
