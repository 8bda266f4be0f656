//! What a person finds in the log about a directory of sites. A binary of its own, because the log
//! is the whole program's.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cds_live::LiveSites;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines_with(&self, text: &str) -> Vec<String> {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = log.lines().filter(|line| line.contains(text));
        lines.map(str::to_owned).collect()
    }

    /// The one line with `text`, once it is there.
    fn line_with(&self, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let [line] = &self.lines_with(text)[..] {
                return line.clone();
            }
            assert!(
                Instant::now() < deadline,
                "{text}: {:#?}",
                self.lines_with("")
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn write_site(directory: &Path, host: &str, version: &str) {
    let metadata = format!(
        r#"{{
  "cds_metadata_version": "{version}",
  "cds_metadata_url": "https://{host}/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "Demo Gas & Electric",
  "description": "A fictional utility.",
  "website": "https://{host}/",
  "documentation": "https://{host}/docs",
  "support": "https://{host}/contact-us",
  "capabilities": []
}}
"#
    );
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("cds-server-metadata.json"), metadata).unwrap();
}

#[test]
fn what_is_good_is_told_in_one_line_and_what_is_not_by_the_name_of_its_site() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    for number in 0..50 {
        let name = format!("u{number:02}");
        write_site(&path(&name), &format!("{name}.example"), "v1");
    }
    write_site(&path("broken"), "broken.example", "v0");
    write_site(&path("u99"), "u17.example", "v1");

    let _live = LiveSites::open(directory.path()).unwrap();
    let opened = log.line_with("the sites are served");
    assert!(
        opened.contains("good=50") && opened.contains("failing=2"),
        "{opened}"
    );
    log.line_with("mode=\"events\"");
    let told = log.line_with("nothing is served until");
    assert!(told.contains(path("broken").to_str().unwrap()), "{told}");
    let told = log.line_with("unsupported-version");
    assert!(told.contains(path("broken").to_str().unwrap()), "{told}");
    let told = log.line_with("route-conflict");
    assert!(told.contains(path("u99").to_str().unwrap()), "{told}");
    assert!(
        told.contains("the site `u17`") && told.contains("ERROR"),
        "{told}"
    );
    assert!(log.lines_with("a new version is served").is_empty());

    write_site(&path("u98"), "u98.example", "v1");
    let told = log.line_with("has appeared");
    assert!(told.contains(path("u98").to_str().unwrap()), "{told}");
    let told = log.line_with("a new version is served");
    assert!(told.contains(path("u98").to_str().unwrap()), "{told}");
}
