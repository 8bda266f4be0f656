//! Sites with coverage listings of up to a million entries.
//!
//! Run with `cargo bench -p cds-site --bench scale`. Prints, for each size, the time that compiling
//! a site takes beside `serde_json` reading the listing into plain typed structs (medians of
//! interleaved rounds), the peak of memory over the size of the file (each in a process of its
//! own), and the time of one answer. `ENTRIES=1000,1000000` chooses the sizes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads clocks"
)]

#[path = "../../cds-metadata/benches/common/generated.rs"]
mod generated;

use std::env;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use cds_site::{Respond, Site, Source, Sources, compile};
use generated::{Listing, generate, peak};
use http::{Request, header};

const METADATA: &str = r#"{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://example.org/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z", "updated": "2022-06-01T00:00:00Z",
  "name": "Demo", "description": "Demo.", "website": "https://example.org/",
  "documentation": "https://example.org/docs", "support": "https://example.org/support",
  "capabilities": ["coverage", "oauth"],
  "oauth_metadata": "https://example.org/oauth",
  "coverage": "https://example.org/cds-coverage.json"
}"#;

fn sources(listing: Vec<u8>) -> Sources {
    let source = |path: &str, bytes: Vec<u8>| Source {
        path: path.to_owned(),
        bytes: bytes.into(),
        modified: SystemTime::UNIX_EPOCH,
    };
    let files = [
        source("cds-server-metadata.json", METADATA.into()),
        source("cds-coverage.json", listing),
    ];
    files.into_iter().collect()
}

fn site(sources: &Sources, previous: Option<&Site>) -> Site {
    let compiled = compile(sources, SystemTime::now(), previous);
    compiled
        .site
        .unwrap_or_else(|| panic!("{:#?}", compiled.report.findings()))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// The time of a second call: the first tidies up what others left to the allocator.
fn settled<T>(work: impl Fn() -> T) -> Duration {
    timed(&work);
    timed(&work)
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let made = black_box(work());
    let time = start.elapsed();
    // What is thrown away was not asked for.
    drop(made);
    time
}

/// The time of compiling over that of reading, and the former in seconds.
fn load(sources: &Sources, rounds: usize) -> (f64, f64) {
    let listing = &sources.get("cds-coverage.json").unwrap().bytes;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        theirs.push(settled(|| {
            serde_json::from_slice::<Listing>(listing).unwrap()
        }));
        ours.push(settled(|| site(sources, None)));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    (ours / theirs, ours)
}

/// Nanoseconds per answer, the body put together but not sent.
fn answer(site: &Site, url: &str, etag: Option<&str>) -> f64 {
    let mut request = Request::get(url).body(()).unwrap();
    if let Some(etag) = etag {
        request
            .headers_mut()
            .insert(header::IF_NONE_MATCH, etag.parse().unwrap());
    }
    let rounds = (0..9).map(|_| {
        timed(|| {
            for _ in 0..1_000 {
                black_box(site.respond((&request).into()));
            }
        })
    });
    median(rounds.collect()) * 1e6
}

/// The `next` URL of a page, from its header field.
fn next(site: &Site, url: &str) -> Option<String> {
    let request = Request::get(url).body(()).unwrap();
    let response = site.respond((&request).into())?;
    let link = response.headers().get(header::LINK)?.to_str().ok()?;
    let url = link.strip_prefix('<')?.split_once(">; rel=\"next\"")?.0;
    Some(url.to_owned())
}

/// Does one thing and prints the peak of memory over the size of the file.
fn peak_of(what: &str, entries: usize) {
    let listing = generate(entries, false);
    let file = listing.len() as f64 / 1024.0;
    let sources = sources(listing);
    let before = peak().unwrap() as f64;
    let first = site(&sources, None);
    if what == "reload" {
        // A version whose files were all read anew.
        let again: Sources = sources
            .iter()
            .map(|source| Source {
                bytes: source.bytes.to_vec().into(),
                ..source.clone()
            })
            .collect();
        black_box(site(&again, Some(&first)));
    }
    black_box(&first);
    println!("{}", (peak().unwrap() as f64 - before) / file + 1.0);
}

fn peak_ratio(what: &str, entries: usize) -> f64 {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--peak", what, &entries.to_string()])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    printed
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("{printed}"))
}

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--peak") {
        return peak_of(&arguments[at + 1], arguments[at + 2].parse().unwrap());
    }
    let sizes = env::var("ENTRIES").unwrap_or("1000,10000,100000,1000000".to_owned());
    println!(
        "{:>8} {:>8} {:>14} {:>12} {:>14} {:>11} {:>10} {:>11} {:>9} {:>9}",
        "entries",
        "MB",
        "load ×serde",
        "load ms",
        "memory ×file",
        "with older",
        "page ns",
        "middle ns",
        "ids ns",
        "304 ns"
    );
    for size in sizes.split(',').map(|size| size.parse::<usize>().unwrap()) {
        let sources = sources(generate(size, false));
        let megabytes = sources
            .iter()
            .map(|source| source.bytes.len())
            .sum::<usize>() as f64
            / 1e6;
        let (ratio, seconds) = load(&sources, if size > 100_000 { 3 } else { 9 });
        let site = site(&sources, None);
        let first = "https://example.org/cds-coverage.json";
        // A page that is not kept: the pages that are begin at multiples of the page size.
        let filtered = format!("{first}?ids=utility-{}", size / 2);
        let middle = (0..2)
            .try_fold(first.to_owned(), |url, _| next(&site, &url))
            .unwrap();
        let etag = {
            let request = Request::get(first).body(()).unwrap();
            let response = site.respond((&request).into()).unwrap();
            response.headers()[header::ETAG]
                .to_str()
                .unwrap()
                .to_owned()
        };
        println!(
            "{size:>8} {megabytes:>8.1} {ratio:>14.2} {:>12.0} {:>14.2} {:>11.2} {:>10.0} {:>11.0} {:>9.0} {:>9.0}",
            seconds * 1e3,
            peak_ratio("load", size),
            peak_ratio("reload", size),
            answer(&site, first, None),
            answer(&site, &middle, None),
            answer(&site, &filtered, None),
            answer(&site, first, Some(&etag)),
        );
    }
}
