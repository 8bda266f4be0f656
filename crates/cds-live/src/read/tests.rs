use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::*;

/// A directory with a site, below another one, so that there is an outside.
struct Site {
    outer: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir(outer.path().join("cds")).unwrap();
        let site = Self { outer };
        site.write("cds-server-metadata.json", "{}");
        site
    }

    fn path(&self, path: &str) -> PathBuf {
        self.outer.path().join("cds").join(path)
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self) -> (Vec<String>, Vec<String>) {
        self.read_within(Limits::default())
    }

    /// The paths that were read, and the findings.
    fn read_within(&self, limits: Limits) -> (Vec<String>, Vec<String>) {
        let (sources, report) = read(self.path(""), limits);
        let paths = sources.iter().map(|source| source.path.clone()).collect();
        (
            paths,
            report.findings().iter().map(ToString::to_string).collect(),
        )
    }

    /// The one finding, which must be about `file`.
    fn finding(&self, file: &str) -> String {
        let (_, findings) = self.read();
        let [finding] = findings.try_into().unwrap();
        let prefix = format!("{file}: error[file-unreadable]: ");
        finding
            .strip_prefix(&prefix)
            .unwrap_or_else(|| panic!("{finding}"))
            .to_owned()
    }
}

#[test]
fn files_of_the_right_names_are_read_in_the_order_of_their_paths() {
    let site = Site::new();
    for path in [
        "cds-coverage.json",
        "site.toml",
        "coverage/b.json",
        "coverage/a.json",
        "public/maps/west.json",
        "public/.well-known/x",
        "restricted/cds-server-metadata.json",
        "restricted/cds-coverage.json",
        "restricted/coverage/c.json",
        // Not looked at:
        "README.md",
        ".cds-coverage.json.swp",
        "cds-coverage.json~",
        "4913",
        "coverage/notes.txt",
        "coverage/.hidden.json",
        ".git/cds-server-metadata.json",
        "restricted/deeper/cds-server-metadata.json",
        "public/maps/.west.json.swp",
        "public/maps/west.json~",
    ] {
        site.write(path, path);
    }
    let (paths, findings) = site.read();
    assert_eq!(findings, [""; 0]);
    assert_eq!(
        paths,
        [
            "cds-coverage.json",
            "cds-server-metadata.json",
            "coverage/a.json",
            "coverage/b.json",
            "public/.well-known/x",
            "public/maps/west.json",
            "restricted/cds-coverage.json",
            "restricted/cds-server-metadata.json",
            "restricted/coverage/c.json",
            "site.toml",
        ]
    );
}

#[test]
fn the_newer_of_mtime_and_ctime_is_the_time_of_a_source() {
    let site = Site::new();
    let before = std::time::SystemTime::now() - Duration::from_secs(60);
    let file = File::options()
        .write(true)
        .open(site.path("cds-server-metadata.json"))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let (sources, _) = read(site.path(""), Limits::default());
    assert!(sources.get("cds-server-metadata.json").unwrap().modified > before);
}

#[test]
fn a_missing_directory_is_a_finding_that_names_it() {
    let site = Site::new();
    let missing = site.path("missing");
    let (sources, report) = read(&missing, Limits::default());
    assert!(sources.is_empty());
    let [finding] = report.findings() else {
        panic!("{report:?}")
    };
    assert_eq!(finding.file, missing.to_string_lossy());
    assert_eq!(finding.message, "there is no such directory");
}

#[test]
fn a_file_in_place_of_the_directory_is_a_finding() {
    let site = Site::new();
    let (_, report) = read(site.path("cds-server-metadata.json"), Limits::default());
    let [finding] = report.findings() else {
        panic!("{report:?}")
    };
    assert_eq!(
        finding.message,
        "a directory is expected here, and this is none"
    );
}

#[test]
fn a_fifo_is_a_finding_and_never_opened() {
    let site = Site::new();
    mkfifoat(CWD, site.path("cds-coverage.json"), Mode::RUSR).unwrap();
    assert_eq!(
        site.finding("cds-coverage.json"),
        "a regular file is expected here, and this is a FIFO"
    );
}

#[test]
fn directories_and_files_in_each_others_place_are_findings() {
    let site = Site::new();
    fs::create_dir(site.path("cds-coverage.json")).unwrap();
    site.write("coverage", "");
    let (_, findings) = site.read();
    assert_eq!(
        findings,
        [
            "cds-coverage.json: error[file-unreadable]: \
             a regular file is expected here, and this is a directory",
            "coverage: error[file-unreadable]: a directory is expected here, and this is none",
        ]
    );
}

#[test]
fn sizes_beyond_the_limits_are_findings() {
    let site = Site::new();
    site.write("cds-coverage.json", "12345");
    site.write("public/map.json", "123456789");
    let (paths, findings) = site.read_within(Limits {
        document_size: 4,
        file_size: 8,
        ..Limits::new()
    });
    assert_eq!(paths, ["cds-server-metadata.json"]);
    assert_eq!(
        findings,
        [
            "cds-coverage.json: error[file-unreadable]: it has 5 bytes, and at most 4 are read",
            "public/map.json: error[file-unreadable]: it has 9 bytes, and at most 8 are read",
        ]
    );
}

#[test]
fn a_directory_with_more_than_the_limit_is_not_read_at_all() {
    let site = Site::new();
    for (path, content) in [("public/a.png", "1234"), ("public/b.png", "12345")] {
        site.write(path, content);
    }
    let within = |total_size| {
        site.read_within(Limits {
            total_size,
            ..Limits::new()
        })
    };
    assert_eq!(within(11).0.len(), 3);
    let (paths, findings) = within(10);
    assert!(paths.is_empty());
    let [finding] = findings.try_into().unwrap();
    assert!(
        finding.contains("its files have 11 bytes together, and at most 10 are read"),
        "{finding}"
    );
    assert!(finding.contains("max-total-size"), "{finding}");
}

