//! A live site in a process of its own: as another user, or with other limits.

use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use cds_live::{LiveSite, Options};

/// Names the directory to the child.
const VARIABLE: &str = "CDS_LIVE_TEST_DIRECTORY";

/// A process that watches a directory and says what becomes of it.
pub struct OtherProcess {
    child: Child,
    /// Closed when the child shall end.
    _stdin: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl OtherProcess {
    /// Starts this test's own binary by `command`, which is told what to run as its last
    /// arguments.
    pub fn start(mut command: Command, directory: &Path) -> io::Result<Self> {
        let mut child = command
            .args([
                "--exact",
                "other_process::child",
                "--ignored",
                "--nocapture",
            ])
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
fn child() {
    let Some(directory) = env::var_os(VARIABLE) else {
        return;
    };
    let live = LiveSite::open_with(
        directory,
        &Options::new().poll_interval(Duration::from_millis(100)),
    )
    .unwrap();
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
