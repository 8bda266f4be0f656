//! SARIF 2.1.0, the format that code scanning services read.

use std::collections::{BTreeMap, HashMap};

use cds_metadata::{Finding, Place, Rule, Severity};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location, LogicalLocation, Message,
    MultiformatMessageString, PhysicalLocation, Region, ReportingConfiguration,
    ReportingDescriptor, Result as Row, ResultLevel, Run, SCHEMA_URL, Sarif, Tool, ToolComponent,
};

use super::fingerprint::Fingerprints;
use super::results::{Item, Omitted, Results};
use super::visible::escape_in_json;
use crate::rules;

/// The whole log, with a line break at its end.
pub(super) fn render(results: &Results) -> String {
    let rules: Vec<&'static Rule> = rules::all();
    let index: HashMap<&str, i64> = (0..)
        .zip(&rules)
        .map(|(at, rule)| (rule.slug, at))
        .collect();
    let mut fingerprints = Fingerprints::default();
    let rows: Vec<Row> = results
        .items()
        .into_iter()
        .map(|item| match item {
            Item::Finding(finding) => row_of_finding(finding, &index, &mut fingerprints),
            Item::Omitted(omitted) => row_of_omitted(omitted, &index),
        })
        .collect();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver(&rules)).build())
        .column_kind("unicodeCodePoints")
        .results(rows)
        .build();
    let log = Sarif::builder()
        .schema(SCHEMA_URL)
        .version("2.1.0")
        .runs(vec![run])
        .build();
    // The types hold nothing that JSON can't say.
    let json = serde_json::to_string_pretty(&log).unwrap_or_default();
    format!("{}\n", escape_in_json(&json))
}

fn driver(rules: &[&'static Rule]) -> ToolComponent {
    let rules: Vec<ReportingDescriptor> = rules.iter().map(|rule| descriptor(rule)).collect();
    ToolComponent::builder()
        .name("cds-proxy")
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .build()
}

fn descriptor(rule: &'static Rule) -> ReportingDescriptor {
    let page = rule.page();
    let summary = rule.summary();
    ReportingDescriptor::builder()
        .id(rule.slug)
        .short_description(MultiformatMessageString::builder().text(summary).build())
        .help(
            MultiformatMessageString::builder()
                .text(page.clone())
                .markdown(page)
                .build(),
        )
        .default_configuration(
            ReportingConfiguration::builder()
                .level(level_name(rule.severity))
                .build(),
        )
        .build()
}

fn row_of_finding(
    finding: &Finding,
    index: &HashMap<&str, i64>,
    fingerprints: &mut Fingerprints,
) -> Row {
    let text = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    let fingerprint = BTreeMap::from([(FINGERPRINT.to_owned(), fingerprints.of(finding))]);
    let mut row = Row::builder()
        .rule_id(finding.rule.slug)
        .level(level(finding.severity))
        .message(Message::builder().text(text).build())
        .locations(vec![location(finding)])
        .partial_fingerprints(fingerprint)
        .build();
    row.rule_index = index.get(finding.rule.slug).copied();
    row
}

fn row_of_omitted(omitted: &Omitted, index: &HashMap<&str, i64>) -> Row {
    let mut row = Row::builder()
        .rule_id(omitted.rule.slug)
        .level(level(omitted.severity))
        .message(Message::builder().text(omitted.message()).build())
        .locations(vec![
            Location::builder()
                .physical_location(file(&omitted.file))
                .build(),
        ])
        .build();
    row.rule_index = index.get(omitted.rule.slug).copied();
    row.occurrence_count = i64::try_from(omitted.count).ok();
    row
}

fn location(finding: &Finding) -> Location {
    let mut physical = file(&finding.file);
    physical.region = finding.place.as_ref().map(region);
    physical.context_region = finding.place.as_ref().map(context);
    let mut location = Location::builder().physical_location(physical).build();
    location.logical_locations = finding.pointer.as_ref().map(|pointer| {
        vec![
            LogicalLocation::builder()
                .fully_qualified_name(pointer.as_str())
                .build(),
        ]
    });
    location
}

fn file(path: &str) -> PhysicalLocation {
    let artifact = ArtifactLocation::builder().uri(uri_reference(path)).build();
    PhysicalLocation::builder()
        .artifact_location(artifact)
        .build()
}

/// The characters that the finding is about (SARIF 2.1.0 §3.30.13).
fn region(place: &Place) -> Region {
    let excerpt = &place.excerpt;
    let marked = excerpt.text.get(excerpt.mark.clone()).unwrap_or_default();
    let mut region = Region::builder().snippet(content(marked)).build();
    region.start_line = number(place.line);
    region.start_column = number(place.column);
    // Exclusive, so it may be one past the end of the line.
    region.end_column = number(place.column + marked.chars().count());
    region
}

/// The line around them, or as much as there is of a long one (§3.29.5).
fn context(place: &Place) -> Region {
    let excerpt = &place.excerpt;
    let before = excerpt.text.get(..excerpt.mark.start).unwrap_or_default();
    let start = place.column.saturating_sub(before.chars().count());
    let mut region = Region::builder().snippet(content(&excerpt.text)).build();
    region.start_line = number(place.line);
    region.start_column = number(start);
    region.end_column = number(start + excerpt.text.chars().count());
    region
}

fn content(text: &str) -> ArtifactContent {
    ArtifactContent::builder().text(text).build()
}

/// Lines and columns of SARIF begin with 1.
fn number(value: usize) -> Option<i64> {
    i64::try_from(value.max(1)).ok()
}

/// The path as a URI reference (RFC 3986 §4.1): relative to where the program was started, or
/// with the scheme `file`.
fn uri_reference(path: &str) -> String {
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    let escaped = iri_string::percent_encode::PercentEncodedForUri::from_path(&*path).to_string();
    if path.starts_with('/') {
        return format!("file://{escaped}");
    }
    // A colon in the first segment would make a scheme of what is before it (§4.2).
    escaped.replace(':', "%3A")
}

const fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Info => ResultLevel::Note,
    }
}

