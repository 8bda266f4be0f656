//! From files to answers, without a socket.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

#[path = "common/sites.rs"]
mod sites;

use std::time::{Duration, SystemTime};

use cds_site::{Compiled, Site, Sources, compile, stand_in};
use http::header;
use serde_json::Value;

use sites::{METADATA, WEST, ask, ask_with, at, body, entry, findings, listing, site, sources};

#[tokio::test]
async fn the_metadata_object_is_served_as_it_was_written() {
    let site = site(&[("cds-server-metadata.json", METADATA)]);
    let response = ask(&site, "/.well-known/cds-server-metadata.json").unwrap();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/json;charset=UTF-8"
    );
    assert_eq!(body(response).await, METADATA);
}

#[tokio::test]
async fn entries_are_listed_newest_first_as_they_were_written() {
    let entries = [
        entry("c", "2022-06-01T00:00:00Z", ""),
        entry("b", "2022-06-01T02:00:00+02:00", r#", "x_more": [1.50]"#),
        entry("a", "2022-06-01T00:00:00.1Z", ""),
    ];
    let listing = listing(&entries).replace("\"next\"", "\"x_note\": \"hi\", \"next\"");
    let part = entry("z", "2023-01-01T00:00:00Z", "");
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing),
        ("coverage/z.json", &part),
        ("coverage/notes.txt", "not a part"),
    ]);
    let body = body(ask(&site, "/cds-coverage.json").unwrap()).await;
    let text = std::str::from_utf8(&body).unwrap();
    for entry in entries.iter().chain([&part]) {
        assert!(text.contains(entry.as_str()), "{entry}");
    }
    let value: Value = serde_json::from_slice(&body).unwrap();
    let ids = value["coverage_entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["id"]);
    assert_eq!(ids.collect::<Vec<_>>(), ["z", "a", "b", "c"]);
    assert_eq!(value["next"], Value::Null);
    assert_eq!(value["previous"], Value::Null);
    assert_eq!(value["x_note"], "hi");
}

#[tokio::test]
async fn an_empty_listing_is_a_listing() {
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&[])),
    ]);
    let value: Value =
        serde_json::from_slice(&body(ask(&site, "/cds-coverage.json").unwrap()).await).unwrap();
    assert_eq!(value["coverage_entries"], Value::Array(Vec::new()));
}

#[test]
fn without_a_coverage_file_the_url_is_someone_elses() {
    let site = site(&[("cds-server-metadata.json", METADATA)]);
    assert!(ask(&site, "/cds-coverage.json").is_none());
}

#[test]
fn only_linked_files_are_served_and_as_what_the_link_says() {
    let links = r#", "map_resource": "https://static.demoutility.com/maps/west%20side.bin",
        "map_content_type": "image/png",
        "geojson_resource": "https://static.demoutility.com/maps/west.json""#;
    let listing = listing(&[entry("west", "2022-06-01T00:00:00Z", links)]);
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing),
        ("public/maps/west side.bin", "PNG"),
        ("public/maps/west.json", WEST),
        ("public/maps/east.json", "{}"),
        ("site.toml", "max_age = \"1h\""),
    ]);
    let map = ask(&site, "/maps/west%20side.bin").unwrap();
    assert_eq!(map.headers()[header::CONTENT_TYPE], "image/png");
    assert_eq!(
        map.headers()[header::CONTENT_SECURITY_POLICY],
        "sandbox; default-src 'none'"
    );
    assert_eq!(map.headers()[header::CACHE_CONTROL], "max-age=3600");
    let geojson = ask(&site, "/maps/west.json").unwrap();
    assert_eq!(
        geojson.headers()[header::CONTENT_TYPE],
        "application/geo+json"
    );
    for path in [
        "/maps/east.json",
        "/site.toml",
        "/public/maps/west.json",
        "/maps/../site.toml",
    ] {
        assert!(ask(&site, path).is_none(), "{path}");
    }
}

