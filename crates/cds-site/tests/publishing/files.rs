//! Files under `public/`: served where a document links to them, as what it says, and only there.

use cds_site::{Compiled, Site, compile};
use http::header;

use crate::sites::{
    METADATA, WEST, ask, ask_with, at, body, entry, findings, listing, site, sources,
};

/// A site of these files, whose metadata object and one entry have these fields more.
fn linking(
    object: &str,
    in_entry: &str,
    files: &[(&'static str, &'static str)],
) -> Vec<(&'static str, String)> {
    let object = METADATA.replace("\"coverage\":", &format!("{object} \"coverage\":"));
    let entry = entry("west", "2022-06-01T00:00:00Z", in_entry);
    let mut all = vec![
        ("cds-server-metadata.json", object),
        ("cds-coverage.json", listing(&[entry])),
    ];
    all.extend(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    all
}

fn compiled(files: &[(&'static str, String)]) -> Compiled {
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    compile(&sources(&files), at(10), None)
}

fn served(files: &[(&'static str, String)]) -> Site {
    let Compiled { site, report } = compiled(files);
    site.unwrap_or_else(|| panic!("{:#?}", report.findings()))
}

fn media_type(site: &Site, path: &str) -> Option<String> {
    let response = ask(site, path)?;
    assert_eq!(response.status(), 200, "{path}");
    let value = response.headers()[header::CONTENT_TYPE].to_str();
    Some(value.unwrap().to_owned())
}

#[test]
fn each_is_what_its_link_or_else_its_name_says() {
    let object = r#""oauth_metadata": "https://demoutility.com/.well-known/oauth-authorization-server",
        "x_tariffs": "https://demoutility.com/tariffs.CSV",
        "x_terms": ["https://demoutility.com/terms.html", { "pdf": "https:\/\/demoutility.com/terms.pdf" }],
        "x_blob": "https://demoutility.com/blob","#;
    let in_entry = r#", "map_resource": "https://demoutility.com/map.json", "map_content_type": "image/png",
        "geojson_resource": "https://demoutility.com/west",
        "x_rates": [{ "url": "https://demoutility.com/rates.xml" }]"#;
    let files = [
        ("public/.well-known/oauth-authorization-server", "{}"),
        ("public/tariffs.CSV", ""),
        ("public/terms.html", "<p>"),
        ("public/terms.pdf", "%PDF"),
        ("public/blob", "?"),
        ("public/map.json", "PNG"),
        ("public/west", WEST),
        ("public/rates.xml", "<rates/>"),
    ];
    let site = served(&linking(object, in_entry, &files));
    for (path, expected) in [
        (
            "/.well-known/oauth-authorization-server",
            "application/json",
        ),
        ("/tariffs.CSV", "text/csv; charset=UTF-8"),
        ("/terms.html", "text/html; charset=UTF-8"),
        ("/terms.pdf", "application/pdf"),
        ("/blob", "application/octet-stream"),
        ("/map.json", "image/png"),
        ("/west", "application/geo+json"),
        ("/rates.xml", "application/xml"),
    ] {
        assert_eq!(media_type(&site, path).as_deref(), Some(expected), "{path}");
        let response = ask(&site, path).unwrap();
        let headers = response.headers();
        let policy = &headers[header::CONTENT_SECURITY_POLICY];
        assert_eq!(policy, "sandbox; default-src 'none'", "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    }
}

#[test]
fn what_a_document_says_comes_before_what_a_name_says_whichever_is_first() {
    let object = r#""x_first": "https://demoutility.com/map.bin","#;
    let map = |media_type: &str| {
        format!(
            r#", "map_resource": "https://demoutility.com/map.bin", "map_content_type": "{media_type}""#
        )
    };
    let Compiled { site, report } = compiled(&linking(
        object,
        &map("image/png"),
        &[("public/map.bin", "PNG")],
    ));
    assert_eq!(findings(&report), [""; 0]);
    assert_eq!(
        media_type(&site.unwrap(), "/map.bin").as_deref(),
        Some("image/png")
    );
}

#[test]
fn a_media_type_that_is_mended_has_another_tag() {
    let tag = |media_type: &str| {
        let map = format!(
            r#", "map_resource": "https://demoutility.com/map", "map_content_type": "{media_type}""#
        );
        let site = served(&linking("", &map, &[("public/map", "PNG")]));
        ask(&site, "/map").unwrap().headers()[header::ETAG].clone()
    };
    assert_ne!(tag("image/png"), tag("image/jpeg"));
    assert_eq!(tag("image/png"), tag("image/png"));
}

#[tokio::test]
async fn links_are_read_as_urls_are() {
    let object = r#""x_links": [
        "https://demoutility.com/maps/west%20side.txt",
        "https://demoutility.com/maps/caf%C3%A9.txt",
        "https://demoutility.com/100%25.txt",
        "https://demoutility.com/legend.txt?v=2#top",
        "https://demoutility.com/%6Cetter.txt",
        "HTTPS://DEMOUTILITY.COM/case.txt"
    ],"#;
    let files = [
        ("public/maps/west side.txt", "side"),
        ("public/maps/café.txt", "café"),
        ("public/100%.txt", "percent"),
        ("public/legend.txt", "legend"),
        ("public/letter.txt", "letter"),
        ("public/case.txt", "case"),
    ];
    let site = served(&linking(object, "", &files));
    for (path, content) in [
        ("/maps/west%20side.txt", "side"),
        ("/maps/caf%c3%a9.txt", "café"),
        ("/100%25.txt", "percent"),
        ("/legend.txt", "legend"),
        ("/legend.txt?v=3", "legend"),
        ("/letter.txt", "letter"),
        ("/l%65tter.txt", "letter"),
        ("/case.txt", "case"),
    ] {
        let response = ask(&site, path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(body(response).await, content, "{path}");
    }
    assert!(ask(&site, "/CASE.txt").is_none());
}

#[test]
fn no_link_leads_out_of_public() {
    let object = r#""x_links": [
        "https://demoutility.com/site.toml",
        "https://demoutility.com/../site.toml",
        "https://demoutility.com/%2E%2E/site.toml",
        "https://demoutility.com/maps/..%2F..%2Fsite.toml",
        "https://demoutility.com/maps%2Fwest.txt",
        "https://demoutility.com/maps//west.txt",
        "https://demoutility.com//maps/west.txt",
        "https://demoutility.com/./maps/west.txt",
        "https://demoutility.com/maps/",
        "https://demoutility.com/maps",
        "https://demoutility.com/maps/west.txt%00",
        "https://demoutility.com/maps/%C0%AE%C0%AE/site.toml",
        "https://demoutility.com/cds-server-metadata.json",
        "https://demoutility.com/public/maps/west.txt"
    ],"#;
    let files = [
        ("public/maps/west.txt", "west"),
        ("site.toml", "max_age = \"1m\""),
    ];
    let site = served(&linking(object, "", &files));
    assert_eq!(
        site.paths(),
        [
            "/.well-known/cds-server-metadata.json",
            "/cds-coverage.json"
        ]
    );
}

#[test]
fn one_file_may_be_linked_from_many_documents_and_hosts() {
    let object = r#""x_one": "https://demoutility.com/terms.txt",
        "x_two": "https://demoutility.com/terms.txt#2",
        "x_www": "https://www.demoutility.com/terms.txt","#;
    let in_entry = r#", "x_terms": "https://demoutility.com/terms.txt?entry""#;
    let Compiled { site, report } =
        compiled(&linking(object, in_entry, &[("public/terms.txt", "terms")]));
    assert_eq!(findings(&report), [""; 0]);
    let site = site.unwrap();
    for host in ["demoutility.com", "www.demoutility.com", "127.0.0.1:8080"] {
        let fields = [(header::HOST, host)];
        assert_eq!(
            ask_with(&site, "GET", "/terms.txt", &fields)
                .unwrap()
                .status(),
            200
        );
    }
}

/// The site's documents and those of a further endpoint, whose `website` is `url`.
fn with_partners(url: &str, files: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    let partners = METADATA
        .replace(
            "/.well-known/cds-server-metadata.json",
            "/partners/cds.json",
        )
        .replace("https://demoutility.com/data-access\"", &format!("{url}\""));
    let mut all = vec![
        ("cds-server-metadata.json", METADATA.to_owned()),
        ("partners/cds-server-metadata.json", partners),
    ];
    all.extend(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    all
}

#[tokio::test]
async fn a_further_endpoint_has_files_of_its_own_and_the_sites() {
    let url = "https://demoutility.com/terms.txt";
    for (files, content) in [
        (&[("partners/public/terms.txt", "theirs")][..], "theirs"),
        (&[("public/terms.txt", "ours")], "ours"),
        (
            &[
                ("public/terms.txt", "ours"),
                ("partners/public/terms.txt", "theirs"),
            ],
            "theirs",
        ),
    ] {
        let site = served(&with_partners(url, files));
        assert_eq!(body(ask(&site, "/terms.txt").unwrap()).await, content);
    }
    let others = [("elsewhere/public/terms.txt", "nobody's")];
    assert!(ask(&served(&with_partners(url, &others)), "/terms.txt").is_none());
}

#[test]
fn a_file_takes_the_place_of_no_document() {
    for path in [
        "/.well-known/cds-server-metadata.json",
        "/partners/cds.json",
    ] {
        let url = format!("https://demoutility.com{path}");
        let object = format!("\"x_link\": \"{url}\",");
        let file = (
            "public/.well-known/cds-server-metadata.json",
            "{}".to_owned(),
        );
        let other = ("public/partners/cds.json", "{}".to_owned());
        let partners = METADATA.replace(
            "/.well-known/cds-server-metadata.json",
            "/partners/cds.json",
        );
        let mut files = linking(&object, "", &[]);
        files.extend([file, other, ("partners/cds-server-metadata.json", partners)]);
        let report = compiled(&files).report;
        assert_eq!(
            findings(&report),
            [format!("route-conflict public{path}:0 ")]
        );
    }
}

#[test]
fn links_that_lead_to_no_file_are_told_once_for_the_whole_site() {
    let map = |path: &str| {
        format!(
            r#", "map_resource": "https://demoutility.com/{path}", "map_content_type": "image/png""#
        )
    };
    let partners = METADATA
        .replace(
            "/.well-known/cds-server-metadata.json",
            "/partners/cds.json",
        )
        .replace("/cds-coverage.json", "/partners/coverage.json");
    let mut files = linking("", &map("a"), &[]);
    let theirs = listing(&[entry("b", "2022-06-01T00:00:00Z", &map("b"))]);
    files.push(("partners/cds-server-metadata.json", partners));
    files.push(("partners/cds-coverage.json", theirs));
    let report = compiled(&files).report;
    assert_eq!(findings(&report).len(), 1, "{:?}", findings(&report));
    assert!(report.findings()[0].message.starts_with("2 linked files"));
}

#[test]
fn nothing_that_is_not_linked_is_served() {
    let site = site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&[])),
        ("public/secret.txt", "secret"),
        ("public/.git/config", "secret"),
        ("site.toml", "max_age = \"1m\""),
    ]);
    for path in [
        "/secret.txt",
        "/public/secret.txt",
        "/.git/config",
        "/site.toml",
        "/cds-server-metadata.json",
        "/",
    ] {
        assert!(ask(&site, path).is_none(), "{path}");
    }
}
