//! Request targets in every spelling: what is ours is ours to the letter, and all else passes.

use std::fs;
use std::os::unix::fs::symlink;

use super::support::{Client, METADATA, Portal, Proxy, SiteDir, get};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// What stands in every file that nobody may read.
const SECRET: &str = "secret";

/// A site that links to `/maps/west.txt`, with files in it and beside it that nothing links to, or
/// nothing may.
fn site() -> SiteDir {
    let site = SiteDir::good();
    let links = [
        "/maps/west.txt",
        "/maps/outside.txt",
        "/maps/outside/secret.txt",
        "/site.toml",
        "/../site.toml",
        "/maps/%2E%2E/%2E%2E/site.toml",
        "/maps/..%2F..%2Fsite.toml",
    ];
    let links = links.map(|path| format!("\"https://utility.example{path}\""));
    let links = format!("\"x_links\": [{}], \"related", links.join(", "));
    site.write(&METADATA.replace("\"related", &links));
    let path = |path: &str| site.path().join(path);
    fs::create_dir_all(path("public/maps")).unwrap();
    fs::create_dir(path(".git")).unwrap();
    fs::write(path("public/maps/west.txt"), "west").unwrap();
    for file in [
        "public/unlinked.txt",
        "public/.env",
        "notes.txt",
        ".git/config",
    ] {
        fs::write(path(file), SECRET).unwrap();
    }
    fs::write(path("site.toml"), format!("# {SECRET}\n")).unwrap();
    site
}

/// What passes byte for byte, however much it looks like a way to a file.
const PASSING: [&str; 37] = [
    "/site.toml",
    "/notes.txt",
    "/unlinked.txt",
    "/.env",
    "/.git/config",
    "/cds-server-metadata.json",
    "/public/maps/west.txt",
    "/maps",
    "/maps/",
    "/maps/west.txt/",
    "/maps/west.txt/.",
    "/maps/west.txt;x",
    "/maps/west.txt%",
    "/maps/west.txt%20",
    "/maps/west.txt%00",
    "/maps/west.txt%00.html",
    "/MAPS/west.txt",
    "//maps/west.txt",
    "/maps//west.txt",
    "/./maps/west.txt",
    "/maps/./west.txt",
    "/x/../maps/west.txt",
    "/../site.toml",
    "/maps/../../site.toml",
    "/maps/%2e%2e/%2E%2E/site.toml",
    "/maps/..%2f..%2fsite.toml",
    "/maps/%252e%252e/site.toml",
    "/maps/%c0%ae%c0%ae/site.toml",
    "/maps/%e0%80%af../site.toml",
    "/maps\\..\\..\\site.toml",
    "/maps%2Fwest.txt",
    "/maps%5Cwest.txt",
    "/%2Fmaps/west.txt",
    "/maps/\u{fe63}/west.txt",
    "//utility.example/maps/west.txt",
    "maps/west.txt",
    "/elsewhere?../../maps/west.txt",
];

