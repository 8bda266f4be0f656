//! Edits a site directory at random while Clients crawl it, and tells what should not have been.
//!
//! Run with `cargo run -p tests --bin soak -- SECONDS [cds-proxy|axum-portal|hyper-portal]`. It
//! starts the program on a directory of its own, edits, breaks, mends, moves and deletes the files
//! as people and tools do, stops and continues the program, and crawls all the while. At the end it
//! prints what was done, what was seen, and what the process holds (memory, threads, descriptors,
//! watches) beside what it held at the beginning. It fails when anything was served that should not
//! have been, or when it holds more. `SEED=NUMBER` makes the same edits in the same order again; the
//! seed of each run is printed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "ends where something surprising is, and talks to whoever started it"
)]

mod crawler;
mod editor;
mod held;
mod random;
mod versions;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, process};

use tests::{DEADLINE, Program, Publisher, Serving, SiteDir};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::crawler::{Crawler, Seen};
use crate::editor::Editor;
use crate::held::Held;
use crate::versions::Versions;

/// Enough that requests never stop, and few enough that the edits get their turn.
const CRAWLERS: usize = 4;

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let seconds = arguments.next().map_or(60, |text| text.parse().unwrap());
    let program = arguments.next().unwrap_or_else(|| "cds-proxy".to_owned());
    let duration = Duration::from_secs(seconds);

    let dir = SiteDir::empty();
    let versions = Arc::new(Versions::default());
    let seed = env::var("SEED").map_or(process::id().into(), |text| text.parse().unwrap());
    println!("SEED={seed}");
    let mut editor = Editor::begin(dir.path().join("cds"), Arc::clone(&versions), seed);
    let portal = Serving::portal().await;
    let publisher = match program.as_str() {
        "cds-proxy" => Publisher::proxy(editor.directory(), portal.address).await,
        "axum-portal" => Publisher::example(Program::AxumPortal, editor.directory()).await,
        "hyper-portal" => Publisher::example(Program::HyperPortal, editor.directory()).await,
        other => panic!("there is no program {other}"),
    };
    editor.wait_until_served(publisher.address).await;
    let before = Held::by(publisher.process.id());

    let stop = Arc::new(AtomicBool::new(false));
    let mut crawlers = JoinSet::new();
    for _ in 0..CRAWLERS {
        let crawler = Crawler::new(publisher.address, Arc::clone(&versions));
        crawlers.spawn(crawler.run(Arc::clone(&stop)));
    }
    let end = Instant::now() + duration;
    let mut edits = 0;
    while Instant::now() < end {
        editor.edit(publisher.address).await;
        edits += 1;
        if edits % BETWEEN_STOPS == 0 {
            publisher.process.signal("STOP");
            sleep(STOPPED).await;
            publisher.process.signal("CONT");
        }
    }
    editor.begin_again();
    editor.wait_until_served(publisher.address).await;
    stop.store(true, Ordering::Relaxed);
    let seen: Seen = crawlers.join_all().await.into_iter().sum();
    let after = once_at_rest(publisher.process.id(), &before).await;
    let printed = publisher.process.printed();
    let reloads = printed.matches("a new version is served").count();

    println!("{program}, {seconds} s");
    println!("edits: {editor}");
    println!("reloads that were logged as taken up: {reloads}");
    println!("seen: {seen}");
    println!("held at the beginning: {before}");
    println!("held at the end:       {after}");
    let leaks = after.more_than(&before).into_iter().collect();
    let violations = [editor.violations, seen.violations, leaks].concat();
    for violation in violations.iter().take(20) {
        println!("violation: {violation}");
    }
    assert!(violations.is_empty(), "{} violations", violations.len());
}

/// What a process holds once it doesn't hold more than before, or after as long as threads are kept
/// that wait for work.
async fn once_at_rest(process: u32, before: &Held) -> Held {
    let end = Instant::now() + DEADLINE;
    loop {
        let held = Held::by(process);
        if held.more_than(before).is_none() || Instant::now() > end {
            return held;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// How many edits are made between two stops of the program.
const BETWEEN_STOPS: u32 = 50;

/// For how long it is stopped.
const STOPPED: Duration = Duration::from_secs(2);
