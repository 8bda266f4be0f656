//! Programs of this workspace as processes.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Instant;

use serde::Deserialize;

use crate::wait::{DEADLINE, eventually};

/// A binary of this workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// The sidecar.
    CdsProxy,
    /// The example on axum.
    AxumPortal,
    /// The example whose documents come from a database.
    DatabasePortal,
    /// The example on hyper.
    HyperPortal,
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::CdsProxy => "cds-proxy",
            Self::AxumPortal => "axum-portal",
            Self::DatabasePortal => "database-portal",
            Self::HyperPortal => "hyper-portal",
        }
    }

    /// A command that runs it as it is in the sources now.
    pub fn command(self) -> Command {
        let path = built().get(self.name());
        let mut command = Command::new(path.unwrap_or_else(|| panic!("no {}", self.name())));
        // Nothing of what configures this process's surroundings.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CDS_PROXY_") {
                command.env_remove(name);
            }
        }
        command.env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(self, args: &[impl AsRef<OsStr>]) -> Output {
        self.start(args).finish()
    }

    /// Starts it; it is killed when dropped.
    pub fn start(self, args: &[impl AsRef<OsStr>]) -> Running {
        Running::spawn(self.command().args(args))
    }
}

/// A process and what it has printed.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Printed,
    stderr: Printed,
}

impl Running {
    /// Starts a command; it is killed when dropped.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = Printed::collect(child.stdout.take().unwrap());
        let stderr = Printed::collect(child.stderr.take().unwrap());
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// The address after `words` in what it logs, e.g. `listening on http://127.0.0.1:4711`.
    pub async fn address_after(&mut self, words: &str) -> SocketAddr {
        let text = self.prints(words).await;
        let (_, rest) = text.split_once(words).unwrap();
        let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':')));
        // It may end a sentence.
        let address = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
        address.parse().unwrap_or_else(|_| panic!("{rest}"))
    }

    /// Waits until a line with `words` is printed, and returns all that is printed by then.
    pub async fn prints(&mut self, words: &str) -> String {
        eventually(words, async || {
            // First, so that what it prints at its end is still looked at.
            let ended = self.ended();
            let printed = self.printed();
            let line_ended = |at: usize| printed[at..].contains('\n');
            if printed.find(words).is_some_and(line_ended) {
                return Some(printed);
            }
            assert!(
                ended.is_none(),
                "ended ({ended:?}) without printing {words:?}:\n{printed}"
            );
            None
        })
        .await
    }

    /// All it has printed so far, errors after the rest.
    pub fn printed(&self) -> String {
        format!("{}{}", self.stdout.text(), self.stderr.text())
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Output {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.ended() {
                break status;
            }
            assert!(start.elapsed() < DEADLINE, "does not end");
            thread::sleep(std::time::Duration::from_millis(10));
        };
        Output {
            status,
            stdout: self.stdout.finish(),
            stderr: self.stderr.finish(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            // Through the macro, so that the test harness shows it with the failure.
            println!(
                "--- printed by process {}:\n{}",
                self.child.id(),
                self.printed()
            );
        }
    }
}

/// What comes out of a pipe, read by a thread so that the process never waits.
#[derive(Debug)]
struct Printed {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Printed {
    fn collect(pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                sink.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .append(&mut line);
            }
        });
        Self {
            bytes,
            reader: Some(reader),
        }
    }

    fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn finish(&mut self) -> Vec<u8> {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        std::mem::take(&mut self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All binaries of the workspace by name, built once per test process, so that none is stale.
///
/// The whole workspace with all its targets is what a test run builds anyway: with another
/// selection, Cargo would choose other features and build the dependencies twice.
fn built() -> &'static HashMap<String, PathBuf> {
    static BUILT: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        // Build scripts look at what Cargo says of the package of this test, and would run anew.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["CARGO_MANIFEST_", "CARGO_PKG_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                cargo.env_remove(name);
            }
        }
        let build = cargo
            .args([
                "build",
                "--workspace",
                "--all-targets",
                "--message-format=json",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert!(
            build.status.success(),
            "{}",
            String::from_utf8_lossy(&build.stderr)
        );
        let messages = build.stdout.lines().map(Result::unwrap);
        messages
            .filter_map(|line| serde_json::from_str(&line).ok())
            .filter_map(binary)
            .collect()
    })
}

/// A message of Cargo about something it has built.
#[derive(Debug, Deserialize)]
struct Artifact {
    target: ArtifactTarget,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct ArtifactTarget {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    test: bool,
}

fn binary(artifact: Artifact) -> Option<(String, PathBuf)> {
    let is_binary = artifact.target.kind == ["bin"] && !artifact.profile.test;
    is_binary.then_some((artifact.target.name, artifact.executable?))
}
