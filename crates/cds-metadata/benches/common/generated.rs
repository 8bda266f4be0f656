//! Generated coverage listings, and what a program that only wants to read one would write.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "each benchmark takes its own part, and reads what it takes"
)]

use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

/// What a program that only wants to read the listing would write.
#[derive(Deserialize)]
pub(crate) struct Listing {
    pub(crate) coverage_entries: Vec<Entry>,
    next: Option<String>,
    previous: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Entry {
    id: String,
    created: String,
    updated: String,
    entity_name: String,
    entity_abbreviation: Option<String>,
    country: String,
    name: String,
    description: Option<String>,
    r#type: String,
    role: String,
    infrastructure_types: Vec<String>,
    commodity_types: Vec<String>,
    capabilities: Vec<String>,
    map_resource: Option<String>,
    map_content_type: Option<String>,
    geojson_resource: Option<String>,
}

/// A listing of so many entries, each with a fault or none.
pub(crate) fn generate(entries: usize, faulty: bool) -> Vec<u8> {
    let mut json = String::from("{\n \"coverage_entries\": [\n");
    let country = if faulty { "USA" } else { "US" };
    for number in 0..entries {
        let separator = if number == 0 { "" } else { ",\n" };
        write!(
            json,
            r#"{separator}  {{
   "id": "utility-{number}",
   "created": "2022-{month:02}-{day:02}T05:30:16Z",
   "updated": "2024-{month:02}-{day:02}T04:46:24.000000Z",
   "entity_name": "Utility Number {number}",
   "entity_abbreviation": "U{number}",
   "country": "{country}",
   "name": "Service territory {number}",
   "description": "The territory in which utility number {number} delivers electricity.",
   "type": "geographic",
   "role": "aggregator",
   "infrastructure_types": ["distribution_utility", "metering_provider", "supplier"],
   "commodity_types": ["electricity"],
   "capabilities": ["oauth"],
   "geojson_resource": "https://static.example.org/territories/{number}.json"
  }}"#,
            month = number % 12 + 1,
            day = number % 28 + 1,
        )
        .unwrap();
    }
    json.push_str("\n ],\n \"next\": null,\n \"previous\": null\n}\n");
    json.into_bytes()
}

/// The peak of this process's memory in KiB, from Linux.
pub(crate) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
