//! Files that are no documents: a finding or a clear error, and nothing served that isn't whole.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::{Fixture, Program, Publisher, Serving, SiteDir, eventually};

const METADATA: &str = "cds-server-metadata.json";
const COVERAGE: &str = "cds-coverage.json";

/// A way to spoil a file, and the rule that it breaks.
type Spoiling = (&'static str, &'static str, fn(&Path));

const SPOILINGS: [Spoiling; 13] = [
    ("it is missing", "file-unreadable", |file| {
        fs::remove_file(file).unwrap();
    }),
    ("it isn't JSON", "json-syntax", |file| {
        fs::write(file, "name: Demo\n").unwrap();
    }),
    ("it ends in the middle", "json-syntax", |file| {
        let content = fs::read(file).unwrap();
        fs::write(file, &content[..content.len() - 40]).unwrap();
    }),
    ("it begins with a byte order mark", "json-syntax", |file| {
        let content = fs::read(file).unwrap();
        fs::write(file, [b"\xef\xbb\xbf".as_slice(), &content].concat()).unwrap();
    }),
    ("it isn't UTF-8", "json-syntax", |file| {
        let content = fs::read_to_string(file).unwrap();
        let content = content.replace("Demo", "D\u{1}mo").into_bytes();
        let spoilt = content
            .into_iter()
            .map(|byte| if byte == 1 { 0xe9 } else { byte });
        fs::write(file, spoilt.collect::<Vec<u8>>()).unwrap();
    }),
    ("it is empty", "json-syntax", |file| {
        fs::write(file, "").unwrap();
    }),
    ("it is an empty array", "wrong-type", |file| {
        fs::write(file, "[]").unwrap();
    }),
    ("it is a string", "wrong-type", |file| {
        fs::write(file, "\"coverage_entries\"").unwrap();
    }),
    ("it is nested 100,000 levels deep", "json-syntax", |file| {
        fs::write(file, "[".repeat(100_000)).unwrap();
    }),
    (
        "an unknown field is nested 100,000 levels deep",
        "json-syntax",
        |file| {
            let content = fs::read_to_string(file).unwrap();
            let deep = format!("{{\"x\": {}{},", "[".repeat(100_000), "]".repeat(100_000));
            fs::write(file, content.replacen('{', &deep, 1)).unwrap();
        },
    ),
    (
        "it is larger than a document may be",
        "file-unreadable",
        |file| {
            // Sparse: it takes no space on the disk.
            File::options()
                .write(true)
                .open(file)
                .unwrap()
                .set_len((1 << 30) + 1)
                .unwrap();
        },
    ),
    (
        "it is a FIFO that nobody writes to",
        "file-unreadable",
        |file| {
            fs::remove_file(file).unwrap();
            assert!(Command::new("mkfifo").arg(file).status().unwrap().success());
        },
    ),
    ("it is a directory", "file-unreadable", |file| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    }),
];

/// What is no fault in a listing: it may be elsewhere, and it may be an array.
const FINE_FOR_COVERAGE: [&str; 2] = ["it is missing", "it is an empty array"];

/// Sites with one file spoilt, and the rule that it breaks.
fn spoilt() -> impl Iterator<Item = (String, &'static str, SiteDir)> {
    let files = [METADATA, COVERAGE].into_iter();
    let all = files.flat_map(|file| SPOILINGS.map(|spoiling| (file, spoiling)));
    let faulty = |file, what| file == METADATA || !FINE_FOR_COVERAGE.contains(&what);
    let all = all.filter(move |(file, (what, ..))| faulty(*file, *what));
    all.map(|(file, (what, rule, spoil))| {
        let site = SiteDir::of(Fixture::Demo);
        spoil(&site.path().join(file));
        (format!("{file}: {what}"), rule, site)
    })
}