#[test]
fn last_modified_changes_only_with_the_content() {
    let files = [
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &*listing(&[])),
    ];
    let first = compile(&sources(&files), at(10), None).site.unwrap();
    let modified = |site: &Site, path: &str| {
        ask(site, path).unwrap().headers()[header::LAST_MODIFIED]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let well_known = "/.well-known/cds-server-metadata.json";
    assert_eq!(modified(&first, well_known), httpdate::fmt_http_date(at(0)));

    let edited = listing(&[entry("new", "2022-06-01T00:00:00Z", "")]);
    let files = [files[0], ("cds-coverage.json", &edited)];
    let second = compile(&sources(&files), at(20), Some(&first))
        .site
        .unwrap();
    assert_eq!(
        modified(&second, well_known),
        httpdate::fmt_http_date(at(0))
    );
    assert_eq!(
        modified(&second, "/cds-coverage.json"),
        httpdate::fmt_http_date(at(20))
    );
    assert_ne!(first.etag(), second.etag());
}

#[test]
fn a_second_in_which_a_document_changed_twice_tells_no_version_from_another() {
    let version = |name: &str, now: SystemTime, previous: Option<&Site>| {
        let files = [
            ("cds-server-metadata.json", &*METADATA.replace("Demo", name)),
            (
                "cds-coverage.json",
                &listing(&[entry(name, "2022-06-01T00:00:00Z", "")]),
            ),
        ];
        compile(&sources(&files), now, previous).site.unwrap()
    };
    let milliseconds = Duration::from_millis;
    let first = version("One", at(10), None);
    let second = version("Two", at(20) + milliseconds(100), Some(&first));
    let third = version("Three", at(20) + milliseconds(900), Some(&second));
    let again = version("Three", at(30), Some(&third));
    let status = |site: &Site, path: &str, since: SystemTime| {
        let since = httpdate::fmt_http_date(since);
        let field = (header::IF_MODIFIED_SINCE, since.as_str());
        ask_with(site, "GET", path, &[field]).unwrap().status()
    };
    for path in [
        "/.well-known/cds-server-metadata.json",
        "/cds-coverage.json",
    ] {
        assert_eq!(status(&second, path, at(20)), 304, "{path}");
        // A Client that got the second version then has this date, too.
        for site in [&third, &again] {
            assert_eq!(status(site, path, at(20)), 200, "{path}");
            assert_eq!(status(site, path, at(21)), 304, "{path}");
        }
    }
}

#[test]
fn errors_vary_as_what_is_in_their_place_does() {
    let link =
        r#", "map_resource": "https://demoutility.com/map", "map_content_type": "image/png""#;
    let listing = listing(&[entry("a", "2022-06-01T00:00:00Z", link)]);
    let files = |settings| {
        [
            ("cds-server-metadata.json", METADATA),
            ("cds-coverage.json", &listing),
            ("public/map", "PNG"),
            ("site.toml", settings),
        ]
    };
    let open = site(&files(""));
    let closed = site(&files("maintenance = true"));
    let never_good = stand_in(&sources(&files("")));
    let elsewhere = (header::IF_MATCH, "\"x\"");
    let vary = |site: &Site, method: &str, path: &str, status: u16| {
        let response = ask_with(site, method, path, std::slice::from_ref(&elsewhere)).unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        response.headers().contains_key(header::VARY)
    };
    for path in [
        "/.well-known/cds-server-metadata.json",
        "/cds-coverage.json",
    ] {
        assert!(vary(&open, "GET", path, 412), "{path}");
        assert!(vary(&open, "POST", path, 405), "{path}");
        assert!(vary(&closed, "GET", path, 503), "{path}");
        assert!(vary(&never_good, "GET", path, 503), "{path}");
    }
    assert!(!vary(&open, "GET", "/map", 412));
    assert!(!vary(&open, "POST", "/map", 405));
    assert!(!vary(&closed, "GET", "/map", 503));
}

#[test]
fn files_from_the_future_are_as_old_as_now() {
    let files = sources(&[("cds-server-metadata.json", METADATA)]);
    let before = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let site = compile(&files, before, None).site.unwrap();
    let response = ask(&site, "/.well-known/cds-server-metadata.json").unwrap();
    assert_eq!(
        response.headers()[header::LAST_MODIFIED],
        "Thu, 01 Jan 1970 00:00:01 GMT"
    );
}

