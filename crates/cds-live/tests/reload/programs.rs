//! Files changed by the programs that people use.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cds_live::LiveSite;
use cds_site::Respond;

use crate::documents::metadata;
use crate::site::{Directory, Fixture, MAP, METADATA, all, seen, until, write};

/// Runs a program to its end; `false`, and a word about it, where it isn't installed.
fn run(command: &mut Command) -> bool {
    let program = command.get_program().to_owned();
    match command.stdin(Stdio::null()).output() {
        Ok(output) => {
            assert!(output.status.success(), "{command:?}: {output:?}");
            true
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: {} is not installed", program.display());
            false
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}

#[test]
fn sed_in_place() {
    let fixture = Fixture::new();
    let mut sed = Command::new("sed");
    sed.args(["-i.bak", r#"s/"name": "1"/"name": "2"/"#]);
    if run(sed.arg(fixture.cds(METADATA))) {
        fixture.wait_for(["2", "1", "1"]);
        assert_eq!(fixture.served(), [all("1"), seen(["2", "1", "1"])]);
    }
}

#[test]
fn vim_in_each_way_that_it_saves() {
    let fixture = Fixture::new();
    let mut versions = vec![all("1")];
    for (backup, version) in [("no", "2"), ("yes", "3"), ("auto", "4")] {
        let mut vim = Command::new("vim");
        vim.args(["-u", "NONE", "-N", "-es", "-c"])
            .arg(format!("set writebackup swapfile backupcopy={backup}"))
            .arg("-c")
            .arg(format!(r#"%s/"name": ".*"/"name": "{version}"/"#))
            .args(["-c", "wq"]);
        if !run(vim.arg(fixture.cds(METADATA))) {
            return;
        }
        fixture.wait_for([version, "1", "1"]);
        versions.push(seen([version, "1", "1"]));
    }
    assert_eq!(fixture.served(), versions);
}

#[test]
fn cp_over_a_file_and_mv_over_another() {
    let fixture = Fixture::new();
    fixture.directory.write_site("next", "2");
    let next = |path: &str| fixture.directory.path("next").join(path);
    assert!(run(Command::new("cp").args([next(MAP), fixture.cds(MAP)])));
    assert!(run(
        Command::new("mv").args([next(METADATA), fixture.cds(METADATA)])
    ));
    fixture.wait_for(["2", "1", "2"]);
    let served = fixture.served();
    let broken = served.iter().flatten().any(|version| version == "broken");
    assert!(!broken, "{served:?}");
}

#[test]
fn rsync_of_a_whole_site_in_both_ways() {
    let fixture = Fixture::new();
    let mut versions = vec![all("1")];
    for (option, version) in [("--delete", "2"), ("--inplace", "3")] {
        fixture.directory.write_site("next", version);
        let mut rsync = Command::new("rsync");
        rsync.args(["-a", "--checksum", option]);
        let from = format!("{}/", fixture.directory.path("next").display());
        if !run(rsync.arg(from).arg(fixture.cds(""))) {
            return;
        }
        fixture.wait_for([version, version, version]);
        versions.push(all(version));
    }
    assert_eq!(fixture.served(), versions);
}

#[test]
fn git_checkout_of_another_branch_and_back() {
    let directory = Directory::with_site("1");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(directory.cds("")).args(arguments);
        // Of no user's settings.
        git.env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "test")
                .env(format!("GIT_{role}_EMAIL"), "test@localhost");
        }
        run(&mut git)
    };
    if !git(&["init", "-q", "-b", "one"]) {
        return;
    }
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "1"]);
    git(&["checkout", "-q", "-b", "two"]);
    directory.write_site("cds", "2");
    git(&["commit", "-q", "-a", "-m", "2"]);
    git(&["checkout", "-q", "one"]);

    let live = LiveSite::open(directory.cds("")).unwrap();
    let reader = crate::reader::Reader::start(live.clone());
    for version in ["2", "1"] {
        git(&["checkout", "-q", if version == "2" { "two" } else { "one" }]);
        let served = || crate::reader::look(&live.site());
        until(
            || served() == all(version),
            || format!("{:?} is served", served()),
        );
    }
    assert_eq!(reader.finish(), [all("1"), all("2"), all("1")]);
}

/// Sees how long the map is that is served, all the while.
struct Lengths {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<u64>>,
}

impl Lengths {
    fn seen(live: &LiveSite) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, live) = (Arc::clone(&stop), live.clone());
        let thread = thread::spawn(move || {
            let mut all = vec![length(&live)];
            loop {
                let is_last = stopped.load(Ordering::Relaxed);
                all.push(length(&live));
                all.dedup();
                if is_last {
                    return all;
                }
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { stop, thread }
    }

    fn finish(self) -> Vec<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn length(live: &LiveSite) -> u64 {
    let request = http::Request::get("/maps/west.svg").body(()).unwrap();
    let response = live.respond((&request).into()).unwrap();
    assert_eq!(response.status(), 200);
    response.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

fn wait_for_length(live: &LiveSite, expected: u64) {
    until(
        || length(live) == expected,
        || format!("{} bytes are served", length(live)),
    );
}

#[test]
fn a_map_of_fifty_megabytes_that_is_written_slowly() {
    let fixture = Fixture::new();
    let path = fixture.cds(MAP);
    let (before, lengths) = (size(&path), Lengths::seen(&fixture.live));
    let piece = vec![b' '; 1 << 21];
    let mut file = File::create(&path).unwrap();
    for _ in 0..25 {
        file.write_all(&piece).unwrap();
        thread::sleep(Duration::from_millis(80));
    }
    drop(file);
    let whole = 25 << 21;
    wait_for_length(&fixture.live, whole);
    assert_eq!(lengths.finish(), [before, whole]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_is_stopped_while_it_writes_and_goes_on_later() {
    use rustix::process::{Pid, Signal, kill_process};

    let fixture = Fixture::new();
    let path = fixture.cds(MAP);
    let (before, lengths) = (size(&path), Lengths::seen(&fixture.live));
    let script = "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 50000 /dev/zero; sleep 0.1; done > $0";
    let mut writer = Command::new("sh")
        .args(["-c", script])
        .arg(&path)
        .spawn()
        .unwrap();
    let process = Pid::from_child(&writer);
    until(
        || size(&path) != before && size(&path) >= 100_000,
        || "nothing is written".to_owned(),
    );
    kill_process(process, Signal::STOP).unwrap();
    thread::sleep(Duration::from_secs(2));
    kill_process(process, Signal::CONT).unwrap();
    assert!(writer.wait().unwrap().success());
    wait_for_length(&fixture.live, 500_000);
    assert_eq!(lengths.finish(), [before, 500_000]);
}

#[test]
fn everything_is_deleted_and_comes_back() {
    let fixture = Fixture::new();
    for name in [METADATA, "cds-coverage.json"] {
        fs::remove_file(fixture.cds(name)).unwrap();
    }
    fs::remove_dir_all(fixture.cds("public")).unwrap();
    fixture.next(cds_live::Outcome::Kept);
    fixture.directory.write_site("cds", "2");
    write(&fixture.cds(METADATA), &metadata("2"));
    fixture.wait_for(["2", "2", "2"]);
    assert_eq!(fixture.served(), [all("1"), all("2")]);
}
