//! The handle: reloads that are asked for, subscriptions, the end.

use std::fs;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cds_live::{LiveSite, Options, Outcome, State, WatchMode, Watching};

use crate::documents::{map, metadata};
use crate::site::{Directory, Fixture, MAP, METADATA, all, seen, write, write_over};

#[test]
fn a_reload_that_is_asked_for_says_how_it_ended() {
    let options = Options::new().watch(WatchMode::Off);
    let fixture = Directory::with_site("1").open_with(&options);
    assert_eq!(fixture.live.status().watching, Watching::Off);
    assert_eq!(fixture.live.reload().outcome, Outcome::Unchanged);
    fixture.next(Outcome::Unchanged);

    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.nothing_happens();
    let reload = fixture.live.reload();
    assert_eq!(reload.outcome, Outcome::Swapped);
    assert_eq!(reload.changed.as_ref(), [METADATA]);

    write(&fixture.cds(METADATA), "{");
    assert_eq!(fixture.live.reload().outcome, Outcome::Kept);
    // Still broken, so still kept, although nothing changed.
    let reload = fixture.live.reload();
    assert_eq!(reload.outcome, Outcome::Kept);
    assert!(reload.report.has_errors());
}

#[test]
fn intervals_and_times_of_any_length_are_taken() {
    for mode in [WatchMode::Auto, WatchMode::Poll, WatchMode::Off] {
        let options = Options::new()
            .watch(mode)
            .poll_interval(Duration::MAX)
            .reread_interval(Some(Duration::MAX))
            .compare_interval(Some(Duration::MAX));
        let fixture = Directory::with_site("1").open_with(&options);
        write(&fixture.cds(METADATA), &metadata("2"));
        assert_ne!(fixture.live.reload().outcome, Outcome::Kept);
        fixture.wait_for(["2", "1", "1"]);
    }
}

#[test]
fn a_status_is_never_half_of_one() {
    let options = Options::new().watch(WatchMode::Off);
    let fixture = Directory::with_site("0").open_with(&options);
    let live = &fixture.live;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = live.status();
            while !done.load(Ordering::Relaxed) {
                let tag = live.site().etag().to_owned();
                let status = live.status();
                assert_eq!(status.state, State::Good);
                // Each of these reloads swaps, so time and tag are always the last one's.
                assert_eq!(status.loaded_at, Some(status.last_reload.at));
                let is_new = status.generation > last.generation;
                assert_eq!(status.etag != last.etag, is_new, "{last:?} {status:?}");
                // The status of a site is there as soon as the site is.
                if live.status().generation == last.generation {
                    assert_eq!(Some(&*tag), status.etag.as_deref());
                }
                last = status;
            }
        });
        for version in 1..=20 {
            write(&fixture.cds(METADATA), &metadata(&version.to_string()));
            assert_eq!(live.reload().outcome, Outcome::Swapped);
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    assert_eq!(live.status().generation, 21);
    assert_eq!(live.status().etag.as_deref(), Some(live.site().etag()));
}

#[test]
fn reloads_may_be_asked_for_from_many_threads() {
    let fixture = Fixture::new();
    write(&fixture.cds(METADATA), &metadata("2"));
    let live = &fixture.live;
    thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| live.reload())).collect();
        for reload in all {
            let outcome = reload.join().unwrap().outcome;
            assert!(
                matches!(outcome, Outcome::Swapped | Outcome::Unchanged),
                "{outcome:?}"
            );
        }
    });
    fixture.wait_for(["2", "1", "1"]);
}

#[test]
fn polling_finds_changes_too() {
    let options = Options::new()
        .watch(WatchMode::Poll)
        .poll_interval(Duration::from_millis(50));
    let fixture = Directory::with_site("1").open_with(&options);
    assert_eq!(
        fixture.live.status().watching,
        Watching::Polling { why: None }
    );
    write_over(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "1", "1"]);
}

#[test]
fn while_polling_a_writer_that_pauses_is_waited_for() {
    // As long as while a file is missing, five times the quiet time.
    let options = Options::new()
        .watch(WatchMode::Poll)
        .quiet_time(Duration::from_millis(500))
        .poll_interval(Duration::from_millis(50));
    let fixture = Directory::with_site("1").open_with(&options);
    let content = map("2");
    let (first, second) = content.as_bytes().split_at(content.len() / 2);
    let mut file = fs::File::create(fixture.cds(MAP)).unwrap();
    file.write_all(first).unwrap();
    thread::sleep(Duration::from_millis(1200));
    file.write_all(second).unwrap();
    drop(file);
    fixture.wait_for(["1", "1", "2"]);
    assert_eq!(fixture.served(), [all("1"), seen(["1", "1", "2"])]);
}

#[test]
fn a_subscriber_that_is_slow_or_gone_holds_nobody_up() {
    let fixture = Fixture::new();
    drop(fixture.live.subscribe());
    let slow = fixture.live.subscribe();
    for _ in 0..300 {
        fixture.live.reload();
    }
    // What it has room for, and not one more.
    assert_eq!(slow.try_iter().count(), 256);
    fixture.live.reload();
    assert_eq!(slow.try_iter().count(), 1);
}

#[test]
fn dropping_the_last_handle_ends_the_threads_and_the_subscriptions() {
    let directory = Directory::with_site("1");
    let live = LiveSite::open(directory.cds("")).unwrap();
    let reloads = live.subscribe();
    let clone = live.clone();
    drop(live);
    write(&directory.cds(METADATA), &metadata("2"));
    assert_eq!(reloads.recv().unwrap().outcome, Outcome::Swapped);
    drop(clone);
    // The thread lets go of its senders when it ends.
    assert!(reloads.recv().is_err());
}
