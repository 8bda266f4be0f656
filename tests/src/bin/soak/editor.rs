//! Someone who edits the files, in all the ways that people and tools do.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tests::DEADLINE;
use tokio::time::{Duration, sleep};

use crate::crawler::{COVERAGE, METADATA, map_version, version};
use crate::random::Random;
use crate::versions::{SETTINGS, Versions, coverage, map, metadata};

const METADATA_FILE: &str = "cds-server-metadata.json";
const COVERAGE_FILE: &str = "cds-coverage.json";
const MAP_FILE: &str = "public/cds/map.svg";

/// Someone who edits the files.
pub(crate) struct Editor {
    directory: PathBuf,
    versions: Arc<Versions>,
    random: Random,
    /// The versions that metadata object, listing and map have now.
    current: [u64; 3],
    /// How often each edit was made.
    made: BTreeMap<&'static str, u64>,
    waits: u64,
    longest: Duration,
    pub(crate) violations: Vec<String>,
}

impl Editor {
    /// Writes the first version.
    pub(crate) fn begin(directory: PathBuf, versions: Arc<Versions>, seed: u64) -> Self {
        let first = versions.next();
        fs::create_dir(&directory).unwrap();
        write_site(&directory, first);
        Self {
            directory,
            versions,
            random: Random::of(seed),
            current: [first; 3],
            made: BTreeMap::new(),
            waits: 0,
            longest: Duration::ZERO,
            violations: Vec::new(),
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes one edit, and sometimes waits until it is served.
    pub(crate) async fn edit(&mut self, server: SocketAddr) {
        let name = match self.random.below(15) {
            0 | 1 => self.renamed_over().await,
            2 | 3 => self.written_in_place().await,
            4 => self.broken_and_mended().await,
            5 => self.deleted_and_written_again().await,
            6 => self.moved_away_and_written_again().await,
            7 => self.directory_swapped(),
            8 => self.touched(),
            9 => self.both_files().await,
            11 | 12 => self.map_written_slowly().await,
            13 | 14 => self.volume_swapped(),
            _ => self.burst().await,
        };
        *self.made.entry(name).or_default() += 1;
        if self.random.below(3) == 0 {
            self.wait_until_served(server).await;
        } else {
            sleep(self.random.pause(400)).await;
        }
    }

    /// Puts a directory in place that takes as many watches as the first.
    pub(crate) fn begin_again(&mut self) {
        self.directory_swapped();
    }

    /// Waits until what is in the files is what is served.
    pub(crate) async fn wait_until_served(&mut self, server: SocketAddr) {
        let start = Instant::now();
        loop {
            let served = [
                version(server, METADATA).await,
                version(server, COVERAGE).await,
                map_version(server).await,
            ];
            if served == self.current.map(Some) {
                break;
            }
            if start.elapsed() > DEADLINE {
                self.violations.push(format!(
                    "{served:?} is served for {DEADLINE:?}, while the files are {:?}",
                    self.current
                ));
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
        self.waits += 1;
        self.longest = self.longest.max(start.elapsed());
    }

    /// A file, its name, and its next version.
    fn next(&mut self) -> (PathBuf, String) {
        let version = self.versions.next();
        let which = usize::from(self.random.below(2) == 0);
        self.current[which] = version;
        match which {
            0 => (self.directory.join(METADATA_FILE), metadata(version)),
            _ => (self.directory.join(COVERAGE_FILE), coverage(version)),
        }
    }

    async fn renamed_over(&mut self) -> &'static str {
        let (path, content) = self.next();
        let beside = path.with_extension("swp~");
        fs::write(&beside, content).unwrap();
        sleep(self.random.pause(20)).await;
        fs::rename(beside, path).unwrap();
        "renamed over"
    }

    async fn written_in_place(&mut self) -> &'static str {
        let (path, content) = self.next();
        self.write_slowly(&path, &content).await;
        "written in place, slowly"
    }

    async fn write_slowly(&mut self, path: &Path, content: &str) {
        let mut file = File::create(path).unwrap();
        for piece in content.as_bytes().chunks(content.len() / 3 + 1) {
            file.write_all(piece).unwrap();
            sleep(self.random.pause(250)).await;
        }
    }

    async fn broken_and_mended(&mut self) -> &'static str {
        let (path, content) = self.next();
        // Nothing of it may be seen, not even its version.
        let broken = content.replace("\"x_version\"", "\"x_broken\": 1 \"x_version\"");
        fs::write(&path, broken).unwrap();
        sleep(self.random.pause(600)).await;
        fs::write(&path, content).unwrap();
        "broken and mended"
    }

    async fn deleted_and_written_again(&mut self) -> &'static str {
        let (path, content) = self.next();
        fs::remove_file(&path).unwrap();
        sleep(self.random.pause(100)).await;
        fs::write(&path, content).unwrap();
        "deleted and written again"
    }

