//! The schema of `site.toml` and what is read from it agree.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::sync::LazyLock;
use std::time::SystemTime;

use cds_site::{Level, Severity, Source, Sources, compile, rules, schema};
use jsonschema::Validator;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = schema::settings();
    jsonschema::draft7::meta::validate(&schema).unwrap();
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
});

/// The errors that are found when the settings are read.
fn by_rules(settings: &str) -> Vec<String> {
    let source = Source {
        path: "site.toml".to_owned(),
        bytes: settings.to_owned().into(),
        modified: SystemTime::UNIX_EPOCH,
    };
    let compiled = compile(&Sources::from_iter([source]), SystemTime::UNIX_EPOCH, None);
    let errors = compiled.report.findings().iter();
    errors
        .filter(|finding| finding.file == "site.toml" && finding.severity == Severity::Error)
        .map(ToString::to_string)
        .collect()
}

fn by_schema(settings: &str) -> Vec<String> {
    let settings = json(toml::Value::Table(toml::from_str(settings).unwrap()));
    let errors = SCHEMA.iter_errors(&settings);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// TOML as editors hold it against schemas: a datetime is a string.
fn json(toml: toml::Value) -> Value {
    match toml {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(datetime) => datetime.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(name, value)| (name, json(value)))
            .collect(),
    }
}

#[test]
fn what_is_refused_when_it_is_read_the_schema_refuses_too() {
    for settings in [
        "max_agee = \"5m\"",
        "max_age = 5",
        "max_age = { secs = 5, nanos = 0 }",
        "moved_to = \"/new\"",
        "moved_to = \"mailto:data@example.org\"",
        "moved_to = [\"https://example.org/a\"]",
        "moved = \"perhaps\"",
        "since = 12:00:00",
        "since = true",
        "former_paths = \"/a\"",
        "hosts = \"a.example\"",
        "hosts = [\"https://a.example/\"]",
        "hosts = [\"a.example:80\"]",
        "hosts = [\"a.example/x\"]",
        "hosts = [\"*.a.example\"]",
        "maintenance = 5",
        "maintenance = \"soon\"",
        "maintenance = 2026-01-31",
        "maintenance = 22:00:00",
        "maintenance = 2026-01-31T22:00:00",
        "former_paths = [\"/a\", \"b\"]",
        "former_paths = [\"/\"]",
        "former_paths = [\"/a b\"]",
        "former_paths = [\"/a?b\"]",
        "former_paths = [\"/a#b\"]",
        "rules = [\"not-https\"]",
        "[rules]\nnot-http = \"off\"",
        "[rules]\nnot-https = \"of\"",
        "[rules]\nmissing-field = \"warning\"",
        "[rules]\ninvalid-url = \"off\"",
    ] {
        assert_ne!(by_rules(settings), [""; 0], "{settings}");
        assert_ne!(by_schema(settings), [""; 0], "{settings}");
    }
}

#[test]
fn a_rule_may_have_just_those_levels_that_the_schema_offers() {
    for rule in rules::all() {
        for level in Level::ALL {
            let settings = format!("[rules]\n{} = \"{}\"", rule.slug, level.as_str());
            let (read, schema) = (by_rules(&settings), by_schema(&settings));
            assert_eq!(read.is_empty(), schema.is_empty(), "{settings}\n{read:?}");
        }
    }
}

fn setting() -> impl Strategy<Value = String> {
    prop_oneof![
        "max_age = \"[1-9][0-9]{0,3}(ms|s|m|min|h|days)( [1-9]s)?\"",
        "moved_to = \"(https|http|HTTP)://([a-z]{1,5}@)?[a-z]{1,9}(\\.[a-z]{2,3})?(:[1-9][0-9]{0,3})?(/[a-z.-]{0,9}){0,3}(\\?[a-z=&/]{0,9})?(#[a-z]{0,3})?\"",
        "moved_to = \"https://\\[2001:db8::[1-9a-f]\\]/[a-z]{0,9}\"",
        "moved = \"(permanent|temporary)\"",
        "since = 20[0-9]{2}-0[1-9]-(1[0-9]|2[0-8])(T[01][0-9]:[0-5][0-9]:[0-5][0-9](Z|\\+02:00)?)?",
        "former_paths = \\[(\"/[a-zA-Z0-9.%~!$&'()*+,;=:@/_-]{1,9}\",){0,3}\\]",
        "hosts = \\[(\"([a-zA-Z0-9_]{1,9}\\.){0,3}[a-z]{2,3}\",|\"\\[[0-9a-f]{1,4}::[0-9a-f]{1,4}\\]\",){0,3}\\]",
        "maintenance = (true|false|20[0-9]{2}-0[1-9]-(1[0-9]|2[0-8])[Tt ][01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?([Zz]|[+-]0[0-9]:[0-5][0-9]))",
        "rules = \\{ (not-https = \"(off|info|warning|error)\")? \\}",
        "# [a-z ]{0,9}",
    ]
}

proptest! {
    #[test]
    fn what_can_be_read_the_schema_accepts(settings in vec(setting(), 0..6)) {
        let mut settings = settings;
        settings.sort();
        settings.dedup_by_key(|setting| setting.split(' ').next().map(str::to_owned));
        let settings = settings.join("\n");
        prop_assert_eq!(by_rules(&settings), [""; 0], "{}", settings);
        prop_assert_eq!(by_schema(&settings), [""; 0], "{}", settings);
    }
}
