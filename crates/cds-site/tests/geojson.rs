//! GeoJSON documents, good and bad, and what is found in them.

#![cfg(test)]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests end where they fail"
)]

use cds_site::{Finding, Report, Severity, check_geojson};
use proptest::prelude::*;

#[path = "common/geojson_invariants.rs"]
mod geojson_invariants;

use geojson_invariants::assert_geojson_holds;

const COLLECTION: &str = r#"{
  "type": "FeatureCollection",
  "bbox": [-122.5, 37.5, -122.0, 38.0],
  "crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } },
  "features": [
    {
      "type": "Feature",
      "id": 7,
      "properties": { "name": "West", "\u00e9t\u00e9": [1, { "coordinates": [500] }] },
      "geometry": {
        "type": "Polygon",
        "coordinates": [
          [[-122.5, 37.5], [-122.0, 37.5], [-122.0, 38.0], [-122.5, 38.0], [-122.5, 37.5]],
          [[-122.4, 37.6], [-122.4, 37.7], [-122.3, 37.7], [-122.4, 37.6]]
        ]
      }
    },
    { "geometry": null, "type": "Feature", "properties": null },
    {
      "geometry": {
        "geometries": [
          { "coordinates": [-122.1, 37.6, 12.5], "type": "Point" },
          { "coordinates": [[-122.1, 37.6], [-122.2, 37.7]], "type": "LineString" },
          { "type": "MultiPoint", "coordinates": [[-122.1, 37.6]] },
          { "type": "MultiLineString", "coordinates": [[[-122.1, 37.6], [-122.2, 37.7]]] },
          { "type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]] },
          { "type": "GeometryCollection", "geometries": [] }
        ],
        "type": "GeometryCollection"
      },
      "type": "Feature",
      "properties": {}
    }
  ]
}
"#;

fn check(json: &str) -> Report {
    check_geojson("map.geojson", json.as_bytes())
}

/// The rule and the pointer of every finding.
fn found(json: &str) -> Vec<(&'static str, String)> {
    let describe = |finding: &Finding| {
        let pointer = finding
            .pointer
            .as_ref()
            .map_or("-", |pointer| pointer.as_str());
        (finding.rule.slug, pointer.to_owned())
    };
    check(json).findings().iter().map(describe).collect()
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#)
}

#[test]
fn good_documents_have_no_findings() {
    for json in [
        COLLECTION,
        r#"{"type":"Point","coordinates":[180,-90]}"#,
        r#"{"coordinates":[-0.0,0],"type":"Point","crs":null,"x":{"type":1,"features":{}}}"#,
        r#"{"type":"Point","coordinates":[1e2,9E-1],"crs":{"type":"EPSG","properties":{"code":4326}}}"#,
        // Over the antimeridian, cut in two as RFC 7946 §3.1.9 asks.
        r#"{"type":"MultiPolygon","bbox":[177,-20,-178,-16],"coordinates":[
            [[[180,-16],[177,-16],[177,-20],[180,-20],[180,-16]]],
            [[[-178,-16],[-180,-16],[-180,-20],[-178,-20],[-178,-16]]]]}"#,
    ] {
        assert_eq!(found(json), [], "{json}");
    }
}

