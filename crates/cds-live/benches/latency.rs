//! From an edit to its answer, and what requests notice of it.
//!
//! Run with `cargo bench -p cds-live --bench latency`. Prints the time from the last byte written to
//! the first new answer, with the 150 ms for which a file must stand still: of a small site
//! (`EDITS=200` of each kind), and of one with `ENTRIES=100000` coverage entries, for which the work
//! of a reload is its own figure. Then the throughput and the times of requests to the large site,
//! without reloads and with one after the other, from one thread.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark ends where it fails"
)]

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cds_live::LiveSite;
use cds_site::Respond;
use http::Request;

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

fn number(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn metadata(version: &str) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://utility.example{WELL_KNOWN}",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "{version}",
  "description": "A fictional utility that can be used for testing and demonstration purposes.",
  "website": "https://utility.example/data-access",
  "documentation": "https://utility.example/data-access/docs",
  "support": "https://utility.example/contact-us?type=developers",
  "capabilities": ["coverage"],
  "coverage": "https://utility.example/cds-coverage.json"
}}
"#
    )
}

fn listing(entries: usize, version: &str) -> String {
    let entry = |number: usize| {
        // One of them differs from version to version.
        let name = if number == entries / 2 { version } else { "" };
        format!(
            r#"{{"id": "{number}", "created": "2022-06-01T00:00:00Z", "updated": "2022-06-01T00:00:00Z",
"entity_name": "Demo Gas & Electric", "entity_abbreviation": "DGE", "country": "US",
"name": "Service territory {number} {name}", "description": "Where electricity is delivered.",
"type": "logical", "role": "authoritative", "infrastructure_types": ["distribution_utility"],
"commodity_types": ["electricity", "natural_gas"], "capabilities": []}}"#
        )
    };
    let entries = (0..entries).map(entry).collect::<Vec<_>>().join(",\n");
    format!("{{\"coverage_entries\": [\n{entries}\n], \"next\": null, \"previous\": null}}\n")
}

/// A site directory and the site made of it.
struct Place {
    directory: tempfile::TempDir,
    live: LiveSite,
}

impl Place {
    fn with_entries(entries: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::write(path.join("cds-server-metadata.json"), metadata("0")).unwrap();
        fs::write(path.join("cds-coverage.json"), listing(entries, "0")).unwrap();
        let live = LiveSite::open(path).unwrap();
        assert_eq!(live.status().entries, entries);
        Self { directory, live }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Makes an edit; returns how long it took from then until another site was served.
    fn edit(&self, edit: impl FnOnce()) -> Duration {
        let before = self.live.site().etag().to_owned();
        edit();
        let start = Instant::now();
        while self.live.site().etag() == before {
            assert!(start.elapsed() < Duration::from_secs(60));
            thread::sleep(Duration::from_micros(200));
        }
        start.elapsed()
    }
}

fn write_over(path: &Path, content: &str) {
    let beside = path.with_extension("new~");
    fs::write(&beside, content).unwrap();
    fs::rename(beside, path).unwrap();
}

/// The time that so many of a hundred are within.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn print_distribution(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    println!(
        "{what}: p50 {:.1?}, p90 {:.1?}, p99 {:.1?}, at most {:.1?} of {}",
        percentile(&times, 50),
        percentile(&times, 90),
        percentile(&times, 99),
        percentile(&times, 100),
        times.len()
    );
}

fn print_edits_of_a_small_site(edits: usize) {
    let place = Place::with_entries(3);
    let path = place.path("cds-server-metadata.json");
    let in_place: fn(&Path, &str) = |path, content| fs::write(path, content).unwrap();
    for (kind, write) in [("written in place", in_place), ("renamed over", write_over)] {
        let edit = |number| {
            // At any moment, as edits come.
            thread::sleep(Duration::from_micros(number as u64 * 7_919 % 20_000));
            place.edit(|| write(&path, &metadata(&format!("{kind} {number}"))))
        };
        let times = (0..edits).map(edit).collect();
        print_distribution(&format!("a small site, {kind}"), times);
    }
}

fn print_edits_of_a_large_site(place: &Place, entries: usize) {
    let path = place.path("cds-coverage.json");
    let mut work = Vec::new();
    let mut edit = |number: usize| {
        let content = listing(entries, &format!("edit {number}"));
        let time = place.edit(|| write_over(&path, &content));
        work.push(place.live.status().last_reload.duration);
        time
    };
    let times = (0..20).map(&mut edit).collect();
    print_distribution(&format!("{entries} entries, one edited"), times);
    print_distribution("  of that, reading, checking and compiling", work);
}

/// Asks for so long; returns the times of all answers.
fn ask(live: &LiveSite, time: Duration) -> Vec<Duration> {
    let requests = [WELL_KNOWN, "/cds-coverage.json", "/bills/2026/january"]
        .map(|path| Request::get(path).body(()).unwrap());
    let mut times = Vec::with_capacity(10_000_000);
    let start = Instant::now();
    while start.elapsed() < time {
        for request in &requests {
            let begun = Instant::now();
            black_box(live.respond(request.into()));
            times.push(begun.elapsed());
        }
    }
    times
}

fn print_requests(place: &Place, entries: usize) {
    let time = Duration::from_secs(10);
    let print = |what: &str, times: Vec<Duration>| {
        let rate = times.len() as f64 / time.as_secs_f64();
        print_distribution(&format!("requests {what}, {rate:.0}/s"), times);
    };
    print("without reloads", ask(&place.live, time));
    let contents = ["a", "b"].map(|version| listing(entries, version));
    let (done, before) = (AtomicBool::new(false), place.live.status().generation);
    thread::scope(|scope| {
        scope.spawn(|| {
            let path = place.path("cds-coverage.json");
            for content in contents.iter().cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                place.edit(|| write_over(&path, content));
            }
        });
        let times = ask(&place.live, time);
        done.store(true, Ordering::Relaxed);
        let reloads = place.live.status().generation - before;
        print(&format!("during {reloads} reloads"), times);
    });
}

fn main() {
    print_edits_of_a_small_site(number("EDITS", 200));
    let entries = number("ENTRIES", 100_000);
    let place = Place::with_entries(entries);
    print_edits_of_a_large_site(&place, entries);
    print_requests(&place, entries);
}
