//! `check`: paths, exit codes, the report file.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::program::Place;

const METADATA: &str = "cds/cds-server-metadata.json";

fn with_warning() -> Place {
    let place = Place::with_site();
    place.edit("cds/cds-coverage.json", "\"supplier\"", "\"suplier\"");
    place
}

fn with_error() -> Place {
    let place = Place::with_site();
    place.edit(METADATA, "  \"name\": \"Demo Gas & Electric\",\n", "");
    place
}

#[test]
fn a_good_site_is_exit_code_0() {
    let ended = Place::with_site().run(&["check", "cds"]);
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(0), "no problems in 5 files\n")
    );
    assert_eq!(ended.stderr, "");
}

#[test]
fn an_error_is_exit_code_1_and_names_a_path_that_opens() {
    let ended = with_error().run(&["check", "./cds/"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .stdout
            .contains("error[missing-field]: the field `name` is missing")
    );
    assert!(
        ended
            .stdout
            .contains("--> ./cds/cds-server-metadata.json:1:1\n"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_warning_is_exit_code_1_only_if_warnings_are_denied() {
    let place = with_warning();
    let ended = place.run(&["check", "cds"]);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stdout.ends_with("1 warning in 1 file\n"),
        "{}",
        ended.stdout
    );
    assert_eq!(
        place.run(&["check", "cds", "--deny-warnings"]).code,
        Some(1)
    );
}

#[test]
fn what_is_not_there_is_exit_code_2_and_the_rest_is_checked_all_the_same() {
    let place = with_error();
    let ended = place.run(&["check", "gone", "cds"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr,
        "error: gone: there is no such file or directory\n"
    );
    assert!(
        ended.stdout.ends_with("1 error in 1 file\n"),
        "{}",
        ended.stdout
    );
    let ended = place.run(&["check", "gone"]);
    assert_eq!((ended.code, &*ended.stdout), (Some(2), ""));
}

#[test]
fn where_nothing_could_be_checked_nothing_is_said_to_be_good() {
    let place = Place::with_site();
    let paths = [&["gone"][..], &["gone", "gone"], &["gone", "./gone"]];
    for paths in paths {
        let args = [&["check", "--report", "report.txt"], paths].concat();
        let ended = place.run(&args);
        assert_eq!((ended.code, &*ended.stdout), (Some(2), ""), "{paths:?}");
        assert_eq!(place.names("."), ["cds"]);
    }
}

#[test]
fn a_path_is_checked_once_however_it_is_spelled() {
    let ended = with_error().run(&["check", "cds", "./cds", "cds/"]);
    let end = ended.stdout.ends_with("1 error in 1 file\n");
    assert!(end, "{}", ended.stdout);
}

#[test]
fn wrong_flags_are_exit_code_2() {
    let place = Place::with_site();
    for args in [
        &["check"][..],
        &["check", "cds", "--format", "xml"],
        &["check", "cds", "--now", "tomorrow"],
        &["check", "cds", "--color", "blue"],
    ] {
        let ended = place.run(args);
        assert_eq!(ended.code, Some(2), "{args:?}");
        assert!(
            ended.stderr.starts_with("error: "),
            "{args:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn several_paths_are_one_report() {
    let place = with_warning();
    place.edit(METADATA, "\"v1\"", "1");
    place.write("single.json", "[]");
    let ended = place.run(&["check", "cds", "single.json", "single.json"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stdout.ends_with("1 error, 1 warning in 2 files\n"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_document_is_known_by_its_content() {
    let place = Place::with_site();
    for (content, rule) in [
        ("{}", "missing-field"),
        ("{\"coverage_entries\": 1}", "wrong-type"),
        ("[{\"id\": 1}]", "wrong-type"),
        ("not JSON", "json-syntax"),
        ("", "json-syntax"),
    ] {
        let ended = place.run_with_input(&["check", "-", "--format=json"], content);
        assert_eq!(ended.code, Some(1), "{content}");
        let findings: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(findings[0]["file"], "<stdin>");
        let rules: Vec<_> = findings
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["rule"])
            .collect();
        assert!(rules.iter().any(|it| **it == rule), "{content}: {rules:?}");
    }
    for name in ["cds-server-metadata.json", "cds-coverage.json"] {
        let content = place.read(&format!("cds/{name}"));
        assert_eq!(
            place.run_with_input(&["check", "-"], content).code,
            Some(0),
            "{name}"
        );
        assert_eq!(
            place.run(&["check", &format!("cds/{name}")]).code,
            Some(0),
            "{name}"
        );
    }
}

#[test]
fn bad_bytes_are_findings_and_never_a_panic() {
    let place = Place::empty();
    let deep = "[".repeat(100_000);
    let inputs: [&[u8]; 6] = [
        b"\xff\xfe{\0}\0",
        b"\xef\xbb\xbf{}",
        b"{\"\x80\": 1}",
        b"\0",
        b"\"\\ud800\"",
        deep.as_bytes(),
    ];
    for input in inputs {
        let ended = place.run_with_input(&["check", "-"], input);
        assert_eq!(ended.code, Some(1), "{:?}", ended.stderr);
        assert!(
            ended.stdout.contains("error[json-syntax]"),
            "{}",
            ended.stdout
        );
    }
}

#[test]
fn a_directory_that_is_no_site_says_what_was_expected() {
    let place = Place::with_site();
    fs::create_dir(place.path("empty")).unwrap();
    let ended = place.run(&["check", "empty"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("no cds-server-metadata.json here"),
        "{}",
        ended.stderr
    );
    // Beside a site, it is one of several that lacks everything.
    let ended = place.run(&["check", ".", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    let missing = "empty/cds-server-metadata.json".to_owned();
    assert_eq!(rows(&ended), [("file-unreadable".to_owned(), missing)]);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_refused_and_not_waited_for() {
    let place = Place::with_site();
    let made = Command::new("mkfifo")
        .arg(place.path("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    let ended = place.run(&["check", "pipe"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("a named pipe, not a file"),
        "{}",
        ended.stderr
    );

    fs::rename(place.path("pipe"), place.path(METADATA)).unwrap();
    let ended = place.run(&["check", "cds"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stdout.contains("error[file-unreadable]"),
        "{}",
        ended.stdout
    );
}

#[test]
fn the_time_to_go_by_can_be_given() {
    let place = Place::with_site();
    let at = |now: &str| place.run(&["check", "cds", "--now", now]).stdout;
    assert!(at("2022-05-31T23:59:59Z").contains("warning[updated-in-future]"));
    assert_eq!(at("2022-06-01T00:00:00Z"), "no problems in 5 files\n");
    let document = ["check", METADATA, "--now", "2022-05-31T23:59:59Z"];
    assert!(
        place
            .run(&document)
            .stdout
            .contains("warning[updated-in-future]")
    );
}

#[test]
fn the_report_file_has_the_findings_as_json() {
    let place = with_error();
    let ended = place.run(&["check", "cds", "--report", "report.json"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.ends_with("1 error in 1 file\n"));
    let printed = place.run(&["check", "cds", "--format", "json"]).stdout;
    assert_eq!(place.read("report.json"), printed);
    assert_eq!(place.names("."), ["cds", "report.json"]);

    let ended = place.run(&["check", "cds", "--report", "gone/report.json"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("can't be written to gone/report.json"),
        "{}",
        ended.stderr
    );
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let place = with_error();
    assert!(!place.run(&["check", "cds"]).stdout.contains('\x1b'));
    assert!(
        place
            .run(&["check", "cds", "--color=always"])
            .stdout
            .contains("\x1b[")
    );
}

#[test]
fn escape_sequences_in_documents_never_reach_the_terminal() {
    let place = Place::with_site();
    let rude = "\"role\": \"\u{9b}31m\u{202e}\x7f\"";
    place.edit("cds/cds-coverage.json", "\"role\": \"official\"", rude);
    place.edit(METADATA, "\"v1\"", "\"\x1b[2J\"");
    for format in ["human", "json", "sarif", "github"] {
        let ended = place.run(&["check", "cds", "--format", format]);
        assert_eq!(ended.code, Some(1));
        let steers = |character: char| {
            character != '\n' && (character.is_control() || character == '\u{202e}')
        };
        assert!(
            !ended.stdout.contains(steers),
            "{format}: {:?}",
            ended.stdout
        );
    }
}

#[test]
fn a_configuration_is_checked_with_the_site_that_it_names() {
    let place = with_warning();
    fs::create_dir(place.path("etc")).unwrap();
    place.write("etc/cds-proxy.toml", "[site]\ndir = \"../cds\"\n");
    let ended = place.run(&["check", "etc/cds-proxy.toml", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let rows: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(rows[0]["rule"], "unknown-value");
    assert_eq!(rows[0]["file"], "etc/../cds/cds-coverage.json");

    place.write(
        "etc/cds-proxy.toml",
        "[site]\ndir = \"cds\"\nstrikt = true\n",
    );
    let ended = place.run(&["check", "etc/cds-proxy.toml", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    let rows: Value = serde_json::from_str(&ended.stdout).unwrap();
    let told = |index: usize| {
        let row = &rows[index];
        (
            row["rule"].as_str(),
            row["line"].as_u64(),
            row["column"].as_u64(),
        )
    };
    assert_eq!(
        told(0),
        (Some("config-invalid"), Some(2), Some(7)),
        "{rows}"
    );
    assert_eq!(
        told(1),
        (Some("config-invalid"), Some(3), Some(1)),
        "{rows}"
    );
}

#[test]
fn the_limits_of_a_configuration_hold_for_the_check_of_its_site() {
    let place = Place::with_site();
    let config = "site.dir = \"cds\"\nlimits.max-document-size = \"100B\"\n";
    place.write("cds-proxy.toml", config);
    let ended = place.run(&["check", "cds-proxy.toml"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("file-unreadable"), "{}", ended.stdout);
}

/// The site in `cds` as several: `a` and `b`, which say the same of themselves.
fn with_sites() -> Place {
    let place = Place::with_site();
    fs::create_dir(place.path("sites")).unwrap();
    for name in ["sites/a", "sites/b"] {
        place.copy_site("cds", name);
    }
    place.write("sites/README.md", "These are ours.");
    place
}

fn rows(ended: &crate::program::Ended) -> Vec<(String, String)> {
    let rows: Value = serde_json::from_str(&ended.stdout).unwrap();
    let rows = rows.as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.map(|row| (text(&row["rule"]), text(&row["file"])))
        .collect()
}

fn errors(rows: &[(String, String)], rule: &str) -> Vec<String> {
    let of_rule = rows.iter().filter(|(of, _)| of == rule);
    of_rule.map(|(_, file)| file.clone()).collect()
}

#[test]
fn of_a_directory_of_sites_each_is_checked_and_what_two_of_them_claim() {
    let place = with_sites();
    let ended = place.run(&["check", "sites", "--format", "json"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let found = rows(&ended);
    let conflicts = errors(&found, "route-conflict");
    assert_eq!(
        conflicts, ["sites/b/cds-server-metadata.json"; 2],
        "{found:?}"
    );

    // The same from a configuration that names it.
    place.write("cds-proxy.toml", "site.sites = \"sites\"\n");
    let ended = place.run(&["check", "cds-proxy.toml", "--format", "json"]);
    assert_eq!(
        errors(&rows(&ended), "route-conflict").len(),
        2,
        "{ended:?}"
    );

    let metadata = place.read("sites/b/cds-server-metadata.json");
    let other = metadata.replace("://demoutility.com", "://b.example");
    assert_ne!(metadata, other);
    place.write("sites/b/cds-server-metadata.json", other);
    let ended = place.run(&["check", "sites", "--format", "json"]);
    assert_eq!(
        errors(&rows(&ended), "route-conflict"),
        [""; 0],
        "{ended:?}"
    );

    let ended = place.run(&["check", "sites", "--bind", "directory", "--format", "json"]);
    let foreign = errors(&rows(&ended), "host-not-allowed");
    assert_eq!(foreign.len(), 4, "{ended:?}");
    place.write(
        "cds-proxy.toml",
        "[site]\nsites = \"sites\"\nbind = \"directory\"\n",
    );
    let ended = place.run(&["check", "cds-proxy.toml", "--format", "json"]);
    assert_eq!(errors(&rows(&ended), "host-not-allowed"), foreign);
}

#[test]
fn a_configuration_that_takes_one_for_the_other_is_told_so() {
    let place = with_sites();
    for (config, told) in [
        ("site.sites = \"cds\"\n", "this is a site itself"),
        ("site.dir = \"sites\"\n", "this is a directory of sites"),
        ("site.sites = \"cds/site.toml\"\n", "this is a file"),
        (
            "site = { dir = \"cds\", sites = \"sites\" }\n",
            "both a site and a directory",
        ),
        (
            "site = { dir = \"cds\", bind = \"directory\" }\n",
            "`bind` is for a directory of sites",
        ),
    ] {
        place.write("cds-proxy.toml", config);
        let ended = place.run(&["check", "cds-proxy.toml"]);
        assert_eq!(ended.code, Some(1), "{config}: {ended:?}");
        assert!(ended.stdout.contains(told), "{config}: {}", ended.stdout);
    }
}
