//! A live site in a process of its own: as another user, or with other limits.

use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{self, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use cds_live::{LiveSite, LiveSites, Options};

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
    lines: BufReader<ChildStdout>,
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
        let lines = BufReader::new(child.stdout.take().unwrap());
        Ok(Self {
            child,
            _stdin: stdin,
            lines,
        })
    }

    /// Reads on until a line holds `text`; `None` when the child ended before.
    pub fn line_with(&mut self, text: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if line.contains(text) {
                return Some(line);
            }
        }
    }
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
    std::thread::spawn(move || {
        for reload in reloads {
            let findings = reload.report.findings().iter().map(ToString::to_string);
            println!(
                "{} {}",
                reload.outcome.as_str(),
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
    std::thread::spawn(move || {
        for told in reloads {
            println!("{} {}", told.name, told.reload.outcome.as_str());
        }
    });
    let _ = io::stdin().read(&mut [0]);
}

fn options() -> Options {
    Options::new().poll_interval(Duration::from_millis(100))
}
