//! What is served after a restart while the files have errors.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use cds_live::{LiveSite, LiveSites, Options, Outcome, State};

use crate::reader::look;
use crate::site::{Directory, METADATA, all, until, write};

fn open(directory: &Directory) -> LiveSite {
    let options = Options::new().state_dir(directory.path("state"));
    LiveSite::open_with(directory.path("cds"), &options).unwrap()
}

/// Waits until the state directory has a version, and no other of it.
fn wait_until_kept(directory: &Directory, version: &str) {
    let is_kept = || {
        let files = files(&directory.path("state"));
        let has = |text: &str| files.iter().any(|file| file.contains(text));
        let is_past = |past: &str| past != version && has(past);
        has("\"format\"") && has(version) && !is_past("version-1")
    };
    until(is_kept, || format!("{version} is not kept"));
}

/// The contents of the files in the folders of a directory.
fn files(directory: &Path) -> Vec<String> {
    let folders = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten());
    files
        .flatten()
        .filter_map(|file| fs::read_to_string(file.path()).ok())
        .collect()
}

fn break_metadata(directory: &Directory) {
    write(&directory.cds(METADATA), "{ \"name\": \"broken\"");
}

#[test]
fn what_was_served_before_is_served_again_until_the_files_are_mended() {
    let directory = Directory::with_site("version-1");
    let first = open(&directory);
    let etag = first.site().etag().to_owned();
    assert!(!first.status().is_restored);
    wait_until_kept(&directory, "version-1");
    drop(first);

    break_metadata(&directory);
    let second = open(&directory);
    let status = second.status();
    assert_eq!(look(&second.site()), all("version-1"));
    assert_eq!(second.site().etag(), etag);
    assert_eq!((status.state, status.is_restored), (State::Failing, true));
    assert_eq!(status.last_reload.outcome, Outcome::Restored);
    assert!(status.last_reload.serving && status.last_reload.report.has_errors());
    // Another mistake changes nothing.
    write(&directory.cds(METADATA), "{");
    assert_eq!(second.reload().outcome, Outcome::Kept);
    assert!(second.status().is_restored);

    directory.write_site("cds", "version-2");
    assert_eq!(second.reload().outcome, Outcome::Swapped);
    let status = second.status();
    assert_eq!((status.state, status.is_restored), (State::Good, false));
    wait_until_kept(&directory, "version-2");
}

#[test]
fn files_that_are_put_back_as_they_were_are_not_restored_any_more() {
    let directory = Directory::with_site("1");
    drop(open(&directory));
    wait_until_kept(&directory, "\"format\"");
    break_metadata(&directory);
    let live = open(&directory);
    assert!(live.status().is_restored);
    directory.write_site("cds", "1");
    assert_eq!(live.reload().outcome, Outcome::Unchanged);
    let status = live.status();
    assert_eq!((status.state, status.is_restored), (State::Good, false));
}

#[test]
fn a_state_that_was_altered_is_ignored_and_replaced() {
    let directory = Directory::with_site("version-1");
    drop(open(&directory));
    wait_until_kept(&directory, "version-1");
    let folder = fs::read_dir(directory.path("state"))
        .unwrap()
        .next()
        .unwrap();
    for file in fs::read_dir(folder.unwrap().path()).unwrap() {
        fs::write(file.unwrap().path(), "something else").unwrap();
    }
    break_metadata(&directory);
    let live = open(&directory);
    assert_eq!(look(&live.site())[0], "503");
    assert!(!live.status().is_restored);
    directory.write_site("cds", "version-2");
    assert_eq!(live.reload().outcome, Outcome::Swapped);
    wait_until_kept(&directory, "version-2");
}

#[test]
fn a_directory_that_is_gone_is_not_brought_back_by_a_restart() {
    let directory = Directory::with_site("version-1");
    let live = open(&directory);
    wait_until_kept(&directory, "version-1");
    let reloads = live.subscribe();
    fs::remove_dir_all(directory.path("cds")).unwrap();
    let dropped = reloads
        .iter()
        .find(|reload| reload.outcome == Outcome::Dropped);
    assert!(dropped.is_some());
    until(
        || files(&directory.path("state")).is_empty(),
        || "still kept".to_owned(),
    );
    drop(live);
    break_metadata(&directory);
    assert_eq!(look(&open(&directory).site())[0], "503");
}

#[test]
fn a_directory_that_is_late_costs_nothing_that_is_kept() {
    let directory = Directory::with_site("version-1");
    drop(open(&directory));
    wait_until_kept(&directory, "version-1");
    fs::rename(directory.path("cds"), directory.path("elsewhere")).unwrap();
    let live = open(&directory);
    assert_eq!(look(&live.site())[0], "503");
    drop(live);
    fs::rename(directory.path("elsewhere"), directory.path("cds")).unwrap();
    break_metadata(&directory);
    assert_eq!(look(&open(&directory).site()), all("version-1"));
}

