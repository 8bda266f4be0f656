//! Many sites: who answers for which host.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

use std::time::{Duration, SystemTime};

use cds_site::{
    Bind, Compiled, Report, Respond, Site, SiteSet, SiteSetHandle, Source, Sources, compile,
    stand_in,
};
use http::{Method, Request, StatusCode, header};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";
const LISTING: &str = r#"{"coverage_entries": [], "next": null, "previous": null}"#;

/// A metadata object at its well-known place on `host`, whose listing is at `coverage`.
fn metadata(host: &str, coverage: &str) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://{host}{WELL_KNOWN}",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "{host}",
  "description": "A fictional utility.",
  "website": "https://{host}/data-access",
  "documentation": "https://{host}/docs",
  "support": "https://{host}/contact-us",
  "capabilities": ["coverage"],
  "coverage": "https://{coverage}"
}}"#
    )
}

fn sources(metadata: &str, settings: &str) -> Sources {
    let source = |(path, text): (&str, &str)| Source {
        path: path.to_owned(),
        bytes: text.to_owned().into(),
        modified: SystemTime::UNIX_EPOCH,
    };
    [
        ("cds-server-metadata.json", metadata),
        ("cds-coverage.json", LISTING),
        ("site.toml", settings),
    ]
    .map(source)
    .into_iter()
    .collect()
}

fn site_with(host: &str, coverage: &str, settings: &str) -> Site {
    let sources = sources(&metadata(host, coverage), settings);
    let Compiled { site, report } = compile(&sources, SystemTime::UNIX_EPOCH, None);
    site.unwrap_or_else(|| panic!("{:#?}", report.findings()))
}

fn site(host: &str, coverage: &str) -> Site {
    site_with(host, coverage, "")
}

/// Which site's metadata object answers, by its name.
fn who(sites: &impl Respond, target: &str, host: &str) -> Option<String> {
    let request = Request::get(target).header(header::HOST, host);
    let response = sites.respond((&request.body(()).unwrap()).into())?;
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().next_segment().unwrap();
    let object: serde_json::Value = serde_json::from_slice(&body).unwrap();
    Some(object["name"].as_str().unwrap_or("a listing").to_owned())
}

fn status(sites: &impl Respond, target: &str, host: &str) -> Option<u16> {
    let request = Request::get(target).header(header::HOST, host);
    let response = sites.respond((&request.body(()).unwrap()).into());
    response.map(|response| response.status().as_u16())
}

fn findings(report: &Report) -> Vec<String> {
    report.findings().iter().map(ToString::to_string).collect()
}

fn east_and_west() -> SiteSet {
    [
        ("east", site("east.example", "static.east.example/cds.json")),
        ("west", site("west.example", "west.example/cds.json")),
    ]
    .into_iter()
    .collect()
}

#[test]
fn a_document_answers_on_the_host_of_its_own_url_and_nowhere_else() {
    let sites = east_and_west();
    for (host, name) in [
        ("east.example", Some("east.example")),
        ("west.example", Some("west.example")),
        ("static.east.example", None),
        ("www.west.example", None),
        ("example", None),
        ("", None),
    ] {
        assert_eq!(who(&sites, WELL_KNOWN, host).as_deref(), name, "{host}");
    }
    assert_eq!(
        status(&sites, "/cds.json", "static.east.example"),
        Some(200)
    );
    assert_eq!(status(&sites, "/cds.json", "east.example"), None);
    assert_eq!(status(&sites, "/", "west.example"), None);
}

#[test]
fn port_case_and_the_final_dot_of_a_host_do_not_matter() {
    let sites = east_and_west();
    for host in [
        "east.example:8080",
        "East.EXAMPLE",
        "east.example.",
        "EAST.example.:443",
    ] {
        assert_eq!(
            who(&sites, WELL_KNOWN, host).as_deref(),
            Some("east.example"),
            "{host}"
        );
    }
    for host in [
        "east.example..",
        "east.example:80.evil",
        "east.example:@x",
        "east.example:8o",
        "east.example:80:80",
        "east.example@evil",
        ":80",
    ] {
        assert_eq!(who(&sites, WELL_KNOWN, host), None, "{host}");
    }
    for authority in ["east.example:80.evil", "east.example:8o"] {
        let target = format!("http://{authority}{WELL_KNOWN}");
        let request = Request::get(target).body(());
        let answer = request
            .ok()
            .and_then(|request| sites.respond((&request).into()));
        assert!(answer.is_none(), "{authority}");
    }
}