fn check(args: &[&str]) -> (i32, String, String) {
    let output = Program::CdsProxy.run(&[&["check"], args].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (said, complained) = (text(output.stdout), text(output.stderr));
    assert!(!complained.contains("panicked"), "{complained}");
    (
        output.status.code().expect("an exit code"),
        said,
        complained,
    )
}

#[test]
fn check_finds_what_is_wrong_with_the_file() {
    for (what, rule, site) in spoilt() {
        let (code, said, complained) = check(&[site.path().to_str().unwrap()]);
        assert_eq!(code, 1, "{what}: {said}{complained}");
        assert!(said.contains(rule), "{what}: {said}{complained}");
    }
}

#[test]
fn check_finds_it_for_machines_too() {
    for (what, rule, site) in spoilt() {
        let (code, said, _) = check(&["--format", "json", site.path().to_str().unwrap()]);
        assert_eq!(code, 1, "{what}");
        let findings: Vec<Value> = serde_json::from_str(&said).unwrap();
        let file = what.split(':').next().unwrap();
        let found = findings.iter().find(|finding| finding["rule"] == rule);
        let found = found.unwrap_or_else(|| panic!("{what}: {said}"));
        assert!(
            found["file"].as_str().unwrap().ends_with(file),
            "{what}: {found}"
        );
        assert_eq!(found["severity"], "error", "{what}");
        for text in ["message", "help"] {
            assert!(
                found[text].as_str().is_some_and(|text| !text.is_empty()),
                "{what}: {found}"
            );
        }
    }
}

#[test]
fn check_says_that_there_is_no_such_directory() {
    let site = SiteDir::empty();
    let missing = site.path().join("no such directory");
    let (code, said, complained) = check(&[missing.to_str().unwrap()]);
    assert_eq!(code, 2, "{said}{complained}");
    assert!(complained.contains("no such directory"), "{complained}");
}

#[test]
fn check_has_nothing_to_say_of_a_good_site() {
    let site = SiteDir::of(Fixture::Demo);
    let (code, said, complained) = check(&["--deny-warnings", site.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{said}{complained}");
}

/// The portal must not go down because of a document.
#[tokio::test]
async fn run_serves_the_portal_and_nothing_of_a_spoilt_site() {
    for (what, rule, site) in spoilt() {
        let portal = Serving::portal().await;
        let mut publisher = Publisher::proxy(site.path(), portal.address).await;
        publisher.process.prints(rule).await;
        nothing_is_published(&what, &publisher).await;
    }
}

#[tokio::test]
async fn run_waits_for_a_directory_that_is_missing() {
    let site = SiteDir::empty();
    let missing = site.path().join("later");
    let portal = Serving::portal().await;
    let publisher = Publisher::proxy(&missing, portal.address).await;
    nothing_is_published("a directory that is missing", &publisher).await;
    fs::rename(SiteDir::of(Fixture::Demo).path(), missing).unwrap();
    eventually("the directory is taken up", async || {
        (publisher
            .status("/.well-known/cds-server-metadata.json")
            .await
            == 200)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_edit_that_spoils_a_file_leaves_the_last_good_version_up() {
    for (what, rule, spoil) in SPOILINGS {
        let (site, portal) = (SiteDir::of(Fixture::Demo), Serving::portal().await);
        let mut publisher = Publisher::proxy(site.path(), portal.address).await;
        spoil(&site.path().join(METADATA));
        publisher.process.prints(rule).await;
        let served = publisher.get("/.well-known/cds-server-metadata.json").await;
        assert_eq!(served.status, 200, "{what}");
        assert_eq!(served.body, Fixture::Demo.read(METADATA), "{what}");
    }
}

async fn nothing_is_published(what: &str, publisher: &Publisher) {
    let metadata = publisher.get("/.well-known/cds-server-metadata.json").await;
    assert_eq!(metadata.status, 503, "{what}");
    assert_eq!(metadata.json()["status"], 503, "{what}");
    // Its path may be unknown, so the portal may have it.
    assert_ne!(publisher.status("/cds/coverage.json").await, 200, "{what}");
    assert_eq!(publisher.status("/maps/west.png").await, 418, "{what}");
    assert_eq!(publisher.status("/bills").await, 418, "{what}");
    assert!(!publisher.process.printed().contains("panicked"), "{what}");
}
