//! What is no reason to reload.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use cds_live::{Options, Outcome};

use crate::documents::metadata;
use crate::site::{Directory, Fixture, METADATA, all, write, write_over};

#[test]
fn reading_the_files_is_no_reason() {
    let fixture = Fixture::new();
    for _ in 0..20 {
        fs::read(fixture.cds(METADATA)).unwrap();
        fs::read_dir(fixture.cds("")).unwrap().count();
    }
    fixture.live.reload();
    fixture.next(Outcome::Unchanged);
    // That reload read everything, and is no reason for another.
    fixture.nothing_happens();
}

#[test]
fn a_touch_a_chmod_and_the_same_bytes_change_nothing() {
    let fixture = Fixture::new();
    let path = fixture.cds(METADATA);
    let modified = last_modified(&fixture);
    let site = fixture.live.site();

    File::open(&path)
        .unwrap()
        .set_modified(SystemTime::now() + Duration::from_secs(9))
        .unwrap();
    fixture.next(Outcome::Unchanged);
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    fixture.next(Outcome::Unchanged);
    write(&path, &metadata("1"));
    fixture.next(Outcome::Unchanged);
    write_over(&path, &metadata("1"));
    fixture.next(Outcome::Unchanged);

    assert!(std::sync::Arc::ptr_eq(&site, &fixture.live.site()));
    assert_eq!(fixture.live.status().generation, 1);
    assert_eq!(last_modified(&fixture), modified);
    assert_eq!(fixture.served(), [all("1")]);
}

fn last_modified(fixture: &Fixture) -> http::HeaderValue {
    use cds_site::Respond;
    let request = http::Request::get("/.well-known/cds-server-metadata.json")
        .body(())
        .unwrap();
    let response = fixture.live.respond((&request).into()).unwrap();
    response.headers()[http::header::LAST_MODIFIED].clone()
}

#[test]
fn files_that_are_not_looked_at_are_no_reason() {
    let fixture = Fixture::new();
    for name in [
        "README.md",
        ".cds-server-metadata.json.swp",
        "4913",
        "notes/a.txt",
    ] {
        write(&fixture.cds(name), "x");
    }
    fs::remove_file(fixture.cds("4913")).unwrap();
    write(&fixture.directory.path("beside.json"), "x");
    fixture.nothing_happens();
}

#[test]
fn regular_looks_and_comparisons_are_no_reason() {
    let options = Options::new()
        .reread_interval(Some(Duration::from_millis(20)))
        .compare_interval(Some(Duration::from_millis(50)));
    let fixture = Directory::with_site("1").open_with(&options);
    fixture.nothing_happens();
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
}