#[test]
fn what_version_control_and_volumes_keep_under_public_is_not_read() {
    let site = Site::new();
    for path in [
        "public/.git/objects/pack",
        "public/..2026_1/map.json",
        "public/.well-known/x",
    ] {
        site.write(path, "1");
    }
    symlink("..2026_1", site.path("public/..data")).unwrap();
    symlink("..data/map.json", site.path("public/map.json")).unwrap();
    let (paths, findings) = site.read();
    assert_eq!(findings, [""; 0]);
    let expected = [
        "cds-server-metadata.json",
        "public/.well-known/x",
        "public/map.json",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn a_link_out_of_the_directory_is_never_followed() {
    let site = Site::new();
    fs::write(site.outer.path().join("secret"), "secret").unwrap();
    symlink("../secret", site.path("cds-coverage.json")).unwrap();
    let secret = site.outer.path().canonicalize().unwrap().join("secret");
    assert_eq!(
        site.finding("cds-coverage.json"),
        format!(
            "the symbolic link leads to {}, outside the site directory",
            secret.display()
        )
    );
}

#[test]
fn a_linked_directory_outside_is_a_finding_and_one_inside_is_followed() {
    let site = Site::new();
    site.write(".versions/2/coverage/a.json", "{}");
    symlink(".versions/2/coverage", site.path("coverage")).unwrap();
    symlink("..", site.path("public")).unwrap();
    let (paths, findings) = site.read();
    assert_eq!(paths, ["cds-server-metadata.json", "coverage/a.json"]);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].starts_with("public: error[file-unreadable]: the symbolic link leads to"));
}

#[test]
fn links_in_a_circle_and_links_to_nothing_are_findings() {
    let site = Site::new();
    symlink("cds-coverage.json", site.path("cds-coverage.json")).unwrap();
    symlink("nowhere", site.path("site.toml")).unwrap();
    fs::create_dir_all(site.path("public/deep")).unwrap();
    symlink("../../public", site.path("public/deep/again")).unwrap();
    // No endpoint, so no finding.
    symlink("nowhere", site.path("notes")).unwrap();
    let (_, findings) = site.read();
    assert_eq!(
        findings,
        [
            "cds-coverage.json: error[file-unreadable]: \
             the symbolic links lead back to where they began",
            "public/deep/again: error[file-unreadable]: \
             the symbolic links lead back to where they began",
            "site.toml: error[file-unreadable]: \
             the symbolic link leads to nothing that exists",
        ]
    );
}

#[test]
fn a_name_that_is_not_utf8_is_a_finding() {
    let site = Site::new();
    fs::create_dir(site.path("coverage")).unwrap();
    fs::write(
        site.path("coverage")
            .join(std::ffi::OsStr::from_bytes(b"\xff.json")),
        "{}",
    )
    .unwrap();
    assert_eq!(
        site.finding("coverage/\u{fffd}.json"),
        "the name is not UTF-8, so no URL can name it"
    );
}

#[test]
fn what_a_scan_saw_is_what_is_read_or_nothing() {
    let site = Site::new();
    let dir = site.path("").canonicalize().unwrap();
    let (scan, _) = Scan::of(Whereabouts::absolute(&dir), Limits::default());
    fs::write(site.path("new"), "{\"other\": 1}").unwrap();
    fs::rename(site.path("new"), site.path("cds-server-metadata.json")).unwrap();
    assert!(Loaded::of(&scan, &[]).is_err());
}

#[test]
fn unchanged_files_are_not_read_again() {
    let site = Site::new();
    site.write("public/map.json", "{}");
    let dir = site.path("").canonicalize().unwrap();
    let (scan, _) = Scan::of(Whereabouts::absolute(&dir), Limits::default());
    let loaded = Loaded::of(&scan, &[]).unwrap();

    site.write("cds-coverage.json", "[]");
    let (next_scan, _) = Scan::of(Whereabouts::absolute(&dir), Limits::default());
    let before = Before {
        scan: &scan,
        loaded: &loaded,
    };
    let next = Loaded::of(&next_scan, &[before]).unwrap();

    let bytes = |loaded: &Loaded| {
        loaded
            .sources
            .get("public/map.json")
            .unwrap()
            .bytes
            .as_ptr()
    };
    assert_eq!(bytes(&loaded), bytes(&next));
    assert_eq!(next.changed_since(Some(&loaded)), ["cds-coverage.json"]);
    assert!(!next.same_content(&loaded));
}

#[test]
fn what_was_read_before_a_file_changed_is_not_read_again() {
    let site = Site::new();
    site.write("public/map.json", "{}");
    let dir = site.path("").canonicalize().unwrap();
    let look = || Scan::of(Whereabouts::absolute(&dir), Limits::default()).0;
    let scan = look();
    site.write("public/map.json", "{\"other\": 1}");
    let Disturbed { file, loaded } = Loaded::of(&scan, &[]).unwrap_err();
    assert_eq!(file, "public/map.json");
    let before = Before {
        scan: &scan,
        loaded: &loaded,
    };
    let next = Loaded::of(&look(), &[before]).unwrap();
    let bytes = |loaded: &Loaded| {
        let source = loaded.sources.get("cds-server-metadata.json").unwrap();
        source.bytes.as_ptr()
    };
    assert_eq!(bytes(&loaded), bytes(&next));
    assert_eq!(&*next.sources.get(&file).unwrap().bytes, b"{\"other\": 1}");
}
