//! What a person finds in the log. A binary of its own, because the log is the whole program's.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cds_live::{LiveSite, Outcome};

const METADATA: &str = r#"{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "2022-06-01T00:00:00Z",
  "name": "Demo Gas & Electric",
  "description": "A fictional utility.",
  "website": "https://demoutility.com/",
  "documentation": "https://demoutility.com/docs",
  "support": "https://demoutility.com/contact-us",
  "capabilities": []
}
"#;

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
        log.lines()
            .filter(|line| line.contains(text))
            .map(str::to_owned)
            .collect()
    }

    fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.lines_with(text).is_empty() {
            assert!(
                Instant::now() < deadline,
                "{text} is not in the log: {:#?}",
                self.lines_with("")
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn each_reload_is_one_event_and_each_finding_is_told_once() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("cds-server-metadata.json");
    fs::write(&file, METADATA).unwrap();
    let live = LiveSite::open(directory.path()).unwrap();
    let reloads = live.subscribe();
    let next = || {
        reloads
            .recv_timeout(Duration::from_secs(30))
            .unwrap()
            .outcome
    };
    let etag = live.site().etag().to_owned();
    assert_eq!(log.lines_with("outcome=\"swapped\"").len(), 1);
    assert_eq!(log.lines_with(&format!("etag=\"{etag}\"")).len(), 1);
    assert_eq!(log.lines_with("mode=\"events\"").len(), 1);
    assert_eq!(log.lines_with("entries_added=0 entries_changed=0").len(), 1);

    assert_eq!(live.status().etag.as_deref(), Some(&*etag));

    let broken = METADATA.replace("\"capabilities\": []", "\"capabilities\": 1");
    fs::write(&file, &broken).unwrap();
    assert_eq!(next(), Outcome::Kept);
    // Another edit that mends nothing.
    fs::write(&file, format!("\n{broken}")).unwrap();
    assert_eq!(next(), Outcome::Kept);
    assert_eq!(log.lines_with("what was served still is").len(), 2);
    let findings = log.lines_with("wrong-type");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].contains("ERROR") && findings[0].contains("help="),
        "{findings:?}"
    );

    fs::write(&file, METADATA).unwrap();
    assert_eq!(next(), Outcome::Unchanged);
    assert_eq!(log.lines_with("the errors are mended").len(), 1);
    fs::write(&file, &broken).unwrap();
    assert_eq!(next(), Outcome::Kept);
    assert_eq!(log.lines_with("wrong-type").len(), 2, "it is news again");

    let begun = Instant::now();
    while log.lines_with("files have been changing").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        fs::write(
            &file,
            METADATA.replace("Demo", &format!("{:?}", begun.elapsed())),
        )
        .unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    log.wait_for("files=\"cds-server-metadata.json\"");
    assert_eq!(next(), Outcome::Swapped);
    assert_eq!(log.lines_with("files have been changing").len(), 1);

    assert!(log.lines_with("nothing is served until").is_empty());
    let never_good = tempfile::tempdir().unwrap();
    fs::write(never_good.path().join("cds-server-metadata.json"), &broken).unwrap();
    assert!(
        !LiveSite::open(never_good.path())
            .unwrap()
            .status()
            .last_reload
            .serving
    );
    assert_eq!(log.lines_with("nothing is served until").len(), 1);
    assert_eq!(log.lines_with("what was served still is").len(), 3);
}
