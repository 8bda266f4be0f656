//! The files of a starter site.

use std::time::SystemTime;

use serde::Serialize;

use super::answers::Answers;

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// The name inside the site directory.
    pub(super) name: &'static str,
    pub(super) content: String,
}

/// The settings' name inside the site directory.
pub(super) const SETTINGS: &str = "site.toml";

/// The names of all files.
pub(super) const NAMES: [&str; 3] = ["cds-server-metadata.json", "cds-coverage.json", SETTINGS];

/// The files of a site that says what was answered.
pub(super) fn files(answers: &Answers, now: SystemTime) -> anyhow::Result<[File; 3]> {
    let now = humantime::format_rfc3339_seconds(now).to_string();
    let [metadata, coverage, settings] = NAMES;
    Ok([
        File {
            name: metadata,
            content: json(&metadata_object(answers, &now))?,
        },
        File {
            name: coverage,
            content: json(&coverage_listing(answers, &now))?,
        },
        File {
            name: settings,
            content: SITE_TOML.to_owned(),
        },
    ])
}

fn metadata_object<'a>(answers: &'a Answers, now: &'a str) -> MetadataObject<'a> {
    let domain = &answers.domain;
    MetadataObject {
        cds_metadata_version: "v1",
        cds_metadata_url: format!("https://{domain}/.well-known/cds-server-metadata.json"),
        created: now,
        updated: now,
        name: &answers.name,
        description: &answers.description,
        website: &answers.website,
        documentation: &answers.documentation,
        support: &answers.support,
        capabilities: ["coverage"],
        coverage: format!("https://{domain}/cds-coverage.json"),
    }
}

fn coverage_listing<'a>(answers: &'a Answers, now: &'a str) -> CoverageListing<'a> {
    let entry = CoverageEntry {
        id: format!(
            "{}_{}",
            answers.domain.replace(['.', '-'], "_"),
            answers.commodity
        ),
        created: now,
        updated: now,
        entity_name: &answers.name,
        entity_abbreviation: None,
        country: &answers.country,
        name: format!("{} customers", answers.name),
        description: format!("All customers of {}.", answers.name),
        // A territory needs a map or GeoJSON, which a beginner doesn't have at hand.
        entry_type: "logical",
        role: "official",
        infrastructure_types: ["distribution_utility"],
        commodity_types: [&answers.commodity],
        capabilities: [],
    };
    CoverageListing {
        coverage_entries: [entry],
        next: None,
        previous: None,
    }
}

fn json(document: &impl Serialize) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}

/// CDS-WG1-01 §3.2, in its order.
#[derive(Serialize)]
struct MetadataObject<'a> {
    cds_metadata_version: &'static str,
    cds_metadata_url: String,
    created: &'a str,
    updated: &'a str,
    name: &'a str,
    description: &'a str,
    website: &'a str,
    documentation: &'a str,
    support: &'a str,
    capabilities: [&'static str; 1],
    coverage: String,
}

/// CDS-WG1-01 §4.1
#[derive(Serialize)]
struct CoverageListing<'a> {
    coverage_entries: [CoverageEntry<'a>; 1],
    next: Option<&'static str>,
    previous: Option<&'static str>,
}

/// CDS-WG1-01 §4.3, in its order.
#[derive(Serialize)]
struct CoverageEntry<'a> {
    id: String,
    created: &'a str,
    updated: &'a str,
    entity_name: &'a str,
    entity_abbreviation: Option<&'static str>,
    country: &'a str,
    name: String,
    description: String,
    #[serde(rename = "type")]
    entry_type: &'static str,
    role: &'static str,
    infrastructure_types: [&'static str; 1],
    commodity_types: [&'a str; 1],
    capabilities: [&'static str; 0],
}

const SITE_TOML: &str = r#"# Settings of this site. All of them have defaults, so this file may be left out.

# How long Clients and caches use an answer before they ask again ("30s", "5m", "1h").
# Five minutes spare the server nearly all repeated requests, and a correction still reaches
# everyone while whoever made it is watching.
max_age = "5m"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_the_order_of_the_specification() {
        let page = || "https://demo-utility.example/".to_owned();
        let answers = Answers {
            name: "Demo \"Gas\" & Electric".to_owned(),
            domain: "demo-utility.example".to_owned(),
            country: "US".to_owned(),
            commodity: "electricity".to_owned(),
            description: "A fictional utility.".to_owned(),
            website: page(),
            documentation: page(),
            support: page(),
        };
        let files = files(&answers, SystemTime::UNIX_EPOCH).unwrap();
        let shown = files
            .map(|file| format!("== {}\n{}", file.name, file.content))
            .concat();
        insta::assert_snapshot!(shown);
    }
}
