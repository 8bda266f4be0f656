//! A directory of sites, the live sites made of it, and what is expected of both.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use cds_live::{LiveSites, Options, Outcome, Reload, SiteReload, State, Subscription};
use cds_site::Respond;
use http::{Request, header};

pub const METADATA: &str = "cds-server-metadata.json";
pub const WELL_KNOWN: &str = "/.well-known/cds-server-metadata.json";

/// No test waits longer for what must happen.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Long enough for a reload that must not happen to happen.
pub const WHILE: Duration = Duration::from_millis(1500);

/// The metadata object of a site: at its well-known place on `host`, in this version.
pub fn metadata(host: &str, version: &str) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://{host}{WELL_KNOWN}",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "{version}",
  "description": "A fictional utility.",
  "website": "https://{host}/data-access",
  "documentation": "https://{host}/docs",
  "support": "https://{host}/contact-us",
  "capabilities": ["coverage"],
  "coverage": "https://static.{host}/cds-coverage.json"
}}
"#
    )
}

const LISTING: &str = r#"{"coverage_entries": [], "next": null, "previous": null}"#;

/// A directory of sites, outside of which there is room too.
pub struct Directory {
    outer: tempfile::TempDir,
}

impl Directory {
    pub fn empty() -> Self {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir(outer.path().join("sites")).unwrap();
        Self { outer }
    }

    /// With sites of version 1, each on the host that it is named after.
    pub fn with(names: &[&str]) -> Self {
        let directory = Self::empty();
        for name in names {
            directory.write_site(name, name, "1");
        }
        directory
    }

    pub fn outer(&self, path: &str) -> PathBuf {
        self.outer.path().join(path)
    }

    pub fn sites(&self, path: &str) -> PathBuf {
        self.outer.path().join("sites").join(path)
    }

    pub fn write_site(&self, name: &str, host: &str, version: &str) {
        write_site(&self.sites(name), host, version);
    }

    pub fn open(self) -> Fixture {
        self.open_with(&Options::new())
    }

    pub fn open_with(self, options: &Options) -> Fixture {
        let live = LiveSites::open_with(self.sites(""), options).unwrap();
        let reloads = live.subscribe();
        Fixture {
            directory: self,
            live,
            reloads,
        }
    }
}

/// Live sites with their directory.
pub struct Fixture {
    pub directory: Directory,
    pub live: LiveSites,
    pub reloads: Subscription<SiteReload>,
}

impl Fixture {
    pub fn new(names: &[&str]) -> Self {
        let fixture = Directory::with(names).open();
        for name in names {
            assert_eq!(fixture.served(name), "1");
        }
        fixture
    }

    pub fn sites(&self, path: &str) -> PathBuf {
        self.directory.sites(path)
    }

    pub fn edit(&self, name: &str, version: &str) {
        fs::write(self.sites(name).join(METADATA), metadata(name, version)).unwrap();
    }

    /// The version that is served on a host, the status when it isn't 200, or `passed on`.
    pub fn served(&self, host: &str) -> String {
        served(&self.live, host)
    }

    /// Waits until a version is served on a host.
    pub fn wait_for(&self, host: &str, version: &str) {
        until(
            || self.served(host) == version,
            || format!("{} on {host}: {:?}", self.served(host), self.findings(host)),
        );
    }

    pub fn state(&self, name: &str) -> Option<State> {
        self.live.status(name).map(|status| status.state)
    }

    /// What is said of a site.
    pub fn findings(&self, name: &str) -> Vec<String> {
        let status = self.live.status(name);
        let report = status.map(|status| status.last_reload.report);
        let report = report.unwrap_or_default();
        report.findings().iter().map(ToString::to_string).collect()
    }

    /// The names of all sites.
    pub fn names(&self) -> Vec<String> {
        let statuses = self.live.statuses().into_iter();
        statuses.map(|(name, _)| name.to_string()).collect()
    }

    /// The next reload of a site with this outcome.
    pub fn next(&self, name: &str, outcome: Outcome) -> Reload {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let SiteReload {
                name: of, reload, ..
            } = self.reloads.recv_timeout(left).unwrap();
            if *of == *name && reload.outcome == outcome {
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
}

/// The version that is served on a host, the status when it isn't 200, or `passed on`.
pub fn served(sites: &impl Respond, host: &str) -> String {
    let request = Request::get(WELL_KNOWN).header(header::HOST, host);
    let Some(response) = sites.respond((&request.body(()).unwrap()).into()) else {
        return "passed on".to_owned();
    };
    if response.status() != 200 {
        return response.status().as_u16().to_string();
    }
    let mut body = response.into_body();
    let object: serde_json::Value =
        serde_json::from_slice(&body.next_segment().unwrap_or_default()).unwrap();
    object["name"].as_str().unwrap().to_owned()
}

/// A Client that never stops asking one host.
pub struct Reader {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<String>>,
}

impl Reader {
    pub fn start(live: &LiveSites, host: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, live) = (Arc::clone(&stop), live.clone());
        let mut all = vec![served(&live, host)];
        let thread = thread::spawn(move || {
            loop {
                let is_last = stopped.load(Ordering::Relaxed);
                all.push(served(&live, host));
                all.dedup();
                if is_last {
                    return all;
                }
                // Without a pause, a few tests would take all processors.
                thread::sleep(Duration::from_micros(50));
            }
        });
        Self { stop, thread }
    }

    /// Everything that was served, in order, without repetitions.
    pub fn finish(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

pub fn write_site(directory: &Path, host: &str, version: &str) {
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join(METADATA), metadata(host, version)).unwrap();
    fs::write(directory.join("cds-coverage.json"), LISTING).unwrap();
}

/// Waits until something holds.
pub fn until(holds: impl Fn() -> bool, otherwise: impl Fn() -> String) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "{}", otherwise());
        thread::sleep(Duration::from_millis(2));
    }
}
