//! Maintenances that end by themselves.

use std::time::{Duration, SystemTime};

use cds_live::{Options, Outcome, State, WatchMode};

use crate::documents::metadata;
use crate::reader::look;
use crate::site::{Directory, Fixture, METADATA, all, seen, write, write_over};

const SETTINGS: &str = "site.toml";

/// Long enough for a slow machine to see that it has begun.
const SOON: Duration = Duration::from_secs(4);

fn until(end: SystemTime) -> String {
    format!("maintenance = {}", humantime::format_rfc3339_millis(end))
}

#[test]
fn a_maintenance_ends_without_an_edit() {
    let fixture = Fixture::new();
    let before = fixture.live.status();
    write(&fixture.cds(SETTINGS), &until(SystemTime::now() + SOON));
    let begun = fixture.next(Outcome::Swapped);
    assert_eq!(begun.changed.as_ref(), [SETTINGS]);
    assert_eq!(look(&fixture.live.site()), all("503"));
    assert!(fixture.live.status().in_maintenance);

    let ended = fixture.next(Outcome::Resumed);
    assert!(ended.serving && ended.changed.is_empty());
    fixture.wait_for(["1", "1", "1"]);
    let status = fixture.live.status();
    assert_eq!((status.state, status.generation), (State::Good, 3));
    assert_eq!(status.etag, before.etag);
    assert!(!status.in_maintenance);
    assert_eq!(status.loaded_at, Some(ended.at));
    fixture.nothing_happens();
    assert_eq!(fixture.served(), [all("1"), all("503"), all("1")]);
}

#[test]
fn it_ends_where_nothing_is_watched_too() {
    let directory = Directory::with_site("1");
    write(&directory.cds(SETTINGS), &until(SystemTime::now() + SOON));
    let fixture = directory.open_with(&Options::new().watch(WatchMode::Off));
    fixture.wait_for(["1", "1", "1"]);
    assert_eq!(fixture.served(), [all("503"), all("1")]);
}

#[test]
fn it_ends_although_an_edit_was_refused_meanwhile() {
    let fixture = Fixture::new();
    write(&fixture.cds(SETTINGS), &until(SystemTime::now() + SOON));
    fixture.next(Outcome::Swapped);
    write(&fixture.cds(METADATA), "{");
    let refused = fixture.next(Outcome::Kept);
    let ended = fixture.next(Outcome::Resumed);
    assert_eq!(ended.report.findings(), refused.report.findings());
    assert_eq!(fixture.live.status().state, State::Failing);
    fixture.wait_for(["1", "1", "1"]);

    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
    let versions = [all("1"), all("503"), all("1"), seen(["2", "1", "1"])];
    assert_eq!(fixture.served(), versions);
}

#[test]
fn it_lasts_until_it_is_taken_back_if_nobody_says_how_long() {
    let fixture = Fixture::new();
    write(&fixture.cds(SETTINGS), "maintenance = true");
    fixture.next(Outcome::Swapped);
    write_over(&fixture.cds(METADATA), &metadata("2"));
    fixture.next(Outcome::Swapped);
    fixture.nothing_happens();
    assert_eq!(look(&fixture.live.site()), all("503"));
    write(&fixture.cds(SETTINGS), "");
    fixture.wait_for(["2", "1", "1"]);
}

#[test]
fn its_end_can_be_put_off() {
    let fixture = Fixture::new();
    let end = SystemTime::now() + SOON;
    write(&fixture.cds(SETTINGS), &until(end));
    fixture.next(Outcome::Swapped);
    let hour = Duration::from_secs(3600);
    write(&fixture.cds(SETTINGS), &until(end + hour));
    fixture.next(Outcome::Swapped);
    while SystemTime::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    fixture.nothing_happens();
    assert_eq!(look(&fixture.live.site()), all("503"));
}
