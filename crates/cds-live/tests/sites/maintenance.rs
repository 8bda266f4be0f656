//! A site among others that is being worked on.

use std::fs;
use std::time::{Duration, SystemTime};

use cds_live::Outcome;

use crate::fixture::Fixture;

#[test]
fn a_maintenance_ends_by_itself_and_leaves_the_other_sites_alone() {
    let fixture = Fixture::new(&["east.example", "west.example"]);
    let before = fixture.live.status("east.example").unwrap();
    // Long enough for a slow machine to see that it has begun.
    let end = SystemTime::now() + Duration::from_secs(4);
    let settings = format!("maintenance = {}", humantime::format_rfc3339_millis(end));
    fs::write(fixture.sites("east.example/site.toml"), settings).unwrap();
    fixture.next("east.example", Outcome::Swapped);
    assert_eq!(fixture.served("east.example"), "503");
    assert_eq!(fixture.served("west.example"), "1");

    fixture.next("east.example", Outcome::Resumed);
    fixture.wait_for("east.example", "1");
    let after = fixture.live.status("east.example").unwrap();
    assert_eq!(after.etag, before.etag);
    assert_eq!(after.generation, 3);
    assert_eq!(fixture.live.status("west.example").unwrap().generation, 1);
    fixture.nothing_happens();
}
