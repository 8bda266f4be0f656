//! Sites that claim the same places, or hosts that aren't theirs.

use std::fs;

use cds_live::{Options, State};
use cds_site::Bind;

use crate::fixture::{Directory, Fixture, Reader, until};

#[test]
fn the_first_by_name_has_a_place_whichever_came_first() {
    let fixture = Fixture::new(&["same.example"]);
    let reader = Reader::start(&fixture.live, "same.example");
    fixture.directory.write_site("z-later", "same.example", "z");
    until(
        || fixture.findings("z-later").len() == 2,
        || format!("{:?}", fixture.findings("z-later")),
    );
    assert_eq!(fixture.state("z-later"), Some(State::Failing));
    assert_eq!(fixture.state("same.example"), Some(State::Good));
    let told = &fixture.findings("z-later")[0];
    assert!(
        told.contains("error[route-conflict]") && told.contains("the site `same.example`"),
        "{told}"
    );
    assert_eq!(
        reader.finish(),
        ["1"],
        "the one that came later took nothing"
    );

    fixture.directory.write_site("a-first", "same.example", "a");
    fixture.wait_for("same.example", "a");
    assert_eq!(fixture.state("a-first"), Some(State::Good));
    assert!(fixture.findings("z-later")[0].contains("the site `a-first`"));
    assert!(fixture.findings("same.example")[0].contains("the site `a-first`"));
    let opened = cds_live::LiveSites::open(fixture.sites("")).unwrap();
    assert_eq!(crate::fixture::served(&opened, "same.example"), "a");

    // The others lose nothing by it but the place, and get it back without a reload.
    let generation = fixture.live.status("same.example").unwrap().generation;
    fs::remove_dir_all(fixture.sites("a-first")).unwrap();
    fixture.wait_for("same.example", "1");
    assert_eq!(fixture.state("same.example"), Some(State::Good));
    assert!(fixture.findings("same.example").is_empty());
    assert_eq!(
        fixture.live.status("same.example").unwrap().generation,
        generation
    );
    assert!(fixture.findings("z-later")[0].contains("the site `same.example`"));
}

#[test]
fn a_site_that_is_bound_to_its_name_serves_nothing_elsewhere() {
    let directory = Directory::with(&["east.example"]);
    directory.write_site("west.example", "east.example", "stolen");
    let fixture = directory.open_with(&Options::new().bind(Bind::Directory));
    assert_eq!(fixture.served("east.example"), "1");
    assert_eq!(fixture.state("east.example"), Some(State::Good));
    assert_eq!(fixture.state("west.example"), Some(State::Failing));
    let told = fixture.findings("west.example");
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].contains("error[host-not-allowed]"), "{told:#?}");
    // Not even once its rightful owner is gone.
    fs::remove_dir_all(fixture.sites("east.example")).unwrap();
    fixture.wait_for("east.example", "passed on");
    fixture.edit("west.example", "2");
    fixture.wait_for("west.example", "2");
    assert_eq!(fixture.state("west.example"), Some(State::Good));
}