#[test]
fn a_coverage_url_may_not_take_a_place_that_is_taken() {
    for path in ["/", "", "/.well-known/cds%2Dserver-metadata.json"] {
        let url = format!("https://demoutility.com{path}");
        let metadata = METADATA.replace("https://static.demoutility.com/cds-coverage.json", &url);
        let files = sources(&[
            ("cds-server-metadata.json", metadata.as_str()),
            ("cds-coverage.json", &listing(&[])),
        ]);
        let Compiled { site, report } = compile(&files, at(0), None);
        assert!(site.is_none(), "{path}");
        let finding = &report.findings()[0];
        assert_eq!(finding.rule.slug, "route-conflict");
        assert_eq!(finding.place.as_ref().unwrap().line, 12);
    }
}

#[test]
fn a_site_without_its_metadata_object_says_so() {
    let Compiled { site, report } = compile(&Sources::new(), at(0), None);
    assert!(site.is_none());
    assert_eq!(report.findings()[0].rule.slug, "file-unreadable");
    assert_eq!(report.findings()[0].message, "the file is missing");
}

#[test]
fn faults_of_all_files_are_in_one_report() {
    let files = sources(&[
        ("cds-server-metadata.json", "{"),
        ("cds-coverage.json", "[{}]"),
        ("coverage/a.json", "nonsense"),
        ("public/a.geojson", "{}"),
        ("public/b.json", r#"{ "type": "Feature" }"#),
        ("public/c.json", "{}"),
        ("site.toml", "max_age = 1"),
    ]);
    let report = compile(&files, at(0), None).report;
    let mut files: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| &*finding.file)
        .collect();
    files.dedup();
    let expected = [
        "cds-coverage.json",
        "cds-server-metadata.json",
        "coverage/a.json",
        "public/a.geojson",
        "public/b.json",
        "site.toml",
    ];
    assert_eq!(files, expected);
}

#[test]
fn a_site_that_was_never_good_is_unavailable_where_its_documents_would_be() {
    let broken = sources(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", "[{}]"),
    ]);
    assert!(compile(&broken, at(0), None).site.is_none());
    let site = stand_in(&broken);
    for path in [
        "/.well-known/cds-server-metadata.json",
        "/cds-coverage.json",
    ] {
        let response = ask(&site, path).unwrap();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "30");
    }
    assert!(ask(&site, "/").is_none());

    let elsewhere = sources(&[("cds-server-metadata.json", METADATA)]);
    assert!(ask(&stand_in(&elsewhere), "/cds-coverage.json").is_none());
}

#[test]
fn maps_are_checked_once_and_beside_a_faulty_metadata_object() {
    let link = |url: &str| format!(r#", "geojson_resource": "{url}""#);
    let entries = ["https://a.example/m.json", "https://b.example/m.json"]
        .map(|url| entry(url, "2022-06-01T00:00:00Z", &link(url)));
    let files = sources(&[
        ("cds-server-metadata.json", "{"),
        ("cds-coverage.json", &listing(&entries)),
        (
            "public/m.json",
            r#"{ "type": "Point", "coordinates": [37.0, -122.0] }"#,
        ),
        ("public/unlinked.geojson", "{}"),
    ]);
    let report = compile(&files, at(0), None).report;
    let slugs: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| finding.rule.slug)
        .collect();
    assert_eq!(slugs, ["json-syntax", "geojson-not-wgs84"]);
}

#[tokio::test]
async fn a_further_endpoint_answers_at_its_own_url_with_its_own_coverage() {
    let further = METADATA
        .replace(
            "/.well-known/cds-server-metadata.json",
            "/partners/cds.json",
        )
        .replace("/cds-coverage.json", "/partners/coverage.json");
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        (
            "cds-coverage.json",
            &listing(&[entry("own", "2022-06-01T00:00:00Z", "")]),
        ),
        ("partners/cds-server-metadata.json", &further),
        (
            "partners/coverage/a.json",
            &entry("theirs", "2022-06-01T00:00:00Z", ""),
        ),
    ]);
    assert_eq!(
        body(ask(&site, "/partners/cds.json").unwrap()).await,
        further
    );
    let theirs = body(ask(&site, "/partners/coverage.json").unwrap()).await;
    let theirs: Value = serde_json::from_slice(&theirs).unwrap();
    assert_eq!(theirs["coverage_entries"][0]["id"], "theirs");
    let own = body(ask(&site, "/cds-coverage.json").unwrap()).await;
    let own: Value = serde_json::from_slice(&own).unwrap();
    assert_eq!(own["coverage_entries"][0]["id"], "own");
}

