//! Sites with coverage listings of up to a million entries.
//!
//! Run with `cargo bench -p cds-site --bench scale`. Prints, for each size, the time that compiling
//! a site takes beside `serde_json` reading the listing into plain typed structs (medians of
//! interleaved rounds), the peak of memory over the size of the file (each in a process of its
//! own), and the time of one answer. `ENTRIES=1000,1000000` chooses the sizes.
//!
//! Memory is that of one version, of one beside an older, and of one whose pages were all asked for
//! in gzip. A page is the first, which is kept; "anew" is one that is kept when it is first asked
//! for, and "unaligned" one that is put together for each request, because it begins between two
//! that are kept.

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

/// The URL of the listing.
const FIRST: &str = "https://example.org/cds-coverage.json";

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

/// Microseconds per page that is put together to be kept.
fn anew(sources: &Sources, urls: &[String]) -> f64 {
    let site = site(sources, None);
    let request = |url: &String| Request::get(url).body(()).unwrap();
    let requests: Vec<_> = urls.iter().map(request).collect();
    let time = timed(|| {
        for request in &requests {
            black_box(site.respond(request.into()));
        }
    });
    time.as_secs_f64() * 1e6 / requests.len() as f64
}

/// A page that begins where no page that is kept does: behind the last of as many entries as are on
/// a page, in a filter that asks for one more.
fn unaligned(site: &Site, entries: usize) -> String {
    let ids: Vec<_> = (0..=200)
        .map(|number| format!("utility-{}", number * (entries / 201)))
        .collect();
    let request = Request::get(format!("{FIRST}?ids={}", ids.join("+")));
    let mut body = site
        .respond((&request.body(()).unwrap()).into())
        .unwrap()
        .into_body();
    let mut page = Vec::new();
    while let Some(segment) = body.next_segment() {
        page.extend_from_slice(&segment);
    }
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
    let next = page["next"].as_str().unwrap();
    format!("{FIRST}?cursor={}", next.rsplit_once("cursor=").unwrap().1)
}

/// Every page, from the first on.
fn crawl(site: &Site) -> Vec<String> {
    std::iter::successors(Some(FIRST.to_owned()), |url| next(site, url)).collect()
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
    if what == "crawl" {
        for url in crawl(&first) {
            let request = Request::get(url).header(header::ACCEPT_ENCODING, "gzip");
            black_box(first.respond((&request.body(()).unwrap()).into()));
        }
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
        "{:>8} {:>8} {:>12} {:>8} {:>13} {:>11} {:>8} {:>8} {:>8} {:>10} {:>8} {:>8}",
        "entries",
        "MB",
        "load ×serde",
        "load ms",
        "memory ×file",
        "with older",
        "crawled",
        "page ns",
        "anew µs",
        "unaligned",
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
        let filtered = format!("{FIRST}?ids=utility-{}", size / 2);
        let etag = {
            let request = Request::get(FIRST).body(()).unwrap();
            let response = site.respond((&request).into()).unwrap();
            response.headers()[header::ETAG]
                .to_str()
                .unwrap()
                .to_owned()
        };
        println!(
            "{size:>8} {megabytes:>8.1} {ratio:>12.2} {:>8.0} {:>13.2} {:>11.2} {:>8.2} {:>8.0} {:>8.1} {:>10.0} {:>8.0} {:>8.0}",
            seconds * 1e3,
            peak_ratio("load", size),
            peak_ratio("reload", size),
            peak_ratio("crawl", size),
            answer(&site, FIRST, None),
            anew(&sources, &crawl(&site)),
            answer(&site, &unaligned(&site, size), None),
            answer(&site, &filtered, None),
            answer(&site, FIRST, Some(&etag)),
        );
    }
}