#[test]
fn a_target_in_absolute_form_names_the_host() {
    let sites = east_and_west();
    let target = format!("http://WEST.example:80{WELL_KNOWN}");
    assert_eq!(
        who(&sites, &target, "east.example").as_deref(),
        Some("west.example")
    );
    let elsewhere = format!("http://elsewhere.example{WELL_KNOWN}");
    assert_eq!(who(&sites, &elsewhere, "east.example"), None);
}

#[test]
fn a_host_that_a_proxy_forwards_is_not_believed() {
    let sites = east_and_west();
    let request = Request::get(WELL_KNOWN)
        .header(header::HOST, "elsewhere.example")
        .header("x-forwarded-host", "east.example")
        .header(header::FORWARDED, "host=east.example");
    assert!(sites.respond((&request.body(()).unwrap()).into()).is_none());
}

#[test]
fn an_ipv6_literal_is_a_host_however_it_is_written() {
    let sites: SiteSet = [("six", site("[2001:DB8::1]", "[2001:db8::1]:8443/cds.json"))]
        .into_iter()
        .collect();
    for host in [
        "[2001:db8::1]",
        "[2001:db8:0:0::1]:8080",
        "[2001:DB8::0001]",
    ] {
        assert!(who(&sites, WELL_KNOWN, host).is_some(), "{host}");
        assert_eq!(status(&sites, "/cds.json", host), Some(200), "{host}");
    }
    assert_eq!(who(&sites, WELL_KNOWN, "[2001:db8::2]"), None);
    assert_eq!(who(&sites, WELL_KNOWN, "2001:db8::1"), None);
}

#[test]
fn the_hosts_of_the_settings_answer_with_all_documents() {
    let settings = "hosts = [\"WWW.east.example\", \"[::1]\"]";
    let site = site_with("east.example", "static.east.example/cds.json", settings);
    let sites: SiteSet = [("east", site)].into_iter().collect();
    for host in ["www.east.example", "[::1]:8080"] {
        assert_eq!(
            who(&sites, WELL_KNOWN, host).as_deref(),
            Some("east.example"),
            "{host}"
        );
        assert_eq!(status(&sites, "/cds.json", host), Some(200), "{host}");
    }
    assert_eq!(who(&sites, WELL_KNOWN, "static.east.example"), None);
    assert!(sites.report("east").is_empty());
}

/// A site whose top document and a further one have the well-known path, each on a host of its own.
fn two_at_the_well_known_path(top: &str, further: &str, hosts: &str) -> Sources {
    let mut sources = sources(
        &metadata(top, &format!("{top}/cds.json")),
        &format!("hosts = [\"{hosts}\"]"),
    );
    sources.insert(Source {
        path: "partners/cds-server-metadata.json".to_owned(),
        bytes: metadata(further, &format!("{further}/cds.json")).into(),
        modified: SystemTime::UNIX_EPOCH,
    });
    sources
}

#[test]
fn a_document_has_its_own_host_before_others_that_settings_put_there() {
    let sources = two_at_the_well_known_path("a.example", "b.example", "b.example");
    let alone = compile(&sources, SystemTime::UNIX_EPOCH, None)
        .site
        .unwrap();
    let of_many = compile(&sources, SystemTime::UNIX_EPOCH, None)
        .site
        .unwrap();
    let sites: SiteSet = [("a", of_many)].into_iter().collect();
    for host in ["a.example", "b.example"] {
        for source in [&alone as &dyn Respond, &sites] {
            assert_eq!(
                who(&source, WELL_KNOWN, host).as_deref(),
                Some(host),
                "{host}"
            );
        }
    }
    assert_eq!(
        findings(&sites.report("a")),
        [format!(
            "site.toml:1:10: error[route-conflict]: by `hosts`, `{WELL_KNOWN}` is on `b.example` \
             too, which is taken by `cds_metadata_url` of partners/cds-server-metadata.json"
        )]
    );
}

