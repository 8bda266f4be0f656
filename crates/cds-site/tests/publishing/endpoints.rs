//! Further metadata endpoints (CDS-WG1-01 §3.3).

use cds_site::{Compiled, compile};

use crate::sites::{METADATA, at, findings, listing, sources};

/// What is found with this URL in `related_metadata` of the site's own object.
fn related(url: &str) -> Vec<String> {
    let own = METADATA.replace(
        "\"coverage\":",
        &format!("\"related_metadata\": [\"{url}\"], \"coverage\":"),
    );
    let further = METADATA
        .replace(
            "/.well-known/cds-server-metadata.json",
            "/partners/cds.json",
        )
        .replace("/cds-coverage.json", "/partners/coverage.json");
    let files = sources(&[
        ("cds-server-metadata.json", &own),
        ("cds-coverage.json", &listing(&[])),
        ("partners/cds-server-metadata.json", &further),
        ("site.toml", "former_paths = [\"/old.json\"]"),
    ]);
    let Compiled { site, report } = compile(&files, at(0), None);
    assert!(site.is_some());
    findings(&report)
}

#[test]
fn related_metadata_is_an_object_of_the_site_or_somebody_elses() {
    for url in [
        "https://demoutility.com/partners/cds.json",
        "https://demoutility.com/partners/cds%2Ejson?v=1",
        "https://DEMOUTILITY.com/.well-known/cds-server-metadata.json",
        "https://demoutility.com/old.json",
        "https://other.example/cds.json",
    ] {
        assert_eq!(related(url), [""; 0], "{url}");
    }
    let missing = ["related-metadata-missing cds-server-metadata.json:12 /related_metadata/0"];
    for url in [
        "https://demoutility.com/partners/nowhere.json",
        "https://static.demoutility.com/partners/cds.json",
        "https://static.demoutility.com/cds-coverage.json",
    ] {
        assert_eq!(related(url), missing, "{url}");
    }
}
