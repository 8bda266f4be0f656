//! What a person sees when a rule is broken: one edit of the good site per rule, one snapshot.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use cds_live::LiveSite;
use cds_proxy::report::{Results, human};
use cds_proxy::rules;
use cds_site::{Bind, SiteSet};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::program::Place;

/// An edit that breaks one rule.
struct Fault {
    rule: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

const METADATA: &str = "cds/cds-server-metadata.json";
const COVERAGE: &str = "cds/cds-coverage.json";
const MAP: &str = "cds/public/maps/west.json";
const SETTINGS: &str = "cds/site.toml";

/// Sorted by rule.
const FAULTS: &[Fault] = &[
    Fault {
        rule: "capabilities-not-union",
        file: METADATA,
        from: "[\"coverage\", \"ieee1547\"]",
        to: "[\"coverage\"]",
    },
    Fault {
        rule: "coverage-url-missing",
        file: METADATA,
        from: "  \"coverage\": \"https://demoutility.com/cds-coverage.json\",\n",
        to: "",
    },
    Fault {
        rule: "datetime-unusual",
        file: METADATA,
        from: "\"2022-06-01T00:00:00Z\"",
        to: "\"2022-06-01t00:00:00z\"",
    },
    Fault {
        rule: "duplicate-id",
        file: COVERAGE,
        from: "\"dge_gas\"",
        to: "\"dge_elec_west\"",
    },
    Fault {
        rule: "duplicate-value",
        file: COVERAGE,
        from: "[\"natural_gas\"]",
        to: "[\"natural_gas\", \"natural_gas\"]",
    },
    Fault {
        rule: "empty-string",
        file: METADATA,
        from: "\"A fictional utility for tests and demonstrations.\"",
        to: "\"\"",
    },
    Fault {
        rule: "entry-lists-coverage",
        file: COVERAGE,
        from: "[\"ieee1547\"]",
        to: "[\"ieee1547\", \"coverage\"]",
    },
    Fault {
        rule: "geographic-without-map",
        file: COVERAGE,
        from: "\"logical\",\n      \"role\": \"authoritative\",\n      \"infrastructure_types\": [\"supplier\"],\n      \"commodity_types\": [\"natural_gas\"],\n      \"capabilities\": [],\n      \"geojson_resource\": \"https://demoutility.com/maps/west.json\"",
        to: "\"geographic\",\n      \"role\": \"authoritative\",\n      \"infrastructure_types\": [\"supplier\"],\n      \"commodity_types\": [\"natural_gas\"],\n      \"capabilities\": []",
    },
    Fault {
        rule: "geojson-invalid",
        file: MAP,
        from: ", [-122.0, 37.0]]",
        to: "]",
    },
    Fault {
        rule: "geojson-not-wgs84",
        file: MAP,
        from: "[-121.0, 38.0]",
        to: "[38.0, -121.0]",
    },
    Fault {
        rule: "geojson-winding",
        file: MAP,
        from: "[-121.0, 37.0], [-121.0, 38.0]",
        to: "[-121.0, 38.0], [-121.0, 37.0]",
    },
    Fault {
        rule: "id-with-space",
        file: COVERAGE,
        from: "\"dge_gas\"",
        to: "\"dge gas\"",
    },
    Fault {
        rule: "invalid-country",
        file: COVERAGE,
        from: "\"country\": \"US\",\n      \"name\": \"Gas",
        to: "\"country\": \"USA\",\n      \"name\": \"Gas",
    },
    Fault {
        rule: "invalid-datetime",
        file: METADATA,
        from: "\"2022-01-01T00:00:00Z\"",
        to: "\"2022-02-30\"",
    },
    Fault {
        rule: "invalid-media-type",
        file: COVERAGE,
        from: "\"image/png\"",
        to: "\"png\"",
    },
    Fault {
        rule: "invalid-url",
        file: METADATA,
        from: "\"https://demoutility.com/data-access\"",
        to: "\"www.demoutility.com/data access\"",
    },
    Fault {
        rule: "json-duplicate-key",
        file: COVERAGE,
        from: "\"name\": \"Gas customers\",",
        to: "\"name\": \"Gas customers\", \"name\": \"Gas\",",
    },
    Fault {
        rule: "json-syntax",
        file: COVERAGE,
        from: "[\"natural_gas\"]",
        to: "[\"natural_gas\",]",
    },
    Fault {
        rule: "linked-file-elsewhere",
        file: COVERAGE,
        from: "maps/west.png",
        to: "maps/westt.png",
    },
    Fault {
        rule: "listing-is-a-page",
        file: COVERAGE,
        from: "\"next\": null",
        to: "\"next\": \"https://demoutility.com/cds-coverage.json?page=2\"",
    },
    Fault {
        rule: "map-type-missing",
        file: COVERAGE,
        from: ",\n      \"map_content_type\": \"image/png\"",
        to: "",
    },
    Fault {
        rule: "media-type-conflict",
        file: COVERAGE,
        from: "      \"capabilities\": []",
        to: "      \"capabilities\": [],\n      \"map_resource\": \"https://demoutility.com/maps/west.png\",\n      \"map_content_type\": \"image/jpeg\"",
    },
    Fault {
        rule: "moved-too-long-ago",
        file: SETTINGS,
        from: "max_age",
        to: "since = 2019-05-01\nmax_age",
    },
    Fault {
        rule: "missing-field",
        file: COVERAGE,
        from: "      \"entity_abbreviation\": null,\n",
        to: "",
    },
    Fault {
        rule: "near-miss-field",
        file: COVERAGE,
        from: "\"name\": \"Gas customers\",",
        to: "\"name\": \"Gas customers\", \"descripton\": \"Gas.\",",
    },
    Fault {
        rule: "not-canonical-url",
        file: METADATA,
        from: ".well-known/cds-server-metadata.json",
        to: "cds.json",
    },
    Fault {
        rule: "not-https",
        file: METADATA,
        from: "\"https://demoutility.com/cds-coverage.json\"",
        to: "\"http://demoutility.com/cds-coverage.json\"",
    },
    Fault {
        rule: "oauth-metadata-missing",
        file: METADATA,
        from: "\"ieee1547\"]",
        to: "\"ieee1547\", \"oauth\"]",
    },
    Fault {
        rule: "related-metadata-missing",
        file: METADATA,
        from: "  \"coverage\":",
        to: "  \"related_metadata\": [\"https://demoutility.com/partners/cds.json\"],\n  \"coverage\":",
    },
    Fault {
        rule: "route-conflict",
        file: METADATA,
        from: "\"https://demoutility.com/cds-coverage.json\"",
        to: "\"https://demoutility.com/\"",
    },
    Fault {
        rule: "settings-invalid",
        file: SETTINGS,
        from: "\"5m\"",
        to: "\"5 apples\"",
    },
    Fault {
        rule: "unknown-value",
        file: COVERAGE,
        from: "\"official\"",
        to: "\"oficial\"",
    },
    Fault {
        rule: "unsupported-version",
        file: METADATA,
        from: "\"v1\"",
        to: "\"v2\"",
    },
    Fault {
        rule: "updated-before-created",
        file: METADATA,
        from: "\"updated\": \"2022",
        to: "\"updated\": \"2021",
    },
    Fault {
        rule: "updated-in-future",
        file: METADATA,
        from: "\"updated\": \"2022",
        to: "\"updated\": \"2202",
    },
    Fault {
        rule: "wrong-type",
        file: COVERAGE,
        from: "[\"supplier\"]",
        to: "\"supplier\"",
    },
];

#[test]
fn every_broken_rule_is_shown_with_its_place_and_mend() {
    for fault in FAULTS {
        let place = Place::with_site();
        place.edit(fault.file, fault.from, fault.to);
        let shown = shown(&place);
        assert!(
            shown.contains(&format!("[{}]", fault.rule)),
            "{}:\n{shown}",
            fault.rule
        );
        insta::assert_snapshot!(fault.rule, shown);
    }
}

#[test]
fn a_file_that_is_missing_is_shown_with_its_mend() {
    let place = Place::with_site();
    std::fs::remove_file(place.path(METADATA)).unwrap();
    insta::assert_snapshot!("file-unreadable", shown(&place));
}

#[test]
fn a_configuration_with_mistakes_is_shown_with_all_of_them() {
    let place = Place::with_site();
    let config = "[upstream]\nurl = \"https://portal.example/base\"\ntime-out = \"5s\"\n\n\
                  [site]\ndir = \"cds\"\n\n[[listen]]\naddress = \"8080\"\n";
    place.write("cds-proxy.toml", config);
    let shown = place.run(&["check", "cds-proxy.toml"]).stdout;
    insta::assert_snapshot!("config-invalid", shown);
}

/// The configuration of a listener with the certificate `portal.pem`.
fn with_certificate() -> Place {
    let mut params = CertificateParams::new(vec!["portal.example".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2026, 2, 7);
    with_certificate_of(&params)
}

fn with_certificate_of(params: &CertificateParams) -> Place {
    let place = Place::with_site();
    place.write(
        "cds-proxy.toml",
        "[site]\ndir = \"cds\"\n\n[[listen]]\naddress = \"0.0.0.0:443\"\n\n\
         [[listen.tls]]\ncertificate = \"portal.pem\"\nkey = \"portal.key\"\n",
    );
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    place.write("portal.pem", certificate.pem());
    place.write("portal.key", key.serialize_pem());
    place
}

fn shown_of_config(place: &Place) -> String {
    let now = ["--now", "2026-01-31T12:00:00Z"];
    place
        .run(&["check", "cds-proxy.toml", now[0], now[1]])
        .stdout
}

#[test]
fn a_certificate_that_ends_soon_is_shown_where_it_is_named() {
    let shown = shown_of_config(&with_certificate());
    insta::assert_snapshot!("certificate-expiring", shown);
}

#[test]
fn a_certificate_that_has_another_key_is_shown_where_it_is_named() {
    let place = with_certificate();
    let key = KeyPair::generate().unwrap();
    place.write("portal.key", key.serialize_pem());
    insta::assert_snapshot!("certificate-invalid", shown_of_config(&place));
}

#[test]
fn a_certificate_without_a_name_is_shown_where_it_is_named() {
    let shown = shown_of_config(&with_certificate_of(&CertificateParams::default()));
    insta::assert_snapshot!("certificate-without-name", shown);
}

#[test]
fn a_change_that_no_client_will_notice_is_shown_at_a_reload() {
    let place = Place::with_site();
    let site = LiveSite::open(place.path("cds")).unwrap();
    let reloads = site.subscribe();
    place.edit(METADATA, "fictional", "made-up");
    let reload = reloads.recv_timeout(Duration::from_secs(30)).unwrap();
    let mut results = Results::new();
    results.add_site(Path::new("cds"), [], &reload.report);
    insta::assert_snapshot!("updated-not-bumped", human::plain(&results));
}

#[test]
fn a_site_beyond_the_host_that_it_is_bound_to_is_shown_where_it_is() {
    insta::assert_snapshot!("host-not-allowed", shown_as_other(Bind::Directory));
}

#[test]
fn a_site_on_another_host_than_it_is_named_after_is_shown_where_that_is_said() {
    insta::assert_snapshot!("host-unlike-directory", shown_as_other(Bind::Documents));
}

/// What the site is told in a directory that is named after another host.
fn shown_as_other(bind: Bind) -> String {
    let place = Place::with_site();
    let (files, _) = cds_live::read(place.path("cds"), cds_live::Limits::default());
    let site = cds_site::compile(&files, SystemTime::now(), None)
        .site
        .unwrap();
    let mut sites = SiteSet::bound(bind);
    sites.insert("other.example", site);
    let mut results = Results::new();
    results.add_site(
        Path::new("other.example"),
        [],
        &sites.report("other.example"),
    );
    human::plain(&results)
}

#[test]
fn every_rule_has_a_snapshot_here_and_every_snapshot_a_rule() {
    let snapshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands/snapshots");
    let files = std::fs::read_dir(snapshots).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let slug = |name: String| {
        let name = name.strip_prefix("commands__faults__")?;
        name.strip_suffix(".snap").map(str::to_owned)
    };
    let shown: BTreeSet<_> = names.filter_map(slug).collect();
    let rules: BTreeSet<_> = rules::all()
        .iter()
        .map(|rule| rule.slug.to_owned())
        .collect();
    assert_eq!(shown, rules, "left: rules broken here; right: all rules");
    // A snapshot that no test takes would be one of long ago.
    let faults = FAULTS.iter().map(|fault| fault.rule);
    let taken: BTreeSet<_> = faults
        .chain([
            "certificate-expiring",
            "certificate-invalid",
            "certificate-without-name",
            "config-invalid",
            "file-unreadable",
            "host-not-allowed",
            "host-unlike-directory",
            "updated-not-bumped",
        ])
        .map(str::to_owned)
        .collect();
    assert_eq!(taken, rules, "left: tests; right: all rules");
}

fn shown(place: &Place) -> String {
    place
        .run(&["check", "cds", "--now", "2026-01-31T12:00:00Z"])
        .stdout
}