#[test]
fn of_two_documents_that_settings_put_at_one_place_the_site_s_own_has_it() {
    let sources = two_at_the_well_known_path("z.example", "a.example", "www.z.example");
    let alone = compile(&sources, SystemTime::UNIX_EPOCH, None)
        .site
        .unwrap();
    let of_many = compile(&sources, SystemTime::UNIX_EPOCH, None)
        .site
        .unwrap();
    let sites: SiteSet = [("z", of_many)].into_iter().collect();
    for source in [&alone as &dyn Respond, &sites] {
        let name = who(&source, WELL_KNOWN, "www.z.example");
        assert_eq!(name.as_deref(), Some("z.example"));
    }
    assert_eq!(
        findings(&sites.report("z")),
        [format!(
            "site.toml:1:10: error[route-conflict]: by `hosts`, `{WELL_KNOWN}` is on \
             `www.z.example` too, which is taken by `cds_metadata_url` of cds-server-metadata.json"
        )]
    );
}

#[test]
fn a_site_that_has_moved_without_documents_must_say_from_where_unless_its_name_does() {
    let moved = |hosts: &str| {
        let settings = format!("moved_to = \"https://new.example/cds.json\"\n{hosts}");
        let mut sources = Sources::new();
        sources.insert(Source {
            path: "site.toml".to_owned(),
            bytes: settings.into(),
            modified: SystemTime::UNIX_EPOCH,
        });
        compile(&sources, SystemTime::UNIX_EPOCH, None)
            .site
            .unwrap()
    };
    let mut sites = SiteSet::new();
    sites.insert("old.example", moved(""));
    assert_eq!(status(&sites, WELL_KNOWN, "old.example"), None);
    assert_eq!(
        findings(&sites.report("old.example")),
        [
            "site.toml: error[settings-invalid]: the site has moved, but nothing says on which \
             host it was"
        ]
    );
    sites.insert("old.example", moved("hosts = [\"old.example\"]"));
    assert_eq!(status(&sites, WELL_KNOWN, "old.example"), Some(301));
    assert!(sites.report("old.example").is_empty());

    let mut bound = SiteSet::bound(Bind::Directory);
    bound.insert("Old.example", moved(""));
    assert_eq!(status(&bound, WELL_KNOWN, "old.example"), Some(301));
    assert_eq!(status(&bound, WELL_KNOWN, "www.old.example"), None);
    assert!(bound.report("Old.example").is_empty());
    bound.remove("Old.example");
    assert_eq!(status(&bound, WELL_KNOWN, "old.example"), None);
    bound.insert("not a host", moved(""));
    assert_eq!(bound.report("not a host").findings().len(), 1);
}

#[test]
fn what_only_links_to_a_host_does_not_answer_on_it() {
    let moved = "moved_to = \"https://new.example/cds.json\"";
    let sites: SiteSet = [(
        "east",
        site_with("east.example", "east.example/c.json", moved),
    )]
    .into_iter()
    .collect();
    assert_eq!(status(&sites, WELL_KNOWN, "east.example"), Some(301));
    assert_eq!(status(&sites, WELL_KNOWN, "new.example"), None);
    assert_eq!(status(&sites, "/cds.json", "new.example"), None);
}

#[test]
fn of_two_sites_with_one_place_the_first_by_name_has_it_in_whatever_order_they_came() {
    let one = || site("same.example", "a.example/cds.json");
    let other = || site("same.example", "b.example/cds.json");
    let orders: [[(&str, Site); 2]; 2] = [
        [("a", one()), ("b", other())],
        [("b", other()), ("a", one())],
    ];
    for order in orders {
        let sites: SiteSet = order.into_iter().collect();
        let a = sites.get("a").unwrap();
        let served = |respond: &dyn Fn() -> Option<http::Response<cds_site::Body>>| {
            respond().unwrap().into_body().next_segment().unwrap()
        };
        let request = Request::get(WELL_KNOWN).header(header::HOST, "same.example");
        let request = request.body(()).unwrap();
        assert_eq!(
            served(&|| sites.respond((&request).into())),
            served(&|| a.respond((&request).into()))
        );
        // The other documents of the later one are served all the same.
        assert_eq!(status(&sites, "/cds.json", "b.example"), Some(200));
        assert!(sites.report("a").is_empty());
        assert_eq!(
            findings(&sites.report("b")),
            [format!(
                "cds-server-metadata.json:3:23: error[route-conflict]: `cds_metadata_url` is at \
                 `{WELL_KNOWN}` on `same.example`, which the site `a` has already"
            )]
        );
        assert!(sites.report("a").is_empty());
    }
}

