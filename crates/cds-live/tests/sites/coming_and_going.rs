//! Sites that appear and disappear with their directories.

use std::fs;
use std::time::Duration;

use cds_live::{LiveSites, Options, Outcome, State};

use crate::fixture::{Directory, Fixture, Reader, metadata, until, write_site};

#[test]
fn a_new_directory_is_a_new_site() {
    let fixture = Fixture::new(&["west.example"]);
    assert_eq!(fixture.served("east.example"), "passed on");
    fixture
        .directory
        .write_site("east.example", "east.example", "1");
    fixture.wait_for("east.example", "1");
    assert_eq!(fixture.names(), ["east.example", "west.example"]);
    // It is watched from then on.
    fixture.edit("east.example", "2");
    fixture.wait_for("east.example", "2");
}

#[test]
fn a_site_that_is_moved_in_whole_never_fails() {
    let fixture = Fixture::new(&[]);
    let beside = fixture.directory.outer("beside");
    write_site(&beside, "east.example", "1");
    let reader = Reader::start(&fixture.live, "east.example");
    fs::rename(&beside, fixture.sites("east.example")).unwrap();
    fixture.next("east.example", Outcome::Swapped);
    assert_eq!(fixture.state("east.example"), Some(State::Good));
    assert_eq!(reader.finish(), ["passed on", "1"]);
}

#[test]
fn a_directory_whose_files_are_under_way_is_waited_for() {
    // A busy machine may not let the writer write for a while.
    let options = Options::new().quiet_time(Duration::from_secs(2));
    let fixture = Directory::empty().open_with(&options);
    fs::create_dir(fixture.sites("east.example")).unwrap();
    until(
        || fixture.names() == ["east.example"],
        || format!("{:?}", fixture.names()),
    );
    fixture
        .directory
        .write_site("east.example", "east.example", "1");
    let first = fixture
        .reloads
        .recv_timeout(crate::fixture::DEADLINE)
        .unwrap();
    assert_eq!(first.reload.outcome, Outcome::Swapped, "{first:?}");
}

#[test]
fn a_site_disappears_some_time_after_its_directory() {
    let fixture = Fixture::new(&["east.example", "west.example"]);
    fs::remove_dir_all(fixture.sites("east.example")).unwrap();
    fixture.edit("west.example", "2");
    fixture.wait_for("west.example", "2");
    // It may merely be being replaced.
    assert_eq!(fixture.served("east.example"), "1");
    let reload = fixture.next("east.example", Outcome::Dropped);
    assert!(!reload.serving);
    fixture.wait_for("east.example", "passed on");
    until(
        || fixture.names() == ["west.example"],
        || format!("{:?}", fixture.names()),
    );
    assert!(fixture.live.reload("east.example").is_none());

    fixture
        .directory
        .write_site("east.example", "east.example", "3");
    fixture.wait_for("east.example", "3");
    assert_eq!(fixture.live.status("east.example").unwrap().generation, 1);
}

#[test]
fn a_directory_that_a_file_took_the_place_of_is_a_site_no_more() {
    let fixture = Fixture::new(&["east.example", "west.example"]);
    fs::remove_dir_all(fixture.sites("east.example")).unwrap();
    fs::write(fixture.sites("east.example"), "moved to west.example").unwrap();
    let reload = fixture.next("east.example", Outcome::Dropped);
    assert!(!reload.serving);
    fixture.wait_for("east.example", "passed on");
    until(
        || fixture.names() == ["west.example"],
        || format!("{:?}", fixture.names()),
    );
}

#[test]
fn a_site_that_was_never_good_disappears_with_its_directory_too() {
    let directory = Directory::empty();
    fs::create_dir(directory.sites("notes")).unwrap();
    let fixture = directory.open();
    assert_eq!(fixture.state("notes"), Some(State::Failing));
    fs::remove_dir(fixture.sites("notes")).unwrap();
    until(
        || fixture.names().is_empty(),
        || format!("{:?}", fixture.names()),
    );
}

#[test]
fn a_directory_that_is_replaced_is_served_throughout() {
    let fixture = Fixture::new(&["east.example", "west.example"]);
    let reader = Reader::start(&fixture.live, "east.example");
    for version in 2..6 {
        let version = version.to_string();
        let next = fixture.directory.outer("next");
        write_site(&next, "east.example", &version);
        fs::rename(
            fixture.sites("east.example"),
            fixture.directory.outer("before"),
        )
        .unwrap();
        fs::rename(&next, fixture.sites("east.example")).unwrap();
        fixture.wait_for("east.example", &version);
        fs::remove_dir_all(fixture.directory.outer("before")).unwrap();
    }
    // Removed, and written again file by file.
    fs::remove_dir_all(fixture.sites("east.example")).unwrap();
    fixture
        .directory
        .write_site("east.example", "east.example", "6");
    fixture.wait_for("east.example", "6");
    assert_eq!(reader.finish(), ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn a_site_that_is_renamed_goes_on_under_its_new_name() {
    let fixture = Fixture::new(&["east.example"]);
    let reader = Reader::start(&fixture.live, "east.example");
    fs::rename(fixture.sites("east.example"), fixture.sites("east")).unwrap();
    until(
        || fixture.names() == ["east"] && fixture.state("east") == Some(State::Good),
        || format!("{:?} {:?}", fixture.names(), fixture.findings("east")),
    );
    assert_eq!(reader.finish(), ["1"]);
}

#[test]
fn a_directory_of_sites_may_come_later_and_go() {
    let directory = Directory::with(&["east.example"]);
    let path = directory.outer("later/sites");
    let live = LiveSites::open(&path).unwrap();
    let told = live.report().findings()[0].to_string();
    assert!(told.contains("there is no such directory"), "{told}");

    fs::create_dir(directory.outer("later")).unwrap();
    fs::rename(directory.sites(""), &path).unwrap();
    let served = || crate::fixture::served(&live, "east.example");
    until(|| served() == "1", || format!("{:?}", live.statuses()));
    assert!(live.report().is_empty());

    let next = directory.outer("next");
    write_site(&next.join("east.example"), "east.example", "2");
    write_site(&next.join("west.example"), "west.example", "2");
    fs::rename(&path, directory.outer("before")).unwrap();
    fs::rename(&next, &path).unwrap();
    until(
        || served() == "2" && crate::fixture::served(&live, "west.example") == "2",
        || format!("{:?}", live.statuses()),
    );

    fs::remove_dir_all(&path).unwrap();
    until(
        || served() == "passed on" && live.statuses().is_empty(),
        || format!("{:?}", live.statuses()),
    );
    assert!(live.sites().is_empty());
    assert!(live.report().has_errors());
}

#[test]
fn files_and_hidden_directories_are_no_sites() {
    let directory = Directory::with(&["east.example"]);
    fs::write(directory.sites("README.md"), "").unwrap();
    write_site(&directory.sites(".git"), "git.example", "1");
    let fixture = directory.open();
    assert_eq!(fixture.names(), ["east.example"]);
    fs::write(fixture.sites("notes.txt"), metadata("a", "1")).unwrap();
    fixture.nothing_happens();
    assert_eq!(fixture.names(), ["east.example"]);
}
