//! A live site in a process of its own: as another user, or with other limits.

use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{self, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use cds_live::{LiveSite, LiveSites, Options};

use crate::site::DEADLINE;

/// Names the directory to the child.
const VARIABLE: &str = "CDS_LIVE_TEST_DIRECTORY";

/// What the process watches.
#[derive(Clone, Copy)]
pub enum Child {
    OfSite,
    OfSites,
}

/// A process that watches a directory and says what becomes of it.
pub struct OtherProcess {
    child: process::Child,
    /// Closed when the child shall end.
    _stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
}

impl OtherProcess {
    /// Starts this test's own binary by `command`, which is told what to run as its last
    /// arguments.
    pub fn start(mut command: Command, child: Child, directory: &Path) -> io::Result<Self> {
        let child = match child {
            Child::OfSite => "other_process::child_of_site",
            Child::OfSites => "other_process::child_of_sites",
        };
        let mut child = command
            .args(["--exact", child, "--ignored", "--nocapture"])
            .env(VARIABLE, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take().unwrap();
        let lines = lines(child.stdout.take().unwrap());
        Ok(Self {
            child,
            _stdin: stdin,
            lines,
        })
    }

    /// Reads on until a line holds `text`; `None` when the child ended before.
    pub fn line_with(&mut self, text: &str) -> Option<String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.contains(text) => return Some(line),
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("no line with {text:?}"),
            }
        }
    }
}

/// Lines as they come, so that one may be waited for no longer than a time.
fn lines(output: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test: what the other process runs.
#[test]
#[ignore = "run by other tests"]
fn child_of_site() {
    let Some(directory) = env::var_os(VARIABLE) else {
        return;
    };
    let live = LiveSite::open_with(directory, &options()).unwrap();
    let reloads = live.subscribe();
    let status = live.status();
    println!("begin {:?} {:?}", status.state, status.watching);
    let told_by = live.clone();
    thread::spawn(move || {
        for reload in reloads {
            let findings = reload.report.findings().iter().map(ToString::to_string);
            println!(
                "{} {:?} {}",
                reload.outcome.as_str(),
                told_by.status().watching,
                findings.collect::<Vec<_>>().join(" | ")
            );
        }
    });
    // Until the parent closes it or is gone.
    let _ = io::stdin().read(&mut [0]);
}

/// Not a test either.
#[test]
#[ignore = "run by other tests"]
fn child_of_sites() {
    let Some(directory) = env::var_os(VARIABLE) else {
        return;
    };
    let live = LiveSites::open_with(directory, &options()).unwrap();
    let reloads = live.subscribe();
    println!("begin {} {:?}", live.sites().len(), live.watching());
    thread::spawn(move || {
        for told in reloads {
            println!("{} {}", told.name, told.reload.outcome.as_str());
        }
    });
    let _ = io::stdin().read(&mut [0]);
}

fn options() -> Options {
    Options::new().poll_interval(Duration::from_millis(100))
}