#[test]
fn two_documents_at_one_place_are_a_conflict() {
    let files = sources(&[
        ("cds-server-metadata.json", METADATA),
        ("partners/cds-server-metadata.json", METADATA),
    ]);
    let report = compile(&files, at(0), None).report;
    let expected = ["route-conflict partners/cds-server-metadata.json:3 /cds_metadata_url"];
    assert_eq!(findings(&report), expected);
}

#[test]
fn related_metadata_on_our_host_is_looked_for() {
    let related = |path: &str| {
        let urls = format!(
            r#""related_metadata": ["https://demoutility.com{path}", "https://other.example/x"],"#
        );
        METADATA.replace("\"coverage\":", &format!("{urls} \"coverage\":"))
    };
    let further = METADATA.replace(
        "/.well-known/cds-server-metadata.json",
        "/partners/cds.json",
    );
    let report = |path: &str| {
        let top = related(path);
        let files = [
            ("cds-server-metadata.json", top.as_str()),
            ("partners/cds-server-metadata.json", further.as_str()),
        ];
        compile(&sources(&files), at(0), None).report
    };
    assert!(findings(&report("/partners/cds.json")).is_empty());
    let expected = ["related-metadata-missing cds-server-metadata.json:12 /related_metadata/0"];
    assert_eq!(findings(&report("/nowhere.json")), expected);
}

#[test]
fn a_change_without_a_new_updated_is_warned_about_and_served() {
    let json = |name: &str| {
        entry(
            "a",
            "2022-06-01T00:00:00Z",
            &format!(r#", "x_name": "{name}""#),
        )
    };
    let files = |object: &str, entry: String| {
        sources(&[
            ("cds-server-metadata.json", object),
            ("cds-coverage.json", &listing(&[entry])),
        ])
    };
    let first = compile(&files(METADATA, json("one")), at(0), None)
        .site
        .unwrap();

    let changed = files(&METADATA.replace("fictional", "made-up"), json("two"));
    let Compiled { site, report } = compile(&changed, at(1), Some(&first));
    assert!(site.is_some());
    let expected = [
        "updated-not-bumped cds-coverage.json:1 /coverage_entries/0/updated",
        "updated-not-bumped cds-server-metadata.json:5 /updated",
    ];
    assert_eq!(findings(&report), expected);

    let laid_out_anew = files(
        &METADATA.replace(": ", " : "),
        json("one").replace(", ", ",\n"),
    );
    let report = compile(&laid_out_anew, at(1), Some(&first)).report;
    assert!(findings(&report).is_empty());
}

#[test]
fn links_that_disagree_or_lead_to_no_file_are_told() {
    let map = |id: &str, path: &str, media_type: &str| {
        let link = format!(
            r#", "map_resource": "https://demoutility.com/{path}", "map_content_type": "{media_type}""#
        );
        entry(id, "2022-06-01T00:00:00Z", &link)
    };
    let entries = [
        map("a", "map", "image/png"),
        map("b", "map", "image/jpeg"),
        map("c", "nowhere", "image/png"),
        map("d", "neither", "image/png"),
    ];
    let files = sources(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&entries)),
        ("public/map", "PNG"),
    ]);
    let Compiled { site, report } = compile(&files, at(0), None);
    let expected = [
        "media-type-conflict cds-coverage.json:7 /coverage_entries/1/map_resource",
        "linked-file-elsewhere cds-coverage.json:10 /coverage_entries/2/map_resource",
    ];
    assert_eq!(findings(&report), expected);
    assert!(report.findings()[1].message.starts_with("2 linked files"));
    let response = ask(&site.unwrap(), "/map").unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/png");
}

#[test]
fn settings_change_severities_and_a_compilers_own_come_before_them() {
    use cds_site::{Compiler, Level, Severities, Severity};
    let object = METADATA
        .replace("https://static", "http://static")
        .replace("\"v1\"", "\"v2\"");
    let settings = "[rules]\nunsupported-version = \"warning\"\nnot-https = \"off\"";
    let files = sources(&[
        ("cds-server-metadata.json", &object),
        ("site.toml", settings),
    ]);
    let Compiled { site, report } = compile(&files, at(0), None);
    assert!(site.is_some());
    let found = |report: &cds_site::Report| -> Vec<_> {
        report
            .findings()
            .iter()
            .map(|finding| (finding.rule.slug, finding.severity))
            .collect()
    };
    assert_eq!(found(&report), [("unsupported-version", Severity::Warning)]);

    let mut severities = Severities::new();
    severities
        .set(cds_site::rules::find("not-https").unwrap(), Level::Error)
        .unwrap();
    let Compiled { site, report } = Compiler::new(at(0)).severities(severities).compile(&files);
    assert!(site.is_none());
    let expected = [
        ("unsupported-version", Severity::Warning),
        ("not-https", Severity::Error),
    ];
    assert_eq!(found(&report), expected);
}

