//! The handle: reloads that are asked for, subscriptions, the end.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cds_live::{LiveSites, Options, Outcome, WatchMode, Watching};

use crate::fixture::{Directory, Fixture, METADATA, served};

#[test]
fn reloads_that_are_asked_for_say_how_they_ended() {
    let directory = Directory::with(&["east.example", "west.example"]);
    let fixture = directory.open_with(&Options::new().watch(WatchMode::Off));
    assert_eq!(fixture.live.watching(), Watching::Off);
    fixture.edit("east.example", "2");
    fixture.edit("west.example", "2");
    fixture.nothing_happens();
    assert_eq!(
        fixture.live.reload("east.example").unwrap().outcome,
        Outcome::Swapped
    );
    assert_eq!(fixture.served("east.example"), "2");
    assert_eq!(fixture.served("west.example"), "1");
    assert!(fixture.live.reload("north.example").is_none());

    fs::write(fixture.sites("east.example").join(METADATA), "{").unwrap();
    fixture
        .directory
        .write_site("north.example", "north.example", "1");
    let ended: Vec<_> = fixture
        .live
        .reload_all()
        .into_iter()
        .map(|ended| (ended.name.to_string(), ended.reload.outcome))
        .collect();
    let expected = [
        ("east.example", Outcome::Kept),
        ("north.example", Outcome::Swapped),
        ("west.example", Outcome::Swapped),
    ];
    assert_eq!(
        ended,
        expected.map(|(name, outcome)| (name.to_owned(), outcome))
    );
    assert_eq!(
        fixture.live.reload("west.example").unwrap().outcome,
        Outcome::Unchanged
    );
}

#[test]
fn polling_finds_edits_and_new_sites_too() {
    let options = Options::new()
        .watch(WatchMode::Poll)
        .poll_interval(Duration::from_millis(50));
    let fixture = Directory::with(&["east.example"]).open_with(&options);
    assert_eq!(fixture.live.watching(), Watching::Polling { why: None });
    let status = fixture.live.status("east.example").unwrap();
    assert_eq!(status.watching, Watching::Polling { why: None });
    fixture.edit("east.example", "2");
    fixture
        .directory
        .write_site("west.example", "west.example", "1");
    fixture.wait_for("east.example", "2");
    fixture.wait_for("west.example", "1");
}

#[test]
fn a_status_tells_of_the_site_as_soon_as_it_is_served() {
    let fixture =
        Directory::with(&["east.example"]).open_with(&Options::new().watch(WatchMode::Off));
    let live = &fixture.live;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let before = live.status("east.example").unwrap();
                let tag = live.site("east.example").unwrap().etag().to_owned();
                let after = live.status("east.example").unwrap();
                if before.generation == after.generation {
                    assert_eq!(after.etag.as_deref(), Some(&*tag));
                }
                assert!(after.generation >= before.generation);
            }
        });
        for version in 2..=20 {
            fixture.edit("east.example", &version.to_string());
            live.reload_all();
            assert_eq!(fixture.served("east.example"), version.to_string());
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
}

#[test]
fn dropping_the_last_handle_ends_the_subscriptions() {
    let fixture = Fixture::new(&["east.example"]);
    let Fixture {
        directory,
        live,
        reloads,
    } = fixture;
    let clone = live.clone();
    drop(live);
    directory.write_site("east.example", "east.example", "2");
    let told = reloads.recv().unwrap();
    assert_eq!(
        (&*told.name, told.reload.outcome),
        ("east.example", Outcome::Swapped)
    );
    assert_eq!(served(&clone, "east.example"), "2");
    drop(clone);
    assert!(reloads.recv().is_err());
}

#[test]
fn a_relative_path_means_what_it_meant_when_it_was_opened() {
    let directory = Directory::with(&["east.example"]);
    let from = std::env::current_dir().unwrap();
    let up: std::path::PathBuf = from.components().skip(1).map(|_| "..").collect();
    let relative = up.join(directory.sites("").strip_prefix("/").unwrap());
    let live = LiveSites::open(&relative).unwrap();
    assert_eq!(served(&live, "east.example"), "1");
    assert!(live.directory().is_absolute());
    assert_ne!(live.directory(), Path::new("/"));
}
