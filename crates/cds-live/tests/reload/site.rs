//! A site directory, the live site made of it, and what is expected of both.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use cds_live::{LiveSite, Options, Outcome, Reload, Status, Subscription};

use crate::documents::{coverage, map, metadata};
use crate::reader::{Reader, Seen, look};

/// The names of the documents.
pub const METADATA: &str = "cds-server-metadata.json";
pub const COVERAGE: &str = "cds-coverage.json";
pub const MAP: &str = "public/maps/west.svg";

/// No test waits longer for what must happen.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Long enough for a reload that must not happen to happen: twice as long as files must stand
/// still when one of them is gone, which is five times the quiet time of 150 ms.
pub const WHILE: Duration = Duration::from_millis(1500);

/// A directory, outside of which there is room too.
pub struct Directory {
    outer: tempfile::TempDir,
}

impl Directory {
    pub fn empty() -> Self {
        Self {
            outer: tempfile::tempdir().unwrap(),
        }
    }

    /// With a whole site of `version` in `cds/`.
    pub fn with_site(version: &str) -> Self {
        let directory = Self::empty();
        directory.write_site("cds", version);
        directory
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.outer.path().join(path)
    }

    /// A path inside `cds/`.
    pub fn cds(&self, path: &str) -> PathBuf {
        self.outer.path().join("cds").join(path)
    }

    pub fn write_site(&self, at: &str, version: &str) {
        write(&self.path(at).join(METADATA), &metadata(version));
        write(&self.path(at).join(COVERAGE), &coverage(version));
        write(&self.path(at).join(MAP), &map(version));
    }

    pub fn open(self) -> Fixture {
        self.open_with(&Options::new())
    }

    pub fn open_with(self, options: &Options) -> Fixture {
        let live = LiveSite::open_with(self.path("cds"), options).unwrap();
        let reloads = live.subscribe();
        let reader = Reader::start(live.clone());
        Fixture {
            directory: self,
            live,
            reloads,
            reader,
        }
    }
}

/// A live site with its directory and its reader.
pub struct Fixture {
    pub directory: Directory,
    pub live: LiveSite,
    pub reloads: Subscription<Reload>,
    reader: Reader,
}

impl Fixture {
    /// A site of version 1 in `cds/`, served and read.
    pub fn new() -> Self {
        let fixture = Directory::with_site("1").open();
        fixture.wait_for(["1", "1", "1"]);
        fixture
    }

    pub fn cds(&self, path: &str) -> PathBuf {
        self.directory.cds(path)
    }

    /// Waits until these versions of metadata, coverage and map are served.
    pub fn wait_for(&self, versions: [&str; 3]) {
        let served = || look(&self.live.site());
        let otherwise = || {
            format!(
                "{:?} is served: {}",
                served(),
                findings(&self.live.status())
            )
        };
        until(|| served() == versions, otherwise);
    }

    /// The next reload of this outcome.
    pub fn next(&self, outcome: Outcome) -> Reload {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let reload = self.reloads.recv_timeout(left).unwrap();
            if reload.outcome == outcome {
                return reload;
            }
        }
    }

    /// Asserts that nothing is reloaded for a while.
    pub fn nothing_happens(&self) {
        if let Ok(reload) = self.reloads.recv_timeout(WHILE) {
            panic!("{reload:?}");
        }
    }

    /// Everything that was served since the beginning.
    pub fn served(self) -> Vec<Seen> {
        self.reader.finish()
    }
}

fn findings(status: &Status) -> String {
    let findings = status.last_reload.report.findings();
    findings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" | ")
}

/// Waits until something holds.
pub fn until(holds: impl Fn() -> bool, otherwise: impl Fn() -> String) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "{}", otherwise());
        thread::sleep(Duration::from_millis(2));
    }
}

/// Writes a file in place, with the directories above it.
pub fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Writes a file beside `path` and renames it into place.
pub fn write_over(path: &Path, content: &str) {
    let beside = path.with_extension("new~");
    fs::write(&beside, content).unwrap();
    fs::rename(&beside, path).unwrap();
}

/// All three documents in one version.
pub fn all(version: &str) -> Seen {
    [version, version, version].map(str::to_owned)
}

/// Versions as they are seen.
pub fn seen(versions: [&str; 3]) -> Seen {
    versions.map(str::to_owned)
}
