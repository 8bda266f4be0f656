//! Very many changes at once.

use std::fs;

use cds_live::State;

use crate::fixture::{Directory, METADATA, Reader, metadata, until};

const SITES: usize = 500;

fn host(number: usize) -> String {
    format!("u{number:03}.example")
}

#[test]
fn a_checkout_that_touches_all_sites_is_taken_up_while_each_is_served() {
    let directory = Directory::empty();
    for number in 0..SITES {
        directory.write_site(&host(number), &host(number), "1");
    }
    let fixture = directory.open();
    assert_eq!(fixture.live.statuses().len(), SITES);
    let readers = ["u000.example", "u250.example", "u499.example"]
        .map(|host| Reader::start(&fixture.live, host));
    for number in 0..SITES {
        // As git does it: the file is removed, and another is written in its place.
        let path = fixture.sites(&host(number)).join(METADATA);
        fs::remove_file(&path).unwrap();
        fs::write(&path, metadata(&host(number), "2")).unwrap();
    }
    for number in 0..SITES {
        fixture.wait_for(&host(number), "2");
    }
    for reader in readers {
        assert_eq!(reader.finish(), ["1", "2"]);
    }
    let statuses = fixture.live.statuses();
    for (name, status) in &statuses {
        assert_eq!(
            (status.state, status.generation),
            (State::Good, 2),
            "{name}"
        );
    }
}

#[test]
fn sites_by_the_hundred_come_and_go() {
    let fixture = Directory::empty().open();
    for number in 0..SITES {
        fixture
            .directory
            .write_site(&host(number), &host(number), "1");
    }
    for number in 0..SITES {
        fixture.wait_for(&host(number), "1");
    }
    for number in (0..SITES).step_by(2) {
        fs::remove_dir_all(fixture.sites(&host(number))).unwrap();
    }
    until(
        || fixture.live.statuses().len() == SITES / 2,
        || format!("{}", fixture.live.statuses().len()),
    );
    for number in 0..SITES {
        let expected = if number % 2 == 0 { "passed on" } else { "1" };
        assert_eq!(fixture.served(&host(number)), expected, "{number}");
    }
    assert_eq!(fixture.live.sites().len(), SITES / 2);
}
