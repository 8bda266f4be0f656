//! Edits of one site among others.

use std::fs;

use cds_live::{Outcome, State};

use crate::fixture::{Directory, Fixture, METADATA, Reader, metadata};

#[test]
fn an_edit_reloads_the_site_that_it_is_in_and_no_other() {
    let fixture = Fixture::new(&["east.example", "west.example"]);
    let before = fixture.live.site("west.example").unwrap();
    fixture.edit("east.example", "2");
    let reload = fixture.next("east.example", Outcome::Swapped);
    assert_eq!(reload.changed.as_ref(), [METADATA]);
    assert_eq!(fixture.served("east.example"), "2");
    fixture.nothing_happens();
    let status = fixture.live.status("west.example").unwrap();
    assert_eq!(status.generation, 1);
    let after = fixture.live.site("west.example").unwrap();
    assert!(std::sync::Arc::ptr_eq(&before, &after));
}

#[test]
fn a_mistake_keeps_its_own_site_as_it_was_and_the_others_go_on() {
    let fixture = Fixture::new(&["east.example", "west.example"]);
    let reader = Reader::start(&fixture.live, "east.example");
    fs::write(fixture.sites("east.example").join(METADATA), "{").unwrap();
    fixture.next("east.example", Outcome::Kept);
    assert_eq!(fixture.state("east.example"), Some(State::Failing));
    assert!(fixture.findings("east.example")[0].contains("json-syntax"));
    fixture.edit("west.example", "2");
    fixture.wait_for("west.example", "2");
    assert_eq!(fixture.state("west.example"), Some(State::Good));
    fixture.edit("east.example", "3");
    fixture.wait_for("east.example", "3");
    assert_eq!(reader.finish(), ["1", "3"]);
}

#[test]
fn a_site_that_was_never_good_answers_503_on_the_hosts_of_its_settings_and_nowhere_else() {
    let directory = Directory::with(&["west.example"]);
    let east = directory.sites("east.example");
    fs::create_dir(&east).unwrap();
    fs::write(
        east.join(METADATA),
        metadata("east.example", "1").replace("v1", "v0"),
    )
    .unwrap();
    fs::write(east.join("site.toml"), "hosts = [\"www.east.example\"]").unwrap();
    let fixture = directory.open();
    assert_eq!(fixture.served("www.east.example"), "503");
    assert_eq!(fixture.served("east.example"), "passed on");
    assert_eq!(fixture.served("west.example"), "1");
    assert_eq!(fixture.state("east.example"), Some(State::Failing));
    fixture.edit("east.example", "2");
    fixture.wait_for("east.example", "2");
    assert_eq!(fixture.served("www.east.example"), "2");
}
