//! Documents that carry a version, so that a mix of two is seen.

/// The metadata object of a version.
pub fn metadata(version: &str) -> String {
    metadata_with(version, r#""coverage""#)
}

/// The metadata object of a version with these capabilities, which are a list of JSON strings.
pub fn metadata_with(version: &str, capabilities: &str) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "{version}",
  "description": "A fictional utility.",
  "website": "https://demoutility.com/data-access",
  "documentation": "https://demoutility.com/data-access/docs",
  "support": "https://demoutility.com/contact-us",
  "capabilities": [{capabilities}],
  "coverage": "https://demoutility.com/cds-coverage.json"
}}
"#
    )
}

/// The coverage listing of a version.
pub fn coverage(version: &str) -> String {
    format!(
        r#"{{"coverage_entries": [{}], "next": null, "previous": null}}"#,
        entry("west", version, "")
    )
}

/// A coverage entry of a version with these capabilities.
pub fn entry(id: &str, version: &str, capabilities: &str) -> String {
    format!(
        r#"{{
    "id": "{id}",
    "created": "2022-06-01T00:00:00Z",
    "updated": "2022-06-01T00:00:00Z",
    "entity_name": "Demo Gas & Electric",
    "entity_abbreviation": null,
    "country": "US",
    "name": "{version}",
    "description": "The western half.",
    "type": "geographic",
    "role": "official",
    "infrastructure_types": ["distribution_utility"],
    "commodity_types": ["electricity"],
    "capabilities": [{capabilities}],
    "map_resource": "https://demoutility.com/maps/west.svg",
    "map_content_type": "image/svg+xml",
    "geojson_resource": "https://demoutility.com/maps/west.json"
  }}"#
    )
}

/// A map of a version, some kilobytes long: nothing checks it but its standing still.
pub fn map(version: &str) -> String {
    let line = format!("<!-- {version} -->\n");
    format!("<svg>\n{}</svg>\n", line.repeat(400))
}

/// The version that a body as a whole has; `broken` when it isn't whole.
pub fn version_of(path: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if path.ends_with(".svg") {
        let version = text.split_ascii_whitespace().nth(2).unwrap_or("?");
        return if text == map(version) {
            version.to_owned()
        } else {
            "broken".to_owned()
        };
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return "broken".to_owned();
    };
    let name = value
        .pointer("/name")
        .or_else(|| value.pointer("/coverage_entries/0/name"));
    name.and_then(serde_json::Value::as_str)
        .unwrap_or("broken")
        .to_owned()
}
