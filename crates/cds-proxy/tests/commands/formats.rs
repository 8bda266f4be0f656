//! What each format looks like for a site with faults.

use serde_json::Value;

use crate::program::Place;

fn faulty_site() -> Place {
    let place = Place::with_site();
    place.edit("cds/cds-coverage.json", "\"supplier\"", "\"suplier\"");
    place.edit("cds/cds-coverage.json", "\"dge_gas\"", "\"dge_elec_west\"");
    place.edit("cds/site.toml", "max_age", "max_aeg");
    place
}

#[test]
fn json_is_an_array_with_every_member_in_every_object() {
    let ended = faulty_site().run(&["check", "cds", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    let findings: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(findings.len(), 3);
    for finding in findings {
        let mut members: Vec<_> = finding.keys().map(String::as_str).collect();
        members.sort_unstable();
        let expected = [
            "column", "file", "help", "line", "message", "pointer", "rule", "severity", "spec",
        ];
        assert_eq!(members, expected);
    }
}

#[test]
fn sarif_fits_its_schema() {
    let ended = faulty_site().run(&["check", "cds", "--format", "sarif"]);
    assert_eq!(ended.code, Some(1));
    let log: Value = serde_json::from_str(&ended.stdout).unwrap();
    let schema = include_str!("../data/sarif-2.1.0.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&log)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 3);
}

#[test]
fn github_gets_a_command_per_finding() {
    let ended = faulty_site().run(&["check", "cds", "--format", "github"]);
    assert_eq!(ended.code, Some(1));
    let starts: Vec<_> = ended
        .stdout
        .lines()
        .filter_map(|line| line.split("::").nth(1))
        .collect();
    assert_eq!(
        starts,
        [
            "error file=cds/cds-coverage.json,line=20,col=13,title=duplicate-id",
            "warning file=cds/cds-coverage.json,line=29,col=32,title=unknown-value",
            "error file=cds/site.toml,line=1,col=1,title=settings-invalid",
        ]
    );
}

#[test]
fn a_good_site_is_nothing_to_report_in_any_format() {
    let place = Place::with_site();
    assert_eq!(
        place.run(&["check", "cds", "--format", "json"]).stdout,
        "[]\n"
    );
    assert_eq!(
        place.run(&["check", "cds", "--format", "github"]).stdout,
        ""
    );
    let sarif = place.run(&["check", "cds", "--format", "sarif"]).stdout;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
}
