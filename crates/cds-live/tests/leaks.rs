//! What reloads leave behind: no thread, no descriptor, no watch, no memory.
//!
//! In a process of its own, since what is counted is the process'. `RELOADS=10000` makes as many,
//! and prints the figures: `RELOADS=10000 cargo test -p cds-live --release --test leaks -- --nocapture`.
#![cfg(all(test, target_os = "linux"))]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "ends where it fails, and prints figures for whoever asks for them"
)]

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use cds_live::{LiveSite, Options, Outcome};

fn metadata(version: usize) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://utility.example/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "{version}",
  "description": "A fictional utility.",
  "website": "https://utility.example/data-access",
  "documentation": "https://utility.example/docs",
  "support": "https://utility.example/contact-us",
  "capabilities": ["coverage"],
  "coverage": "https://utility.example/cds-coverage.json"
}}
"#
    )
}

fn write_site(directory: &Path, version: usize) {
    fs::create_dir_all(directory).unwrap();
    fs::write(
        directory.join("cds-server-metadata.json"),
        metadata(version),
    )
    .unwrap();
    let listing = r#"{"coverage_entries": [], "next": null, "previous": null}"#;
    fs::write(directory.join("cds-coverage.json"), listing).unwrap();
}

/// What this process holds.
#[derive(Debug)]
struct Held {
    threads: usize,
    descriptors: usize,
    watches: usize,
}

impl Held {
    /// Fewer is no leak: what ran before may have been ending still.
    fn is_no_more_than(&self, before: &Self) -> bool {
        self.threads <= before.threads
            && self.descriptors <= before.descriptors
            && self.watches <= before.watches
    }
}

fn held() -> Held {
    let count = |path: &str| fs::read_dir(path).unwrap().count();
    let infos = fs::read_dir("/proc/self/fdinfo").unwrap().flatten();
    let watches = |info: fs::DirEntry| {
        // The one of this listing is closed by now.
        let text = fs::read_to_string(info.path()).unwrap_or_default();
        let lines = text.lines();
        lines.filter(|line| line.starts_with("inotify ")).count()
    };
    Held {
        threads: count("/proc/self/task"),
        descriptors: count("/proc/self/fd"),
        watches: infos.map(watches).sum(),
    }
}

fn resident_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

/// Edits, mistakes, swapped volumes and subscribers, one reload each.
fn reload(live: &LiveSite, directory: &Path, number: usize) {
    let subscription = live.subscribe();
    let outcome = match number % 4 {
        0 => {
            fs::write(directory.join("cds/..data/cds-server-metadata.json"), "{").unwrap();
            Outcome::Kept
        }
        1 | 2 => {
            let file = directory.join("cds/..data/cds-server-metadata.json");
            fs::write(file, metadata(number)).unwrap();
            Outcome::Swapped
        }
        _ => {
            let name = format!("..{number}");
            write_site(&directory.join("cds").join(&name), number);
            symlink(&name, directory.join("cds/..beside")).unwrap();
            let data = directory.join("cds/..data");
            let before = fs::read_link(&data).unwrap();
            fs::rename(directory.join("cds/..beside"), &data).unwrap();
            fs::remove_dir_all(directory.join("cds").join(before)).unwrap();
            Outcome::Swapped
        }
    };
    let reload = live.reload();
    let is_unchanged = reload.outcome == Outcome::Unchanged;
    // The watcher may have been faster than the request.
    assert!(reload.outcome == outcome || is_unchanged, "{reload:?}");
    assert!(subscription.try_iter().count() > 0);
}

/// What is counted is of the whole process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn sites_that_were_opened_and_dropped_leave_no_thread_and_no_open_file() {
    let _alone = alone();
    let outer = tempfile::tempdir().unwrap();
    write_site(outer.path(), 1);
    let before = held();
    for _ in 0..100 {
        let live = LiveSite::open(outer.path()).unwrap();
        assert_eq!(live.status().generation, 1);
    }
    let end = Instant::now() + Duration::from_secs(30);
    while !held().is_no_more_than(&before) {
        assert!(Instant::now() < end, "{:?} instead of {before:?}", held());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn thousands_of_reloads_hold_no_more_than_a_few() {
    let _alone = alone();
    let outer = tempfile::tempdir().unwrap();
    let directory = outer.path();
    let reloads = env::var("RELOADS").map_or(400, |text| text.parse().unwrap());
    write_site(&directory.join("cds/..first"), 0);
    symlink("..first", directory.join("cds/..data")).unwrap();
    for name in ["cds-server-metadata.json", "cds-coverage.json"] {
        symlink(format!("..data/{name}"), directory.join("cds").join(name)).unwrap();
    }
    let options = Options::new().quiet_time(Duration::from_millis(1));
    let live = LiveSite::open_with(directory.join("cds"), &options).unwrap();

    let early = reloads / 4;
    (1..=early).for_each(|number| reload(&live, directory, number));
    let (before, memory) = (held(), resident_kib());
    (early + 1..=reloads).for_each(|number| reload(&live, directory, number));
    let (after, memory_after) = (held(), resident_kib());
    println!(
        "after {early} reloads: {before:?}, {memory} KiB\n\
         after {reloads}: {after:?}, {memory_after} KiB"
    );
    assert!(after.is_no_more_than(&before), "{after:?}, not {before:?}");
    // Of what a reload allocates, some 100 KiB, none may stay.
    let more = memory_after.saturating_sub(memory);
    assert!(more < 16 * 1024, "{more} KiB more");
}