#[test]
fn a_site_that_was_never_good_is_no_version_before() {
    let files = sources(&[("cds-server-metadata.json", METADATA)]);
    for before in [Site::unavailable(), stand_in(&files)] {
        let site = compile(&files, at(10), Some(&before)).site.unwrap();
        let response = ask(&site, "/.well-known/cds-server-metadata.json").unwrap();
        let files_own = httpdate::fmt_http_date(at(0));
        assert_eq!(response.headers()[header::LAST_MODIFIED], files_own);
    }
}

#[test]
fn last_modified_follows_a_clock_that_was_set_back() {
    let files = sources(&[("cds-server-metadata.json", METADATA)]);
    let first = compile(&files, at(10), None).site.unwrap();
    let earlier = at(0) - Duration::from_secs(60);
    let second = compile(&files, earlier, Some(&first)).site.unwrap();
    let response = ask(&second, "/.well-known/cds-server-metadata.json").unwrap();
    let modified = httpdate::fmt_http_date(earlier);
    assert_eq!(response.headers()[header::LAST_MODIFIED], modified);
}

#[test]
fn a_coverage_path_is_unavailable_though_only_its_url_can_be_read() {
    let nameless = METADATA.replace("\"name\"", "\"nam\"");
    let mut broken = sources(&[("cds-server-metadata.json", &nameless)]);
    assert!(ask(&stand_in(&broken), "/cds-coverage.json").is_none());
    broken.insert_unreadable("cds-coverage.json");
    let response = ask(&stand_in(&broken), "/cds-coverage.json").unwrap();
    assert_eq!(response.status(), 503);
}

#[test]
fn a_mended_media_type_is_another_representation() {
    let with_type = |media_type: &str| {
        let link = format!(
            r#", "map_resource": "https://demoutility.com/map", "map_content_type": "{media_type}""#
        );
        let listing = listing(&[entry("a", "2022-06-01T00:00:00Z", &link)]);
        site(&[
            ("cds-server-metadata.json", METADATA),
            ("cds-coverage.json", &listing),
            ("public/map", "PNG"),
        ])
    };
    let tag = |site: &Site| ask(site, "/map").unwrap().headers()[header::ETAG].clone();
    assert_ne!(tag(&with_type("image/png")), tag(&with_type("image/jpeg")));
}

#[test]
fn one_file_has_one_media_type_however_its_url_is_spelt() {
    let map = |id: &str, url: &str, media_type: &str| {
        let link = format!(r#", "map_resource": "{url}", "map_content_type": "{media_type}""#);
        entry(id, "2022-06-01T00:00:00Z", &link)
    };
    let entries = [
        map("a", "https://demoutility.com/map#west", "image/png"),
        map("b", "https://demoutility.com/map", "image/jpeg"),
    ];
    let files = sources(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&entries)),
        ("public/map", "PNG"),
    ]);
    let Compiled { site, report } = compile(&files, at(0), None);
    let expected = ["media-type-conflict cds-coverage.json:7 /coverage_entries/1/map_resource"];
    assert_eq!(findings(&report), expected);
    let response = ask(&site.unwrap(), "/map").unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/png");
}

#[test]
fn files_of_two_endpoints_at_one_place_are_a_conflict() {
    let link = |path: &str| METADATA.replace("/data-access\"", &format!("{path}\""));
    let further = link("/map").replace(
        "/.well-known/cds-server-metadata.json",
        "/partners/cds.json",
    );
    let files = sources(&[
        ("cds-server-metadata.json", &link("/map")),
        ("partners/cds-server-metadata.json", &further),
        ("public/map", "ours"),
        ("partners/public/map", "theirs"),
    ]);
    let report = compile(&files, at(0), None).report;
    assert_eq!(findings(&report), ["route-conflict partners/public/map:0 "]);
}