#[test]
fn a_place_goes_to_the_next_site_when_the_first_is_removed_and_back_when_it_returns() {
    let mut sites = SiteSet::new();
    sites.insert("b", site("same.example", "b.example/cds.json"));
    assert!(sites.rivals("b").is_empty());
    sites.insert("a", site("same.example", "a.example/cds.json"));
    assert_eq!(
        sites
            .rivals("a")
            .iter()
            .map(|name| &**name)
            .collect::<Vec<_>>(),
        ["b"]
    );
    assert!(sites.rivals("b").is_empty(), "`a` depends on nobody");
    assert!(!sites.report("b").is_empty());
    assert!(sites.remove("a").is_some());
    assert!(sites.remove("a").is_none());
    assert!(sites.report("b").is_empty());
    assert_eq!(status(&sites, WELL_KNOWN, "same.example"), Some(200));
    assert_eq!(status(&sites, "/cds.json", "a.example"), None);
    sites.remove("b");
    assert!(sites.is_empty());
    assert_eq!(status(&sites, WELL_KNOWN, "same.example"), None);
}

#[test]
fn an_alias_that_another_site_has_is_told_once_with_its_place() {
    let sites: SiteSet = [
        ("a", site("a.example", "a.example/cds.json")),
        (
            "b",
            site_with(
                "b.example",
                "b.example/cds.json",
                "hosts = [\n  \"a.example\",\n]",
            ),
        ),
    ]
    .into_iter()
    .collect();
    assert_eq!(
        who(&sites, WELL_KNOWN, "a.example").as_deref(),
        Some("a.example")
    );
    assert_eq!(
        findings(&sites.report("b")),
        [format!(
            "site.toml:2:3: error[route-conflict]: by `hosts`, `{WELL_KNOWN}` is on `a.example` \
             too, which the site `a` has already"
        )]
    );
}

#[test]
fn what_a_query_tells_apart_is_no_conflict() {
    let mut sites: SiteSet = [
        ("a", site("a.example", "hub.example/api")),
        ("b", site("b.example", "hub.example/api?utility=b")),
        ("c", site("c.example", "hub.example/api?utility=c")),
    ]
    .into_iter()
    .collect();
    for name in ["a", "b", "c"] {
        assert!(sites.report(name).is_empty(), "{name}");
    }
    sites.remove("a");
    assert_eq!(status(&sites, "/api?utility=c&x", "hub.example"), Some(200));
    assert_eq!(status(&sites, "/api?utility=d", "hub.example"), None);
}

#[test]
fn a_site_that_is_bound_to_its_name_answers_there_and_below_and_its_other_documents_are_told() {
    let mut sites = SiteSet::bound(Bind::Directory);
    sites.insert(
        "East.example",
        site("east.example", "static.east.example/cds.json"),
    );
    assert!(sites.report("East.example").is_empty());
    let greedy = site_with(
        "west.example",
        "bank.example/cds.json",
        "hosts = [\"www.west.example\", \"east.example\", \"notwest.example\"]",
    );
    sites.insert("west.example", greedy);

    assert_eq!(
        who(&sites, WELL_KNOWN, "east.example").as_deref(),
        Some("east.example")
    );
    for host in ["west.example", "www.west.example"] {
        assert_eq!(
            who(&sites, WELL_KNOWN, host).as_deref(),
            Some("west.example"),
            "{host}"
        );
    }
    assert_eq!(
        status(&sites, "/cds.json", "static.east.example"),
        Some(200)
    );
    for host in ["bank.example", "east.example", "notwest.example"] {
        assert_eq!(status(&sites, "/cds.json", host), None, "{host}");
    }
    assert_eq!(status(&sites, WELL_KNOWN, "notwest.example"), None);

    let told = findings(&sites.report("west.example"));
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(
        told[0].contains("error[host-not-allowed]: `coverage` is at `/cds.json` on `bank.example`"),
        "{told:#?}"
    );
    assert!(
        told[1].starts_with("site.toml:1:30: error[host-not-allowed]"),
        "{told:#?}"
    );
    assert!(
        told[2].starts_with("site.toml:1:46: error[host-not-allowed]"),
        "{told:#?}"
    );
    assert!(sites.rivals("west.example").is_empty());
}

