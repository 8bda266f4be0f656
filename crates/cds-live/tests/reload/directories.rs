//! The directory itself goes, comes back, and is replaced.

use std::fs;
use std::thread;
use std::time::Duration;

use cds_live::{LiveSite, Outcome, State};

use crate::reader::Reader;
use crate::site::{Directory, Fixture, all, seen, write};

#[test]
fn a_directory_deleted_and_recreated_is_never_missing() {
    let fixture = Fixture::new();
    fs::remove_dir_all(fixture.cds("")).unwrap();
    thread::sleep(Duration::from_millis(500));
    // Elsewhere first: a site written file by file is not one step.
    fixture.directory.write_site("new", "2");
    fs::rename(fixture.directory.path("new"), fixture.cds("")).unwrap();
    fixture.wait_for(["2", "2", "2"]);
    assert_eq!(fixture.served(), [all("1"), all("2")]);
}

#[test]
fn a_directory_replaced_by_rename_is_taken_up_as_one() {
    let fixture = Fixture::new();
    for version in ["2", "3", "4"] {
        fixture.directory.write_site("new", version);
        fs::rename(fixture.cds(""), fixture.directory.path("old")).unwrap();
        fs::rename(fixture.directory.path("new"), fixture.cds("")).unwrap();
        fs::remove_dir_all(fixture.directory.path("old")).unwrap();
        fixture.wait_for([version; 3]);
    }
    // What came last is watched too, even right after it was put in place.
    write(
        &fixture.cds("cds-server-metadata.json"),
        &crate::documents::metadata("5"),
    );
    fixture.wait_for(["5", "4", "4"]);
    let expected = [
        all("1"),
        all("2"),
        all("3"),
        all("4"),
        seen(["5", "4", "4"]),
    ];
    assert_eq!(fixture.served(), expected);
}

#[test]
fn a_directory_replaced_twice_quickly_ends_with_the_second() {
    let fixture = Fixture::new();
    for round in 0..5 {
        let (first, second) = (format!("{round}a"), format!("{round}b"));
        fixture.directory.write_site("first", &first);
        fixture.directory.write_site("second", &second);
        for new in ["first", "second"] {
            fs::rename(fixture.cds(""), fixture.directory.path("old")).unwrap();
            fs::rename(fixture.directory.path(new), fixture.cds("")).unwrap();
            fs::remove_dir_all(fixture.directory.path("old")).unwrap();
        }
        fixture.wait_for([&second; 3]);
        let edited = format!("{round}c");
        write(
            &fixture.cds("cds-server-metadata.json"),
            &crate::documents::metadata(&edited),
        );
        fixture.wait_for([&edited, &second, &second]);
    }
    for seen in fixture.served() {
        assert_eq!(seen[1], seen[2], "a mix of two directories: {seen:?}");
    }
}

#[test]
fn a_directory_that_stays_gone_is_dropped_and_taken_up_when_it_returns() {
    let fixture = Fixture::new();
    fs::rename(fixture.cds(""), fixture.directory.path("away")).unwrap();
    let reload = fixture.next(Outcome::Dropped);
    assert_eq!(
        reload.report.findings()[0].message,
        "there is no such directory"
    );
    fixture.wait_for(["503", "503", "passed on"]);
    let status = fixture.live.status();
    assert_eq!((status.state, status.loaded_at), (State::Failing, None));
    assert_eq!((status.etag, reload.serving), (None, false));
    let again = fixture.live.reload();
    assert_eq!((again.outcome, again.serving), (Outcome::Kept, false));

    fs::rename(fixture.directory.path("away"), fixture.cds("")).unwrap();
    fixture.wait_for(["1", "1", "1"]);
    assert_eq!(fixture.live.status().generation, 2);
    assert_eq!(
        fixture.served(),
        [all("1"), seen(["503", "503", "passed on"]), all("1")]
    );
}

#[test]
fn a_directory_that_is_missing_at_the_start_is_taken_up_when_it_appears() {
    let directory = Directory::empty();
    let live = LiveSite::open(directory.path("not/there/cds")).unwrap();
    let status = live.status();
    assert_eq!((status.state, status.generation), (State::Failing, 0));
    let [finding] = status.last_reload.report.findings() else {
        panic!("{status:?}")
    };
    assert_eq!(
        finding.file,
        directory.path("not/there/cds").to_string_lossy()
    );

    let reader = Reader::start(live.clone());
    fs::create_dir(directory.path("not")).unwrap();
    thread::sleep(Duration::from_millis(50));
    directory.write_site("not/there/cds", "1");
    crate::site::until(
        || crate::reader::look(&live.site()) == all("1"),
        || format!("{:?}", live.status()),
    );
    let served = reader.finish();
    assert_eq!((&*served[0][0], &served[1..]), ("503", &[all("1")][..]));
}

#[test]
fn everything_above_may_be_replaced_too() {
    let directory = Directory::empty();
    directory.write_site("srv/app/current/cds", "1");
    let live = LiveSite::open(directory.path("srv/app/current/cds")).unwrap();
    let reader = Reader::start(live.clone());
    directory.write_site("srv/new/current/cds", "2");
    fs::rename(directory.path("srv/app"), directory.path("srv/old")).unwrap();
    fs::rename(directory.path("srv/new"), directory.path("srv/app")).unwrap();
    crate::site::until(
        || crate::reader::look(&live.site()) == all("2"),
        || format!("{:?}", live.status()),
    );
    assert_eq!(reader.finish(), [all("1"), all("2")]);
}
