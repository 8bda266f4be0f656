//! Parsing and checking a large coverage listing, beside `serde_json` into plain typed structs.
//!
//! Run with `cargo bench -p cds-metadata --bench listing`. Prints ratios of medians of interleaved
//! rounds, and of peak memory (each measured in a process of its own). Time is the processor's
//! where the system tells it, so that other programs don't count. `ENTRIES=1000000` changes the
//! size; `LISTING=FILE` adds a listing of your own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads files and clocks"
)]

#[path = "common/generated.rs"]
mod generated;

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use cds_metadata::{CoverageForm, CoverageReader, Severity};
use generated::{Listing, generate, peak};

fn ours(json: &[u8]) -> usize {
    let mut entries = 0;
    let mut reader = CoverageReader::new(None);
    reader.read(
        "cds-coverage.json",
        json,
        CoverageForm::Listing,
        &mut |authored| {
            black_box(&authored);
            entries += 1;
        },
    );
    let (_, report) = reader.finish();
    entries + report.count(Severity::Error)
}

fn theirs(json: &[u8]) -> usize {
    serde_json::from_slice::<Listing>(json)
        .unwrap()
        .coverage_entries
        .len()
}

type Read = fn(&[u8]) -> usize;

/// The time of one call. A call before tidies up what others left to the allocator; of a small
/// file there are many, because the system counts in steps of milliseconds.
fn time(read: Read, json: &[u8]) -> Duration {
    black_box(read(json));
    let calls = (50_000_000 / json.len().max(1)).clamp(1, 1000);
    let (start, begun) = (Instant::now(), processor_time());
    for _ in 0..calls {
        black_box(read(json));
    }
    let elapsed = match (begun, processor_time()) {
        (Some(begun), Some(ended)) => ended - begun,
        _ => start.elapsed(),
    };
    elapsed.div_f64(calls as f64)
}

/// How long this process has had a processor, from Linux.
fn processor_time() -> Option<Duration> {
    let schedstat = fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = schedstat.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// Our time over theirs, each the median of interleaved rounds.
fn ratio(json: &[u8]) -> (f64, f64) {
    let rounds = 0..7;
    let (mut mine, mut plain) = (Vec::new(), Vec::new());
    for _ in rounds {
        plain.push(time(theirs, json));
        mine.push(time(ours, json));
    }
    let (mine, plain) = (median(mine), median(plain));
    (mine / plain, mine)
}

/// The peak of a process that does one thing.
fn peak_of(what: &str) -> Option<u64> {
    let output = Command::new(env::current_exe().ok()?)
        .args(["--peak", what])
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn entries() -> usize {
    env::var("ENTRIES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000)
}

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--peak") {
        let json = generate(entries(), arguments[at + 1] == "faulty");
        match arguments[at + 1].as_str() {
            "theirs" => black_box(theirs(&json)),
            "nothing" => 0,
            _ => black_box(ours(&json)),
        };
        println!("{}", peak().unwrap_or_default());
        return;
    }
    let entries = entries();
    let clean = generate(entries, false);
    println!("{entries} entries, {:.1} MB", clean.len() as f64 / 1e6);
    report("clean listing", &clean);
    report("every entry faulty", &generate(entries, true));
    if let Some(real) = env::var_os("LISTING").and_then(|path| fs::read(path).ok()) {
        report("the file of LISTING", &real);
    }
    if let (Some(mine), Some(plain), Some(nothing)) =
        (peak_of("clean"), peak_of("theirs"), peak_of("nothing"))
    {
        let file = clean.len() as f64 / 1024.0;
        println!(
            "peak memory over serde_json's: {:.2} ({:.2} × the file, {:.2} × the file)",
            mine as f64 / plain as f64,
            (mine - nothing) as f64 / file + 1.0,
            (plain - nothing) as f64 / file + 1.0,
        );
    }
}

fn report(name: &str, json: &[u8]) {
    let (ratio, seconds) = ratio(json);
    println!("{name}: {ratio:.2} × serde_json ({:.0} ms)", seconds * 1e3);
}