#[test]
fn a_directory_that_comes_late_and_broken_is_served_as_it_was() {
    let directory = Directory::with_site("version-1");
    drop(open(&directory));
    wait_until_kept(&directory, "version-1");
    fs::rename(directory.path("cds"), directory.path("elsewhere")).unwrap();
    let live = open(&directory);
    assert_eq!(look(&live.site())[0], "503");
    write(&directory.path("elsewhere").join(METADATA), "{");
    fs::rename(directory.path("elsewhere"), directory.path("cds")).unwrap();
    until(
        || look(&live.site()) == all("version-1"),
        || format!("{:?} is served", look(&live.site())),
    );
    assert!(live.status().is_restored);
}

#[test]
fn files_that_go_on_changing_at_the_start_are_served_as_they_were() {
    let directory = Directory::with_site("version-1");
    drop(open(&directory));
    wait_until_kept(&directory, "version-1");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let path = directory.cds(METADATA);
        let done = &done;
        scope.spawn(move || {
            for size in (0..1000).cycle() {
                if done.load(Ordering::Relaxed) {
                    return;
                }
                write(&path, &"{".repeat(size));
                thread::sleep(Duration::from_millis(10));
            }
        });
        let live = open(&directory);
        let status = live.status();
        done.store(true, Ordering::Relaxed);
        assert_eq!(look(&live.site()), all("version-1"));
        assert_eq!(status.last_reload.outcome, Outcome::Restored);
        let finding = status.last_reload.report.findings()[0].to_string();
        assert!(finding.contains("it goes on changing"), "{finding}");
    });
}

#[test]
fn what_is_kept_of_a_site_that_was_withdrawn_meanwhile_is_removed() {
    let directory = Directory::empty();
    directory.write_site("sites/east", "version-east");
    directory.write_site("sites/west", "version-west");
    let options = Options::new().state_dir(directory.path("state"));
    let open = || LiveSites::open_with(directory.path("sites"), &options).unwrap();
    drop(open());
    wait_until_kept(&directory, "version-west");
    fs::remove_dir_all(directory.path("sites/west")).unwrap();
    let live = open();
    let has = |version: &str| {
        let files = files(&directory.path("state"));
        files.iter().any(|file| file.contains(version))
    };
    until(|| !has("version-west"), || "still kept".to_owned());
    assert!(has("version-east"));
    drop(live);
}

#[test]
fn a_state_directory_that_cannot_be_written_keeps_nothing_from_being_served() {
    let directory = Directory::with_site("version-1");
    write(&directory.path("state"), "a file");
    let live = open(&directory);
    assert_eq!(look(&live.site()), all("version-1"));
    directory.write_site("cds", "version-2");
    assert_eq!(live.reload().outcome, Outcome::Swapped);
    assert_eq!(look(&live.site()), all("version-2"));
    let not_kept = || live.status().not_kept;
    until(|| not_kept().is_some(), || "it is kept".to_owned());
    fs::remove_file(directory.path("state")).unwrap();
    until(|| not_kept().is_none(), || format!("{:?}", not_kept()));
    wait_until_kept(&directory, "version-2");
}

#[test]
fn each_of_many_sites_is_kept() {
    let directory = Directory::empty();
    directory.write_site("sites/east", "version-east");
    directory.write_site("sites/west", "version-west");
    let options = Options::new().state_dir(directory.path("state"));
    let open = || LiveSites::open_with(directory.path("sites"), &options).unwrap();
    drop(open());
    wait_until_kept(&directory, "version-east");
    wait_until_kept(&directory, "version-west");
    write(&directory.path("sites/east").join(METADATA), "{");
    let live = open();
    let restored = |name: &str| live.status(name).unwrap().is_restored;
    assert_eq!((restored("east"), restored("west")), (true, false));
    assert_eq!(look(&live.site("east").unwrap()), all("version-east"));
}

#[test]
fn a_maintenance_that_was_kept_ends_as_any_other() {
    let directory = Directory::with_site("version-1");
    let end = SystemTime::now() + Duration::from_secs(5);
    let settings = format!("maintenance = {}", humantime::format_rfc3339_millis(end));
    write(&directory.cds("site.toml"), &settings);
    drop(open(&directory));
    wait_until_kept(&directory, "version-1");
    break_metadata(&directory);
    let live = open(&directory);
    assert!(live.status().is_restored);
    until(
        || look(&live.site()) == all("version-1"),
        || format!("{:?} is served", look(&live.site())),
    );
    // The end was written in whole milliseconds.
    assert!(SystemTime::now() + Duration::from_millis(1) >= end);
    assert!(live.status().is_restored);
}
