//! Directories of up to 10,000 sites.
//!
//! Run with `cargo bench -p cds-live --bench many_sites`. Prints, for each number of sites, how long
//! they take to be opened and what of memory each one takes (of the whole process, once opened, once
//! every document has been asked for in every content coding, and at most while all change at once),
//! the time of one answer by what is asked for, and the time from an edit to the first new answer,
//! with the 150 ms for which a file must stand still. Each in a process of its own.
//! `SITES=10,1000` chooses the numbers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark ends where it fails"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, mem};

use cds_live::LiveSites;
use cds_site::Respond;
use http::{Request, header};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

fn host(number: usize) -> String {
    format!("utility-{number:05}.example")
}

fn metadata(host: &str, version: &str) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://{host}{WELL_KNOWN}",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "{version}",
  "description": "A fictional utility that can be used for testing and demonstration purposes.",
  "website": "https://{host}/data-access",
  "documentation": "https://{host}/data-access/docs",
  "support": "https://{host}/contact-us?type=developers",
  "capabilities": ["coverage"],
  "coverage": "https://static.{host}/cds-coverage.json"
}}
"#
    )
}

/// Three areas: most utilities have fewer.
fn listing(host: &str) -> String {
    let entry = |id: &str| {
        format!(
            r#"    {{
      "id": "{id}",
      "created": "2022-06-01T00:00:00Z",
      "updated": "2022-06-01T00:00:00Z",
      "entity_name": "Demo Gas & Electric",
      "entity_abbreviation": "DGE",
      "country": "US",
      "name": "Service territory {id}",
      "description": "Where {host} delivers electricity.",
      "type": "geographic",
      "role": "authoritative",
      "infrastructure_types": ["distribution_utility"],
      "commodity_types": ["electricity", "natural_gas"],
      "capabilities": [],
      "geojson_resource": "https://maps.example/{host}/{id}.geojson"
    }}"#
        )
    };
    let entries = ["west", "east", "north"].map(entry).join(",\n");
    format!(
        "{{\n  \"coverage_entries\": [\n{entries}\n  ],\n  \"next\": null,\n  \"previous\": null\n}}\n"
    )
}

fn write_sites(directory: &Path, count: usize) {
    for number in 0..count {
        let host = host(number);
        let site = directory.join(&host);
        fs::create_dir(&site).unwrap();
        fs::write(site.join("cds-server-metadata.json"), metadata(&host, "1")).unwrap();
        fs::write(site.join("cds-coverage.json"), listing(&host)).unwrap();
    }
}