#[test]
fn each_fault_is_found_at_its_place() {
    let invalid: [(&str, &str); 32] = [
        ("[]", ""),
        ("null", ""),
        ("{}", "/type"),
        (r#"{"type":7,"features":[]}"#, "/type"),
        (r#"{"type":"Circle","coordinates":[1,2]}"#, "/type"),
        (r#"{"type":"point","coordinates":[1,2]}"#, "/type"),
        (r#"{"type":"Point"}"#, "/coordinates"),
        (r#"{"type":"Point","coordinates":null}"#, "/coordinates"),
        (r#"{"type":"Point","coordinates":7}"#, "/coordinates"),
        (r#"{"type":"Point","coordinates":{"a":1}}"#, "/coordinates"),
        (r#"{"type":"Point","coordinates":[]}"#, "/coordinates"),
        (r#"{"type":"Point","coordinates":[1]}"#, "/coordinates"),
        (
            r#"{"type":"Point","coordinates":[1,"2"]}"#,
            "/coordinates/1",
        ),
        (
            r#"{"type":"Point","coordinates":[1,true]}"#,
            "/coordinates/1",
        ),
        (r#"{"type":"Point","coordinates":[[1,2]]}"#, "/coordinates"),
        (
            r#"{"type":"MultiPoint","coordinates":[1,2]}"#,
            "/coordinates",
        ),
        (
            r#"{"type":"MultiPoint","coordinates":[[1,2],[]]}"#,
            "/coordinates/1",
        ),
        (
            r#"{"type":"MultiPoint","coordinates":[[1,2],3]}"#,
            "/coordinates/1",
        ),
        (
            r#"{"type":"MultiPoint","coordinates":[[1,2],[[3,4]]]}"#,
            "/coordinates/1/0",
        ),
        (
            r#"{"type":"LineString","coordinates":[[1,2]]}"#,
            "/coordinates",
        ),
        (
            r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[1,2]]]}"#,
            "/coordinates/1",
        ),
        (r#"{"type":"GeometryCollection"}"#, "/geometries"),
        (
            r#"{"type":"GeometryCollection","geometries":[]}"#,
            "/geometries",
        ),
        (
            r#"{"type":"Feature","properties":{},"geometry":null}"#,
            "/geometry",
        ),
        (
            r#"{"type":"Feature","properties":{},"geometry":[1,2]}"#,
            "/geometry",
        ),
        (r#"{"type":"Feature","properties":{}}"#, "/geometry"),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}"#,
            "/properties",
        ),
        (r#"{"type":"FeatureCollection"}"#, "/features"),
        (r#"{"type":"FeatureCollection","features":{}}"#, "/features"),
        (r#"{"type":"FeatureCollection","features":[]}"#, "/features"),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Point","coordinates":[1,2]}]}"#,
            "/features/0",
        ),
        (
            r#"{"type":"Point","coordinates":[1,2],"bbox":[0,1,0,0]}"#,
            "/bbox",
        ),
    ];
    for (json, pointer) in invalid {
        assert_eq!(
            found(json),
            [("geojson-invalid", pointer.to_owned())],
            "{json}"
        );
    }
}

#[test]
fn rings_are_held_to_their_rules() {
    for (rings, rule, pointer) in [
        ("[[[0,0],[1,0],[1,1]]]", "geojson-invalid", "/coordinates/0"),
        (
            "[[[0,0],[1,0],[1,1],[0,1]]]",
            "geojson-invalid",
            "/coordinates/0",
        ),
        (
            "[[[0,0,1],[1,0,1],[1,1,1],[0,0,2]]]",
            "geojson-invalid",
            "/coordinates/0",
        ),
        (
            "[[[0,0],[1,1],[1,0],[0,0]]]",
            "geojson-winding",
            "/coordinates/0",
        ),
        (
            "[[[0,0],[9,0],[9,9],[0,0]],[[2,1],[3,1],[3,2],[2,1]]]",
            "geojson-winding",
            "/coordinates/1",
        ),
    ] {
        let json = polygon(rings);
        assert_eq!(found(&json), [(rule, pointer.to_owned())], "{json}");
    }
}

#[test]
fn findings_beyond_those_shown_are_counted() {
    let ring = "[[[0,0],[1,1],[1,0],[0,0]]],";
    let json = format!(r#"{{"coordinates":[{ring}"#);
    let json = json + &ring.repeat(120);
    let json = json.trim_end_matches(',').to_owned() + r#"],"type":"MultiPolygon"}"#;
    let report = check(&json);
    assert_eq!(report.findings().len(), Report::PER_RULE);
    assert_eq!(report.count(Severity::Warning), 121);
}

#[test]
fn no_message_is_longer_for_a_longer_text_in_the_file() {
    let long = "\\u001b[31m".to_owned() + &"x".repeat(10_000);
    for json in [
        format!(r#"{{"type":"{long}"}}"#),
        format!(r#"{{"type":"Point","coordinates":[0,0],"{long}":1,"{long}":2}}"#),
        format!(
            r#"{{"type":"Point","coordinates":[0,0],"crs":{{"type":"name","properties":{{"name":"{long}"}}}}}}"#
        ),
    ] {
        let report = check(&json);
        assert!(!report.is_empty(), "{json}");
        for finding in report.findings() {
            assert!(finding.message.len() < 300, "{}", finding.message);
            assert!(!finding.message.contains('\u{1b}'), "{}", finding.message);
        }
    }
}

#[test]
fn decimal_commas_are_told_and_altitudes_and_measures_are_not() {
    let report = check(r#"{"type":"MultiPoint","coordinates":[[-9,123456,48,75],[1.5,2,0,7]]}"#);
    let [finding] = report.findings() else {
        panic!("{:#?}", report.findings());
    };
    assert_eq!(finding.pointer.as_ref().unwrap().as_str(), "/coordinates/0");
    let help = finding.help.as_deref().unwrap();
    assert!(
        help.starts_with("write decimal points, not commas: `[-9.123456, 48.75]`"),
        "{help}"
    );
}

#[test]
fn a_position_out_of_range_is_told_each_unless_its_geometry_shares_the_fault() {
    let points = |json: &str| found(&format!(r#"{{"type":"MultiPoint","coordinates":{json}}}"#));
    assert_eq!(points("[[1,200],[-180.1,0],[1,2]]").len(), 2);
    assert_eq!(points("[[37,-122],[38,-123],[36,-100]]").len(), 1);
}

#[test]
fn faults_before_a_fault_of_syntax_are_told_too() {
    let json = COLLECTION.replace("38.0], [-122.5, 37.5]]", "39.0]]");
    let json = json.replace("\"properties\": {}", "\"properties\": {");
    let found = found(&json);
    let expected = ["/features/0/geometry/coordinates/0", "-"];
    assert_eq!(
        found
            .iter()
            .map(|(_, pointer)| pointer.as_str())
            .collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn nesting_without_end_is_a_finding() {
    for open in ["[", r#"{"geometry":"#, r#"{"geometries":["#, r#"{"x":"#] {
        let report = check(&format!("{{\"coordinates\":{}", open.repeat(100_000)));
        assert!(
            report.findings()[0]
                .message
                .contains("nested deeper than 127"),
            "{open}"
        );
    }
}

/// What may be written over a part of a document.
fn patch() -> impl Strategy<Value = String> {
    let words: &'static [&str] = &[
        "",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "[]",
        "{}",
        "null",
        "true",
        "1",
        "-181.5",
        "1e400",
        "\"type\"",
        "\"Feature\"",
        "\"coordinates\":",
        "[[0,0],[1,1]]",
        "\\ud800",
        "é",
        "\n",
        "{\"type\":\"Polygon\"}",
        "\"bbox\":[1,2],",
        "\"crs\":\"x\",",
        "\"id\":[],",
    ];
    prop_oneof![
        prop::sample::select(words).prop_map(str::to_owned),
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_bytes_give_a_report(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_geojson_holds(&bytes);
        prop_assert!(check_geojson("map.geojson", &bytes).has_errors());
    }

    #[test]
    fn any_mutation_gives_a_report_whose_places_lie_in_the_file(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, patch()), 1..4)
    ) {
        let mut json = COLLECTION.to_owned();
        for (at, length, text) in edits {
            let mut start = at.index(json.len() + 1);
            while !json.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + length).min(json.len());
            while !json.is_char_boundary(end) {
                end += 1;
            }
            json.replace_range(start..end, &text);
        }
        assert_geojson_holds(json.as_bytes());
    }

    #[test]
    fn each_part_damaged_alone_is_found_or_does_no_harm(
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(&["null", "7", "\"x\"", "[]", "{}", "[null]", "{\"a\":{}}"][..]),
    ) {
        let mut document: serde_json::Value = serde_json::from_str(COLLECTION).unwrap();
        let mut pointers = Vec::new();
        collect(&document, String::new(), &mut pointers);
        let pointer = at.get(&pointers).clone();
        *document.pointer_mut(&pointer).unwrap() = serde_json::from_str(value).unwrap();
        let json = serde_json::to_string_pretty(&document).unwrap();
        assert_geojson_holds(json.as_bytes());
        for finding in check(&json).findings() {
            prop_assert!(finding.place.is_some(), "{}", finding);
        }
    }
}

/// The pointers of all values.
fn collect(value: &serde_json::Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, format!("{pointer}/{index}"), pointers);
            }
        }
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                collect(member, format!("{pointer}/{name}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}
