//! Documents that a program has as values are held to the same rules and answered the same.

use std::time::SystemTime;

use cds_site::metadata::{
    CoverageEntry, CoverageForm, CoverageReader, Datetime, EntryRole, MetadataObject,
};
use cds_site::{Compiled, Sources, compile};
use http::{HeaderName, header};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::sites::{METADATA, ask, at, body, entry, findings, listing, sources};

fn object(text: &str) -> MetadataObject<'_> {
    MetadataObject::parse("", text.as_bytes(), None).0.unwrap()
}

fn entries(text: &str) -> Vec<CoverageEntry<'_>> {
    let mut entries = Vec::new();
    let mut reader = CoverageReader::new(None);
    reader.read(
        "",
        text.as_bytes(),
        CoverageForm::Listing,
        &mut |authored| {
            entries.push(authored.entry);
        },
    );
    entries
}

async fn json(compiled: Compiled, path: &str) -> Value {
    let site = compiled.site.unwrap();
    serde_json::from_slice(&body(ask(&site, path).unwrap()).await).unwrap()
}

#[tokio::test]
async fn values_are_published_as_their_texts_would_be() {
    let metadata = METADATA.replace("\"v1\",", "\"v1\", \"x_more\": { \"rate\": 1.50 },");
    let listing = listing(&[
        entry("new", "2022-07-01T00:00:00Z", r#", "x_more": [1.50]"#),
        entry("old", "2022-06-01T02:00:00+02:00", ""),
    ]);
    let mut values = Sources::new();
    let entries = entries(&listing);
    values.insert_metadata("", &object(&metadata), at(0));
    values.insert_coverage("", entries.iter().rev(), at(0));
    let texts = sources(&[
        ("cds-server-metadata.json", &metadata),
        ("cds-coverage.json", &listing),
    ]);
    for path in [
        "/.well-known/cds-server-metadata.json",
        "/cds-coverage.json",
    ] {
        let [values, texts] = [&values, &texts].map(|sources| compile(sources, at(0), None));
        assert_eq!(json(values, path).await, json(texts, path).await, "{path}");
    }
}

#[test]
fn further_endpoints_have_values_of_their_own() {
    let partners = METADATA
        .replace(
            "/.well-known/cds-server-metadata.json",
            "/partners/cds.json",
        )
        .replace("/cds-coverage.json", "/partners/coverage.json");
    let mut sources = Sources::new();
    sources.insert_metadata("", &object(METADATA), at(0));
    sources.insert_metadata("partners", &object(&partners), at(0));
    sources.insert_coverage("partners", [], at(0));
    let Compiled { site, report } = compile(&sources, at(0), None);
    assert_eq!(findings(&report), [""; 0]);
    let paths = [
        "/.well-known/cds-server-metadata.json",
        "/partners/cds.json",
        "/partners/coverage.json",
    ];
    assert_eq!(site.unwrap().paths(), paths);
}

#[test]
fn what_breaks_a_rule_is_refused_with_its_entry() {
    let listing = listing(&[
        entry("a", "2022-07-01T00:00:00Z", ""),
        entry("b", "2022-07-01T00:00:00Z", ""),
        entry("c", "2022-07-01T00:00:00Z", ""),
    ]);
    let mut entries = entries(&listing);
    entries[1].country = "USA".into();
    entries[2].role = EntryRole::from("offical");
    entries[2].updated = Datetime::from(SystemTime::UNIX_EPOCH);
    let again = RawValue::from_string("\"a\"".to_owned()).unwrap();
    entries[0].extensions.insert("id", again);
    let mut sources = Sources::new();
    sources.insert_metadata("", &object(METADATA), at(0));
    sources.insert_coverage("", &entries, at(0));
    let Compiled { site, report } = compile(&sources, at(0), None);
    assert!(site.is_none());
    let expected = [
        "json-duplicate-key cds-coverage.json:2 /coverage_entries/0/id",
        "invalid-country cds-coverage.json:3 /coverage_entries/1/country",
        "updated-before-created cds-coverage.json:4 /coverage_entries/2/updated",
        "unknown-value cds-coverage.json:4 /coverage_entries/2/role",
    ];
    assert_eq!(findings(&report), expected);
}

#[test]
fn a_value_that_changes_has_another_tag_and_one_that_does_not_keeps_its_own() {
    let listing = listing(&[entry("a", "2022-07-01T00:00:00Z", "")]);
    let mut entries = entries(&listing);
    let mut sources = Sources::new();
    sources.insert_metadata("", &object(METADATA), at(0));
    sources.insert_coverage("", &entries, at(0));
    let first = compile(&sources, at(0), None).site.unwrap();

    entries[0].name = "Renamed".into();
    entries[0].updated = Datetime::from(at(20));
    sources.insert_metadata("", &object(METADATA), at(20));
    sources.insert_coverage("", &entries, at(20));
    let second = compile(&sources, at(20), Some(&first)).site.unwrap();
    let field = |site, path, name: &HeaderName| ask(site, path).unwrap().headers()[name].clone();
    for (path, changes) in [
        ("/.well-known/cds-server-metadata.json", false),
        ("/cds-coverage.json", true),
    ] {
        for name in [header::ETAG, header::LAST_MODIFIED] {
            let differs = field(&first, path, &name) != field(&second, path, &name);
            assert_eq!(differs, changes, "{path} {name}");
        }
    }
}
