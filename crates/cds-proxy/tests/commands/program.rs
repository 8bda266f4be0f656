//! Runs the program in a directory of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A directory to run the program in, gone when it is dropped.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a site without faults in `cds`.
    pub(crate) fn with_site() -> Self {
        let place = Self::empty();
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/site");
        fs::create_dir_all(place.path("cds/public/maps")).unwrap();
        let files = ["cds-coverage.json", "cds-server-metadata.json", "site.toml"];
        let maps = ["public/maps/west.json", "public/maps/west.png"];
        for file in files.into_iter().chain(maps) {
            fs::copy(data.join(file), place.path("cds").join(file)).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Copies the documents and settings of a site.
    pub(crate) fn copy_site(&self, from: &str, to: &str) {
        fs::create_dir(self.path(to)).unwrap();
        for file in ["cds-coverage.json", "cds-server-metadata.json", "site.toml"] {
            fs::copy(self.path(from).join(file), self.path(to).join(file)).unwrap();
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Replaces a text that occurs once in a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let content = self.read(name);
        assert_eq!(content.matches(from).count(), 1, "{from:?} in {name}");
        self.write(name, content.replace(from, to));
    }

    pub(crate) fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(directory)).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.run_with_input(args, "")
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: impl AsRef<[u8]>) -> Ended {
        self.run_os(
            &args.iter().map(OsStr::new).collect::<Vec<_>>(),
            input.as_ref(),
        )
    }

    /// Fails when the program hasn't ended after a time in which it must have.
    fn run_os(&self, args: &[&OsStr], input: &[u8]) -> Ended {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cds-proxy"))
            .args(args)
            .current_dir(self.0.path())
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // A program that ends without reading its input closes the pipe; that is fine.
        thread::spawn(move || stdin.write_all(&input));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait_with_output()));
        let output = receiver
            .recv_timeout(DEADLINE)
            .expect("the program hangs")
            .unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

const DEADLINE: Duration = Duration::from_secs(30);