#[test]
fn members_of_a_listing_are_kept_from_whichever_file_they_are_in() {
    let part = listing(&[]).replace("\"next\"", "\"x_part\": 1, \"x_note\": \"part\", \"next\"");
    let whole = listing(&[]).replace("\"next\"", "\"x_note\": \"whole\", \"next\"");
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &whole),
        ("coverage/a.json", &part),
    ]);
    let mut body = ask(&site, "/cds-coverage.json").unwrap().into_body();
    let mut bytes = Vec::new();
    while let Some(segment) = body.next_segment() {
        bytes.extend_from_slice(&segment);
    }
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(
        (&value["x_part"], &value["x_note"]),
        (&1.into(), &"whole".into())
    );
}

#[test]
fn tens_of_thousands_of_changes_are_counted_and_not_each_looked_for() {
    let files = |name: &str| {
        let more = format!(r#", "x_name": "{name}""#);
        let entries: Vec<_> = (0..20_000)
            .map(|number| entry(&number.to_string(), "2022-06-01T00:00:00Z", &more))
            .collect();
        sources(&[
            ("cds-server-metadata.json", METADATA),
            ("cds-coverage.json", &listing(&entries)),
        ])
    };
    let first = compile(&files("one"), at(0), None).site.unwrap();
    let report = compile(&files("two"), at(1), Some(&first)).report;
    assert_eq!(report.findings().len(), cds_site::Report::PER_RULE);
    assert_eq!(report.count(cds_site::Severity::Warning), 20_000);
}

#[tokio::test]
async fn a_hundred_thousand_unknown_members_are_no_more_work_each_than_one() {
    let members: String = (0..100_000)
        .map(|number| format!("\"x-{number}\":{{}},"))
        .collect();
    let listing = format!("{{{members}\"coverage_entries\":[]}}");
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing),
    ]);
    let body = body(ask(&site, "/cds-coverage.json").unwrap()).await;
    let page: serde_json::Map<String, Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(page.len(), 100_003);
}

#[test]
fn many_further_endpoints_are_no_more_work_each_than_one() {
    let listing = listing(&[entry("a", "2022-06-01T00:00:00Z", "")]);
    let documents = (0..1_000).map(|number| {
        let metadata = METADATA
            .replace(".well-known/", &format!("p{number}/"))
            .replace("cds-coverage", &format!("p{number}/cds-coverage"));
        [
            (format!("p{number}/cds-server-metadata.json"), metadata),
            (format!("p{number}/cds-coverage.json"), listing.clone()),
        ]
    });
    let mut files: Vec<_> = documents.flatten().collect();
    files.push(("cds-server-metadata.json".to_owned(), METADATA.to_owned()));
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let site = site(&files);
    assert_eq!(site.entries(), 1_000);
    assert_eq!(site.paths().len(), 2_001);
    assert_eq!(cds_site::documents(&sources(&files)).len(), 2_001);
}

#[test]
fn a_listing_on_our_host_without_a_file_is_told() {
    let metadata = METADATA.replace("static.demoutility.com", "demoutility.com");
    let files = sources(&[
        ("cds-server-metadata.json", &metadata),
        // As Windows saves it where endings are hidden.
        ("cds-coverage.json.txt", &listing(&[])),
    ]);
    let report = compile(&files, at(10), None).report;
    let expected = ["linked-file-elsewhere cds-server-metadata.json:12 /coverage"];
    assert_eq!(findings(&report), expected);
    let help = report.findings()[0].help.as_deref().unwrap();
    assert!(
        help.starts_with("save the listing as `cds-coverage.json`"),
        "{help}"
    );
}

#[test]
fn no_message_is_longer_for_a_longer_path() {
    let long = format!("/{}", "x".repeat(5_000));
    let related = format!(r#""related_metadata": ["https://demoutility.com{long}2"], "coverage":"#);
    let metadata = METADATA
        .replace("/.well-known/cds-server-metadata.json", &long)
        .replace("\"coverage\":", &related);
    let files = sources(&[("cds-server-metadata.json", &metadata)]);
    let report = compile(&files, at(10), None).report;
    for rule in ["not-canonical-url", "related-metadata-missing"] {
        let mut findings = report.findings().iter();
        let finding = findings.find(|finding| finding.rule.slug == rule).unwrap();
        assert!(finding.message.len() < 300, "{finding}");
    }
}