#[test]
fn what_stands_in_for_a_site_answers_on_the_hosts_of_its_settings_only() {
    let faulty = metadata("east.example", "east.example/cds.json").replace("v1", "v0");
    let sources = sources(&faulty, "hosts = [\"www.east.example\"]");
    assert!(
        compile(&sources, SystemTime::UNIX_EPOCH, None)
            .site
            .is_none()
    );
    let sites: SiteSet = [("east", stand_in(&sources))].into_iter().collect();
    for path in [WELL_KNOWN, "/cds.json"] {
        assert_eq!(
            status(&sites, path, "www.east.example"),
            Some(503),
            "{path}"
        );
        assert_eq!(status(&sites, path, "east.example"), None, "{path}");
    }
}

#[test]
fn preconditions_and_other_methods_are_answered_as_by_the_site() {
    let sites = east_and_west();
    let respond = |method: Method, fields: &[(header::HeaderName, &str)]| {
        let mut request = Request::builder().method(method).uri(WELL_KNOWN);
        for (name, value) in fields {
            request = request.header(name, *value);
        }
        sites.respond((&request.body(()).unwrap()).into())
    };
    let host = (header::HOST, "east.example");
    let full = respond(Method::GET, std::slice::from_ref(&host)).unwrap();
    let tag = full.headers()[header::ETAG].to_str().unwrap();
    let again = respond(Method::GET, &[host.clone(), (header::IF_NONE_MATCH, tag)]).unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(
        respond(Method::POST, &[host]).unwrap().status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert!(respond(Method::POST, &[(header::HOST, "elsewhere.example")]).is_none());
    assert!(
        respond(Method::GET, &[]).is_none(),
        "no host is none of ours"
    );
}

#[test]
fn a_set_that_is_served_is_swapped_as_a_whole() {
    let handle = SiteSetHandle::new(SiteSet::new());
    let served = handle.clone();
    assert_eq!(status(&served, WELL_KNOWN, "east.example"), None);
    let mut next = SiteSet::clone(&handle.load());
    next.insert("east", site("east.example", "east.example/cds.json"));
    assert_eq!(status(&served, WELL_KNOWN, "east.example"), None);
    handle.store(next);
    assert_eq!(status(&served, WELL_KNOWN, "east.example"), Some(200));
}

#[test]
fn sites_are_listed_by_name() {
    let sites: SiteSet = (0..300)
        .rev()
        .map(|number| {
            let host = format!("u{number}.example");
            (
                format!("{number:03}"),
                site(&host, &format!("{host}/cds.json")),
            )
        })
        .collect();
    assert_eq!(sites.len(), 300);
    let names: Vec<_> = sites.iter().map(|(name, _)| name.to_string()).collect();
    assert!(names.is_sorted());
    assert_eq!(
        who(&sites, WELL_KNOWN, "u17.example").as_deref(),
        Some("u17.example")
    );
}

#[test]
fn many_sites_are_due_when_the_first_of_them_is() {
    let minute = |minute: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(60 * minute);
    let mut sites = SiteSet::bound(Bind::Directory);
    sites.extend(["a", "b", "c"].map(|name| {
        let host = format!("{name}.example");
        let settings = match name {
            "a" => "maintenance = 1970-01-01T00:02:00Z",
            "b" => "maintenance = 1970-01-01T00:01:00Z",
            _ => "",
        };
        let site = site_with(&host, &format!("{host}/cds.json"), settings);
        (host, site)
    }));
    let statuses = |sites: &SiteSet| {
        ["a.example", "b.example", "c.example"].map(|host| status(sites, WELL_KNOWN, host))
    };
    assert_eq!(statuses(&sites), [Some(503), Some(503), Some(200)]);
    assert_eq!(sites.due(), Some(minute(1)));
    assert!(sites.resumed(SystemTime::UNIX_EPOCH).is_none());

    let later = sites.resumed(minute(1)).unwrap();
    assert_eq!(statuses(&later), [Some(503), Some(200), Some(200)]);
    assert_eq!(later.due(), Some(minute(2)));
    let latest = later.resumed(minute(3)).unwrap();
    assert_eq!(statuses(&latest), [Some(200), Some(200), Some(200)]);
    assert_eq!(latest.due(), None);
    assert!(latest.resumed(minute(4)).is_none());
    assert_eq!(statuses(&sites), [Some(503), Some(503), Some(200)]);
}
