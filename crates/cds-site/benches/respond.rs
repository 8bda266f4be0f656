//! What one answer costs, in instructions: stable on a machine that is busy with other things.
//!
//! Run with `cargo bench -p cds-site --bench respond`. It runs itself under Valgrind's Callgrind,
//! which must be installed, once for each request, and counts from the call of `respond` to its
//! return. What an answer allocates is held by `tests/allocations.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark runs a program"
)]

#[path = "../tests/common/sites.rs"]
mod sites;

use std::env;
use std::hint::black_box;
use std::process::Command;

use cds_site::{Body, RequestHead, Respond, Site, SiteHandle};
use http::{Request, Response, header};

use sites::{METADATA, ask, entry, listing, site};

const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// A request: its name, its target, and a header field besides those of browsers: the tag that it
/// has, or the coding that it accepts.
type Case = (&'static str, &'static str, Option<&'static str>);

const CASES: [Case; 12] = [
    ("hit", WELL_KNOWN, None),
    ("hit in br", WELL_KNOWN, Some("br")),
    (
        "hit in another spelling",
        "/.well-known/cds-server-metadata%2Ejson",
        None,
    ),
    ("304", WELL_KNOWN, Some(TAG)),
    ("first page", "/cds-coverage.json", None),
    ("ids of two", "/cds-coverage.json?ids=7+300", None),
    ("miss", "/outages/current", None),
    (
        "miss, a long path",
        "/outages/in-the-region-of-the-western-hills/2026/7?page=2",
        None,
    ),
    ("miss, begins like ours", "/customers/login", None),
    (
        "miss, as long as ours",
        "/.well-known/cds-server-metadata.jpeg",
        None,
    ),
    ("miss with %", "/customers/a%20b", None),
    (BY_HANDLE, "/outages/current", None),
];

/// Stands for the tag of the document.
const TAG: &str = "{etag}";

/// The one case that asks a handle whose site can be swapped; the others ask a site.
const BY_HANDLE: &str = "miss, by a handle";

fn main() {
    let mut args = env::args().skip(1);
    if args.next().as_deref() == Some("--case") {
        return run(&args.next().unwrap());
    }
    for (name, ..) in CASES {
        println!("{name:<24} {:>6} instructions", instructions(name));
    }
}

/// How many instructions a request takes, counted in a process of its own.
fn instructions(case: &str) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=respond::measured*")
        .arg(env::current_exe().unwrap())
        .args(["--case", case])
        .output()
        .unwrap_or_else(|error| panic!("valgrind: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let count = count.unwrap_or_else(|| panic!("{said}")).1;
    count.trim().parse().unwrap()
}

/// Answers a request once, after it has been answered before.
fn run(case: &str) {
    let (name, target, field) = CASES.into_iter().find(|(name, ..)| *name == case).unwrap();
    let (site, handle) = (published(), SiteHandle::new(published()));
    let mut request = Request::get(target)
        .header(header::HOST, "demoutility.com")
        .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64)")
        .header(header::ACCEPT, "application/json")
        .header(header::ACCEPT_LANGUAGE, "en");
    request = match field {
        Some(TAG) => {
            let tag = ask(&site, WELL_KNOWN).unwrap().headers()[header::ETAG].clone();
            request.header(header::IF_NONE_MATCH, tag)
        }
        Some(coding) => request.header(header::ACCEPT_ENCODING, coding),
        None => request,
    };
    let request = request.body(()).unwrap();
    let head = RequestHead::from(&request);
    // What is made at the first request is there for the next.
    drop(black_box((site.respond(head), handle.respond(head))));
    let answer = match name {
        BY_HANDLE => measured(&handle, head),
        _ => measured(&site, head),
    };
    drop(black_box(answer));
}

/// Its name is what Callgrind looks for.
#[inline(never)]
fn measured<R: Respond>(source: &R, head: RequestHead<'_>) -> Option<Response<Body>> {
    black_box(source).respond(black_box(head))
}

/// A site with more entries than go on a page.
fn published() -> Site {
    let entries: Vec<_> = (0..500)
        .map(|number| entry(&number.to_string(), "2022-06-01T00:00:00Z", ""))
        .collect();
    site(&[
        ("cds-server-metadata.json", METADATA),
        ("cds-coverage.json", &listing(&entries)),
    ])
}