/// A number of `/proc/self/status`, in KiB.
fn memory(field: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn get(path: &str, host: &str) -> Request<()> {
    let request = Request::get(path).header(header::HOST, host);
    request.body(()).unwrap()
}

fn version(live: &LiveSites, request: &Request<()>) -> Option<String> {
    let response = live.respond(request.into())?;
    let body = response.into_body().next_segment()?;
    let object: serde_json::Value = serde_json::from_slice(&body).ok()?;
    Some(object["name"].as_str()?.to_owned())
}

/// Nanoseconds per answer to these requests, one after the other: of few sites again and again, as
/// the processor's caches hold them, or of all.
fn answer(live: &LiveSites, requests: &[Request<()>]) -> f64 {
    let times = 10_000 / requests.len();
    let mut rounds: Vec<_> = (0..7)
        .map(|_| {
            let start = Instant::now();
            for request in (0..times).flat_map(|_| requests) {
                black_box(live.respond(request.into()));
            }
            start.elapsed().as_secs_f64() * 1e9 / (times * requests.len()) as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// A request for each of so many sites, in no order that a processor could foresee.
fn requests(of: usize, count: usize, request: impl Fn(usize) -> Request<()>) -> Vec<Request<()>> {
    (0..of)
        .map(|index: usize| request(index.wrapping_mul(7_919) % count))
        .collect()
}

fn print_answers(live: &LiveSites, count: usize) {
    let hit = |number| get(WELL_KNOWN, &host(number));
    let page = |number| get("/bills/2026/january", &host(number));
    let other_host = |number| get(WELL_KNOWN, &format!("www.{}", host(number)));
    println!(
        "  an answer: {:.0} ns (the first in a while: {:.0} ns); a page of the portal: {:.0} ns; \
         a host of nobody's: {:.0} ns",
        answer(live, &requests(8, count, hit)),
        answer(live, &requests(10_000, count, hit)),
        answer(live, &requests(8, count, page)),
        answer(live, &requests(8, count, other_host)),
    );
}

fn ask_in_every_coding(live: &LiveSites, count: usize) {
    for number in 0..count {
        let host = host(number);
        for (path, host) in [
            (WELL_KNOWN, host.clone()),
            ("/cds-coverage.json", format!("static.{host}")),
        ] {
            for coding in ["identity", "gzip", "br", "zstd"] {
                let mut request = get(path, &host);
                let coding = coding.parse().unwrap();
                request
                    .headers_mut()
                    .insert(header::ACCEPT_ENCODING, coding);
                assert!(live.respond((&request).into()).is_some());
            }
        }
    }
}

/// Edits single sites; prints how long it took until the edit was answered with.
fn print_edits(live: &LiveSites, directory: &Path, count: usize) {
    let mut times: Vec<_> = (0..40)
        .map(|round: usize| {
            let number = round.wrapping_mul(7_919) % count;
            let (host, version_now) = (host(number), format!("edit {round}"));
            let file = directory.join(&host).join("cds-server-metadata.json");
            fs::write(file, metadata(&host, &version_now)).unwrap();
            let (start, request) = (Instant::now(), get(WELL_KNOWN, &host));
            while version(live, &request).as_deref() != Some(&*version_now) {
                assert!(start.elapsed() < Duration::from_secs(60));
                thread::sleep(Duration::from_micros(200));
            }
            start.elapsed()
        })
        .collect();
    times.sort();
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    println!("  from an edit to its answer: {median:.0?}, at most {most:.0?}");
}

/// Changes all sites at once; prints how long that took until all were answered with.
fn print_checkout(live: &LiveSites, directory: &Path, count: usize) {
    let start = Instant::now();
    for number in 0..count {
        let host = host(number);
        let file = directory.join(&host).join("cds-server-metadata.json");
        fs::write(file, metadata(&host, "all")).unwrap();
    }
    let written = start.elapsed();
    for number in 0..count {
        let request = get(WELL_KNOWN, &host(number));
        while version(live, &request).as_deref() != Some("all") {
            assert!(start.elapsed() < Duration::from_secs(600));
            thread::sleep(Duration::from_millis(2));
        }
    }
    println!(
        "  all changed in {written:.1?}, and answered with after {:.1?}",
        start.elapsed()
    );
}

fn measure(count: usize) {
    let directory = tempfile::tempdir().unwrap();
    write_sites(directory.path(), count);
    let before = memory("VmRSS");
    let each = |now: f64| (now - before) / count as f64;
    let start = Instant::now();
    let live = LiveSites::open(directory.path()).unwrap();
    let opened = start.elapsed();
    assert_eq!(live.sites().len(), count);
    let once_opened = each(memory("VmRSS"));
    println!(
        "{count} sites, opened in {opened:.2?}, changes noticed by {}",
        live.watching().as_str()
    );
    print_answers(&live, count);
    print_edits(&live, directory.path(), count);
    ask_in_every_coding(&live, count);
    let once_asked = each(memory("VmRSS"));
    print_checkout(&live, directory.path(), count);
    println!(
        "  memory per site: {once_opened:.1} KiB; asked for in every coding: {once_asked:.1} KiB; \
         at most: {:.1} KiB",
        each(memory("VmHWM"))
    );
    mem::forget(live);
}

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let [_, flag, count] = &arguments[..]
        && flag == "--measure"
    {
        return measure(count.parse().unwrap());
    }
    let counts = env::var("SITES").unwrap_or("10,1000,10000".to_owned());
    for count in counts.split(',') {
        let status = Command::new(env::current_exe().unwrap())
            .args(["--measure", count])
            .status();
        assert!(status.unwrap().success());
    }
}