#[test]
fn what_only_looks_like_ours_passes_byte_for_byte() {
    let (site, portal) = (site(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    for target in PASSING {
        for method in ["GET", "POST", "OPTIONS"] {
            let length = "Content-Length: 0";
            let response = client.ask(&format!(
                "{method} {target} HTTP/1.1\r\nHost: utility.example\r\n{length}\r\n\r\n"
            ));
            assert_eq!(response.text(), "portal", "{target}");
            let line = portal.request().line;
            assert_eq!(line, format!("{method} {target} HTTP/1.1"));
        }
    }
}

#[test]
fn the_forms_of_a_target_that_name_no_path_of_ours_pass() {
    let (site, portal) = (site(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    for line in [
        "OPTIONS * HTTP/1.1",
        "GET http://utility.example HTTP/1.1",
        "GET http://utility.example?x HTTP/1.1",
        "GET http://utility.example/maps/../site.toml HTTP/1.1",
        "GET http://utility.example//maps/west.txt HTTP/1.1",
    ] {
        client.ask(&format!("{line}\r\nHost: utility.example\r\n\r\n"));
        assert_eq!(portal.request().line, line);
    }
}

#[test]
fn every_spelling_of_a_path_of_ours_is_answered() {
    let (site, portal) = (site(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let mut client = Client::connect(proxy.address);
    for target in [
        "/maps/west.txt",
        "/maps/west%2Etxt",
        "/%6Daps/%77est%2etxt",
        "/maps/west.txt?",
        "/maps/west.txt?../../site.toml",
        "/maps/west.txt?%",
        "http://utility.example/maps/west.txt",
        "http://utility.example/maps/west%2etxt?x",
    ] {
        let head = "Host: utility.example\r\n\r\n";
        let response = client.ask(&format!("GET {target} HTTP/1.1\r\n{head}"));
        assert_eq!(
            (response.status, response.text()),
            (200, "west"),
            "{target}"
        );
        let response = client.ask(&format!("DELETE {target} HTTP/1.1\r\n{head}"));
        assert_eq!(response.status, 405, "{target}");
    }
    assert!(portal.is_untouched());
}

/// RFC 3986 has no such characters. `docs/guide.md` tells what becomes of them.
#[test]
fn a_target_that_is_no_uri_is_made_one_or_refused() {
    let (site, portal) = (site(), Portal::new());
    let proxy = Proxy::start(&site, &portal);
    let ask = |target: &[u8]| {
        let mut client = Client::connect(proxy.address);
        let rest = b" HTTP/1.1\r\nHost: utility.example\r\n\r\n";
        client.send(&[b"GET ", target, rest].concat());
        client.response(false).status
    };
    for (target, passed) in [
        ("/a b", "/a%20b"),
        ("/a\tb?c\0d", "/a%09b?c%00d"),
        ("/a\rb", "/a%0Db"),
        ("/a#b", "/a"),
        ("/maps/west.txt\0", "/maps/west.txt%00"),
        ("/maps/\u{7f}", "/maps/%7F"),
    ] {
        assert_eq!(ask(target.as_bytes()), 200);
        assert_eq!(portal.request().line, format!("GET {passed} HTTP/1.1"));
    }
    let refused: [&[u8]; 7] = [
        b"/a<b",
        b"/a>b",
        b"/a`b",
        b"/a?\"b\"",
        b"/\xFF",
        b"/maps/\xC0\xAE\xC0\xAE/site.toml",
        b"/\xE9?\xE9",
    ];
    for target in refused {
        assert_eq!(ask(target), 400, "{}", target.escape_ascii());
    }
    assert!(portal.is_untouched());
}

#[test]
fn no_link_of_the_file_system_leads_out_of_the_site() {
    let (site, portal) = (site(), Portal::new());
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), SECRET).unwrap();
    let add_links = |site: &SiteDir| {
        let maps = site.path().join("public/maps");
        symlink(outside.path().join("secret.txt"), maps.join("outside.txt")).unwrap();
        symlink(outside.path(), maps.join("outside")).unwrap();
    };
    let paths = ["/maps/outside.txt", "/maps/outside/secret.txt"];

    // While it is served: refused, and what was there stays.
    let proxy = Proxy::start(&site, &portal);
    assert_eq!(get(proxy.address, "/maps/west.txt").text(), "west");
    add_links(&site);
    proxy.wait_for_log("file-unreadable");
    for path in paths {
        assert_eq!(get(proxy.address, path).text(), "portal");
    }
    assert_eq!(get(proxy.address, "/maps/west.txt").text(), "west");
    drop(proxy);

    // From the start: nothing is served.
    let proxy = Proxy::start(&site, &portal);
    get(proxy.address, WELL_KNOWN).assert_problem(503);
    for path in paths {
        assert_eq!(get(proxy.address, path).text(), "portal");
    }
}