    async fn moved_away_and_written_again(&mut self) -> &'static str {
        let (path, content) = self.next();
        let backup = path.with_extension("json~");
        fs::rename(&path, &backup).unwrap();
        sleep(self.random.pause(30)).await;
        fs::write(&path, content).unwrap();
        fs::remove_file(backup).unwrap();
        "moved away and written again"
    }

    fn directory_swapped(&mut self) -> &'static str {
        let version = self.versions.next();
        let (beside, old) = (
            self.directory.with_extension("new"),
            self.directory.with_extension("old"),
        );
        fs::create_dir(&beside).unwrap();
        write_site(&beside, version);
        fs::rename(&self.directory, &old).unwrap();
        fs::rename(&beside, &self.directory).unwrap();
        fs::remove_dir_all(old).unwrap();
        self.current = [version; 3];
        "directory swapped"
    }

    /// As Kubernetes swaps a volume: the files are links through `..data`, which is pointed elsewhere.
    fn volume_swapped(&mut self) -> &'static str {
        let version = self.versions.next();
        let name = format!("..{version}");
        fs::create_dir(self.directory.join(&name)).unwrap();
        write_site(&self.directory.join(&name), version);
        let data = self.directory.join("..data");
        let before = fs::read_link(&data).ok();
        self.link(&name, "..data");
        for name in [METADATA_FILE, COVERAGE_FILE, "site.toml", "public"] {
            let path = self.directory.join(name);
            // Not in one step, but both sides of it are of this version.
            if path.is_dir() && !path.is_symlink() {
                fs::rename(&path, self.directory.with_extension("public")).unwrap();
            }
            self.link(&format!("..data/{name}"), name);
        }
        let _ = fs::remove_dir_all(self.directory.with_extension("public"));
        if let Some(before) = before {
            fs::remove_dir_all(self.directory.join(before)).unwrap();
        }
        self.current = [version; 3];
        "volume swapped"
    }

    /// Puts a link in the place of whatever is there.
    fn link(&self, target: &str, name: &str) {
        let beside = self.directory.join("..beside");
        symlink(target, &beside).unwrap();
        fs::rename(beside, self.directory.join(name)).unwrap();
    }

    async fn map_written_slowly(&mut self) -> &'static str {
        let version = self.versions.next();
        let path = self.directory.join(MAP_FILE);
        self.write_slowly(&path, &map(version)).await;
        self.current[2] = version;
        "map written slowly"
    }

    fn touched(&mut self) -> &'static str {
        let file = File::options()
            .append(true)
            .open(self.directory.join(METADATA_FILE));
        file.unwrap()
            .set_modified(std::time::SystemTime::now())
            .unwrap();
        "touched"
    }

    async fn both_files(&mut self) -> &'static str {
        let version = self.versions.next();
        fs::write(self.directory.join(COVERAGE_FILE), coverage(version)).unwrap();
        sleep(self.random.pause(120)).await;
        fs::write(self.directory.join(METADATA_FILE), metadata(version)).unwrap();
        self.current[..2].fill(version);
        "both files"
    }

    async fn burst(&mut self) -> &'static str {
        for _ in 0..20 {
            let (path, content) = self.next();
            fs::write(path, content).unwrap();
            sleep(self.random.pause(5)).await;
        }
        "twenty saves at once"
    }
}

fn write_site(directory: &Path, version: u64) {
    let path = directory.join(MAP_FILE);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, map(version)).unwrap();
    fs::write(directory.join(COVERAGE_FILE), coverage(version)).unwrap();
    fs::write(directory.join(METADATA_FILE), metadata(version)).unwrap();
    fs::write(directory.join("site.toml"), SETTINGS).unwrap();
}

impl fmt::Display for Editor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.made.values().sum();
        write!(
            f,
            "{total}; served when waited for {} times, after {:?} at most",
            self.waits, self.longest
        )?;
        for (name, count) in &self.made {
            write!(f, "\n  {count:6} {name}")?;
        }
        Ok(())
    }
}
