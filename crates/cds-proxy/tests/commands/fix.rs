//! `check --fix` and `--rule`: what is mended, what is left, and how files are replaced.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::program::Place;

const METADATA: &str = "cds/cds-server-metadata.json";
const COVERAGE: &str = "cds/cds-coverage.json";

/// A site with one fault of each kind that can be mended.
fn mendable() -> Place {
    let place = Place::with_site();
    place.edit(METADATA, "[\"coverage\", \"ieee1547\"]", "[\"coverage\"]");
    place.edit(
        COVERAGE,
        "\"commodity_types\": [\"natural_gas\"]",
        "\"commodity_types\": [\"natural_gas\",]",
    );
    place.edit(
        COVERAGE,
        "\"capabilities\": [\"ieee1547\"]",
        "\"capabilities\": [\"coverage\", \"ieee1547\"]",
    );
    let metadata = place.read(METADATA);
    place.write(METADATA, format!("\u{feff}{metadata}"));
    place
}

#[test]
fn a_site_is_mended_and_nothing_else_is_touched() {
    let place = mendable();
    let good = Place::with_site();
    let ended = place.run(&["check", "cds", "--fix"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    insta::assert_snapshot!("fix", ended.stdout);
    for file in [METADATA, COVERAGE] {
        assert_eq!(place.read(file), good.read(file), "{file}");
    }
    let again = place.run(&["check", "cds", "--fix"]);
    assert_eq!(
        again.stdout,
        "there is nothing that --fix can mend\n\nno problems in 5 files\n"
    );
    assert_eq!(
        place.names("cds"),
        [
            "cds-coverage.json",
            "cds-server-metadata.json",
            "public",
            "site.toml"
        ]
    );
}

#[test]
fn a_dry_run_prints_a_diff_and_writes_nothing() {
    let place = mendable();
    let before = [place.read(METADATA), place.read(COVERAGE)];
    let ended = place.run(&["check", "cds", "--fix", "--dry-run"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    insta::assert_snapshot!("fix-dry-run", ended.stdout);
    assert!(
        ended
            .stderr
            .starts_with("would mend cds/cds-coverage.json\n")
    );
    assert!(ended.stderr.ends_with("\n\nno problems in 5 files\n"));
    assert_eq!([place.read(METADATA), place.read(COVERAGE)], before);
}

#[test]
fn check_says_how_much_can_be_mended() {
    let place = Place::with_site();
    place.edit(METADATA, "[\"coverage\", \"ieee1547\"]", "[\"coverage\"]");
    place.edit(METADATA, "\"v1\"", "\"v2\"");
    let ended = place.run(&["check", "cds"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .stdout
            .ends_with("2 errors in 1 file; 1 can be mended with --fix\n"),
        "{}",
        ended.stdout
    );
    let json = place.run(&["check", "cds", "--format", "json"]).stdout;
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.as_object().unwrap().len() == 9));
}

#[test]
fn what_remains_is_reported_and_decides_the_exit_code() {
    let place = mendable();
    place.edit(METADATA, "\"v1\"", "\"v2\"");
    let ended = place.run(&["check", "cds", "--fix", "--format", "json"]);
    assert_eq!(ended.code, Some(1));
    let rows: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["rule"], "unsupported-version");
    assert!(ended.stderr.contains("  removed the byte order mark\n"));
    assert!(
        place
            .read(METADATA)
            .contains("[\"coverage\", \"ieee1547\"]")
    );
}

#[test]
fn what_would_break_another_rule_is_refused() {
    let place = Place::with_site();
    place.edit(
        COVERAGE,
        "\"capabilities\": []",
        "\"capabilities\": [\"oauth\", \"smart_meters\"]",
    );
    let ended = place.run(&["check", "cds", "--fix"]);
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!("fix-refused", ended.stdout);
    assert!(
        place
            .read(METADATA)
            .contains("[\"coverage\", \"ieee1547\", \"smart_meters\"]")
    );
}

#[test]
fn single_documents_are_mended_too() {
    let place = mendable();
    for file in [METADATA, COVERAGE] {
        let ended = place.run(&["check", file, "--fix"]);
        assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    }
    let good = Place::with_site();
    assert_eq!(place.read(COVERAGE), good.read(COVERAGE));
    assert!(place.read(METADATA).starts_with('{'));

    place.write("broken.json", "[[1,], oops, [2,]]");
    let ended = place.run(&["check", "broken.json", "--fix"]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(place.read("broken.json"), "[[1], oops, [2,]]");
}

#[test]
fn a_map_is_nobodys_to_mend() {
    let place = Place::with_site();
    let map = r#"{"type": "Point", "coordinates": [0, 0,], "updated": "2022-06-01T00:00:00Z"}"#;
    for name in ["map.geojson", "map.json"] {
        place.write(name, map);
        let ended = place.run(&["check", name, "--fix"]);
        assert!(
            ended
                .stdout
                .starts_with("there is nothing that --fix can mend"),
            "{}",
            ended.stdout
        );
        assert_eq!(place.read(name), map);
    }
}

#[test]
fn the_standard_input_can_not_be_mended() {
    let ended = Place::empty().run_with_input(&["check", "-", "--fix"], "[1,]");
    assert_eq!((ended.code, &*ended.stdout), (Some(2), ""));
    assert!(ended.stderr.contains("give the file's path instead of -"));
}

#[test]
fn flags_that_do_not_go_together_are_exit_code_2() {
    let place = Place::with_site();
    for args in [
        &["--dry-run"][..],
        &["--fix", "--touch"],
        &["--fix", "--base", "cds"],
        &["--touch", "--base", "cds"],
        &["--fix", "--touch", "--base", "gone"],
        &["--fix", "--touch", "--base", "cds", METADATA],
        &["--fix", "--dry-run", "--format", "json"],
    ] {
        let args = [&["check", "cds"][..], args].concat();
        let ended = place.run(&args);
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(2), ""),
            "{args:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn what_differs_from_an_earlier_copy_is_touched() {
    let place = Place::with_site();
    place.copy_site("cds", "old");
    place.edit(COVERAGE, "\"Gas customers\"", "\"All gas customers\"");
    // Moved into a part, it is still the same entry.
    let listing: Value = serde_json::from_str(&place.read(COVERAGE)).unwrap();
    let moved = listing["coverage_entries"][1].to_string();
    fs::create_dir(place.path("cds/coverage")).unwrap();
    place.write(COVERAGE, "[]");
    place.write("cds/coverage/gas.json", &moved);
    let args = [
        "check",
        "cds",
        "--fix",
        "--touch",
        "--base",
        "old",
        "--now",
        "2026-01-31T12:00:00.25Z",
    ];
    let ended = place.run(&args);
    assert!(
        ended.stdout.contains(
            "mended cds/coverage/gas.json\n  set `updated` of the coverage entry `dge_gas`\n"
        ),
        "{}",
        ended.stdout
    );
    let touched = moved.replace(
        "\"updated\":\"2022-06-01T00:00:00Z\"",
        "\"updated\":\"2026-01-31T12:00:00Z\"",
    );
    assert_eq!(place.read("cds/coverage/gas.json"), touched);
    assert_eq!(
        place.read(METADATA),
        place.read("old/cds-server-metadata.json")
    );
    let again = place.run(&args);
    assert!(
        again
            .stdout
            .starts_with("there is nothing that --fix can mend\n")
    );
}

#[test]
fn what_was_mended_is_touched_as_well() {
    let place = Place::with_site();
    place.copy_site("cds", "old");
    place.edit(METADATA, ", \"ieee1547\"]", "]");
    place.copy_site("cds", "older");
    let now = ["--now", "2026-01-31T12:00:00Z"];
    let fix = ["check", "cds", "--fix", "--touch", "--base", "older"];
    assert_eq!(place.run(&[&fix[..], &now].concat()).code, Some(0));
    assert!(
        place
            .read(METADATA)
            .contains("\"updated\": \"2026-01-31T12:00:00Z\"")
    );
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = mendable();
    fs::create_dir(place.path("cds/.data")).unwrap();
    fs::rename(place.path(METADATA), place.path("cds/.data/m.json")).unwrap();
    symlink(".data/m.json", place.path(METADATA)).unwrap();
    let mode = fs::Permissions::from_mode(0o604);
    fs::set_permissions(place.path("cds/.data/m.json"), mode).unwrap();
    assert_eq!(place.run(&["check", "cds", "--fix"]).code, Some(0));
    let link = fs::symlink_metadata(place.path(METADATA)).unwrap();
    assert!(link.is_symlink());
    let file = fs::symlink_metadata(place.path("cds/.data/m.json")).unwrap();
    assert!(file.is_file());
    assert_eq!(file.permissions().mode() & 0o7777, 0o604);
    assert!(place.read(METADATA).contains("ieee1547\"]"));
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_exit_code_2_and_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let place = mendable();
    let before = place.read(COVERAGE);
    let mode = fs::Permissions::from_mode(0o444);
    fs::set_permissions(place.path(METADATA), mode).unwrap();
    let ended = place.run(&["check", "cds", "--fix"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stdout.contains("json-syntax"), "{}", ended.stdout);
    assert_eq!(
        ended.stderr,
        "error: cds: cds/cds-server-metadata.json can't be written: it is read-only; allow \
         writing first, e.g. with chmod u+w\n"
    );
    assert_eq!(place.read(COVERAGE), before);
    assert_eq!(place.names("cds").len(), 4);
}

#[cfg(unix)]
#[test]
fn what_was_mended_is_told_although_another_site_can_not_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let place = mendable();
    fs::create_dir(place.path("sites")).unwrap();
    for name in ["sites/a", "sites/b"] {
        place.copy_site("cds", name);
    }
    let read_only = place.path("sites/b/cds-server-metadata.json");
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o444)).unwrap();
    place.write("cds-proxy.toml", "listn = []\nsite.sites = \"sites\"\n");
    for path in ["sites", "cds-proxy.toml"] {
        let coverage = "sites/a/cds-coverage.json";
        place.write(coverage, place.read("sites/b/cds-coverage.json"));
        let ended = place.run(&["check", path, "--fix", "--report", "report.json"]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.stdout.contains("mended sites/a/cds-coverage.json\n"));
        assert!(ended.stderr.contains("it is read-only"), "{}", ended.stderr);
        let report = place.read("report.json");
        assert!(report.contains("sites/b/cds-server-metadata.json"));
        let is_config = path.ends_with(".toml");
        assert_eq!(report.contains("config-invalid"), is_config, "{report}");
    }
}

#[test]
fn sites_are_held_against_each_other_as_they_are_mended() {
    let place = Place::with_site();
    fs::create_dir(place.path("sites")).unwrap();
    for name in ["sites/a", "sites/b"] {
        place.copy_site("cds", name);
        let metadata = format!("{name}/cds-server-metadata.json");
        // Nothing can be said of where this is before the comma is gone.
        place.edit(&metadata, "\"ieee1547\"]", "\"ieee1547\",]");
    }
    let fixed = place.run(&["check", "sites", "--fix"]);
    let again = place.run(&["check", "sites", "--fix"]);
    assert!(again.stdout.contains("route-conflict"), "{}", again.stdout);
    let findings = |stdout: &str| stdout.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(findings(&fixed.stdout), findings(&again.stdout));
}

#[test]
fn an_earlier_copy_of_one_site_is_held_against_one_site_only() {
    let place = Place::with_site();
    fs::create_dir(place.path("sites")).unwrap();
    for name in ["sites/a", "sites/b"] {
        place.copy_site("cds", name);
    }
    place.edit("sites/a/cds-coverage.json", "\"Gas customers\"", "\"All\"");
    let before = place.read("sites/a/cds-coverage.json");
    place.write("cds-proxy.toml", "site.sites = \"sites\"\n");
    for path in ["sites", "cds-proxy.toml"] {
        let ended = place.run(&["check", path, "--fix", "--touch", "--base", "cds"]);
        assert_eq!(ended.code, Some(2), "{}", ended.stdout);
        assert!(
            ended.stderr.contains("give one of them"),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(place.read("sites/a/cds-coverage.json"), before);
}

#[test]
fn an_entry_that_is_prepared_for_later_keeps_no_other_from_being_touched() {
    let place = Place::with_site();
    place.copy_site("cds", "old");
    // The first entry; `created` and `updated` are its first two dates.
    let (now, later) = ("\"2022-06-01T00:00:00Z\"", "\"2030-01-01T00:00:00Z\"");
    let listing = place.read(COVERAGE).replacen(now, later, 2);
    place.write("old/cds-coverage.json", &listing);
    place.write(COVERAGE, listing.replace("\"type\"", "\"x\": 1, \"type\""));
    let now = ["--now", "2026-01-31T12:00:00Z"];
    let fix = ["check", "cds", "--fix", "--touch", "--base", "old"];
    place.run(&[&fix[..], &now].concat());
    let touched = place.read(COVERAGE);
    assert!(
        touched.contains("\"updated\": \"2026-01-31T12:00:00Z\""),
        "{touched}"
    );
    assert!(
        touched.contains("\"updated\": \"2030-01-01T00:00:00Z\""),
        "{touched}"
    );
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let place = mendable();
    let entries: Vec<_> = (0..3_000)
        .map(|id| format!("{{\"id\": \"{id}\", \"capabilities\": [\"coverage\"]}}"))
        .collect();
    let broken = format!("[{},]", entries.join(",\n"));
    place.write(COVERAGE, &broken);
    let mended = broken.replace("[\"coverage\"]", "[]").replace(",]", "]");
    let path = place.path(COVERAGE);
    let done = Arc::new(AtomicBool::new(false));
    let reader = thread::spawn({
        let (done, broken, mended) = (Arc::clone(&done), broken.clone(), mended.clone());
        move || {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                let seen = fs::read_to_string(&path).unwrap();
                assert!(seen == broken || seen == mended, "{} bytes", seen.len());
                reads += 1;
            }
            reads
        }
    });
    for _ in 0..5 {
        // In one step as well: the reader knows no other.
        place.write("next.json", &broken);
        fs::rename(place.path("next.json"), place.path(COVERAGE)).unwrap();
        assert_eq!(place.run(&["check", "cds", "--fix"]).code, Some(1));
        assert_eq!(place.read(COVERAGE), mended);
    }
    done.store(true, Ordering::Relaxed);
    assert!(reader.join().unwrap() > 0);
}

#[test]
fn rules_get_other_severities_for_sites_and_documents() {
    let place = Place::with_site();
    place.edit(
        METADATA,
        "\"https://demoutility.com/cds-coverage.json\"",
        "\"http://demoutility.com/cds-coverage.json\"",
    );
    for path in ["cds", METADATA] {
        let with = |rule: &str| place.run(&["check", path, "--rule", rule]);
        assert!(
            place
                .run(&["check", path])
                .stdout
                .contains("warning[not-https]")
        );
        assert_eq!(with("not-https=error").code, Some(1));
        assert!(with("not-https=info").stdout.contains("info[not-https]"));
        assert!(with("not-https=off").stdout.starts_with("no problems"));
    }
}

#[test]
fn the_command_line_beats_the_settings_of_the_site() {
    let place = Place::with_site();
    place.edit(COVERAGE, "\"supplier\"", "\"suplier\"");
    place.write("cds/site.toml", "[rules]\nunknown-value = \"error\"\n");
    assert_eq!(place.run(&["check", "cds"]).code, Some(1));
    let args = ["check", "cds", "--rule", "unknown-value=error", "--rule"];
    let ended = place.run(&[&args[..], &["unknown-value=off"]].concat());
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(0), "no problems in 5 files\n")
    );
}

#[test]
fn severities_that_can_not_be_given_are_exit_code_2() {
    let place = Place::with_site();
    for (rule, words) in [
        ("not-http=off", "did you mean `not-https`?"),
        ("json-syntax=warning", "`json-syntax` is always an error"),
        (
            "invalid-url=off",
            "can be lowered to `warning`, but no further",
        ),
        ("not-https=loud", "write off, info, warning or error"),
        ("not-https", "write it like"),
    ] {
        let ended = place.run(&["check", "cds", "--rule", rule]);
        assert_eq!((ended.code, &*ended.stdout), (Some(2), ""), "{rule}");
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}
