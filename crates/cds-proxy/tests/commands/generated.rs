//! Files of the repository that the program prints are what it prints now.

use std::fs;
use std::path::Path;

use crate::program::Place;

#[test]
fn the_schemas_are_current() {
    for (kind, file) in [
        ("metadata", "schemas/cds-server-metadata.schema.json"),
        ("coverage", "schemas/cds-coverage.schema.json"),
        ("settings", "schemas/site.schema.json"),
        ("config", "schemas/cds-proxy.schema.json"),
    ] {
        is_current(&["schema", kind], file);
    }
}

#[test]
fn the_rules_are_current() {
    is_current(&["rules", "--markdown"], "docs/rules.md");
}

#[test]
fn the_reference_of_the_configuration_is_current() {
    is_current(&["reference"], "docs/configuration.md");
}

#[test]
fn the_readme_has_every_rule() {
    let printed = Place::empty().run(&["rules"]);
    let rules: Vec<_> = printed
        .stdout
        .lines()
        .filter_map(|line| line.split_once(" (")?.0.split_once(' '))
        .filter(|(severity, _)| !severity.is_empty())
        .map(|(severity, slug)| (severity, slug.trim()))
        .collect();
    let row = |severity: &str, what: &str| {
        let slugs = rules.iter().filter(|(of, _)| *of == severity);
        let links: Vec<_> = slugs
            .map(|(_, slug)| format!("[`{slug}`](docs/rules.md#{slug})"))
            .collect();
        assert!(!links.is_empty(), "{severity}");
        format!("| {what} | {} |\n", links.join(", "))
    };
    let table = [
        "| | rules |\n| --- | --- |\n",
        &row("error", "error: is not published"),
        &row("warning", "warning: Clients may stumble"),
        &row("info", "advice"),
    ];
    let readme = read("README.md");
    let table = table.concat();
    assert!(
        readme.contains(&table),
        "README.md lacks this table:\n\n{table}"
    );
}

fn read(file: &str) -> String {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(top.join(file)).unwrap_or_default()
}

#[track_caller]
fn is_current(args: &[&str], file: &str) {
    let printed = Place::empty().run(args);
    assert_eq!((printed.code, &*printed.stderr), (Some(0), ""));
    let kept = read(file);
    let command = args.join(" ");
    assert!(
        kept == printed.stdout,
        "{file} is out of date; write it anew:\n\n    \
         cargo run -p cds-proxy -- {command} > {file}\n"
    );
}

#[test]
fn what_there_is_no_schema_of_is_told_with_what_there_is() {
    let ended = Place::empty().run(&["schema", "site"]);
    assert_eq!(ended.code, Some(2));
    for kind in ["metadata", "coverage", "settings", "config"] {
        assert!(ended.stderr.contains(kind), "{}", ended.stderr);
    }
}