const fn level_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// The name of our fingerprint and its version: another way to count gets another number.
const FINGERPRINT: &str = "ruleAndText/v1";

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::fixtures;

    fn log(results: &Results) -> Value {
        serde_json::from_str(&render(results)).unwrap()
    }

    #[test]
    fn every_shape_of_finding_fits_the_schema() {
        let schema = include_str!("../../tests/data/sarif-2.1.0.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let mut broken = log(&fixtures::results());
        for results in [fixtures::results(), fixtures::crowded(60), Results::new()] {
            let errors: Vec<_> = validator
                .iter_errors(&log(&results))
                .map(|error| error.to_string())
                .collect();
            assert_eq!(errors, Vec::<String>::new());
        }
        // The schema does say no when there is something wrong.
        broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] =
            0.into();
        assert!(!validator.is_valid(&broken));
    }

    #[test]
    fn all_rules_are_listed_with_their_pages() {
        let log = log(&Results::new());
        let rules = log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(rules.len(), rules::all().len());
        for rule in rules {
            let page = rule["help"]["markdown"].as_str().unwrap();
            assert!(page.starts_with("## What it checks\n"), "{page}");
        }
    }

    #[test]
    fn a_result_points_to_its_rule_and_its_place() {
        let log = log(&fixtures::results());
        let (rules, results) = (
            &log["runs"][0]["tool"]["driver"]["rules"],
            &log["runs"][0]["results"],
        );
        let result = &results[0];
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], "unknown-value");
        let region = &result["locations"][0]["physicalLocation"]["region"];
        // From the opening quotation mark to one past the closing one.
        assert_eq!(
            (&region["startColumn"], &region["endColumn"]),
            (&11.into(), &25.into())
        );
        assert_eq!(region["snippet"]["text"], "\"autoritative\"");
        let context = &result["locations"][0]["physicalLocation"]["contextRegion"];
        let line = context["snippet"]["text"].as_str().unwrap();
        assert!(line.contains("\"autoritative\""), "{line}");
        assert_eq!(context["startColumn"], 1);
        let pointer = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
        assert_eq!(pointer, "/coverage_entries/3/role");
    }

    #[test]
    fn what_was_left_out_is_a_result_with_a_count() {
        let log = log(&fixtures::crowded(cds_metadata::Report::PER_RULE + 1_234));
        let last = log["runs"][0]["results"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(last["occurrenceCount"], 1_234);
        assert!(last["locations"][0]["physicalLocation"]["region"].is_null());
    }

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri_reference("cds/site.toml"), "cds/site.toml");
        assert_eq!(uri_reference("a:b/ä #1.json"), "a%3Ab/%C3%A4%20%231.json");
        assert_eq!(
            uri_reference("/srv/cds/a b.json"),
            "file:///srv/cds/a%20b.json"
        );
        assert_eq!(uri_reference("<stdin>"), "%3Cstdin%3E");
    }
}
